//! Work that takes longer than a page: one at a time, going on by itself while whoever began it looks elsewhere.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::AdminError;
use crate::domain::clock::{Clock, Timestamp};

/// Whoever begins work waits so long for its end; most is done by then.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// A backup is made.
    Backup,
    /// A backup is read through.
    Check,
    /// What is free in the file is given back.
    Vacuum,
}

/// Work that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Job {
    /// What.
    pub work: Work,
    /// A file, where it is about one.
    pub file: Option<String>,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// When it came to its end; nothing while it goes on.
    pub ended_at: Option<Timestamp>,
    /// Why it came to nothing.
    pub error: Option<String>,
    /// Events in a backup, or bytes that were given back.
    pub amount: Option<u64>,
}

/// What was found when a backup was read through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// What is wrong with it, if anything.
    pub error: Option<String>,
}

#[derive(Debug, Default)]
struct State {
    job: Option<Job>,
    checked: BTreeMap<String, Checked>,
}

/// The one job of a server, as every thread sees it.
#[derive(Debug, Clone, Default)]
pub struct Jobs(Arc<Mutex<State>>);

impl Jobs {
    /// The job that goes on, or the last one.
    #[must_use]
    pub fn last(&self) -> Option<Job> {
        self.with(|state| state.job.clone())
    }

    /// What was found of this backup, since the start of the server.
    #[must_use]
    pub fn checked(&self, file: &str) -> Option<Checked> {
        self.with(|state| state.checked.get(file).cloned())
    }

    /// Begins work, and waits a moment for its end.
    ///
    /// # Errors
    /// While other work goes on.
    pub(super) async fn begin<F>(
        &self,
        clock: &Clock,
        work: Work,
        file: Option<String>,
        doing: F,
    ) -> Result<(), AdminError>
    where
        F: Future<Output = Result<u64, String>> + Send + 'static,
    {
        let begun = Job { work, file, begun_at: clock.now(), ended_at: None, error: None, amount: None };
        let is_free = self.with(|state| {
            let is_free = state.job.as_ref().is_none_or(|job| job.ended_at.is_some());
            if is_free {
                state.job = Some(begun);
            }
            is_free
        });
        if !is_free {
            return Err(AdminError::Busy);
        }
        let (jobs, clock) = (self.clone(), clock.clone());
        let going_on = tokio::spawn(async move {
            // The guard says so, too, should the work end before its time.
            let mut end = End { jobs, clock, outcome: Err("it was broken off".to_owned()) };
            end.outcome = doing.await;
        });
        // It goes on, however this ends.
        let _ = tokio::time::timeout(PATIENCE, going_on).await;
        Ok(())
    }

    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes down how the work ended: otherwise no other could ever be begun.
struct End {
    jobs: Jobs,
    clock: Clock,
    outcome: Result<u64, String>,
}

impl Drop for End {
    fn drop(&mut self) {
        let (at, outcome) = (self.clock.now(), self.outcome.clone());
        self.jobs.with(|state| {
            let Some(job) = &mut state.job else { return };
            job.ended_at = Some(at);
            match outcome {
                Ok(amount) => job.amount = Some(amount),
                Err(error) => {
                    log::error!("{:?} came to nothing: {error}", job.work);
                    job.error = Some(error);
                }
            }
            if let (Work::Check | Work::Backup, Some(file)) = (job.work, &job.file) {
                state.checked.insert(file.clone(), Checked { at, error: job.error.clone() });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn one_is_done_at_a_time_and_what_it_came_to_is_kept() {
        let (jobs, clock) = (Jobs::default(), Clock::System);
        let (go_on, wait) = oneshot::channel::<()>();
        let first = async move { wait.await.map(|()| 7).map_err(|_| "lost".to_owned()) };

        let begun = jobs.begin(&clock, Work::Backup, Some("a.db".into()), first);
        let meanwhile = async {
            let second = jobs.begin(&clock, Work::Vacuum, None, async { Ok(1) }).await;
            (second, jobs.last(), go_on.send(()))
        };
        let (begun, (second, running, sent)) = tokio::join!(begun, meanwhile);

        assert!(begun.is_ok() && sent.is_ok() && matches!(second, Err(AdminError::Busy)));
        assert!(running.is_some_and(|job| job.work == Work::Backup && job.ended_at.is_none()));
        assert_eq!(jobs.last().and_then(|job| job.amount), Some(7));
        assert_eq!(jobs.checked("a.db").map(|checked| checked.error), Some(None));
        let third = jobs.begin(&clock, Work::Check, Some("a.db".into()), async { Err("torn".to_owned()) }).await;
        assert!(third.is_ok());
        assert_eq!(jobs.checked("a.db").and_then(|checked| checked.error), Some("torn".to_owned()));
    }
}
