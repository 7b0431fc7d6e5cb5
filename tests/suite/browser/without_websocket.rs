//! Where something on the way lets no WebSocket through, a page talks over plain HTTP, until one gets through again.

use super::pick_name;
use crate::support::{Chrome, Proxy, TestServer, Window};

/// What a browser notes of ways that are closed.
fn is_expected(problem: &str) -> bool {
    problem.contains("WebSocket connection to") || problem.contains("/api/v1/events")
}

/// A guest in the lobby, behind a proxy that refuses `WebSocket` handshakes.
async fn behind(proxy: &Proxy, chrome: &Chrome, server: &TestServer, name: &str) -> Window {
    let window = chrome.wide(server).await;
    window.follow(&proxy.url("/")).await;
    pick_name(&window, name).await;
    window.see("#text").await;
    window.see_text_in("connection-status", "Connected, without WebSocket").await;
    window.lose(".room--waiting").await;
    window
}

#[tokio::test]
async fn a_page_without_websocket_talks_both_ways_over_a_restart_and_returns_to_it() {
    let mut server = TestServer::start_today().await;
    let proxy = Proxy::before(server.address).await;
    let chrome = Chrome::start().await;
    let window = behind(&proxy, &chrome, &server, "ann").await;
    assert!(proxy.refused() >= 3, "{}", proxy.refused());
    let mut bob = server.terminal("room=lobby&name=bob").await;

    window.say("over HTTP").await;
    bob.see("over HTTP").await;
    bob.type_line("and back").await;
    window.see_messages(&["over HTTP", "and back"]).await;
    window.lose(".message--pending").await;

    server.stop().await;
    window.see(".room--waiting").await;
    window.say("typed meanwhile").await;
    window.see(".message--pending").await;
    server.start_again().await;
    let mut tom = server.terminal("room=lobby&name=tom").await;
    tom.type_line("said by another").await;
    tom.see("typed meanwhile").await;
    window.lose(".message--pending").await;
    window.lose(".room--waiting").await;
    window.see_that("document.querySelectorAll('.message[data-kind=message]').length === 4").await;

    proxy.let_through();
    let websockets = async || {
        let metrics = reqwest::get(server.url("/metrics")).await.expect("an answer").text().await.expect("a text");
        (
            metrics.contains(r#"parlor_connections{door="websocket"} 2"#),
            metrics.contains(r#"parlor_connections{door="events"} 1"#),
        )
    };
    assert_eq!(websockets().await, (false, true));
    // As a browser does when a network comes back.
    window.value("dispatchEvent(new Event('online'))").await;
    crate::support::until("the page is back on a WebSocket", async || websockets().await.0).await;
    window.say("by WebSocket").await;
    tom.see("by WebSocket").await;
    tom.type_line("the last").await;
    window.see_that("document.querySelectorAll('.message[data-kind=message]').length === 6").await;

    let shown = window.messages().await;
    window.reload().await;
    assert_eq!(window.messages().await, shown, "the page shows what is stored, in order, each once");
    let mut sorted = shown.clone();
    sorted.sort();
    let all = ["and back", "by WebSocket", "over HTTP", "said by another", "the last", "typed meanwhile"];
    assert_eq!(sorted, all);
    let problems = window.problems().await;
    assert!(problems.iter().all(|problem| is_expected(problem)), "{problems:?}");
}

#[tokio::test]
async fn what_else_a_page_does_works_without_websocket_too() {
    let server = TestServer::start_today().await;
    let proxy = Proxy::before(server.address).await;
    let chrome = Chrome::start().await;
    let ann = behind(&proxy, &chrome, &server, "ann").await;
    let bob = behind(&proxy, &chrome, &server, "bob").await;

    ann.say("hello").await;
    bob.see_messages(&["hello"]).await;
    // Nobody keeps a typing notice for whoever is just opening a stream: bob types until one comes through.
    crate::support::until("ann sees who writes", async || {
        bob.fill("#text", "I am writing").await;
        ann.text("typing-line").await.contains("bob")
    })
    .await;
    bob.say("hi ann").await;
    ann.see_messages(&["hello", "hi ann"]).await;

    for window in [&ann, &bob] {
        let problems = window.problems().await;
        assert!(problems.iter().all(|problem| is_expected(problem)), "{problems:?}");
    }
}
