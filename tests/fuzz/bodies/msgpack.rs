//! Commands in MessagePack.

use parlor::protocol::decode::from_msgpack;

use super::requests;

pub fn run(data: &[u8]) {
    let read = from_msgpack(data);
    requests::check(&read);
    if read.is_ok() {
        let longer = [data, b"\xc0"].concat();
        assert!(from_msgpack(&longer).is_err(), "what follows a command is not dropped in silence");
    }
}
