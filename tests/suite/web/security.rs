//! What a foreign page, a sly link or a sly text can do: nothing.

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Browser, Client, PASSWORD, TestServer, within};

/// Every address of pages that changes something.
const UNSAFE: [&str; 17] = [
    "/setup",
    "/login",
    "/logout",
    "/register",
    "/guest",
    "/invites",
    "/invites/x/revoke",
    "/rooms",
    "/rooms/lobby/messages",
    "/rooms/lobby/join",
    "/rooms/lobby/leave",
    "/rooms/lobby/members",
    "/direct/bob",
    "/settings/profile",
    "/settings/password",
    "/settings/devices/x/revoke",
    "/settings/tokens",
];

#[tokio::test]
async fn a_foreign_page_cannot_use_the_cookie() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let own = format!("http://{}", server.address);
    let foreign = [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ];
    for path in UNSAFE.into_iter().chain(["/api/v1/rooms", "/settings/tokens/x/revoke"]) {
        for (name, value) in foreign {
            let refused = ann.send(ann.request(Method::POST, path).header(name, value).form(&[("name", "x")])).await;
            assert_eq!((refused.status, refused.cookie("parlor_session")), (403, ""), "{path} {name}: {value}");
        }
        let mixed = ann.request(Method::POST, path).header("Origin", &own).header("Sec-Fetch-Site", "cross-site");
        assert_eq!(ann.send(mixed.form(&[("name", "x")])).await.status, 403, "{path}");
    }
    assert_eq!(ann.get("/settings").await.status, 200, "she is still logged in");
    let link = ann.request(Method::GET, "/rooms/lobby").header("Sec-Fetch-Site", "cross-site");
    assert_eq!(ann.send(link).await.status, 200, "a link may be followed");
}

#[tokio::test]
async fn a_foreign_page_cannot_open_a_websocket() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let cookies = ann.cookies();
    let json = ("Sec-WebSocket-Protocol", "parlor.v1.json");
    for foreign in [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")] {
        let headers = [json, ("Cookie", cookies.as_str()), foreign];
        let refusal = Client::try_connect(&server, "/ws", &headers).await.err().expect("refused");
        assert_eq!((refusal.status, &refusal.problem["code"]), (403, &json!("forbidden")), "{foreign:?}");
    }
    ann.socket(&server).await.join("lobby").await;
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_bind_the_browser() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let paths =
        ["/", "/rooms/lobby", "/login", "/setup", "/nowhere", "/api/v1/rooms", "/api/v1/x", "/healthz", "/metrics"];
    for path in paths.into_iter().chain(["/static/v-dev/js/app.js", "/static/css/base.css", "/static/x", "/ws"]) {
        let page = browser.get(path).await;

        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; ") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        if !path.starts_with("/static/") {
            assert!(policy.contains("script-src 'self'; style-src 'self'"), "{path}: {policy}");
            assert!(policy.contains("form-action 'self'") && policy.contains("base-uri 'none'"), "{path}");
            assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{path}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(page.header("server"), "", "{path}");
    }
}

#[tokio::test]
async fn pages_hold_no_inline_script_or_style_and_nothing_from_elsewhere() {
    let (_server, ann) = TestServer::owned_by("ann").await;
    ann.post(
        "/rooms/lobby/messages",
        &[("text", "# Hi\n\n- [a](https://example.org) `code`\n\n```rust\nfn x() {}\n```")],
    )
    .await;
    for path in ["/rooms/lobby", "/rooms", "/settings", "/nowhere"] {
        let body = ann.get(path).await.body;
        assert!(!body.contains("<style") && !body.contains(" style="), "{path}");
        assert!(!body.contains(" onclick=") && !body.contains(" onerror=") && !body.contains("javascript:"), "{path}");
        for script in body.split("<script").skip(1) {
            assert!(script.contains("src=\"/static/") && script.contains("></script>"), "{path}: {script:.80}");
        }
        for place in ["src=\"http", "src=\"//", "<link rel=\"stylesheet\" href=\"http"] {
            assert!(!body.contains(place), "{path}: {place}");
        }
    }
}

#[tokio::test]
async fn secrets_stand_in_no_page_and_no_header() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let token = ann.token().await;
    let cookies = ann.cookies();
    let secret = cookies.split('=').nth(1).expect("a secret").to_owned();
    assert!(secret.len() >= 32, "{secret}");

    for path in
        ["/rooms/lobby", "/rooms", "/settings", "/nowhere", "/api/v1/me", "/api/v1/tokens", "/api/v1/users", "/metrics"]
    {
        let page = ann.get(path).await;
        let all = format!("{} {:?}", page.body, page.headers);
        for hidden in [&secret, &token, PASSWORD, "argon2"] {
            assert!(!all.contains(hidden), "{path}");
        }
        let is_shared = path == "/metrics" || page.header("cache-control").contains("no-store");
        assert!(is_shared, "{path} must not be kept by a cache");
    }
    let log = std::fs::read(server.file("parlor.db")).expect("the database");
    let wal = std::fs::read(server.file("parlor.db-wal")).unwrap_or_default();
    for hidden in [secret.as_bytes(), token.as_bytes(), PASSWORD.as_bytes()] {
        let holds = |bytes: &[u8]| bytes.windows(hidden.len()).any(|window| window == hidden);
        assert!(!holds(&log) && !holds(&wal), "the database holds hashes only");
    }
}

