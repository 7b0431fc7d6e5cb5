//! Set-up, log in, invites, private and direct rooms, settings.

use super::{assert_no_problems, guest, log_in, make_room, member, owned_by};
use crate::support::http::PASSWORD;
use crate::support::{Chrome, TestServer};

#[tokio::test]
async fn set_up_makes_the_owner_and_shows_guests_out() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let visitor = guest(&chrome, &server, "gus").await;
    visitor.say("anybody here?").await;
    visitor.see_messages(&["anybody here?"]).await;
    let owner = chrome.wide(&server).await;
    owner.goto("/").await;

    owner.click(".banner a").await;
    owner.fill("#server-name", "Home").await;
    owner.fill("#name", "olga").await;
    owner.fill("#password", PASSWORD).await;
    owner.click("button[type=submit]").await;

    owner.at("/rooms/lobby").await;
    owner.see_text_in(".sidebar__server", "Home").await;
    owner.see_text_in(".viewer__name", "olga").await;
    owner.lose(".banner").await;
    visitor.see_text_in("connection-status", "The server has ended this session").await;
    visitor.reload().await;
    visitor.at("/login?next=%2Frooms%2Flobby").await;
    assert_no_problems(&[&owner, &visitor]).await;
}

#[tokio::test]
async fn one_account_is_in_on_two_devices_and_logs_out_on_one() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let (desk, phone) = (member(&chrome, &server, "ann").await, member(&chrome, &server, "ann").await);
    desk.say("from the desk").await;
    phone.see_messages(&["from the desk"]).await;

    desk.click(".viewer__summary").await;
    desk.click(".viewer__menu button").await;

    desk.at("/login").await;
    desk.goto("/rooms/lobby").await;
    desk.see_text("Log in").await;
    assert!(desk.path().await.starts_with("/login"), "{}", desk.path().await);
    phone.say("still here").await;
    phone.see_messages(&["from the desk", "still here"]).await;
    phone.reload().await;
    phone.see_messages(&["from the desk", "still here"]).await;
    assert_no_problems(&[&desk, &phone]).await;
}

#[tokio::test]
async fn a_wrong_password_is_answered_and_the_name_kept() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = chrome.wide(&server).await;
    window.goto("/login").await;
    window.fill("#name", "ann").await;
    window.fill("#password", "not the password").await;

    window.click("button[type=submit]").await;

    window.see(".form__error").await;
    assert_eq!(window.property("#name", "value").await, "ann");
    assert_eq!(window.property("#password", "value").await, "");
    // The browser itself notes the status of the page.
    assert!(window.problems().await.iter().all(|problem| problem.contains("401")));
}

