//! Stands between the socket and the frame parser, so that a hostile client cannot make the parser keep what it sends.
//!
//! The parser looks at a frame only once all of it has arrived, and reads its stream dry before each frame. Behind the
//! guard it never holds more than one frame of the allowed length: a frame that is announced as longer, or breaks a
//! rule, ends the stream before it is buffered, and the frames of one chunk are handed out one at a time. Frames
//! before a bad one are delivered; nothing after it is.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;

use super::header_scanner::{HeaderScanner, Violation};

/// A stream of bytes that carries frames of allowed headers only, then possibly one error, then ends.
#[derive(Debug)]
pub struct FrameGuard<S, E> {
    inner: S,
    scanner: HeaderScanner,
    /// What was read and not handed out yet: at most one chunk.
    held: Option<Result<Bytes, E>>,
    /// The last bytes handed out ended a frame, and the reader was not told to pause since.
    pause_due: bool,
    ended: bool,
    verdict: Verdict,
}

/// Tells why a guard ended its stream; parsers turn errors into text and lose the reason.
#[derive(Debug, Clone, Default)]
pub struct Verdict(Rc<Cell<Option<Violation>>>);

impl Verdict {
    /// The violation, once there was one.
    #[must_use]
    pub fn get(&self) -> Option<Violation> {
        self.0.get()
    }
}

impl<S, E> FrameGuard<S, E> {
    /// Guards `inner`; `max_payload` is the longest payload of one frame, in bytes.
    #[must_use]
    pub fn new(inner: S, max_payload: usize) -> Self {
        Self {
            inner,
            scanner: HeaderScanner::new(max_payload),
            held: None,
            pause_due: false,
            ended: false,
            verdict: Verdict::default(),
        }
    }

    /// Where to learn later why the stream ended.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict.clone()
    }
}

impl<S, E> Stream for FrameGuard<S, E>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: From<Violation> + Unpin,
{
    type Item = Result<Bytes, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        let next = match this.held.take() {
            Some(held) => held,
            None => match this.read(cx) {
                Poll::Ready(Some(next)) => next,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            },
        };
        if this.pause_due {
            // The reader now parses the frame it has and comes back for more; the wake is for one that does not.
            this.pause_due = false;
            this.held = Some(next);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(next.and_then(|chunk| this.hand_out(chunk)).inspect_err(|_| this.ended = true)))
    }
}

impl<S, E> FrameGuard<S, E>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: From<Violation>,
{
    /// The next chunk with something in it.
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, E>>> {
        loop {
            match Pin::new(&mut self.inner).poll_next(cx) {
                Poll::Ready(Some(Ok(chunk))) if chunk.is_empty() => {}
                Poll::Ready(None) => {
                    self.ended = true;
                    return Poll::Ready(None);
                }
                Poll::Pending => {
                    self.pause_due = false;
                    return Poll::Pending;
                }
                ready @ Poll::Ready(Some(_)) => return ready,
            }
        }
    }

