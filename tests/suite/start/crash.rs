//! SIGKILL in the middle of the work, again and again: what was acknowledged is there, once, and no number is missing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Client, Place, Program};

const JSON: [(&str, &str); 1] = [("Sec-WebSocket-Protocol", "parlor.v1.json")];
const ROUNDS: usize = 20;
const SENDERS: usize = 4;

/// A guest who is the same author over every restart: the cookie says so.
async fn guest_cookie(program: &Program, name: &str) -> String {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let base = format!("http://{}", program.address());
    let form = http.post(format!("{base}/guest")).header("Origin", &base).form(&[("name", name), ("next", "")]);
    let page = form.send().await.expect("an answer");
    let cookie = page.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok()).expect("a cookie");
    cookie.split(';').next().expect("a cookie").to_owned()
}

async fn connect(program: &Program, cookie: &str) -> Client {
    let origin = format!("http://{}", program.address());
    Client::connect(program, "/ws", &[JSON[0], ("Cookie", cookie), ("Origin", &origin)]).await
}

/// Somebody who sends with nonces, and knows what was not acknowledged.
struct Sender {
    cookie: String,
    number: usize,
    acked: Vec<(String, u64)>,
    /// Sent when the server died: stored or not, nobody said.
    unsure: Option<String>,
    repeats: usize,
}

impl Sender {
    /// First repeats what was left unsure, then sends until the server is gone.
    async fn send_until_killed(mut self, mut client: Client, round: usize) -> Self {
        for number in 0.. {
            let nonce = self.unsure.clone().unwrap_or_else(|| format!("{round}-{}-{number}", self.number));
            self.unsure = Some(nonce.clone());
            let send = json!({"type": "send", "id": nonce, "room": "lobby", "text": nonce, "nonce": nonce});
            if !client.try_send(send).await {
                break;
            }
            let answer = loop {
                let Some(frame) = client.try_next().await else { return self };
                if frame["id"] == json!(nonce) {
                    break frame;
                }
            };
            assert_eq!(answer["type"], "ack", "{answer}");
            self.repeats += usize::from(answer["duplicate"] == true);
            self.acked.push((nonce, answer["seq"].as_u64().expect("a seq")));
            self.unsure = None;
        }
        self
    }
}

/// Somebody who reads through it all, and comes back with the last number seen.
async fn read_until_killed(mut client: Client, mut seen: Vec<(u64, String)>) -> Vec<(u64, String)> {
    while let Some(frame) = client.try_next().await {
        if frame["type"] == "message" {
            let (seq, text) = (frame["seq"].as_u64().expect("a seq"), frame["text"].as_str().expect("a text"));
            assert_eq!(seq, seen.last().map_or(0, |(seq, _)| *seq) + 1, "each once and in order, over every kill");
            seen.push((seq, text.to_owned()));
        }
    }
    seen
}

/// The whole log of the lobby: number and text.
async fn read_log(client: &mut Client, upto: u64) -> BTreeMap<u64, String> {
    let mut log = BTreeMap::new();
    let mut after = 0;
    while after < upto {
        let page = client.acked(json!({"type": "history", "room": "lobby", "after": after, "limit": 200})).await;
        for event in page["events"].as_array().expect("events") {
            after = event["seq"].as_u64().expect("a seq");
            assert!(log.insert(after, event["text"].as_str().expect("a text").to_owned()).is_none(), "{after} twice");
        }
    }
    log
}

#[tokio::test]
async fn twenty_kills_at_full_load_lose_nothing_acknowledged_and_leave_no_gap() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("PARLOR_RATE_LIMITS", "off"), ("PARLOR_LOG", "warn")];
    let (mut senders, mut followed): (Vec<Sender>, Vec<(u64, String)>) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let program = Program::start(folder.path(), &settings).await;
        for number in senders.len()..SENDERS {
            let cookie = guest_cookie(&program, &format!("sender{number}")).await;
            senders.push(Sender { cookie, number, acked: Vec::new(), unsure: None, repeats: 0 });
        }
        let mut reader = Client::connect(&program, "/ws?name=follower", &JSON).await;
        let after = followed.last().map_or(0, |(seq, _)| *seq);
        let ack = reader.acked(json!({"type": "join", "room": "lobby", "after": after})).await;
        assert!(ack["reset"].is_null(), "{ack}");
        let following = tokio::spawn(read_until_killed(reader, std::mem::take(&mut followed)));
        let mut sending = Vec::new();
        for sender in senders.drain(..) {
            let mut client = connect(&program, &sender.cookie).await;
            client.join("lobby").await;
            sending.push(tokio::spawn(sender.send_until_killed(client, round)));
        }
        // The load is on once a watcher has seen thirty messages of this round.
        let mut watcher = Client::connect(&program, "/ws?name=watcher", &JSON).await;
        watcher.join("lobby").await;
        for _ in 0..30 {
            watcher.next_of("message").await;
        }

        program.kill().await;

        for sender in sending {
            senders.push(sender.await.expect("the sender ends by itself"));
        }
        followed = following.await.expect("the follower saw no gap");
    }

    let program = Program::start(folder.path(), &settings).await;
    let mut reader = Client::connect(&program, "/ws?name=reader", &JSON).await;
    let last = reader.join("lobby").await["last_seq"].as_u64().expect("a number");
    let log = read_log(&mut reader, last).await;
    let repeats: usize = senders.iter().map(|sender| sender.repeats).sum();
    let mut acked = BTreeMap::new();
    for (nonce, seq) in senders.into_iter().flat_map(|sender| sender.acked) {
        assert!(acked.insert(seq, nonce).is_none(), "number {seq} was given twice");
    }
    println!("{} acknowledged, {repeats} repeats found stored", acked.len());
    assert!(acked.len() >= ROUNDS * 20, "the load was real: {} acknowledged", acked.len());
    assert_eq!(log.keys().copied().collect::<Vec<_>>(), (1..=last).collect::<Vec<_>>(), "no number is missing");
    for (seq, nonce) in &acked {
        assert_eq!(log.get(seq), Some(nonce), "what was acknowledged as {seq}");
    }
    let texts: std::collections::HashSet<&String> = log.values().collect();
    assert_eq!(texts.len(), log.len(), "nothing is there twice");
    assert!(
        !followed.is_empty() && followed.iter().all(|(seq, text)| log.get(seq) == Some(text)),
        "what was read stays"
    );
}

#[tokio::test]
async fn a_client_resumes_over_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::start(folder.path(), &[]).await;
    let mut ann = Client::connect(&program, "/ws?name=ann", &JSON).await;
    ann.join("lobby").await;
    ann.say("lobby", "one").await;
    let seen = ann.next_of("message").await["seq"].as_u64().expect("a number");
    ann.say("lobby", "two").await;

    program.kill().await;

    let program = Program::start(folder.path(), &[]).await;
    let mut ann = Client::connect(&program, "/ws?name=ann", &JSON).await;
    let ack: Value = ann.acked(json!({"type": "join", "room": "lobby", "after": seen})).await;
    assert_eq!(ack["last_seq"], 2);
    assert_eq!(ann.next_text().await, "two");
}
