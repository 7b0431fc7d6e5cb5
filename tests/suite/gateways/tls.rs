//! TLS: the same doors with the same bounds behind a handshake, and certificates that come and go.

use parlor::config::{Address, TlsSource};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::program::{self, Program};
use crate::support::raw::{FIN, PING, PONG, Raw, TEXT, masked};
use crate::support::{PASSWORD, TestServer, tls, until, within};

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_page_over_tls_binds_the_browser_to_tls() {
    let server = tls::server().await;

    let page = tls::ask(tls::connect(&server).await, &get("/login")).await.to_lowercase();

    assert!(page.starts_with("http/1.1 200") && page.contains("</html>"), "{page}");
    assert!(page.contains("\r\nstrict-transport-security: max-age=31536000\r\n"), "{page}");
}

#[tokio::test]
async fn cookies_from_tls_never_travel_without_it() {
    let server = tls::server().await;
    let form = format!("name=ann&password={}", PASSWORD.replace(' ', "+"));
    let request = |origin: &str| {
        format!(
            "POST /setup HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        )
    };

    let foreign = tls::ask(tls::connect(&server).await, &request("http://localhost")).await;
    assert!(foreign.starts_with("HTTP/1.1 403"), "a page of the same name without TLS is foreign: {foreign:.300}");

    let set_up = tls::ask(tls::connect(&server).await, &request("https://localhost")).await;
    let cookie = set_up.lines().find(|line| line.contains("parlor_session=")).expect("a cookie");
    assert!(cookie.contains("Secure") && cookie.contains("HttpOnly"), "{cookie}");
}

#[tokio::test]
async fn whoever_speaks_no_tls_gets_no_answer_of_http() {
    let server = tls::server().await;

    let stream = TcpStream::connect(server.address).await.expect("connected");
    let answer = tls::ask(stream, &get("/login")).await;

    assert!(!answer.contains("HTTP/"), "{answer}");
}

#[tokio::test]
async fn a_websocket_over_tls_carries_everything_in_order() {
    let server = tls::server().await;
    let mut raw = Raw::secured(&server, "/ws/echo").await;
    for length in [0, 1, 125, 126, 16_383, 16_384, 16_385, 65_536, 1_000_000] {
        let text = vec![b'x'; length];
        raw.frame(FIN | TEXT, &text).await;
        let (first, echoed) = raw.next().await.expect("an echo");
        assert_eq!((first, echoed.len()), (FIN | TEXT, length));
    }
    raw.write(&masked(FIN | PING, b"").repeat(6_000)).await;
    for _ in 0..6_000 {
        assert_eq!(raw.next().await, Some((FIN | PONG, Vec::new())));
    }
}

#[tokio::test]
async fn an_echo_over_tls_waits_for_whoever_reads_late() {
    let server = tls::server().await;
    let (mut reader, mut writer) = tokio::io::split(tls::connect_narrow(&server).await);
    let handshake = "GET /ws/echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    writer.write_all(handshake.as_bytes()).await.expect("written");
    let frame = masked(FIN | TEXT, &vec![b'x'; 60_000]);
    // Far more than the system keeps for a connection, in both directions.
    let writing = tokio::spawn(async move {
        for _ in 0..200 {
            writer.write_all(&frame).await.expect("written");
        }
        writer.flush().await.expect("written");
        writer
    });
    let (mut seen, mut buffer) = (0, vec![0; 1 << 16]);
    while seen < 200 * 60_004 {
        let read = within("an echo", reader.read(&mut buffer)).await.expect("read");
        assert!(read > 0, "the server hung up after {seen} bytes");
        seen += read;
    }
    writing.await.expect("all was written");
}

#[tokio::test]
async fn an_oversized_frame_over_tls_is_refused_before_it_comes() {
    let server = tls::server().await;
    let mut raw = Raw::secured(&server, "/ws?name=ann").await;

    raw.write(&masked(FIN | TEXT, &vec![b'x'; 70_000])[..100]).await;

    assert_eq!(raw.close_code().await, 1009);
    raw.hung_up().await;
}

#[tokio::test]
async fn a_handshake_that_is_never_ended_is_cut() {
    let server = TestServer::start_with(|config| {
        config.tls.source = TlsSource::SelfSigned;
        config.listen.header_timeout = std::time::Duration::from_secs(1);
    })
    .await;
    let mut stream = TcpStream::connect(server.address).await.expect("connected");
    // The start of a ClientHello that says it is longer.
    stream.write_all(&[22, 3, 1, 2, 0, 1, 0]).await.expect("written");

    let mut rest = Vec::new();
    let ended = within("the end of the connection", stream.read_to_end(&mut rest)).await;

    assert!(ended.is_err() || rest.len() < 16, "{rest:?}");
    assert!(tls::ask(tls::connect(&server).await, &get("/healthz")).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn plain_http_is_led_to_tls_and_serves_nothing_else() {
    let server = TestServer::start_with(|config| {
        config.tls.source = TlsSource::SelfSigned;
        config.tls.http_redirect = Address::parse("127.0.0.1:0");
    })
    .await;
    let redirect = server.redirect.expect("a second address");
    for (request, to) in [
        (get("/rooms/lobby?x=1"), "/rooms/lobby?x=1"),
        ("POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".to_owned(), "/login"),
        (get("/ws"), "/ws"),
    ] {
        let answer = tls::ask(TcpStream::connect(redirect).await.expect("connected"), &request).await.to_lowercase();
        assert!(answer.starts_with("http/1.1 308"), "{answer}");
        let location = format!("\r\nlocation: https://localhost:{}{to}\r\n", server.address.port());
        assert!(answer.contains(&location) && !answer.contains("set-cookie"), "{answer}");
    }
}

#[tokio::test]
async fn a_hangup_takes_a_new_certificate_without_a_restart_and_keeps_the_old_one_when_it_is_broken() {
    let folder = TempDir::new().expect("a temporary folder");
    let used = tls::make(folder.path(), "used");
    let first = tls::make(folder.path(), "first");
    let second = tls::make(folder.path(), "second");
    let put = |from: &parlor::config::CertificateFiles| {
        std::fs::copy(&from.cert, &used.cert).expect("copied");
        std::fs::copy(&from.key, &used.key).expect("copied");
    };
    put(&first);
    let (cert, key) = (used.cert.to_string_lossy().into_owned(), used.key.to_string_lossy().into_owned());
    let variables = [("PARLOR_TLS_CERT", cert.as_str()), ("PARLOR_TLS_KEY", key.as_str())];
    let program = Program::start(folder.path(), &variables).await;
    let mut old = tls::connect_to(&program, &first.cert).await.expect("the first one");

    put(&second);
    program.signal("HUP").await;
    until("the second certificate", || async { tls::connect_to(&program, &second.cert).await.is_ok() }).await;
    std::fs::write(&used.cert, "broken").expect("written");
    program.signal("HUP").await;
    // What is asked after the signal is answered after it was dealt with, or before: either way it is the second one.
    for _ in 0..20 {
        assert!(tls::connect_to(&program, &second.cert).await.is_ok());
    }

    old.write_all(get("/healthz").as_bytes()).await.expect("written");
    let mut answer = String::new();
    let _ = within("the answer", old.read_to_string(&mut answer)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "who was connected stays so: {answer}");
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_stops_the_start_with_one_line() {
    let folder = TempDir::new().expect("a temporary folder");
    let (one, other) = (tls::make(folder.path(), "one"), tls::make(folder.path(), "other"));
    let shown = |path: &std::path::Path| path.to_string_lossy().into_owned();
    for (arguments, code, words) in [
        (vec!["--tls-cert", "missing.pem", "--tls-key", &shown(&one.key)], 1, "tls_cert: missing.pem cannot be read"),
        (vec!["--tls-cert", &shown(&one.key), "--tls-key", &shown(&one.key)], 1, "holds no certificate in PEM"),
        (vec!["--tls-cert", &shown(&one.cert), "--tls-key", &shown(&other.key)], 1, "does not fit the certificate"),
        (vec!["--tls-cert", &shown(&one.cert)], 2, "tls_cert: it is set by the flag --tls-cert, but tls_key is not"),
        (vec!["--tls-key", &shown(&one.key)], 2, "tls_key: it is set by the flag --tls-key, but tls_cert is not"),
        (vec!["--http-redirect", "127.0.0.1:0"], 2, "there is no TLS to lead to"),
    ] {
        let arguments = [&["--listen", "127.0.0.1:0"][..], &arguments].concat();
        let ended = program::run(folder.path(), &arguments, &[]).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{ended:?}");
        assert!(ended.complaint().contains(words), "{ended:?}");
    }
}

#[tokio::test]
async fn a_server_with_a_certificate_of_its_own_prints_the_fingerprint() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut program = Program::start(folder.path(), &[("PARLOR_TLS", "self-signed"), ("PARLOR_DATA", "here")]).await;

    let line = program.next_line().await;

    let certificate = folder.path().join("here/tls/self-signed.crt");
    assert!(tls::connect_to(&program, &certificate).await.is_ok());
    let shown = line.rsplit(' ').next().expect("a fingerprint");
    assert_eq!((shown.len(), shown.matches(':').count()), (95, 31), "{line}");
}
