//! Writes frames in the encoding of a session. An event is written once per encoding, see [`SharedFrames`].

use std::sync::{Arc, OnceLock};

use serde::Serialize;

use super::answer::Answer;
use super::crowd::Crowd;
use super::encoding::{Body, Encoding, Packing};
use super::error_code::Problem;
use super::event_frame::EventFrame;
use super::event_stream::{self, Head, Place};
use super::framed;
use super::irc::cap::Dialect;
use super::irc::news::{self as irc_news, Speaker};
use super::payload::{Payload, PayloadKind};
use super::plain;
use super::server_frame::{Ack, AckBody, Ephemeral, Frame, Notice, Welcome, WelcomeUser};
use super::tcp_v1_reply as v1;
use crate::domain::event::{Event, SharedEvent};
use crate::domain::limits;

/// Renders an event as the HTML of the pages. The pages give it; here it is only called.
pub trait EventHtml: Send + Sync {
    /// The HTML of one event, from the partial that renders it everywhere.
    fn render(&self, event: &Event) -> String;
}

/// Who renders, as everybody holds it.
pub type SharedHtml = Arc<dyn EventHtml>;

/// One piece of news for many sessions, written at most once per encoding and then shared by reference count.
#[derive(Debug)]
pub struct SharedFrames {
    news: News,
    json: OnceLock<Payload>,
    html: OnceLock<Payload>,
    msgpack: OnceLock<Payload>,
    plain: OnceLock<Option<Payload>>,
    events: OnceLock<Payload>,
    events_html: OnceLock<Payload>,
    lines: OnceLock<Option<Payload>>,
    /// Whether an account says it; guests have none.
    by_account: bool,
    /// Whether a program says it.
    is_bot: bool,
    irc: Dialects,
    tcp: OnceLock<Box<TcpFrames>>,
}

/// What was written for each kind of IRC clients: a chain that grows at its end, so that nobody waits for anybody.
#[derive(Debug, Default)]
struct Dialects(OnceLock<Box<Written>>);

#[derive(Debug)]
struct Written {
    dialect: Dialect,
    payload: Option<Payload>,
    next: Dialects,
}

impl Dialects {
    /// What was written for clients of this kind, or is written now.
    fn get_or_write(&self, dialect: Dialect, write: &dyn Fn() -> Option<Payload>) -> Option<&Payload> {
        let mut place = self;
        loop {
            let fresh = || Box::new(Written { dialect, payload: write(), next: Self::default() });
            let written = place.0.get_or_init(fresh);
            if written.dialect == dialect {
                return written.payload.as_ref();
            }
            place = &written.next;
        }
    }
}

/// The frames of framed TCP; room for them is made when somebody asks for one.
#[derive(Debug, Default)]
struct TcpFrames {
    v1: OnceLock<Option<Payload>>,
    framed: [[OnceLock<Payload>; 2]; 2],
}

/// What the frames say.
#[derive(Debug)]
pub enum News {
    /// An entry of a log.
    Event(SharedEvent),
    /// Something nobody stores.
    Ephemeral(Ephemeral),
    /// Something that is told at once to those who follow a room.
    Crowd(Crowd),
}

impl SharedFrames {
    /// Nothing is written yet.
    #[must_use]
    pub fn new(news: News) -> Arc<Self> {
        Self::by(news, false, false)
    }

    /// The same, with whether it is an account that says it, and a program.
    #[must_use]
    pub fn by(news: News, by_account: bool, is_bot: bool) -> Arc<Self> {
        Arc::new(Self {
            by_account,
            is_bot,
            irc: Dialects::default(),
            news,
            json: OnceLock::new(),
            html: OnceLock::new(),
            msgpack: OnceLock::new(),
            plain: OnceLock::new(),
            events: OnceLock::new(),
            events_html: OnceLock::new(),
            lines: OnceLock::new(),
            tcp: OnceLock::new(),
        })
    }

    /// What the frames say.
    #[must_use]
    pub fn news(&self) -> &News {
        &self.news
    }

