//! Pages and scripts speak the reader's language, in what is made for one reader and in what is made for all.

use super::{log_in, owned_by, pick_name};
use crate::support::{Chrome, Look, TestServer};

#[tokio::test]
async fn live_events_are_told_in_the_language_of_the_reader() {
    let (server, owner) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = chrome.wide(&server).await;
    window.goto("/login").await;
    window.click("[name=lang][value=de]").await;
    window.see_text("Anmelden").await;
    window.at("/login").await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    window.see_text_in(".message--notice", "ann ist beigetreten").await;

    let bob = owner.invite(&server, "bob").await;
    window.see_text_in(".message--notice:last-child", "bob ist beigetreten").await;
    let mut socket = bob.socket(&server).await;
    socket.join("lobby").await;
    socket.send(serde_json::json!({"type": "typing", "room": "lobby"})).await;
    window.see_text_in("typing-line", "bob schreibt").await;
    socket.say("lobby", "hello").await;
    window.see_messages(&["hello"]).await;

    assert_eq!(window.texts(".day-line").await, ["Heute"]);
    assert_eq!(window.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn arabic_runs_from_right_to_left() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    for look in [Look::wide(), Look::phone()] {
        let window = chrome.window(&server, look).await;
        window.goto("/guest").await;
        window.click("[name=lang][value=ar]").await;
        window.see("html[lang=ar][dir=rtl]").await;
        window.goto("/rooms/lobby").await;
        pick_name(&window, "ليلى").await;
        window.see("#text").await;
        window.say("مرحبًا").await;
        window.see_text_in(".timeline__list", "مرحبًا").await;

        let overflow = window.value("document.documentElement.scrollWidth > innerWidth").await;
        assert_eq!(overflow, false, "nothing reaches beyond the window");
        assert_eq!(window.texts(".day-line").await, ["اليوم"]);
        let at_the_right = "document.querySelector('.message__avatar').getBoundingClientRect().x > innerWidth / 2";
        assert_eq!(window.value(at_the_right).await, true);
        assert_eq!(window.problems().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_language_can_be_chosen_without_a_script() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, Look::wide().without_javascript()).await;
    window.goto("/login").await;
    window.click("[name=lang][value=de]").await;
    window.see("html[lang=de]").await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    window.see_text("Nachricht an lobby").await;
}
