//! What becomes of what people write: Markdown, mentions, emoji, and the look at it before it is sent.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestServer;

#[tokio::test]
async fn a_preview_is_what_the_message_will_be() {
    let (server, ann) = TestServer::owned_by("ann").await;
    ann.invite(&server, "bob").await;
    let api = server.api(&ann).await;
    let text = "**hello** @bob and @nobody, see #lobby\n\n```rust\nlet a = 1;\n```";

    let preview = api.post("/api/v1/preview", json!({ "text": text })).await;

    assert_eq!(preview.status, 200, "{}", preview.body);
    let html = preview.json()["html"].as_str().expect("html").to_owned();
    assert!(html.contains("<strong>hello</strong>") && html.contains("class=\"mention\""), "{html}");
    assert!(html.contains("<span class=\"hl-k\">let</span>") && html.contains("@nobody,"), "{html}");
    assert!(html.contains("href=\"/rooms/lobby\""), "{html}");
    ann.post("/rooms/lobby/messages", &[("text", text)]).await;
    let page = ann.get("/rooms/lobby").await;
    assert!(page.body.contains(html.trim_end()), "{html} in {}", page.body);
}

#[tokio::test]
async fn a_preview_calls_everybody_only_where_the_message_will() {
    let (server, ann) = TestServer::owned_by("ann").await;
    ann.make_room("garden", "public").await;
    let bob = ann.invite(&server, "bob").await;
    bob.post("/rooms/garden/join", &[]).await;
    let calls = async |browser, body: Value| {
        let html = server.api(browser).await.post("/api/v1/preview", body).await.json()["html"].to_string();
        html.contains("mention--room")
    };

    assert!(calls(&ann, json!({ "text": "@room", "room": "garden" })).await);
    assert!(!calls(&bob, json!({ "text": "@room", "room": "garden" })).await);
    assert!(!calls(&ann, json!({ "text": "@room" })).await);
}

#[tokio::test]
async fn a_preview_has_the_limits_of_a_message() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    for (body, status, code) in [
        (json!({ "text": " " }), 400, "bad_request"),
        (json!({ "text": "a".repeat(16 * 1024 + 1) }), 413, "too_large"),
        (json!({ "text": "a\u{0}" }), 400, "bad_request"),
        (json!({}), 400, "bad_request"),
        (json!({ "text": "a", "room": "nowhere" }), 404, "not_found"),
    ] {
        let refused = api.post("/api/v1/preview", body.clone()).await;
        assert_eq!((refused.status, &refused.json()["code"]), (status, &json!(code)), "{:.60}", body.to_string());
    }
    let anonymous = server.browser().post("/api/v1/preview", &[]).await;
    assert_ne!(anonymous.status, 200);

    let mut last = 200;
    for _ in 0..200 {
        last = api.post("/api/v1/preview", json!({ "text": "again" })).await.status;
        if last != 200 {
            break;
        }
    }
    assert_eq!(last, 429, "previews count as messages");
}

#[tokio::test]
async fn the_form_shows_a_preview_and_keeps_what_was_typed() {
    let (server, ann) = TestServer::owned_by("ann").await;
    ann.invite(&server, "bob").await;
    let fields = [("text", "*hm* @bob <b>"), ("action", "preview"), ("nonce", "n1")];

    let page = ann.post("/rooms/lobby/messages", &fields).await;

    assert_eq!(page.status, 200);
    let preview = page.body.split("composer__preview").nth(1).expect("a preview").split("</section>").next().unwrap();
    assert!(preview.contains("<em>hm</em>") && preview.contains("class=\"mention\""), "{preview}");
    assert!(page.body.contains("*hm* @bob &lt;b&gt;</textarea>"), "the text is kept");
    let log = server.api(&ann).await.get("/api/v1/rooms/lobby/messages").await.json();
    assert_eq!(log["events"], json!([]), "nothing was sent");
    let bad = ann.post("/rooms/lobby/messages", &[("text", " "), ("action", "preview")]).await;
    assert!(bad.status == 422 && bad.body.contains("Write something first."));
}

#[tokio::test]
async fn the_list_of_emoji_is_kept_by_those_who_have_it() {
    let server = TestServer::start().await;
    let browser = server.browser();
    for path in ["/api/v1/emoji", "/static/v-dev/emoji.json"] {
        let list = browser.get(path).await;
        assert_eq!((list.status, list.header("content-type")), (200, "application/json; charset=utf-8"), "{path}");
        assert_eq!(list.json()[0], json!(["😀", "grinning face", "grinning", 0, 0]), "{path}");
        let again = browser.request(Method::GET, path).header("If-None-Match", list.header("etag"));
        assert_eq!(browser.send(again).await.status, 304, "{path}");
        let squeezed = browser.send(browser.request(Method::GET, path).header("Accept-Encoding", "gzip")).await;
        assert_eq!(squeezed.header("content-encoding"), "gzip", "{path}");
    }
}

#[tokio::test]
async fn a_person_who_is_mentioned_is_a_link_that_survives_a_new_name() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;
    ann.post("/rooms/lobby/messages", &[("text", "hello @bob")]).await;
    let page = ann.get("/rooms/lobby").await.body;
    let link = page.split("class=\"mention\" href=\"").nth(1).expect("a link").split('"').next().unwrap().to_owned();

    for (person, name) in [(&ann, "bob"), (&bob, "bob")] {
        assert!(person.get(&link).await.body.contains(name), "a link for oneself too");
    }
    let renamed = bob.post("/settings/profile", &[("name", "robert")]).await;
    assert!(renamed.status < 400, "{}", renamed.body);
    let card = ann.get(&link).await;
    assert!(card.status == 200 && card.body.contains("robert"), "{}", card.body);
}
