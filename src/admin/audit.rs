//! Reading the audit log.

use super::{Admin, AdminError, By};
use crate::domain::office::Power;
use crate::storage::audit::{AuditEntry, AuditFilter, Verified};

/// Entries of one page.
pub const PAGE: usize = 100;

impl Admin {
    /// One page of the audit log, the newest first, and whether there are more.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn audit(
        &self,
        by: &By,
        filter: &AuditFilter,
        before: Option<i64>,
    ) -> Result<(Vec<AuditEntry>, bool), AdminError> {
        self.allow(by, Power::Audit)?;
        let mut found = self.store.audit(filter, before, PAGE + 1).await?;
        let more = found.len() > PAGE;
        found.truncate(PAGE);
        Ok((found, more))
    }

    /// Looks whether the audit log is whole.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn verify_audit(&self, by: &By) -> Result<Verified, AdminError> {
        self.allow(by, Power::Audit)?;
        Ok(self.store.verify_audit().await?)
    }
}
