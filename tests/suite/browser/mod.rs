//! What people see and do, in real Chromium windows against a running server.

mod accessibility;
mod accounts;
mod administration;
mod api_docs;
mod breakers;
mod broken_line;
mod composing;
mod connection;
mod history;
mod keyboard;
mod languages;
mod messages;
mod offline;
#[cfg(feature = "passkeys")]
mod passkeys;
mod people;
mod phone;
mod pictures;
mod room_pages;
mod searching;
mod shell;
mod talking;
mod without_javascript;
mod without_websocket;

use crate::support::http::PASSWORD;
use crate::support::{Browser, Chrome, TestServer, Window};

/// A wide window of a guest, in the lobby.
async fn guest(chrome: &Chrome, server: &TestServer, name: &str) -> Window {
    let window = chrome.wide(server).await;
    window.goto("/").await;
    pick_name(&window, name).await;
    window.see("#text").await;
    window
}

/// Picks a name in the form under the timeline.
async fn pick_name(window: &Window, name: &str) {
    window.fill("#guest-name", name).await;
    window.click(".closed--guest .button").await;
}

/// A wide window of an account, in the lobby.
async fn member(chrome: &Chrome, server: &TestServer, name: &str) -> Window {
    let window = chrome.wide(server).await;
    log_in(&window, name).await;
    window.at("/rooms/lobby").await;
    window
}

/// Logs in by the page.
async fn log_in(window: &Window, name: &str) {
    window.goto("/login").await;
    window.fill("#name", name).await;
    window.fill("#password", PASSWORD).await;
    window.click(".form button[type=submit]").await;
}

/// A server of this day whose owner is `owner`.
async fn owned_by(owner: &str) -> (TestServer, Browser) {
    let server = TestServer::start_today().await;
    let browser = server.browser();
    browser.set_up(owner).await;
    (server, browser)
}

/// A room, made by this account; `kind` is `public` or `private`.
async fn make_room(browser: &Browser, name: &str, kind: &str) {
    let page = browser.post("/rooms", &[("name", name), ("topic", ""), ("kind", kind)]).await;
    assert_eq!(page.status, 303, "the room {name}: {}", page.body);
}

/// Nothing went wrong in these windows that nobody looked at.
async fn assert_no_problems(windows: &[&Window]) {
    for window in windows {
        assert_eq!(window.problems().await, Vec::<String>::new());
    }
}
