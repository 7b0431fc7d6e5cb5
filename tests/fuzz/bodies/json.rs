//! Commands in JSON; the same command in MessagePack must mean the same.

use parlor::protocol::decode::{from_json, from_msgpack};
use serde_json::Value;

use super::requests;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = from_json(text);
    requests::check(&read);
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        let packed = rmp_serde::to_vec_named(&value).expect("what was read can be written");
        let unpacked = from_msgpack(&packed);
        // A refusal may differ: MessagePack is read to a smaller depth.
        assert_eq!(unpacked.ok(), read.ok());
    }
}
