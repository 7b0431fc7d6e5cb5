//! The client library against a server in this process.

use std::time::Duration;

use parlor::client::backoff::Waits;
use parlor::client::frame::LogEvent;
use parlor::client::random::Random;
use parlor::client::{
    Client, ClientError, Event, Events, FarBehind, Identity, JoinOptions, PageOf, ServerAddress, Settings,
};
use parlor::domain::access::GuestAccess;
use parlor::domain::clock::Clock;
use parlor::protocol::encoding::Encoding;
use serde_json::json;

use crate::support::{TestServer, within};

const ALL: JoinOptions =
    JoinOptions { after: Some(0), create: false, listens_only: false, far_behind: FarBehind::ReadAll, key: None };

fn settings() -> Settings {
    // Short waits: the servers of these tests are back at once.
    let waits = Waits { first: Duration::from_millis(20), most: Duration::from_millis(200) };
    Settings { waits, random: Random::seeded(7), ..Settings::default() }
}

fn start(server: &TestServer, identity: Identity, settings: Settings) -> (Client, Events) {
    Client::start(ServerAddress::parse(&server.url("")).expect("a good address"), identity, settings)
}

/// The next entry of a log; everything else is passed over.
async fn next_entry(events: &mut Events) -> LogEvent {
    loop {
        match within("an event", events.next()).await.expect("it goes on") {
            Event::Log(event) => return *event,
            Event::Ended(why) => panic!("it ended: {why}"),
            _ => {}
        }
    }
}

async fn connected(events: &mut Events) -> String {
    loop {
        if let Event::Connected { user } = within("a connection", events.next()).await.expect("it goes on") {
            return user.id;
        }
    }
}

#[tokio::test]
async fn what_is_sent_while_the_server_is_away_arrives_once_and_in_order_when_it_is_back() {
    for encoding in [Encoding::Json, Encoding::MsgPack] {
        let mut server = TestServer::start().await;
        let (ann, _) = start(&server, Identity::guest("ann"), Settings { encoding, ..settings() });
        let (bob, mut heard) = start(&server, Identity::guest("bob"), Settings { encoding, ..settings() });
        bob.join("lobby", ALL).await.expect("joined");
        ann.send("lobby", "one").await.expect("taken").acked().await.expect("stored");
        server.stop().await;

        let two = ann.send("lobby", "two").await.expect("taken");
        let three = ann.send("lobby", "three").await.expect("taken");
        server.start_again().await;

        let seqs = [
            within("an ack", two.acked()).await.expect("stored"),
            within("an ack", three.acked()).await.expect("stored"),
        ];
        assert_eq!(seqs.map(|sent| (sent.seq, sent.duplicate)), [(2, false), (3, false)]);
        for (seq, text) in [(1, "one"), (2, "two"), (3, "three")] {
            let event = next_entry(&mut heard).await;
            assert_eq!((event.seq, event.text.as_deref()), (seq, Some(text)));
        }
    }
}

#[tokio::test]
async fn a_guest_stays_the_same_guest_over_connections() {
    let mut server = TestServer::start().await;
    let (_client, mut events) = start(&server, Identity::guest("ann"), settings());
    let first = connected(&mut events).await;
    server.stop().await;

    server.start_again().await;

    assert_eq!(connected(&mut events).await, first);
}

#[tokio::test]
async fn a_log_that_is_too_long_to_be_resumed_is_read_whole() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let (ann, _) = start(&server, Identity::guest("ann"), Settings { window: 64, ..settings() });
    let mut receipts = Vec::new();
    for number in 1..=1100 {
        receipts.push(ann.send("lobby", &number.to_string()).await.expect("taken"));
    }
    for receipt in receipts {
        within("an ack", receipt.acked()).await.expect("stored");
    }
    let (bob, mut heard) = start(&server, Identity::guest("bob"), settings());

    bob.join("lobby", ALL).await.expect("joined");

    for seq in 1..=1100_u64 {
        assert_eq!(next_entry(&mut heard).await.seq, seq);
    }
    ann.send("lobby", "live").await.expect("taken").acked().await.expect("stored");
    assert_eq!(next_entry(&mut heard).await.text.as_deref(), Some("live"));
    let page = bob.history("lobby", PageOf { before: Some(3), after: None, limit: 5 }).await.expect("a page");
    assert_eq!((page.events.iter().map(|event| event.seq).collect::<Vec<_>>(), page.more), (vec![1, 2], false));
}

