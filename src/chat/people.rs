//! Who is connected to the server, with which sessions and which status. A plain struct; the actor owns it.

mod shown;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use self::shown::Shown;
use super::turn::WorkerId;
use crate::domain::clock::Timestamp;
use crate::domain::ids::{DeviceId, RoomId, SessionId, UserId};
use crate::domain::name::{NameKey, UserName};
use crate::domain::person::{Origin, Person, SiteRole, Standing, Status};

/// From this number on, guests of one name are told apart by their id.
const CROWD: u64 = 10;

/// One live connection.
pub struct LiveSession {
    /// Whose.
    pub person: Arc<Person>,
    /// On which thread.
    pub worker: WorkerId,
    /// From where.
    pub origin: Origin,
    /// Since when.
    pub since: Timestamp,
    /// What it listens to.
    pub rooms: FewRooms,
    /// Nobody looks at it just now.
    is_away: bool,
}

/// Where a new session lives.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// On which thread.
    pub worker: WorkerId,
    /// From where it came.
    pub origin: Origin,
    /// When it came.
    pub since: Timestamp,
}

/// The rooms of one session: nearly always one or two, a hundred at most, so that looking through them costs less than
/// a table would weigh.
#[derive(Debug, Default)]
pub struct FewRooms(SmallVec<[RoomId; 2]>);

impl FewRooms {
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when this one is among them.
    pub fn contains(&self, room: RoomId) -> bool {
        self.0.contains(&room)
    }

    /// Adds one, unless it is there.
    pub fn insert(&mut self, room: RoomId) {
        if !self.contains(room) {
            self.0.push(room);
        }
    }

    /// Takes one out.
    pub fn remove(&mut self, room: RoomId) {
        self.0.retain(|other| *other != room);
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = RoomId> + '_ {
        self.0.iter().copied()
    }
}

#[derive(Default)]
struct LivePerson {
    sessions: SmallVec<[SessionId; 2]>,
    /// Not to be disturbed; outweighs what the sessions say.
    is_busy: bool,
    /// For a guest: the names they hold.
    names: SmallVec<[NameKey; 1]>,
    /// What they say of themselves: most say nothing.
    shown: Option<Box<Shown>>,
}

/// Everybody who is connected.
#[derive(Default)]
pub struct People {
    sessions: HashMap<SessionId, LiveSession>,
    by_user: HashMap<UserId, LivePerson>,
    /// The names guests use now, so that no two use the same.
    guest_names: HashMap<NameKey, UserId>,
    /// The names of the accounts that are connected.
    account_names: HashMap<NameKey, UserId>,
    /// Sessions whose login ends by itself, the first one first.
    ending: BTreeSet<(Timestamp, SessionId)>,
}

impl People {
    /// Takes a session in. A guest whose name is in use gets it with a number behind it.
    pub fn connect(&mut self, session: SessionId, place: Place, person: Arc<Person>) -> Arc<Person> {
        let person = if person.is_guest() { self.with_free_name(person) } else { person };
        let live = self.by_user.entry(person.id).or_default();
        live.sessions.push(session);
        if live.sessions.len() == 1 && !person.is_guest() {
            self.index(person.id, person.name.key());
        }
        self.ending.extend(person.grant.until.map(|until| (until, session)));
        self.sessions.insert(
            session,
            LiveSession {
                person: person.clone(),
                worker: place.worker,
                origin: place.origin,
                since: place.since,
                rooms: FewRooms::default(),
                is_away: false,
            },
        );
        person
    }

    /// Lets a session go; answers with what it was.
    pub fn disconnect(&mut self, session: SessionId) -> Option<LiveSession> {
        let live = self.sessions.remove(&session)?;
        if let Some(until) = live.person.grant.until {
            self.ending.remove(&(until, session));
        }
        let user = live.person.id;
        if let Some(person) = self.by_user.get_mut(&user) {
            person.sessions.retain(|other| *other != session);
            if person.sessions.is_empty()
                && let Some(person) = self.by_user.remove(&user)
            {
                self.release(&person.names, user);
                if !live.person.is_guest() {
                    self.unindex(user, &live.person.name.key());
                }
            }
        }
        Some(live)
    }

