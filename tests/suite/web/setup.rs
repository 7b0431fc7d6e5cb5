//! The first account: who makes it, how, and what ends with it.

use parlor::config::Admin;
use parlor::domain::name::UserName;
use reqwest::Method;
use serde_json::json;

use crate::support::{Browser, Client, PASSWORD, Page, TestServer};

/// Sends the form of set-up as a browser would that came by this name, perhaps through a proxy.
async fn set_up_from(browser: &Browser, host: &str, code: &str) -> Page {
    let fields = [("name", "ann"), ("password", PASSWORD), ("server_name", "Parlor"), ("code", code)];
    let request =
        browser.request(Method::POST, "/setup").header("Host", host).header("Origin", format!("http://{host}"));
    browser.send(request.form(&fields)).await
}

#[tokio::test]
async fn the_first_account_owns_the_server_and_ends_the_demo() {
    let server = TestServer::start().await;
    let browser = server.browser();
    assert!(browser.get("/rooms/lobby").await.body.contains("Demo: no account yet"));

    browser.set_up("ann").await;

    let me = server.api(&browser).await.get("/api/v1/me").await.json();
    assert_eq!((&me["name"], &me["kind"], &me["role"]), (&json!("ann"), &json!("account"), &json!("owner")));
    let lobby = browser.get("/rooms/lobby").await;
    assert_eq!(lobby.status, 200);
    assert!(!lobby.body.contains("Demo: no account yet"));
}

#[tokio::test]
async fn set_up_shows_the_guests_out_and_keeps_them_out() {
    let server = TestServer::start().await;
    let guest = server.browser();
    let named = guest.post("/guest", &[("name", "gus"), ("next", "/rooms/lobby")]).await;
    assert_eq!(named.leads_to(), (303, "/rooms/lobby"));
    assert_eq!(guest.post("/rooms/lobby/messages", &[("text", "before")]).await.status, 303);
    let mut live = server.guest("eve").await;
    live.join("lobby").await;

    server.browser().set_up("ann").await;

    assert_eq!(live.shown_out().await, ("guests are not welcome here any more".to_owned(), 1008));
    let login = "/login?next=%2Frooms%2Flobby";
    assert_eq!(guest.get("/rooms/lobby").await.leads_to(), (303, login));
    assert_eq!(guest.post("/rooms/lobby/messages", &[("text", "after")]).await.leads_to(), (303, login));
    assert_eq!(guest.post("/guest", &[("name", "gus"), ("next", "/rooms/lobby")]).await.leads_to(), (303, login));
    let json = ("Sec-WebSocket-Protocol", "parlor.v1.json");
    let cookies = guest.cookies();
    for headers in [&[json][..], &[json, ("Cookie", cookies.as_str())]] {
        let refusal = Client::try_connect(&server, "/ws?name=eve", headers).await.err().expect("refused");
        assert_eq!((refusal.status, &refusal.problem["code"]), (401, &json!("unauthorized")));
    }
}

#[tokio::test]
async fn a_second_set_up_is_refused() {
    let (server, owner) = TestServer::owned_by("ann").await;
    let other = server.browser();

    let form = [("name", "eve"), ("password", PASSWORD), ("server_name", "Mine"), ("code", "")];
    let refused = other.post("/setup", &form).await;

    assert_eq!(refused.leads_to(), (303, "/login"));
    assert_eq!(refused.cookie("parlor_session"), "");
    assert_eq!(other.get("/setup").await.leads_to(), (303, "/"));
    let users = server.api(&owner).await.get("/api/v1/users").await.json();
    assert_eq!((users["items"].as_array().map(Vec::len), &users["items"][0]["name"]), (Some(1), &json!("ann")));
    assert!(!owner.get("/rooms/lobby").await.body.contains("Mine"));
}

