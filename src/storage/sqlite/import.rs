//! Takes lines of an export in, all in one transaction: a file that is not right, or a command that is ended, leaves
//! nothing. What is there already is passed over, so that the same file may come again.

use std::collections::{HashMap, HashSet};

use sqlx::SqliteConnection;

use super::SqliteStore;
use super::import_others::{self, AuditLog};
use super::import_rows::{self, Rows};
use super::log_rows::EventRow;
use crate::domain::ids::UserId;
use crate::domain::mask::MASKS;
use crate::domain::name::{RoomName, UserName};
use crate::domain::room::{Description, RoomKind, Topic};
use crate::storage::StorageError;
use crate::storage::archive::{
    EventLine, FORMAT, Header, ImportError, Line, MemberLine, OLDEST, Problem, Report, RoomLine, Tally, UserLine,
    VERSION,
};

/// So many faults of a file are told.
const FAULTS: usize = 20;

impl SqliteStore {
    /// Takes these lines in; with `dry_run` it only tells what it would do. `progress` hears of each line.
    ///
    /// # Errors
    /// Then nothing at all was written.
    pub async fn import(
        &self,
        lines: impl Iterator<Item = Result<Line, String>> + Send,
        dry_run: bool,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Report, ImportError> {
        let mut tx = self.begin().await?;
        let mut import = Import::new(&mut tx);
        for (number, line) in (1..).zip(lines) {
            import.number = number;
            let taken = match line {
                Ok(line) => import.take(line).await,
                Err(reason) => Err(Fault::Line(reason)),
            };
            import.note(taken)?;
            if import.faults.len() >= FAULTS {
                break;
            }
            progress(number);
        }
        let ended = import.finish().await;
        import.note(ended)?;
        let (report, problems) = (import.report, import.faults);
        if dry_run || !problems.is_empty() {
            tx.rollback().await.map_err(StorageError::from)?;
        } else {
            tx.commit().await.map_err(StorageError::from)?;
            // They are read from the log again, which now has others.
            drop(self.nonces.take());
            self.growth.tell();
        }
        if problems.is_empty() { Ok(report) } else { Err(ImportError::Malformed { problems }) }
    }
}

/// Why a line was not taken.
pub(super) enum Fault {
    /// It makes no sense.
    Line(String),
    /// The database failed.
    Storage(StorageError),
}

impl From<sqlx::Error> for Fault {
    /// The tables have rules of their own; whatever breaks one of them was in the line.
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(found) if found.is_check_violation() || found.is_unique_violation() || is_mismatch(found) => {
                Self::Line(format!("the database does not take it: {}", found.message()))
            }
            _ => Self::Storage(error.into()),
        }
    }
}

impl From<StorageError> for Fault {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Of NOT NULL, of a foreign key, of a type.
fn is_mismatch(error: &dyn sqlx::error::DatabaseError) -> bool {
    const CONSTRAINT: i32 = 19;
    error.code().and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| code & 0xff == CONSTRAINT)
}

pub(super) fn wrong(reason: impl std::fmt::Display) -> Fault {
    Fault::Line(reason.to_string())
}

/// What becomes of a room of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its log is taken in.
    New,
    /// It is here already.
    Present,
    /// It is left out; that was told.
    LeftOut,
}

#[derive(Debug)]
pub(super) struct Room {
    name: String,
    /// Its id here.
    pub(super) id: i64,
    pub(super) fate: Fate,
    /// How many events the file says there are, and how many came.
    pub(super) expected: u64,
    came: u64,
    messages: u64,
}

pub(super) struct Import<'c> {
    pub(super) connection: &'c mut SqliteConnection,
    has_header: bool,
    number: u64,
    /// By the id of the file.
    pub(super) rooms: HashMap<i64, Room>,
    /// Accounts of the file that are accounts here now.
    pub(super) users: HashSet<UserId>,
    /// What is known of the audit log here, once there was a line of it.
    pub(super) audit: Option<AuditLog>,
    rows: Rows,
    pub(super) report: Report,
    faults: Vec<Problem>,
}