    /// A guest who comes without a session goes by the name of their sessions, and never by somebody else's.
    pub fn named(&self, person: Arc<Person>) -> Arc<Person> {
        if !person.is_guest() {
            return person;
        }
        if let Some((session, _)) = self.sessions_of(person.id).next() {
            return self.sessions.get(&session).map_or(person, |live| Arc::clone(&live.person));
        }
        let name = self.free_name(&person);
        if name == person.name { person } else { Arc::new(Person { name, ..(*person).clone() }) }
    }

    /// Gives a guest another name, in all their sessions; `None` when it is in use.
    pub fn rename_guest(&mut self, user: UserId, name: &UserName) -> Option<Arc<Person>> {
        let key = name.key();
        if self.guest_names.get(&key).is_some_and(|holder| *holder != user) {
            return None;
        }
        let renamed = self.rename(user, name)?;
        let old =
            self.by_user.get_mut(&user).map(|person| std::mem::replace(&mut person.names, smallvec![key.clone()]));
        self.release(&old.unwrap_or_default(), user);
        self.guest_names.insert(key, user);
        Some(renamed)
    }

    /// Gives a person another name, in all their sessions; `None` when they have none.
    pub fn rename(&mut self, user: UserId, name: &UserName) -> Option<Arc<Person>> {
        let old = self.seen(user)?;
        if !old.is_guest {
            self.unindex(user, &old.name.key());
            self.index(user, name.key());
        }
        self.change(user, |person| person.name = name.clone())
    }

    /// Gives a person another site role, in all their sessions. A session with a narrow token gets no more than its token
    /// is good for.
    pub fn promote(&mut self, user: UserId, role: SiteRole) {
        self.change(user, |person| person.standing = Standing::Account(person.grant.bound(role)));
    }

    fn change(&mut self, user: UserId, how: impl Fn(&mut Person)) -> Option<Arc<Person>> {
        let sessions = self.by_user.get(&user)?.sessions.clone();
        let mut changed = None;
        for session in sessions {
            if let Some(live) = self.sessions.get_mut(&session) {
                let mut person = (*live.person).clone();
                how(&mut person);
                live.person = Arc::new(person);
                changed = Some(live.person.clone());
            }
        }
        changed
    }

    /// The session.
    pub fn session(&self, session: SessionId) -> Option<&LiveSession> {
        self.sessions.get(&session)
    }

    /// The session, to change what it listens to.
    pub fn session_mut(&mut self, session: SessionId) -> Option<&mut LiveSession> {
        self.sessions.get_mut(&session)
    }

    /// Every session there is.
    pub fn sessions(&self) -> impl Iterator<Item = (SessionId, &LiveSession)> {
        self.sessions.iter().map(|(id, live)| (*id, live))
    }

