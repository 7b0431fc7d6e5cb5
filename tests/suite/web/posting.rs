//! Reading and writing without JavaScript: forms and links, nothing else.

use serde_json::json;

use crate::support::{Browser, Page, TestServer};

/// The numbers of the messages on a page, in the order in which they stand there.
fn seqs(page: &Page) -> Vec<u64> {
    let marks = page.body.split("id=\"m-").skip(1);
    marks.filter_map(|rest| rest.split('"').next()?.parse().ok()).filter(|seq| *seq > 0).collect()
}

/// Where the link to older messages leads, if it is shown.
fn older(page: &Page) -> Option<String> {
    let (_, rest) = page.body.split_once("data-older href=\"")?;
    rest.split('"').next().filter(|link| !link.is_empty()).map(str::to_owned)
}

/// A guest with a name, in demo mode.
async fn guest(server: &TestServer) -> Browser {
    let guest = server.browser();
    guest.post("/guest", &[("name", "gus"), ("next", "/rooms/lobby")]).await;
    guest
}

#[tokio::test]
async fn a_guest_picks_a_name_writes_and_reads() {
    let server = TestServer::start().await;
    let browser = server.browser();
    assert_eq!(browser.get("/").await.leads_to(), (303, "/rooms/lobby"));
    let lobby = browser.get("/rooms/lobby").await;
    assert!(lobby.body.contains("Pick a name to talk"));
    assert_eq!(lobby.field("next"), "/rooms/lobby");
    let nameless = browser.post("/rooms/lobby/messages", &[("text", "hello")]).await;
    assert_eq!(nameless.leads_to(), (303, "/guest?next=%2Frooms%2Flobby"));

    assert_eq!(browser.post("/guest", &[("name", "gus"), ("next", "/rooms/lobby")]).await.status, 303);
    let sent = browser.post("/rooms/lobby/messages", &[("text", "hello *there*")]).await;

    assert_eq!(sent.leads_to(), (303, "/rooms/lobby"));
    let page = server.browser().get("/rooms/lobby").await;
    assert_eq!(seqs(&page), [1]);
    assert!(page.body.contains("hello <em>there</em>") && page.body.contains(">gus</b>"));
}

#[tokio::test]
async fn history_is_paged_back_by_links() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut writer = server.guest("writer").await;
    writer.join("lobby").await;
    for number in 1..=120 {
        writer.send(json!({"type": "send", "room": "lobby", "text": format!("line {number}")})).await;
    }
    for _ in 1..=120 {
        writer.next_of("ack").await;
    }
    let browser = server.browser();

    let mut page = browser.get("/rooms/lobby").await;
    let mut pages = vec![seqs(&page)];
    while let Some(link) = older(&page) {
        page = browser.get(&link).await;
        assert_eq!(page.status, 200);
        pages.push(seqs(&page));
    }

    let expected: [Vec<u64>; 3] = [(71..=120).collect(), (21..=70).collect(), (1..=20).collect()];
    assert_eq!(pages, expected);
    assert!(page.body.contains("Show newer messages") && page.body.contains("/rooms/lobby?after=20"));
    assert_eq!(seqs(&browser.get("/rooms/lobby?after=20").await), (21..=70).collect::<Vec<_>>());
    for nonsense in ["?before=x", "?before=-1", "?after=999999", "?before=0", "?before=99999999999999999999"] {
        let page = browser.get(&format!("/rooms/lobby{nonsense}")).await;
        assert_eq!((page.status, seqs(&page).last()), (200, Some(&120)), "{nonsense}");
    }
}

#[tokio::test]
async fn a_permalink_shows_the_message_among_its_neighbours() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let mut writer = server.guest("writer").await;
    writer.join("lobby").await;
    for number in 1..=100 {
        writer.say("lobby", &format!("line {number}")).await;
    }

    let page = server.browser().get("/rooms/lobby/30").await;

    assert_eq!(page.status, 200);
    assert!(page.body.contains("data-focus-seq=\"30\""));
    let shown = seqs(&page);
    assert!(shown.first().is_some_and(|first| *first < 30) && shown.last().is_some_and(|last| *last > 30), "{shown:?}");
    for missing in ["/rooms/lobby/0", "/rooms/lobby/101", "/rooms/lobby/9223372036854775807", "/rooms/lobby/x"] {
        assert_eq!(server.browser().get(missing).await.status, 404, "{missing}");
    }
    let huge = server.browser().get("/rooms/lobby/9999999999999999999").await;
    assert_eq!(huge.status, 404, "a number that the database cannot hold: {}", huge.body);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_posts_once() {
    let server = TestServer::start().await;
    let guest = guest(&server).await;
    let page = guest.get("/rooms/lobby").await;
    let nonce = page.field("nonce").to_owned();
    assert!(nonce.len() >= 16, "{nonce}");
    let form = [("nonce", nonce.as_str()), ("text", "once")];

    let (first, second) =
        tokio::join!(guest.post("/rooms/lobby/messages", &form), guest.post("/rooms/lobby/messages", &form));
    assert_eq!((first.status, second.status), (303, 303));

    let page = guest.get("/rooms/lobby").await;
    assert_eq!(seqs(&page), [1]);
    assert_ne!(page.field("nonce"), nonce, "the next message has its own");
}

#[tokio::test]
async fn a_text_that_cannot_be_sent_is_kept() {
    let server = TestServer::start().await;
    let guest = guest(&server).await;
    let long = format!("begin {} end", "x".repeat(16 * 1024));
    let cases =
        [(long.as_str(), "16384 are allowed"), ("", "Write something first"), (" \n\t ", "Write something first")];
    for (text, words) in cases {
        let refused = guest.post("/rooms/lobby/messages", &[("text", text)]).await;

        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(words), "{words}");
        assert!(refused.body.contains(text), "what was typed is still there");
    }
    let longest = "y".repeat(16 * 1024);
    assert_eq!(guest.post("/rooms/lobby/messages", &[("text", &longest)]).await.status, 303);
    assert_eq!(seqs(&guest.get("/rooms/lobby").await), [1]);
}

#[tokio::test]
async fn text_comes_back_as_it_was_typed_in_every_script() {
    let server = TestServer::start().await;
    let guest = guest(&server).await;
    let text = "Žluťoučký kůň\r\n日本語 العربية 👩‍👩‍👧\r\n  `a  b` & <tag>";
    let mut reader = server.guest("reader").await;
    reader.join("lobby").await;

    guest.post("/rooms/lobby/messages", &[("text", text)]).await;

    assert_eq!(reader.next_text().await.replace("\r\n", "\n"), text.replace("\r\n", "\n"));
    assert!(!guest.get("/rooms/lobby").await.body.contains("<tag>"));
}

#[tokio::test]
async fn what_is_new_is_marked_until_it_was_seen() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;
    ann.get("/rooms/lobby").await;
    bob.post("/rooms/lobby/messages", &[("text", "news")]).await;
    let unread = |page: &serde_json::Value| page["unread"].clone();
    let api = server.api(&ann).await;
    assert_eq!(unread(&api.get("/api/v1/rooms/lobby").await.json()), 1);

    let first = ann.get("/rooms/lobby").await.body;

    assert!(first.contains("data-read-seq=\"2\""), "{first}");
    assert_eq!(unread(&api.get("/api/v1/rooms/lobby").await.json()), 0);
    assert!(ann.get("/rooms/lobby").await.body.contains("data-read-seq=\"3\""));
}
