//! The contract of delivery as a whole: many people who write, come, go, lose their connections and come back with
//! `after`, while the server is stopped and started again under them. Whatever one of them was shown of a room has to be
//! runs of its log, without a gap, a repeat or a change of order; and the log has no gap.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{Browser, Client, Place, TestServer, within};

const ROOMS: [&str; 3] = ["lobby", "dev", "garden"];
const PEOPLE: usize = 8;
const STEPS: usize = 60;
const RESTARTS: usize = 3;

/// One event as somebody was shown it.
type Shown = (u64, String);

fn shown(frame: &Value) -> Option<Shown> {
    let what = match frame["type"].as_str()? {
        "message" => frame["text"].as_str()?.to_owned(),
        kind @ ("joined" | "left") => format!("{kind} {}", frame["user"]["name"]),
        "reaction" => format!("{} on {} is {}: {}", frame["emoji"], frame["target"], frame["on"], frame["count"]),
        _ => return None,
    };
    Some((frame["seq"].as_u64()?, what))
}

/// What one person has been shown of one room: runs that each begin where a join said.
#[derive(Default)]
struct View {
    runs: Vec<Vec<Shown>>,
    /// The highest number seen; also where the present run goes on.
    last: u64,
    listens: bool,
}

/// Where a server can be found, though it may be another one by now.
#[derive(Clone, Copy)]
struct Address(std::net::SocketAddr);

impl Place for Address {
    fn address(&self) -> std::net::SocketAddr {
        self.0
    }
}

