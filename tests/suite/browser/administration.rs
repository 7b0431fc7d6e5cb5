//! The pages of those who run the server, in real windows: what axe-core finds on them, and that they work by form.

use serde_json::json;

use super::accessibility::{LOOKS, assert_accessible, assert_quiet};
use super::{log_in, make_room, owned_by};
use crate::support::{Browser, Chrome, Look, TestServer};

/// Every page of those who run the server.
const PATHS: [&str; 18] = [
    "/admin",
    "/admin/reports",
    "/admin/people",
    "/admin/people/bob",
    "/admin/people/bob/delete",
    "/admin/sessions",
    "/admin/bans",
    "/admin/rooms",
    "/admin/rooms/garden",
    "/admin/rooms/garden/delete",
    "/admin/bots",
    "/admin/bots/helper",
    "/admin/tokens",
    "/admin/storage",
    "/admin/invites",
    "/admin/settings",
    "/admin/audit",
    "/admin/health",
];

/// A server with something on every page.
async fn busy() -> (TestServer, Browser) {
    let (server, owner) = owned_by("ann").await;
    let bob = owner.invite(&server, "bob").await;
    let cleo = owner.invite(&server, "cleo").await;
    make_room(&owner, "garden", "public").await;
    make_room(&owner, "plans", "private").await;
    owner.post("/admin/people/cleo/role", &[("role", "moderator")]).await;
    owner.post("/admin/bans", &[("whom", "192.0.2.0/24"), ("reason", "A storm of bots came from here")]).await;
    owner.post("/admin/people/bob/silence", &[("on", "yes")]).await;
    owner.post("/admin/people/bob/silence", &[("on", "no")]).await;
    let program = server.api(&bob).await;
    assert_eq!(program.put("/api/v1/rooms/lobby/members/me", json!({})).await.status, 204);
    let text = "Buy my beans: the best beans, the cheapest beans, beans for everybody";
    let seq = program.post("/api/v1/rooms/lobby/messages", json!({"text": text})).await.json()["seq"].clone();
    let report = format!("/api/v1/rooms/lobby/messages/{seq}/report");
    let reported = server.api(&cleo).await.post(&report, json!({"reason": "advertising"})).await;
    assert!(reported.status < 300, "{}", reported.body);
    server.api(&owner).await.post("/api/v1/invites", json!({})).await;
    owner.post("/admin/bots", &[("name", "helper")]).await;
    owner.post("/admin/bots/helper/tokens", &[("label", "the build"), ("scope", "write"), ("days", "30")]).await;
    owner.post("/admin/storage/backups", &[]).await;
    let hello = [("server_name", "The Den"), ("message_of_the_day", "Beans at noon, in the garden.")];
    assert_eq!(owner.post("/admin/settings", &hello).await.status, 303);
    (server, owner)
}

#[tokio::test]
async fn nothing_is_found_on_the_pages_of_those_who_run_the_server() {
    let (server, _owner) = busy().await;
    let chrome = Chrome::start().await;
    for (name, look) in LOOKS {
        let window = chrome.window(&server, look).await;
        log_in(&window, "ann").await;
        window.at("/rooms/lobby").await;
        for path in PATHS {
            window.goto(path).await;
            assert_accessible(&window, &format!("{path}, {name}")).await;
            assert_quiet(&window, &format!("{path}, {name}")).await;
            window.screenshot(&format!("admin{}-{name}", path.replace('/', "-").replace("-admin", ""))).await;
        }
        window.click(".admin__link[href='/admin/bans']").await;
        window.at("/admin/bans").await;
    }
}

#[tokio::test]
async fn a_refused_ban_is_mended_without_a_script() {
    let (server, _owner) = busy().await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, Look::wide().without_javascript()).await;
    log_in(&window, "ann").await;
    window.goto("/admin/bans").await;

    window.fill("#whom", "10.0.0.0/1").await;
    window.fill("#reason", "noise").await;
    window.click(".admin__body .card button[type=submit]").await;
    window.see("#whom-error").await;
    window.fill("#whom", "10.0.0.0/8").await;
    window.click(".admin__body .card button[type=submit]").await;

    window.see(".flash").await;
    window.see_text("10.0.0.0/8").await;
    window.see_text("noise").await;
}

#[tokio::test]
async fn the_last_hour_is_drawn_where_there_is_a_script_and_told_in_a_table() {
    let (server, _owner) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = chrome.wide(&server).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    window.goto("/admin").await;

    window.see_that("document.querySelectorAll('.table tbody tr').length > 0").await;
    // Two samples make a line: the second one comes ten seconds after the start.
    let drawn = "fetch('/api/v1/admin/figures').then((answer) => answer.json()).then(({ hour }) => hour.length > 1)";
    window.see_that(drawn).await;
    window.reload().await;
    window.see(".charts canvas").await;
    window.screenshot("admin-charts").await;
    assert_quiet(&window, "the charts").await;
}

#[tokio::test]
async fn a_room_is_deleted_without_a_script_by_typing_its_name() {
    let (server, _owner) = busy().await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, Look::wide().without_javascript()).await;
    log_in(&window, "ann").await;
    window.goto("/admin/rooms/garden").await;

    window.click("a[href='/admin/rooms/garden/delete']").await;
    window.at("/admin/rooms/garden/delete").await;
    window.fill("#name", "yard").await;
    window.click(".admin__body .form button[type=submit]").await;
    window.see("#name-error").await;
    window.fill("#name", "garden").await;
    window.click(".admin__body .form button[type=submit]").await;

    window.see(".flash").await;
    window.goto("/admin/rooms/garden").await;
    window.see_text("It is not there any more.").await;
}

#[tokio::test]
async fn whoever_looks_at_a_room_that_is_deleted_is_told_and_loses_it() {
    let (server, owner) = busy().await;
    let chrome = Chrome::start().await;
    let window = chrome.wide(&server).await;
    log_in(&window, "ann").await;
    window.at("/rooms/lobby").await;
    window.goto("/rooms/garden").await;
    window.see_that("document.querySelector('room-list [data-room=garden]') !== null").await;
    window.see(".room[data-live], .composer").await;
    let mut other = owner.socket(&server).await;
    other.join("garden").await;

    let deleted = owner.post("/admin/rooms/garden/delete", &[("name", "garden")]).await;

    assert_eq!(deleted.status, 303, "{}", deleted.body);
    window.see_text("This room was deleted.").await;
    window.see_that("document.querySelector('room-list [data-room=garden]') === null").await;
}

#[tokio::test]
async fn no_page_reaches_beyond_the_window_in_arabic_or_when_enlarged() {
    let (server, _owner) = busy().await;
    let chrome = Chrome::start().await;
    // Twice as large on a wide screen leaves half of its width.
    let enlarged = Look::wide().sized(640, 430);
    for (name, look, language) in
        [("arabic wide", Look::wide(), "ar"), ("arabic phone", Look::phone(), "ar"), ("enlarged", enlarged, "de")]
    {
        let window = chrome.window(&server, look).await;
        window.goto("/login").await;
        window.click(&format!("[name=lang][value={language}]")).await;
        window.see(&format!("html[lang={language}]")).await;
        log_in(&window, "ann").await;
        window.see(".timeline__list").await;
        for path in PATHS {
            window.goto(path).await;
            window.see(".admin__body").await;
            let overflow = window.value("document.documentElement.scrollWidth > innerWidth").await;
            assert_eq!(overflow, false, "{path}, {name}");
            let picture = path.replace('/', "-").replace("-admin", "");
            window.screenshot(&format!("admin{picture}-{name}")).await;
        }
    }
}
