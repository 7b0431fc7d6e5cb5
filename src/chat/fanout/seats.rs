//! Who sits where: the sessions of one thread, and the subscribers of each room in one piece, so that giving an event to a
//! thousand sessions goes through memory in order. Each session knows its places, so that it leaves without a search.

use std::collections::HashMap;
use std::rc::Rc;

use smallvec::SmallVec;

use super::sink::Sink;
use super::subscriber::Subscriber;
use crate::domain::ids::{RoomId, SessionId};
use crate::protocol::encoding::Encoding;

/// The sessions of one thread.
#[derive(Default)]
pub struct Seats {
    sessions: HashMap<SessionId, Seated>,
    rooms: HashMap<RoomId, Vec<Subscriber>>,
}

struct Seated {
    encoding: Encoding,
    sink: Rc<dyn Sink>,
    /// The rooms it listens to, and where it stands in the list of each.
    places: SmallVec<[(RoomId, usize); 1]>,
}

impl Seats {
    /// A session comes.
    pub fn register(&mut self, session: SessionId, encoding: Encoding, sink: Rc<dyn Sink>) {
        self.sessions.insert(session, Seated { encoding, sink, places: SmallVec::new() });
    }

    /// A session goes, and leaves all of its rooms.
    pub fn unregister(&mut self, session: SessionId) {
        let Some(seated) = self.sessions.remove(&session) else { return };
        for (room, place) in seated.places {
            self.vacate(room, place);
        }
    }

    /// Its encoding and its way out.
    pub fn sink(&self, session: SessionId) -> Option<(Encoding, &Rc<dyn Sink>)> {
        self.sessions.get(&session).map(|seated| (seated.encoding, &seated.sink))
    }

    /// The ways out of all sessions.
    pub fn sinks(&self) -> impl Iterator<Item = &Rc<dyn Sink>> {
        self.sessions.values().map(|seated| &seated.sink)
    }

    /// The rooms a session listens to.
    pub fn rooms_of(&self, session: SessionId) -> SmallVec<[RoomId; 2]> {
        self.sessions
            .get(&session)
            .map(|seated| seated.places.iter().map(|(room, _)| *room).collect())
            .unwrap_or_default()
    }

    /// Tells a session's way out how many rooms it listens to.
    pub fn tell_rooms(&self, session: SessionId) {
        if let Some(seated) = self.sessions.get(&session) {
            seated.sink.listens_to(seated.places.len());
        }
    }

    /// A session takes a place in a room, or its place is made anew.
    pub fn subscribe(
        &mut self,
        room: RoomId,
        session: SessionId,
        make: impl FnOnce(Encoding, Rc<dyn Sink>) -> Subscriber,
    ) {
        let Some(seated) = self.sessions.get_mut(&session) else { return };
        let subscriber = make(seated.encoding, Rc::clone(&seated.sink));
        let subscribers = self.rooms.entry(room).or_default();
        if let Some(place) = seated.place_in(room) {
            subscribers[place] = subscriber;
        } else {
            seated.places.push((room, subscribers.len()));
            subscribers.push(subscriber);
        }
    }

    /// A session leaves a room.
    pub fn unsubscribe(&mut self, room: RoomId, session: SessionId) {
        let Some(seated) = self.sessions.get_mut(&session) else { return };
        if let Some(at) = seated.places.iter().position(|(other, _)| *other == room) {
            let (_, place) = seated.places.swap_remove(at);
            self.vacate(room, place);
        }
    }

    /// One session in one room.
    pub fn subscriber(&mut self, room: RoomId, session: SessionId) -> Option<&mut Subscriber> {
        let place = self.sessions.get(&session)?.place_in(room)?;
        self.rooms.get_mut(&room)?.get_mut(place)
    }

    /// Everybody in one room.
    pub fn subscribers(&mut self, room: RoomId) -> impl Iterator<Item = &mut Subscriber> {
        self.rooms.get_mut(&room).into_iter().flatten()
    }

    /// The last of the list takes the place that becomes free.
    fn vacate(&mut self, room: RoomId, place: usize) {
        let Some(subscribers) = self.rooms.get_mut(&room) else { return };
        subscribers.swap_remove(place);
        if let Some(moved) = subscribers.get(place)
            && let Some(seated) = self.sessions.get_mut(&moved.session)
            && let Some((_, at)) = seated.places.iter_mut().find(|(other, _)| *other == room)
        {
            *at = place;
        }
        if subscribers.is_empty() {
            self.rooms.remove(&room);
        }
    }
}

impl Seated {
    fn place_in(&self, room: RoomId) -> Option<usize> {
        self.places.iter().find(|(other, _)| *other == room).map(|(_, place)| *place)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sink::{Pushed, Weight};
    use super::*;
    use crate::chat::turn::Closing;
    use crate::protocol::payload::Payload;

    struct Nowhere;

    impl Sink for Nowhere {
        fn push(&self, _: &Payload, _: Weight) -> Pushed {
            Pushed::Behind
        }
        fn flush(&self) {}
        fn has_room(&self) -> bool {
            true
        }
        fn wake(&self) {}
        fn close(&self, _: Closing) {}
        fn sweep(&self) {}
    }

    #[derive(Debug, Clone)]
    enum Step {
        Subscribe(u64, i64),
        Unsubscribe(u64, i64),
        Unregister(u64),
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let (session, room) = (|| 0..6_u64, || 1..4_i64);
        prop_oneof![
            6 => (session(), room()).prop_map(|(session, room)| Step::Subscribe(session, room)),
            3 => (session(), room()).prop_map(|(session, room)| Step::Unsubscribe(session, room)),
            1 => session().prop_map(Step::Unregister),
        ]
    }

    proptest! {
        #[test]
        fn everybody_is_found_where_they_sit_whoever_leaves(steps in prop::collection::vec(any_step(), 0..80)) {
            let mut seats = Seats::default();
            let mut expected = std::collections::BTreeSet::new();
            for session in 0..6 {
                seats.register(SessionId(session), Encoding::Json, Rc::new(Nowhere));
            }
            for step in steps {
                match step {
                    Step::Subscribe(session, room) => {
                        let id = SessionId(session);
                        seats.subscribe(RoomId(room), id, |encoding, sink| Subscriber::new(id, 0, encoding, sink, 0, 0));
                        expected.insert((session, room));
                    }
                    Step::Unsubscribe(session, room) => {
                        seats.unsubscribe(RoomId(room), SessionId(session));
                        expected.remove(&(session, room));
                    }
                    Step::Unregister(session) => {
                        seats.unregister(SessionId(session));
                        seats.register(SessionId(session), Encoding::Json, Rc::new(Nowhere));
                        expected.retain(|(other, _)| *other != session);
                    }
                }
                for (session, room) in (0..6).flat_map(|session| (1..4).map(move |room| (session, room))) {
                    let found = seats.subscriber(RoomId(room), SessionId(session)).map(|found| found.session);
                    prop_assert_eq!(found, expected.contains(&(session, room)).then_some(SessionId(session)));
                }
                let seated: usize = (1..4).map(|room| seats.subscribers(RoomId(room)).count()).sum();
                prop_assert_eq!(seated, expected.len());
            }
        }
    }
}
