//! What people with bad intent type, into every field there is. Whatever it is, the page is made of the same elements and
//! attributes as with harmless words, and nothing on it runs, leads to a strange kind of address, or breaks out of the
//! head of an answer. The texts stand in `corpora/*.txt`, one in each line.

#[path = "corpora/reader.rs"]
mod reader;

use reqwest::Method;
use serde_json::json;

use crate::support::{Api, Browser, Page, TestServer};
use reader::Markup;

/// A message with everything messages are made of.
const RICH: &str = "# head\n\n**a** *b* ~~c~~ `d` [e](https://a.example \"t\") www.a.example #lobby @ann @room :smile:\nline\n\n\
    > quote\n\n- list\n\n3. three\n\n---\n\n|a|b|\n|:-|-:|\n|c|d|\n\n```rust\n// x\nfn f(a: u8) -> &'static str { #[a] \"x\"; 1 }\n```\n\n\
    ```diff\n+a\n-b\n```";
/// What a template engine would make of the product in `templates.txt`.
const PRODUCT: &str = "9801547";

/// The first message of the room: her coming in is event 1.
const MESSAGE: &str = "/rooms/den/2";

/// Every text of the corpora.
pub fn all() -> Vec<String> {
    [
        include_str!("corpora/scripts.txt"),
        include_str!("corpora/urls.txt"),
        include_str!("corpora/markup.txt"),
        include_str!("corpora/encodings.txt"),
        include_str!("corpora/templates.txt"),
    ]
    .into_iter()
    // The first line says what is in the file.
    .flat_map(|file| file.lines().skip(1))
    .map(unescaped)
    .collect()
}

/// `\n`, `\r`, `\t`, `\\` and `\u{…}` as what they stand for.
fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('\\') {
        text.push_str(before);
        let mut chars = behind.chars();
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('u') if behind.starts_with("u{") => {
                let (code, after) = behind[2..].split_once('}').unwrap();
                text.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
                rest = after;
                continue;
            }
            Some('\\') | None => text.push('\\'),
            Some(other) => text.extend(['\\', other]),
        }
        rest = chars.as_str();
    }
    text + rest
}

/// The markup of pages with harmless words.
#[derive(Default)]
struct Known(Markup);

impl Known {
    /// A harmless page: what it is made of is known from now on.
    fn learn(&mut self, page: &Page) {
        let (markup, problems) = reader::read(&page.body);
        assert_eq!(problems, [""; 0], "{}", page.body);
        self.0.extend(markup);
    }

    /// A page into which somebody typed this.
    fn check(&self, page: &Page, place: &str, typed: &str) {
        assert_ne!(page.status, 500, "{place} with {typed:?}");
        for name in ["x-injected", "injected"] {
            assert!(!page.headers.contains_key(name), "{place} with {typed:?}: {:?}", page.headers);
        }
        assert_eq!(page.cookie("injected"), "", "{place} with {typed:?}");
        let location = page.location.as_deref().unwrap_or("/");
        assert!(location.starts_with('/') && !location.starts_with("//"), "{place} with {typed:?} leads to {location}");
        if page.header("content-type").starts_with("text/html") {
            let (markup, problems) = reader::read(&page.body);
            assert_eq!(problems, [""; 0], "{place} with {typed:?}");
            let new: Vec<_> = markup.difference(&self.0).collect();
            assert_eq!(new, [""; 0], "{place} with {typed:?}");
        }
        for secret in ["root:x:0", "[dependencies]", PRODUCT] {
            assert!(!page.body.contains(secret), "{place} with {typed:?}: {secret}");
        }
    }
}

/// An address with this text in it.
fn address(before: &str, text: &str, after: &str) -> String {
    let escaped = text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    format!("{before}{escaped}{after}")
}

