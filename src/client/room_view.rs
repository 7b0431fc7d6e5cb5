//! How much of one room's log a client has: what comes next, what came before, what is missing. Plain state.

use std::time::Instant;

use crate::domain::ids::Seq;
use crate::domain::limits;

/// What to do when the server does not send what was missed because it is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FarBehind {
    /// Read all of it, page by page: nothing is left out.
    #[default]
    ReadAll,
    /// Go on with the newest page, after an `Event::Reset`.
    StartAfresh,
}

/// How to join a room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JoinOptions {
    /// The last event that is known already; without it only new ones come.
    pub after: Option<Seq>,
    /// Make the room when it is missing.
    pub create: bool,
    /// Do without the news of who types and who is there, see docs/PROTOCOL.md under "Looking".
    pub listens_only: bool,
    /// What to do after a long absence.
    pub far_behind: FarBehind,
    /// The key of the room, for newcomers. It is given again after each loss of the connection.
    pub key: Option<String>,
}

/// Where a room stands on this connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It has to be joined, once this moment has come.
    ToJoin(Option<Instant>),
    /// A join with this id is under way.
    Joining(String),
    /// A page has to be read, once this moment has come.
    ToRead(Option<Instant>),
    /// A page with this id is under way.
    Reading(String),
    /// Events come.
    Live,
}

/// What an event is to this client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The next one.
    Next,
    /// It is known, or comes too early while something is under way that will bring it again.
    PassOver,
    /// Something before it is missing.
    Gap,
}

/// One room.
#[derive(Debug)]
pub struct RoomView {
    /// How it was joined.
    pub options: JoinOptions,
    /// Where it stands.
    pub phase: Phase,
    /// The last event that was taken, or that is to be passed over; `None` before the first join was answered.
    last: Option<Seq>,
}

impl RoomView {
    /// A room that is to be joined.
    #[must_use]
    pub fn new(options: JoinOptions) -> Self {
        Self { phase: Phase::ToJoin(None), last: options.after, options }
    }

    /// What the next join has to say.
    #[must_use]
    pub fn after(&self) -> Option<Seq> {
        self.last
    }

    /// The server has joined it. True when the client has to start afresh: tell it.
    pub fn joined(&mut self, last_seq: Seq, reset: bool) -> bool {
        self.phase = Phase::Live;
        let Some(last) = self.last.filter(|_| reset) else {
            // Without `after` only what comes from now on.
            self.last.get_or_insert(last_seq);
            return false;
        };
        if last <= last_seq && self.options.far_behind == FarBehind::ReadAll {
            self.phase = Phase::ToRead(None);
            return false;
        }
        // The newest page follows. A server with pages of another size makes a gap of it, which heals like any other.
        self.last = Some(last_seq.saturating_sub(limits::HISTORY_DEFAULT as Seq));
        true
    }

    /// A page above what is known has been read; `more` when it was not the last one.
    pub fn read(&mut self, more: bool) {
        self.phase = if more { Phase::ToRead(None) } else { Phase::ToJoin(None) };
    }

    /// The connection is gone.
    pub fn connection_lost(&mut self) {
        self.phase = Phase::ToJoin(None);
    }

    /// Judges an event, and takes it when it is the next one.
    pub fn judge(&mut self, seq: Seq) -> Verdict {
        let Some(last) = self.last else { return Verdict::PassOver };
        if seq != last + 1 {
            let is_gap = seq > last && self.phase == Phase::Live;
            return if is_gap { Verdict::Gap } else { Verdict::PassOver };
        }
        self.last = Some(seq);
        Verdict::Next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn live(after: Option<Seq>, far_behind: FarBehind, last_seq: Seq, reset: bool) -> RoomView {
        let mut view = RoomView::new(JoinOptions { after, far_behind, ..JoinOptions::default() });
        view.joined(last_seq, reset);
        view
    }

    #[test]
    fn after_a_join_without_after_the_next_one_is_the_end_of_the_log_plus_one() {
        let mut view = live(None, FarBehind::ReadAll, 7, false);
        assert_eq!(
            [7, 8, 8, 10].map(|seq| view.judge(seq)),
            [Verdict::PassOver, Verdict::Next, Verdict::PassOver, Verdict::Gap]
        );
        assert_eq!(view.after(), Some(8));
    }

    #[test]
    fn too_far_behind_is_read_page_by_page_unless_told_otherwise() {
        let mut view = live(Some(3), FarBehind::ReadAll, 5000, true);
        assert_eq!((&view.phase, view.after()), (&Phase::ToRead(None), Some(3)));
        assert_eq!(view.judge(4951), Verdict::PassOver, "the newest page is not wanted yet");
        assert_eq!(view.judge(4), Verdict::Next);
        view.read(true);
        assert_eq!(view.phase, Phase::ToRead(None));
        view.read(false);
        assert_eq!((&view.phase, view.after()), (&Phase::ToJoin(None), Some(4)));

        let mut view =
            RoomView::new(JoinOptions { after: Some(3), far_behind: FarBehind::StartAfresh, ..JoinOptions::default() });
        assert!(view.joined(5000, true));
        assert_eq!(
            (view.judge(4951), view.judge(4952), view.judge(4954)),
            (Verdict::Next, Verdict::Next, Verdict::Gap)
        );
    }

    #[test]
    fn a_log_that_is_shorter_than_what_is_known_is_another_log() {
        let mut view = RoomView::new(JoinOptions { after: Some(90), ..JoinOptions::default() });
        assert!(view.joined(60, true), "the client is told");
        assert_eq!((view.judge(11), view.judge(12), view.after()), (Verdict::Next, Verdict::Next, Some(12)));
    }

    proptest! {
        /// Whatever comes, and however often the connection is lost: what is taken has no gap and no repeat.
        #[test]
        fn what_is_taken_is_gapless(seqs in proptest::collection::vec(0_u64..20, 0..200)) {
            let mut view = live(Some(0), FarBehind::ReadAll, 0, false);
            let mut taken = Vec::new();
            for seq in seqs {
                match view.judge(seq) {
                    Verdict::Next => taken.push(seq),
                    Verdict::Gap => {
                        view.connection_lost();
                        view.joined(20, false);
                    }
                    Verdict::PassOver => {}
                }
            }
            let expected: Vec<u64> = (1..).take(taken.len()).collect();
            prop_assert_eq!(taken, expected);
        }
    }
}
