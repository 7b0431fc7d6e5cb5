//! docs/PROTOCOL.md is true: every example in it is sent to a server, and what comes back has the fields and types that
//! the document shows. Values are samples there and are not compared.
//!
//! In a block of `frames`, `→` is sent as ann over one connection and `←` is its answer; frames that answer nothing
//! have to have reached somebody by the end. In a block of `requests`, `→` is a request as ann, its headers and its body.

use std::collections::BTreeSet;

use parlor::domain::access::{GuestAccess, Registration};
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{Api, Browser, Client, Saboteur, TestServer, until, within};

const DOCUMENT: &str = include_str!("../../../docs/PROTOCOL.md");

/// One block of examples: its kind and its lines, `true` for what a client sends.
struct Block {
    kind: &'static str,
    lines: Vec<(bool, &'static str)>,
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```").filter(|kind| ["frames", "requests", "stream"].contains(kind)) else {
            continue;
        };
        let inside = lines.by_ref().take_while(|line| *line != "```");
        let arrow = |line: &'static str| match line.strip_prefix("→ ") {
            Some(sent) => (true, sent),
            None => (false, line.strip_prefix("← ").unwrap_or_else(|| panic!("no arrow: {line}"))),
        };
        blocks.push(Block { kind, lines: inside.map(arrow).collect() });
    }
    blocks
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What a value is made of: fields and types, without values. Entries of a list count as a set; only the `type` of a
/// frame and the `code` of a problem are words of the protocol.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let is_word =
                    ["type", "code", "kind"].contains(&name.as_str()) && !value.as_str().is_some_and(is_secret);
                (name.clone(), if is_word { value.clone() } else { shape(value) })
            })
            .collect(),
        Value::Array(entries) => {
            let kinds: BTreeSet<String> = entries.iter().map(|entry| shape(entry).to_string()).collect();
            kinds.into_iter().map(|kind| parse(&kind)).collect()
        }
        Value::String(_) => json!("text"),
        Value::Number(_) => json!("number"),
        Value::Bool(_) => json!("yes or no"),
        Value::Null => Value::Null,
    }
}

/// The `code` of an invite is no word of the protocol.
fn is_secret(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_uppercase())
}

/// Everybody in the examples, and everything they have been told.
struct Stage {
    server: TestServer,
    api: Api,
    bob_api: Api,
    ann: Client,
    phone: Client,
    bob: Client,
    eve: Client,
    seen: BTreeSet<String>,
}

async fn html_socket(server: &TestServer, browser: &Browser) -> Client {
    let (cookies, origin) = (browser.cookies(), server.url(""));
    let headers = [("Cookie", cookies.as_str()), ("Origin", &origin), ("Sec-WebSocket-Protocol", "parlor.v1.html")];
    Client::connect(server, "/ws?room=lobby", &headers).await
}

/// The lobby as the document has it: ann owns the server, bob has joined with number 43 and said hi, eve is a guest.
async fn stage() -> Stage {
    let server = TestServer::start_with(|config| {
        config.access.registration = Registration::Open;
        config.access.guests = Some(GuestAccess::Lobby);
        // Time is passed on while something is waited for, and nobody is to be given up for that.
        config.heartbeat.timeout = Duration::from_hours(2);
    })
    .await;
    let owner = server.browser();
    owner.set_up("ann").await;
    let (mut ann, api) = (owner.socket(&server).await, server.api(&owner).await);
    ann.join("lobby").await;
    for number in 2..=42 {
        assert_eq!(ann.say("lobby", "is anybody there?").await, number);
        server.pass(Duration::from_millis(200));
    }
    // Registering makes a member of the lobby.
    let bob_browser = server.register("bob").await;
    let (mut bob, bob_api) = (bob_browser.socket(&server).await, server.api(&bob_browser).await);
    bob.join("lobby").await;
    assert_eq!(bob.say("lobby", "hi").await, 44);
    let room = api.post("/api/v1/direct", json!({"user": "bob"})).await.json()["room"].clone();
    api.post(&format!("/api/v1/rooms/{}/messages", room.as_str().unwrap()), json!({"text": "psst"})).await;
    // A message is found a moment after it was written.
    until("the index follows", || async {
        server.pass(Duration::from_secs(1));
        api.get("/api/v1/search?q=psst").await.body.contains("psst")
    })
    .await;
    let phone = html_socket(&server, &owner).await;
    let mut eve = server.guest("eve").await;
    eve.join("lobby").await;
    // A fresh connection, so that the first example is the first frame.
    ann.close().await;
    let ann = owner.socket(&server).await;
    let mut seen = BTreeSet::new();
    for welcome in [&ann.welcome, &eve.welcome] {
        seen.insert(shape(welcome).to_string());
    }
    Stage { server, api, bob_api, ann, phone, bob, eve, seen }
}

