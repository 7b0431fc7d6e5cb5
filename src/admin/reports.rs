//! Reports of messages.

use serde_json::json;

use super::{Admin, AdminError, By};
use crate::domain::office::Power;
use crate::storage::reports::{Closed, Report};

/// Reports of one page.
pub const PAGE: usize = 50;

impl Admin {
    /// One page of reports, the newest first, and whether there are more.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn reports(&self, by: &By, open: bool, before: Option<i64>) -> Result<(Vec<Report>, bool), AdminError> {
        self.allow(by, Power::Reports)?;
        let mut found = self.store.reports(open, before, PAGE + 1).await?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        Ok((found, more))
    }

    /// How many wait for somebody.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn open_reports(&self, by: &By) -> Result<u64, AdminError> {
        self.allow(by, Power::Reports)?;
        Ok(self.store.count_open_reports().await?)
    }

    /// Closes a report; with `delete` the message is taken back, too.
    ///
    /// # Errors
    /// When the role is not enough, or it is closed already.
    pub async fn close_report(&self, by: &By, id: i64, delete: bool) -> Result<(), AdminError> {
        self.allow(by, Power::Reports)?;
        let missing = || AdminError::NotFound { what: "open report", name: id.to_string() };
        let report = self.store.report(id).await?.filter(|report| report.closed.is_none()).ok_or_else(missing)?;
        if delete {
            self.delete_message(by, &report.room_name, report.seq).await?;
        }
        let outcome = if delete { "deleted" } else { "dismissed" };
        let closed = Closed { at: self.clock.now(), by: by.who.name.to_string(), outcome: outcome.to_owned() };
        if !self.store.close_report(id, &closed).await? {
            return Err(missing());
        }
        let target = format!("message:{}/{}", report.room_name, report.seq);
        self.note(by, "report.close", target, json!({ "report": id, "outcome": outcome })).await
    }
}
