//! What was given to send and is not acknowledged yet, in order. Plain state: it decides what goes out next, and lets
//! go of a message only when the server has stored it or refused it for good.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use super::frame::Outgoing;
use crate::domain::ids::Seq;

/// Messages that wait for their acknowledgement. `T` is what is handed back with it: who waits for it.
pub struct Outbox<T> {
    entries: VecDeque<Entry<T>>,
    /// At most this many are on their way at a time.
    window: usize,
    in_flight: usize,
    last_id: u64,
    nonces: String,
    held_until: Option<Instant>,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Where.
    pub room: String,
    /// What.
    pub text: Arc<str>,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    /// The name of this message, by which its event is known again; `None` for one of the outbox.
    pub nonce: Option<String>,
}

struct Entry<T> {
    id: u64,
    letter: Letter,
    is_in_flight: bool,
    waiter: T,
}

impl<T> Outbox<T> {
    /// Nothing waits. Nonces begin with `nonces`, which must be this outbox's own. A `window` of one keeps the order of
    /// messages whatever the server refuses for the moment; a wider one is quicker over a long line.
    #[must_use]
    pub fn new(nonces: String, window: usize) -> Self {
        let window = window.max(1);
        Self { entries: VecDeque::new(), window, in_flight: 0, last_id: 0, nonces, held_until: None }
    }

    /// How many messages wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when everything was acknowledged or refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes a message in. Whoever calls bounds how many.
    pub fn push(&mut self, letter: Letter, waiter: T) {
        self.last_id += 1;
        self.entries.push_back(Entry { id: self.last_id, letter, is_in_flight: false, waiter });
    }

    /// Lets go of a message that is not on its way, by its own nonce. `None` when it is, or is not known. After a lost
    /// connection it may have been stored all the same.
    pub fn withdraw(&mut self, nonce: &str) -> Option<T> {
        let is_it = |entry: &Entry<T>| !entry.is_in_flight && entry.letter.nonce.as_deref() == Some(nonce);
        let place = self.entries.iter().position(is_it)?;
        self.entries.remove(place).map(|entry| entry.waiter)
    }

    /// The next message that may go out now; from then on it is on its way.
    pub fn next(&mut self, now: Instant) -> Option<Outgoing> {
        if self.in_flight >= self.window || self.held_until.is_some_and(|until| now < until) {
            return None;
        }
        self.held_until = None;
        // Those on their way stand first, but for those that were held back.
        let entry = self.entries.iter_mut().find(|entry| !entry.is_in_flight)?;
        entry.is_in_flight = true;
        self.in_flight += 1;
        let Letter { room, text, reply_to, nonce } = &entry.letter;
        Some(Outgoing::Send {
            id: format!("s{}", entry.id),
            room: room.clone(),
            text: Arc::clone(text),
            nonce: nonce.clone().unwrap_or_else(|| format!("{}-{}", self.nonces, entry.id)),
            reply_to: *reply_to,
        })
    }

    /// The server has stored it, or refused it for good: it is let go. `None` for what is not known, such as a second
    /// answer.
    pub fn settle(&mut self, id: &str) -> Option<T> {
        let place = self.place(id)?;
        let entry = self.entries.remove(place)?;
        self.in_flight -= usize::from(entry.is_in_flight);
        Some(entry.waiter)
    }

    /// The server could not take it for the moment: it goes out again, not before `until`, and nothing overtakes it.
    /// False for what is not known.
    pub fn hold(&mut self, id: &str, until: Instant) -> bool {
        let Some(place) = self.place(id) else { return false };
        let entry = &mut self.entries[place];
        self.in_flight -= usize::from(entry.is_in_flight);
        entry.is_in_flight = false;
        self.held_until = Some(self.held_until.map_or(until, |other| other.max(until)));
        true
    }

    /// The connection is gone: everything without an answer goes out again, in order, under the same nonces.
    pub fn connection_lost(&mut self) {
        for entry in &mut self.entries {
            entry.is_in_flight = false;
        }
        self.in_flight = 0;
        self.held_until = None;
    }

    /// When something may go out that may not now.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Instant> {
        self.held_until.filter(|_| !self.entries.is_empty())
    }

    /// Everything that waits, at the end.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        self.in_flight = 0;
        std::mem::take(&mut self.entries).into_iter().map(|entry| entry.waiter)
    }

    fn place(&self, id: &str) -> Option<usize> {
        let id: u64 = id.strip_prefix('s')?.parse().ok()?;
        self.entries.binary_search_by_key(&id, |entry| entry.id).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn outbox(window: usize, messages: u32) -> Outbox<u32> {
        let mut outbox = Outbox::new("n".into(), window);
        for number in 1..=messages {
            let text = number.to_string().into();
            outbox.push(Letter { room: "lobby".into(), text, reply_to: None, nonce: None }, number);
        }
        outbox
    }

    fn sent(outgoing: Option<Outgoing>) -> Option<(String, String)> {
        match outgoing {
            Some(Outgoing::Send { id, nonce, .. }) => Some((id, nonce)),
            _ => None,
        }
    }

    #[test]
    fn no_more_than_the_window_is_on_its_way() {
        let now = Instant::now();
        let mut outbox = outbox(2, 3);
        assert!(sent(outbox.next(now)).is_some() && sent(outbox.next(now)).is_some());
        assert_eq!(sent(outbox.next(now)), None);

        assert_eq!(outbox.settle("s1"), Some(1));
        assert_eq!(outbox.settle("s1"), None, "a second answer");

        assert_eq!(sent(outbox.next(now)), Some(("s3".into(), "n-3".into())));
    }

    #[test]
    fn what_is_held_back_goes_first_when_the_time_has_come_and_nothing_before_it() {
        let now = Instant::now();
        let later = now + Duration::from_millis(100);
        let mut outbox = outbox(1, 2);
        outbox.next(now);

        assert!(outbox.hold("s1", later));

        assert_eq!((outbox.wakes_at(), sent(outbox.next(now))), (Some(later), None));
        assert_eq!(sent(outbox.next(later)), Some(("s1".into(), "n-1".into())));
    }

    proptest! {
        /// A server that loses connections at any moment, before or after it has stored: everything is stored once, in
        /// order.
        #[test]
        fn everything_is_stored_once_and_in_order_whatever_is_lost(
            window in 1_usize..5,
            messages in 1_u32..30,
            chances in proptest::collection::vec(0_u8..6, 400),
        ) {
            let now = Instant::now();
            let mut outbox = outbox(window, messages);
            let mut stored: Vec<String> = Vec::new();
            let mut on_the_line: VecDeque<(String, String)> = VecDeque::new();
            for chance in chances.into_iter().chain(std::iter::repeat_n(1, 400)) {
                while let Some(next) = sent(outbox.next(now)) {
                    on_the_line.push_back(next);
                }
                if chance == 0 {
                    on_the_line.clear();
                    outbox.connection_lost();
                    continue;
                }
                let Some((id, nonce)) = on_the_line.pop_front() else { continue };
                if !stored.contains(&nonce) {
                    stored.push(nonce);
                }
                if chance == 5 {
                    // Stored, but the answer is lost with the connection.
                    on_the_line.clear();
                    outbox.connection_lost();
                } else {
                    prop_assert!(outbox.settle(&id).is_some());
                }
            }
            prop_assert!(outbox.is_empty());
            let expected: Vec<String> = (1..=messages).map(|number| format!("n-{number}")).collect();
            prop_assert_eq!(stored, expected);
        }
    }
}
