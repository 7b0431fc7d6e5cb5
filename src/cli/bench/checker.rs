//! Checks what one session hears of a room: each number once, in order, and the same words as the log. Plain state.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::AddAssign;

use serde::Serialize;

use crate::domain::ids::Seq;

/// Gaps that are remembered one by one; beyond them a late event counts as a repeated one.
const MOST_GAPS: usize = 1000;

/// What was wrong. All zero when all was well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Faults {
    /// Events that never came.
    pub lost: u64,
    /// Events that came again.
    pub duplicate: u64,
    /// Events that came after a later one.
    pub out_of_order: u64,
    /// Sessions whose words were not those of the log, although the numbers were.
    pub different: u64,
}

impl Faults {
    /// True when nothing was wrong.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.duplicate += other.duplicate;
        self.out_of_order += other.out_of_order;
        self.different += other.different;
    }
}

/// What one session has heard.
#[derive(Debug, Default)]
pub struct Checker {
    first: Seq,
    last: Seq,
    sum: u64,
    duplicate: u64,
    out_of_order: u64,
    gaps: Vec<(Seq, Seq)>,
    /// Events of gaps that are not remembered.
    forgotten: u64,
}

impl Checker {
    /// The next event is the one after `last`.
    pub fn begin(last: Seq) -> Self {
        Self { first: last, last, ..Self::default() }
    }

    /// The highest number heard.
    pub fn last(&self) -> Seq {
        self.last
    }

    /// Takes an event, with its text as it came.
    pub fn take(&mut self, seq: Seq, text: &[u8]) {
        if seq > self.last {
            if seq > self.last + 1 {
                self.remember_gap(self.last + 1, seq - 1);
            }
            self.last = seq;
        } else if self.fill(seq) {
            self.out_of_order += 1;
        } else {
            self.duplicate += 1;
            return;
        }
        self.sum = self.sum.wrapping_add(digest(seq, text));
    }

    /// What was wrong, when the log ends at `end`. `log` knows the words, if they are to be compared.
    pub fn faults(&self, end: Seq, log: Option<&LogSums>) -> Faults {
        let in_gaps: u64 = self.gaps.iter().map(|(from, to)| to - from + 1).sum();
        let lost = in_gaps + self.forgotten + end.saturating_sub(self.last);
        let is_same = log.is_none_or(|log| log.between(self.first, end) == Some(self.sum));
        let different = u64::from(lost == 0 && !is_same);
        Faults { lost, duplicate: self.duplicate, out_of_order: self.out_of_order, different }
    }

    fn remember_gap(&mut self, from: Seq, to: Seq) {
        if self.gaps.len() < MOST_GAPS {
            self.gaps.push((from, to));
        } else {
            self.forgotten += to - from + 1;
        }
    }

    fn fill(&mut self, seq: Seq) -> bool {
        let Some(at) = self.gaps.iter().position(|(from, to)| (*from..=*to).contains(&seq)) else { return false };
        let (from, to) = self.gaps.swap_remove(at);
        let parts = [(from, seq - 1), (seq + 1, to)];
        self.gaps.extend(parts.into_iter().filter(|(from, to)| from <= to));
        true
    }
}

/// Sums over a log, from which the sum of any part is known.
#[derive(Debug)]
pub struct LogSums {
    start: Seq,
    sums: Vec<u64>,
}

impl LogSums {
    /// The log after `start`, of which nothing has been read.
    pub fn after(start: Seq) -> Self {
        Self { start, sums: vec![0] }
    }

    /// The next event; false when its number is not the next one: then the log itself has a gap.
    pub fn push(&mut self, seq: Seq, text: &[u8]) -> bool {
        if seq != self.end() + 1 {
            return false;
        }
        let sum = self.sums.last().copied().unwrap_or_default();
        self.sums.push(sum.wrapping_add(digest(seq, text)));
        true
    }

    /// The last number read.
    pub fn end(&self) -> Seq {
        self.start + self.sums.len() as u64 - 1
    }

    fn between(&self, from: Seq, to: Seq) -> Option<u64> {
        let at = |seq: Seq| self.sums.get(usize::try_from(seq.checked_sub(self.start)?).ok()?);
        Some(at(to)?.wrapping_sub(*at(from)?))
    }
}

fn digest(seq: Seq, text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seq, text).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heard(seqs: &[Seq]) -> Checker {
        let mut checker = Checker::begin(2);
        for seq in seqs {
            checker.take(*seq, b"text");
        }
        checker
    }

    fn log(end: Seq) -> LogSums {
        let mut log = LogSums::after(0);
        (1..=end).for_each(|seq| assert!(log.push(seq, b"text")));
        log
    }

    #[test]
    fn what_is_whole_has_no_faults() {
        assert!(heard(&[3, 4, 5]).faults(5, Some(&log(5))).is_none());
        assert!(heard(&[]).faults(2, Some(&log(9))).is_none());
    }

    #[test]
    fn each_fault_is_found_and_told_apart() {
        let faults = |lost, duplicate, out_of_order| Faults { lost, duplicate, out_of_order, different: 0 };
        assert_eq!(heard(&[3, 5]).faults(5, None), faults(1, 0, 0), "a gap");
        assert_eq!(heard(&[3, 4]).faults(6, None), faults(2, 0, 0), "the end is missing");
        assert_eq!(heard(&[3, 4, 4, 3]).faults(4, Some(&log(4))), faults(0, 2, 0), "repeated");
        assert_eq!(heard(&[3, 6, 5, 4]).faults(6, Some(&log(6))), faults(0, 0, 2), "late");
        assert_eq!(heard(&[3, 6, 4, 4]).faults(6, None), faults(1, 1, 1), "all of them");
        let mut other = Checker::begin(2);
        other.take(3, b"other words");
        assert_eq!(other.faults(3, Some(&log(3))).different, 1);
        assert!(!LogSums::after(0).push(2, b""), "a gap in the log itself");
    }

    proptest! {
        /// Any events in any order: lost and taken together are the whole log.
        #[test]
        fn nothing_is_counted_twice(seqs in proptest::collection::vec(1_u64..30, 0..60)) {
            let mut checker = Checker::begin(0);
            for seq in &seqs {
                checker.take(*seq, b"");
            }
            let faults = checker.faults(30, None);
            let different: std::collections::HashSet<_> = seqs.iter().collect();
            prop_assert_eq!(faults.lost, 30 - different.len() as u64);
            prop_assert_eq!(faults.duplicate, (seqs.len() - different.len()) as u64);
        }
    }
}
