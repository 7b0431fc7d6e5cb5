//! The live state of one room: members, who is connected, who is coming in. A plain struct; the actor owns it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::feed::{Attention, KINDS};
use super::parts::Parts;
use super::reply::Caller;
use super::turn::WorkerId;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{Seq, SessionId, UserId};
use crate::domain::membership::{Level, Mark, Membership, Role};
use crate::domain::permission::{Actor, LOBBY, RoomFacts};
use crate::domain::person::{Author, Person, Status};
use crate::domain::room::RoomInfo;
use crate::domain::room_rules::{RoomRules, RuleChange};
use crate::domain::status_line::StatusLine;
use crate::protocol::command::Command;
use crate::protocol::server_frame::{Ephemeral, PresenceChange, ShownLine};
use crate::storage::rooms::StoredRoom;

/// Above this many connected people only their number is told, not their names.
pub const PRESENCE_NAMES: usize = 200;

/// One room in memory.
pub struct Room {
    /// What it is; `last_seq` is the last committed event.
    pub info: RoomInfo,
    memberships: HashMap<UserId, Membership>,
    listeners: HashMap<SessionId, Listener>,
    /// How many listen on each thread, in each way.
    per_worker: Vec<[u32; KINDS]>,
    present: HashMap<UserId, Present>,
    /// How many of them look offline to the others.
    hidden: usize,
    changed: HashSet<UserId>,
    gone: HashMap<UserId, Author>,
    /// Of those who changed: who was not here when that was last told.
    came: HashSet<UserId>,
    /// People whose `joined` or `left` is on its way into the log, with what is to be done after it.
    changing: HashMap<UserId, Vec<(Caller, Command)>>,
    /// In slow mode: when each has last written.
    said_at: HashMap<UserId, Timestamp>,
    /// What some are for as long as they are there.
    pub parts: Parts,
    /// Rules are being stored: what is to change after them.
    pub ruling: Option<Vec<(Caller, Vec<RuleChange>)>>,
    /// Drafts in the journal.
    in_flight: usize,
    /// It is being deleted.
    pub ending: Option<Ending>,
    /// When it was last of use to anybody.
    pub used_at: Timestamp,
}

/// A room that is being deleted.
pub struct Ending {
    /// Who asked for it, until the database was asked.
    pub asked: Option<Caller>,
    /// What was asked of the room since.
    pub waiting: Vec<(Caller, Command)>,
}

struct Listener {
    user: UserId,
    worker: WorkerId,
    attention: Attention,
}

struct Present {
    author: Author,
    is_guest: bool,
    status: Status,
    sessions: u32,
}

impl Room {
    /// A room as it was stored, with nobody connected.
    pub fn new(stored: StoredRoom, now: Timestamp) -> Self {
        Self {
            info: stored.info,
            memberships: stored.memberships.into_iter().map(|membership| (membership.user, membership)).collect(),
            listeners: HashMap::new(),
            per_worker: Vec::new(),
            present: HashMap::new(),
            hidden: 0,
            changed: HashSet::new(),
            gone: HashMap::new(),
            came: HashSet::new(),
            changing: HashMap::new(),
            said_at: HashMap::new(),
            parts: Parts::default(),
            ruling: None,
            in_flight: 0,
            ending: None,
            used_at: now,
        }
    }

    /// What permissions depend on.
    pub fn facts(&self) -> RoomFacts {
        let is_lobby = self.info.name.as_str() == LOBBY;
        RoomFacts {
            is_lobby,
            archived: self.info.archived,
            moderated: self.info.rules.moderated,
            open_topic: self.info.rules.open_topic,
            ..RoomFacts::new(self.info.kind)
        }
    }

    /// This person in this room.
    pub fn actor(&self, person: &Person) -> Actor {
        Actor { standing: person.standing, membership: self.part_of(person.id, person.is_guest()) }
    }

    /// What somebody is here, guests too, with what they are only as long as they are here.
    pub fn part_of(&self, user: UserId, is_guest: bool) -> Option<Membership> {
        let voice = self.parts.has_voice(user);
        if !is_guest {
            return self.membership(user).map(|membership| Membership { voice, ..membership });
        }
        let role = self.parts.guest_role(user);
        let place = Mark { seq: self.info.last_seq, n: self.info.messages };
        (voice || role.is_some())
            .then(|| Membership { voice, ..Membership::new(user, role.unwrap_or(Role::Member), place) })
    }

