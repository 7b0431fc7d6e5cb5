//! The shell: from room to room without a reload, the panel, and the numbers beside the rooms.

use fantoccini::key::Key;
use serde_json::json;

use super::{assert_no_problems, log_in, make_room, member, owned_by};
use crate::support::{Browser, Chrome, Look, TestServer, Window};

const PEOPLE: &str = ".panel-link[data-panel-link=members]";

/// Runs in every new page before its own scripts: how many `WebSockets` it has opened, and a mark that a reload would lose.
const WATCH: &str = r"
    window.sockets = 0;
    window.WebSocket = class extends WebSocket {
        constructor(...all) {
            super(...all);
            window.sockets += 1;
        }
    };
";

/// A server with rooms, where bob is in `garden`.
async fn with_rooms() -> (TestServer, Browser, Browser) {
    let (server, owner) = owned_by("ann").await;
    let bob = owner.invite(&server, "bob").await;
    make_room(&owner, "garden", "public").await;
    make_room(&owner, "shed", "public").await;
    bob.post("/rooms/garden/join", &[]).await;
    (server, owner, bob)
}

async fn watched(chrome: &Chrome, server: &TestServer, look: Look) -> Window {
    let window = chrome.window(server, look).await;
    log_in(&window, "ann").await;
    window.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
    window.goto("/rooms/lobby").await;
    window.lose(".room--waiting").await;
    window.see_that("window.sockets === 1 && (window.stays = true)").await;
    window
}

