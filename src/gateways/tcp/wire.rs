//! What is this door's own about the way out: pings and last words, in the version that is spoken, and the rooms of somebody
//! who speaks version 1.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use crate::chat::turn::Closing;
use crate::gateways::stream::Wire;
use crate::gateways::stream::typed_rooms::TypedRooms;
use crate::protocol::encoding::Packing;
use crate::protocol::framed::{self, Kind};
use crate::protocol::tcp_v1_reply::{self, Reply};

const PING: [u8; framed::HEADER] = *b"PRLR\0\x02\0\x04\0\0\0\0";
/// A newcomer is not asked for signs of life: the porch has an end of its own, which comes first.
const NEWCOMER: (Duration, Closing) = (Duration::from_hours(1), Closing { code: 1008, reason: "nothing was said" });

/// The version of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// It is not known yet who it is; what is said is said as in version 1.
    Newcomer,
    /// Version 1.
    One,
    /// Version 2.
    Two,
}

/// Of one connection.
pub struct TcpWire {
    /// What is spoken.
    pub version: Cell<Version>,
    /// The rooms that were joined, in version 1.
    pub rooms: Rc<TypedRooms>,
}

impl Default for TcpWire {
    fn default() -> Self {
        Self { version: Cell::new(Version::Newcomer), rooms: Rc::default() }
    }
}

impl Wire for TcpWire {
    fn ping(&self) -> Option<Bytes> {
        match self.version.get() {
            Version::Newcomer => None,
            Version::One => Some(tcp_v1_reply::write(&Reply::Ping {}).framed().clone()),
            Version::Two => Some(Bytes::from_static(&PING)),
        }
    }

    fn farewell(&self, closing: Option<(u16, &str)>) -> Bytes {
        if self.version.get() == Version::Two {
            let (code, reason) = closing.unwrap_or((1000, ""));
            return framed::close(code, reason).into();
        }
        tcp_v1_reply::farewell(closing).map_or_else(Bytes::new, |payload| payload.framed().clone())
    }

    fn patience(&self) -> Option<(Duration, Closing)> {
        (self.version.get() == Version::Newcomer).then_some(NEWCOMER)
    }

    fn refused(&self, id: Option<&str>) {
        if let Some(id) = id {
            self.rooms.refused(id);
        }
    }
}

/// The answer to a ping in version 2.
#[must_use]
pub fn pong() -> Bytes {
    framed::frame(Kind::Pong, Packing::None, |_| {}).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ping_is_a_frame() {
        assert_eq!(framed::frame(Kind::Ping, Packing::None, |_| {}), PING);
    }
}