    /// The rules as this person may know them: the key is for those who are in it.
    pub fn shown_rules(&self, person: &Person) -> RoomRules {
        let is_in = self.part_of(person.id, person.is_guest()).is_some_and(|part| !part.banned);
        let key = self.info.rules.key.clone().filter(|_| is_in || self.is_here(person.id));
        let RoomRules { moderated, open_topic, invite_only, hidden, most, .. } = self.info.rules;
        RoomRules { moderated, open_topic, invite_only, hidden, key, most, masks: Vec::new() }
    }

    /// The row of this person, the banned too.
    pub fn membership(&self, user: UserId) -> Option<Membership> {
        self.memberships.get(&user).copied()
    }

    /// How many members there are.
    pub fn count_members(&self) -> usize {
        self.memberships.values().filter(|membership| !membership.banned).count()
    }

    /// Makes somebody a member; reading starts at `place`, that of their `joined`.
    pub fn add_member(&mut self, user: UserId, role: Role, place: Mark) {
        self.memberships.entry(user).or_insert_with(|| Membership::new(user, role, place));
    }

    /// Another role for a member.
    pub fn set_role(&mut self, user: UserId, role: Role) {
        if let Some(membership) = self.memberships.get_mut(&user) {
            membership.role = role;
        }
    }

    /// What a member wants to be told of.
    pub fn set_level(&mut self, user: UserId, level: Level) {
        if let Some(membership) = self.memberships.get_mut(&user) {
            membership.level = level;
        }
    }

    /// A member reads and does not write until then.
    pub fn set_muted(&mut self, user: UserId, until: Option<Timestamp>) {
        if let Some(membership) = self.memberships.get_mut(&user) {
            membership.muted_until = until;
        }
    }

    /// Somebody is shut out. Whoever was a member is taken out by the `left` that follows.
    pub fn ban(&mut self, user: UserId) {
        let place = Mark { seq: self.info.last_seq, n: self.info.messages };
        let membership = self.memberships.entry(user).or_insert_with(|| Membership::new(user, Role::Member, place));
        membership.banned = true;
    }

    /// Somebody may come in again; they are no member.
    pub fn lift_ban(&mut self, user: UserId) {
        if self.memberships.get(&user).is_some_and(|membership| membership.banned) {
            self.memberships.remove(&user);
        }
    }

    /// Somebody wants to write in slow mode: how many seconds they have to wait still, or nothing. Then it counts.
    pub fn slow_down(&mut self, user: UserId, now: Timestamp) -> Option<u64> {
        let pause = Duration::from_secs(u64::from(self.info.slow_mode));
        if pause.is_zero() {
            self.said_at.clear();
            return None;
        }
        let left = self.said_at.get(&user).and_then(|at| pause.checked_sub(now.since(*at)));
        if let Some(left) = left.filter(|left| !left.is_zero()) {
            return Some(left.as_secs().max(1));
        }
        self.said_at.retain(|_, at| now.since(*at) < pause);
        self.said_at.insert(user, now);
        None
    }

    /// How many own it.
    pub fn owners(&self) -> usize {
        self.memberships.values().filter(|membership| !membership.banned && membership.role == Role::Owner).count()
    }

    /// Ends a membership, unless it is that of somebody banned.
    pub fn remove_member(&mut self, user: UserId) {
        if self.memberships.get(&user).is_some_and(|membership| !membership.banned) {
            self.memberships.remove(&user);
        }
    }

    /// Moves a read cursor up; `false` when it does not move.
    pub fn move_cursor(&mut self, user: UserId, to: Mark) -> bool {
        let moves = self.memberships.get(&user).is_some_and(|membership| to.seq > membership.read.seq);
        moves && self.set_cursor(user, to)
    }

    /// Moves a read cursor, also down; `false` when it does not move.
    pub fn set_cursor(&mut self, user: UserId, to: Mark) -> bool {
        match self.memberships.get_mut(&user) {
            Some(membership) if to.seq != membership.read.seq && to.seq <= self.info.last_seq => {
                membership.read = to;
                true
            }
            _ => false,
        }
    }

