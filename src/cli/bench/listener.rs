//! What one session hears of its room. Plain state, fed with frames; it checks as it hears.

use super::checker::Checker;
use super::tally::Tally;
use crate::client::ClientError;
use crate::client::frame::{Frame, ended};
use crate::client::glance::{Glance, glance};
use crate::domain::ids::Seq;

/// The id of a question for a page.
pub const PAGE: &str = "h";
/// What became of a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// The end of the log at that moment.
    pub last_seq: Seq,
    /// What was missed does not follow: it is too much.
    pub reset: bool,
}

/// What one session has heard.
#[derive(Default)]
pub struct Listener {
    /// What it has heard of its room.
    pub checker: Checker,
    /// The answer to its join, on this connection.
    pub joined: Option<Joined>,
    /// Whether it has ever joined.
    pub has_begun: bool,
    /// The answer to a question for a page: whether there is more.
    pub page: Option<bool>,
    /// What the server said that is no event.
    pub refusal: Option<ClientError>,
}

impl Listener {
    /// Takes a frame.
    pub fn take(&mut self, frame: &[u8], tally: &Tally) {
        match glance(frame) {
            Glance::Event { seq, text } => self.hear(seq, text, tally),
            Glance::Stored { .. } | Glance::Nothing => {}
            Glance::Full(frame) => self.take_full(*frame, tally),
            Glance::Unreadable => self.refuse(ClientError::Ended { reason: "it sent an unreadable frame".into() }),
        }
    }

    fn take_full(&mut self, frame: Frame, tally: &Tally) {
        match frame {
            Frame::Ack(ack) => {
                if ack.id.as_deref() == Some(PAGE) {
                    for event in &ack.events {
                        let text = as_written(event.text.as_deref().unwrap_or_default());
                        self.checker.take(event.seq, text.as_bytes());
                        tally.hear(text.as_bytes());
                    }
                    self.page = Some(ack.more && !ack.reset);
                } else if let Some(last_seq) = ack.last_seq {
                    self.joined = Some(Joined { last_seq, reset: ack.reset });
                    if !std::mem::replace(&mut self.has_begun, true) {
                        self.checker = Checker::begin(last_seq);
                    }
                }
            }
            Frame::Log(event) => {
                let text = as_written(event.text.as_deref().unwrap_or_default());
                self.hear(event.seq, text.as_bytes(), tally);
            }
            Frame::Refused { error, .. } => self.refuse(error),
            Frame::Bye { reason, reconnect_after } => self.refuse(ended(reason, reconnect_after)),
            Frame::Resync { room } => {
                self.refuse(ClientError::Lost { why: format!("{room} has to be joined again"), retry_after: None });
            }
            Frame::Gone { room } => {
                self.refuse(ClientError::Lost { why: format!("{room} was deleted"), retry_after: None });
            }
            Frame::Welcome(_) | Frame::Other(_) => {}
        }
    }

    fn hear(&mut self, seq: Seq, text: &[u8], tally: &Tally) {
        // Not before the join is answered; and not the newest page, when all that was missed is to be read first.
        if self.joined.is_some_and(|joined| !joined.reset) {
            self.checker.take(seq, text);
            tally.hear(text);
        }
    }

    /// Forgets what was said on a connection that is gone.
    pub fn disconnected(&mut self) {
        self.joined = None;
        self.page = None;
        self.refusal = None;
    }

    fn refuse(&mut self, error: ClientError) {
        self.refusal.get_or_insert(error);
    }
}

/// A text as JSON writes it, without the quotes.
pub fn as_written(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::bench::checker::Faults;

    fn message(seq: Seq, text: &str) -> String {
        format!(
            r#"{{"type":"message","room":"r","seq":{seq},"author":{{"id":"1","name":"ann"}},"text":"{text}","at":"now"}}"#
        )
    }

    fn faults_after(frames: &[&str], end: Seq) -> Faults {
        let (mut listener, tally) = (Listener::default(), Tally::new());
        for frame in frames {
            listener.take(frame.as_bytes(), &tally);
        }
        listener.checker.faults(end, None)
    }

    #[test]
    fn what_a_server_leaves_out_repeats_or_swaps_is_found() {
        let ack = r#"{"type":"ack","id":"j","room":"r","last_seq":4,"kind":"public","topic":"","online":1}"#;
        let [five, six, seven] = [5, 6, 7].map(|seq| message(seq, "hi"));
        let faults = |lost, duplicate, out_of_order| Faults { lost, duplicate, out_of_order, different: 0 };
        let after = |frames: &[&str]| faults_after(&[&[ack], frames].concat(), 7);
        assert!(after(&[&five, &six, &seven]).is_none());
        assert_eq!(after(&[&five, &seven]), faults(1, 0, 0));
        assert_eq!(after(&[&five, &six, &six, &seven]), faults(0, 1, 0));
        assert_eq!(after(&[&six, &five, &seven]), faults(0, 0, 1));
    }

    #[test]
    fn the_newest_page_does_not_count_while_all_that_was_missed_is_read() {
        let ack = |last_seq: u64, reset: bool| {
            format!(r#"{{"type":"ack","id":"j","room":"r","last_seq":{last_seq},"reset":{reset}}}"#)
        };
        let page = format!(
            r#"{{"type":"ack","id":"h","room":"r","events":[{},{}],"more":false}}"#,
            message(3, "a"),
            message(4, "b")
        );
        let (mut listener, tally) = (Listener::default(), Tally::new());
        listener.take(ack(2, false).as_bytes(), &tally);
        listener.disconnected();
        listener.take(ack(2000, true).as_bytes(), &tally);
        listener.take(message(1951, "x").as_bytes(), &tally);

        listener.take(page.as_bytes(), &tally);

        assert_eq!((listener.page, listener.checker.last(), tally.heard.get()), (Some(false), 4, 2));
        assert!(listener.checker.faults(4, None).is_none());
    }

    #[test]
    fn a_refusal_and_a_goodbye_are_kept_for_whoever_reads() {
        let refusal = |frame: &str| {
            let mut listener = Listener::default();
            listener.take(frame.as_bytes(), &Tally::new());
            listener.refusal.expect("one")
        };
        assert!(!refusal(r#"{"type":"error","code":"forbidden","message":"no"}"#).is_passing());
        assert!(refusal(r#"{"type":"bye","reason":"away","reconnect_after_ms":5}"#).is_passing());
        assert!(refusal(r#"{"type":"resync","room":"r","reason":"unavailable"}"#).is_passing());
        assert!(!refusal("hello").is_passing());
    }
}
