//! The server goes away and comes back.

use super::guest;
use crate::support::{Chrome, TestServer};

/// What a browser notes of each try while nobody listens.
fn is_about_the_line(problem: &str) -> bool {
    ["WebSocket connection to", "/api/v1/events", "/js/event_line.js"].iter().any(|one| problem.contains(one))
}

#[tokio::test]
async fn a_page_finds_back_and_nothing_is_missed_or_doubled() {
    let mut server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = guest(&chrome, &server, "ann").await;
    window.say("before").await;
    window.see_messages(&["before"]).await;
    window.lose(".room--waiting").await;
    assert_eq!(window.problems().await, Vec::<String>::new());

    server.stop().await;
    window.see(".room--waiting").await;
    window.say("typed meanwhile").await;
    window.see(".message--pending").await;
    window.see_text_in("connection-status", "Not connected; trying again.").await;
    server.start_again().await;
    let mut terminal = server.terminal("room=lobby&name=tom").await;
    terminal.type_line("said by another").await;

    window.lose(".room--waiting").await;
    terminal.see("typed meanwhile").await;
    terminal.type_line("after").await;
    window.see_that("document.querySelectorAll('.message[data-kind=message]').length === 4").await;
    window.lose(".message--pending").await;
    let mut shown = window.messages().await;
    window.reload().await;
    assert_eq!(window.messages().await, shown, "the page shows what is stored, in order");
    assert_eq!((shown.first().unwrap().as_str(), shown.last().unwrap().as_str()), ("before", "after"));
    shown.sort();
    assert_eq!(shown, ["after", "before", "said by another", "typed meanwhile"]);
    assert_eq!(window.text("connection-status").await, "");
    // While nobody listens the browser notes each try; nothing else may stand there.
    let problems = window.problems().await;
    assert!(problems.iter().all(|problem| is_about_the_line(problem)), "{problems:?}");
}

#[tokio::test]
async fn a_message_that_was_not_sent_survives_a_reload() {
    let mut server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = guest(&chrome, &server, "ann").await;
    window.say("before").await;
    window.see_messages(&["before"]).await;
    window.fill("#text", "a draft").await;

    window.reload().await;

    assert_eq!(window.property("#text", "value").await, "a draft");
    server.stop().await;
    window.write("#text", "\u{e007}").await;
    window.see(".message--pending").await;
    server.start_again().await;
    window.reload().await;
    window.see_messages(&["before", "a draft"]).await;
    let problems = window.problems().await;
    assert!(problems.iter().all(|problem| is_about_the_line(problem)), "{problems:?}");
}
