//! Tells those who follow rooms at once who comes and goes, and those who watch for names. All other doors are told with
//! the beat, see `upkeep`. Somebody who hides their presence neither comes nor goes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::feed::Attention;
use super::server::ChatServer;
use super::turn::{Item, WorkerId};
use crate::domain::ids::{RoomId, SessionId, UserId};
use crate::domain::name::{NameKey, RoomName};
use crate::domain::person::{Person, Status};
use crate::protocol::crowd::{Crowd, Seen, Stir, WasHere};
use crate::protocol::encode::News;

/// How many are remembered of those who were here.
const REMEMBERED: usize = 200;

/// Who watches for whom, and who was here.
#[derive(Default)]
pub struct Lookout {
    occasion: u64,
    watchers: HashMap<NameKey, Vec<SessionId>>,
    were_here: VecDeque<WasHere>,
}

impl Lookout {
    /// A number that nothing that was told has had before.
    pub fn occasion(&mut self) -> u64 {
        self.occasion += 1;
        self.occasion
    }

    /// A session watches for a name.
    pub fn watch(&mut self, key: NameKey, session: SessionId) {
        let watchers = self.watchers.entry(key).or_default();
        if !watchers.contains(&session) {
            watchers.push(session);
        }
    }

    /// A session watches for a name no longer.
    pub fn unwatch(&mut self, key: &NameKey, session: SessionId) {
        if let Some(watchers) = self.watchers.get_mut(key) {
            watchers.retain(|other| *other != session);
            if watchers.is_empty() {
                self.watchers.remove(key);
            }
        }
    }

    /// A session watches for nobody.
    pub fn forget(&mut self, session: SessionId) {
        self.watchers.retain(|_, watchers| {
            watchers.retain(|other| *other != session);
            !watchers.is_empty()
        });
    }

    /// Those who had this name, the last one first.
    pub fn were_here(&self, key: &NameKey) -> Vec<WasHere> {
        self.were_here.iter().rev().filter(|gone| gone.seen.name.key() == *key).cloned().collect()
    }

    /// Somebody has gone, or has another name.
    pub fn remember(&mut self, gone: WasHere) {
        if self.were_here.len() >= REMEMBERED {
            self.were_here.pop_front();
        }
        self.were_here.push_back(gone);
    }
}

impl ChatServer {
    /// Somebody as others see them. One who hides is seen by what they do only.
    pub(super) fn seen(&self, user: UserId) -> Option<Arc<Seen>> {
        self.people.seen(user).map(|seen| {
            let away = seen.away.clone().filter(|_| !self.profiles.privacy(user).hide_presence);
            Arc::new(Seen { away, ..seen })
        })
    }

    /// Somebody who may have no session, as others see them or would.
    pub(super) fn seen_as(&self, person: &Person) -> Arc<Seen> {
        let now = self.clock.now();
        self.seen(person.id).unwrap_or_else(|| Arc::new(Seen::without_session(person, now)))
    }

    /// True when somebody follows the room.
    pub(super) fn is_followed(&self, id: RoomId) -> bool {
        self.rooms.get(&id).is_some_and(|room| room.workers(Attention::Follows).next().is_some())
    }

    /// Tells those who follow a room.
    pub(super) fn stir(&mut self, id: RoomId, who: &Arc<Seen>, stir: Stir, except: Option<SessionId>) {
        let occasion = self.crowd.occasion();
        self.stir_at(id, who, stir, except, occasion);
    }

    /// Tells those who follow a room; the same occasion may be told in others too.
    pub(super) fn stir_at(
        &mut self,
        id: RoomId,
        who: &Arc<Seen>,
        stir: Stir,
        except: Option<SessionId>,
        occasion: u64,
    ) {
        if !self.is_followed(id) {
            return;
        }
        let at = self.clock.now();
        let Some(room) = self.rooms.get(&id) else { return };
        let crowd = Crowd { occasion, room: Some(room.info.name.clone()), who: Arc::clone(who), at, stir };
        self.ports.broadcast(room, News::Crowd(crowd), except);
    }

    /// Tells everybody who follows a room in which somebody is, and their own sessions.
    pub(super) fn stir_around(&mut self, user: UserId, stir: &Stir, except: Option<SessionId>) {
        let Some(who) = self.seen(user) else { return };
        let occasion = self.crowd.occasion();
        let sessions: Vec<(SessionId, WorkerId)> =
            self.people.sessions_of(user).filter(|(session, _)| Some(*session) != except).collect();
        for (session, worker) in sessions {
            self.aside(session, worker, None, &who, stir.clone(), occasion);
        }
        if self.shown_status(user) == Status::Offline {
            return;
        }
        if matches!(stir, Stir::Away | Stir::Presented) {
            self.tell_watchers_at(&who, &who.name.key(), stir, occasion);
        }
        for id in self.rooms_with(user) {
            self.stir_at(id, &who, stir.clone(), except, occasion);
        }
    }

    /// Tells one session.
    pub(super) fn aside(
        &mut self,
        session: SessionId,
        worker: WorkerId,
        room: Option<RoomName>,
        who: &Arc<Seen>,
        stir: Stir,
        occasion: u64,
    ) {
        let crowd = Arc::new(Crowd { occasion, room, who: Arc::clone(who), at: self.clock.now(), stir });
        self.ports.push(worker, Item::Aside { session, crowd });
    }

    /// The rooms somebody is in, with any session.
    pub(super) fn rooms_with(&self, user: UserId) -> Vec<RoomId> {
        let live = self.people.sessions_of(user).filter_map(|(session, _)| self.people.session(session));
        let mut rooms: Vec<RoomId> = live.flat_map(|live| live.rooms.iter()).collect();
        rooms.sort_unstable();
        rooms.dedup();
        rooms
    }

    /// Tells those who watch for a name that somebody has it now, or nobody any more.
    pub(super) fn tell_watchers(&mut self, who: &Arc<Seen>, key: &NameKey, stir: &Stir) {
        let occasion = self.crowd.occasion();
        self.tell_watchers_at(who, key, stir, occasion);
    }

    fn tell_watchers_at(&mut self, who: &Arc<Seen>, key: &NameKey, stir: &Stir, occasion: u64) {
        let Some(watchers) = self.crowd.watchers.get(key) else { return };
        let live = |id: &SessionId| self.people.session(*id).map(|live| (*id, live.worker));
        let sessions: Vec<(SessionId, WorkerId)> = watchers.iter().filter_map(live).collect();
        for (session, worker) in sessions {
            self.aside(session, worker, None, who, stir.clone(), occasion);
        }
    }

    /// Somebody has opened their first session.
    pub(super) fn appeared(&mut self, user: UserId) {
        if self.shown_status(user) != Status::Offline
            && let Some(who) = self.seen(user)
        {
            self.tell_watchers(&who, &who.name.key(), &Stir::Appeared);
        }
    }

    /// Somebody has another name: everybody around is told, and those who watch for either name.
    pub(super) fn was_renamed(&mut self, before: &Arc<Seen>, except: Option<SessionId>) {
        let Some(after) = self.seen(before.id) else { return };
        if after.name == before.name {
            return;
        }
        let until = self.clock.now();
        self.crowd.remember(WasHere { seen: Arc::clone(before), until });
        self.stir_around(before.id, &Stir::Renamed { from: before.name.clone() }, except);
        let (old, new) = (before.name.key(), after.name.key());
        if old != new && self.shown_status(before.id) != Status::Offline {
            self.tell_watchers(before, &old, &Stir::Vanished);
            self.tell_watchers(&after, &new, &Stir::Appeared);
        }
    }
}