impl Stage {
    /// Sends what the block sends and compares the answers.
    async fn talk(&mut self, block: &Block) {
        let mut lines = block.lines.iter().peekable();
        while let Some((is_sent, text)) = lines.next() {
            assert!(is_sent, "an answer to nothing: {text}");
            let command = parse(text);
            self.server.pass(Duration::from_millis(200));
            self.ann.send(command.clone()).await;
            while let Some((_, expected)) = lines.next_if(|(is_sent, _)| !is_sent) {
                let expected = parse(expected);
                let frame = self.next_like(&expected).await;
                assert_eq!(shape(&frame), shape(&expected), "{text} was answered with {frame}");
            }
        }
    }

    /// The next frame that is of the same type and answers the same command; the others are kept for the end.
    async fn next_like(&mut self, expected: &Value) -> Value {
        loop {
            let frame = self.ann.next().await;
            self.seen.insert(shape(&frame).to_string());
            assert!(frame["type"] != "error" || expected["type"] == "error", "expected {expected}, got {frame}");
            if frame["type"] == expected["type"] && frame["id"] == expected["id"] {
                return frame;
            }
        }
    }

    /// Sends the requests of the block and compares the answers.
    async fn request(&self, block: &Block) {
        let mut lines = block.lines.iter().peekable();
        while let Some((_, line)) = lines.next() {
            let (method, path) = line.split_once(' ').expect("a method and a path");
            let mut request = self.api.request(method.parse().expect("a method"), path);
            while let Some((_, line)) = lines.next_if(|(is_sent, line)| *is_sent && !is_request(line)) {
                request = match line.split_once(": ").filter(|_| !line.starts_with('{')) {
                    Some((name, value)) => request.header(name, value),
                    None => request.json(&parse(line)),
                };
            }
            self.server.pass(Duration::from_millis(200));
            let page = self.api.send(request).await;
            let (_, status) = lines.next().expect("a status");
            assert_eq!(page.status.to_string(), *status, "{method} {path}: {}", page.body);
            match lines.next_if(|(is_sent, _)| !is_sent) {
                Some((_, expected)) => assert_eq!(shape(&page.json()), shape(&parse(expected)), "{method} {path}"),
                None => assert_eq!(page.body, "", "{method} {path}"),
            }
        }
    }

    /// Opens the stream of the block and compares what comes, by the names of the events.
    async fn listen(&self, block: &Block) {
        let (sent, expected): (Vec<_>, Vec<_>) = block.lines.iter().copied().partition(|line: &(bool, &str)| line.0);
        let path = sent[0].1.strip_prefix("GET ").expect("a stream is asked for by GET");
        let request = self.api.request(reqwest::Method::GET, path);
        let headers = sent[1..].iter().map(|(_, line)| line.split_once(": ").expect("a header"));
        let request = headers.fold(request, |request, (name, value)| request.header(name, value));
        let mut answer = within("an answer", request.send()).await.expect("an answer");
        let mut come = String::new();
        for lines in expected.chunk_by(|(_, line), _| !line.starts_with("data: ")) {
            let (_, name) = lines.iter().find(|(_, line)| line.starts_with("event: ")).expect("a name");
            let name = format!("{name}\n");
            let got = loop {
                let found = come.split_inclusive("\n\n").find(|part| part.contains(&name) && part.ends_with("\n\n"));
                if let Some(got) = found.map(str::to_owned) {
                    break got;
                }
                let chunk = within(&name, answer.chunk()).await.expect("it goes on").expect("it goes on");
                come.push_str(std::str::from_utf8(&chunk).expect("ASCII in these examples"));
            };
            for (_, line) in lines.iter().filter(|(_, line)| !line.starts_with("event: ")) {
                let (field, value) = line.split_once(": ").expect("a field");
                let (_, rest) = got.split_once(&format!("{field}: ")).unwrap_or_else(|| panic!("no {field} in {got}"));
                let told = rest.lines().next().expect("a line");
                assert_eq!(shape(&parse(told)), shape(&parse(value)), "{name}{told}");
            }
            come = come.replacen(&got, "", 1);
        }
    }

