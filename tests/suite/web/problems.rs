//! Requests that cannot be carried out: a problem document for programs, a page for people.

use reqwest::Method;
use serde_json::json;

use crate::support::{Page, TestServer};

/// A problem document, and nothing else.
fn assert_problem(page: &Page, status: u16, code: &str) {
    assert_eq!((page.status, page.header("content-type")), (status, "application/problem+json"), "{}", page.body);
    let problem = page.json();
    assert_eq!(
        (&problem["status"], &problem["code"], &problem["type"]),
        (&json!(status), &json!(code), &json!("about:blank"))
    );
    assert!(problem["title"].is_string() && problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    assert_eq!(problem["request_id"], page.header("x-request-id"));
}

/// A page of ours with a way on.
fn assert_friendly(page: &Page, status: u16) {
    assert_eq!((page.status, page.header("content-type")), (status, "text/html; charset=utf-8"), "{}", page.body);
    assert!(page.body.contains(&format!("<p class=\"page__status\">{status}</p>")), "{}", page.body);
    assert!(page.body.contains("button--primary"), "a way on");
    assert!(page.body.contains(page.header("x-request-id")));
}

#[tokio::test]
async fn the_api_refuses_bad_bodies_with_a_problem() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let post = |body: String, kind: &'static str| {
        let request = api.request(Method::POST, "/api/v1/rooms/lobby/messages");
        api.send(if kind.is_empty() { request.body(body) } else { request.header("Content-Type", kind).body(body) })
    };
    let kind = "application/json";

    let large = post(format!("{{\"text\": \"{}\"}}", "x".repeat(70 * 1024)), kind).await;
    assert_problem(&large, 413, "too_large");
    for text in ["{", "text=hello", "", "\u{1}", "{\"text\": \"a\"} more"] {
        assert_problem(&post(text.to_owned(), kind).await, 400, "bad_request");
    }
    for other in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"] {
        assert_problem(&post("{\"text\": \"a\"}".to_owned(), other).await, 415, "bad_request");
    }
    assert_problem(&post("{\"text\": \"a\"}".to_owned(), "").await, 415, "bad_request");
    let latin = api.request(Method::POST, "/api/v1/rooms/lobby/messages").header("Content-Type", kind);
    assert_problem(&api.send(latin.body(b"{\"text\": \"\xe9\"}".to_vec())).await, 400, "bad_request");
    assert_eq!(post("{\"text\": \"a\"}".to_owned(), "application/json; charset=utf-8").await.status, 201);
    let key = api.request(Method::POST, "/api/v1/rooms").header("Idempotency-Key", "k").header("Content-Type", kind);
    assert_problem(&api.send(key.body("x".repeat(70 * 1024))).await, 413, "too_large");
}

#[tokio::test]
async fn the_api_names_the_field_that_is_to_blame() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let bodies = [
        ("/api/v1/rooms/lobby/messages", json!({}), "text"),
        ("/api/v1/rooms/lobby/messages", json!({"text": ""}), "text"),
        ("/api/v1/rooms/lobby/messages", json!({"text": "a", "colour": "red"}), "colour"),
        ("/api/v1/rooms/lobby/messages", json!({"text": "a", "reply_to": 99}), "reply_to"),
        ("/api/v1/rooms/lobby/messages", json!({"text": "a", "nonce": ""}), "nonce"),
        ("/api/v1/rooms", json!({"name": "a b"}), "name"),
        ("/api/v1/rooms", json!({"name": "direct-x"}), "name"),
        ("/api/v1/rooms", json!({"name": "fine", "kind": "direct"}), "kind"),
        ("/api/v1/rooms", json!({"name": "fine", "topic": "t".repeat(501)}), "topic"),
    ];
    for (path, body, field) in bodies {
        let refused = api.post(path, body.clone()).await;
        assert_problem(&refused, 400, "bad_request");
        assert_eq!(refused.json()["field"], field, "{body}");
    }
    let long = api.post("/api/v1/rooms/lobby/messages", json!({"text": "x".repeat(16_385)})).await;
    assert_problem(&long, 413, "too_large");
    let queries = [
        ("/api/v1/rooms?limit=0", "limit"),
        ("/api/v1/rooms?limit=201", "limit"),
        ("/api/v1/rooms?limit=ten", "limit"),
        ("/api/v1/rooms?cursor=%21", "cursor"),
        ("/api/v1/rooms?page=2", "page"),
        ("/api/v1/users?limti=2", "limti"),
        ("/api/v1/rooms/lobby/events?limit=0", "limit"),
        ("/api/v1/rooms/lobby/events?limit=201", "limit"),
        ("/api/v1/rooms/lobby/events?before=-1", "before"),
        ("/api/v1/rooms/lobby/events?after=9007199254740992", "after"),
        ("/api/v1/rooms/lobby/events?before=2&after=1", "before"),
        ("/api/v1/rooms/lobby/messages?offset=1", "offset"),
    ];
    for (path, field) in queries {
        let refused = api.get(path).await;
        assert_problem(&refused, 400, "bad_request");
        assert!(refused.body.contains(field), "{path}: {}", refused.body);
    }
    // A name that no room can have is one that none has.
    assert_problem(&api.get("/api/v1/rooms/a%20b").await, 404, "not_found");
    for path in [
        "/api/v1/rooms/lobby/messages/x",
        "/api/v1/rooms/lobby/messages/-1",
        "/api/v1/rooms/lobby/messages/9007199254740992",
    ] {
        assert_problem(&api.get(path).await, 400, "bad_request");
    }
}

