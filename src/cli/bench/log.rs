//! Reads the logs that sessions are checked against, over the protocol.

use super::super::Failure;
use super::checker::LogSums;
use super::listener::as_written;
use super::setup::explained;
use crate::client::frame::LogEvent;
use crate::client::{Client, PageOf};
use crate::domain::ids::Seq;
use crate::domain::limits;

/// Reads a room's log after `start` to its end, and hands over each event.
pub async fn read(
    client: &Client,
    room: &str,
    start: Seq,
    mut each: impl FnMut(&LogEvent),
) -> Result<LogSums, Failure> {
    let mut sums = LogSums::after(start);
    loop {
        let page = PageOf { before: None, after: Some(sums.end()), limit: limits::HISTORY_PAGE };
        let page = client.history(room, page).await.map_err(explained)?;
        for event in &page.events {
            if !sums.push(event.seq, as_written(event.text.as_deref().unwrap_or_default()).as_bytes()) {
                return Err(Failure::Failed(format!("the log of {room} itself has a gap before {}", event.seq)));
            }
            each(event);
        }
        if !page.more || page.events.is_empty() {
            return Ok(sums);
        }
    }
}
