//! Whose address counts: that of the connection, unless a proxy that the settings name says otherwise. What anybody else
//! writes into the headers of proxies changes nothing, at any door.

use parlor::config::Config;
use parlor::domain::address_range::AddressRange;
use parlor::domain::limits;
use reqwest::Method;
use serde_json::json;

use crate::support::{Browser, Client, PASSWORD, Page, TestServer};

/// Every way to say that one asks for somebody else.
const FORGED: [(&str, &str); 4] = [
    ("X-Forwarded-For", "198.51.100.7"),
    ("Forwarded", "for=198.51.100.7;proto=https;host=evil.example"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "evil.example"),
];

fn trusting(config: &mut Config) {
    config.listen.trusted_proxies = vec![AddressRange::parse("127.0.0.0/8").expect("a range")];
}

async fn log_in(browser: &Browser, password: &str, headers: &[(&str, &str)]) -> Page {
    let request =
        browser.request(Method::POST, "/login").form(&[("name", "ann"), ("password", password), ("next", "")]);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    browser.send(request).await
}

#[tokio::test]
async fn forged_addresses_give_no_more_tries() {
    let (server, _) = TestServer::owned_by("ann").await;
    let browser = server.browser();
    for last in 0..5 {
        let address = format!("198.51.100.{last}");
        assert_eq!(log_in(&browser, "wrong password", &[("X-Forwarded-For", &address)]).await.status, 401);
    }
    for (name, value) in FORGED {
        assert_eq!(log_in(&browser, PASSWORD, &[(name, value)]).await.status, 429, "{name}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_visitor_has_tries_of_their_own() {
    let server = TestServer::start_with(trusting).await;
    server.browser().set_up("ann").await;
    let browser = server.browser();
    for _ in 0..5 {
        // What the client has written stands before what the proxy has added.
        let refused = log_in(&browser, "wrong password", &[("X-Forwarded-For", "203.0.113.9, 198.51.100.7")]).await;
        assert_eq!(refused.status, 401);
    }

    assert_eq!(log_in(&browser, PASSWORD, &[("X-Forwarded-For", "203.0.113.9, 198.51.100.7")]).await.status, 429);
    assert_eq!(log_in(&browser, PASSWORD, &[("Forwarded", "for=\"198.51.100.7:99\"")]).await.status, 429);
    assert_eq!(log_in(&browser, PASSWORD, &[("X-Forwarded-For", "203.0.113.9")]).await.status, 303);
}

#[tokio::test]
async fn a_forged_scheme_makes_no_cookie_secure_and_no_promise_of_tls() {
    let server = TestServer::start().await;
    server.browser().set_up("ann").await;
    let browser = server.browser();

    let page = log_in(&browser, PASSWORD, &FORGED).await;

    assert_eq!(page.status, 303);
    assert!(!page.cookie("parlor_session").contains("Secure"), "{page:?}");
    assert_eq!(page.header("strict-transport-security"), "");
}

#[tokio::test]
async fn a_trusted_proxy_says_whether_the_browser_came_over_tls() {
    let server = TestServer::start_with(trusting).await;
    server.browser().set_up("ann").await;
    let browser = server.browser();

    let over_tls = log_in(&browser, PASSWORD, &[("X-Forwarded-Proto", "https")]).await;
    let without = log_in(&browser, PASSWORD, &[("X-Forwarded-Proto", "http")]).await;

    assert!(over_tls.cookie("parlor_session").contains("Secure"));
    assert!(over_tls.header("strict-transport-security").starts_with("max-age="));
    assert!(!without.cookie("parlor_session").contains("Secure"));
    assert_eq!(without.header("strict-transport-security"), "");
}

#[tokio::test]
async fn a_forged_host_lets_no_foreign_page_in_and_a_trusted_one_lets_our_own() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let foreign = |browser: &Browser| {
        browser
            .request(Method::POST, "/rooms/lobby/messages")
            .header("Origin", "https://chat.example")
            .header("X-Forwarded-Host", "chat.example")
            .header("X-Forwarded-Proto", "https")
            .form(&[("text", "hello")])
    };
    assert_eq!(ann.send(foreign(&ann)).await.status, 403);
    let cookies = ann.cookies();
    let headers = [
        ("Cookie", cookies.as_str()),
        ("Sec-WebSocket-Protocol", "parlor.v1.json"),
        ("Origin", "https://chat.example"),
        ("X-Forwarded-Host", "chat.example"),
        ("X-Forwarded-Proto", "https"),
    ];
    let refusal = Client::try_connect(&server, "/ws", &headers).await.err().expect("refused");
    assert_eq!((refusal.status, &refusal.problem["code"]), (403, &json!("forbidden")));

    let server = TestServer::start_with(trusting).await;
    let ann = server.browser();
    ann.set_up("ann").await;
    assert_eq!(ann.send(foreign(&ann)).await.status, 303);
    let cookies = ann.cookies();
    let headers = [&[("Cookie", cookies.as_str())], &headers[1..]].concat();
    assert!(Client::try_connect(&server, "/ws", &headers).await.is_ok());
}

#[tokio::test]
async fn places_for_websockets_are_counted_by_the_address_that_counts() {
    let one_each = |config: &mut Config| config.limits.connections_per_address = 1;
    let server = TestServer::start_with(one_each).await;
    let _held = server.guest("ann").await;
    for (name, value) in FORGED {
        let refusal = Client::try_connect(&server, "/ws?name=bob", &[(name, value)]).await.err().expect("refused");
        assert_eq!((refusal.status, &refusal.problem["code"]), (429, &json!("rate_limited")), "{name}");
    }

    let server = TestServer::start_with(|config| {
        one_each(config);
        trusting(config);
    })
    .await;
    let json = ("Sec-WebSocket-Protocol", "parlor.v1.json");
    let connect = |name: &'static str, address: &'static str| {
        let server = &server;
        async move { Client::try_connect(server, name, &[("X-Forwarded-For", address), json]).await }
    };
    let _ann = connect("/ws?name=ann", "198.51.100.1").await.expect("a place");
    let _bob = connect("/ws?name=bob", "198.51.100.2").await.expect("a place of another address");
    assert_eq!(connect("/ws?name=eve", "198.51.100.1").await.err().map(|refusal| refusal.status), Some(429));
}

#[tokio::test]
async fn behind_a_proxy_nobody_is_at_this_machine_whatever_the_headers_say() {
    for trusts in [false, true] {
        let server = TestServer::start_with(|config| {
            if trusts {
                trusting(config);
            }
        })
        .await;
        for (name, value) in [
            ("X-Forwarded-For", "127.0.0.1"),
            ("X-Forwarded-For", "198.51.100.7"),
            ("Forwarded", "for=127.0.0.1"),
            ("X-Real-IP", "127.0.0.1"),
        ] {
            let browser = server.browser();
            let form = [("name", "ann"), ("password", PASSWORD), ("server_name", "")];
            let request = browser.request(Method::POST, "/setup").header(name, value).form(&form);
            let refused = browser.send(request).await;
            assert_eq!((refused.status, refused.cookie("parlor_session")), (422, ""), "{trusts} {name}: {value}");
        }
    }
}

#[tokio::test]
async fn requests_of_one_address_are_counted_and_told_when_to_come_back() {
    let server = TestServer::start_with(|config| {
        config.limits.requests_per_second = 1;
        config.limits.request_burst = 3;
    })
    .await;
    let browser = server.browser();
    for _ in 0..3 {
        assert_eq!(browser.get("/api/v1/emoji").await.status, 200);
    }

    let program = browser.get("/api/v1/emoji").await;
    assert_eq!((program.status, program.header("retry-after")), (429, "1"));
    assert_eq!(program.header("content-type"), "application/problem+json");
    assert_eq!(program.json()["code"], "rate_limited");
    let page = browser.get("/login").await;
    assert_eq!((page.status, page.header("retry-after")), (429, "1"));
    assert!(page.header("content-type").starts_with("text/html") && page.body.contains("</html>"));
    for (name, value) in FORGED {
        let forged = browser.request(Method::GET, "/api/v1/emoji").header(name, value);
        assert_eq!(browser.send(forged).await.status, 429, "{name}");
    }
    assert_eq!(browser.get("/healthz").await.status, 200, "probes are not counted");
    assert_eq!(browser.get("/static/css/base.css").await.status, 200, "nor are files");

    server.pass(std::time::Duration::from_secs(1));
    assert_eq!(browser.get("/api/v1/emoji").await.status, 200);
    assert_eq!(browser.get("/api/v1/emoji").await.status, 429);
}

#[tokio::test]
async fn ways_in_are_counted_once_more_and_not_when_limits_are_off() {
    let few = |config: &mut Config| config.limits.sign_ins_per_minute = 2;
    let server = TestServer::start_with(few).await;
    let guest = |server: &TestServer, number: u32| {
        let browser = server.browser();
        async move { browser.post("/guest", &[("name", &*format!("g{number}")), ("next", "")]).await }
    };
    assert_eq!(guest(&server, 0).await.status, 303);
    let program = server.browser();
    let made = program.request(Method::POST, "/api/v1/guests").json(&json!({"name": "g1"}));
    assert_eq!(program.send(made).await.status, 201);
    let refused = guest(&server, 2).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "30"));
    assert_eq!(refused.cookie("parlor_guest"), "");
    for path in ["/login", "/register", "/setup"] {
        let refused = server.browser().post(path, &[("name", "x"), ("password", "y")]).await;
        assert_eq!(refused.status, 429, "{path}");
    }
    assert_eq!(server.browser().get("/login").await.status, 200, "the form may be looked at");

    let server = TestServer::start_with(|config| {
        few(config);
        config.limits.rate_limits = false;
    })
    .await;
    for number in 0..5 {
        assert_eq!(guest(&server, number).await.status, 303);
    }
}

