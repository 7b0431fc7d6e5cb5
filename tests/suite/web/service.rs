//! For those who run the server: alive, ready, how it is doing, and how it goes.

use serde_json::json;

use crate::support::{Api, TestServer, until};

/// The value of a counter at `/metrics`.
async fn count(api: &Api, name: &str) -> f64 {
    let page = api.get("/metrics").await;
    assert_eq!(page.status, 200);
    let line = page.body.lines().find(|line| line.split(' ').next() == Some(name));
    line.and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or_else(|| panic!("{name} in {}", page.body))
}

#[tokio::test]
async fn a_running_server_is_alive_and_ready() {
    let server = TestServer::start().await;
    let api = Api::anonymous(&server);

    let (alive, ready) = (api.get("/healthz").await, api.get("/readyz").await);

    assert_eq!((alive.status, alive.body.as_str()), (200, "ok"));
    assert_eq!((ready.status, ready.json()), (200, json!({"status": "ready"})));
    assert_eq!(ready.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_counters_move() {
    let server = TestServer::start().await;
    let api = Api::anonymous(&server);
    assert!(api.get("/metrics").await.header("content-type").starts_with("application/openmetrics-text"));
    assert!(count(&api, "parlor_messages_stored_total").await.abs() < 0.5);
    let (mut ann, mut bob) = (server.guest("ann").await, server.guest("bob").await);
    ann.join("lobby").await;
    bob.join("lobby").await;

    ann.say("lobby", "one").await;
    ann.say("lobby", "two").await;
    bob.next_text().await;
    bob.next_text().await;
    let form = [("name", "nobody"), ("password", "wrong password"), ("next", "")];
    assert_eq!(server.browser().post("/login", &form).await.status, 401);

    for (name, least) in [
        ("parlor_messages_stored_total", 2.0),
        ("parlor_sessions_opened_total", 2.0),
        ("parlor_connections{door=\"websocket\"}", 2.0),
        ("parlor_deliveries_total", 4.0),
        ("parlor_login_failures_total", 1.0),
        ("parlor_journal_batch_events_count", 1.0),
        ("parlor_journal_commit_seconds_count", 1.0),
        ("parlor_process_start_time_seconds", 1.0),
        ("parlor_dropped_ephemeral_total", 0.0),
        ("parlor_slow_disconnects_total", 0.0),
        ("parlor_http_requests_total{method=\"POST\",route=\"/login\",status=\"4xx\"}", 1.0),
        ("parlor_http_request_seconds_count{route=\"/login\"}", 1.0),
    ] {
        assert!(count(&api, name).await >= least, "{name}");
    }
    bob.close().await;
    until("the end is counted", || async {
        (count(&api, "parlor_connections{door=\"websocket\"}").await - 1.0).abs() < 0.5
    })
    .await;
}

#[tokio::test]
async fn a_room_that_is_in_memory_is_counted() {
    let server = TestServer::start().await;
    let mut ann = server.guest("ann").await;
    ann.join("lobby").await;
    let api = Api::anonymous(&server);

    until("the lobby is counted", || async { count(&api, "parlor_rooms_loaded").await > 0.5 }).await;
}

#[tokio::test]
async fn a_stopping_server_says_goodbye_and_acknowledges_what_it_took() {
    let mut server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut ann = server.guest("ann").await;
    let mut bob = server.guest("bob").await;
    ann.join("lobby").await;
    bob.join("lobby").await;
    for number in 0..200 {
        ann.send(json!({"type": "send", "room": "lobby", "text": format!("line {number}"), "id": "s"})).await;
    }
    // The first acknowledgement: the others are on their way.
    ann.next_of("ack").await;

    server.begin_stop();

    let mut acknowledged = 1;
    let bye = loop {
        let frame = ann.next().await;
        match frame["type"].as_str() {
            Some("ack") => acknowledged += 1,
            Some("bye") => break frame,
            Some("error") => assert_eq!(frame["code"], "unavailable", "what comes too late is refused, not dropped"),
            _ => {}
        }
    };
    assert_eq!(bye["reason"], "the server is going away");
    assert!(bye["reconnect_after_ms"].as_u64().is_some_and(|wait| wait >= 500));
    assert_eq!(ann.closed().await, 1001);
    assert_eq!(bob.shown_out().await.1, 1001);
    drop((ann, bob));
    let server = server.restart().await;
    let mut reader = server.guest("reader").await;
    let last = reader.join("lobby").await["last_seq"].as_u64().expect("a number");
    assert_eq!(last, acknowledged, "all that was acknowledged, and nothing else, is there");
}

#[tokio::test]
async fn a_server_that_drains_is_not_ready() {
    let mut server = TestServer::start().await;
    let api = Api::anonymous(&server);
    assert_eq!(api.get("/readyz").await.status, 200);
    // It does not read: the server waits for it, so that there is time to ask.
    let mut sleeper = crate::support::raw::Raw::connect(&server, "/ws?name=ann").await;
    assert!(sleeper.next().await.is_some(), "it is there");

    server.begin_stop();

    until("draining is told", || async {
        let ready = api.get("/readyz").await;
        assert!(matches!(ready.status, 200 | 503));
        ready.status == 503 && ready.json()["status"] == "draining"
    })
    .await;
    assert_eq!(api.get("/healthz").await.status, 200, "it is alive all the same");
}

/// Names and labels of everything at `/metrics`, without the values.
async fn series(api: &Api) -> Vec<String> {
    let page = api.get("/metrics").await;
    let lines = page.body.lines().filter(|line| !line.starts_with('#'));
    let mut names: Vec<String> = lines.map(|line| line.rsplit_once(' ').expect("a value").0.to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn no_label_grows_with_people_rooms_or_addresses() {
    let server = TestServer::start().await;
    let api = Api::anonymous(&server);
    let visit = async |name: &str| {
        let mut guest = server.guest(name).await;
        guest.join("lobby").await;
        guest.say("lobby", &format!("{name} was here")).await;
        guest.close().await;
        for path in ["/rooms/{}", "/direct/{}", "/{}", "/api/v1/rooms/{}", "/static/{}.css"] {
            api.get(&path.replace("{}", name)).await;
        }
    };
    visit("first").await;
    // To look is a request too.
    series(&api).await;
    let before = series(&api).await;

    for number in 0..20 {
        visit(&format!("visitor-{number}")).await;
    }

    let after = series(&api).await;
    assert_eq!(after, before);
    assert!(!after.iter().any(|one| one.contains("visitor") || one.contains("first")), "{after:?}");
}
