//! How people look to each other, how pages look to them, and what reaches them while they look elsewhere.

use serde_json::json;

use super::{assert_no_problems, guest, member, owned_by};
use crate::support::{Chrome, TestServer};

const SURFACE: &str = "getComputedStyle(document.documentElement).backgroundColor";

#[tokio::test]
async fn a_theme_and_a_density_are_chosen_in_the_settings() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    window.goto("/settings").await;
    let light = window.value(SURFACE).await;
    let height = "document.querySelector('.settings__nav a').getBoundingClientRect().height";
    let cosy = window.value(height).await.as_f64();

    window.click("input[name=theme][value=dark]").await;
    window.click("input[name=density][value=compact]").await;
    window.click("#appearance button[type=submit]").await;

    window.see_text_in("#appearance .form__saved", "Saved").await;
    assert_ne!(window.value(SURFACE).await, light, "dark, whatever the system says");
    assert!(window.value(height).await.as_f64() < cosy);
    window.screenshot("settings-dark-compact").await;
    window.click("input[name=theme][value=light]").await;
    window.click("input[name=density][value=cosy]").await;
    window.click("#appearance button[type=submit]").await;
    window.see("html[data-theme=light]").await;
    assert_eq!(window.value(SURFACE).await, light);
    window.screenshot("settings-light-cosy").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn a_guest_keeps_a_look_in_the_browser() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = guest(&chrome, &server, "eve").await;
    window.goto("/settings").await;

    window.click("input[name=theme][value=dark]").await;
    window.click("#appearance button[type=submit]").await;

    window.see("html[data-theme=dark]").await;
    window.lose("#password").await;
    window.goto("/").await;
    window.see("html[data-theme=dark]").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn a_status_and_being_busy_show_in_the_other_window_as_they_change() {
    let (server, owner) = owned_by("ann").await;
    owner.invite(&server, "bob").await;
    let chrome = Chrome::start().await;
    let (ann, bob) = (member(&chrome, &server, "ann").await, member(&chrome, &server, "bob").await);
    bob.click(".room-header__panels [data-panel-link=members]").await;
    bob.see(".side-panel .people__row").await;
    let row = |what: &str| {
        let rows = "[...document.querySelectorAll('.people__row')]";
        let find = ".find((row) => row.querySelector('.people__name').textContent === 'ann')";
        format!("{rows}{find}?.{what}")
    };
    bob.see_that(&format!("!{}", row("querySelector('.presence').hidden"))).await;

    ann.goto("/settings").await;
    ann.fill("#status-emoji", ":palm_tree:").await;
    ann.fill("#status-text", "<b>out</b>").await;
    ann.click("#status button[type=submit]").await;
    ann.see_text_in("#status .form__saved", "Saved").await;

    let said = row("querySelector('.people__status').textContent.trim()");
    bob.see_that(&format!("{said} === '🌴 <b>out</b>'")).await;
    bob.screenshot("people-status").await;
    let busy = owner.socket(&server).await.acked(json!({"type": "presence", "status": "busy"})).await;
    assert_eq!(busy["type"], "ack");
    bob.see_that(&row("querySelector('.presence--busy') !== null")).await;
    ann.click("#status button[name=clear]").await;
    bob.see_that(&row("querySelector('.people__status').hidden")).await;
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn the_icon_and_the_title_say_that_something_is_unread() {
    let (server, owner) = owned_by("ann").await;
    let icon = |name: &str| format!("document.querySelector('link[rel=icon]').href.endsWith('/{name}')");
    super::make_room(&owner, "garden", "public").await;
    let bob = owner.invite(&server, "bob").await;
    let chrome = Chrome::start().await;
    let ann = member(&chrome, &server, "ann").await;
    ann.see_that(&icon("favicon.svg")).await;
    let mut writer = bob.socket(&server).await;
    writer.join("garden").await;

    writer.say("garden", "look").await;

    ann.see_that(&icon("favicon-unread.svg")).await;
    ann.see_that("document.title.startsWith('(')").await;
    ann.goto("/rooms/garden").await;
    ann.see_that(&icon("favicon.svg")).await;
    ann.see_that("!document.title.startsWith('(')").await;
    assert_no_problems(&[&ann]).await;
}

#[tokio::test]
async fn what_is_pushed_is_shown_and_leads_to_its_message() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    let origin = server.url("");
    window.devtools("Browser.grantPermissions", json!({"origin": origin, "permissions": ["notifications"]})).await;
    window.goto("/settings").await;
    window.see("[data-push-start]:not([hidden])").await;
    window.see_that("navigator.serviceWorker.controller !== null").await;
    let said = json!({"title": "bob · #lobby", "body": "hello", "url": "/rooms/lobby/1", "room": "lobby", "seq": 1, "tag": "lobby"});

    window.devtools("ServiceWorker.enable", json!({})).await;
    // The number of the registration is told in an event that the driver does not pass on; it is a small one. A worker that is
    // only just starting may miss a message, as it may at a real service, which sends it once more.
    crate::support::until("the notification", async || {
        for number in 0..20 {
            let message = json!({"origin": origin, "registrationId": number.to_string(), "data": said.to_string()});
            window.devtools("ServiceWorker.deliverPushMessage", message).await;
        }
        let shown = "navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) => (self.shown = all))";
        window.value(&format!("({shown}, self.shown?.[0]?.title === 'bob · #lobby')")).await == true
    })
    .await;
    let shown = window.value("[shown.length, shown[0].body, shown[0].tag, shown[0].data.url]").await;
    assert_eq!(shown, json!([1, "hello", "lobby", "/rooms/lobby/1"]));
    assert_no_problems(&[&window]).await;
}