#[tokio::test]
async fn a_sender_who_is_too_quick_is_held_back_and_loses_nothing_and_no_order() {
    let data = std::sync::Arc::new(tempfile::TempDir::new().expect("a folder"));
    let limits = |config: &mut parlor::config::Config| {
        config.limits.message_burst = 5;
        config.limits.message_rate = 100;
    };
    let server = TestServer::open(data, Clock::System, limits).await.expect("the server starts");
    let (ann, _) = start(&server, Identity::guest("ann"), settings());
    let mut receipts = Vec::new();
    for number in 1..=40 {
        receipts.push(ann.send("lobby", &number.to_string()).await.expect("taken"));
    }

    for (seq, receipt) in (1..).zip(receipts) {
        assert_eq!(within("an ack", receipt.acked()).await.expect("stored").seq, seq);
    }
}

#[tokio::test]
async fn what_is_refused_for_good_is_told_and_ends_nothing_else() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let (client, _events) = start(&server, Identity::token(ann.token().await), settings());
    let missing = client.join("nowhere", JoinOptions::default()).await;
    assert!(matches!(missing, Err(ClientError::Refused { code, .. }) if code == "not_found"));

    client.join("den", JoinOptions { create: true, ..JoinOptions::default() }).await.expect("made");
    client.send("den", "hello").await.expect("taken").acked().await.expect("stored");

    let stranger = client.send("elsewhere", "hello").await.expect("taken").acked().await;
    assert!(matches!(stranger, Err(ClientError::Refused { code, .. }) if code == "not_found"));
    assert!(client.send("den", "hello again").await.expect("taken").acked().await.is_ok());
}

#[tokio::test]
async fn somebody_who_is_not_let_in_is_told_why_and_does_not_try_again() {
    let server = TestServer::start_with(|config| config.access.guests = Some(GuestAccess::Off)).await;
    for identity in [Identity::guest("ann"), Identity::token("parlor_wrong")] {
        let (client, mut events) = start(&server, identity, settings());

        let end = within("the end", events.next()).await;

        let Some(Event::Ended(ClientError::Refused { code, .. })) = end else { panic!("{end:?}") };
        assert_eq!(code, "unauthorized");
        assert!(client.join("lobby", ALL).await.is_err());
        assert!(events.next().await.is_none());
    }
}

#[tokio::test]
async fn a_client_whose_login_ends_does_not_come_back() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let made = api.post("/api/v1/tokens", json!({"label": "bot"})).await.json();
    let (_client, mut events) = start(&server, Identity::token(made["token"].as_str().expect("a token")), settings());
    connected(&mut events).await;

    api.delete(&format!("/api/v1/tokens/{}", made["id"].as_str().expect("an id"))).await;

    let end = within("the end", events.next()).await;
    assert!(matches!(end, Some(Event::Ended(ClientError::Ended { .. }))), "{end:?}");
}

#[tokio::test]
async fn a_listener_who_does_not_read_for_a_while_still_hears_everything_in_order() {
    let server = TestServer::start_with(|config| {
        config.limits.rate_limits = false;
        config.limits.outbox_bytes = 65_536;
    })
    .await;
    let (ann, _) = start(&server, Identity::guest("ann"), Settings { window: 16, ..settings() });
    let (bob, mut heard) = start(&server, Identity::guest("bob"), Settings { events: 1, ..settings() });
    bob.join("lobby", ALL).await.expect("joined");
    let text = "x".repeat(16_000);
    let mut receipts = Vec::new();
    // More than the buffers between them hold.
    for _ in 0..900 {
        receipts.push(ann.send("lobby", &text).await.expect("taken"));
        if receipts.len() > 200 {
            within("an ack", receipts.remove(0).acked()).await.expect("stored");
        }
    }
    for receipt in receipts {
        within("an ack", receipt.acked()).await.expect("stored");
    }

    for seq in 1..=900_u64 {
        assert_eq!(next_entry(&mut heard).await.seq, seq);
    }
}