#[tokio::test]
async fn whoever_opens_an_invite_link_registers_joins_and_talks() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let (ann, bob) = (member(&chrome, &server, "ann").await, chrome.wide(&server).await);
    ann.goto("/settings").await;
    ann.click("#invites form[action='/invites'] button").await;
    ann.see("#invites .secret__value").await;
    let link = ann.text("#invites .secret__value").await;
    ann.goto("/rooms/lobby").await;

    bob.follow(&link).await;
    bob.see_text("ann invited you").await;
    bob.fill("#name", "bob").await;
    bob.fill("#password", PASSWORD).await;
    bob.click("button[type=submit]").await;
    bob.at("/rooms/lobby").await;
    bob.say("Thank you").await;

    ann.see_messages(&["Thank you"]).await;
    ann.see_text("bob joined").await;
    ann.say("Welcome").await;
    bob.see_messages(&["Thank you", "Welcome"]).await;
    ann.goto("/settings").await;
    ann.lose("#invites .secret__value").await;
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn a_private_room_is_not_there_for_others_until_they_are_added() {
    let (server, owner) = owned_by("ann").await;
    owner.invite(&server, "bob").await;
    let chrome = Chrome::start().await;
    let (ann, bob) = (member(&chrome, &server, "ann").await, member(&chrome, &server, "bob").await);
    ann.goto("/rooms#create").await;
    ann.fill("#room-name", "plans").await;
    ann.click("input[value=private]").await;
    ann.click("#create button[type=submit]").await;
    ann.at("/rooms/plans").await;
    ann.say("Only us").await;
    ann.see_messages(&["Only us"]).await;

    bob.goto("/rooms/plans").await;
    bob.see_text_in(".page__status", "404").await;
    bob.goto("/rooms").await;
    bob.see_text("lobby").await;
    assert!(!bob.text("body").await.contains("plans"));
    assert!(bob.problems().await.iter().all(|problem| problem.contains("404")));

    bob.goto("/rooms/lobby").await;
    bob.say("I am here").await;
    bob.see_messages(&["I am here"]).await;
    ann.click(".panel-link[data-panel-link=members]").await;
    ann.fill("#person", "bob").await;
    ann.click("form[action$='/members'] button").await;
    ann.see_text("ann added bob").await;
    ann.lose(".new-line").await;

    // Without a reload.
    bob.see(".room-link[data-room=plans]").await;
    ann.say("Welcome bob").await;
    bob.see_text_in(".room-link[data-room=plans] .pill", "1").await;
    bob.click(".room-link[data-room=plans]").await;
    bob.see_messages(&["Only us", "Welcome bob"]).await;
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn the_first_direct_message_reaches_the_others_open_window() {
    let (server, owner) = owned_by("ann").await;
    owner.invite(&server, "bob").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let (ann, bob) = (member(&chrome, &server, "ann").await, member(&chrome, &server, "bob").await);
    bob.see_text_in(".panel-link__count", "2").await;
    bob.fill("#text", "half a sen").await;

    ann.goto("/rooms").await;
    ann.click("a[href='/people/bob']").await;
    ann.click(".card-popover a[href='/direct/bob']").await;
    ann.see_text("You have not written with bob yet").await;
    ann.click("form[action='/direct/bob'] button").await;
    ann.say("Hello bob").await;
    ann.see_messages(&["Hello bob"]).await;

    bob.see_text_in(".room-link[href='/direct/ann'] .pill", "1").await;
    assert_eq!(bob.property("#text", "value").await, "half a sen", "what was being typed stays");
    assert!(bob.value("document.title").await.as_str().unwrap().starts_with("(1)"));
    bob.click(".room-link[href='/direct/ann']").await;
    bob.see_messages(&["Hello bob"]).await;
    bob.say("Hello ann").await;
    ann.see_messages(&["Hello bob", "Hello ann"]).await;
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn a_token_is_shown_once() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    window.goto("/settings").await;
    window.fill("#token-label", "backup script").await;

    window.click("#tokens form[action='/settings/tokens'] button").await;

    window.see("#tokens .secret__value").await;
    let token = window.text("#tokens .secret__value").await;
    let me = crate::support::http::Api::new(&server, &token).get("/api/v1/me").await;
    assert_eq!((me.status, &me.json()["name"]), (200, &serde_json::json!("ann")));
    window.goto("/settings").await;
    window.see_text_in("#tokens", "backup script").await;
    assert!(!window.text("body").await.contains(&token));
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn logging_a_device_out_ends_its_live_page() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let (desk, lost) = (chrome.wide(&server).await, chrome.wide(&server).await);
    for window in [&desk, &lost] {
        log_in(window, "ann").await;
        window.at("/rooms/lobby").await;
    }
    lost.say("connected").await;
    lost.see_messages(&["connected"]).await;
    desk.goto("/settings").await;
    desk.see_text_in("#devices", "this device").await;
    // The browser that set the server up, the desk and the lost one; the newest stands first or last, so both go.
    assert_eq!(desk.texts("#devices .entries__row").await.len(), 3);

    for left in [2, 1] {
        desk.click("#devices form button").await;
        desk.see_that(&format!("document.querySelectorAll('#devices .entries__row').length === {left}")).await;
        desk.see_text_in("#devices", "Saved").await;
    }

    lost.see_text_in("connection-status", "The server has ended this session").await;
    lost.reload().await;
    lost.see("input[type=password]").await;
    assert_no_problems(&[&desk, &lost]).await;
}