/// One person, with what they know and what they have not had acknowledged.
struct Person {
    number: usize,
    place: Address,
    headers: Vec<(String, String)>,
    client: Option<Client>,
    views: BTreeMap<&'static str, View>,
    /// Joins that have no answer yet: the room, and from where.
    joining: BTreeMap<String, (&'static str, Option<u64>)>,
    /// By nonce: the room. Sent again until it is acknowledged.
    open: BTreeMap<String, &'static str>,
    acked: BTreeMap<String, (&'static str, u64)>,
    losses: usize,
    /// A row of numbers that is the same in each run.
    chance: u64,
}

impl Person {
    fn new(number: usize, server: &TestServer, browser: &Browser) -> Self {
        let headers = [
            ("Cookie", browser.cookies()),
            ("Origin", format!("http://{}", server.address)),
            ("Sec-WebSocket-Protocol", "parlor.v1.json".to_owned()),
        ];
        Self {
            number,
            place: Address(server.address),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            client: None,
            views: ROOMS.map(|room| (room, View::default())).into(),
            joining: BTreeMap::new(),
            open: BTreeMap::new(),
            acked: BTreeMap::new(),
            losses: 0,
            chance: number as u64 + 1,
        }
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) % sides
    }

    /// Comes back until the server is there, joins what it listened to, and repeats what is not acknowledged.
    async fn connect(&mut self) {
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        loop {
            match Client::try_connect(&self.place, "/ws", &headers).await {
                Ok(client) => {
                    self.client = Some(client);
                    break;
                }
                Err(refusal) => {
                    assert!([0, 503].contains(&refusal.status), "{refusal:?}");
                    tokio::task::yield_now().await;
                }
            }
        }
        self.joining.clear();
        for room in ROOMS {
            if self.views[room].listens {
                self.join(room, Some(self.views[room].last)).await;
            }
        }
        for (nonce, room) in self.open.clone() {
            self.put(json!({"type": "send", "id": nonce, "room": room, "text": nonce, "nonce": nonce})).await;
        }
    }

    /// Sends; a loss is noticed when something is read.
    async fn put(&mut self, frame: Value) {
        if let Some(client) = &mut self.client {
            client.try_send(frame).await;
        }
    }

    async fn join(&mut self, room: &'static str, after: Option<u64>) {
        let id = format!("join {} {}", self.joining.len(), self.roll(1 << 30));
        self.joining.insert(id.clone(), (room, after));
        self.put(
            json!({"type": "join", "id": id, "room": room, "after": after, "look": self.number.is_multiple_of(2)}),
        )
        .await;
    }

    /// Reads up to the answer of a ping; if the connection is lost, comes back and goes on.
    async fn catch_up(&mut self) {
        loop {
            self.put(json!({"type": "ping", "id": "up to here"})).await;
            while let Some(client) = &mut self.client {
                match client.try_next().await {
                    Some(frame) if frame["id"] == "up to here" => return,
                    Some(frame) => self.take(&frame),
                    None => self.client = None,
                }
            }
            self.losses += 1;
            self.connect().await;
        }
    }

    fn take(&mut self, frame: &Value) {
        let id = frame["id"].as_str().unwrap_or_default();
        match frame["type"].as_str() {
            Some("ack") if self.joining.contains_key(id) => self.joined(id, frame),
            // In order with the answers to joins: the last one of them holds.
            Some("ack") if id == "leave" => {
                let room = frame["room"].as_str().expect("a room");
                self.views.get_mut(room).expect("one of ours").listens = false;
            }
            Some("ack") => {
                if let Some(room) = self.open.remove(id) {
                    self.acked.insert(id.to_owned(), (room, frame["seq"].as_u64().expect("a number")));
                }
            }
            // Not everything in a log is a message that takes a reaction.
            Some("error") if id == "react" && frame["code"] == "not_found" => {}
            // The server is stopping: it is sent again over the next connection.
            Some("error") => assert_eq!(frame["code"], "unavailable", "{frame}"),
            Some("resync") => panic!("nothing of the log is unreadable here: {frame}"),
            _ => self.event(frame),
        }
    }

    /// From here on events come above `after`, or above the end of the log.
    fn joined(&mut self, id: &str, ack: &Value) {
        let (room, after) = self.joining.remove(id).expect("it was asked for");
        assert!(ack["reset"].is_null(), "nobody is that far behind: {ack}");
        let last_seq = ack["last_seq"].as_u64().expect("a number");
        let view = self.views.get_mut(room).expect("a room");
        view.listens = true;
        view.last = after.unwrap_or(last_seq);
        match (view.runs.last_mut(), after) {
            // What the old subscription still brought while this join was on its way comes again.
            (Some(run), Some(after)) => run.retain(|(seq, _)| *seq <= after),
            _ => view.runs.push(Vec::new()),
        }
    }

    fn event(&mut self, frame: &Value) {
        let Some((seq, what)) = shown(frame) else { return };
        let Some(view) = frame["room"].as_str().and_then(|room| self.views.get_mut(room)) else { return };
        // One's own membership is told to every session, whether it listens or not.
        if !view.listens {
            return;
        }
        assert_eq!(seq, view.last + 1, "person {} of {}: {what}", self.number, frame["room"]);
        view.last = seq;
        view.runs.last_mut().expect("a join comes first").push((seq, what));
    }

    async fn step(&mut self, step: usize) {
        let room = ROOMS[usize::try_from(self.roll(ROOMS.len() as u64)).expect("small")];
        let (listens, last) = (self.views[room].listens, self.views[room].last);
        match self.roll(10) {
            0 if listens => self.put(json!({"type": "leave", "id": "leave", "room": room})).await,
            // Without a word: the other side finds out.
            1 => self.client = None,
            2 if listens => self.join(room, Some(last)).await,
            3 if listens && last > 0 => {
                let (seq, on) = (1 + self.roll(last), self.roll(3) > 0);
                self.put(json!({"type": "react", "id": "react", "room": room, "seq": seq, "emoji": "🌱", "on": on}))
                    .await;
            }
            _ if !listens => {
                // Somebody who was there before goes on where they left; otherwise from now on.
                let resumes = last > 0 && self.roll(2) == 0;
                self.join(room, resumes.then_some(last)).await;
            }
            _ => {
                for part in 0..=self.roll(4) {
                    let nonce = format!("{}/{step}/{part}", self.number);
                    self.open.insert(nonce.clone(), room);
                    self.put(json!({"type": "send", "id": nonce, "room": room, "text": nonce, "nonce": nonce})).await;
                }
            }
        }
        self.catch_up().await;
    }

    /// Does everything, and then reads on until all is acknowledged and every log is at its end.
    async fn live(
        mut self,
        progress: watch::Sender<usize>,
        mut ends: watch::Receiver<Option<BTreeMap<String, u64>>>,
    ) -> Self {
        self.connect().await;
        for room in ROOMS {
            self.join(room, None).await;
        }
        for step in 0..STEPS {
            self.step(step).await;
            progress.send_modify(|steps| *steps += 1);
        }
        while !self.open.is_empty() {
            for (nonce, room) in self.open.clone() {
                self.put(json!({"type": "send", "id": nonce, "room": room, "text": nonce, "nonce": nonce})).await;
            }
            self.catch_up().await;
        }
        progress.send_modify(|steps| *steps += 1);
        let ends = ends.wait_for(Option::is_some).await.expect("the ends").clone().expect("the ends");
        while self.views.iter().any(|(room, view)| view.listens && view.last < ends[*room]) {
            self.catch_up().await;
        }
        self
    }
}

/// The whole log of a room.
async fn log(server: &TestServer, browser: &Browser, room: &str) -> Vec<Shown> {
    let mut client = browser.socket(server).await;
    let (mut log, mut after) = (Vec::new(), 0);
    loop {
        let page = client.acked(json!({"type": "history", "room": room, "after": after, "limit": 200})).await;
        log.extend(page["events"].as_array().expect("events").iter().map(|event| shown(event).expect("an event")));
        after = log.last().map_or(0, |(seq, _)| *seq);
        if page["more"] == false {
            return log;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_everybody_sees_the_log_and_nothing_else() {
    let settings = |config: &mut parlor::config::Config| {
        config.limits.rate_limits = false;
        config.access.registration = parlor::domain::access::Registration::Open;
    };
    let mut server = TestServer::start_with(settings).await;
    let owner = server.browser();
    owner.set_up("ann").await;
    for room in &ROOMS[1..] {
        owner.make_room(room, "public").await;
    }
    let (progress, mut steps) = watch::channel(0);
    let (ends, ends_known) = watch::channel(None);
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let browser = server.register(&format!("person{number}")).await;
        people.push(Person::new(number, &server, &browser));
    }
    let live = |person: Person| tokio::spawn(person.live(progress.clone(), ends_known.clone()));
    let living: Vec<_> = people.into_iter().map(live).collect();

    for restart in 1..=RESTARTS {
        let due = PEOPLE * STEPS * restart / (RESTARTS + 1);
        within("the steps", steps.wait_for(|steps| *steps >= due)).await.expect("they live");
        server.stop().await;
        server.start_again_with(settings).await;
    }
    within("the last step", steps.wait_for(|steps| *steps >= PEOPLE * (STEPS + 1))).await.expect("they live");
    let owner = owner.elsewhere(&server);
    let mut logs = BTreeMap::new();
    for room in ROOMS {
        logs.insert(room.to_owned(), log(&server, &owner, room).await);
    }
    ends.send_replace(Some(logs.iter().map(|(room, log)| (room.clone(), log.len() as u64)).collect()));

    let (mut said, mut runs, mut losses) = (0, 0, 0);
    for (room, log) in &logs {
        assert!(log.iter().map(|(seq, _)| *seq).eq(1..=log.len() as u64), "the log of {room} has no gap");
        let texts: BTreeSet<&str> =
            log.iter().map(|(_, what)| what.as_str()).filter(|what| what.contains('/')).collect();
        said += texts.len();
        assert_eq!(texts.len(), log.iter().filter(|(_, what)| what.contains('/')).count(), "nothing is stored twice");
    }
    let mut acked = 0;
    for person in living {
        let person = within("the end of the log", person).await.expect("nobody saw anything wrong");
        losses += person.losses;
        acked += person.acked.len();
        for (nonce, (room, seq)) in &person.acked {
            let at = usize::try_from(*seq - 1).expect("small");
            assert_eq!(
                logs[*room][at],
                (*seq, nonce.clone()),
                "what was acknowledged is in the log, where it was said"
            );
        }
        for (room, view) in &person.views {
            runs += view.runs.len();
            for run in view.runs.iter().filter(|run| !run.is_empty()) {
                let from = usize::try_from(run[0].0 - 1).expect("small");
                assert_eq!(run[..], logs[*room][from..from + run.len()], "a run of the log of {room}");
            }
        }
    }
    assert_eq!(acked, said, "everything that was said was acknowledged in the end");
    assert!(losses > PEOPLE * 3 && runs > PEOPLE * ROOMS.len(), "{losses} losses, {runs} runs");
    let reactions = logs.values().flatten().filter(|(_, what)| what.contains(" on ")).count();
    assert!(reactions > PEOPLE, "{reactions} reactions");
    println!("{said} messages, {reactions} reactions, {losses} losses, {runs} runs");
}
