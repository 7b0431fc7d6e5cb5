//! Frames that wait to be written, and joining them. A plain struct: it knows no socket.

use std::collections::VecDeque;

use bytes::Bytes;

/// Most bytes that are joined into one write: as much as one call to the system takes with profit.
const JOINED: usize = 64 * 1024;

/// What waits behind the first frame.
type Rest = VecDeque<Bytes>;

/// Frames in the order in which they go out. Nearly always there is none, or one: that one is kept in place, so that
/// passing an event on to a thousand sessions allocates nothing.
#[derive(Debug, Default)]
pub struct Queue {
    first: Option<Bytes>,
    rest: Option<Box<Rest>>,
    /// Bytes of the frames, without what was written of the first.
    bytes: usize,
    /// Whether some of the first was written.
    is_torn: bool,
}

impl Queue {
    /// Adds a frame at the end.
    pub fn push(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        if self.first.is_none() {
            self.first = Some(frame);
        } else {
            self.rest.get_or_insert_default().push_back(frame);
        }
    }

    /// Adds a frame of which the first bytes were written already. Nothing waits before it.
    pub fn push_torn(&mut self, frame: &Bytes, written: usize) {
        self.push(frame.slice(written..));
        self.is_torn = true;
    }

    /// Bytes that wait.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many frames wait.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.as_ref().map_or(0, |rest| rest.len())
    }

    /// True when nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Drops what waits, but for a frame of which a part was written: a stream that breaks off in the middle of a frame
    /// could not even be closed in order.
    pub fn clear(&mut self) {
        self.rest = None;
        if !self.is_torn {
            self.first = None;
        }
        self.bytes = self.first.as_ref().map_or(0, Bytes::len);
    }

    /// Hands the next bytes to `write`, several frames joined in `scratch`, and takes away what it says it has written.
    /// `None` when nothing waits.
    ///
    /// # Errors
    /// That of `write`; then nothing was taken away.
    pub fn write<E>(
        &mut self,
        scratch: &mut Vec<u8>,
        write: impl FnOnce(&[u8]) -> Result<usize, E>,
    ) -> Option<Result<(), E>> {
        let first = self.first.as_ref()?;
        let written = if let Some(rest) = self.rest.as_ref().filter(|_| first.len() < JOINED) {
            scratch.clear();
            scratch.extend_from_slice(first);
            for frame in rest.iter() {
                if scratch.len() >= JOINED {
                    break;
                }
                scratch.extend_from_slice(frame);
            }
            write(scratch)
        } else {
            write(first)
        };
        Some(written.map(|count| self.advance(count)))
    }

    fn advance(&mut self, mut count: usize) {
        self.bytes -= count;
        while let Some(first) = &mut self.first {
            if count < first.len() {
                self.is_torn |= count > 0;
                let _ = first.split_to(count);
                return;
            }
            count -= first.len();
            self.is_torn = false;
            self.first = self.rest.as_mut().and_then(|rest| rest.pop_front());
        }
        // A session that was behind once gives the memory back.
        self.rest = None;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frames(queue: &mut Queue, texts: &[&str]) {
        for text in texts {
            queue.push(Bytes::copy_from_slice(text.as_bytes()));
        }
    }

    #[test]
    fn waiting_frames_are_joined_into_one_write() {
        let mut queue = Queue::default();
        frames(&mut queue, &["one", "two", "three"]);
        let mut seen = Vec::new();

        let outcome = queue.write(&mut Vec::new(), |bytes| {
            seen.extend_from_slice(bytes);
            Ok::<_, ()>(bytes.len())
        });

        assert_eq!((outcome, &seen[..]), (Some(Ok(())), &b"onetwothree"[..]));
        assert!(queue.is_empty());
        assert_eq!(queue.write(&mut Vec::new(), |_| Ok::<_, ()>(0)), None);
    }

    #[test]
    fn what_was_begun_is_kept_when_the_rest_is_dropped() {
        let mut queue = Queue::default();
        frames(&mut queue, &["begun", "dropped"]);
        let _ = queue.write(&mut Vec::new(), |_| Ok::<_, ()>(2));

        queue.clear();

        assert_eq!((queue.bytes(), queue.len()), (3, 1));
    }

    #[test]
    fn a_write_that_fails_takes_nothing_away() {
        let mut queue = Queue::default();
        frames(&mut queue, &["a", "b"]);

        assert_eq!(queue.write(&mut Vec::new(), |_| Err("blocked")), Some(Err("blocked")));

        assert_eq!(queue.bytes(), 2);
    }

    proptest! {
        #[test]
        fn everything_comes_out_in_order_however_little_is_taken(
            frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..20),
            takes in prop::collection::vec(1_usize..40, 1..200),
        ) {
            let mut queue = Queue::default();
            for frame in &frames {
                queue.push(Bytes::copy_from_slice(frame));
            }
            let (mut out, mut scratch, mut takes) = (Vec::new(), Vec::new(), takes.into_iter().cycle());

            while let Some(outcome) = queue.write(&mut scratch, |bytes| {
                let taken = bytes.len().min(takes.next().unwrap());
                out.extend_from_slice(&bytes[..taken]);
                Ok::<_, ()>(taken)
            }) {
                outcome.unwrap();
            }

            prop_assert_eq!(out, frames.concat());
            prop_assert_eq!((queue.bytes(), queue.len()), (0, 0));
        }
    }
}