#[tokio::test]
async fn a_handshake_that_comes_too_soon_is_told_when_to_come_back() {
    let server = TestServer::start_with(|config| {
        config.limits.handshakes_per_second = 1;
        config.limits.handshake_burst = 1;
    })
    .await;
    let _first = server.guest("ann").await;

    let refused = server.browser().get("/ws?name=bob").await;

    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    assert_eq!(refused.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn whoever_guesses_at_an_account_keeps_its_owner_out_of_nothing() {
    let server = TestServer::start_with(trusting).await;
    server.browser().set_up("ann").await;
    let from = |last: usize| format!("198.51.100.{last}");
    for last in 1..=10 {
        for _ in 0..6 {
            let _ = log_in(&server.browser(), "wrong password", &[("X-Forwarded-For", &from(last))]).await;
        }
    }

    assert_eq!(log_in(&server.browser(), PASSWORD, &[("X-Forwarded-For", &from(1))]).await.status, 429);
    assert_eq!(log_in(&server.browser(), PASSWORD, &[("X-Forwarded-For", &from(200))]).await.status, 303);
}

async fn hashes(server: &TestServer) -> u64 {
    let metrics = server.browser().get("/metrics").await.body;
    let line = metrics.lines().find_map(|line| line.strip_prefix("parlor_password_hashes_total ")).expect("a line");
    line.parse().expect("a number")
}

/// The time an answer takes is mostly that of hashing: the work is what must not tell, and it is counted, not timed.
#[tokio::test]
async fn a_name_that_is_not_there_costs_the_same_work_as_one_that_is() {
    let (server, _) = TestServer::owned_by("ann").await;
    let cost = |name: String, password: String| {
        let server = &server;
        async move {
            let before = hashes(server).await;
            let form = [("name", name.as_str()), ("password", password.as_str()), ("next", "")];
            let page = server.browser().post("/login", &form).await;
            (page.status, hashes(server).await - before)
        }
    };

    assert_eq!(cost("nobody".to_owned(), "not the password".to_owned()).await, (401, 1), "the first one, too");
    assert_eq!(cost("ann".to_owned(), "not the password".to_owned()).await, (401, 1));
    assert_eq!(cost("not a name at all".to_owned(), "x".to_owned()).await, (401, 1));
    let long = "x".repeat(limits::PASSWORD_MAX_BYTES + 1);
    assert_eq!(cost("nobody".to_owned(), long.clone()).await, cost("ann".to_owned(), long).await);
}

#[tokio::test]
async fn nobody_hides_behind_a_proxy_by_a_second_account_of_themselves() {
    let (server, ann) = {
        let server = TestServer::start_with(trusting).await;
        let ann = server.browser();
        ann.set_up("ann").await;
        (server, ann)
    };
    let get = async |headers: &[(&str, &str)]| {
        let request = ann.request(Method::GET, "/rooms");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        ann.send(request).await.status
    };

    assert_eq!(get(&[("X-Forwarded-For", "198.51.100.7")]).await, 200);
    assert_eq!(get(&[("X-Forwarded-For", "198.51.100.7"), ("Forwarded", "for=198.51.100.7")]).await, 200);
    assert_eq!(get(&[("X-Forwarded-For", "198.51.100.7"), ("Forwarded", "for=127.0.0.1")]).await, 400);
    drop(server);
}