    /// A session listens from now on; answers how it did before, if it did.
    pub fn connect(
        &mut self,
        session: SessionId,
        worker: WorkerId,
        person: &Person,
        status: Status,
        attention: Attention,
    ) -> Option<Attention> {
        if self.per_worker.len() <= worker.0 {
            self.per_worker.resize(worker.0 + 1, [0; KINDS]);
        }
        self.per_worker[worker.0][attention as usize] += 1;
        if let Some(old) = self.listeners.insert(session, Listener { user: person.id, worker, attention }) {
            self.per_worker[worker.0][old.attention as usize] -= 1;
            return Some(old.attention);
        }
        let fresh = || Present { author: person.into(), is_guest: person.is_guest(), status, sessions: 0 };
        let here = self.present.entry(person.id).or_insert_with(fresh);
        here.sessions += 1;
        if here.sessions == 1 {
            if status == Status::Offline {
                self.hidden += 1;
            } else {
                self.changed.insert(person.id);
                if self.gone.remove(&person.id).is_none() {
                    self.came.insert(person.id);
                }
            }
        }
        None
    }

    /// A session listens no longer; answers how it did, if it did.
    pub fn disconnect(&mut self, session: SessionId, now: Timestamp) -> Option<Attention> {
        let Listener { user, worker, attention } = self.listeners.remove(&session)?;
        self.per_worker[worker.0][attention as usize] -= 1;
        self.used_at = now;
        if let Some(present) = self.present.get_mut(&user) {
            present.sessions -= 1;
            if present.sessions == 0
                && let Some(present) = self.present.remove(&user)
            {
                self.parts.went(user);
                if present.status == Status::Offline {
                    self.hidden -= 1;
                } else {
                    self.changed.insert(user);
                    self.gone.insert(user, present.author);
                }
            }
        }
        Some(attention)
    }

    /// Somebody has another presence, another status or another name.
    pub fn update_presence(&mut self, author: &Author, status: Status) {
        if let Some(present) = self.present.get_mut(&author.id) {
            let before = std::mem::replace(&mut present.status, status);
            present.author = author.clone();
            self.hidden += usize::from(status == Status::Offline);
            self.hidden -= usize::from(before == Status::Offline);
            if (before, status) != (Status::Offline, Status::Offline) {
                self.changed.insert(author.id);
            }
            if before == Status::Offline && status != Status::Offline {
                self.came.insert(author.id);
            }
        }
    }

