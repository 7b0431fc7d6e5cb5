//! 390 px wide, by touch.

use serde_json::json;

use super::{log_in, make_room, owned_by};
use crate::support::{Browser, Chrome, Look, TestServer, Window};

const LONG: &str =
    "Donaudampfschifffahrtsgesellschaftskapitaenskajuetentuerschluesselanhaengerhalterung_und_noch_weiter";

/// A server with rooms and messages of every width.
async fn furnished() -> (TestServer, Browser) {
    let (server, owner) = owned_by("ann").await;
    owner.invite(&server, &"w".repeat(32)).await;
    make_room(&owner, "a-room-with-quite-a-long-name-that-fits-nowhere", "private").await;
    let mut socket = owner.socket(&server).await;
    socket.join("lobby").await;
    let code = format!("```\n{LONG} {LONG}\n```");
    let table = format!("| one | two | three |\n|---|---|---|\n| {LONG} | {LONG} | short |");
    for text in ["Good morning", LONG, &code, &table] {
        socket.say("lobby", text).await;
    }
    (server, owner)
}

/// Nothing sticks out to the side, and what one taps is large enough.
async fn assert_fits(window: &Window, page: &str) {
    let overflow = window.value("document.documentElement.scrollWidth - innerWidth").await;
    assert!(overflow.as_i64().is_some_and(|pixels| pixels <= 0), "{page} is {overflow} px too wide");
    let targets = "[...document.querySelectorAll('button, input:not([type=hidden], [type=radio], [type=checkbox]), textarea, summary, \
        label:has([type=radio], [type=checkbox]), .button, .icon-button, nav a, header a:not(.message__time), .narrow__links a, .list__row')] \
        .filter((at) => at.checkVisibility({ visibilityProperty: true }) && !at.closest('.visually-hidden, .sidebar__empty') \
            && !at.matches('.visually-hidden')) \
        .map((at) => { const { left, width, top, height } = at.getBoundingClientRect(); const reach = (dy) => { \
            const hit = document.elementFromPoint(left + width / 2, top + height / 2 + dy); return hit && at.contains(hit); }; \
            return height >= 40 || (reach(-19) && reach(19)) ? '' : `${height} px: ${at.outerHTML.slice(0, 120)}`; }) \
        .filter(Boolean)";
    assert_eq!(window.value(targets).await, json!([]), "{page} has small targets");
}

#[tokio::test]
async fn every_page_fits_for_an_account() {
    let (server, _) = furnished().await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, Look::phone()).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    window.see_text_in(".panel-link__count", "1").await;
    assert_fits(&window, "the lobby").await;
    window.click(".panel-link[data-panel-link=members]").await;
    window.see(".side-panel .room-people").await;
    assert_fits(&window, "the panel").await;

    let direct = format!("/direct/{}", "w".repeat(32));
    for page in ["/rooms", "/settings", "/rooms/lobby/3", &direct] {
        window.goto(page).await;
        assert_fits(&window, page).await;
    }
    assert_eq!(window.problems().await, Vec::<String>::new());
    window.goto("/rooms/nowhere").await;
    window.see_text_in(".page__status", "404").await;
    assert_fits(&window, "an error").await;
    assert!(window.problems().await.iter().all(|problem| problem.contains("404")));
}

#[tokio::test]
async fn every_page_fits_for_a_stranger() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, Look::phone()).await;
    for page in ["/", "/rooms", "/guest", "/login", "/setup"] {
        window.goto(page).await;
        assert_fits(&window, page).await;
    }
    assert_eq!(window.problems().await, Vec::<String>::new());

    let (server, owner) = owned_by("ann").await;
    let token = owner.token().await;
    let api = crate::support::http::Api::new(&server, &token);
    let invite = api.post("/api/v1/invites", json!({})).await.json()["code"].as_str().unwrap().to_owned();
    let window = chrome.window(&server, Look::phone()).await;
    window.goto(&format!("/invite/{invite}")).await;
    window.see_text("Create an account").await;
    assert_fits(&window, "the invite").await;
    assert_eq!(window.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn one_goes_from_the_list_into_a_room_and_back() {
    let (server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, Look::phone()).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    window.lose(".sidebar").await;

    window.click(".room-header__back").await;
    window.at("/rooms").await;
    window.click(".room-link[data-room=garden]").await;
    window.at("/rooms/garden").await;
    window.lose(".sidebar").await;
    window.back().await;
    window.at("/rooms").await;
    window.see(".room-link[data-room=garden]").await;
    assert_eq!(window.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn one_writes_and_sends_by_the_button() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, Look::phone()).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    let inside = "(() => { const { top, bottom } = document.querySelector('#text').getBoundingClientRect(); \
        return top >= 0 && bottom <= innerHeight; })()";
    window.see_that(inside).await;

    window.fill("#text", "on my way").await;
    window.see(".composer__send").await;
    window.click(".composer__send").await;

    window.see_messages(&["on my way"]).await;
    window.see_that(inside).await;
    assert_eq!(window.problems().await, Vec::<String>::new());
}
