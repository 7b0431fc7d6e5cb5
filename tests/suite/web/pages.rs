//! What people see and do with pages alone, without a script.

use reqwest::Method;

use crate::support::http::PASSWORD;
use crate::support::{Browser, TestServer};

/// A browser in which somebody has set the server up.
async fn owner(server: &TestServer) -> Browser {
    let browser = server.browser();
    let form = [("server_name", "Our place"), ("name", "ann"), ("password", PASSWORD)];
    assert_eq!(browser.post("/setup", &form).await.location.as_deref(), Some("/rooms/lobby"));
    browser
}

#[tokio::test]
async fn a_fresh_server_leads_a_guest_into_the_lobby() {
    let server = TestServer::start().await;
    let guest = server.browser();
    assert_eq!(guest.get("/").await.location.as_deref(), Some("/rooms/lobby"));
    let lobby = guest.get("/rooms/lobby").await;
    assert!(lobby.status == 200 && lobby.body.contains("Demo") && lobby.body.contains("Pick a name"), "{lobby:?}");
    assert_eq!(lobby.headers["cache-control"], "no-store");

    assert_eq!(
        guest.post("/rooms/lobby/messages", &[("text", "hi")]).await.location.as_deref(),
        Some("/guest?next=%2Frooms%2Flobby")
    );
    assert_eq!(guest.post("/guest", &[("name", "a b"), ("next", "/rooms/lobby")]).await.status, 422);
    let named = guest.post("/guest", &[("name", "eve"), ("next", "/rooms/lobby")]).await;
    assert_eq!((named.status, named.location.as_deref()), (303, Some("/rooms/lobby")));
    let sent = guest.post("/rooms/lobby/messages", &[("text", "*hello* <b>"), ("nonce", "n1")]).await;
    assert_eq!((sent.status, sent.location.as_deref()), (303, Some("/rooms/lobby")));
    guest.post("/rooms/lobby/messages", &[("text", "*hello* <b>"), ("nonce", "n1")]).await;

    let lobby = guest.get("/rooms/lobby").await;
    assert!(lobby.body.matches("<em>hello</em> &lt;b&gt;").count() >= 1, "{lobby:?}");
    assert!(lobby.body.contains("class=\"message__author\" dir=\"auto\">eve"), "{lobby:?}");
    assert!(guest.get("/rooms/lobby/1").await.body.contains("data-focus-seq=\"1\""));
    assert_eq!(guest.get("/rooms/lobby/99").await.status, 404);
    assert_eq!(guest.post("/logout", &[]).await.status, 303);
    assert!(guest.get("/rooms/lobby").await.body.contains("Pick a name"));
}

#[tokio::test]
async fn the_first_account_sets_the_server_up_and_guests_are_off() {
    let server = TestServer::start().await;
    let owner = owner(&server).await;

    let lobby = owner.get("/rooms/lobby").await;
    assert!(lobby.body.contains("Our place") && lobby.body.contains("id=\"text\"") && !lobby.body.contains("Demo"));
    let stranger = server.browser();
    assert_eq!(stranger.get("/").await.location.as_deref(), Some("/login"));
    assert_eq!(
        stranger.get("/rooms/lobby?before=5").await.location.as_deref(),
        Some("/login?next=%2Frooms%2Flobby%3Fbefore%3D5")
    );
    assert_eq!(stranger.get("/settings").await.location.as_deref(), Some("/login?next=%2Fsettings"));
    assert_eq!(stranger.get("/setup").await.location.as_deref(), Some("/"));
    assert_eq!(
        stranger.post("/rooms/lobby/messages", &[("text", "x")]).await.location.as_deref(),
        Some("/login?next=%2Frooms%2Flobby")
    );
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_but_no_password() {
    let server = TestServer::start().await;
    let owner = owner(&server).await;
    let stranger = server.browser();

    let wrong = stranger.post("/login", &[("name", "ann"), ("password", "secret-typed"), ("next", "//evil")]).await;
    assert!(wrong.status == 401 && wrong.body.contains("value=\"ann\""), "{wrong:?}");
    assert!(!wrong.body.contains("secret-typed") && !wrong.body.contains("evil"), "{wrong:?}");

    let long = "x".repeat(16 * 1024 + 1);
    let refused = owner.post("/rooms/lobby/messages", &[("text", &long)]).await;
    assert!(refused.status == 422 && refused.body.contains(&long) && refused.body.contains("Send it in parts"));
    let room = owner.post("/rooms", &[("name", "a b"), ("topic", "tea"), ("kind", "private")]).await;
    assert!(room.status == 422 && room.body.contains("value=\"a b\"") && room.body.contains("value=\"tea\""));
    let many = owner.post("/rooms/lobby/members", &[("person", "nobody")]).await;
    assert!(many.status == 422 && many.body.contains("There is nobody of this name"), "{many:?}");
}

#[tokio::test]
async fn a_login_goes_on_to_pages_of_ours_only() {
    let server = TestServer::start().await;
    owner(&server).await;
    let log_in = |next: &'static str| {
        let browser = server.browser();
        async move { browser.post("/login", &[("name", "ann"), ("password", PASSWORD), ("next", next)]).await.location }
    };
    assert_eq!(log_in("/rooms/lobby").await.as_deref(), Some("/rooms/lobby"));
    assert_eq!(log_in("//evil.example").await.as_deref(), Some("/"));
    assert_eq!(log_in("https://evil.example").await.as_deref(), Some("/"));
}