    /// The threads with somebody who listens in this way.
    pub fn workers(&self, attention: Attention) -> impl Iterator<Item = WorkerId> + '_ {
        let listens = move |counts: &[u32; KINDS]| counts[attention as usize] > 0;
        self.per_worker.iter().enumerate().filter(move |(_, counts)| listens(counts)).map(|(at, _)| WorkerId(at))
    }

    /// How many people are connected, as everybody may know.
    pub fn online(&self) -> usize {
        self.present.len() - self.hidden
    }

    /// The presence of one person here.
    pub fn status_of(&self, user: UserId) -> Status {
        self.present.get(&user).map_or(Status::Offline, |present| present.status)
    }

    /// Whether somebody is here, seen or not.
    pub fn is_here(&self, user: UserId) -> bool {
        self.present.contains_key(&user)
    }

    /// How many are here, seen or not.
    pub fn count_here(&self) -> usize {
        self.present.len()
    }

    /// Everybody who is here and is seen.
    pub fn seen_here(&self) -> impl Iterator<Item = UserId> + '_ {
        self.present.iter().filter(|(_, present)| present.status != Status::Offline).map(|(user, _)| *user)
    }

    /// The guests who are connected.
    pub fn guests(&self) -> impl Iterator<Item = (&Author, Status)> {
        self.present.values().filter(|present| present.is_guest).map(|present| (&present.author, present.status))
    }

    /// The sessions of one person that listen here.
    pub fn sessions_of(&self, user: UserId) -> Vec<SessionId> {
        self.listeners.iter().filter(|(_, listener)| listener.user == user).map(|(session, _)| *session).collect()
    }

    /// True when there is something to tell about who came and went.
    pub fn has_presence_news(&self) -> bool {
        !self.changed.is_empty()
    }

    /// What has changed since the last call, as one frame; `line` tells what somebody says of themselves.
    pub fn take_presence_news<'a>(&mut self, line: impl Fn(UserId) -> Option<&'a StatusLine>) -> Ephemeral {
        let touched = std::mem::take(&mut self.changed);
        let gone = std::mem::take(&mut self.gone);
        let came = std::mem::take(&mut self.came);
        let changes = if self.present.len() > PRESENCE_NAMES {
            Vec::new()
        } else {
            let change = |user: &UserId| {
                let (author, status) = match (self.present.get(user), gone.get(user)) {
                    (Some(present), _) => (&present.author, present.status),
                    (None, Some(author)) => (author, Status::Offline),
                    (None, None) => return None,
                };
                let line = ShownLine::new(line(*user));
                Some(PresenceChange { user: author.clone(), status, line, came: came.contains(user) })
            };
            touched.iter().filter_map(change).collect()
        };
        Ephemeral::Presence { room: self.info.name.clone(), online: self.online(), changes }
    }

    /// Somebody's membership is about to change: what is asked for meanwhile waits. `true` for the first change, which
    /// has to be written down.
    pub fn begin_change(&mut self, user: UserId) -> bool {
        match self.changing.entry(user) {
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(Vec::new());
                true
            }
        }
    }

    /// Keeps a command until this person's membership has changed; gives it back when there is nothing to wait for.
    pub fn wait_for_change(&mut self, user: UserId, caller: Caller, command: Command) -> Option<(Caller, Command)> {
        match self.changing.get_mut(&user) {
            Some(waiting) => {
                waiting.push((caller, command));
                None
            }
            None => Some((caller, command)),
        }
    }

    /// The membership has changed, or could not: what waited for it.
    pub fn end_change(&mut self, user: UserId) -> Vec<(Caller, Command)> {
        self.changing.remove(&user).unwrap_or_default()
    }

    /// A draft went into the journal.
    pub fn draft_sent(&mut self) {
        self.in_flight += 1;
    }

    /// A draft came back from the journal.
    pub fn draft_returned(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// The furthest event that anybody can know of: what the journal has may be in the log, and read there, before its outcome
    /// is back here.
    pub fn furthest(&self) -> Seq {
        self.info.last_seq + self.in_flight as u64
    }

    /// Whoever asked for its end, once nothing of it is in the journal any more; each is told of once.
    pub fn take_end(&mut self) -> Option<Caller> {
        if self.in_flight > 0 { None } else { self.ending.as_mut()?.asked.take() }
    }

    /// True when nothing would be lost by forgetting it.
    pub fn is_idle(&self) -> bool {
        self.listeners.is_empty()
            && self.changing.is_empty()
            && self.in_flight == 0
            && self.ending.is_none()
            && self.ruling.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::grant::Grant;
    use crate::domain::ids::RoomId;
    use crate::domain::name::{RoomName, UserName};
    use crate::domain::person::Standing;
    use crate::domain::room::{Description, RoomKind, Topic};
    use uuid::Uuid;

    const LOOKS: Attention = Attention::Looks;

    fn room() -> Room {
        let info = RoomInfo {
            id: RoomId(1),
            name: RoomName::trusted("lobby".into()),
            kind: RoomKind::Public,
            topic: Topic::default(),
            description: Description::default(),
            archived: false,
            slow_mode: 0,
            rules: RoomRules::default(),
            last_seq: 5,
            messages: 3,
            made_by: None,
            made_at: Timestamp(0),
        };
        Room::new(StoredRoom { info, memberships: Vec::new() }, Timestamp(0))
    }

    #[test]
    fn what_the_journal_has_may_have_been_read_already() {
        let mut room = room();
        assert_eq!(room.furthest(), 5);
        room.draft_sent();
        assert_eq!(room.furthest(), 6);
        room.draft_returned();
        assert_eq!(room.furthest(), 5);
    }

    fn guest(number: u128) -> Person {
        let name = UserName::trusted(format!("guest{number}"));
        Person { id: UserId(Uuid::from_u128(number)), name, standing: Standing::Guest, device: None, grant: Grant::ALL }
    }

    fn changes(room: &mut Room) -> Vec<(String, Status)> {
        let Ephemeral::Presence { changes, .. } = room.take_presence_news(|_| None) else {
            panic!("presence expected")
        };
        changes.into_iter().map(|change| (change.user.name.to_string(), change.status)).collect()
    }

    #[test]
    fn a_person_with_two_sessions_is_online_once_and_gone_after_the_last() {
        let mut room = room();
        let ann = guest(1);
        assert!(room.connect(SessionId(1), WorkerId(0), &ann, Status::Online, LOOKS).is_none());
        assert!(room.connect(SessionId(2), WorkerId(3), &ann, Status::Online, LOOKS).is_none());
        assert_eq!(room.connect(SessionId(2), WorkerId(3), &ann, Status::Online, LOOKS), Some(LOOKS));
        assert_eq!(room.online(), 1);
        assert_eq!(room.workers(LOOKS).collect::<Vec<_>>(), [WorkerId(0), WorkerId(3)]);
        assert_eq!(changes(&mut room), [("guest1".to_owned(), Status::Online)]);

        room.disconnect(SessionId(1), Timestamp(1));

        assert!(!room.has_presence_news());
        assert_eq!(room.workers(LOOKS).collect::<Vec<_>>(), [WorkerId(3)]);

        room.disconnect(SessionId(2), Timestamp(2));

        assert_eq!(changes(&mut room), [("guest1".to_owned(), Status::Offline)]);
        assert!(room.is_idle());
    }

    #[test]
    fn a_session_that_looks_elsewhere_goes_on_listening() {
        let mut room = room();
        room.connect(SessionId(1), WorkerId(1), &guest(1), Status::Online, LOOKS);

        let before = room.connect(SessionId(1), WorkerId(1), &guest(1), Status::Online, Attention::Listens);

        assert_eq!((before, room.online()), (Some(LOOKS), 1));
        assert_eq!(room.workers(LOOKS).count(), 0);
        assert_eq!(room.workers(Attention::Listens).collect::<Vec<_>>(), [WorkerId(1)]);
        assert_eq!(room.disconnect(SessionId(1), Timestamp(1)), Some(Attention::Listens));
        assert_eq!(room.workers(Attention::Listens).count(), 0);
    }

    #[test]
    fn somebody_who_comes_and_goes_between_two_frames_is_told_once() {
        let mut room = room();
        room.connect(SessionId(1), WorkerId(0), &guest(1), Status::Online, LOOKS);
        room.disconnect(SessionId(1), Timestamp(1));
        room.connect(SessionId(2), WorkerId(0), &guest(1), Status::Online, LOOKS);
        assert_eq!(changes(&mut room), [("guest1".to_owned(), Status::Online)]);
        assert!(!room.has_presence_news());
    }

    #[test]
    fn somebody_who_hides_listens_and_is_told_to_nobody() {
        let mut room = room();
        let ann = guest(1);
        room.connect(SessionId(1), WorkerId(0), &ann, Status::Offline, LOOKS);
        assert!(room.online() == 0 && !room.has_presence_news());
        assert_eq!(room.workers(LOOKS).count(), 1);

        let author = Author::from(&ann);
        room.update_presence(&author, Status::Offline);
        assert!(!room.has_presence_news());
        room.update_presence(&author, Status::Online);
        assert_eq!((room.online(), changes(&mut room)), (1, vec![("guest1".to_owned(), Status::Online)]));
        room.update_presence(&author, Status::Offline);
        assert_eq!((room.online(), changes(&mut room)), (0, vec![("guest1".to_owned(), Status::Offline)]));

        room.disconnect(SessionId(1), Timestamp(1));
        assert!(room.online() == 0 && !room.has_presence_news());
    }

    #[test]
    fn a_large_room_tells_numbers_instead_of_names() {
        let mut room = room();
        for number in 0..=PRESENCE_NAMES as u64 {
            room.connect(SessionId(number), WorkerId(0), &guest(u128::from(number)), Status::Online, LOOKS);
        }
        let Ephemeral::Presence { online, changes, .. } = room.take_presence_news(|_| None) else {
            panic!("presence expected")
        };
        assert_eq!((online, changes.len()), (PRESENCE_NAMES + 1, 0));
    }

    #[test]
    fn a_cursor_moves_up_and_never_beyond_the_log() {
        let mut room = room();
        let user = guest(1).id;
        let mark = |seq, n| Mark { seq, n };
        assert!(!room.move_cursor(user, mark(1, 1)), "no member, no cursor");
        room.add_member(user, Role::Member, mark(2, 1));
        assert!(room.move_cursor(user, mark(4, 2)));
        assert!(!room.move_cursor(user, mark(3, 2)));
        assert!(!room.move_cursor(user, mark(6, 3)));
        assert_eq!(room.membership(user).map(|m| m.read), Some(mark(4, 2)));
        assert!(room.set_cursor(user, mark(1, 0)), "unless somebody wants to read again");
    }

    #[test]
    fn a_ban_outlives_leaving() {
        let mut room = room();
        let user = guest(1).id;
        room.memberships
            .insert(user, Membership { banned: true, ..Membership::new(user, Role::Member, Mark::default()) });
        room.remove_member(user);
        room.add_member(user, Role::Owner, Mark::default());
        assert!(room.membership(user).is_some_and(|m| m.banned));
        assert_eq!(room.count_members(), 0);
    }
}
