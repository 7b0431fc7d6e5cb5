//! The rules of RFC 6455 for messages, as a plain state machine: frames in, what to do out. It joins fragments
//! (section 5.4), checks UTF-8 (section 8.1), answers pings (section 5.5.2) and closes (section 5.5.1), and keeps
//! memory within limits. It knows no socket and no actor; headers were checked by `header_scanner` before.

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;

/// Most bytes of a reason: a control frame has 125, two are the code (RFC 6455, section 5.5).
const REASON_BYTES: usize = 123;

/// Codes of RFC 6455, section 7.4.1, that are sent from here.
mod code {
    pub const PROTOCOL_ERROR: u16 = 1002;
    pub const INVALID_DATA: u16 = 1007;
    pub const TOO_BIG: u16 = 1009;
}

/// A frame as a decoder yields it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A whole text message.
    Text(Bytes),
    /// A whole binary message.
    Binary(Bytes),
    /// The first fragment of a text message.
    FirstText(Bytes),
    /// The first fragment of a binary message.
    FirstBinary(Bytes),
    /// A fragment in the middle.
    Continue(Bytes),
    /// The last fragment.
    Last(Bytes),
    /// A ping.
    Ping(Bytes),
    /// A pong.
    Pong(Bytes),
    /// A close with its payload as sent: nothing, or a code of two bytes and a reason.
    Close(Bytes),
}

/// A whole message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Text, checked.
    Text(ByteString),
    /// Anything.
    Binary(Bytes),
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A message is complete.
    Deliver(Message),
    /// Send a pong with this payload.
    Pong(Bytes),
    /// Send a close, with a code unless there is none, and end the connection. Every later frame is `Nothing`.
    Close(Option<Closing>),
    /// Wait for more.
    Nothing,
}

/// The code and the reason of a close.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// RFC 6455, section 7.4.
    pub code: u16,
    /// For people; short enough for a control frame.
    pub reason: &'static str,
}

/// What one message may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLimits {
    /// Bytes of a whole message.
    pub bytes: usize,
    /// Fragments of a message.
    pub fragments: usize,
}

/// The state of one connection's incoming side.
#[derive(Debug)]
pub struct Assembler {
    max_bytes: u32,
    max_fragments: u32,
    /// The message that comes in fragments now; seldom one does.
    open: Option<Box<Fragments>>,
    closed: bool,
}

#[derive(Debug)]
struct Fragments {
    joined: BytesMut,
    count: usize,
    /// For text: how many bytes from the start are known to be good UTF-8.
    checked: Option<usize>,
}

impl Assembler {
    /// A connection on which nothing was received.
    #[must_use]
    pub fn new(limits: MessageLimits) -> Self {
        let [max_bytes, max_fragments] =
            [limits.bytes, limits.fragments].map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
        Self { max_bytes, max_fragments, open: None, closed: false }
    }

    /// Takes the next frame.
    pub fn take(&mut self, frame: Incoming) -> Action {
        if self.closed {
            return Action::Nothing;
        }
        let action = self.judge(frame).unwrap_or_else(|closing| Action::Close(Some(closing)));
        if matches!(action, Action::Close(_)) {
            self.closed = true;
            self.open = None;
        }
        action
    }

    /// Says that we have closed: what still comes in is ignored (section 5.5.1).
    pub fn close(&mut self) {
        self.closed = true;
        self.open = None;
    }

    fn judge(&mut self, frame: Incoming) -> Result<Action, Closing> {
        match frame {
            Incoming::Text(bytes) => {
                let bytes = self.whole(bytes)?;
                Ok(Action::Deliver(Message::Text(ByteString::try_from(bytes).map_err(|_| not_utf8())?)))
            }
            Incoming::Binary(bytes) => Ok(Action::Deliver(Message::Binary(self.whole(bytes)?))),
            Incoming::FirstText(bytes) => self.start(&bytes, Some(0)),
            Incoming::FirstBinary(bytes) => self.start(&bytes, None),
            Incoming::Continue(bytes) => self.append(&bytes),
            Incoming::Last(bytes) => {
                self.append(&bytes)?;
                self.finish()
            }
            Incoming::Ping(bytes) => Ok(Action::Pong(bytes)),
            Incoming::Pong(_) => Ok(Action::Nothing),
            Incoming::Close(payload) => answer_close(&payload),
        }
    }

