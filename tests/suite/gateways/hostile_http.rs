//! HTTP as nobody sends it by mistake: requests that two readers would cut differently (RFC 9112, section 11.2), heads and
//! bodies without end, and clients that take their time.

use std::time::Duration;

use parlor::domain::address_range::AddressRange;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{TestServer, until, within};

/// What stands behind the request that is looked at. Whoever takes it for a request of its own answers it.
const HIDDEN: &str = "GET /healthz?hidden HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Sends these bytes and reads until the server hangs up.
async fn answers_to(server: &TestServer, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.expect("connected");
    // It may hang up before it has read everything.
    let _ = within("writing", stream.write_all(bytes)).await;
    let mut answers = Vec::new();
    let _ = within("the end of the answers", stream.read_to_end(&mut answers)).await;
    String::from_utf8_lossy(&answers).into_owned()
}

/// The statuses of all answers.
fn statuses(answers: &str) -> Vec<&str> {
    answers.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.get(..3)).collect()
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /login HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n{body}")
}

#[tokio::test]
async fn nothing_can_be_hidden_behind_a_request_of_two_lengths() {
    let server = TestServer::start().await;
    for (headers, body) in [
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 4", "0\r\n\r\n"),
        ("Content-Length: 5\r\nContent-Length: 0", ""),
        ("Content-Length: 0\r\nContent-Length: 5", ""),
        ("Content-Length: 0, 5", ""),
        ("Content-Length: +0", ""),
        ("Content-Length: -1", ""),
        ("Content-Length: 0x0", ""),
        ("Content-Length: 99999999999999999999", ""),
        ("Content-Length : 0", ""),
        ("Transfer-Encoding : chunked", "0\r\n\r\n"),
        ("Transfer-Encoding: xchunked", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked, identity", "0\r\n\r\n"),
        ("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        ("X-Folded: a\r\n Content-Length: 0", ""),
        ("X-Folded: a\r\n\tTransfer-Encoding: chunked", ""),
        ("X-Return: a\rContent-Length: 5", ""),
        ("X-Null: a\0b", ""),
        ("X Space: a", ""),
        (": no name", ""),
    ] {
        let answers = answers_to(&server, (post(headers, body) + HIDDEN).as_bytes()).await;

        assert_eq!(statuses(&answers), ["400"], "{headers:?}: {answers}");
    }
}

#[tokio::test]
async fn chunks_that_are_none_end_the_connection() {
    let server = TestServer::start().await;
    for body in [
        "zz\r\n\r\n",
        "\r\n\r\n",
        "-1\r\n\r\n",
        "+0\r\n\r\n",
        "0x0\r\n\r\n",
        "FFFFFFFFFFFFFFFF1\r\na\r\n0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n",
        "1\rX0\r\n\r\n",
        "1;a\rb\r\nx\r\n0\r\n\r\n",
    ] {
        let request = post("Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked", body);
        let answers = answers_to(&server, (request + HIDDEN).as_bytes()).await;

        assert!(statuses(&answers).len() <= 1 && !answers.contains(" 200 "), "{body:?}: {answers}");
    }
}

#[tokio::test]
async fn a_request_names_one_host() {
    let server = TestServer::start().await;
    for (hosts, status) in [
        ("Host: localhost\r\n", "200"),
        ("Host: localhost\r\nHost: localhost\r\n", "400"),
        ("Host: localhost\r\nHost: evil.example\r\n", "400"),
        ("", "400"),
        ("Host: a b\r\n", "400"),
        ("Host: evil.example/path\r\n", "400"),
        ("Host: user@evil.example\r\n", "400"),
    ] {
        let request = format!("GET /login HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        let answers = answers_to(&server, request.as_bytes()).await;
        assert_eq!(statuses(&answers), [status], "{hosts:?}: {answers:.300}");
    }
    let old = answers_to(&server, b"GET /healthz HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200"), "HTTP/1.0 knew no hosts: {old}");
}

#[tokio::test]
async fn heads_addresses_and_bodies_have_an_end() {
    let server = TestServer::start().await;
    let long = "x".repeat(300 * 1024);
    let lines = "X-Line: 1\r\n".repeat(300);
    for request in [
        format!("GET /{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-{long}"),
        format!("{long} / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ] {
        let answers = answers_to(&server, request.as_bytes()).await;
        let statuses = statuses(&answers);
        assert!(
            statuses.iter().all(|status| ["400", "413", "414", "431"].contains(status)) && statuses.len() <= 1,
            "{request:.60}: {answers:.300}"
        );
    }
    let form = "Content-Type: application/x-www-form-urlencoded\r\nConnection: close";
    let announced = post(&format!("{form}\r\nContent-Length: 1000000000"), "name=ann");
    assert_eq!(statuses(&answers_to(&server, announced.as_bytes()).await), ["413"]);
    let chunk = format!("{:x}\r\n{}\r\n", 32 * 1024, "x".repeat(32 * 1024));
    let endless = post(&format!("{form}\r\nTransfer-Encoding: chunked"), &chunk.repeat(20));
    assert_eq!(statuses(&answers_to(&server, endless.as_bytes()).await), ["413"]);
}

#[tokio::test]
async fn whoever_takes_too_long_over_a_head_or_a_body_is_cut() {
    let server = TestServer::start_with(|config| {
        config.listen.header_timeout = Duration::from_secs(1);
        config.listen.body_timeout = Duration::from_secs(1);
    })
    .await;
    let head = answers_to(&server, b"GET /login HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await;
    assert!(statuses(&head).iter().all(|status| *status == "408"), "{head}");

    for (path, kind) in [("/login", "application/x-www-form-urlencoded"), ("/api/v1/guests", "application/json")] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: 1000\r\n\r\n{{"
        );
        let body = answers_to(&server, request.as_bytes()).await;
        assert_eq!(statuses(&body), ["408"], "{path}: {body}");
    }
}

/// A connection on which a request was answered and which stays open; `None` when it was closed instead.
async fn open(server: &TestServer) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(server.address).await.expect("connected");
    let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let mut answer = vec![0; 4096];
    let read = within("an answer", stream.read(&mut answer)).await.unwrap_or(0);
    String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 200").then_some(stream)
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_gets_one_back_when_it_ends() {
    let server = TestServer::start_with(|config| config.limits.connections_per_address = 2).await;
    let first = open(&server).await.expect("a place");
    let _second = open(&server).await.expect("a place");

    let mut third = TcpStream::connect(server.address).await.expect("connected");
    let mut answer = Vec::new();
    let _ = within("the end", third.read_to_end(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 429 Too Many Requests\r\n"), "{answer}");
    assert!(head.contains(&format!("Content-Length: {}", body.len())), "{answer}");

    drop(first);
    until("a place", || async { open(&server).await.is_some() }).await;
}

#[tokio::test]
async fn a_trusted_proxy_has_as_many_connections_as_it_likes() {
    let server = TestServer::start_with(|config| {
        config.limits.connections_per_address = 2;
        config.listen.trusted_proxies = vec![AddressRange::parse("127.0.0.1").expect("an address")];
    })
    .await;

    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(open(&server).await.expect("a place"));
    }
}
