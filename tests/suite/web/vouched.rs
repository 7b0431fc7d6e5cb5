//! People for whom another system vouches: by a signed token, or by a header of a proxy.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlor::config::Config;
use parlor::domain::address_range::AddressRange;
use ring::hmac;
use serde_json::{Value, json};

use crate::support::{Api, Browser, Client, TestServer};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// An hour after the beginning of every test, in seconds.
const LATER: i64 = 1_795_251_600 + 3600;
const JSON: (&str, &str) = ("Sec-WebSocket-Protocol", "parlor.v1.json");

fn signed(claims: &Value) -> String {
    let text = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let said = format!("{}.{}", text(&json!({"alg": "HS256"})), text(claims));
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), said.as_bytes());
    format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn token(sub: &str, name: &str) -> String {
    signed(&json!({"sub": sub, "name": name, "exp": LATER}))
}

/// A server that believes what `change` says, with its owner.
async fn believing(change: impl FnOnce(&mut Config)) -> (TestServer, Browser) {
    let server = TestServer::start_with(change).await;
    let ann = server.browser();
    ann.set_up("ann").await;
    (server, ann)
}

fn by_secret(config: &mut Config) {
    config.identity.jwt_secret = Some(SECRET.into());
}

#[tokio::test]
async fn a_token_makes_an_account_on_first_sight_and_finds_it_again() {
    let (server, _) = believing(by_secret).await;
    let api = Api::new(&server, &token("7", "Zoë Lee"));

    let me = api.get("/api/v1/me").await.json();
    assert_eq!((&me["name"], &me["role"]), (&json!("Zoë-Lee"), &json!("member")));
    assert_eq!(api.put("/api/v1/rooms/lobby/members/me", json!({})).await.status, 204);
    assert_eq!(api.post("/api/v1/rooms/lobby/messages", json!({"text": "hi"})).await.status, 201);

    let again = Api::new(&server, &token("7", "another name")).get("/api/v1/me").await.json();
    assert_eq!((&again["id"], &again["name"]), (&me["id"], &json!("Zoë-Lee")));
    let other = Api::new(&server, &token("8", "zoë-lee")).get("/api/v1/me").await.json();
    assert_eq!(other["name"], "zoë-lee-2", "a name that is taken gets a number");
}

#[tokio::test]
async fn nobody_becomes_somebody_who_is_there_already() {
    let (server, ann) = believing(by_secret).await;
    let owner = ann.get("/api/v1/me").await.json();

    for claims in [token("ann", "ann"), token("Ann", "ANN"), token(owner["id"].as_str().expect("an id"), "ann")] {
        let me = Api::new(&server, &claims).get("/api/v1/me").await.json();
        assert_ne!(me["id"], owner["id"]);
        assert!(me["name"].as_str().expect("a name").to_lowercase().starts_with("ann-"), "{me}");
    }
    let page = server.browser().post("/login", &[("name", "ann-2"), ("password", "")]).await;
    assert_eq!(page.status, 401, "it has no password");
}

#[tokio::test]
async fn a_token_that_is_not_believed_opens_nothing_and_says_why() {
    let (server, _) = believing(by_secret).await;
    let expired = signed(&json!({"sub": "7", "exp": LATER - 3600}));
    let good = token("7", "zoe");
    let bent = format!("{}A", &good[..good.len() - 1]);
    let bent = if bent == good { format!("{}B", &good[..good.len() - 1]) } else { bent };

    for (bad, words) in [(&expired, "has ended"), (&bent, "signature")] {
        let answer = Api::new(&server, bad).get("/api/v1/me").await;
        assert_eq!((answer.status, answer.json()["detail"].as_str().expect("words").contains(words)), (401, true));
        let refusal = Client::try_connect(&server, &format!("/ws?token={bad}"), &[JSON]).await.err().expect("refused");
        assert_eq!((refusal.status, &refusal.problem["code"]), (401, &json!("unauthorized")));
        assert_eq!(server.browser().post("/login/jwt", &[("token", bad)]).await.status, 401);
    }
    let (elsewhere, _) = TestServer::owned_by("ann").await;
    assert_eq!(Api::new(&elsewhere, &good).get("/api/v1/me").await.status, 401, "nobody set it up there");
}

#[tokio::test]
async fn before_there_is_an_owner_nobody_is_vouched_for() {
    let server = TestServer::start_with(by_secret).await;

    assert_eq!(Api::new(&server, &token("7", "zoe")).get("/api/v1/me").await.status, 403);

    server.browser().set_up("ann").await;
}

#[tokio::test]
async fn the_rooms_of_a_token_are_joined_private_ones_too() {
    let (server, ann) = believing(by_secret).await;
    ann.make_room("garden", "private").await;
    ann.make_room("cellar", "private").await;
    let claims = json!({"sub": "7", "name": "zoe", "exp": LATER, "rooms": ["garden", "lobby", "nowhere"]});
    let mut zoe = Client::connect(&server, &format!("/ws?token={}&room=garden", signed(&claims)), &[JSON]).await;

    assert_eq!(zoe.next_of("ack").await["room"], "garden");
    zoe.say("garden", "hello").await;
    zoe.say("lobby", "hello").await;
    zoe.refused(json!({"type": "join", "room": "cellar"}), "not_found").await;
    zoe.refused(json!({"type": "join", "room": "nowhere"}), "not_found").await;
}

