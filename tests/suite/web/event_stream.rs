//! Streams of events: the same session as over a WebSocket, read over the answer to a request.

use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::support::{Api, Browser, Events, Place, TestServer, until, within};

const LOBBY: &str = "/api/v1/rooms/lobby/events";

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

async fn write(api: &Api, room: &str, text: &str) -> u64 {
    let sent = api.post(&format!("/api/v1/rooms/{room}/messages"), json!({"text": text})).await;
    sent.json()["seq"].as_u64().unwrap_or_else(|| panic!("{}", sent.body))
}

/// A server where everybody may register, its owner, and a stream of the lobby that has begun.
async fn listening() -> (TestServer, Browser, Api, Events) {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    let events = follow(&server, &ann, LOBBY).await;
    (server, ann, api, events)
}

/// A stream of this browser, after the answer to its first room.
async fn follow(server: &TestServer, browser: &Browser, path: &str) -> Events {
    let mut events = Events::open(server, path, &bearer(&browser.token().await)).await;
    assert_eq!(events.status(), 200, "{}", events.head);
    assert_eq!(events.next().await.expect("a welcome").name, "welcome");
    let first = events.next().await.expect("the answer to the first room");
    assert!(["ack", "reset"].contains(&&*first.name), "{first:?}");
    events
}