    /// The account that says it, for doors that tell accounts from guests.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match &self.news {
            News::Event(event) => self.by_account.then(|| event.author.name.as_str()),
            News::Ephemeral(_) | News::Crowd(_) => None,
        }
    }

    /// Whether a program says it.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.is_bot
    }

    /// The frame in this encoding; `None` when the encoding has nothing to say about it.
    #[must_use]
    pub fn payload(&self, encoding: Encoding, html: &dyn EventHtml) -> Option<&Payload> {
        match encoding {
            Encoding::Irc(dialect) => self.irc.get_or_write(dialect, &|| self.write_irc(dialect)),
            // Those who follow have doors of their own, which write it themselves.
            _ if matches!(self.news, News::Crowd(_)) => None,
            Encoding::Json => Some(self.json.get_or_init(|| self.write(encoding, html))),
            Encoding::Html => Some(self.html.get_or_init(|| self.write(encoding, html))),
            Encoding::MsgPack => Some(self.msgpack.get_or_init(|| self.write(encoding, html))),
            Encoding::Plain => self.plain.get_or_init(|| self.write_lines(encoding)).as_ref(),
            Encoding::Lines => self.lines.get_or_init(|| self.write_lines(encoding)).as_ref(),
            Encoding::Events => Some(self.events.get_or_init(|| self.write(encoding, html))),
            Encoding::EventsHtml => Some(self.events_html.get_or_init(|| self.write(encoding, html))),
            Encoding::TcpV1 => self.tcp.get_or_init(Box::default).v1.get_or_init(|| self.write_v1()).as_ref(),
            Encoding::Framed(body, packing) => {
                let slot = &self.tcp.get_or_init(Box::default).framed[body as usize][packing as usize];
                Some(slot.get_or_init(|| self.write(encoding, html)))
            }
        }
    }

    fn write(&self, encoding: Encoding, html: &dyn EventHtml) -> Payload {
        match &self.news {
            News::Event(shared) => write_event(shared, encoding, html),
            News::Ephemeral(news) => write(encoding, &Frame::ephemeral(news)),
            News::Crowd(_) => raw(String::new()),
        }
    }

    fn write_irc(&self, dialect: Dialect) -> Option<Payload> {
        let lines = match &self.news {
            News::Event(event) => {
                irc_news::event(event, dialect, Speaker { account: self.account(), is_bot: self.is_bot })
            }
            News::Ephemeral(news) => irc_news::ephemeral(news, dialect).into_iter().collect(),
            News::Crowd(_) => Vec::new(),
        };
        irc_news::written(&lines).map(raw)
    }

    fn write_v1(&self) -> Option<Payload> {
        match &self.news {
            News::Event(event) => v1::event(event),
            News::Ephemeral(news) => v1::ephemeral(news),
            News::Crowd(_) => None,
        }
    }

    fn write_lines(&self, encoding: Encoding) -> Option<Payload> {
        match &self.news {
            News::Event(event) => Some(lines(&plain::event_line(event), encoding)),
            News::Ephemeral(news) => plain::ephemeral_lines(news).map(|text| lines(&text, encoding)),
            News::Crowd(_) => None,
        }
    }
}

/// Writes one event; `None` when the encoding has nothing to say about it.
#[must_use]
pub fn event(event: &Event, encoding: Encoding, html: &dyn EventHtml) -> Option<Payload> {
    match encoding {
        Encoding::TcpV1 => v1::event(event),
        _ => Some(write_event(event, encoding, html)),
    }
}

fn write_event(event: &Event, encoding: Encoding, html: &dyn EventHtml) -> Payload {
    match encoding {
        Encoding::Irc(dialect) => {
            raw(irc_news::written(&irc_news::event(event, dialect, Speaker::default())).unwrap_or_default())
        }
        Encoding::Plain | Encoding::Lines => lines(&plain::event_line(event), encoding),
        Encoding::Html => write(encoding, &EventFrame::new(event, Some(html.render(event)))),
        Encoding::Events | Encoding::EventsHtml => {
            let place = Place::Behind(&event.room_name, event.seq);
            let html = (encoding == Encoding::EventsHtml).then(|| html.render(event));
            block(&Head { place, ..Head::PLAIN }, &EventFrame::new(event, html))
        }
        _ => write(encoding, &EventFrame::new(event, None)),
    }
}

/// Writes the first frame of a session; `None` where the door has greeted already.
#[must_use]
pub fn welcome(welcome: &Welcome, encoding: Encoding) -> Option<Payload> {
    match encoding {
        Encoding::Plain | Encoding::Lines => return Some(lines(&plain::welcome_line(welcome), encoding)),
        Encoding::TcpV1 => return None,
        _ => {}
    }
    let frame = Frame::Welcome {
        session: welcome.session,
        user: WelcomeUser::new(welcome),
        version: env!("CARGO_PKG_VERSION"),
        heartbeat_seconds: welcome.heartbeat_seconds,
        limits: &limits::SHOWN,
    };
    Some(write(encoding, &frame))
}