    /// A whole message may not come between the fragments of another (section 5.4).
    fn whole(&self, bytes: Bytes) -> Result<Bytes, Closing> {
        self.check_not_open()?;
        self.check_size(bytes.len())?;
        Ok(bytes)
    }

    fn start(&mut self, bytes: &Bytes, checked: Option<usize>) -> Result<Action, Closing> {
        self.check_not_open()?;
        self.open = Some(Box::new(Fragments { joined: BytesMut::new(), count: 0, checked }));
        self.append(bytes)
    }

    fn append(&mut self, bytes: &Bytes) -> Result<Action, Closing> {
        let joined = self.open.as_ref().ok_or_else(|| broken("a continuation without a start"))?.joined.len();
        self.check_size(joined.saturating_add(bytes.len()))?;
        if let Some(fragments) = &mut self.open {
            fragments.count += 1;
            if fragments.count > self.max_fragments as usize {
                return Err(Closing { code: code::TOO_BIG, reason: "too many fragments" });
            }
            fragments.joined.extend_from_slice(bytes);
            fragments.check_utf8()?;
        }
        Ok(Action::Nothing)
    }

    fn finish(&mut self) -> Result<Action, Closing> {
        let fragments = self.open.take().ok_or_else(|| broken("a continuation without a start"))?;
        let message = match fragments.checked {
            Some(_) => Message::Text(ByteString::try_from(fragments.joined.freeze()).map_err(|_| not_utf8())?),
            None => Message::Binary(fragments.joined.freeze()),
        };
        Ok(Action::Deliver(message))
    }

    fn check_not_open(&self) -> Result<(), Closing> {
        if self.open.is_some() { Err(broken("a new message inside a fragmented one")) } else { Ok(()) }
    }

    fn check_size(&self, bytes: usize) -> Result<(), Closing> {
        if bytes > self.max_bytes as usize { Err(Closing { code: code::TOO_BIG, reason: "too long" }) } else { Ok(()) }
    }
}

impl Fragments {
    /// Fails as soon as no continuation could make the text good; a character that is cut by the border of a fragment
    /// is looked at again with the next one.
    fn check_utf8(&mut self) -> Result<(), Closing> {
        let Some(checked) = self.checked else { return Ok(()) };
        match std::str::from_utf8(&self.joined[checked..]) {
            Ok(_) => self.checked = Some(self.joined.len()),
            Err(error) if error.error_len().is_none() => self.checked = Some(checked + error.valid_up_to()),
            Err(_) => return Err(not_utf8()),
        }
        Ok(())
    }
}

/// The answer to a close repeats its code (section 5.5.1), unless that may not be sent (section 7.4).
fn answer_close(payload: &[u8]) -> Result<Action, Closing> {
    match payload {
        [] => Ok(Action::Close(None)),
        [_] => Err(broken("half a code")),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !may_be_sent(code) {
                return Err(broken("a code that may not be sent"));
            }
            if std::str::from_utf8(reason).is_err() {
                return Err(not_utf8());
            }
            Ok(Action::Close(Some(Closing { code, reason: "" })))
        }
    }
}

/// Codes that may stand in a frame: the registered ones (section 7.4.1 and the registry of section 11.7), and those of
/// libraries and applications (section 7.4.2).
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

fn broken(reason: &'static str) -> Closing {
    Closing { code: code::PROTOCOL_ERROR, reason }
}

fn not_utf8() -> Closing {
    Closing { code: code::INVALID_DATA, reason: "not UTF-8" }
}

/// The reason as far as it fits into a close frame, cut between two characters.
#[must_use]
pub fn close_reason(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(REASON_BYTES)]
}

#[cfg(test)]
mod tests;