    /// The part of the chunk that belongs to one frame; the rest is held back.
    fn hand_out(&mut self, mut chunk: Bytes) -> Result<Bytes, E> {
        let progress = self.scanner.advance(&chunk).map_err(|violation| {
            self.verdict.0.set(Some(violation));
            E::from(violation)
        })?;
        self.pause_due = progress.frame_ended;
        if progress.bytes < chunk.len() {
            let rest = chunk.split_off(progress.bytes);
            self.held = Some(Ok(rest));
        }
        Ok(chunk)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use futures_util::stream;
    use proptest::prelude::*;

    use super::super::header_scanner::tests::{any_frame, frame};
    use super::*;

    /// What a reader that reads the stream dry before each frame, as the real parser does, gets in each turn.
    fn turns(chunks: Vec<Result<Bytes, Violation>>, max: usize) -> (Vec<Vec<u8>>, Option<Violation>) {
        let mut guard = FrameGuard::new(stream::iter(chunks), max);
        let mut cx = Context::from_waker(Waker::noop());
        let (mut turns, mut turn) = (Vec::new(), Vec::new());
        loop {
            match Pin::new(&mut guard).poll_next(&mut cx) {
                Poll::Ready(Some(Ok(bytes))) => turn.extend(bytes),
                Poll::Pending => turns.push(std::mem::take(&mut turn)),
                Poll::Ready(Some(Err(violation))) => {
                    let whole = HeaderScanner::new(max).advance(&turn).is_ok_and(|progress| progress.frame_ended);
                    assert!(!whole, "an error overtakes a frame that was not parsed yet");
                    assert!(matches!(Pin::new(&mut guard).poll_next(&mut cx), Poll::Ready(None)));
                    return (turns, Some(violation));
                }
                Poll::Ready(None) => {
                    turns.extend((!turn.is_empty()).then_some(turn));
                    return (turns, None);
                }
            }
        }
    }

    fn chunk(bytes: &[u8]) -> Bytes {
        Bytes::copy_from_slice(bytes)
    }

    #[test]
    fn frames_of_one_chunk_come_one_at_a_time() {
        let (a, b, c) = (frame(0x81, b"one"), frame(0x89, b""), frame(0x82, b"three"));

        let (turns, violation) = turns(vec![Ok(chunk(&[&a[..], &b, &c].concat()))], 100);

        assert_eq!((turns, violation), (vec![a, b, c], None));
    }

    #[test]
    fn frames_before_a_bad_one_are_delivered_and_none_after_it() {
        let (good, bad) = (frame(0x81, b"good"), frame(0xf1, b"bad"));

        let (turns, violation) =
            turns(vec![Ok(chunk(&[&good[..], &good, &bad, &good].concat())), Ok(chunk(&good))], 100);

        assert_eq!(turns, [good.clone(), good]);
        assert_eq!(violation.map(Violation::close_code), Some(1002));
    }

    #[test]
    fn a_frame_that_is_announced_as_too_long_is_never_passed_on() {
        let long = frame(0x82, &[7; 101]);

        let (turns, violation) = turns([&long[..1], &long[1..40], &long[40..]].map(|part| Ok(chunk(part))).into(), 100);

        assert_eq!(turns.concat().len(), 0);
        assert_eq!(violation, Some(Violation::TooBig));
    }

    #[test]
    fn the_verdict_outlives_the_guard() {
        let mut guard: FrameGuard<_, Violation> = FrameGuard::new(stream::iter([Ok(chunk(&[0x81, 0x05]))]), 100);
        let verdict = guard.verdict();
        assert_eq!(verdict.get(), None);

        let item = Pin::new(&mut guard).poll_next(&mut Context::from_waker(Waker::noop()));
        drop(guard);

        assert!(matches!(item, Poll::Ready(Some(Err(_)))));
        assert_eq!(verdict.get().map(Violation::close_code), Some(1002));
    }

    #[test]
    fn an_error_of_the_socket_waits_for_the_frame_before_it() {
        let good = frame(0x81, b"good");

        let (turns, error) = turns(vec![Ok(chunk(&good)), Err(Violation::Protocol("socket")), Ok(chunk(&good))], 100);

        assert_eq!((turns, error), (vec![good], Some(Violation::Protocol("socket"))));
    }

    #[test]
    fn a_guard_that_is_polled_again_after_the_end_stays_ended() {
        let mut guard: FrameGuard<_, Violation> = FrameGuard::new(stream::iter([]), 100);
        let mut cx = Context::from_waker(Waker::noop());

        for _ in 0..2 {
            assert!(matches!(Pin::new(&mut guard).poll_next(&mut cx), Poll::Ready(None)));
        }
    }

    proptest! {
        #[test]
        fn no_turn_holds_more_than_one_frame_and_the_good_ones_all_come(
            frames in proptest::collection::vec(any_frame(), 0..6), size in 1_usize..300,
        ) {
            let stream = frames.concat();
            let chunks = stream.chunks(size).map(|part| Ok(chunk(part))).collect();

            let (turns, violation) = turns(chunks, 150);

            let passed: Vec<u8> = turns.into_iter().flatten().collect();
            let mut scanner = HeaderScanner::new(150);
            let good = frames.iter().take_while(|frame| scanner.feed(frame).is_ok()).count();
            prop_assert_eq!(violation.is_some(), good < frames.len());
            let whole = frames[..good].concat();
            prop_assert!(passed.starts_with(&whole));
            prop_assert!(passed.len() < whole.len() + 14, "at most the start of one header more");
        }
    }
}
