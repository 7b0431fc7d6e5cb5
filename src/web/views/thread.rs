//! The contexts of `pages/thread.html` and `pages/pins.html`: messages of a room that belong together.

use serde::Serialize;

use super::event::{EventView, TimelineEntry};
use super::room::RoomView;
use super::{PageView, SidebarView};

/// A message with everything that answers it.
#[derive(Debug, Serialize)]
pub struct ThreadPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The room.
    pub room: RoomView,
    /// The first message.
    pub root: EventView,
    /// The answers, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// The page of the answers that follow, or nothing.
    pub more_url: String,
}

/// What was put up in a room.
#[derive(Debug, Serialize)]
pub struct PinsPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The room.
    pub room: RoomView,
    /// The messages, the last one put up first.
    pub pins: Vec<EventView>,
}