#[tokio::test]
async fn an_unknown_path_or_method_of_the_api_is_a_problem() {
    let server = TestServer::start().await;
    let browser = server.browser();

    for path in
        ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/nowhere", "/api/v2/me", "/api/v1/rooms/lobby/x", "/ws/x"]
    {
        assert_problem(&browser.get(path).await, 404, "not_found");
    }
    for (method, path, allow) in [
        (Method::DELETE, "/api/v1/me", "GET"),
        (Method::PUT, "/api/v1/rooms", "GET, POST"),
        (Method::POST, "/api/v1/rooms/lobby/members/me", "PUT, DELETE"),
        (Method::GET, "/api/v1/rooms/lobby/read", "PUT"),
        (Method::POST, "/healthz", "GET"),
    ] {
        let refused = browser.send(browser.request(method.clone(), path)).await;
        assert_problem(&refused, 405, "bad_request");
        let mut allowed: Vec<&str> = refused.header("allow").split(", ").filter(|method| *method != "HEAD").collect();
        let mut expected: Vec<&str> = allow.split(", ").collect();
        allowed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(allowed, expected, "{method} {path}");
    }
    assert_problem(&browser.get("/api/v1/rooms/lobby/members").await, 401, "unauthorized");
}

#[tokio::test]
async fn elsewhere_the_same_faults_are_told_on_a_page() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.post("/guest", &[("name", "gus"), ("next", "")]).await;
    let form = "application/x-www-form-urlencoded";
    let post = |kind: &'static str, body: Vec<u8>| {
        browser.send(browser.request(Method::POST, "/rooms/lobby/messages").header("Content-Type", kind).body(body))
    };

    for path in ["/nowhere", "/rooms/nowhere", "/static/nowhere.js", "/rooms/a%20b", "/%ff", "/rooms/%ff"] {
        assert_friendly(&browser.get(path).await, 404);
    }
    let wrong = browser.send(browser.request(Method::DELETE, "/rooms")).await;
    assert_friendly(&wrong, 405);
    assert!(wrong.header("allow").contains("GET") && wrong.header("allow").contains("POST"), "{:?}", wrong.headers);
    assert_friendly(&browser.get("/logout").await, 405);
    assert_friendly(&post(form, vec![b'x'; 70 * 1024]).await, 413);
    assert_friendly(&post("application/json", b"{\"text\": \"a\"}".to_vec()).await, 415);
    assert_friendly(&post("text/plain", b"text=a".to_vec()).await, 415);
    for body in [&b"text=%ff"[..], b"text=%", b"text=\xff"] {
        assert_friendly(&post(form, body.to_vec()).await, 400);
    }
    let token = browser.request(Method::GET, "/rooms/lobby").header("Authorization", "Bearer nonsense");
    assert_eq!(browser.send(token).await.status, 303, "a page leads to the login");
}

#[tokio::test]
async fn a_page_that_wants_a_login_leads_there_and_back() {
    let (server, _) = TestServer::owned_by("ann").await;
    let nobody = server.browser();
    for (path, login) in [
        ("/settings", "/login?next=%2Fsettings"),
        ("/rooms", "/login?next=%2Frooms"),
        ("/rooms/lobby?before=9", "/login?next=%2Frooms%2Flobby%3Fbefore%3D9"),
        ("/rooms/lobby/1", "/login?next=%2Frooms%2Flobby%2F1"),
    ] {
        assert_eq!(nobody.get(path).await.leads_to(), (303, login));
    }
    assert_eq!(nobody.get("/").await.leads_to(), (303, "/login"));
    assert_friendly(&nobody.get("/nowhere").await, 404);
}
