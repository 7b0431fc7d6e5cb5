//! Reports: what people found wrong with a message, until somebody has looked at it.

use async_trait::async_trait;

use super::StorageResult;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{RoomId, Seq};
use crate::domain::name::RoomName;
use crate::domain::person::Author;

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub id: i64,
    /// In which room.
    pub room: RoomId,
    /// What it is called.
    pub room_name: RoomName,
    /// Which message.
    pub seq: Seq,
    /// The text as it was then.
    pub text: String,
    /// Who wrote it.
    pub author: Author,
    /// Who reported it.
    pub reporter: Author,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Who has looked at it, when, and what came of it.
    pub closed: Option<Closed>,
}

/// The end of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What was done, such as `dismissed` or `deleted`.
    pub outcome: String,
}

/// A report that is to be.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// In which room.
    pub room: RoomId,
    /// Which message.
    pub seq: Seq,
    /// Who reports it.
    pub reporter: Author,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a new report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// It is there.
    Done,
    /// This person has reported this message before.
    Before,
    /// There is no such message.
    NoMessage,
}

/// Reports.
#[async_trait]
pub trait Reports {
    /// Adds one; the text and the author are read from the log.
    async fn add_report(&self, new: &NewReport) -> StorageResult<Reported>;

    /// Open or closed ones, the newest first, below the number `before`, at most `limit`.
    async fn reports(&self, open: bool, before: Option<i64>, limit: usize) -> StorageResult<Vec<Report>>;

    /// The report of this number.
    async fn report(&self, id: i64) -> StorageResult<Option<Report>>;

    /// Closes one; `false` when it is not open.
    async fn close_report(&self, id: i64, closed: &Closed) -> StorageResult<bool>;

    /// How many are open.
    async fn count_open_reports(&self) -> StorageResult<u64>;
}