/// Writes an answer; `None` when people at a terminal need none.
#[must_use]
pub fn answer(id: Option<&str>, answer: &Answer, encoding: Encoding, html: &dyn EventHtml) -> Option<Payload> {
    match (encoding, answer) {
        // What these sessions asked for they write themselves.
        (Encoding::Irc(_), _) => None,
        (Encoding::Plain | Encoding::Lines, _) => plain::answer_lines(answer).map(|text| lines(&text, encoding)),
        (Encoding::TcpV1, _) => v1::answer(id, answer),
        (_, Answer::Pong) => Some(write(encoding, &Frame::Pong { id })),
        (Encoding::Events | Encoding::EventsHtml, Answer::Joined(joined)) => {
            let head = Head {
                place: Place::Start(&joined.room, joined.last_seq),
                name: joined.reset.then_some("reset"),
                retry: None,
            };
            Some(block(&head, &Ack::new(id, AckBody::new(answer, &|_| None))))
        }
        (Encoding::Html | Encoding::EventsHtml, _) => {
            Some(write(encoding, &Ack::new(id, AckBody::new(answer, &|event| Some(html.render(event))))))
        }
        (Encoding::Json | Encoding::MsgPack | Encoding::Framed(..) | Encoding::Events, _) => {
            Some(write(encoding, &Ack::new(id, AckBody::new(answer, &|_| None))))
        }
    }
}

/// Writes a refusal.
#[must_use]
pub fn problem(id: Option<&str>, problem: &Problem, encoding: Encoding) -> Payload {
    match encoding {
        Encoding::Plain | Encoding::Lines => lines(&plain::problem_line(problem), encoding),
        Encoding::TcpV1 => v1::problem(id, problem),
        _ => write(encoding, &Frame::problem(id, problem)),
    }
}

/// Writes a refusal of something that was asked for; `None` when it says nothing that was not said before.
#[must_use]
pub fn refusal(id: Option<&str>, problem: &Problem, encoding: Encoding) -> Option<Payload> {
    let is_told = encoding == Encoding::TcpV1 && id == Some(v1::FOLLOW_UP);
    (!is_told).then(|| self::problem(id, problem, encoding))
}

/// Writes news for one session; `None` when people at a terminal need none.
#[must_use]
pub fn notice(notice: &Notice, encoding: Encoding) -> Option<Payload> {
    match encoding {
        Encoding::Irc(_) => None,
        Encoding::Plain | Encoding::Lines => plain::notice_line(notice).map(|text| lines(&text, encoding)),
        Encoding::TcpV1 => v1::notice(notice),
        Encoding::Events | Encoding::EventsHtml => {
            let retry = if let Notice::Bye { reconnect_after_ms, .. } = notice { *reconnect_after_ms } else { None };
            Some(block(&Head { retry, ..Head::PLAIN }, &Frame::notice(notice)))
        }
        _ => Some(write(encoding, &Frame::notice(notice))),
    }
}

/// Writes lines for people, which are as they should be already.
#[must_use]
pub fn lines(text: &str, encoding: Encoding) -> Payload {
    if encoding == Encoding::Lines {
        // CR LF is the end of a line for every terminal (RFC 854, "The NVT printer and keyboard").
        return Payload::raw(PayloadKind::Text, (text.replace('\n', "\r\n") + "\r\n").into_bytes());
    }
    Payload::text(text)
}

fn raw(lines: String) -> Payload {
    Payload::raw(PayloadKind::Text, lines.into_bytes())
}

fn block<T: Serialize>(head: &Head<'_>, frame: &T) -> Payload {
    event_stream::block(head, |bytes| {
        if serde_json::to_writer(&mut *bytes, frame).is_err() {
            bytes.clear();
        }
    })
}

fn write<T: Serialize>(encoding: Encoding, frame: &T) -> Payload {
    match encoding {
        Encoding::Framed(body, packing) => in_frame(framed::Kind::Chat, body, packing, frame),
        Encoding::Events | Encoding::EventsHtml => block(&Head::PLAIN, frame),
        Encoding::MsgPack => Payload::write(PayloadKind::Binary, |bytes| put(bytes, Body::MsgPack, frame)),
        _ => Payload::write(PayloadKind::Text, |bytes| put(bytes, Body::Json, frame)),
    }
}

/// A frame of framed TCP, version 2.
#[must_use]
pub fn in_frame<T: Serialize>(kind: framed::Kind, body: Body, packing: Packing, frame: &T) -> Payload {
    Payload::raw(PayloadKind::Binary, framed::frame(kind, packing, |bytes| put(bytes, body, frame)))
}

