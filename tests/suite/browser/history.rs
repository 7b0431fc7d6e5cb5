//! Long rooms: both ways through what was said, and that nothing jumps.

use serde_json::json;

use super::{assert_no_problems, member, owned_by};
use crate::support::{Browser, Chrome, TestServer, Window};

const MESSAGES: usize = 2_000;

/// A room with two thousand messages of several heights.
async fn long_room() -> (TestServer, Browser) {
    let (server, owner) = owned_by("ann").await;
    let mut socket = owner.socket(&server).await;
    socket.join("lobby").await;
    for number in 1..=MESSAGES {
        let text = match number % 20 {
            0 => format!("line {number}\n\n```\nlet code = {number};\nof two lines\n```"),
            7 => format!("line {number} {}", "with many words ".repeat(30)),
            _ => format!("line {number}"),
        };
        socket.say("lobby", &text).await;
    }
    (server, owner)
}

/// Scrolls in steps until the page shows a text; says how far anything moved that should not have.
async fn scroll_to(window: &Window, step: i32, text: &str) -> f64 {
    let script = format!(
        "(async () => {{ const scroller = document.querySelector('.timeline__scroller'); let worst = 0; \
        const has = () => [...document.querySelectorAll('.message__text')].some((at) => at.innerText.split(/\\s/)[1] === {text:?}); \
        for (let tries = 0; tries < 600 && !has(); tries += 1) {{ \
          const box = scroller.getBoundingClientRect(); \
          const probe = [...document.querySelectorAll('.message__text')].find((at) => at.getBoundingClientRect().top > box.top + 60); \
          const [top, before] = [probe.getBoundingClientRect().top, scroller.scrollTop]; \
          scroller.scrollTop += {step}; const gone = scroller.scrollTop - before; \
          await new Promise((done) => setTimeout(done, 40)); \
          if (probe.isConnected) worst = Math.max(worst, Math.abs(probe.getBoundingClientRect().top + gone - top)); }} \
        return has() ? worst : -1; }})()"
    );
    window.value(&script).await.as_f64().expect("a number")
}

#[tokio::test]
async fn one_reads_back_to_the_beginning_and_forward_again() {
    let (server, _) = long_room().await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    window.see_text(&format!("line {MESSAGES}")).await;

    let back = scroll_to(&window, -1_200, "1").await;
    let shown = window.value("document.querySelectorAll('.message').length").await;
    let forward = scroll_to(&window, 1_200, &MESSAGES.to_string()).await;

    assert!((0.0..=1.5).contains(&back), "on the way back something moved by {back} px (-1: not reached)");
    assert!((0.0..=1.5).contains(&forward), "on the way forward something moved by {forward} px (-1: not reached)");
    assert!(shown.as_u64().is_some_and(|shown| shown <= 500), "{shown} messages at once");
    window.value("(document.querySelector('.timeline__scroller').scrollTop = 0, true)").await;
    window.lose("[data-to-newest]").await;
    window.say("and on").await;
    window.see_text_in(".timeline__list .message:last-child", "and on").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn one_jumps_to_a_message_to_a_day_and_to_the_newest() {
    let (server, _) = long_room().await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;

    window.goto("/rooms/lobby/1000").await;
    window.see("#m-1000.message--focused").await;
    window.see_that("document.querySelectorAll('.message').length > 100").await;
    window.see("[data-to-newest]").await;
    window.say("from the middle").await;
    window.see_text_in(".timeline__list .message:last-child", "from the middle").await;
    window.see_that("document.querySelector('.timeline__scroller').scrollTop === 0").await;

    let today = window.value("new Date().toISOString().slice(0, 10)").await;
    window.goto(&format!("/rooms/lobby?date={}", today.as_str().expect("a day"))).await;
    window.at("/rooms/lobby/1").await;
    window.click("[data-to-newest]").await;
    window.see_text("from the middle").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn the_first_unread_message_is_one_press_away() {
    let (server, owner) = owned_by("ann").await;
    let mut socket = owner.invite(&server, "bob").await.socket(&server).await;
    socket.join("lobby").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    window.goto("/rooms").await;
    for number in 1..=150 {
        socket.say("lobby", &format!("line {number}")).await;
    }

    window.goto("/rooms/lobby").await;
    window.see_text_in("[data-to-unread]", "150").await;
    window.click("[data-to-unread]").await;

    window.see_text_in(".new-line", "New").await;
    let below = "document.querySelector('.new-line').nextElementSibling.innerText.includes('line 1')";
    window.see_that(below).await;
    window.lose("[data-to-unread]").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn nothing_shifts_when_messages_and_reactions_arrive() {
    let (server, owner) = owned_by("ann").await;
    owner.invite(&server, "bob").await.socket(&server).await.join("lobby").await;
    let mut socket = owner.socket(&server).await;
    socket.join("lobby").await;
    for number in 1..=80 {
        socket.say("lobby", &format!("line {number}")).await;
    }
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "bob").await;
    window.see_text("line 80").await;
    let api = server.api(&owner).await;
    let watch = "(window.shifted = 0, new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => { \
        window.shifted += value; })).observe({ type: 'layout-shift' }), true)";
    window.see_that("document.querySelector('.timeline__list').role === 'log'").await;
    window.value(watch).await;

    for number in 81..=90 {
        socket.say("lobby", &format!("line {number}")).await;
    }
    window.see_text("line 90").await;
    assert_eq!(window.value("window.shifted").await.as_f64(), Some(0.0), "a message that arrives shifts nothing");

    // Further up: what is read stays where it is, whatever comes below.
    window.value("(document.querySelector('.timeline__scroller').scrollTop = -900, true)").await;
    let place = "[...document.querySelectorAll('.message')].map((at) => [at.dataset.seq, at.getBoundingClientRect().top]) \
        .find(([, top]) => top > 120)";
    let before = window.value(place).await;
    let last = window.value("Number([...document.querySelectorAll('.message')].at(-1).dataset.seq)").await;
    socket.say("lobby", "line 91").await;
    let put = api.put(&format!("/api/v1/rooms/lobby/messages/{last}/reactions/%F0%9F%91%8D"), json!({})).await;
    assert_eq!(put.status, 200, "{}", put.body);
    window.see_text_in("[data-to-newest]", "1 new message").await;
    window.see_that("document.querySelectorAll('.reaction').length === 1").await;
    assert_eq!(window.value(place).await, before);
    assert_no_problems(&[&window]).await;
}