impl<'c> Import<'c> {
    fn new(connection: &'c mut SqliteConnection) -> Self {
        Self {
            connection,
            has_header: false,
            number: 0,
            rooms: HashMap::new(),
            users: HashSet::new(),
            audit: None,
            rows: Rows::default(),
            report: Report::default(),
            faults: Vec::new(),
        }
    }

    fn note(&mut self, taken: Result<(), Fault>) -> Result<(), ImportError> {
        match taken {
            Ok(()) => {}
            Err(Fault::Line(reason)) => self.faults.push(Problem { line: self.number, reason }),
            Err(Fault::Storage(error)) => return Err(error.into()),
        }
        Ok(())
    }

    pub(super) fn leave_out(&mut self, reason: String) {
        self.report.left_out.push(Problem { line: self.number, reason });
    }

    async fn take(&mut self, line: Line) -> Result<(), Fault> {
        match line {
            Line::Header(header) if !self.has_header => {
                self.has_header = true;
                check_header(&header)
            }
            Line::Header(_) => Err(wrong("a second header; give one export at a time")),
            _ if !self.has_header => {
                self.has_header = true;
                Err(wrong("the file does not begin with a header; is it an export of this program?"))
            }
            Line::User(line) => self.user(&line).await,
            Line::Setting(line) if super::export::stays_here(&line.key) => {
                self.leave_out(format!("the setting {} is not for import", line.key));
                Ok(())
            }
            Line::Setting(line) => {
                let here = import_rows::setting(self.connection, &line).await?;
                if here.as_ref().is_some_and(|here| *here != line.value) {
                    self.leave_out(format!("the setting {} is another one here, and stays", line.key));
                } else {
                    self.report.others.count(here.is_none());
                }
                Ok(())
            }
            Line::Ban(line) => {
                if line.user.is_some_and(|user| !self.users.contains(&user)) {
                    self.leave_out("a ban of an account that is not here".to_owned());
                    return Ok(());
                }
                let is_new = import_rows::ban(self.connection, &line).await?;
                self.report.others.count(is_new);
                Ok(())
            }
            Line::Invite(line) => self.invite(&line).await,
            Line::Login(line) => self.login(&line).await,
            Line::Report(line) => self.report(&line).await,
            Line::Audit(line) => self.audit(&line).await,
            Line::Room(line) => self.room(*line).await,
            Line::Member(line) => self.member(&line).await,
            Line::Event(line) => self.event(&line).await,
        }
    }

    async fn user(&mut self, line: &UserLine) -> Result<(), Fault> {
        let name = UserName::parse(&line.name).map_err(|error| wrong(format!("the name {:?}: {error}", line.name)))?;
        match import_rows::user_here(self.connection, line.id, &name).await? {
            Some(true) => {
                self.users.insert(line.id);
                self.report.users.present += 1;
            }
            Some(false) => self.leave_out(format!(
                "somebody else is called {name} here: that account and its memberships are left out, its messages stay"
            )),
            None => {
                import_rows::add_user(self.connection, line, &name).await?;
                for told in import_others::add_identities(self.connection, line).await? {
                    self.leave_out(told);
                }
                self.users.insert(line.id);
                self.report.users.added += 1;
            }
        }
        Ok(())
    }

    async fn room(&mut self, line: RoomLine) -> Result<(), Fault> {
        let name = RoomName::parse_existing(&line.name);
        let name = name.map_err(|error| wrong(format!("the room name {:?}: {error}", line.name)))?;
        let kind = RoomKind::parse(&line.kind).ok_or_else(|| wrong(format!("a room of the kind {:?}", line.kind)))?;
        Topic::parse(&line.topic).map_err(wrong)?;
        Description::parse(&line.description).map_err(wrong)?;
        if line.rules.masks.len() > MASKS {
            return Err(wrong(format!("a room has {MASKS} masks at most")));
        }
        if (kind == RoomKind::Direct) == line.people.is_empty() {
            return Err(wrong("a direct room has people, and no other room has"));
        }
        if self.rooms.contains_key(&line.id) {
            return Err(wrong(format!("a second room with the id {}", line.id)));
        }
        let here = import_rows::room_here(self.connection, &line, &name).await?;
        let is_new = here.is_none();
        let (id, fate) = match here {
            None => (import_rows::add_room(self.connection, &line, &name).await?, Fate::New),
            // An empty room of that name, such as the lobby of a fresh server, becomes this one.
            Some(here) if here.last_seq == 0 && here.kind == line.kind && here.is_namesake => {
                import_rows::adopt_room(self.connection, here.id, &line, &name).await?;
                (here.id, Fate::New)
            }
            // Whether it is the same one, its first and its last event tell.
            Some(here) if here.is_namesake && here.last_seq >= line.events => (here.id, Fate::Present),
            Some(here) => {
                self.leave_out(format!("there is another room {name} here; rename that one, then import again"));
                (here.id, Fate::LeftOut)
            }
        };
        match fate {
            Fate::New => self.report.rooms.count(is_new),
            Fate::Present => self.report.rooms.present += 1,
            Fate::LeftOut => {}
        }
        let name = name.as_str().to_owned();
        self.rooms.insert(line.id, Room { name, id, fate, expected: line.events, came: 0, messages: 0 });
        Ok(())
    }

