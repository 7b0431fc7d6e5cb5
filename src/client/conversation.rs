//! What a client says and what it passes on, over any number of connections. Plain state: `driver` feeds it with frames
//! and moments, and carries out what it says.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::command::Command;
use super::error::ClientError;
use super::event::{Event, Page, Sent};
use super::frame::{Ack, Frame, LogEvent, Outgoing, ended};
use super::outbox::{Letter, Outbox};
use super::request::{PageOf, Parcel, Question, Waiter};
use super::room_view::{JoinOptions, Phase, RoomView, Verdict};
use crate::domain::ids::Seq;
use crate::domain::limits;

/// A wait after a refusal that names none.
const PAUSE: Duration = Duration::from_secs(1);

struct Room {
    view: RoomView,
    waiters: Vec<Waiter<Seq>>,
}

struct Inquiry {
    question: Question,
    is_asked: bool,
    not_before: Option<Instant>,
}

/// Everything a client wants from a server.
pub struct Conversation<P> {
    rooms: BTreeMap<String, Room>,
    leaves: VecDeque<String>,
    questions: BTreeMap<u64, Inquiry>,
    told: VecDeque<Command>,
    outbox: Outbox<Parcel<P>>,
    last_id: u64,
    news: VecDeque<Event>,
}

impl<P> Conversation<P> {
    /// Nothing is wanted yet.
    #[must_use]
    pub fn new(outbox: Outbox<Parcel<P>>) -> Self {
        Self {
            rooms: BTreeMap::new(),
            leaves: VecDeque::new(),
            questions: BTreeMap::new(),
            told: VecDeque::new(),
            outbox,
            last_id: 0,
            news: VecDeque::new(),
        }
    }

    /// Listen to a room, on this connection and on all that follow.
    pub fn join(&mut self, room: String, options: JoinOptions, waiter: Waiter<Seq>) {
        let mut joined = Room { view: RoomView::new(options), waiters: vec![waiter] };
        if let Some(old) = self.rooms.remove(&room) {
            joined.waiters.extend(old.waiters);
            // Whoever turns to another room and back does not give the key again.
            joined.view.options.key = joined.view.options.key.or(old.view.options.key);
        }
        self.leaves.retain(|other| *other != room);
        self.rooms.insert(room, joined);
    }

    /// Stop listening.
    pub fn leave(&mut self, room: String) {
        if self.rooms.remove(&room).is_some() {
            self.leaves.push_back(room);
        }
    }

    /// Write.
    pub fn send(&mut self, letter: Letter, parcel: Parcel<P>) {
        self.outbox.push(letter, parcel);
    }

    /// Takes back what has not gone out. Whoever waits for it is told.
    pub fn withdraw(&mut self, nonce: &str) {
        if let Some(parcel) = self.outbox.withdraw(nonce) {
            let _ = parcel.waiter.send(Err(ClientError::Withdrawn));
        }
    }

    /// Ask for a page of a log.
    pub fn ask(&mut self, room: String, page: PageOf, waiter: Waiter<Page>) {
        self.put(Question::Page { room, page, waiter });
    }

    /// Ask for anything else.
    pub fn command(&mut self, command: Command, waiter: Waiter<Map<String, Value>>) {
        self.put(Question::Command { command, waiter });
    }

    /// Say what nobody waits for. It is not said again: after a lost connection it is of no use.
    pub fn tell(&mut self, command: Command) {
        self.told.push_back(command);
    }

    /// The next command to send; `None` when there is nothing to say for now.
    pub fn next(&mut self, now: Instant) -> Option<Outgoing> {
        if let Some(room) = self.leaves.pop_front() {
            return Some(Outgoing::Leave { id: format!("l{}", self.new_id()), room });
        }
        let next = self.next_of_rooms(now).or_else(|| self.next_question(now)).or_else(|| self.outbox.next(now));
        next.or_else(|| self.told.pop_front().map(|command| Outgoing::Asked { id: None, command }))
    }

