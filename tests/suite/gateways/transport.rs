//! Where HTTP ends and the WebSocket begins, and what a connection does when it cannot write.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::raw::{FIN, PING, PONG, Raw, TEXT, masked};
use crate::support::{TestServer, within};

/// Sends a request as it is and reads until the server hangs up.
async fn answer_to(server: &TestServer, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address).await.expect("connected");
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = Vec::new();
    within("the end of the answer", stream.read_to_end(&mut answer)).await.expect("read");
    String::from_utf8_lossy(&answer).into_owned()
}

fn handshake(start: &str, more: &str) -> String {
    format!(
        "{start}\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    )
}

#[tokio::test]
async fn a_refused_handshake_is_an_answer_of_http_like_any_other() {
    let server = TestServer::start().await;

    let refused =
        answer_to(&server, &handshake("GET /ws HTTP/1.1", "Accept-Encoding: gzip, br\r\n")).await.to_lowercase();

    assert!(refused.starts_with("http/1.1 401"), "{refused}");
    for header in ["x-request-id: ", "content-security-policy: ", "application/problem+json", "connection: close"] {
        assert!(refused.contains(header), "{header} in {refused}");
    }
    // Written as it is, up to the end of the connection: nothing may announce chunks.
    assert!(!refused.contains("transfer-encoding"), "{refused}");
}

#[tokio::test]
async fn a_page_that_is_asked_for_with_an_upgrade_is_still_that_page() {
    let server = TestServer::start().await;

    let page = answer_to(&server, &handshake("GET /login HTTP/1.1", "")).await;

    assert!(page.starts_with("HTTP/1.1 200") && page.contains("</html>"), "{page}");
}

#[tokio::test]
async fn only_http_1_1_becomes_a_websocket() {
    let server = TestServer::start().await;
    for (start, more) in [
        ("GET /ws/echo HTTP/1.0", ""),
        ("POST /ws/echo HTTP/1.1", "Origin: http://localhost\r\n"),
        ("GET /ws/echo HTTP/1.1", "Transfer-Encoding: chunked\r\nConnection: close\r\n"),
    ] {
        let body = if more.contains("chunked") { "0\r\n\r\n" } else { "" };
        let answer = answer_to(&server, &(handshake(start, more) + body)).await;
        assert!(answer.contains(" 400 ") || answer.contains(" 405 "), "{start}: {answer}");
    }
}

#[tokio::test]
async fn what_is_sent_right_behind_the_handshake_is_not_lost() {
    let server = TestServer::start().await;
    let mut stream = TcpStream::connect(server.address).await.expect("connected");
    let mut bytes = handshake("GET /ws/echo HTTP/1.1", "").into_bytes();
    bytes.extend(masked(FIN | TEXT, b"early"));
    stream.write_all(&bytes).await.expect("written");

    let mut seen = Vec::new();
    while !seen.ends_with(b"\x81\x05early") {
        let read = within("the echo", stream.read_buf(&mut seen)).await.expect("read");
        assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
    }
}

/// Thousands of small answers fill the queue by their number, and then go out at once: the session has to go on reading.
#[tokio::test]
async fn a_flood_of_pings_does_not_make_the_server_deaf() {
    let server = TestServer::start().await;
    let mut raw = Raw::connect(&server, "/ws/echo").await;
    for _ in 0..3 {
        raw.write(&masked(FIN | PING, b"").repeat(6_000)).await;
        for _ in 0..6_000 {
            assert_eq!(raw.next().await, Some((FIN | PONG, Vec::new())));
        }
    }

    raw.frame(FIN | TEXT, b"still there?").await;

    assert_eq!(raw.next().await, Some((FIN | TEXT, b"still there?".to_vec())));
}

/// A client that sends first and reads afterwards gets everything: what does not fit waits, and so does reading.
#[tokio::test]
async fn an_echo_waits_for_whoever_reads_late() {
    let server = TestServer::start().await;
    let stream = TcpStream::connect(server.address).await.expect("connected");
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(handshake("GET /ws/echo HTTP/1.1", "").as_bytes()).await.expect("written");
    let text = vec![b'x'; 60_000];
    let frame = masked(FIN | TEXT, &text);
    // Far more than the system keeps for a connection, in both directions.
    let writing = tokio::spawn(async move {
        for _ in 0..400 {
            writer.write_all(&frame).await.expect("written");
        }
        writer
    });
    let mut seen = 0;
    let mut buffer = vec![0; 1 << 16];
    while seen < 400 * (text.len() + 4) {
        let read = within("an echo", reader.read(&mut buffer)).await.expect("read");
        assert!(read > 0, "the server hung up after {seen} bytes");
        seen += read;
    }
    writing.await.expect("all was written");
}