#[tokio::test]
async fn a_session_ends_with_its_token_and_a_token_is_no_way_to_the_account_itself() {
    let (server, _) = believing(by_secret).await;
    let token = token("7", "zoe");
    server.pass(Duration::from_secs(3599));
    let mut zoe = Client::connect(&server, &format!("/ws?token={token}"), &[JSON]).await;
    let api = Api::new(&server, &token);
    assert_eq!(api.post("/api/v1/tokens", json!({"label": "mine"})).await.status, 403);
    assert_eq!(api.get("/api/v1/tokens").await.status, 403);

    server.pass(Duration::from_secs(1));

    assert_eq!(zoe.shown_out().await, ("this login has ended".to_owned(), 1008));
    assert_eq!(api.get("/api/v1/me").await.status, 401);
}

#[tokio::test]
async fn a_token_logs_a_browser_in() {
    let (server, _) = believing(by_secret).await;
    let browser = server.browser();

    let page = browser.post("/login/jwt", &[("token", &token("7", "zoe")), ("next", "/rooms/lobby")]).await;

    assert_eq!(page.leads_to(), (303, "/rooms/lobby"));
    assert_eq!(browser.get("/api/v1/me").await.json()["name"], "zoe");
    assert_eq!(server.browser().post("/login/jwt", &[("token", "parlor_x")]).await.status, 401);
}

#[tokio::test]
async fn a_browser_that_came_with_a_token_is_logged_out_when_the_token_ends() {
    let (server, _) = believing(by_secret).await;
    let browser = server.browser();
    browser.post("/login/jwt", &[("token", &token("7", "zoe"))]).await;
    let mut live = browser.socket(&server).await;

    server.pass(Duration::from_secs(3599));
    assert_eq!(browser.get("/api/v1/me").await.status, 200, "used a moment before its end");
    server.pass(Duration::from_secs(1));

    assert_eq!(live.shown_out().await, ("this login has ended".to_owned(), 1008));
    assert_eq!(browser.get("/api/v1/me").await.status, 401, "which use has not put off");
}

#[tokio::test]
async fn a_browser_stays_longer_where_the_settings_say_so() {
    let days = |days: u64| Duration::from_hours(24 * days);
    let long = |config: &mut Config| {
        by_secret(config);
        config.identity.jwt_login = Some(days(30));
    };
    let (server, _) = believing(long).await;
    let browser = server.browser();
    browser.post("/login/jwt", &[("token", &token("7", "zoe"))]).await;

    server.pass(days(29));
    assert_eq!(browser.get("/api/v1/me").await.status, 200);
    server.pass(days(1));

    assert_eq!(browser.get("/api/v1/me").await.status, 401, "and no longer, however much it is used");
}

fn by_header(from: &str) -> impl FnOnce(&mut Config) {
    let proxy = AddressRange::parse(from).expect("an address");
    move |config| {
        config.identity.auth_header = Some("x-remote-user".to_owned());
        config.listen.trusted_proxies = vec![proxy];
    }
}

#[tokio::test]
async fn whom_the_proxy_names_is_logged_in_everywhere() {
    let (server, _) = believing(by_header("127.0.0.1")).await;
    let browser = server.browser();
    let named = |path: &str| browser.request(reqwest::Method::GET, path).header("X-Remote-User", "zoe");

    let me = browser.send(named("/api/v1/me")).await.json();
    assert_eq!((&me["name"], &me["kind"]), (&json!("zoe"), &json!("account")));
    assert_eq!(browser.send(named("/settings")).await.status, 200);
    let zoe = Client::connect(&server, "/ws", &[JSON, ("X-Remote-User", "zoe")]).await;
    assert_eq!(zoe.welcome["user"]["id"], me["id"]);
    let owner = browser.request(reqwest::Method::GET, "/api/v1/me").header("X-Remote-User", "ann");
    assert_eq!(browser.send(owner).await.json()["name"], "ann-2", "not the account that is there already");
    let twice = named("/api/v1/me").header("X-Remote-User", "ann");
    assert_eq!(browser.send(twice).await.status, 401, "one of the two is forged");
}

#[tokio::test]
async fn the_same_header_from_elsewhere_is_ignored() {
    let (server, _) = believing(by_header("192.0.2.1")).await;
    let browser = server.browser();
    let forged = browser.request(reqwest::Method::GET, "/api/v1/me").header("X-Remote-User", "zoe");
    let forged = forged.header("X-Forwarded-For", "192.0.2.1").header("X-Real-IP", "192.0.2.1");

    assert_eq!(browser.send(forged).await.status, 401);
    let headers = [JSON, ("X-Remote-User", "zoe"), ("X-Forwarded-For", "192.0.2.1")];
    let refusal = Client::try_connect(&server, "/ws", &headers).await.err().expect("refused");
    assert_eq!(refusal.status, 401);
}