    /// When [`Self::next`] may have something that it has not now.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Instant> {
        let of_room = |room: &Room| match room.view.phase {
            Phase::ToJoin(at) | Phase::ToRead(at) => at,
            _ => None,
        };
        let rooms = self.rooms.values().filter_map(of_room);
        let questions = self.questions.values().filter_map(|question| question.not_before);
        rooms.chain(questions).chain(self.outbox.wakes_at()).min()
    }

    /// The next thing to pass on.
    pub fn news(&mut self) -> Option<Event> {
        self.news.pop_front()
    }

    /// Takes a frame.
    ///
    /// # Errors
    /// When it is the end of the connection.
    pub fn take(&mut self, frame: Frame, now: Instant) -> Result<(), ClientError> {
        match frame {
            Frame::Ack(ack) => self.acked(*ack),
            Frame::Refused { id: Some(id), error } => self.refused(&id, error, now),
            Frame::Refused { id: None, error } => log::warn!("the server did not understand something: {error}"),
            Frame::Log(event) => self.heard(event),
            Frame::Resync { room } => {
                if let Some(room) = self.rooms.get_mut(&room) {
                    room.view.connection_lost();
                }
            }
            Frame::Gone { room } => {
                let why = ClientError::Refused {
                    code: "not_found".to_owned(),
                    message: format!("{room} was deleted"),
                    retry_after: None,
                };
                self.lost_room(room, why);
            }
            Frame::Bye { reason, reconnect_after } => return Err(ended(reason, reconnect_after)),
            Frame::Other(value) => self.news.push_back(Event::Other(value)),
            Frame::Welcome(_) => {}
        }
        Ok(())
    }

    /// The connection is gone: everything that is not settled is said again on the next one.
    pub fn connection_lost(&mut self) {
        self.leaves.clear();
        self.told.clear();
        self.outbox.connection_lost();
        for room in self.rooms.values_mut() {
            room.view.connection_lost();
        }
        for question in self.questions.values_mut() {
            question.is_asked = false;
            question.not_before = None;
        }
    }

    /// There will be no other connection: everybody who waits is told.
    pub fn end(&mut self, why: &ClientError) {
        // Whoever does not wait any more does not mind.
        for room in std::mem::take(&mut self.rooms).into_values() {
            room.waiters.into_iter().for_each(|waiter| drop(waiter.send(Err(why.clone()))));
        }
        for asked in std::mem::take(&mut self.questions).into_values() {
            asked.question.failed(why.clone());
        }
        for parcel in self.outbox.drain() {
            let _ = parcel.waiter.send(Err(why.clone()));
        }
    }

    fn put(&mut self, question: Question) {
        let id = self.new_id();
        self.questions.insert(id, Inquiry { question, is_asked: false, not_before: None });
    }

    fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn next_of_rooms(&mut self, now: Instant) -> Option<Outgoing> {
        let is_due = |at: &Option<Instant>| at.is_none_or(|at| at <= now);
        let is_ready = |room: &Room| matches!(&room.view.phase, Phase::ToJoin(at) | Phase::ToRead(at) if is_due(at));
        let (name, room) = self.rooms.iter_mut().find(|(_, room)| is_ready(room))?;
        self.last_id += 1;
        let (name, view) = (name.clone(), &mut room.view);
        if matches!(view.phase, Phase::ToJoin(_)) {
            let id = format!("j{}", self.last_id);
            view.phase = Phase::Joining(id.clone());
            let JoinOptions { create, listens_only, key, .. } = view.options.clone();
            return Some(Outgoing::Join { id, room: name, after: view.after(), create, look: !listens_only, key });
        }
        let id = format!("h{}", self.last_id);
        view.phase = Phase::Reading(id.clone());
        Some(Outgoing::History { id, room: name, before: None, after: view.after(), limit: limits::HISTORY_PAGE })
    }

    fn next_question(&mut self, now: Instant) -> Option<Outgoing> {
        let is_due = |question: &Inquiry| !question.is_asked && question.not_before.is_none_or(|at| at <= now);
        let (id, question) = self.questions.iter_mut().find(|(_, question)| is_due(question))?;
        question.is_asked = true;
        question.not_before = None;
        Some(question.question.outgoing(format!("q{id}")))
    }

    fn acked(&mut self, ack: Ack) {
        let Some(id) = ack.id.clone() else { return };
        if let Some(id) = question_id(&id) {
            if let Some(asked) = self.questions.remove(&id) {
                asked.question.answered(ack);
            }
        } else if id.starts_with('s') {
            if let Some(parcel) = self.outbox.settle(&id) {
                let sent =
                    Sent { seq: ack.seq.unwrap_or_default(), at: ack.at.unwrap_or_default(), duplicate: ack.duplicate };
                let _ = parcel.waiter.send(Ok(sent));
            }
        } else if let Some((name, room)) = self.room_of(&id) {
            if matches!(room.view.phase, Phase::Reading(_)) {
                return self.page_read(&name, ack);
            }
            let last_seq = ack.last_seq.unwrap_or_default();
            let starts_afresh = room.view.joined(last_seq, ack.reset);
            room.waiters.drain(..).for_each(|waiter| drop(waiter.send(Ok(last_seq))));
            if starts_afresh {
                self.news.push_back(Event::Reset { room: name, last_seq });
            }
        }
    }

    fn page_read(&mut self, name: &str, ack: Ack) {
        let Some(room) = self.rooms.get_mut(name) else { return };
        for event in ack.events {
            if room.view.judge(event.seq) == Verdict::Next {
                self.news.push_back(Event::Log(Box::new(event)));
            }
        }
        // A reset means that the log is shorter than what is known: the next join says so, too.
        room.view.read(ack.more && !ack.reset);
    }

    fn refused(&mut self, id: &str, error: ClientError, now: Instant) {
        let again_at = error.is_passing().then(|| now + error.retry_after().unwrap_or(PAUSE));
        if let Some(id) = question_id(id) {
            match (self.questions.get_mut(&id), again_at) {
                (Some(question), Some(at)) => {
                    question.is_asked = false;
                    question.not_before = Some(at);
                }
                _ => {
                    if let Some(asked) = self.questions.remove(&id) {
                        asked.question.failed(error);
                    }
                }
            }
        } else if id.starts_with('s') {
            match again_at {
                Some(at) => drop(self.outbox.hold(id, at)),
                None => {
                    if let Some(parcel) = self.outbox.settle(id) {
                        let _ = parcel.waiter.send(Err(error));
                    }
                }
            }
        } else if let Some((name, room)) = self.room_of(id) {
            match (&room.view.phase, again_at) {
                (Phase::Reading(_), Some(_)) => room.view.phase = Phase::ToRead(again_at),
                (_, Some(_)) => room.view.phase = Phase::ToJoin(again_at),
                (_, None) => self.lost_room(name, error),
            }
        }
    }

    /// A room that was never joined is refused to whoever asked for it; one that was is lost.
    fn lost_room(&mut self, name: String, why: ClientError) {
        let Some(room) = self.rooms.remove(&name) else { return };
        if room.waiters.is_empty() {
            return self.news.push_back(Event::Left { room: name, why });
        }
        room.waiters.into_iter().for_each(|waiter| drop(waiter.send(Err(why.clone()))));
    }

    fn heard(&mut self, event: Box<LogEvent>) {
        // An event of a room that was not asked for: somebody has added this account there.
        let verdict = self.rooms.get_mut(&event.room).map_or(Verdict::Next, |room| room.view.judge(event.seq));
        match verdict {
            Verdict::Next => self.news.push_back(Event::Log(event)),
            Verdict::PassOver => {}
            Verdict::Gap => {
                log::warn!(room = event.room.as_str(), seq = event.seq; "an event is missing; joining again");
                if let Some(room) = self.rooms.get_mut(&event.room) {
                    room.view.connection_lost();
                }
            }
        }
    }

    fn room_of(&mut self, id: &str) -> Option<(String, &mut Room)> {
        let is_it = |room: &Room| matches!(&room.view.phase, Phase::Joining(own) | Phase::Reading(own) if own == id);
        self.rooms.iter_mut().find(|(_, room)| is_it(room)).map(|(name, room)| (name.clone(), room))
    }
}

fn question_id(id: &str) -> Option<u64> {
    id.strip_prefix('q')?.parse().ok()
}

#[cfg(test)]
mod tests;
