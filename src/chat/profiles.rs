//! What people say of themselves and keep to themselves, as far as it is anything. Read at the start, changed when it has
//! been written; what is noted of presence is collected and written with the beat. A plain struct; the actor owns it.

use std::collections::HashMap;

use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::profile::{PresenceNote, Privacy, Profile};
use crate::domain::status_line::StatusLine;

/// The profiles that say something.
#[derive(Debug, Default)]
pub struct Profiles {
    known: HashMap<UserId, Profile>,
    notes: HashMap<UserId, PresenceNote>,
    /// Who was last seen when since the start, written or not: what is read may be older.
    seen: HashMap<UserId, Timestamp>,
    /// Writes of notes that are under way.
    writes: usize,
}

impl Profiles {
    /// As they were stored.
    pub fn new(stored: Vec<(UserId, Profile)>) -> Self {
        Self { known: stored.into_iter().collect(), ..Self::default() }
    }

    /// What this person says of themselves, if anything.
    pub fn line(&self, user: UserId) -> Option<&StatusLine> {
        self.known.get(&user).map(|profile| &profile.line).filter(|line| !line.is_empty())
    }

    /// Whether this person does not want to be disturbed, as far as they have said so before.
    pub fn is_busy(&self, user: UserId) -> bool {
        self.known.get(&user).is_some_and(|profile| profile.busy)
    }

    /// What this person keeps to themselves.
    pub fn privacy(&self, user: UserId) -> Privacy {
        self.known.get(&user).map(|profile| profile.privacy).unwrap_or_default()
    }

    /// Another status has been written.
    pub fn set_line(&mut self, user: UserId, line: StatusLine) {
        self.known.entry(user).or_default().line = line;
        self.drop_if_empty(user);
    }

    /// What somebody keeps to themselves has been written.
    pub fn set_privacy(&mut self, user: UserId, privacy: Privacy) {
        self.known.entry(user).or_default().privacy = privacy;
        if privacy.hide_presence {
            self.seen.remove(&user);
            if let Some(note) = self.notes.get_mut(&user) {
                note.last_seen = None;
            }
        }
        self.drop_if_empty(user);
    }

    /// Somebody is busy, or not any more.
    pub fn set_busy(&mut self, user: UserId, busy: bool) {
        if self.is_busy(user) == busy {
            return;
        }
        self.known.entry(user).or_default().busy = busy;
        self.notes.entry(user).or_default().busy = Some(busy);
        self.drop_if_empty(user);
    }

    /// The last session of somebody has ended.
    pub fn seen(&mut self, user: UserId, at: Timestamp) {
        if !self.privacy(user).hide_presence {
            self.seen.insert(user, at);
            self.notes.entry(user).or_default().last_seen = Some(at);
        }
    }

    /// When somebody was last seen: as is known, or as was `stored` before the start.
    pub fn last_seen(&self, user: UserId, stored: Option<Timestamp>) -> Option<Timestamp> {
        if self.privacy(user).hide_presence {
            return None;
        }
        self.seen.get(&user).copied().max(stored)
    }

    /// Forgets each status whose time is over; answers whose they were.
    pub fn expire(&mut self, now: Timestamp) -> Vec<UserId> {
        let is_over = |profile: &Profile| profile.line.until.is_some_and(|until| until <= now);
        let over: Vec<UserId> =
            self.known.iter().filter(|(_, profile)| is_over(profile)).map(|(user, _)| *user).collect();
        for user in &over {
            self.set_line(*user, StatusLine::default());
        }
        over
    }

    /// What has to be written, if anything; the write counts as under way.
    pub fn take_notes(&mut self) -> Vec<(UserId, PresenceNote)> {
        let notes: Vec<_> = self.notes.drain().collect();
        self.writes += usize::from(!notes.is_empty());
        notes
    }

    /// A write is over; what could not be written comes back. Newer notes win.
    pub fn written(&mut self, failed: Vec<(UserId, PresenceNote)>) {
        self.writes -= 1;
        for (user, old) in failed {
            let note = self.notes.entry(user).or_default();
            note.busy = note.busy.or(old.busy);
            note.last_seen = note.last_seen.max(old.last_seen);
        }
    }

    /// True when no write is under way.
    pub fn is_settled(&self) -> bool {
        self.writes == 0
    }

    fn drop_if_empty(&mut self, user: UserId) {
        if self.known.get(&user).is_some_and(|profile| *profile == Profile::default()) {
            self.known.remove(&user);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::status_line::StatusText;
    use uuid::Uuid;

    const ANN: UserId = UserId(Uuid::from_u128(1));

    fn line(until: Option<i64>) -> StatusLine {
        let text = StatusText::parse("out").expect("good");
        StatusLine { text, until: until.map(Timestamp), ..StatusLine::default() }
    }

    #[test]
    fn a_status_goes_when_its_time_is_over() {
        let mut profiles = Profiles::default();
        profiles.set_line(ANN, line(Some(10)));
        assert_eq!(profiles.expire(Timestamp(9)), []);
        assert!(profiles.line(ANN).is_some());

        assert_eq!(profiles.expire(Timestamp(10)), [ANN]);

        assert!(profiles.line(ANN).is_none() && profiles.known.is_empty());
        profiles.set_line(ANN, line(None));
        assert_eq!(profiles.expire(Timestamp(i64::MAX)), []);
    }

    #[test]
    fn notes_that_could_not_be_written_come_back_and_newer_ones_win() {
        let mut profiles = Profiles::default();
        profiles.seen(ANN, Timestamp(1));
        profiles.set_busy(ANN, true);
        let taken = profiles.take_notes();
        assert!(!profiles.is_settled() && profiles.take_notes().is_empty());
        profiles.seen(ANN, Timestamp(2));

        profiles.written(taken);

        let again = [(ANN, PresenceNote { busy: Some(true), last_seen: Some(Timestamp(2)) })];
        assert_eq!(profiles.take_notes(), again);
    }

    #[test]
    fn nobody_sees_when_somebody_who_hides_was_there() {
        let mut profiles = Profiles::default();
        profiles.seen(ANN, Timestamp(5));
        assert_eq!(profiles.last_seen(ANN, Some(Timestamp(3))), Some(Timestamp(5)));

        profiles.set_privacy(ANN, Privacy { hide_presence: true, hide_reads: false });
        profiles.seen(ANN, Timestamp(6));

        assert_eq!(profiles.last_seen(ANN, Some(Timestamp(3))), None);
        profiles.set_privacy(ANN, Privacy::default());
        assert_eq!(profiles.last_seen(ANN, None), None);
    }
}
