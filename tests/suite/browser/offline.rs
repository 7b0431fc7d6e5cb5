//! Without a network: the rooms last read open, what is written waits, and goes out once.

use serde_json::json;

use super::{assert_no_problems, log_in, make_room, owned_by};
use crate::support::{Chrome, TestServer, Window};

/// A window whose service worker has kept the lobby and the garden.
async fn at_home(chrome: &Chrome, server: &TestServer) -> Window {
    let window = chrome.wide(server).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    kept(&window, "/rooms/lobby").await;
    window.goto("/rooms/garden").await;
    kept(&window, "/rooms/garden").await;
    window
}

/// Waits until a page is kept.
async fn kept(window: &Window, path: &str) {
    let look = format!(
        "(caches.keys().then(async (names) => {{ window.kept = false; for (const name of names) \
         if (await (await caches.open(name)).match('{path}')) window.kept = true; }}), window.kept === true)"
    );
    window.see_that(&look).await;
}

#[tokio::test]
async fn rooms_open_and_what_is_written_is_sent_once() {
    let (mut server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let window = at_home(&chrome, &server).await;
    window.say("Before the storm").await;
    window.see_messages(&["Before the storm"]).await;
    server.stop().await;

    window.goto("/rooms/garden").await;
    window.say("Written offline").await;
    window.see(".message--pending").await;
    window.reload().await;
    window.see_text_in(".message--pending", "Written offline").await;
    window.goto("/rooms/lobby").await;
    window.say("In another room").await;
    window.see(".message--pending").await;
    window.goto("/rooms/never-seen").await;
    window.see_text("You are offline").await;
    window.click("a[href='/rooms']").await;
    window.goto("/rooms/lobby").await;
    let _ = window.problems().await; // that there is no network, many times

    server.start_again().await;
    window.value("dispatchEvent(new Event('online'))").await;
    window.see_messages(&["In another room"]).await;
    let one_of_each = async |room: &str, text: &str| {
        let page = owner.get(&format!("/rooms/{room}")).await;
        page.body.matches(&format!(">{text}<")).count() + page.body.matches(&format!("<p>{text}</p>")).count()
    };
    window.goto("/rooms/garden").await;
    window.see_messages(&["Before the storm", "Written offline"]).await;
    window.reload().await;
    window.see_messages(&["Before the storm", "Written offline"]).await;
    assert!(one_of_each("garden", "Written offline").await >= 1);
    window.see_that("!document.querySelector('.message--pending')").await;
}

#[tokio::test]
async fn two_tabs_send_one_message_once() {
    let (mut server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let window = at_home(&chrome, &server).await;
    window.say("first").await;
    window.see_messages(&["first"]).await;
    server.stop().await;
    window.say("second").await;
    window.see(".message--pending").await;
    // Another tab of the same browser, in the same room.
    window.devtools("Target.createTarget", json!({ "url": server.url("/rooms/garden") })).await;

    server.start_again().await;
    window.value("dispatchEvent(new Event('online'))").await;

    window.see_messages(&["first", "second"]).await;
    window.reload().await;
    window.see_messages(&["first", "second"]).await;
}

#[tokio::test]
async fn nothing_private_is_left_after_logging_out() {
    let (server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let window = at_home(&chrome, &server).await;
    window.fill("#text", "half a sen").await;
    window.goto("/rooms").await;
    window.click(".viewer__summary").await;

    window.click("form[action='/logout'] button").await;

    window.at("/login").await;
    let left = "(caches.keys().then((names) => (window.left = names.filter((name) => name.startsWith('parlor-pages')).length)), \
        window.left === 0 && Object.keys(localStorage).every((key) => !key.startsWith('parlor.')))";
    window.see_that(left).await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn the_app_can_be_installed() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = chrome.wide(&server).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;

    let manifest = window.devtools("Page.getAppManifest", json!({})).await;
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    let hindrances = window.devtools("Page.getInstallabilityErrors", json!({})).await;
    let ids: Vec<_> = hindrances["installabilityErrors"].as_array().into_iter().flatten().collect();
    // A window of a test has a profile that is thrown away, which is the one thing that may be wrong here.
    assert!(ids.iter().all(|error| error["errorId"] == "in-incognito"), "{ids:?}");
    assert_no_problems(&[&window]).await;
}