#[tokio::test]
async fn a_private_room_does_not_exist_for_others_until_an_invite_leads_in() {
    let server = TestServer::start().await;
    let ann = owner(&server).await;
    assert_eq!(
        ann.post("/rooms", &[("name", "secret"), ("kind", "private")]).await.location.as_deref(),
        Some("/rooms/secret")
    );
    ann.post("/rooms/secret/messages", &[("text", "between us")]).await;
    ann.post("/invites", &[("room", "secret")]).await;
    let settings = ann.get("/settings").await.body;
    let code = settings.split("/invite/").nth(1).and_then(|rest| rest.get(..22)).expect("a code").to_owned();
    ann.post("/invites", &[("room", ""), ("max_uses", "1")]).await;
    let settings = ann.get("/settings").await.body;
    let codes: Vec<&str> = settings.split("/invite/").skip(1).filter_map(|rest| rest.get(..22)).collect();
    let plain = codes.iter().find(|other| **other != code).expect("two invites");

    let bob = server.browser();
    assert!(bob.get(&format!("/invite/{plain}")).await.body.contains("ann invited you"));
    let registered = bob.post("/register", &[("code", plain), ("name", "bob"), ("password", "battery staple")]).await;
    assert_eq!((registered.status, registered.location.as_deref()), (303, Some("/rooms/lobby")));
    assert_eq!(bob.get("/rooms/secret").await.status, 404);
    assert_eq!(bob.get("/rooms/no-such").await.status, 404);
    assert!(!bob.get("/rooms").await.body.contains("secret"));

    assert_eq!(bob.post(&format!("/invite/{code}"), &[]).await.location.as_deref(), Some("/rooms/secret"));

    assert!(bob.get("/rooms/secret").await.body.contains("between us"));
    assert_eq!(bob.post("/invites", &[("room", "lobby")]).await.status, 403);
    assert_eq!(server.browser().get("/invite/wrong").await.status, 404);
    let direct = bob.get("/direct/ann").await;
    assert!(direct.body.contains("Start conversation"), "{direct:?}");
    assert_eq!(bob.post("/direct/ann", &[]).await.location.as_deref(), Some("/direct/ann"));
    let direct = bob.get("/direct/ann").await;
    let post_url = direct.body.split("action=\"").find(|part| part.contains("/messages\"")).expect("a composer");
    let post_url = post_url.split('"').next().expect("an address");
    assert_eq!(bob.post(post_url, &[("text", "psst")]).await.location.as_deref(), Some("/direct/ann"));
    let direct = ann.get("/direct/bob").await;
    assert!(direct.body.contains("psst") && direct.body.contains("new-line") && !direct.body.contains("joined"));
    assert!(bob.get("/direct/nobody").await.status == 404);
}

#[tokio::test]
async fn what_is_new_is_marked_once() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let ann = owner(&server).await;
    ann.get("/rooms/lobby").await;
    let new_lines = |html: &str| html.matches("class=\"new-line\"").count();
    ann.post("/invites", &[("max_uses", "1")]).await;
    let settings = ann.get("/settings").await.body;
    let code = settings.split("/invite/").nth(1).and_then(|rest| rest.get(..22)).expect("a code").to_owned();
    let bob = server.browser();
    bob.post("/register", &[("code", &code), ("name", "bob"), ("password", "battery staple")]).await;
    for number in 0..60 {
        bob.post("/rooms/lobby/messages", &[("text", &format!("number {number}."))]).await;
    }

    // One more stands in the template for the script.
    assert_eq!(new_lines(&ann.get("/rooms/lobby/3").await.body), 2);
    let newest = ann.get("/rooms/lobby").await.body;
    assert!(newest.contains("number 59.") && !newest.contains("number 5."), "{newest}");
    assert_eq!(new_lines(&ann.get("/rooms/lobby").await.body), 1);
    let older = newest.split("data-older href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("older");
    let older = ann.get(older).await.body;
    assert!(older.contains("number 5.") && !older.contains("number 59.") && older.contains("Show newer"), "{older}");
}

