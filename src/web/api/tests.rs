//! The API over a real database and a real chat, without a socket.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Context};
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderMap, LOCATION, RETRY_AFTER};
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web::Data;
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::auth::Auth;
use crate::auth::accounts::SetUp;
use crate::auth::devices::TokenWish;
use crate::chat::Chat;
use crate::chat::alerts::Alerts;
use crate::chat::journal::Journal;
use crate::chat::server::{ChatServer, Setup};
use crate::config::Config;
use crate::domain::access::{GuestAccess, Registration};
use crate::domain::clock::Clock;
use crate::domain::grant::Scope;
use crate::push::Push;
use crate::storage::SharedStore;
use crate::storage::sqlite::SqliteStore;
use crate::telemetry::metrics::Metrics;
use crate::web::middleware::rate_limits::RequestRates;
use crate::web::routes;
use crate::web::search::Searcher;
use crate::web::state::{Draining, WebState};
use crate::web::views::render::Renderer;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A server of its own, with the owner `ann` and the member `bob`.
struct Server {
    state: Data<WebState>,
    ann: String,
    bob: String,
    _folder: TempDir,
}

fn wish() -> TokenWish {
    TokenWish { label: "test".to_owned(), scope: Scope::Admin, rooms: None, life: None }
}

/// What came back.
struct Got {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Got {
    fn header(&self, name: impl actix_web::http::header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: SharedStore = Arc::new(SqliteStore::open(None, folder.path()).await.unwrap());
        let (clock, metrics) = (Clock::System, Metrics::new(Clock::System.now()));
        let mut config = Config::defaults();
        config.access.registration = Registration::Open;
        config.access.guests = Some(GuestAccess::Lobby);
        let auth = Auth::open(&config, store.clone(), clock.clone(), metrics.clone()).await.unwrap();
        let chat = start_chat(&store, &auth, &clock, &metrics);
        let (push, _) = Push::open(&config, store.clone(), clock.clone(), metrics.clone()).await.unwrap();
        let password = || SecretString::from("correct horse");
        let ann = auth.set_up(owner(), "test").await.unwrap();
        let bob = auth.register(None, "bob", password(), "test").await.unwrap();
        let ann = auth.make_token(&ann.person, wish()).await.unwrap().secret;
        let bob = auth.make_token(&bob.person, wish()).await.unwrap().secret;
        let auth = Arc::new(auth);
        let request_rates = RequestRates::new(auth.follow_limits());
        let admin = crate::admin::Admin::new(
            store.clone(),
            auth.clone(),
            Some(chat.clone()),
            clock.clone(),
            crate::admin::Places::of(&config),
        );
        let state = WebState {
            auth,
            chat,
            admin,
            push,
            searcher: Arc::new(Searcher::new(store.clone(), &config.limits)),
            store,
            renderer: Arc::new(Renderer::new(config.pages.time_zone).unwrap()),
            clock,
            metrics,
            request_rates,
            body_timeout: Duration::ZERO,
            tls: None,
            public_url: None,
            draining: Draining::default(),
        };
        Self { state: Data::new(state), ann, bob, _folder: folder }
    }