    /// The sessions of one person, with their threads.
    pub fn sessions_of(&self, user: UserId) -> impl Iterator<Item = (SessionId, WorkerId)> + '_ {
        let sessions = self.by_user.get(&user).map_or(&[][..], |person| &person.sessions);
        sessions.iter().filter_map(|id| self.sessions.get(id).map(|live| (*id, live.worker)))
    }

    /// The sessions of one person whose login is good for this room.
    pub fn sessions_for(&self, user: UserId, room: RoomId) -> impl Iterator<Item = (SessionId, WorkerId)> + '_ {
        let is_good = move |(id, _): &(SessionId, WorkerId)| {
            self.sessions.get(id).is_some_and(|live| live.person.grant.covers(room))
        };
        self.sessions_of(user).filter(is_good)
    }

    /// The sessions whose login has ended by now; each is told of once.
    pub fn take_ended(&mut self, now: Timestamp) -> Vec<(SessionId, WorkerId)> {
        let mut ended = Vec::new();
        while let Some((_, session)) = self.ending.first().copied().filter(|(until, _)| *until <= now) {
            self.ending.pop_first();
            ended.extend(self.sessions.get(&session).map(|live| (session, live.worker)));
        }
        ended
    }

    /// The sessions that were opened with this login.
    pub fn sessions_with(&self, device: DeviceId) -> Vec<(SessionId, WorkerId)> {
        let with = |live: &LiveSession| live.person.device == Some(device);
        self.sessions.iter().filter(|(_, live)| with(live)).map(|(id, live)| (*id, live.worker)).collect()
    }

    /// True when this person is connected anywhere.
    pub fn is_online(&self, user: UserId) -> bool {
        self.by_user.contains_key(&user)
    }

    /// How present this person is: busy if they said so, online if anybody looks at one of their sessions, away if
    /// nobody looks at any.
    pub fn status(&self, user: UserId) -> Status {
        let Some(person) = self.by_user.get(&user) else { return Status::Offline };
        let looks = |id: &SessionId| self.sessions.get(id).is_some_and(|live| !live.is_away);
        match person {
            person if person.is_busy => Status::Busy,
            person if person.sessions.iter().any(looks) => Status::Online,
            _ => Status::Away,
        }
    }

    /// A session says whether anybody looks at it; without one, all sessions of the person do.
    pub fn set_away(&mut self, user: UserId, session: Option<SessionId>, is_away: bool) {
        let sessions = match session {
            Some(session) => smallvec![session],
            None => self.by_user.get(&user).map(|person| person.sessions.clone()).unwrap_or_default(),
        };
        for id in sessions {
            if let Some(live) = self.sessions.get_mut(&id).filter(|live| live.person.id == user) {
                live.is_away = is_away;
            }
        }
    }

    /// Somebody does not want to be disturbed, or does again.
    pub fn set_busy(&mut self, user: UserId, is_busy: bool) {
        if let Some(person) = self.by_user.get_mut(&user) {
            person.is_busy = is_busy;
        }
    }

    /// How many sessions there are.
    pub fn count(&self) -> usize {
        self.sessions.len()
    }

    fn with_free_name(&mut self, person: Arc<Person>) -> Arc<Person> {
        let name = self.free_name(&person);
        let key = name.key();
        if self.guest_names.insert(key.clone(), person.id).is_none() {
            self.by_user.entry(person.id).or_default().names.push(key);
        }
        if name == person.name { person } else { Arc::new(Person { name, ..(*person).clone() }) }
    }

    /// The name, with a number behind it where somebody else uses it.
    fn free_name(&self, person: &Person) -> UserName {
        let mut name = person.name.clone();
        let mut number = 1_u64;
        while self.guest_names.get(&name.key()).is_some_and(|holder| *holder != person.id) {
            number += 1;
            // A crowd under one name is not counted through: their ids tell them apart.
            let sign = if number < CROWD { number } else { number + u64::from(random_part(person.id)) };
            name = numbered(&person.name, sign);
        }
        name
    }

    fn release(&mut self, keys: &[NameKey], user: UserId) {
        for key in keys {
            if self.guest_names.get(key) == Some(&user) {
                self.guest_names.remove(key);
            }
        }
    }
}

