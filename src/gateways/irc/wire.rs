//! What is this door's own about the way out: `PING` asks for a sign of life, `ERROR` is the last word (RFC 2812, sections
//! 3.7.2 and 3.7.4).

use std::rc::Rc;

use bytes::Bytes;

use super::state::IrcState;
use crate::gateways::stream::Wire;
use crate::protocol::irc::line::Reply;

/// Of one connection.
pub struct IrcWire(pub Rc<IrcState>);

impl Wire for IrcWire {
    fn ping(&self) -> Option<Bytes> {
        Some(line(&Reply::new("", "PING", &[self.0.name()])))
    }

    fn farewell(&self, closing: Option<(u16, &str)>) -> Bytes {
        let reason = closing.map_or("closing", |(_, reason)| reason);
        line(&Reply::new("", "ERROR", &[&format!("Closing link: {reason}")]))
    }
}

/// A line as bytes.
pub fn line(reply: &Reply) -> Bytes {
    let mut text = String::new();
    reply.write(&mut text);
    text.into()
}