/// Frames are maps with string keys and plain values: neither writer has a reason to refuse one. Should one ever do, what
/// was written so far is taken back, and an empty frame is sent rather than a thread lost.
fn put<T: Serialize>(bytes: &mut Vec<u8>, body: Body, frame: &T) {
    let start = bytes.len();
    let is_good = match body {
        Body::MsgPack => rmp_serde::encode::write_named(&mut *bytes, frame).is_ok(),
        Body::Json => serde_json::to_writer(&mut *bytes, frame).is_ok(),
    };
    if !is_good {
        bytes.truncate(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Timestamp;
    use crate::domain::event::{EventBody, Message};
    use crate::domain::ids::{RoomId, UserId};
    use crate::domain::name::{RoomName, UserName};
    use crate::domain::person::Author;
    use crate::protocol::answer::{History, Sent};
    use uuid::Uuid;

    struct Bold;
    impl EventHtml for Bold {
        fn render(&self, event: &Event) -> String {
            format!("<b>{}</b>", event.seq)
        }
    }

    fn sample() -> SharedEvent {
        Arc::new(Event {
            room: RoomId(1),
            room_name: RoomName::trusted("lobby".into()),
            seq: 3,
            n: 1,
            author: Author { id: UserId(Uuid::nil()), name: UserName::trusted("ann".into()) },
            at: Timestamp(0),
            body: EventBody::Message(Message {
                text: "hi\nyou\u{1b}[2J".into(),
                nonce: Some("n".into()),
                ..Message::default()
            }),
        })
    }

    fn as_text(payload: Payload) -> String {
        match payload.kind() {
            PayloadKind::Text => String::from_utf8(payload.body().to_vec()).expect("text"),
            PayloadKind::Binary => {
                let value: serde_json::Value = rmp_serde::from_slice(payload.body()).expect("good");
                value.to_string()
            }
        }
    }

    #[test]
    fn a_message_is_the_same_in_json_and_msgpack_and_starts_with_its_type() {
        let json = as_text(write_event(&sample(), Encoding::Json, &Bold));
        assert!(json.starts_with(r#"{"type":"message","room":"lobby","seq":3,"author":{"id":"#), "{json}");
        let msgpack: serde_json::Value =
            serde_json::from_str(&as_text(write_event(&sample(), Encoding::MsgPack, &Bold))).expect("good");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).expect("good"), msgpack);
        assert!(as_text(write_event(&sample(), Encoding::Html, &Bold)).contains(r#""html":"<b>3</b>""#));
    }

    #[test]
    fn a_plain_line_carries_no_control_characters() {
        assert_eq!(as_text(write_event(&sample(), Encoding::Plain, &Bold)), "[lobby] ann: hi\n  you[2J");
    }

    #[test]
    fn shared_frames_are_written_once() {
        let frames = SharedFrames::new(News::Event(sample()));
        let one = frames.payload(Encoding::Json, &Bold).expect("some");
        let two = frames.payload(Encoding::Json, &Bold).expect("some");
        assert_eq!(one.framed().as_ptr(), two.framed().as_ptr());
    }

    #[test]
    fn an_ack_starts_with_type_and_id() {
        let sent =
            Answer::Sent(Sent { room: RoomName::trusted("lobby".into()), seq: 9, at: Timestamp(0), duplicate: false });
        let json = answer(Some("s"), &sent, Encoding::Json, &Bold).map(as_text).expect("some");
        assert_eq!(json, r#"{"type":"ack","id":"s","room":"lobby","seq":9,"at":"1970-01-01T00:00:00.000Z"}"#);
        let msgpack = answer(Some("s"), &sent, Encoding::MsgPack, &Bold).map(as_text).expect("some");
        assert!(msgpack.contains(r#""seq":9"#), "{msgpack}");
    }

    #[test]
    fn history_carries_whole_events() {
        let page = Answer::History(History {
            room: RoomName::trusted("lobby".into()),
            events: vec![sample()],
            next: Some(7),
            last_seq: 9,
            reset: false,
        });
        let json = answer(None, &page, Encoding::Html, &Bold).map(as_text).expect("some");
        assert!(json.starts_with(r#"{"type":"ack","room":"lobby","events":[{"type":"message""#), "{json}");
        assert!(json.contains(r#""html":"<b>3</b>""#) && json.ends_with(r#""more":true}"#), "{json}");
    }
}