/// Sends a path byte by byte: clients tidy up what a URL says.
async fn raw_get(server: &TestServer, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(server.address).await.expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.address);
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = Vec::new();
    within("the answer", stream.read_to_end(&mut answer)).await.expect("read");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn there_is_no_way_out_of_the_static_folder() {
    let server = TestServer::start().await;
    for path in [
        "/static/../Cargo.toml",
        "/static/../../etc/passwd",
        "/static/v-dev/../../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/..%2fCargo.toml",
        "/static/%2e%2e%2fCargo.toml",
        "/static/..%5cCargo.toml",
        "/static/%252e%252e/Cargo.toml",
        "/static//etc/passwd",
        "/static/js/../../Cargo.toml",
        "/static/.",
        "/static/js",
        "/static/",
    ] {
        let answer = raw_get(&server, path).await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{path}: {answer:.300}");
        assert!(!answer.contains("[package]") && !answer.contains("root:"), "{path}");
    }
    assert!(raw_get(&server, "/static/v-dev/js/app.js").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn next_never_leads_to_another_host() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let sly = [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/%0d%0aSet-Cookie:x=y",
        "/\r\nSet-Cookie: x=y",
        "@evil.example",
    ];
    for next in sly {
        let query = next.bytes().fold("/login?next=".to_owned(), |query, byte| format!("{query}%{byte:02X}"));
        let logged_in = ann.get(&query).await;
        assert_harmless(logged_in.location.as_deref(), &server, next);
        let typed = server.browser().get(&query).await;
        assert!(!typed.body.contains("evil.example") && !typed.body.contains("javascript:"), "{next}");
        assert_eq!(logged_in.cookie("x"), "");
    }
    let after = |next: &'static str| {
        let browser: Browser = server.browser();
        async move { browser.post("/login", &[("name", "ann"), ("password", PASSWORD), ("next", next)]).await }
    };
    assert_harmless(after("https://evil.example/").await.location.as_deref(), &server, "a form");
    assert_harmless(after("//evil.example").await.location.as_deref(), &server, "a form");
}

fn assert_harmless(location: Option<&str>, server: &TestServer, next: &str) {
    let base: reqwest::Url = server.url("/").parse().expect("a good address");
    let led = base.join(location.expect("a redirect")).expect("a good address");
    assert_eq!(led.origin(), base.origin(), "{next:?} led to {led}");
}

#[tokio::test]
async fn what_people_write_is_text_and_never_markup() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let sly = "<script>alert(1)</script><img src=x onerror=alert(1)><a href=\"javascript:alert(1)\">x</a>";
    let topic = "</title><script>alert(2)</script>\"><b onclick=x>";
    ann.post("/rooms", &[("name", "garden"), ("kind", "public"), ("topic", topic)]).await;
    let texts =
        [sly, "[x](javascript:alert(1))", "![x](data:text/html,<script>)", "<svg/onload=alert(1)>", "`<script>`"];
    for text in texts {
        assert_eq!(ann.post("/rooms/garden/messages", &[("text", text)]).await.status, 303);
    }
    let headers = [("Cookie", ann.cookies()), ("Sec-WebSocket-Protocol", "parlor.v1.html".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut live = Client::connect(&server, "/ws", &headers).await;
    live.acked(json!({"type": "join", "room": "garden", "after": 0})).await;

    let mut shown = vec![ann.get("/rooms/garden").await.body, ann.get("/rooms").await.body];
    for _ in texts {
        shown.push(live.next_of("message").await["html"].as_str().expect("HTML").to_owned());
    }

    for html in shown {
        for bad in ["<script>", "<img src=x", "<svg/", "<b onclick", "src=\"data:"] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
        for tag in html.split('<').filter_map(|rest| rest.split('>').next()) {
            assert!(!tag.contains("javascript:") || tag.starts_with(char::is_whitespace), "{tag}");
        }
    }
}

#[tokio::test]
async fn the_id_of_a_request_is_echoed_and_checked() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let ask = |id: &'static str| browser.send(browser.request(Method::GET, "/rooms").header("X-Request-Id", id));

    assert_eq!(ask("proxy-7").await.header("x-request-id"), "proxy-7");
    for bad in ["a b", "a=b", "<b>", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        let echoed = ask(bad).await;
        assert!(echoed.header("x-request-id").len() == 32 && echoed.header("x-request-id") != bad);
    }
}

#[tokio::test]
async fn head_says_what_get_would_say_without_the_body() {
    let server = TestServer::start().await;
    let browser = server.browser();
    for path in
        ["/rooms/lobby", "/login", "/rooms", "/api/v1/rooms/nowhere", "/healthz", "/static/css/base.css", "/nowhere"]
    {
        let (get, head) = (browser.get(path).await, browser.send(browser.request(Method::HEAD, path)).await);

        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}
