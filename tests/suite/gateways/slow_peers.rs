//! Peers that open connections and make nothing of them, at the doors without HTTP: each has its time, and no longer, and
//! others find their place meanwhile.

use std::time::Duration;

use parlor::config::{Address, Config, TlsSource};
use parlor::domain::access::GuestAccess;
use parlor::domain::person::Door;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::irc::IrcClient;
use crate::support::wire::{Wire, anywhere, door};
use crate::support::{TestServer, until, within};

const DOORS: [Door; 3] = [Door::Irc, Door::Tcp, Door::Lines];

fn open(config: &mut Config) {
    config.doors.irc = anywhere();
    config.doors.tcp = anywhere();
    config.doors.lines = anywhere();
    config.access.guests = Some(GuestAccess::Open);
    config.limits.rate_limits = false;
}

async fn connect(server: &TestServer, to: Door) -> TcpStream {
    within("a connection", TcpStream::connect(door(server, to, false))).await.expect("connected")
}

/// Everything that comes until the server hangs up.
async fn last_words(mut stream: TcpStream) -> String {
    let mut words = Vec::new();
    // A reset is an end too.
    let _ = within("the end of the connection", stream.read_to_end(&mut words)).await;
    String::from_utf8_lossy(&words).into_owned()
}

/// How many connections a door has, as the metrics say.
async fn count(server: &TestServer, of: Door) -> usize {
    let metrics = server.browser().get("/metrics").await.body;
    let start = format!("parlor_connections{{door=\"{}\"}} ", of.as_str());
    let line = metrics.lines().find_map(|line| line.strip_prefix(start.as_str()));
    line.map_or(0, |number| number.parse().expect("a number"))
}

#[tokio::test]
async fn one_byte_a_second_holds_a_place_no_longer_than_silence() {
    let server = TestServer::start_with(open).await;
    for (to, bytes) in [
        (Door::Irc, &b"NICK a-name-that-never-ends-"[..]),
        (Door::Lines, b"a-name-that-never-ends-"),
        // A frame of 4 KiB is announced, and its bytes take an hour.
        (Door::Tcp, b"\0\0\x10\0{\"type\":\"Login\","),
    ] {
        let mut stream = connect(&server, to).await;
        until("it is in", || async { count(&server, to).await == 1 }).await;
        for byte in bytes.iter().chain(std::iter::repeat(&b'x')).take(61) {
            // It may be shown out at the last of them.
            let _ = within("a byte", stream.write_all(&[*byte])).await;
            server.pass(Duration::from_secs(1));
        }

        let words = last_words(stream).await;

        assert!(words.contains("too long to say who you are"), "{to:?}: {words:?}");
        until("the place is free", || async { count(&server, to).await == 0 }).await;
    }
}

#[tokio::test]
async fn two_thousand_who_say_nothing_keep_nobody_out_and_are_gone_after_a_minute() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.listen.max_connections = 3_000;
    })
    .await;
    let mut silent = Vec::new();
    for number in 0..2_000 {
        let mut stream = connect(&server, DOORS[number % DOORS.len()]).await;
        // Some stop in the middle of a word, or of the length of a frame.
        if number % 2 == 0 {
            within("a byte", stream.write_all(b"\0")).await.expect("the connection is open");
        }
        silent.push(stream);
    }
    until("all of them are in", || async {
        count(&server, Door::Irc).await + count(&server, Door::Tcp).await + count(&server, Door::Lines).await == 2_000
    })
    .await;

    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#lobby").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    bob.say("lobby", "is it crowded?").await;
    ann.see("PRIVMSG #lobby :is it crowded?").await;

    // Ann gives signs of life in between, or her silence would be too long.
    for _ in 0..4 {
        server.pass(Duration::from_secs(16));
        ann.rest().await;
    }
    for stream in silent {
        last_words(stream).await;
    }
    until("their places are free", || async {
        (count(&server, Door::Irc).await, count(&server, Door::Tcp).await, count(&server, Door::Lines).await)
            == (1, 0, 0)
    })
    .await;
    ann.rest().await;
}

#[tokio::test]
async fn there_are_no_more_connections_than_were_set_and_places_come_back() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.listen.max_connections = 40;
    })
    .await;
    let mut inside = Vec::new();
    let mut refused = 0;
    for _ in 0..100 {
        // This door speaks first, so that it is known at once what became of a connection.
        let mut wire = Wire::connect(&server, Door::Lines).await;
        let word = wire.line().await.expect("a word");
        if word.contains("as many connections as it takes") {
            refused += 1;
        } else {
            inside.push(wire);
        }
    }
    assert_eq!((inside.len(), refused), (40, 60));

    server.pass(Duration::from_secs(61));
    for mut wire in inside {
        wire.ended().await;
    }
    until("their places are free", || async { count(&server, Door::Lines).await == 0 }).await;
    IrcClient::guest(&server, "ann").await;
}

#[tokio::test]
async fn a_handshake_of_tls_that_is_never_ended_is_cut_at_every_door() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.tls.source = TlsSource::SelfSigned;
        // Without limits a handshake may take for ever.
        config.limits.rate_limits = true;
        config.listen.header_timeout = Duration::from_secs(1);
        for addresses in [&mut config.doors.irc, &mut config.doors.tcp, &mut config.doors.lines] {
            addresses.tls = Address::parse("127.0.0.1:0");
        }
    })
    .await;
    let mut begun = Vec::new();
    for to in DOORS {
        for _ in 0..20 {
            let address = door(&server, to, true);
            let mut stream = within("a connection", TcpStream::connect(address)).await.expect("connected");
            // The start of a ClientHello that says it is longer.
            within("its start", stream.write_all(&[22, 3, 1, 2, 0, 1, 0])).await.expect("the connection is open");
            begun.push(stream);
        }
    }

    let mut ann = IrcClient::secured(&server).await;
    ann.say("NICK ann").await;
    ann.say("USER ann 0 * :Ann").await;
    ann.see(" 001 ann ").await;

    for stream in begun {
        assert!(last_words(stream).await.len() < 16, "nothing is said to whoever has not ended a handshake");
    }
}
