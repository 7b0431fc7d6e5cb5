//! RFC 6455 on a raw socket, against `/ws/echo` and `/ws`.

use crate::support::TestServer;
use crate::support::raw::{BINARY, CLOSE, CONTINUE, FIN, PING, PONG, Raw, TEXT, masked};

async fn echo(server: &TestServer) -> Raw {
    Raw::connect(server, "/ws/echo").await
}

#[tokio::test]
async fn text_and_binary_of_every_length_class_come_back() {
    let server = TestServer::start().await;
    let mut raw = echo(&server).await;
    for length in [0, 1, 125, 126, 127, 0xffff, 0x1_0000, 1 << 20] {
        for kind in [TEXT, BINARY] {
            let payload = vec![b'x'; length];
            raw.frame(FIN | kind, &payload).await;
            assert_eq!(raw.next().await, Some((FIN | kind, payload)), "{length} bytes of kind {kind}");
        }
    }
}

#[tokio::test]
async fn fragments_are_joined_with_pings_in_between_answered_first() {
    let server = TestServer::start().await;
    let mut raw = echo(&server).await;
    let text = "grüße".as_bytes();

    raw.frame(TEXT, &text[..3]).await;
    raw.frame(FIN | PING, b"are you there").await;
    raw.frame(CONTINUE, &text[3..5]).await;
    raw.frame(FIN | CONTINUE, &text[5..]).await;

    assert_eq!(raw.next().await, Some((FIN | PONG, b"are you there".to_vec())));
    assert_eq!(raw.next().await, Some((FIN | TEXT, text.to_vec())));
}

#[tokio::test]
async fn a_frame_that_arrives_byte_by_byte_is_one_frame() {
    let server = TestServer::start().await;
    let mut raw = echo(&server).await;
    for byte in masked(FIN | TEXT, b"slowly") {
        raw.write(&[byte]).await;
    }
    assert_eq!(raw.next().await, Some((FIN | TEXT, b"slowly".to_vec())));
}

#[tokio::test]
async fn broken_rules_close_with_their_code() {
    let server = TestServer::start().await;
    let cases: [(&str, Vec<Vec<u8>>, u16); 14] = [
        ("reserved bit 1", vec![masked(FIN | 0x40 | TEXT, b"x")], 1002),
        ("reserved bit 3", vec![masked(FIN | 0x10 | PING, b"")], 1002),
        ("reserved opcode 3", vec![masked(FIN | 3, b"")], 1002),
        ("reserved opcode 11", vec![masked(FIN | 0xb, b"")], 1002),
        ("not masked", vec![vec![FIN | TEXT, 1, b'x']], 1002),
        ("a ping of 126 bytes", vec![masked(FIN | PING, &[0; 126])], 1002),
        ("a ping in fragments", vec![masked(PING, b"x")], 1002),
        ("a continuation of nothing", vec![masked(FIN | CONTINUE, b"x")], 1002),
        ("a text inside a text", vec![masked(TEXT, b"x"), masked(FIN | TEXT, b"y")], 1002),
        ("a close of one byte", vec![masked(FIN | CLOSE, b"x")], 1002),
        ("a close with a reserved code", vec![masked(FIN | CLOSE, &1005_u16.to_be_bytes())], 1002),
        ("bad UTF-8", vec![masked(FIN | TEXT, b"\xff")], 1007),
        ("bad UTF-8 over fragments", vec![masked(TEXT, b"\xc3"), masked(FIN | CONTINUE, b"\x28")], 1007),
        ("more than the limit", vec![masked(FIN | BINARY, &vec![0; (1 << 20) + 1])], 1009),
    ];
    for (what, frames, code) in cases {
        let mut raw = echo(&server).await;
        for frame in frames {
            raw.write(&frame).await;
        }
        assert_eq!(raw.close_code().await, code, "{what}");
        raw.hung_up().await;
    }
}

#[tokio::test]
async fn bad_utf8_is_refused_before_its_message_ends() {
    let server = TestServer::start().await;
    let mut raw = echo(&server).await;
    raw.frame(TEXT, b"fine so far \xff").await;
    assert_eq!(raw.close_code().await, 1007);
}

#[tokio::test]
async fn an_announced_giant_is_refused_before_it_is_sent() {
    let server = TestServer::start().await;
    let mut raw = Raw::connect(&server, "/ws?name=ann").await;
    let mut head = vec![FIN | BINARY, 0x80 | 0x7f];
    head.extend_from_slice(&(1_u64 << 40).to_be_bytes());
    head.extend_from_slice(&[0; 4]);
    raw.write(&head).await;
    assert_eq!(raw.close_code().await, 1009);
}

#[tokio::test]
async fn fragments_count_against_the_limit_together() {
    let server = TestServer::start().await;
    let mut raw = Raw::connect(&server, "/ws?name=ann").await;
    raw.frame(TEXT, &vec![b'x'; 40_000]).await;
    raw.frame(CONTINUE, &vec![b'x'; 40_000]).await;
    assert_eq!(raw.close_code().await, 1009);

    let mut raw = Raw::connect(&server, "/ws?name=bob").await;
    raw.frame(TEXT, b"").await;
    for _ in 0..1100 {
        raw.frame(CONTINUE, b"").await;
    }
    assert_eq!(raw.close_code().await, 1009, "a thousand empty fragments");
}

#[tokio::test]
async fn a_close_is_echoed_and_the_connection_ends() {
    let server = TestServer::start().await;
    for (sent, code) in
        [(Vec::new(), 1005), (1000_u16.to_be_bytes().to_vec(), 1000), (4999_u16.to_be_bytes().to_vec(), 4999)]
    {
        let mut raw = echo(&server).await;
        raw.frame(FIN | CLOSE, &sent).await;
        assert_eq!(raw.close_code().await, code);
        raw.hung_up().await;
    }
}

#[tokio::test]
async fn nothing_is_answered_after_a_close() {
    let server = TestServer::start().await;
    let mut raw = echo(&server).await;
    let mut bytes = masked(FIN | CLOSE, &1000_u16.to_be_bytes());
    bytes.extend(masked(FIN | TEXT, b"too late"));
    raw.write(&bytes).await;
    assert_eq!(raw.next().await.map(|(first, _)| first), Some(FIN | CLOSE));
    assert_eq!(raw.next().await, None);
}

#[tokio::test]
async fn binary_frames_to_a_plain_session_are_not_accepted() {
    let server = TestServer::start().await;
    let mut raw = Raw::connect(&server, "/ws?name=ann").await;
    raw.frame(FIN | BINARY, b"x").await;
    assert_eq!(raw.close_code().await, 1003);
}
