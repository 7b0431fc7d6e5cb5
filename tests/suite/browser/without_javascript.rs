//! Everything one needs, with JavaScript off.

use super::{log_in, make_room, owned_by, pick_name};
use crate::support::http::PASSWORD;
use crate::support::{Chrome, Look, TestServer, Window};

const PLAIN: Look = Look::wide().without_javascript();

/// Writes by the button: Enter makes a line.
async fn say(window: &Window, text: &str) {
    window.fill("#text", text).await;
    window.click(".composer__send").await;
    window.see_text_in(".timeline__list", text).await;
}

#[tokio::test]
async fn a_guest_reads_and_writes() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, PLAIN).await;
    let mut terminal = server.terminal("room=lobby&name=tom").await;
    terminal.type_line("hello").await;
    terminal.see("hello").await;

    window.goto("/").await;
    window.see_messages(&["hello"]).await;
    assert_eq!(window.text("noscript, .day-line").await, "Today");
    pick_name(&window, "ann").await;
    say(&window, "hello tom").await;

    terminal.see("hello tom").await;
    assert_eq!(window.messages().await, ["hello", "hello tom"]);
    assert_eq!(window.property("#text", "value").await, "");
    window.reload().await;
    assert_eq!(window.messages().await, ["hello", "hello tom"], "a reload sends nothing again");
    assert_eq!(window.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn links_lead_back_through_history_and_forward_again() {
    let (server, owner) = owned_by("ann").await;
    let mut socket = owner.socket(&server).await;
    socket.join("lobby").await;
    for number in 1..=120 {
        socket.say("lobby", &format!("line {number}")).await;
    }
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, PLAIN).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;

    let mut seen = Vec::new();
    loop {
        let page = window.messages().await;
        seen.splice(0..0, page);
        if window.texts(".timeline__more:not([hidden]) > [data-older]").await.is_empty() {
            break;
        }
        let first = window.property(".message", "id").await;
        window.click("[data-older]").await;
        window.lose(&format!("#{first}")).await;
    }

    let lines: Vec<String> = (1..=120).map(|number| format!("line {number}")).collect();
    assert_eq!(seen, lines, "every line once");
    window.click(".timeline__list + .timeline__more a").await;
    window.see("#m-60").await;
    window.click(".timeline__list + .timeline__more .button:not(.button--plain)").await;
    window.at("/rooms/lobby").await;
    window.see_text("line 120").await;
    assert_eq!(window.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_account_joins_a_room_and_leaves_it() {
    let (server, owner) = owned_by("ann").await;
    owner.invite(&server, "bob").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, PLAIN).await;
    log_in(&window, "bob").await;
    window.at("/rooms/lobby").await;

    window.goto("/rooms").await;
    window.click("form[action='/rooms/garden/join'] button").await;
    window.at("/rooms/garden").await;
    window.see(".room-link[data-room=garden]").await;
    say(&window, "I am in").await;

    window.click(".panel-link[data-panel-link=members]").await;
    window.at("/rooms/garden/members").await;
    window.click("a[href='/rooms/garden/settings']").await;
    window.click("form[action='/rooms/garden/leave'] button").await;
    window.at("/rooms").await;
    window.lose(".room-link[data-room=garden]").await;
    assert_eq!(window.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn set_up_log_out_and_log_in() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, PLAIN).await;
    window.goto("/").await;
    window.see_text_in(".banner", "demo: no account yet").await;

    window.click(".banner a").await;
    window.fill("#name", "ann").await;
    window.fill("#password", PASSWORD).await;
    window.click("button[type=submit]").await;
    window.at("/rooms/lobby").await;
    say(&window, "set up").await;

    window.click(".viewer__summary").await;
    window.click(".viewer__menu button").await;
    window.at("/login").await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    assert_eq!(window.messages().await, ["set up"]);
    assert_eq!(window.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn messages_are_changed_by_the_forms_of_their_permalink() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, PLAIN).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    say(&window, "Good mornng").await;
    let link = window.property(".message[data-kind=message] .message__time", "href").await;
    let seq = link.rsplit('/').next().expect("a number").to_owned();

    window.click(".message[data-kind=message] .message__time").await;
    window.see(".message-forms").await;
    window.fill("#emoji", "🎉").await;
    window.click(&format!("form[action='/rooms/lobby/{seq}/react'] .button")).await;
    window.see_text_in(".reaction--mine", "1").await;
    window.click(".reaction").await;
    window.lose(".reaction").await;
    window.click(".message-forms details summary").await;
    window.fill("textarea[name=text]:not(#text)", "Good morning").await;
    window.click(".message-forms__edit button").await;
    window.see_text_in(".message__edited", "edited").await;
    window.click(".message__edited").await;
    window.see_text("Good mornng").await;

    window.goto(&format!("/rooms/lobby?reply_to={seq}")).await;
    window.see_text_in(".composer__target", "Good morning").await;
    say(&window, "And to you").await;
    window.see_text_in(".quote", "Good morning").await;
    window.click(".message__thread").await;
    window.see_text_in(".thread__list", "And to you").await;
    window.fill("#thread-text", "Once more").await;
    window.click(".thread__form .composer__send").await;
    window.at(&format!("/rooms/lobby/{seq}/thread")).await;
    window.see_text_in(".thread__list", "Once more").await;

    window.goto(&format!("/rooms/lobby/{seq}")).await;
    window.click(&format!("form[action='/rooms/lobby/{seq}/pin'] button")).await;
    window.see(".message--pinned").await;
    window.goto("/rooms/lobby/pins").await;
    window.see_text_in(".pins__entry", "Good morning").await;
    window.goto(&format!("/rooms/lobby/{seq}")).await;
    window.click(".message-forms details:last-of-type summary").await;
    window.click(&format!("form[action='/rooms/lobby/{seq}/delete'] button")).await;
    window.see_text_in(".message--deleted", "Message deleted").await;
    assert_eq!(window.problems().await, Vec::<String>::new());
}
