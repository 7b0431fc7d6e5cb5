//! What is the WebSocket's own about the way out: pings and closes, and the rooms of somebody who types.

use std::rc::Rc;

use bytes::Bytes;

use super::control;
use crate::gateways::stream::Wire;
use crate::gateways::stream::typed_rooms::TypedRooms;

/// Of one connection.
pub struct WebsocketWire {
    /// The rooms of somebody who types.
    pub typed: Option<Rc<TypedRooms>>,
}

impl Wire for WebsocketWire {
    const IS_ANSWERED: bool = true;

    fn ping(&self) -> Option<Bytes> {
        Some(control::PING)
    }

    fn farewell(&self, closing: Option<(u16, &str)>) -> Bytes {
        control::close(closing)
    }

    fn refused(&self, id: Option<&str>) {
        if let (Some(typed), Some(id)) = (&self.typed, id) {
            typed.refused(id);
        }
    }
}