#[tokio::test]
async fn nothing_that_is_written_into_a_room_runs() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    ann.make_room("den", "private").await;
    let mut known = Known::default();
    ann.post("/rooms/den/messages", &[("text", RICH)]).await;
    api.send(api.request(Method::PATCH, "/api/v1/rooms/den").json(&json!({"topic": "t", "description": "d"}))).await;
    known.learn(&ann.get("/rooms/den").await);
    known.learn(&ann.get("/rooms/den?before=3").await);
    known.learn(&ann.get("/rooms/den?after=1").await);
    known.learn(&ann.post("/rooms/den/messages", &[("text", RICH), ("action", "preview")]).await);
    known.learn(&ann.post("/rooms/den/messages", &[("text", " ")]).await);
    ann.post(&format!("{MESSAGE}/edit"), &[("text", RICH)]).await;
    ann.post(&format!("{MESSAGE}/edit"), &[("text", "fine")]).await;
    ann.post("/settings/status", &[("text", "fine"), ("emoji", ""), ("until", "")]).await;
    for path in [MESSAGE, &format!("{MESSAGE}/edits"), "/rooms", "/rooms/den", "/rooms/den/members", "/settings"] {
        known.learn(&ann.get(path).await);
    }

    let texts = all();
    for text in &texts {
        let place = "a preview";
        known.check(&ann.post("/rooms/den/messages", &[("text", text), ("action", "preview")]).await, place, text);
        known.check(&ann.post("/rooms/den/messages", &[("text", text)]).await, "a message", text);
        known.check(&ann.post(&format!("{MESSAGE}/edit"), &[("text", text)]).await, "an edit", text);
        // What fits into a status is shown beside the name.
        ann.post("/settings/status", &[("text", text), ("emoji", ""), ("until", "")]).await;
        let change = json!({ "topic": text, "description": text });
        if api.send(api.request(Method::PATCH, "/api/v1/rooms/den").json(&change)).await.status < 300 {
            known.check(&ann.get("/rooms").await, "the list of rooms", text);
            known.check(&ann.get("/rooms/den/members").await, "the members", text);
        }
    }
    known.check(&ann.get(&format!("{MESSAGE}/edits")).await, "all that was edited", "all texts");
    // All of them once more, a page at a time, and each as a live frame would bring it.
    let mut before = "/rooms/den".to_owned();
    for page in 0..texts.len() * 4 / 50 {
        let shown = ann.get(&before).await;
        known.check(&shown, &format!("page {page} of the room"), "all texts");
        let Some((_, link)) = shown.body.split_once("data-older href=\"") else { break };
        before = link.split('"').next().unwrap().replace("&amp;", "&");
        if before.is_empty() {
            break;
        }
    }
}

#[tokio::test]
async fn no_name_runs() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("den", "private").await;
    let mut known = Known::default();
    let stranger = server.browser();
    // Once more when topic and description are there.
    let long = "y".repeat(1_200);
    for name in ["a b", "nobody", &long, "a b"] {
        for page in forms_with_names(&ann, &stranger, name).await {
            known.learn(&page.1);
        }
        for path in addresses_with_names(name) {
            known.learn(&ann.get(&path).await);
            known.learn(&stranger.get(&path).await);
        }
    }
    for path in ["/rooms", "/rooms/den", "/rooms/den/members", "/rooms/den/settings"] {
        known.learn(&ann.get(path).await);
    }

    // None of these is a name: each is typed back and forgotten, so several at a time show as much as one.
    for texts in all().chunks(4) {
        let text = texts.join(" ");
        for (place, page) in forms_with_names(&ann, &stranger, &text).await {
            known.check(&page, place, &text);
        }
        for path in addresses_with_names(&text) {
            known.check(&ann.get(&path).await, &path, &text);
            if path.starts_with("/invite/") || path.starts_with("/login") {
                known.check(&stranger.get(&path).await, &path, &text);
            }
        }
    }
    known.check(&ann.get("/rooms").await, "the list of rooms and people", "all texts");
}