#[tokio::test]
async fn what_happens_in_a_room_is_told_as_it_is_told_over_a_websocket() {
    let (server, ann, api, mut events) = listening().await;
    let mut socket = ann.socket(&server).await;
    socket.join("lobby").await;

    let seq = write(&api, "lobby", "one\ntwo — ümlaut").await;

    let event = events.next_of("message").await;
    assert_eq!((event.id, &event.data), (seq.to_string(), &socket.next_of("message").await));
    assert_eq!(event.data["text"], "one\ntwo — ümlaut");
    for header in ["content-type: text/event-stream", "cache-control: no-store", "x-accel-buffering: no"] {
        assert!(events.head.contains(header), "{header} in {}", events.head);
    }
    assert_eq!(events.retry, "2000");
    let sessions = api.get("/api/v1/admin/sessions").await.body;
    assert!(sessions.contains(r#""door":"events""#), "{sessions}");
    let metrics = ann.get("/metrics").await.body;
    assert!(metrics.contains(r#"parlor_connections{door="events"} 1"#), "{metrics}");
}

#[tokio::test]
async fn a_reader_who_comes_back_with_the_last_id_misses_nothing_and_gets_nothing_twice() {
    let (server, ann, api, mut events) = listening().await;
    let token = bearer(&ann.token().await);
    write(&api, "lobby", "first").await;
    let last = events.next_of("message").await.id;
    drop(events);
    for text in ["second", "third"] {
        write(&api, "lobby", text).await;
    }

    let mut again = Events::open(&server, LOBBY, &format!("{token}Last-Event-ID: {last}\r\n")).await;
    write(&api, "lobby", "fourth").await;

    for text in ["second", "third", "fourth"] {
        assert_eq!(again.next_text().await, text);
    }
    // A browser repeats the query as it was first: the header is newer.
    let stale = format!("{LOBBY}?after=0");
    let mut once_more = Events::open(&server, &stale, &format!("{token}Last-Event-ID: {last}\r\n")).await;
    assert_eq!(once_more.next_text().await, "second");
    let mut by_query = Events::open(&server, &format!("{LOBBY}?after={last}"), &token).await;
    assert_eq!(by_query.next_text().await, "second");
    let bad = Events::open(&server, &format!("{LOBBY}?after=1.2"), &token).await;
    assert_eq!(bad.status(), 400, "two numbers for one room");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_hang_up_and_come_back_under_load_see_every_number_once() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let token = bearer(&ann.token().await);
    let mut writers = Vec::new();
    for number in 0..3 {
        let mut writer = server.register(&format!("writer{number}")).await.socket(&server).await;
        writer.join("lobby").await;
        writers.push(tokio::spawn(async move {
            for line in 0..100 {
                writer.say("lobby", &format!("line {line}")).await;
            }
        }));
    }

    let (mut seen, mut last) = (Vec::new(), String::from("0"));
    while seen.len() < 4 + 300 {
        let mut events = Events::open(&server, LOBBY, &format!("{token}Last-Event-ID: {last}\r\n")).await;
        for _ in 0..40 {
            if seen.len() == 4 + 300 {
                break;
            }
            let event = loop {
                let event = events.next().await.expect("it goes on");
                if event.data["at"].is_string() && event.data["seq"].is_u64() {
                    break event;
                }
            };
            assert_eq!(event.id, event.data["seq"].to_string());
            seen.push(event.data["seq"].as_u64().expect("a number"));
            last = event.id;
        }
    }
    for writer in writers {
        writer.await.expect("everything is stored");
    }

    assert_eq!(seen, (1..=304).collect::<Vec<u64>>());
}

#[tokio::test]
async fn who_is_beyond_the_log_is_told_so_and_gets_the_newest() {
    let (server, ann, api, _) = listening().await;
    let newest = write(&api, "lobby", "the newest").await;

    let mut events = Events::open(&server, &format!("{LOBBY}?after=900000"), &bearer(&ann.token().await)).await;

    let reset = events.next_of("reset").await;
    assert_eq!((&reset.data["reset"], &reset.data["last_seq"]), (&json!(true), &json!(newest)));
    let event = events.next_of("message").await;
    assert_eq!((event.data["text"].as_str(), event.id), (Some("the newest"), newest.to_string()));
}

#[tokio::test]
async fn several_rooms_come_over_one_stream_whose_ids_say_where_the_reader_is_in_each() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (api, token) = (server.api(&ann).await, bearer(&ann.token().await));
    ann.make_room("garden", "public").await;
    let path = "/api/v1/events?room=lobby&room=garden&after=.1";
    let mut events = Events::open(&server, path, &token).await;
    events.next_of("ack").await;
    events.next_of("ack").await;

    let in_garden = write(&api, "garden", "grass").await;
    assert_eq!(events.next_text().await, "grass");
    let in_lobby = write(&api, "lobby", "hello").await;
    let event = events.next_of("message").await;

    assert_eq!((event.data["room"].as_str(), event.id.clone()), (Some("lobby"), format!("{in_lobby}.{in_garden}")));
    drop(events);
    write(&api, "garden", "flowers").await;
    write(&api, "lobby", "anybody?").await;
    let mut again = Events::open(&server, path, &format!("{token}Last-Event-ID: {}\r\n", event.id)).await;
    let mut texts = [again.next_text().await, again.next_text().await];
    texts.sort();
    assert_eq!(texts, ["anybody?", "flowers"]);
}

#[tokio::test]
async fn a_silent_stream_has_a_heartbeat() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    let mut events = follow(&server, &ann, &format!("{LOBBY}?look=false")).await;

    server.pass(Duration::from_secs(16));
    events.beat(1).await;
    server.pass(Duration::from_secs(16));
    events.beat(2).await;

    write(&api, "lobby", "still here").await;
    assert_eq!(events.next_text().await, "still here");
}

#[tokio::test]
async fn a_private_room_is_a_missing_one_to_a_stranger() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("secret", "private").await;
    let eve = server.api(&server.register("eve").await).await;
    let ask = async |path: &str| {
        let request = eve.request(Method::GET, path).header("Accept", "text/event-stream");
        eve.send(request).await
    };

    for path in ["/api/v1/rooms/ROOM/events", "/api/v1/rooms/ROOM/events?stream", "/api/v1/events?room=ROOM"] {
        let secret = ask(&path.replace("ROOM", "secret")).await;
        let missing = ask(&path.replace("ROOM", "nobody")).await;
        assert_eq!((secret.status, missing.status), (404, 404), "{path}");
        assert_eq!(secret.body_without_id().replace("secret", "nobody"), missing.body_without_id(), "{path}");
    }
    let nobody = server.browser();
    assert_eq!(nobody.get(&format!("{LOBBY}?stream")).await.status, 401);
}

#[tokio::test]
async fn opening_a_stream_makes_nobody_a_member() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("garden", "public").await;
    let bob = server.register("bob").await;
    let mut events = follow(&server, &bob, "/api/v1/rooms/garden/events").await;

    let api = server.api(&ann).await;
    write(&api, "garden", "grass").await;

    assert_eq!(events.next_text().await, "grass");
    let members = api.get("/api/v1/rooms/garden/members").await.json();
    let names: Vec<&Value> = members["items"].as_array().expect("members").iter().map(|one| &one["name"]).collect();
    assert!(!names.contains(&&json!("bob")) || members["items"].to_string().contains(r#""role":null"#), "{members}");
}

#[tokio::test]
async fn the_end_of_a_login_ends_its_streams_at_once() {
    let (server, ann, _, _) = listening().await;
    let token = ann.token().await;
    let mut events = Events::open(&server, LOBBY, &bearer(&token)).await;
    events.next_of("ack").await;
    let tokens = Api::new(&server, &token).get("/api/v1/tokens").await.json();
    let own = tokens["items"].as_array().expect("tokens").iter().find(|one| one["current"] == true).expect("one");
    let own = own["id"].as_str().expect("an id");

    let gone = Api::new(&server, &token).delete(&format!("/api/v1/tokens/{own}")).await;
    assert_eq!(gone.status, 204, "{}", gone.body);

    let bye = events.next_of("bye").await;
    assert_eq!((bye.data["reason"].as_str(), &bye.data["reconnect_after_ms"]), (Some("logged out"), &Value::Null));
    assert_eq!(events.next().await, None, "and that is the end");
    assert_eq!(Events::open(&server, LOBBY, &bearer(&token)).await.status(), 401);
}

#[tokio::test]
async fn whoever_is_removed_from_a_private_room_hears_nothing_more_of_it() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (bob, api) = (server.register("bob").await, server.api(&ann).await);
    ann.make_room("den", "private").await;
    let added = ann.post("/rooms/den/members", &[("person", "bob")]).await;
    assert_eq!(added.status, 303, "{}", added.body);
    let id = server.api(&bob).await.get("/api/v1/me").await.json()["id"].as_str().expect("an id").to_owned();
    let mut one = follow(&server, &bob, "/api/v1/rooms/den/events").await;
    let mut several = follow(&server, &bob, "/api/v1/events?room=den&room=lobby").await;
    several.next_of("ack").await;

    assert_eq!(api.delete(&format!("/api/v1/rooms/den/members/{id}")).await.status, 204);
    write(&api, "den", "now we are alone").await;
    write(&api, "lobby", "in the lobby").await;

    assert_eq!(one.next_of("left").await.data["user"]["name"], "bob");
    assert_eq!(one.next().await.expect("a goodbye").name, "bye");
    assert_eq!(one.next().await, None);
    several.next_of("left").await;
    assert_eq!(several.next_text().await, "in the lobby", "what is left goes on");
}

#[tokio::test]
async fn whoever_is_banned_from_a_public_room_hears_nothing_more_of_it() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (bob, api) = (server.register("bob").await, server.api(&ann).await);
    let id = server.api(&bob).await.get("/api/v1/me").await.json()["id"].as_str().expect("an id").to_owned();
    let mut events = follow(&server, &bob, LOBBY).await;

    assert_eq!(api.put(&format!("/api/v1/rooms/lobby/bans/{id}"), json!({})).await.status, 204);
    write(&api, "lobby", "without bob").await;

    while let Some(event) = events.next().await {
        assert_ne!(event.data["text"], "without bob");
    }
}

