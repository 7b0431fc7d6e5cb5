//! RFC 6455 on a raw socket, against `/ws/echo` and `/ws`.

use futures_util::future::join_all;

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

/// A frame with a length written in this many bytes, 2 or 8, whether they are needed or not.
fn long_way_round(first: u8, payload: &[u8], bytes: usize) -> Vec<u8> {
    let mut frame = vec![first, 0x80 | if bytes == 2 { 0x7e } else { 0x7f }];
    frame.extend_from_slice(&(payload.len() as u64).to_be_bytes()[8 - bytes..]);
    // A mask of zeros changes nothing.
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    masked(FIN | CLOSE, &[&code.to_be_bytes()[..], reason].concat())
}

#[tokio::test]
async fn broken_rules_close_with_their_code_at_both_doors() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let utf8 = "κόσμε".as_bytes();
    let giant = [vec![FIN | TEXT, 0xff], (1_u64 << 63).to_be_bytes().to_vec(), vec![0; 4]].concat();
    let cases: Vec<(&str, Vec<Vec<u8>>, u16)> = vec![
        ("reserved bit 1", vec![masked(FIN | 0x40 | TEXT, b"x")], 1002),
        ("reserved bit 2", vec![masked(FIN | 0x20 | TEXT, b"x")], 1002),
        ("reserved bit 3", vec![masked(FIN | 0x10 | PING, b"")], 1002),
        ("all reserved bits on a close", vec![masked(FIN | 0x70 | CLOSE, b"")], 1002),
        ("a reserved bit on a continuation", vec![masked(TEXT, b"x"), masked(FIN | 0x40 | CONTINUE, b"y")], 1002),
        ("not masked", vec![vec![FIN | TEXT, 1, b'x']], 1002),
        ("a ping that is not masked", vec![vec![FIN | PING, 0]], 1002),
        ("a ping of 126 bytes", vec![masked(FIN | PING, &[0; 126])], 1002),
        ("a pong of 126 bytes", vec![masked(FIN | PONG, &[0; 126])], 1002),
        ("a close of 126 bytes", vec![close(1000, &[b'x'; 124])], 1002),
        ("a ping in fragments", vec![masked(PING, b"x")], 1002),
        ("a pong in fragments", vec![masked(PONG, b"x")], 1002),
        ("a close in fragments", vec![masked(CLOSE, &1000_u16.to_be_bytes())], 1002),
        ("a continuation of nothing", vec![masked(FIN | CONTINUE, b"x")], 1002),
        ("an open continuation of nothing", vec![masked(CONTINUE, b"x")], 1002),
        ("a continuation after a whole message", vec![masked(FIN | PONG, b""), masked(FIN | CONTINUE, b"x")], 1002),
        ("a text inside a text", vec![masked(TEXT, b"x"), masked(FIN | TEXT, b"y")], 1002),
        ("a fragment of a text inside a text", vec![masked(TEXT, b"x"), masked(TEXT, b"y")], 1002),
        ("a binary inside a text", vec![masked(TEXT, b"x"), masked(FIN | BINARY, b"y")], 1002),
        ("a close of one byte", vec![masked(FIN | CLOSE, b"x")], 1002),
        ("a length of 2^63", vec![giant], 1002),
        ("a byte that no UTF-8 has", vec![masked(FIN | TEXT, b"\xff")], 1007),
        ("a character cut short", vec![masked(FIN | TEXT, &utf8[..3])], 1007),
        ("an overlong character", vec![masked(FIN | TEXT, b"\xc0\xaf")], 1007),
        ("half of a surrogate pair", vec![masked(FIN | TEXT, b"\xed\xa0\x80")], 1007),
        ("a character beyond Unicode", vec![masked(FIN | TEXT, b"\xf4\x90\x80\x80")], 1007),
        ("bad UTF-8 over fragments", vec![masked(TEXT, b"\xc3"), masked(FIN | CONTINUE, b"\x28")], 1007),
        (
            "a character that its last fragment cuts short",
            vec![masked(TEXT, b"x"), masked(FIN | CONTINUE, b"\xce")],
            1007,
        ),
        ("more than the limit", vec![masked(FIN | BINARY, &vec![0; (1 << 20) + 1])], 1009),
    ];
    let reserved = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15_u8];
    let bad_codes = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535_u16];
    let mut checks = Vec::new();
    for door in ["/ws/echo", "/ws?name=ann"] {
        for (what, frames, code) in &cases {
            checks.push(answers_with(&server, door, (*what).to_owned(), frames.clone(), *code));
        }
        for opcode in reserved {
            let frames = vec![masked(FIN | opcode, b"")];
            checks.push(answers_with(&server, door, format!("opcode {opcode}"), frames, 1002));
        }
        for code in bad_codes {
            checks.push(answers_with(&server, door, format!("a close with {code}"), vec![close(code, b"")], 1002));
        }
    }
    join_all(checks).await;
}

/// Sends these frames; the server closes with this code and hangs up.
async fn answers_with(server: &TestServer, door: &str, what: String, frames: Vec<Vec<u8>>, code: u16) {
    let mut raw = Raw::connect(server, door).await;
    for frame in frames {
        raw.write(&frame).await;
    }
    assert_eq!(raw.close_code().await, code, "{what} at {door}");
    raw.hung_up().await;
}