/// The end of an id of version 7 is random (RFC 9562, section 5.7).
fn random_part(id: UserId) -> u32 {
    let [.., a, b, c, d] = *id.as_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// The name with a number behind it, shortened where it would become too long. No account can have such a name: a
/// tilde is not allowed in one.
fn numbered(name: &UserName, number: u64) -> UserName {
    use unicode_segmentation::UnicodeSegmentation;
    let number = format!("~{number}");
    let room = crate::domain::limits::USER_NAME_CHARS.saturating_sub(number.len());
    let stem: String = name.as_str().graphemes(true).take(room).collect();
    UserName::trusted(stem + &number)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::domain::grant::Grant;
    use crate::domain::person::Door;

    const HERE: Place = Place {
        worker: WorkerId(0),
        origin: Origin { door: Door::Websocket, address: IpAddr::V4(Ipv4Addr::LOCALHOST) },
        since: Timestamp(0),
    };
    use crate::domain::person::Standing;
    use uuid::Uuid;

    fn guest(number: u128, name: &str) -> Arc<Person> {
        let name = UserName::parse(name).expect("good");
        Arc::new(Person {
            id: UserId(Uuid::from_u128(number)),
            name,
            standing: Standing::Guest,
            device: None,
            grant: Grant::ALL,
        })
    }

    #[test]
    fn two_guests_never_share_a_name_and_a_name_is_free_again_after_the_last_session() {
        let mut people = People::default();
        let first = people.connect(SessionId(1), HERE, guest(1, "ann"));
        let second = people.connect(SessionId(2), HERE, guest(2, "Ann"));
        let same = people.connect(SessionId(3), HERE, guest(1, "ann"));
        assert_eq!((first.name.as_str(), second.name.as_str(), same.name.as_str()), ("ann", "Ann~2", "ann"));

        people.disconnect(SessionId(1));
        assert_eq!(people.connect(SessionId(4), HERE, guest(4, "ann")).name.as_str(), "ann~3");
        people.disconnect(SessionId(3));

        assert_eq!(people.connect(SessionId(5), HERE, guest(5, "ann")).name.as_str(), "ann");
    }

    #[test]
    fn a_long_name_is_shortened_for_its_number() {
        let mut people = People::default();
        let long = "x".repeat(32);
        people.connect(SessionId(1), HERE, guest(1, &long));
        let second = people.connect(SessionId(2), HERE, guest(2, &long));
        assert_eq!(second.name.as_str(), format!("{}~2", "x".repeat(30)));
    }

    #[test]
    fn one_session_that_is_looked_at_makes_a_person_online_and_busy_outweighs_all() {
        let mut people = People::default();
        let ann = guest(1, "ann").id;
        assert_eq!(people.status(ann), Status::Offline);
        people.connect(SessionId(1), HERE, guest(1, "ann"));
        people.connect(SessionId(2), HERE, guest(1, "ann"));
        people.set_away(ann, Some(SessionId(1)), true);
        assert_eq!(people.status(ann), Status::Online);
        people.set_away(ann, Some(SessionId(2)), true);
        assert_eq!(people.status(ann), Status::Away);

        people.set_busy(ann, true);
        assert_eq!(people.status(ann), Status::Busy);
        people.set_busy(ann, false);
        people.set_away(ann, None, false);
        assert_eq!(people.status(ann), Status::Online);

        people.set_away(guest(7, "eve").id, Some(SessionId(1)), true);
        people.set_away(ann, Some(SessionId(2)), true);
        assert_eq!(people.status(ann), Status::Online, "nobody speaks for somebody else's session");
        people.disconnect(SessionId(1));
        assert_eq!(people.status(ann), Status::Away, "the one that is left");
    }

    #[test]
    fn renaming_frees_the_old_name() {
        let mut people = People::default();
        people.connect(SessionId(1), HERE, guest(1, "ann"));
        people.connect(SessionId(2), HERE, guest(2, "bob"));
        let bob = UserName::parse("bob").expect("good");
        assert!(people.rename_guest(guest(1, "x").id, &bob).is_none());

        let eve = UserName::parse("eve").expect("good");
        assert!(people.rename_guest(guest(1, "x").id, &eve).is_some_and(|p| p.name == eve));

        assert_eq!(people.connect(SessionId(3), HERE, guest(3, "ann")).name.as_str(), "ann");
    }
}
