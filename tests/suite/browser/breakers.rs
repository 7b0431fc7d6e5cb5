//! What would break the layout of a room, and what would run: everything at once in one room, wide and narrow. Nothing
//! sticks out to the side, nothing grows taller than it may, nothing runs, and the browser has nothing to complain of.

use serde_json::{Value, json};

use super::{log_in, make_room, owned_by};
use crate::support::{Browser, Chrome, Look, TestServer, Window};
use crate::web::corpora;

/// No message is taller than this on a desk, in CSS pixels; on a phone lines are about half as wide.
const TALLEST: u64 = 900;

/// Texts that people have broken layouts with.
fn breakers() -> Vec<String> {
    let marks = "\u{301}\u{321}\u{489}\u{35c}\u{33b}\u{f39}".repeat(20);
    let columns = 200;
    let row = |cell: &str| format!("|{}\n", format!("{cell}|").repeat(columns));
    vec![
        "w".repeat(300),
        format!("https://example.org/{}", "path".repeat(200)),
        format!("`{}`", "code".repeat(100)),
        format!("a{}b", "\n".repeat(16_000)),
        format!("a{}b", "\n\u{200b}".repeat(4_000)),
        "line\n".repeat(3_000),
        "word ".repeat(3_200),
        format!("Z{marks}a{marks}l{marks}g{marks}o{marks} {}", format!("x{marks}").repeat(20)),
        "\u{202e}backwards \u{2067}and \u{202d}forth, never closed".to_owned(),
        "\u{200b}\u{200d}\u{2060}\u{feff}zero\u{200b}width\u{ad}".repeat(50),
        "\u{fdfd}".repeat(40),
        "𒐫".repeat(60),
        format!("{}{}{}", row("head"), row("---"), row("cell")),
        format!("|a|\n|-|\n|{}|", "wide".repeat(100)),
        format!("{}deep", "> ".repeat(30)),
        (0..15).map(|depth| format!("{}- level {depth}", "  ".repeat(depth))).collect::<Vec<_>>().join("\n"),
        (0..15).map(|depth| format!("{}1. level {depth}", "   ".repeat(depth))).collect::<Vec<_>>().join("\n"),
        format!("{}word", "- ".repeat(30)),
        "😀".repeat(1_000),
        "😀🎉👍🏽❤".to_owned(),
        "👩\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏿".repeat(100),
        "🏳\u{fe0f}\u{200d}".repeat(50),
        format!("```\n{}\n```", "long ".repeat(500)),
        format!("```rust\n{}\n```", "fn line() {}\n".repeat(300)),
        format!("{}\n```", "```\ncode\n```\n".repeat(60)),
        "# heading ".repeat(50),
        "---\n".repeat(200),
        "مرحبا ".repeat(200),
        "שלום hello مرحبا 123 ".repeat(20),
        "@ann @bob #lobby @room ".repeat(60),
        "\t\t\ttabs\t\t".repeat(60),
        "\u{a0}".repeat(3_000) + "x",
        format!("1{}. x", "0".repeat(8)),
        "~~**_`x`_**~~ ".repeat(300),
        "<div style=\"position:fixed;inset:0\">".to_owned(),
    ]
}

/// A room with all of it, written by somebody with an Arabic name beside somebody with a long Latin one.
async fn full_room() -> (TestServer, Browser) {
    let (server, owner) = owned_by("ann").await;
    make_room(&owner, "breakers", "public").await;
    let others = [owner.invite(&server, "محمد_عبد_الله").await, owner.invite(&server, &"W".repeat(32)).await];
    let mut sockets = vec![owner.socket(&server).await];
    for other in &others {
        other.post("/rooms/breakers/join", &[]).await;
        sockets.push(other.socket(&server).await);
    }
    for socket in &mut sockets {
        socket.join("breakers").await;
    }
    for (number, text) in breakers().iter().chain(&corpora::all()).enumerate() {
        // Some hold nothing that may be sent; those are refused, and nothing comes of them.
        sockets[number % 3].ask(json!({"type": "send", "room": "breakers", "text": text})).await;
    }
    (server, owner)
}