/// RFC 6455, section 7.4.1: text that is no UTF-8, whatever frame it stands in.
#[tokio::test]
async fn a_close_whose_reason_is_no_utf8_is_answered_with_1007() {
    let server = TestServer::start().await;
    let mut raw = echo(&server).await;
    raw.write(&close(1000, b"\xc3\x28")).await;
    assert_eq!(raw.close_code().await, 1007);
}

#[tokio::test]
async fn every_good_close_is_echoed_with_its_code() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let good = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999_u16];
    let mut checks = Vec::new();
    for door in ["/ws/echo", "/ws?name=ann"] {
        for code in good {
            let frames = vec![close(code, "grüße".as_bytes())];
            checks.push(answers_with(&server, door, format!("a close with {code}"), frames, code));
        }
        let longest = vec![close(1000, &[b'x'; 123])];
        checks.push(answers_with(&server, door, "the longest reason".to_owned(), longest, 1000));
    }
    join_all(checks).await;
}

#[tokio::test]
async fn characters_may_be_cut_anywhere() {
    let server = TestServer::start().await;
    let mut raw = echo(&server).await;
    let text = "aé€😀z".as_bytes();
    for cut in 0..=text.len() {
        raw.frame(TEXT, &text[..cut]).await;
        raw.frame(FIN | CONTINUE, &text[cut..]).await;
        assert_eq!(raw.next().await, Some((FIN | TEXT, text.to_vec())), "cut at {cut}");
    }
    raw.frame(TEXT, b"").await;
    for byte in text {
        raw.frame(CONTINUE, &[*byte]).await;
        raw.frame(CONTINUE, b"").await;
    }
    raw.frame(FIN | CONTINUE, b"").await;
    assert_eq!(raw.next().await, Some((FIN | TEXT, text.to_vec())), "one byte in each fragment, and empty ones");
    // What is no UTF-8 is nobody's business in a binary message.
    raw.frame(BINARY, b"\xff\xc3").await;
    raw.frame(FIN | CONTINUE, b"\x28").await;
    assert_eq!(raw.next().await, Some((FIN | BINARY, b"\xff\xc3\x28".to_vec())));
}

#[tokio::test]
async fn empty_messages_are_messages() {
    let server = TestServer::start().await;
    let mut raw = echo(&server).await;
    for kind in [TEXT, BINARY] {
        raw.frame(FIN | kind, b"").await;
        assert_eq!(raw.next().await, Some((FIN | kind, Vec::new())));
        raw.frame(kind, b"").await;
        raw.frame(CONTINUE, b"").await;
        raw.frame(FIN | CONTINUE, b"").await;
        assert_eq!(raw.next().await, Some((FIN | kind, Vec::new())), "in three empty fragments");
    }
}

#[tokio::test]
async fn pings_are_answered_with_what_they_carry_and_pongs_with_nothing() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    for door in ["/ws/echo", "/ws?name=ann"] {
        let mut raw = Raw::connect(&server, door).await;
        let longest = [0xfe; 125];
        raw.frame(FIN | PONG, b"nobody asked").await;
        raw.frame(FIN | PONG, b"").await;
        for payload in [&b""[..], b"x", &longest] {
            raw.frame(FIN | PING, payload).await;
            let pong = loop {
                let (first, payload) = raw.next().await.expect("the connection stays");
                // A session greets first.
                if first != FIN | TEXT {
                    break (first, payload);
                }
            };
            assert_eq!(pong, (FIN | PONG, payload.to_vec()), "at {door}");
        }
    }
    let mut raw = echo(&server).await;
    raw.frame(TEXT, b"a").await;
    for number in 0..10_u8 {
        raw.frame(FIN | PING, &[number]).await;
        raw.frame(FIN | PONG, b"unasked").await;
        raw.frame(CONTINUE, b"b").await;
        assert_eq!(raw.next().await, Some((FIN | PONG, vec![number])), "between fragments");
    }
    raw.frame(FIN | CONTINUE, b"c").await;
    assert_eq!(raw.next().await, Some((FIN | TEXT, b"abbbbbbbbbbc".to_vec())));
}

#[tokio::test]
async fn many_frames_in_one_piece_are_taken_one_by_one() {
    let server = TestServer::start().await;
    let mut raw = echo(&server).await;
    let frames: Vec<u8> = (0..500_u32).flat_map(|number| masked(FIN | TEXT, number.to_string().as_bytes())).collect();
    raw.write(&frames).await;
    for number in 0..500_u32 {
        assert_eq!(raw.next().await, Some((FIN | TEXT, number.to_string().into_bytes())));
    }
    // The end of one frame and the beginning of the next in one piece, again and again.
    for piece in frames.chunks(7) {
        raw.write(piece).await;
    }
    for number in 0..500_u32 {
        assert_eq!(raw.next().await, Some((FIN | TEXT, number.to_string().into_bytes())));
    }
}

/// RFC 6455, section 5.2: the shortest way has to be used. Whoever takes the others must at least read them right.
#[tokio::test]
async fn a_length_that_is_written_the_long_way_is_refused_or_read_right() {
    let server = TestServer::start().await;
    for bytes in [2, 8] {
        let mut raw = echo(&server).await;
        raw.write(&long_way_round(FIN | TEXT, b"short", bytes)).await;
        match raw.next().await {
            Some((first, payload)) if first == FIN | CLOSE => assert_eq!(payload[..2], 1002_u16.to_be_bytes()),
            answer => assert_eq!(answer, Some((FIN | TEXT, b"short".to_vec())), "{bytes} bytes of length"),
        }
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