#[tokio::test]
async fn rooms_take_each_others_place_without_a_reload() {
    let (server, _, bob) = with_rooms().await;
    let chrome = Chrome::start().await;
    let window = watched(&chrome, &server, Look::wide()).await;
    window.fill("#text", "half a sen").await;

    window.click(".room-link[data-room=garden]").await;
    window.at("/rooms/garden").await;
    window.see(".room-link[data-room=garden][aria-current]").await;
    window.see_that("document.activeElement.id === 'text' && document.title.includes('#garden')").await;
    assert_eq!(window.property("#text", "value").await, "");
    window.say("In the garden").await;
    window.see_messages(&["In the garden"]).await;
    let mut socket = bob.socket(&server).await;
    socket.join("garden").await;
    socket.say("garden", "So am I").await;
    window.see_messages(&["In the garden", "So am I"]).await;

    window.back().await;
    window.at("/rooms/lobby").await;
    window.see(".room-link[data-room=lobby][aria-current]").await;
    assert_eq!(window.property("#text", "value").await, "half a sen", "drafts stay");
    window.click(".room-link[data-room=garden]").await;
    window.see_messages(&["In the garden", "So am I"]).await;
    socket.say("garden", "once").await;
    window.see_messages(&["In the garden", "So am I", "once"]).await;

    window.click("a[href='/rooms']").await;
    window.at("/rooms").await;
    window.see_text("Create a room").await;
    window.see_that("window.stays === true && window.sockets === 1").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn a_room_that_was_left_goes_on_counting() {
    let (server, _, bob) = with_rooms().await;
    let chrome = Chrome::start().await;
    let window = watched(&chrome, &server, Look::wide()).await;
    let mut socket = bob.socket(&server).await;
    socket.join("garden").await;
    window.click(".room-link[data-room=garden]").await;
    window.at("/rooms/garden").await;
    window.click(".room-link[data-room=shed]").await;
    window.at("/rooms/shed").await;

    socket.say("garden", "one").await;
    socket.say("garden", "two @ann").await;

    window.see_text_in(".room-link[data-room=garden] .pill--mention", "2").await;
    window.see_that("document.title.startsWith('(2) #shed')").await;
    window.click(".room-link[data-room=garden]").await;
    window.see_messages(&["one", "two @ann"]).await;
    window.lose(".room-link[data-room=garden] .pill").await;
    window.see_that("document.title.startsWith('#garden')").await;
    window.see_that("window.sockets === 1").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn what_is_read_on_one_device_is_read_on_the_other() {
    let (server, owner, bob) = with_rooms().await;
    let chrome = Chrome::start().await;
    let desk = member(&chrome, &server, "ann").await;
    let phone = chrome.window(&server, Look::phone()).await;
    log_in(&phone, "ann").await;
    phone.goto("/rooms").await;
    let mut socket = bob.socket(&server).await;
    socket.join("garden").await;
    desk.see_that("document.querySelector('room-list') && !document.querySelector('.room--waiting')").await;

    socket.say("garden", "one").await;
    socket.say("garden", "two").await;
    desk.see_text_in(".room-link[data-room=garden] .pill", "2").await;
    phone.see_text_in(".room-link[data-room=garden] .pill", "2").await;
    phone.click(".room-link[data-room=garden]").await;
    phone.see_messages(&["one", "two"]).await;
    desk.lose(".room-link[data-room=garden] .pill").await;

    phone.click(".room-header__back").await;
    phone.at("/rooms").await;
    owner.post("/rooms/garden/level", &[("level", "mentions")]).await;
    desk.see(".room-link[data-room=garden][data-level=mentions]").await;
    socket.say("garden", "nothing for ann").await;
    socket.say("garden", "but this is, @ann").await;
    desk.see_text_in(".room-link[data-room=garden] .pill--mention", "1").await;
    phone.see_text_in(".room-link[data-room=garden] .pill--mention", "1").await;

    owner.post("/rooms/garden/level", &[("level", "nothing")]).await;
    desk.see(".room-link--muted[data-room=garden]").await;
    desk.lose(".room-link[data-room=garden] .pill").await;
    desk.see_text_in("room-list", "Muted").await;
    assert_no_problems(&[&desk, &phone]).await;
}

#[tokio::test]
async fn the_panel_stands_beside_the_room_and_gives_the_focus_back() {
    let (server, ..) = with_rooms().await;
    let chrome = Chrome::start().await;
    let window = watched(&chrome, &server, Look::wide()).await;
    window.click(".room-link[data-room=garden]").await;
    window.at("/rooms/garden").await;

    window.click(PEOPLE).await;
    window.see_text_in(".side-panel", "bob").await;
    window.see_that("document.activeElement.matches('[data-panel-title]')").await;
    window.see(&format!("{PEOPLE}[aria-expanded=true]")).await;
    let beside = "document.querySelector('main').getBoundingClientRect().right <= \
        document.querySelector('.side-panel').getBoundingClientRect().left + 1";
    window.see_that(beside).await;
    window.press(&[Key::Escape]).await;
    window.lose(".side-panel").await;
    window.see_that(&format!("document.activeElement.matches('{PEOPLE}')")).await;

    window.click(PEOPLE).await;
    window.see(".side-panel .room-people").await;
    window.click(".room-link[data-room=lobby]").await;
    window.at("/rooms/lobby").await;
    window.lose(".side-panel").await;
    window.see_that("window.stays === true && window.sockets === 1").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn on_a_phone_the_way_back_closes_the_panel_and_then_leads_to_the_list() {
    let (server, ..) = with_rooms().await;
    let chrome = Chrome::start().await;
    let window = watched(&chrome, &server, Look::phone()).await;
    window.click(".room-header__back").await;
    window.at("/rooms").await;
    window.see(".sidebar").await;
    window.click(".room-link[data-room=garden]").await;
    window.at("/rooms/garden").await;
    window.lose(".sidebar").await;

    window.click(PEOPLE).await;
    window.see(".side-panel .room-people").await;
    window.back().await;
    window.lose(".side-panel").await;
    window.at("/rooms/garden").await;
    window.click(PEOPLE).await;
    window.see(".side-panel .room-people").await;
    window.click(".side-panel__back").await;
    window.lose(".side-panel").await;
    window.at("/rooms/garden").await;
    window.back().await;
    window.at("/rooms").await;
    window.see(".sidebar").await;
    window.see_that("window.stays === true && window.sockets === 1").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn keys_lead_from_room_to_room_and_list_themselves() {
    let (server, ..) = with_rooms().await;
    let chrome = Chrome::start().await;
    let window = watched(&chrome, &server, Look::wide()).await;

    window.press_with(Key::Alt, Key::Up.into()).await;
    window.at("/rooms/garden").await;
    window.see_that("document.querySelector('room-timeline').dataset.room === 'garden'").await;
    window.press_with(Key::Alt, Key::Down.into()).await;
    window.at("/rooms/lobby").await;
    window.press_with(Key::Control, '/').await;
    window.see("dialog.sheet").await;
    window.see_text_in("dialog.sheet", "Next room").await;
    window.press(&[Key::Escape]).await;
    window.lose("dialog.sheet").await;
    window.click(".timeline__scroller").await;
    window.type_text("?").await;
    window.see("dialog.sheet").await;
    window.press(&[Key::Escape]).await;
    window.see_that("window.stays === true && window.sockets === 1").await;
    assert_no_problems(&[&window]).await;
}