#[tokio::test]
async fn a_server_that_drains_says_goodbye_and_when_to_come_back() {
    let (mut server, _, _, mut events) = listening().await;

    server.begin_stop();

    let bye = events.next_of("bye").await;
    let after = bye.data["reconnect_after_ms"].as_u64().expect("a time");
    assert_eq!((bye.data["reason"].as_str(), &events.retry), (Some("the server is going away"), &after.to_string()));
    assert_eq!(events.next().await, None);
    within("the stop", server.stop()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_reads_the_log_at_its_own_pace_and_misses_nothing() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (api, token) = (server.api(&ann).await, bearer(&ann.token().await));
    let mut events = Events::narrow(&server, LOBBY, &token).await;
    events.next_of("ack").await;
    let mut writer = ann.socket(&server).await;
    writer.join("lobby").await;
    let text = "x".repeat(16_000);
    // Far more than the systems on both sides and the server keep for one reader.
    let mut numbers = Vec::new();
    for _ in 0..700 {
        numbers.push(writer.say("lobby", &text).await);
    }

    let mut seen = Vec::new();
    while seen.len() < numbers.len() {
        seen.push(events.next_of("message").await.data["seq"].as_u64().expect("a number"));
    }

    assert_eq!(seen, numbers);
    write(&api, "lobby", "and live again").await;
    assert_eq!(events.next_text().await, "and live again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_takes_nothing_is_given_up_and_no_longer_there() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    let _events = Events::narrow(&server, LOBBY, &bearer(&ann.token().await)).await;
    let mut writer = server.register("bob").await.socket(&server).await;
    writer.join("lobby").await;
    let text = "x".repeat(16_000);
    for _ in 0..700 {
        writer.say("lobby", &text).await;
    }

    until("the stream is given up", || async {
        server.pass(Duration::from_secs(4));
        !api.get("/api/v1/admin/sessions").await.body.contains(r#""door":"events""#)
    })
    .await;
}

#[tokio::test]
async fn streams_count_among_the_connections_of_an_address_and_of_the_server() {
    let server = TestServer::start_with(|config| config.limits.connections_per_address = 2).await;
    let ann = server.browser();
    ann.set_up("ann").await;
    let token = bearer(&ann.token().await);
    let _socket = ann.socket(&server).await;
    let one = Events::open(&server, LOBBY, &token).await;
    assert_eq!(one.status(), 200);

    assert_eq!(Events::open(&server, LOBBY, &token).await.status(), 429);
    drop(one);
    until("the place is given back", || async {
        server.pass(Duration::from_secs(16));
        Events::open(&server, LOBBY, &token).await.status() == 200
    })
    .await;

    let server = TestServer::start_with(|config| config.listen.max_connections = 0).await;
    let ann = server.browser();
    ann.set_up("ann").await;
    assert_eq!(Events::open(&server, LOBBY, &bearer(&ann.token().await)).await.status(), 503);
}

#[tokio::test]
async fn only_whoever_wants_a_stream_gets_one() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    let ask = async |method: Method, path: &str, headers: &[(&str, &str)]| {
        let request =
            headers.iter().fold(api.request(method, path), |request, (name, value)| request.header(*name, *value));
        api.send(request).await
    };

    for accept in ["application/json", "*/*", "text/event-stream;q=0"] {
        let page = ask(Method::GET, LOBBY, &[("Accept", accept)]).await;
        assert!(page.json()["events"].is_array(), "{accept}: a list as ever");
    }
    assert_eq!(ask(Method::GET, "/api/v1/events", &[("Accept", "application/json")]).await.status, 406);
    let head = ask(Method::HEAD, LOBBY, &[("Accept", "text/event-stream")]).await;
    assert_eq!((head.status, head.header("content-type"), &*head.body), (200, "text/event-stream", ""));
    assert_eq!(ask(Method::HEAD, "/api/v1/events?room=nobody", &[]).await.status, 404);
    assert_eq!(ask(Method::DELETE, "/api/v1/events", &[]).await.status, 405);
    let foreign = ask(Method::GET, &format!("{LOBBY}?stream"), &[("Sec-Fetch-Site", "cross-site")]).await;
    assert_eq!(foreign.status, 403);
    for bad in ["?stream&before=3", "?stream&room=lobby", "?stream&look=maybe", "?stream&after=x"] {
        assert_eq!(ask(Method::GET, &format!("{LOBBY}{bad}"), &[]).await.status, 400, "{bad}");
    }
    let twice = "/api/v1/events?room=lobby&room=%23Lobby";
    assert_eq!(ask(Method::GET, twice, &[]).await.status, 400);
    let mut events =
        Events::open(&server, LOBBY, &format!("{}Accept-Encoding: br, gzip\r\n", bearer(&ann.token().await))).await;
    assert!(!events.head.contains("content-encoding"), "{}", events.head);
    write(&api, "lobby", "as it is").await;
    assert_eq!(events.next_text().await, "as it is");
}

#[tokio::test]
async fn a_stream_without_looking_hears_the_log_and_not_who_writes() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let mut looking = follow(&server, &ann, LOBBY).await;
    let mut listening = follow(&server, &ann, &format!("{LOBBY}?look=false&html=1")).await;
    let mut bob = server.register("bob").await.socket(&server).await;
    bob.join("lobby").await;

    bob.send(json!({"type": "typing", "room": "lobby"})).await;
    bob.say("lobby", "**done**").await;

    assert_eq!(looking.next_of("typing").await.data["user"]["name"], "bob");
    loop {
        let event = listening.next().await.expect("it goes on");
        assert!(!["typing", "presence"].contains(&&*event.name), "{event:?}");
        if event.name == "message" {
            assert!(event.data["html"].as_str().is_some_and(|html| html.contains("<strong>done</strong>")));
            break;
        }
    }
}

#[tokio::test]
async fn whoever_has_opened_a_stream_speaks_in_it_by_requests() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let token = ann.token().await;
    let mut events = Events::open(&server, "/api/v1/events", &bearer(&token)).await;
    let session = events.next_of("welcome").await.data["session"].as_u64().expect("a session");
    let address = format!("/api/v1/events/{session}");
    let say = async |token: &str, body: &str| {
        let api = Api::new(&server, token);
        api.send(api.request(Method::POST, &address).body(body.to_owned())).await
    };

    let lines = concat!(
        r#"{"type":"join","id":"1","room":"lobby"}"#,
        "\n",
        r#"{"type":"send","id":"2","room":"lobby","text":"over HTTP","nonce":"n1"}"#,
        "\n",
        r#"{"type":"send","id":"3","room":"lobby","text":"over HTTP","nonce":"n1"}"#,
    );
    assert_eq!(say(&token, lines).await.status, 204);

    let joined = events.next_of("ack").await;
    assert_eq!((joined.data["id"].as_str(), joined.data["room"].as_str()), (Some("1"), Some("lobby")));
    // The acknowledgement of a message may overtake it.
    let mut told = Vec::new();
    while told.len() < 3 {
        let event = events.next().await.expect("it goes on");
        if event.name == "ack" || event.data["text"] == "over HTTP" {
            assert_eq!(event.id, "", "a stream without rooms has no ids");
            told.push(format!("{} {} {}", event.name, event.data["id"], event.data["duplicate"]));
        }
    }
    told.sort();
    assert_eq!(told, ["ack \"2\" null", "ack \"3\" true", "message null null"]);

    assert_eq!(say(&token, "").await.status, 400);
    assert_eq!(say(&token, "{}").await.status, 400);
    assert_eq!(say(&token, &"{\"type\":\"ping\"}\n".repeat(33)).await.status, 400);
    let others = [ann.token().await, server.register("eve").await.token().await];
    for other in &others {
        let refused = say(other, r#"{"type":"send","room":"lobby","text":"as ann"}"#).await;
        assert_eq!(refused.status, 404, "another login, of whomever: {}", refused.body);
    }
    drop(events);
    until("it is over", || async {
        server.pass(Duration::from_secs(16));
        say(&token, r#"{"type":"ping"}"#).await.status == 404
    })
    .await;
}

#[tokio::test]
async fn curl_reads_a_stream() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (api, token) = (server.api(&ann).await, ann.token().await);
    let mut curl = tokio::process::Command::new("curl")
        .args(["-sN", "--compressed", "-H", &format!("Authorization: Bearer {token}")])
        .arg(format!("http://{}{LOBBY}?stream&after=0", server.address()))
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("curl starts");
    let mut lines = BufReader::new(curl.stdout.take().expect("an output")).lines();
    let mut wait_for = async |part: &str| {
        within(part, async {
            while let Some(line) = lines.next_line().await.expect("text") {
                if line.contains(part) {
                    return line;
                }
            }
            panic!("curl ended before {part}");
        })
        .await
    };

    wait_for("event: welcome").await;
    let seq = write(&api, "lobby", "for curl").await;

    assert_eq!(wait_for(&format!("id: {seq}")).await, format!("id: {seq}"));
    assert_eq!(wait_for("event: message").await, "event: message");
    assert!(wait_for("data: ").await.contains("for curl"));
}
