//! Everything the terminal client knows, as plain values: `update` changes it, `view` shows it, neither is known here.

pub mod composer;
pub mod message;
pub mod panel;
pub mod regions;
pub mod room;
pub mod timeline;

use std::collections::{BTreeMap, VecDeque};

use composer::Composer;
use panel::Panel;
use regions::Regions;
use room::{Kind, PendingState, Room};

use super::clock::LocalTime;
use super::effect::Effect;
use super::layouts::Layouts;
use super::theme::{Abilities, Theme, ThemeChoice};
use crate::domain::clock::Timestamp;
use crate::domain::ids::Seq;

/// How the line to the server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// There was none yet, since.
    Connecting(Timestamp),
    /// It is there.
    Up,
    /// It broke, then, for this reason; it is tried again.
    Down(Timestamp, String),
    /// Nothing is tried any more, for this reason.
    Ended(String),
}

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    /// To the field.
    #[default]
    Composer,
    /// To the messages.
    Timeline,
    /// To the panel.
    Panel,
}

/// One line for whoever looks, until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What is said.
    pub text: String,
    /// Whether something went wrong.
    pub is_error: bool,
}

/// What is decided before the start.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The server, as it is shown.
    pub server: String,
    /// The room to begin with.
    pub room: Option<String>,
    /// Whether one is a guest.
    pub is_guest: bool,
    /// The look that somebody chose.
    pub theme: ThemeChoice,
    /// What the terminal can do.
    pub abilities: Abilities,
    /// In which zone times are shown.
    pub local: LocalTime,
    /// What the names of one's own messages begin with: another one each time.
    pub nonces: String,
    /// Whether the mouse is listened to.
    pub has_mouse: bool,
}

/// Everything.
#[derive(Debug)]
pub struct App {
    /// What was decided before the start.
    pub setup: Setup,
    /// The id of whoever sits here; empty before the first connection.
    pub me: String,
    /// Their name.
    pub name: String,
    /// How the line is.
    pub line: Line,
    /// The rooms, in the order in which they are shown.
    pub rooms: Vec<Room>,
    /// The name of the room that is open.
    pub current: Option<String>,
    /// The field.
    pub composer: Composer,
    /// What stands beside the timeline.
    pub panel: Panel,
    /// Which line of the panel is chosen.
    pub chosen: usize,
    /// Where keys go.
    pub focus: Focus,
    /// The message that is chosen.
    pub selected: Option<Seq>,
    /// The question whether this message is to be deleted is open.
    pub deleting: Option<Seq>,
    /// What is said to whoever looks.
    pub remark: Option<Remark>,
    /// The explanation is open; so many of its lines are above the edge.
    pub help: Option<usize>,
    /// On a narrow screen the rooms lie over the timeline.
    pub shows_rooms: bool,
    /// The colours.
    pub theme: Theme,
    /// Whether the terminal is looked at, as far as it says so.
    pub has_focus: bool,
    /// Who is how present, by id.
    pub statuses: BTreeMap<String, String>,
    /// What is where on the screen.
    pub regions: Regions,
    /// What was laid out.
    pub layouts: Layouts,
    /// The present moment.
    pub now: Timestamp,
    /// When it was last told that one writes, and that one has read.
    pub typed_at: Timestamp,
    /// See there.
    pub read_at: Timestamp,
    /// Asked once whether to leave although something was not sent.
    pub asked_to_quit: bool,
    /// How many messages were written.
    pub written: u64,
    /// A text for somebody whose direct room is being opened.
    pub letters: VecDeque<(String, String)>,
    effects: Vec<Effect>,
}

impl App {
    /// Before the first connection.
    #[must_use]
    pub fn new(setup: Setup, now: Timestamp) -> Self {
        let theme = Theme::new(setup.theme, setup.abilities);
        Self {
            me: String::new(),
            name: String::new(),
            line: Line::Connecting(now),
            rooms: Vec::new(),
            current: None,
            composer: Composer::default(),
            panel: Panel::Closed,
            chosen: 0,
            focus: Focus::Composer,
            selected: None,
            deleting: None,
            remark: None,
            help: None,
            shows_rooms: false,
            theme,
            has_focus: true,
            statuses: BTreeMap::new(),
            regions: Regions::default(),
            layouts: Layouts::default(),
            now,
            typed_at: Timestamp::default(),
            read_at: Timestamp::default(),
            asked_to_quit: false,
            written: 0,
            letters: VecDeque::new(),
            effects: Vec::new(),
            setup,
        }
    }

    /// The room that is open.
    #[must_use]
    pub fn room(&self) -> Option<&Room> {
        self.current.as_deref().and_then(|name| self.room_named(name))
    }

    /// The room that is open.
    pub fn room_mut(&mut self) -> Option<&mut Room> {
        let name = self.current.clone()?;
        self.room_named_mut(&name)
    }

    /// A room.
    #[must_use]
    pub fn room_named(&self, name: &str) -> Option<&Room> {
        self.rooms.iter().find(|room| room.name == name)
    }

    /// A room.
    pub fn room_named_mut(&mut self, name: &str) -> Option<&mut Room> {
        self.rooms.iter_mut().find(|room| room.name == name)
    }

    /// The rooms of the list: one's own and the one that is open. Rooms first, then direct ones; each by name, those one
    /// does not want to be told of at the end.
    pub fn listed(&self) -> impl Iterator<Item = &Room> {
        self.rooms.iter().filter(|room| room.is_member || self.current.as_deref() == Some(&room.name))
    }

    /// Puts the rooms into the order in which they are shown.
    pub fn sort_rooms(&mut self) {
        self.rooms.sort_by_cached_key(|room| {
            (
                room.kind == Kind::Direct,
                room.level == room::Level::Nothing,
                room.title.to_lowercase(),
                room.name.clone(),
            )
        });
    }

    /// Something to be done outside.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Everything to be done.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Says something to whoever looks.
    pub fn say(&mut self, text: impl Into<String>) {
        self.remark = Some(Remark { text: super::clean::line(&text.into()), is_error: false });
    }

    /// Says what went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.remark = Some(Remark { text: super::clean::line(&text.into()), is_error: true });
    }

    /// A name for a message of one's own.
    pub fn new_nonce(&mut self) -> String {
        self.written += 1;
        format!("{}-{}", self.setup.nonces, self.written)
    }

    /// How many messages of one's own wait for the server.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let waits = |room: &Room| room.pending.iter().filter(|one| one.state == PendingState::Waiting).count();
        self.rooms.iter().map(waits).sum()
    }

    /// What the terminal is called: the room, and before it the number of what wants to be read.
    #[must_use]
    pub fn title(&self) -> String {
        let count: u64 = self.listed().filter_map(Room::mark).map(|(count, _)| count).sum();
        let place = self.room().map_or_else(|| self.setup.server.clone(), Room::label);
        if count > 0 { format!("({count}) {place} · Parlor") } else { format!("{place} · Parlor") }
    }

    /// Chooses other colours.
    pub fn set_theme(&mut self, choice: ThemeChoice) {
        self.setup.theme = choice;
        self.theme = Theme::new(choice, self.setup.abilities);
        self.layouts = Layouts::default();
    }
}