    async fn member(&mut self, line: &MemberLine) -> Result<(), Fault> {
        let Some(room) = self.rooms.get(&line.room) else {
            return Err(wrong(format!("there is no room with the id {} before it", line.room)));
        };
        if line.read_seq > room.expected {
            return Err(wrong(format!("{} events read, of {}", line.read_seq, room.expected)));
        }
        match room.fate {
            Fate::Present => self.report.members.present += 1,
            Fate::New if self.users.contains(&line.user) => {
                let is_new = import_rows::member(self.connection, room.id, line).await?;
                self.report.members.count(is_new);
            }
            Fate::New | Fate::LeftOut => {}
        }
        Ok(())
    }

    async fn event(&mut self, line: &EventLine) -> Result<(), Fault> {
        let Some(room) = self.rooms.get_mut(&line.room) else {
            return Err(wrong(format!("there is no room with the id {} before it", line.room)));
        };
        if line.seq != room.came + 1 || line.seq > room.expected {
            // Once: all that follow would be wrong too.
            let first = std::mem::replace(&mut room.came, u64::MAX - 1) != u64::MAX - 1;
            let (name, came) = (room.name.clone(), line.seq);
            return if first { Err(wrong(format!("event {came} of {name} is not the next one"))) } else { Ok(()) };
        }
        room.came += 1;
        room.messages += u64::from(line.kind == "message");
        match room.fate {
            Fate::New => {
                let row = EventRow::of_line(line, room.id, room.messages).map_err(wrong)?;
                self.rows.add(row, line, room.id)?;
                self.report.events.added += 1;
                if self.rows.is_full() {
                    self.rows.write(self.connection).await?;
                }
            }
            Fate::Present if line.seq == 1 || line.seq == room.expected => {
                if import_rows::is_here(self.connection, room.id, line).await? {
                    self.report.events.present += 1;
                } else {
                    room.fate = Fate::LeftOut;
                    let name = room.name.clone();
                    self.leave_out(format!("the room {name} has another log here; rename that one, then import again"));
                }
            }
            Fate::Present => self.report.events.present += 1,
            Fate::LeftOut => {}
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), Fault> {
        if !self.has_header && self.faults.is_empty() {
            return Err(wrong("the file is empty"));
        }
        self.rows.write(self.connection).await?;
        for room in self.rooms.values() {
            if room.came < room.expected {
                let (name, came, expected) = (&room.name, room.came, room.expected);
                return Err(wrong(format!("the file is cut short: it has {came} of {expected} events of {name}")));
            }
            if room.fate == Fate::New {
                import_rows::set_end(self.connection, room.id, room.expected, room.messages).await?;
            }
        }
        Ok(())
    }
}

fn check_header(header: &Header) -> Result<(), Fault> {
    if header.format != FORMAT {
        return Err(wrong(format!("a file of the format {:?}", header.format)));
    }
    if !(OLDEST..=VERSION).contains(&header.version) {
        let version = header.version;
        return Err(wrong(format!("version {version} of the format; this program reads {VERSION}, take a newer one")));
    }
    Ok(())
}

impl Tally {
    pub(super) fn count(&mut self, is_new: bool) {
        if is_new {
            self.added += 1;
        } else {
            self.present += 1;
        }
    }
}