#[tokio::test]
async fn of_two_set_ups_at_the_same_moment_one_makes_the_owner() {
    let server = TestServer::start().await;
    let (one, other) = (server.browser(), server.browser());
    let form = |name| [("name", name), ("password", PASSWORD), ("server_name", "Parlor"), ("code", "")];
    let (ann, bob) = (form("ann"), form("bob"));

    let (first, second) = tokio::join!(one.post("/setup", &ann), other.post("/setup", &bob));

    let mut led = [first.leads_to(), second.leads_to()];
    led.sort_unstable();
    assert_eq!(led, [(303, "/login"), (303, "/rooms/lobby")]);
    let owner = if first.leads_to().1 == "/login" { other } else { one };
    let users = server.api(&owner).await.get("/api/v1/users").await.json();
    assert_eq!(users["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn somebody_who_comes_by_another_name_needs_the_code_of_the_console() {
    let server = TestServer::start().await;
    let code = server.setup_code.clone().expect("a code, as there is no account");
    let browser = server.browser();
    assert!(!browser.get("/setup").await.body.contains("id=\"code\""), "this machine needs none");
    let far = browser.request(Method::GET, "/setup").header("Host", "chat.example");
    assert!(browser.send(far).await.body.contains("id=\"code\""));

    for wrong in ["", "000-000", "code"] {
        let refused = set_up_from(&browser, "chat.example", wrong).await;
        assert_eq!(refused.status, 422, "{wrong:?}");
        assert_eq!(refused.field("name"), "ann", "what was typed is kept");
        assert!(!refused.body.contains(&code) && !refused.body.contains(PASSWORD));
    }

    assert_eq!(set_up_from(&browser, "chat.example", &code).await.leads_to(), (303, "/rooms/lobby"));
}

#[tokio::test]
async fn behind_a_proxy_everybody_needs_the_code_and_nobody_can_try_many() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let fields = [("name", "ann"), ("password", PASSWORD), ("server_name", "Parlor"), ("code", "guess")];
    let guess = || browser.request(Method::POST, "/setup").header("X-Forwarded-For", "192.0.2.7").form(&fields);
    for _ in 0..5 {
        assert_eq!(browser.send(guess()).await.status, 422);
    }

    let throttled = browser.send(guess()).await;

    assert_eq!((throttled.status, throttled.header("retry-after")), (429, "12"));
}

#[tokio::test]
async fn a_bad_name_or_password_is_told_and_what_was_typed_is_kept() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let cases = [
        (("a b", PASSWORD, "Den"), "may not contain"),
        (("ann", "1234567", "Den"), "at least 8 characters"),
        (("ann", PASSWORD, "two\nlines"), "in one line"),
    ];
    for ((name, password, server_name), words) in cases {
        let form = [("name", name), ("password", password), ("server_name", server_name), ("code", "")];
        let refused = browser.post("/setup", &form).await;

        assert_eq!(refused.status, 422, "{name} {server_name}");
        assert!(refused.body.contains(words), "{words:?} in {}", refused.body);
        assert_eq!(refused.field("name"), name);
        assert!(!refused.body.contains(password));
    }
    assert!(browser.get("/rooms/lobby").await.body.contains("Demo: no account yet"));
}

#[tokio::test]
async fn the_settings_make_the_owner_without_a_browser() {
    let server = TestServer::start_with(|config| {
        let name = UserName::parse("ann").expect("a good name");
        config.access.admin = Some(Admin { name, password: PASSWORD.to_owned().into() });
    })
    .await;
    assert_eq!(server.setup_code, None);
    let browser = server.browser();
    assert_eq!(browser.get("/setup").await.leads_to(), (303, "/"));
    assert_eq!(browser.get("/").await.leads_to(), (303, "/login"), "guests are off");

    assert_eq!(browser.log_in("ann").await.status, 303);
    assert_eq!(server.api(&browser).await.get("/api/v1/me").await.json()["role"], "owner");

    let server = server.restart().await;
    assert_eq!(server.browser().log_in("ann").await.status, 303, "once is enough");
}
