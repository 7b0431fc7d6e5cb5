//! What is where on the screen, as it was drawn last: for the mouse, and for how far a page is.

use ratatui::layout::{Position, Rect};

use crate::domain::ids::Seq;

/// What is where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Regions {
    /// The messages.
    pub timeline: Rect,
    /// The field.
    pub composer: Rect,
    /// The panel.
    pub panel: Rect,
    /// Rows of the list of rooms, and which room each shows.
    pub rooms: Vec<(Rect, String)>,
    /// Rows of the timeline, and which message each shows.
    pub messages: Vec<(Rect, Seq)>,
    /// Rows of the panel, and which of its lines each shows.
    pub items: Vec<(Rect, usize)>,
}

impl Regions {
    /// Which room is shown there.
    #[must_use]
    pub fn room_at(&self, place: Position) -> Option<&str> {
        self.rooms.iter().find(|(area, _)| area.contains(place)).map(|(_, name)| name.as_str())
    }

    /// Which message is shown there.
    #[must_use]
    pub fn message_at(&self, place: Position) -> Option<Seq> {
        self.messages.iter().find(|(area, _)| area.contains(place)).map(|(_, seq)| *seq)
    }

    /// Which line of the panel is shown there.
    #[must_use]
    pub fn item_at(&self, place: Position) -> Option<usize> {
        self.items.iter().find(|(area, _)| area.contains(place)).map(|(_, item)| *item)
    }
}