    async fn ask(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Got {
        self.ask_with(token, method, path, body, None).await
    }

    async fn ask_with(&self, token: &str, method: Method, path: &str, body: Option<Value>, key: Option<&str>) -> Got {
        let mut request = TestRequest::with_uri(path).method(method).insert_header(("host", "localhost"));
        if !token.is_empty() {
            request = request.insert_header(("Authorization", format!("Bearer {token}")));
        }
        if let Some(key) = key {
            request = request.insert_header(("Idempotency-Key", key));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        let app = init_service(routes::app(self.state.clone())).await;
        read(app.call(request.to_request()).await.unwrap()).await
    }

    async fn get(&self, token: &str, path: &str) -> Got {
        self.ask(token, Method::GET, path, None).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Got {
        self.ask(token, Method::POST, path, Some(body)).await
    }

    async fn post_once(&self, token: &str, path: &str, body: Value, key: &str) -> Got {
        self.ask_with(token, Method::POST, path, Some(body), Some(key)).await
    }
}

fn owner() -> SetUp {
    SetUp {
        server_name: None,
        name: "ann".to_owned(),
        password: SecretString::from("correct horse"),
        address: LOOPBACK,
        code: String::new(),
    }
}

fn start_chat(store: &SharedStore, auth: &Auth, clock: &Clock, metrics: &Metrics) -> Chat {
    let (inlet, journal, health) = Journal::new(store.clone(), metrics.clone());
    let setup = Setup {
        clock: clock.clone(),
        access: auth.follow_access(),
        conduct: auth.follow_conduct(),
        journal: inlet,
        store: store.clone(),
        alerts: Alerts::new(|| false, metrics.clone()).0,
        profiles: Vec::new(),
        metrics: metrics.clone(),
        room_idle: Duration::from_mins(1),
        heartbeat_seconds: 20,
        limits: auth.follow_limits(),
    };
    let server = ChatServer::create(|context: &mut Context<ChatServer>| {
        use actix::AsyncContext;
        ChatServer::new(setup, context.address())
    });
    actix::spawn(journal.run(server.clone().recipient(), server.clone().recipient()));
    Chat::new(server, auth.follow_access(), health)
}

async fn read<B: MessageBody>(answer: ServiceResponse<B>) -> Got {
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = read_body(answer).await;
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into()));
    Got { status, headers, body }
}

#[actix_web::test]
async fn a_message_is_stored_once_and_read_again() {
    let server = Server::start().await;
    let messages = "/api/v1/rooms/lobby/messages";
    let entered = server.ask(&server.bob, Method::PUT, "/api/v1/rooms/lobby/members/me", None).await;
    assert_eq!(entered.status, 204);

    let first = server.post_once(&server.bob, messages, json!({"text": "hi"}), "n1").await;
    let again = server.post(&server.bob, messages, json!({"text": "hi", "nonce": "n1"})).await;

    assert_eq!(first.status, 201, "{}", first.body);
    let seq = first.body["seq"].as_u64().unwrap();
    assert_eq!(first.header(LOCATION), format!("/rooms/lobby/{seq}"));
    assert_eq!((again.status, &again.body["seq"], &again.body["duplicate"]), (200, &json!(seq), &json!(true)));
    let third = server.post_once(&server.bob, messages, json!({"text": "hi"}), "n1").await;
    assert_eq!((third.status, &third.body), (200, &again.body), "the chat itself knows this key");
    let event = server.get(&server.bob, &format!("{messages}/{seq}")).await;
    assert_eq!((&event.body["type"], &event.body["text"]), (&json!("message"), &json!("hi")));
    let page = server.get(&server.bob, &format!("{messages}?limit=1")).await;
    assert_eq!((&page.body["events"][0]["seq"], &page.body["next"]), (&json!(seq), &Value::Null));
    assert_eq!(server.get(&server.bob, &format!("{messages}/{}", seq + 1)).await.status, 404);
    let differ = server.post_once(&server.bob, messages, json!({"text": "a", "nonce": "n2"}), "n3").await;
    assert_eq!((differ.status, &differ.body["field"]), (400, &json!("nonce")));
}

#[actix_web::test]
async fn the_log_is_read_page_by_page() {
    let server = Server::start().await;
    server.ask(&server.ann, Method::PUT, "/api/v1/rooms/lobby/members/me", None).await;
    for text in ["one", "two", "three"] {
        server.post(&server.ann, "/api/v1/rooms/lobby/messages", json!({"text": text})).await;
    }

    let events = "/api/v1/rooms/lobby/events?limit=2";
    let newest = server.get(&server.ann, events).await.body;
    let older = server.get(&server.ann, &format!("{events}&before={}", newest["next"])).await.body;
    let forward = server.get(&server.ann, &format!("{events}&after=0")).await.body;

    assert_eq!((&newest["events"][1]["text"], &newest["more"]), (&json!("three"), &json!(true)));
    assert_eq!((&older["events"][1]["text"], &older["more"]), (&json!("one"), &json!(false)));
    assert_eq!(forward["next"], json!(2));
    for bad in ["limit=0", "limit=201", "before=1&after=1", "before=x", "from=1"] {
        assert_eq!(server.get(&server.ann, &format!("/api/v1/rooms/lobby/events?{bad}")).await.status, 400, "{bad}");
    }
}

#[actix_web::test]
async fn a_room_is_made_once_and_found_in_lists() {
    let server = Server::start().await;
    let new = json!({"name": "Café", "topic": "beans"});

    let made = server.post_once(&server.bob, "/api/v1/rooms", new.clone(), "k").await;
    let replayed = server.post_once(&server.bob, "/api/v1/rooms", new, "k").await;
    let other = server.post_once(&server.bob, "/api/v1/rooms", json!({"name": "tea"}), "k").await;
    let taken = server.post(&server.ann, "/api/v1/rooms", json!({"name": "café"})).await;

    assert_eq!((made.status, &made.body["role"]), (201, &json!("owner")), "{}", made.body);
    assert_eq!(made.header(LOCATION), "/api/v1/rooms/caf%C3%A9");
    assert_eq!((replayed.status, &replayed.body), (201, &made.body));
    assert_eq!((replayed.header("idempotency-replayed"), replayed.header(LOCATION)), ("true", made.header(LOCATION)));
    assert_eq!((other.status, &other.body["field"]), (409, &json!("Idempotency-Key")));
    assert_eq!((taken.status, &taken.body["field"]), (409, &json!("name")));
    let shown = server.get(&server.ann, made.header(LOCATION)).await;
    assert_eq!((&shown.body["name"], &shown.body["may"]["join"]), (&json!("café"), &json!(true)));
    let first = server.get(&server.ann, "/api/v1/rooms?limit=1").await.body;
    let second =
        server.get(&server.ann, &format!("/api/v1/rooms?limit=1&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!((&first["items"][0]["room"], &second.body["items"][0]["room"]), (&json!("café"), &json!("lobby")));
    assert_eq!(second.body["next"], Value::Null);
}

#[actix_web::test]
async fn a_private_room_is_not_there_for_strangers() {
    let server = Server::start().await;
    server.post(&server.ann, "/api/v1/rooms", json!({"name": "den", "kind": "private"})).await;

    for path in ["", "/events", "/messages", "/members"] {
        assert_eq!(server.get(&server.bob, &format!("/api/v1/rooms/den{path}")).await.status, 404, "{path}");
    }
    assert_eq!(
        server.post(&server.bob, "/api/v1/rooms/den/members", json!({"user": "nobody"})).await.body["field"],
        json!("room")
    );

    let added = server.post(&server.ann, "/api/v1/rooms/den/members", json!({"user": "bob"})).await;
    assert_eq!((added.status, &added.body["user"]["name"]), (200, &json!("bob")));
    assert_eq!(server.post(&server.bob, "/api/v1/rooms/den/messages", json!({"text": "hi"})).await.status, 201);
    let members = server.get(&server.bob, "/api/v1/rooms/den/members?limit=1").await.body;
    assert_eq!(members["items"][0]["name"], json!("ann"));
    assert!(members["next"].is_string());
    assert_eq!(server.ask(&server.bob, Method::DELETE, "/api/v1/rooms/den/members/me", None).await.status, 204);
    assert_eq!(server.get(&server.bob, "/api/v1/rooms/den").await.status, 404);
}

#[actix_web::test]
async fn a_direct_room_is_made_once() {
    let server = Server::start().await;

    let made = server.post(&server.ann, "/api/v1/direct", json!({"user": "BOB"})).await;
    let opened = server.post(&server.bob, "/api/v1/direct", json!({"user": "ann"})).await;

    assert_eq!((made.status, opened.status), (201, 200));
    assert_eq!(made.body, opened.body);
    assert_eq!(server.post(&server.bob, "/api/v1/direct", json!({"user": "nobody"})).await.status, 404);
}

#[actix_web::test]
async fn reading_is_noted() {
    let server = Server::start().await;
    let made = server.post(&server.ann, "/api/v1/rooms", json!({"name": "den"})).await.body;

    let read =
        server.ask(&server.ann, Method::PUT, "/api/v1/rooms/den/read", Some(json!({"seq": made["last_seq"]}))).await;
    let beyond = server.ask(&server.ann, Method::PUT, "/api/v1/rooms/den/read", Some(json!({"seq": 99}))).await;

    assert_eq!((read.status, beyond.status, &beyond.body["field"]), (204, 400, &json!("seq")));
    assert_eq!(server.get(&server.ann, "/api/v1/rooms/den").await.body["unread"], json!(0));
}

#[actix_web::test]
async fn accounts_are_shown_to_accounts() {
    let server = Server::start().await;

    let me = server.get(&server.ann, "/api/v1/me").await.body;
    assert_eq!((&me["name"], &me["kind"], &me["role"]), (&json!("ann"), &json!("account"), &json!("owner")));
    let first = server.get(&server.bob, "/api/v1/users?limit=1").await.body;
    let second =
        server.get(&server.bob, &format!("/api/v1/users?cursor={}", first["next"].as_str().unwrap())).await.body;
    assert_eq!((&first["items"][0]["name"], &second["items"][0]["name"]), (&json!("ann"), &json!("bob")));
    let by_id = server.get(&server.bob, &format!("/api/v1/users/{}", me["id"].as_str().unwrap())).await;
    assert_eq!(by_id.body["name"], json!("ann"));
    assert_eq!(server.get(&server.bob, "/api/v1/users/nobody").await.status, 404);
}

#[actix_web::test]
async fn invites_are_made_by_admins() {
    let server = Server::start().await;
    server.post(&server.ann, "/api/v1/rooms", json!({"name": "den"})).await;
    let new = json!({"room": "den", "max_uses": 2});

    let made = server.post_once(&server.ann, "/api/v1/invites", new.clone(), "k").await;
    let replayed = server.post_once(&server.ann, "/api/v1/invites", new, "k").await;
    let refused = server.post(&server.bob, "/api/v1/invites", json!({})).await;

    assert_eq!((made.status, &made.body["room"]), (201, &json!("den")), "{}", made.body);
    assert_eq!(made.body, replayed.body);
    assert_eq!(refused.status, 403);
    let code = made.body["code"].as_str().unwrap();
    assert_eq!(server.get(&server.ann, "/api/v1/invites").await.body["items"][0]["code"], json!(code));
    let path = format!("/api/v1/invites/{code}");
    assert_eq!(server.ask(&server.bob, Method::DELETE, &path, None).await.status, 404);
    assert_eq!(server.ask(&server.ann, Method::DELETE, &path, None).await.status, 204);
}

#[actix_web::test]
async fn the_secret_of_a_token_is_told_once() {
    let server = Server::start().await;
    let new = json!({"label": "bot"});

    let made = server.post_once(&server.bob, "/api/v1/tokens", new.clone(), "k").await;
    let again = server.post_once(&server.bob, "/api/v1/tokens", new, "k").await;

    assert_eq!((made.status, made.header(CACHE_CONTROL)), (201, "no-store"));
    let token = made.body["token"].as_str().unwrap();
    assert_eq!(server.get(token, "/api/v1/me").await.body["name"], json!("bob"));
    assert_eq!((again.status, &again.body["code"]), (409, &json!("conflict")));
    assert!(!again.body.to_string().contains(token));
    let path = format!("/api/v1/tokens/{}", made.body["id"].as_str().unwrap());
    assert_eq!(server.ask(&server.ann, Method::DELETE, &path, None).await.status, 404);
    assert_eq!(server.ask(&server.bob, Method::DELETE, &path, None).await.status, 204);
    assert_eq!(server.get(token, "/api/v1/me").await.status, 401);
    assert_eq!(server.post(&server.bob, "/api/v1/tokens", json!({"label": ""})).await.body["field"], json!("label"));
}

#[actix_web::test]
async fn a_failed_request_gives_its_key_back_and_one_under_way_keeps_it() {
    let server = Server::start().await;
    let missing = server.post_once(&server.bob, "/api/v1/direct", json!({"user": "nobody"}), "k").await;
    assert_eq!(missing.status, 404);

    let made = server.post_once(&server.bob, "/api/v1/direct", json!({"user": "ann"}), "k").await;
    assert_eq!(made.status, 201);

    let bob = server.get(&server.bob, "/api/v1/me").await.body["id"].as_str().unwrap().to_owned();
    let request = TestRequest::post().uri("/api/v1/rooms").to_srv_request();
    let body = json!({"name": "slow"});
    let print = crate::web::middleware::idempotency::fingerprint(&request, body.to_string().as_bytes());
    let user = crate::domain::ids::UserId::parse(&bob).unwrap();
    server.state.store.claim_key(user, "busy", &print, server.state.clock.now()).await.unwrap();
    let busy = server.post_once(&server.bob, "/api/v1/rooms", body, "busy").await;
    assert_eq!((busy.status, busy.header(RETRY_AFTER)), (409, "1"));
    let bad = server.post_once(&server.bob, "/api/v1/rooms", json!({"name": "x"}), "a b").await;
    assert_eq!((bad.status, &bad.body["field"]), (400, &json!("Idempotency-Key")));
}

#[actix_web::test]
async fn nobody_is_told_to_log_in() {
    let server = Server::start().await;

    for path in ["/api/v1/me", "/api/v1/rooms", "/api/v1/users", "/api/v1/tokens"] {
        for token in ["", "parlor_wrong"] {
            let got = server.get(token, path).await;
            assert_eq!((got.status, got.header("www-authenticate")), (401, "Bearer"), "{path}");
            assert!(got.body["request_id"].is_string());
        }
    }
}

#[actix_web::test]
async fn unknown_addresses_and_wrong_methods_are_problems() {
    let server = Server::start().await;

    let nowhere = server.get(&server.ann, "/api/v1/nowhere").await;
    let wrong = server.ask(&server.ann, Method::DELETE, "/api/v1/rooms", None).await;
    let head = server.ask(&server.ann, Method::HEAD, "/api/v1/rooms", None).await;

    assert_eq!((nowhere.status, nowhere.header("content-type")), (404, super::problem::CONTENT_TYPE));
    assert_eq!((wrong.status, wrong.header(ALLOW)), (405, "GET, HEAD, POST"));
    assert_eq!(head.status, 200);
    assert_eq!(server.get(&server.ann, "/api/v1/rooms/a%20b").await.status, 404);
    assert_eq!(server.get(&server.ann, "/api/v1/rooms/%ff").await.status, 404);
    assert!(nowhere.headers.contains_key("content-security-policy"));
}

#[actix_web::test]
async fn the_server_says_how_it_is() {
    let server = Server::start().await;

    assert_eq!(server.get("", "/healthz").await.body, json!("ok"));
    assert_eq!(server.ask("", Method::HEAD, "/healthz", None).await.status, 200);
    assert_eq!(server.get("", "/readyz").await.body, json!({"status": "ready"}));
    let numbers = server.get("", "/metrics").await.body;
    assert!(numbers.as_str().unwrap().contains("route=\"/healthz\""));

    server.state.draining.begin();
    let draining = server.get("", "/readyz").await;
    assert_eq!((draining.status, &draining.body["status"]), (503, &json!("draining")));
}

#[actix_web::test]
async fn a_guest_may_use_the_lobby_and_no_more() {
    let server = Server::start().await;
    let guest = server.state.auth.new_guest("eve").unwrap();
    let eve = server.state.auth.guest_token(&guest);

    let me = server.get(&eve, "/api/v1/me").await.body;
    assert_eq!((&me["kind"], &me["role"]), (&json!("guest"), &Value::Null));
    assert_eq!(server.post(&eve, "/api/v1/rooms/lobby/messages", json!({"text": "hi"})).await.status, 201);
    assert_eq!(server.get(&eve, "/api/v1/rooms").await.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(server.get(&eve, "/api/v1/users").await.status, 403);
    for (path, body) in [
        ("/api/v1/rooms", json!({"name": "den"})),
        ("/api/v1/direct", json!({"user": "ann"})),
        ("/api/v1/invites", json!({})),
        ("/api/v1/tokens", json!({"label": "bot"})),
    ] {
        assert_eq!(server.post_once(&eve, path, body, "k").await.status, 403, "{path}");
    }
}

#[actix_web::test]
async fn a_foreign_page_is_refused_in_the_words_of_the_address() {
    let server = Server::start().await;
    let app = init_service(routes::app(server.state.clone())).await;

    for (path, kind) in [("/api/v1/rooms", super::problem::CONTENT_TYPE), ("/login", "text/html; charset=utf-8")] {
        let request = TestRequest::post()
            .uri(path)
            .insert_header(("host", "localhost"))
            .insert_header(("Origin", "https://evil.example"));
        let got = read(app.call(request.to_request()).await.unwrap()).await;

        assert_eq!((got.status, got.header("content-type")), (403, kind));
        assert!(got.headers.contains_key("content-security-policy") && got.headers.contains_key("x-request-id"));
    }
}

#[actix_web::test]
async fn a_body_over_the_limit_is_refused_with_a_key_and_without() {
    let server = Server::start().await;
    let body = json!({"name": "a".repeat(crate::domain::limits::BODY_BYTES)});

    assert_eq!(server.post(&server.ann, "/api/v1/rooms", body.clone()).await.status, 413);
    assert_eq!(server.post_once(&server.ann, "/api/v1/rooms", body, "k").await.status, 413);
}
