//! Every act of the handbook in a room, by everybody of its table, at every door that has it: what the table says is what
//! happens.

use std::collections::BTreeMap;

use parlor::domain::access::{GuestAccess, Registration};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::handbook::{Table, tables};
use crate::support::{Api, Browser, Client, TestServer};

/// Who is who, in the order of the columns.
const PEOPLE: [(&str, &str); 7] = [
    ("guest", "gus"),
    ("no member", "nora"),
    ("member", "mel"),
    ("moderator", "mod"),
    ("owner", "own"),
    ("moderator of the server, member", "sim"),
    ("admin of the server, member", "adi"),
];
/// Those things are done to: a member and a moderator.
const VICTIMS: [&str; 2] = ["vic", "vip"];
/// What leaves the room another one for whoever comes next.
const LASTING: [&str; 3] = ["mute", "give roles", "archive"];
const JSON: (&str, &str) = ("Sec-WebSocket-Protocol", "parlor.v1.json");

/// The doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    WebSocket,
    Rest,
    Form,
}

/// One way to do something.
enum Way {
    /// Typed into a live session.
    Say(Value),
    /// A request below `/api/v1/rooms/{room}`.
    Ask(Method, String, Option<Value>),
    /// A page below `/rooms/{room}`.
    Look,
    /// A form below `/rooms/{room}`.
    Send(String, Vec<(&'static str, String)>),
}

/// Somebody with their three doors.
struct Somebody {
    browser: Browser,
    api: Api,
    client: Client,
}

struct House {
    server: TestServer,
    people: BTreeMap<&'static str, Somebody>,
    ids: BTreeMap<&'static str, String>,
}

impl House {
    async fn open() -> Self {
        let server = TestServer::start_with(|config| {
            config.access.registration = Registration::Open;
            config.access.guests = Some(GuestAccess::Open);
            config.limits.rate_limits = false;
        })
        .await;
        let olga = server.browser();
        olga.set_up("olga").await;
        let mut house = Self { server, people: BTreeMap::new(), ids: BTreeMap::new() };
        for name in PEOPLE.iter().map(|(_, name)| *name).chain(VICTIMS).filter(|name| *name != "gus") {
            let browser = house.server.register(name).await;
            if let Some(role) = [("sim", "moderator"), ("adi", "admin")].iter().find(|(who, _)| *who == name) {
                let given = olga.post(&format!("/admin/people/{name}/role"), &[("role", role.1)]).await;
                assert_eq!(given.status, 303, "{}", given.body);
            }
            let (api, client) = (house.server.api(&browser).await, browser.socket(&house.server).await);
            house.ids.insert(name, api.get("/api/v1/me").await.json()["id"].as_str().expect("an id").to_owned());
            house.people.insert(name, Somebody { browser, api, client });
        }
        let browser = house.server.browser();
        assert_eq!(browser.post("/guest", &[("name", "gus")]).await.status, 303);
        let made = Api::anonymous(&house.server).post("/api/v1/guests", json!({"name": "gus"})).await.json();
        let api = Api::new(&house.server, made["token"].as_str().expect("a token"));
        let client = Client::connect(&house.server, "/ws?name=gus", &[JSON]).await;
        house.people.insert("gus", Somebody { browser, api, client });
        house
    }

    fn api(&self, name: &str) -> &Api {
        &self.people[name].api
    }

    /// A room with everybody in their place.
    async fn room(&self, room: &str, kind: &str) {
        let made = self.api("own").post("/api/v1/rooms", json!({"name": room, "kind": kind})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        self.put_back(room).await;
    }

    /// Everybody is what they are again, and nothing is left of what was done.
    async fn put_back(&self, room: &str) {
        let own = self.api("own");
        let here = format!("/api/v1/rooms/{room}");
        let mut steps = vec![(Method::PATCH, here.clone(), Some(json!({"archived": false})))];
        steps.extend(VICTIMS.map(|name| (Method::DELETE, format!("{here}/bans/{name}"), None)));
        for name in ["mel", "mod", "sim", "adi", "vic", "vip"] {
            steps.push((Method::POST, format!("{here}/members"), Some(json!({"user": name}))));
        }
        for (name, role) in [("mel", "member"), ("mod", "moderator"), ("vic", "member"), ("vip", "moderator")] {
            steps.push((Method::PUT, format!("{here}/members/{name}"), Some(json!({"role": role}))));
        }
        for name in VICTIMS {
            steps.push((Method::PUT, format!("{here}/members/{name}/mute"), Some(json!({"minutes": 0}))));
        }
        for (method, path, body) in steps {
            let request = own.request(method, &path);
            let done = own.send(body.iter().fold(request, reqwest::RequestBuilder::json)).await;
            assert!(done.status < 300, "{path}: {}", done.body);
        }
    }

    /// Does it, and says whether it was done.
    async fn go(&mut self, name: &str, room: &str, way: &Way) -> Result<Option<u64>, String> {
        let who = self.people.get_mut(name).expect("somebody");
        match way {
            Way::Say(command) => {
                let mut command = command.clone();
                command["room"] = json!(room);
                let answer = who.client.ask(command).await;
                if answer["type"] == "ack" { Ok(answer["seq"].as_u64()) } else { Err(answer["code"].to_string()) }
            }
            Way::Ask(method, path, body) => {
                let request = who.api.request(method.clone(), &format!("/api/v1/rooms/{room}{path}"));
                let page = who.api.send(body.iter().fold(request, reqwest::RequestBuilder::json)).await;
                let seq = || serde_json::from_str::<Value>(&page.body).ok().and_then(|body| body["seq"].as_u64());
                if page.status < 300 { Ok(seq()) } else { refused(page.status, &page.body) }
            }
            Way::Look => {
                let page = who.browser.get(&format!("/rooms/{room}")).await;
                if page.status == 200 { Ok(None) } else { refused(page.status, &page.body) }
            }
            Way::Send(path, fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let page = who.browser.post(&format!("/rooms/{room}{path}"), &fields).await;
                let seq = || page.location.as_deref()?.rsplit(['/', '#', '-']).next()?.parse().ok();
                if page.status == 303 { Ok(seq()) } else { refused(page.status, &page.body) }
            }
        }
    }

    /// A message of the owner, to do something to.
    async fn message(&self, room: &str) -> u64 {
        let sent = self.api("own").post(&format!("/api/v1/rooms/{room}/messages"), json!({"text": "a word"})).await;
        sent.json()["seq"].as_u64().expect("a message")
    }

    /// Whether the newest message of the room calls everybody.
    async fn newest_calls_everyone(&self, room: &str) -> bool {
        let page = self.api("own").get(&format!("/api/v1/rooms/{room}/messages?limit=1")).await.json();
        page["events"][0]["everyone"] == json!(true)
    }
}

/// A refusal has the status of one; anything else is a fault of its own. A page that shows its form again says 422.
fn refused(status: u16, body: &str) -> Result<Option<u64>, String> {
    let reason = body.split("role=\"alert\"").nth(1).unwrap_or(body);
    assert!([401, 403, 404, 422].contains(&status), "{status}: {}", &reason[..reason.len().min(300)]);
    Err(status.to_string())
}

/// How an act is done at a door; empty where the door does not have it. `seq` is a message of somebody else.
fn ways(act: &str, door: Door, seq: u64, ids: &BTreeMap<&'static str, String>) -> Option<Vec<Way>> {
    use Door::{Form, Rest, WebSocket};
    let say = |command: Value| vec![Way::Say(command)];
    let ask = |method: Method, path: String, body: Value| {
        vec![Way::Ask(method, path, Some(body).filter(|body| !body.is_null()))]
    };
    let send = |path: String, fields: &[(&'static str, &str)]| {
        vec![Way::Send(path, fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())]
    };
    let against = |name: &str| match door {
        WebSocket => vec![
            Way::Say(json!({"type": "mute", "user": ids[name], "minutes": 1})),
            Way::Say(json!({"type": "ban", "user": ids[name]})),
        ],
        Rest => vec![
            Way::Ask(Method::PUT, format!("/members/{name}/mute"), Some(json!({"minutes": 1}))),
            Way::Ask(Method::PUT, format!("/bans/{name}"), None),
        ],
        Form => vec![
            Way::Send(format!("/members/{}/mute", ids[name]), vec![("minutes", "1".to_owned())]),
            Way::Send(format!("/members/{}/ban", ids[name]), vec![]),
        ],
    };
    let end = |name: &str| match door {
        WebSocket => say(json!({"type": "remove", "user": ids[name]})),
        Rest => ask(Method::DELETE, format!("/members/{name}"), Value::Null),
        Form => send(format!("/members/{}/remove", ids[name]), &[]),
    };
    Some(match (act, door) {
        ("read", WebSocket) => say(json!({"type": "history"})),
        ("read", Rest) => ask(Method::GET, "/messages".to_owned(), Value::Null),
        ("read", Form) => vec![Way::Look],
        // To join over a WebSocket is to listen first of all, which guests may.
        ("become a member" | "set rules" | "add others" | "leave", WebSocket) => vec![],
        ("become a member", Rest) => ask(Method::PUT, "/members/me".to_owned(), Value::Null),
        ("become a member", Form) => send("/join".to_owned(), &[]),
        ("write, react, edit and take back one's own", WebSocket) => say(json!({"type": "send", "text": "hello"})),
        ("write, react, edit and take back one's own", Rest) => {
            ask(Method::POST, "/messages".to_owned(), json!({"text": "hello"}))
        }
        ("write, react, edit and take back one's own", Form) => send("/messages".to_owned(), &[("text", "hello")]),
        ("call everybody with `@room`", WebSocket) => say(json!({"type": "send", "text": "@room hello"})),
        ("call everybody with `@room`", Rest) => {
            ask(Method::POST, "/messages".to_owned(), json!({"text": "@room hello"}))
        }
        ("call everybody with `@room`", Form) => send("/messages".to_owned(), &[("text", "@room hello")]),
        ("take back messages of others", WebSocket) => say(json!({"type": "delete", "seq": seq})),
        ("take back messages of others", Rest) => ask(Method::DELETE, format!("/messages/{seq}"), Value::Null),
        ("take back messages of others", Form) => send(format!("/{seq}/delete"), &[]),
        ("pin", WebSocket) => say(json!({"type": "pin", "seq": seq})),
        ("pin", Rest) => ask(Method::PUT, format!("/messages/{seq}/pin"), Value::Null),
        ("pin", Form) => send(format!("/{seq}/pin"), &[("on", "true")]),
        ("change topic and description", WebSocket) => {
            vec![
                Way::Say(json!({"type": "topic", "topic": format!("about {seq}")})),
                Way::Say(json!({"type": "change", "description": format!("for {seq}")})),
            ]
        }
        ("change topic and description", Rest) => vec![
            Way::Ask(Method::PATCH, String::new(), Some(json!({"topic": format!("about {seq}")}))),
            Way::Ask(Method::PATCH, String::new(), Some(json!({"description": format!("for {seq}")}))),
        ],
        ("change topic and description", Form) => {
            send("/settings".to_owned(), &[("topic", &format!("about {seq}")), ("description", "")])
        }
        ("slow mode", WebSocket) => say(json!({"type": "slow", "seconds": 0})),
        ("slow mode", Rest) => ask(Method::PUT, "/slow".to_owned(), json!({"seconds": 0})),
        ("slow mode", Form) => send("/slow".to_owned(), &[("seconds", "0")]),
        ("set rules", Rest) => ask(Method::PATCH, String::new(), json!({"rules": {"open_topic": true}})),
        ("set rules", Form) => send("/rules".to_owned(), &[("open_topic", "on")]),
        ("add others", Rest) => ask(Method::POST, "/members".to_owned(), json!({"user": "vic"})),
        ("add others", Form) => send("/members".to_owned(), &[("person", "vic")]),
        ("mute, remove or ban a member", _) => [end("vic"), against("vic")].into_iter().flatten().collect(),
        ("mute, remove or ban a moderator", _) => [end("vip"), against("vip")].into_iter().flatten().collect(),
        ("give roles", WebSocket) => say(json!({"type": "role", "user": ids["vic"], "role": "moderator"})),
        ("give roles", Rest) => ask(Method::PUT, "/members/vic".to_owned(), json!({"role": "moderator"})),
        ("give roles", Form) => send(format!("/members/{}/role", ids["vic"]), &[("role", "moderator")]),
        ("archive", WebSocket) => say(json!({"type": "change", "archived": true})),
        ("archive", Rest) => ask(Method::PATCH, String::new(), json!({"archived": true})),
        ("archive", Form) => send("/archive".to_owned(), &[("archived", "yes")]),
        ("leave", Rest) => ask(Method::DELETE, "/members/me".to_owned(), Value::Null),
        ("leave", Form) => send("/leave".to_owned(), &[]),
        _ => return None,
    })
}

/// What is wrong at one door of one kind of room.
async fn faults(house: &mut House, table: &Table, kind: &str, door: Door) -> Vec<String> {
    assert_eq!(table.columns, PEOPLE.map(|(column, _)| column), "everybody of the table is somebody here");
    let mut wrong = Vec::new();
    for (number, (act, answers)) in table.rows.iter().enumerate() {
        // Owners leave, and a room without its owner is no longer the same: each act has a room of its own.
        let room = format!("{kind}-{number}-{door:?}").to_lowercase();
        house.room(&room, kind).await;
        for ((column, name), may) in PEOPLE.iter().zip(answers) {
            // Once its owner has left, they write there no more.
            let seq = if *act == "leave" { 1 } else { house.message(&room).await };
            let all = ways(act, door, seq, &house.ids);
            for way in all.unwrap_or_else(|| panic!("say how to {act} at the door {door:?}")) {
                let outcome = house.go(name, &room, &way).await;
                let is_done = match &outcome {
                    // Whoever may not, writes all the same, and calls nobody.
                    Ok(_) if act.starts_with("call everybody") => house.newest_calls_everyone(&room).await,
                    outcome => outcome.is_ok(),
                };
                if is_done != *may {
                    wrong.push(format!("{act} in a {kind} room, by {column}, at {door:?}: {outcome:?}"));
                }
                if is_done && LASTING.iter().any(|lasting| act.starts_with(lasting)) {
                    house.put_back(&room).await;
                }
            }
        }
    }
    wrong
}

/// The tables, each with its kind of room.
fn by_kind() -> [(&'static str, Table); 2] {
    let [public, private] = <[_; 2]>::try_from(tables("rooms")).unwrap_or_else(|_| panic!("two tables"));
    [("public", public), ("private", private)]
}

async fn assert_as_written(door: Door) {
    let mut house = House::open().await;
    for (kind, table) in by_kind() {
        let wrong = faults(&mut house, &table, kind, door).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn the_websocket_does_what_the_handbook_says() {
    assert_as_written(Door::WebSocket).await;
}

#[tokio::test]
async fn rest_does_what_the_handbook_says() {
    assert_as_written(Door::Rest).await;
}

#[tokio::test]
async fn forms_do_what_the_handbook_says() {
    assert_as_written(Door::Form).await;
}
