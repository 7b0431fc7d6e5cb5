//! What is this door's own about the way out: there are no pings, so silence has an end.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use crate::chat::turn::Closing;
use crate::gateways::stream::Wire;
use crate::gateways::stream::typed_rooms::TypedRooms;
use crate::protocol::encode;
use crate::protocol::encoding::Encoding;

const IDLE: Closing = Closing { code: 1001, reason: "nothing was typed for long; come again" };

/// Of one connection.
pub struct LinesWire {
    idle: Duration,
    /// The rooms that were joined.
    pub rooms: Rc<TypedRooms>,
}

impl LinesWire {
    pub fn new(idle: Duration) -> Self {
        Self { idle, rooms: Rc::default() }
    }
}

impl Wire for LinesWire {
    fn ping(&self) -> Option<Bytes> {
        None
    }

    fn farewell(&self, closing: Option<(u16, &str)>) -> Bytes {
        let reason = closing.map_or("", |(_, reason)| reason);
        if reason.is_empty() {
            return Bytes::new();
        }
        encode::lines(&format!("* Closed: {reason}."), Encoding::Lines).framed().clone()
    }

    fn patience(&self) -> Option<(Duration, Closing)> {
        Some((self.idle, IDLE))
    }

    fn refused(&self, id: Option<&str>) {
        if let Some(id) = id {
            self.rooms.refused(id);
        }
    }
}