    /// Brings about what the server tells unasked, and collects all of it.
    async fn bring_about_the_rest(mut self) -> BTreeSet<String> {
        self.ann.join("lobby").await;
        self.bob.acked(json!({"type": "typing", "room": "lobby"})).await;
        self.eve.acked(json!({"type": "leave", "room": "lobby"})).await;
        // What was told before may come first.
        while !self.ann_until("presence").await["changes"].to_string().contains("offline") {}
        self.ann.send(json!({"type": "send", "id": "3", "room": "lobby"})).await;
        self.ann_until("error").await;
        for _ in 0..31 {
            self.bob.send(json!({"type": "send", "room": "lobby", "text": "quick"})).await;
        }
        self.bob.ask(json!({"type": "ping"})).await;
        self.server.pass(Duration::from_secs(2));
        assert_eq!(self.bob_api.delete("/api/v1/rooms/lobby/members/me").await.status, 204);
        self.break_reading().await;
        self.server.begin_stop();
        for mut client in [self.ann, self.phone, self.bob] {
            while let Some(frame) = client.try_next().await {
                self.seen.insert(shape(&frame).to_string());
            }
        }
        self.seen
    }

    async fn ann_until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.ann.next().await;
            self.seen.insert(shape(&frame).to_string());
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// What somebody missed cannot be read for a moment.
    async fn break_reading(&mut self) {
        let mut saboteur = Saboteur::at(&self.server).await;
        saboteur.break_reads().await;
        self.ann.send(json!({"type": "join", "room": "lobby", "after": 1, "id": "missed"})).await;
        self.ann_until("resync").await;
        saboteur.mend_reads().await;
        self.ann.acked(json!({"type": "join", "room": "lobby", "after": 40})).await;
    }
}

fn is_request(line: &str) -> bool {
    ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "].iter().any(|method| line.starts_with(method))
}

#[tokio::test]
async fn every_example_of_the_document_is_true() {
    let mut stage = stage().await;
    let mut told = Vec::new();
    for block in blocks() {
        let is_asked = block.lines.iter().any(|(is_sent, _)| *is_sent);
        match block.kind {
            "requests" => stage.request(&block).await,
            "stream" => stage.listen(&block).await,
            _ if is_asked => stage.talk(&block).await,
            _ => told.extend(block.lines.iter().map(|(_, line)| *line)),
        }
    }

    assert!(told.len() >= 10, "the frames that come unasked were not found");
    let seen = stage.bring_about_the_rest().await;
    for line in told {
        let expected = shape(&parse(line)).to_string();
        let alike: Vec<&String> = seen.iter().filter(|frame| parse(frame)["type"] == parse(line)["type"]).collect();
        assert!(seen.contains(&expected), "nobody was told\n{line}\nbut\n{alike:#?}");
    }
}

#[test]
fn every_command_has_an_example() {
    let sent: BTreeSet<String> = blocks()
        .iter()
        .filter(|block| block.kind == "frames")
        .flat_map(|block| &block.lines)
        .filter(|(is_sent, _)| *is_sent)
        .filter_map(|(_, line)| parse(line)["type"].as_str().map(str::to_owned))
        .collect();
    // The list that a client is shown when it sends something else is the list of all there are.
    let refusal = parlor::protocol::decode::from_json(r#"{"type":"dance"}"#).unwrap_err().problem.message;
    let words = refusal.split_once("; send ").unwrap().1.replace(" or ", ", ");
    let known: BTreeSet<String> = words.split(", ").map(str::to_owned).collect();
    assert_eq!(sent, known);
    let headings: Vec<&str> = DOCUMENT.lines().filter(|line| line.starts_with("### ")).collect();
    for word in known {
        let names = |heading: &&str| heading[4..].split(", ").any(|name| name == word);
        assert!(headings.iter().any(names), "{word} has a section");
    }
}