#[tokio::test]
async fn a_token_is_shown_once_and_a_password_change_ends_other_browsers() {
    let server = TestServer::start().await;
    let ann = owner(&server).await;
    let other = server.browser();
    other.post("/login", &[("name", "ann"), ("password", PASSWORD)]).await;
    assert_eq!(other.get("/settings").await.status, 200);

    let made = ann.post("/settings/tokens", &[("label", "script")]).await;
    assert!(made.status == 200 && made.body.contains("parlor_"), "{made:?}");
    assert_eq!(made.headers["cache-control"], "no-store");
    let settings = ann.get("/settings").await.body;
    assert!(settings.contains("script") && !settings.contains("parlor_"));
    assert_eq!(ann.post("/settings/tokens", &[("label", "")]).await.status, 422);
    let wrong = ann.post("/settings/password", &[("current", "x"), ("new", "another one")]).await;
    assert!(wrong.status == 401 && wrong.body.contains("not your current password"), "{wrong:?}");
    let short = ann.post("/settings/password", &[("current", PASSWORD), ("new", "x")]).await;
    assert_eq!(short.status, 422);
    let changed = ann.post("/settings/password", &[("current", PASSWORD), ("new", "another one")]).await;
    assert_eq!(changed.location.as_deref(), Some("/settings?saved=password#password"));
    assert!(ann.get("/settings?saved=password").await.body.contains("Saved"));
    assert_eq!(other.get("/settings").await.location.as_deref(), Some("/login?next=%2Fsettings"));
    assert_eq!(ann.post("/settings/profile", &[("name", "anna")]).await.status, 303);
    assert!(ann.get("/settings").await.body.contains("value=\"anna\""));
}

#[tokio::test]
async fn bodies_that_are_no_forms_are_refused_with_a_page() {
    let server = TestServer::start().await;
    let browser = owner(&server).await;
    let post = |body: Vec<u8>, kind: &'static str| {
        let request = browser.request(Method::POST, "/rooms/lobby/messages");
        browser.send(request.header("content-type", kind).body(body))
    };
    let form = "application/x-www-form-urlencoded";
    let large = post(vec![b'a'; 64 * 1024 + 1], form).await;
    assert!(large.status == 413 && large.body.contains("<h1>Too large</h1>"), "{large:?}");
    let bad = post(b"text=%FF".to_vec(), form).await;
    assert!(bad.status == 400 && bad.body.contains("UTF-8"), "{bad:?}");
    assert_eq!(post(b"{}".to_vec(), "application/json").await.status, 415);
}

#[tokio::test]
async fn static_files_are_served_and_nothing_else() {
    let server = TestServer::start().await;
    let browser = server.browser();
    for path in ["/static/v-dev/css/tokens.css", "/static/css/tokens.css"] {
        let file = browser.get(path).await;
        assert_eq!((file.status, file.headers["content-type"].to_str().ok()), (200, Some("text/css; charset=utf-8")));
        assert!(file.headers.contains_key("etag") && file.headers["cache-control"] == "no-cache", "{file:?}");
    }
    for path in [
        "/static/",
        "/static/css/",
        "/static/css",
        "/static/../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/..%2fCargo.toml",
        "/static/v-dev/..%5cCargo.toml",
        "/static/none.css",
        "/static//etc/passwd",
    ] {
        let file = browser.get(path).await;
        assert!(matches!(file.status, 400 | 404), "{path} {file:?}");
    }
}

#[tokio::test]
async fn a_page_answers_head_and_refuses_other_methods() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let head = browser.send(browser.request(Method::HEAD, "/rooms/lobby")).await;
    assert!(head.status == 200 && head.body.is_empty(), "{head:?}");
    let put = browser.send(browser.request(Method::PUT, "/rooms/lobby")).await;
    assert_eq!(put.status, 405);
}