/// Every form that takes a name. What is refused is typed back into its field.
async fn forms_with_names(ann: &Browser, stranger: &Browser, name: &str) -> Vec<(&'static str, Page)> {
    let password = ("password", "correct horse battery");
    vec![
        ("a room", ann.post("/rooms", &[("name", name), ("kind", "private"), ("topic", name)]).await),
        ("a profile", ann.post("/settings/profile", &[("name", &format!("{name}\n"))]).await),
        ("a member", ann.post("/rooms/den/members", &[("person", name)]).await),
        ("a registration", stranger.post("/register", &[("name", name), password, ("code", name)]).await),
        ("a log-in", stranger.post("/login", &[("name", name), ("password", "x"), ("next", name)]).await),
        ("a guest", stranger.post("/guest", &[("name", name), ("next", name)]).await),
        ("a status", ann.post("/settings/status", &[("text", name), ("emoji", name), ("until", name)]).await),
        (
            "quiet hours",
            ann.post("/settings/notifications", &[("quiet_from", name), ("quiet_to", name), ("time_zone", name)]).await,
        ),
        (
            "a room's settings",
            ann.post("/rooms/den/settings", &[("topic", &name.repeat(40)), ("description", &name.repeat(4))]).await,
        ),
        ("a conversation", ann.post("/direct", &[("people", name), ("person", name), ("text", name)]).await),
        ("a log-out", stranger.post("/logout", &[]).await),
    ]
}

/// Every address that takes one.
fn addresses_with_names(name: &str) -> Vec<String> {
    vec![
        address("/rooms/", name, ""),
        address("/direct/", name, ""),
        address("/people/", name, "?room=den"),
        address("/people/ann?room=", name, ""),
        address("/invite/", name, ""),
        address("/search?q=", name, ""),
        address("/login?next=", name, ""),
        address("/rooms/lobby?before=", name, ""),
        address("/", name, ""),
    ]
}

#[tokio::test]
async fn no_label_runs() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let mut known = Known::default();
    known.learn(&ann.post("/settings/tokens", &[("label", "fine")]).await);
    known.learn(&ann.post("/settings/tokens", &[("label", &"x".repeat(200))]).await);
    known.learn(&ann.get("/settings").await);

    let api = server.api(&ann).await;
    for texts in all().chunks(4) {
        for text in texts {
            api.post("/api/v1/tokens", json!({ "label": text })).await;
        }
        // What a browser calls itself becomes the name of a device.
        let agent: String = texts.concat().chars().filter(|c| matches!(c, ' '..='~')).collect();
        let other = server.browser();
        let log_in = other.request(Method::POST, "/login").header("User-Agent", agent);
        let log_in = log_in.header("Sec-Fetch-Site", "same-origin");
        let log_in = log_in.form(&[("name", "ann"), ("password", crate::support::PASSWORD), ("next", "")]);
        assert_eq!(other.send(log_in).await.status, 303);
    }
    known.check(&ann.post("/settings/tokens", &[("label", "<b>\"x")]).await, "a new token", "all texts");
    let page = ann.get("/settings").await;
    assert!(page.body.matches("&lt;script&gt;").count() > 10, "labels are shown");
    known.check(&page, "the settings", "all texts");
}

#[tokio::test]
async fn the_api_answers_with_data_whatever_was_typed() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api: Api = server.api(&ann).await;
    let known = Known::default();
    for text in all() {
        for (path, body) in [
            ("/api/v1/preview", json!({ "text": text })),
            ("/api/v1/rooms", json!({ "name": text, "topic": text })),
            ("/api/v1/rooms/lobby/messages", json!({ "text": text, "nonce": text })),
            ("/api/v1/tokens", json!({ "label": text })),
        ] {
            let answer = api.post(path, body).await;
            known.check(&answer, path, &text);
            let kind = answer.header("content-type");
            assert!(
                kind.starts_with("application/json") || kind.starts_with("application/problem+json"),
                "{path}: {kind}"
            );
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            if let Some(html) = answer.json()["html"].as_str() {
                assert_eq!(reader::read(html).1, [""; 0], "{text:?}");
            }
        }
    }
}