/// What is wrong with the page in the window.
async fn assert_sound(window: &Window, page: &str, tallest: u64) {
    let look = "(() => { const list = document.querySelector('.timeline__content'); const wide = innerWidth; \
        const messages = [...document.querySelectorAll('.message[data-kind=message]:not([id=m-0])')]; \
        return { over: document.scrollingElement.scrollWidth - wide, shown: messages.length, \
            scroller: Math.max(...[...document.querySelectorAll('.timeline__scroller')].map((at) => at.scrollWidth - at.clientWidth)), \
            out: messages.filter((at) => [...at.querySelectorAll('.message__text, .message__author, .avatar, .message__time')] \
                .some((part) => { const box = part.getBoundingClientRect(); return box.right > wide + 1 || box.left < -1; })) \
                .map((at) => at.id), \
            tall: messages.filter((at) => at.getBoundingClientRect().height > arguments_tallest) \
                .map((at) => at.id + ' ' + at.getBoundingClientRect().height), \
            bad: document.querySelectorAll('script:not([src]), [style], iframe, object, embed, form[action^=http], main svg:not(.icon)').length, \
            ran: document.title.includes('1337') }; })()"
        .replace("arguments_tallest", &tallest.to_string());
    let found = window.value(&look).await;
    assert!(found["shown"].as_u64() >= Some(5), "{page}: {found:#}");
    assert!(
        found["over"].as_i64() <= Some(0) && found["scroller"].as_i64() <= Some(0),
        "{page} is too wide: {found:#}"
    );
    assert_eq!((&found["out"], &found["tall"]), (&json!([]), &json!([])), "{page}");
    assert_eq!((&found["bad"], &found["ran"]), (&json!(0), &Value::Bool(false)), "{page}");
}

async fn every_page_is_sound(look: Look, name: &str, tallest: u64) {
    let (server, _) = full_room().await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, look).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    let end = breakers().len() + corpora::all().len();
    for before in (51..end + 50).step_by(50) {
        let path = format!("/rooms/breakers?before={before}");
        window.goto(&path).await;
        window.see_that("document.querySelectorAll('.message[data-kind=message]').length >= 5").await;
        assert_sound(&window, &path, tallest).await;
        window.screenshot(&format!("breakers_{name}_{before}")).await;
    }
    assert_eq!(window.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn nothing_breaks_a_room_on_a_desk() {
    every_page_is_sound(Look::wide(), "wide", TALLEST).await;
}

#[tokio::test]
async fn nothing_breaks_a_room_on_a_phone() {
    every_page_is_sound(Look::phone(), "phone", 2 * TALLEST).await;
}

#[tokio::test]
async fn what_is_too_tall_opens_and_closes() {
    let (server, owner) = owned_by("ann").await;
    let mut socket = owner.socket(&server).await;
    socket.join("lobby").await;
    let chrome = Chrome::start().await;
    let seq = socket.say("lobby", &"line\n".repeat(300)).await;
    let summary = format!("#m-{seq} summary");
    let height =
        format!("Math.round(document.querySelector('#m-{seq} .message__text').getBoundingClientRect().height)");
    for look in [Look::wide(), Look::wide().without_javascript()] {
        let window = chrome.window(&server, look).await;
        log_in(&window, "ann").await;
        window.at("/rooms/lobby").await;
        window.see_text_in(&summary, "Show all").await;
        let closed = window.value(&height).await.as_u64().unwrap();
        window.click(&summary).await;
        window.see_text_in(&summary, "Show less").await;
        let open = window.value(&height).await.as_u64().unwrap();
        assert!(closed < 500 && open > 6_000, "{closed} {open}");
        window.click(&summary).await;
        window.see_text_in(&summary, "Show all").await;
        assert_eq!(window.problems().await, Vec::<String>::new());
    }
}
