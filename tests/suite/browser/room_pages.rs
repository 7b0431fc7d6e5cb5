//! The pages beside a room: its settings, its people, the card of one person, and conversations of several. All of them
//! with and without JavaScript.

use super::{assert_no_problems, log_in, make_room, member, owned_by};
use crate::support::{Chrome, Look};

const PEOPLE: &str = ".panel-link[data-panel-link=members]";

#[tokio::test]
async fn an_owner_changes_what_a_room_is_about_and_everybody_sees_it() {
    let (server, owner) = owned_by("ann").await;
    let bob = owner.invite(&server, "bob").await;
    make_room(&owner, "garden", "public").await;
    bob.post("/rooms/garden/join", &[]).await;
    let chrome = Chrome::start().await;
    for look in [Look::wide(), Look::wide().without_javascript()] {
        let window = chrome.window(&server, look).await;
        log_in(&window, "ann").await;
        window.goto("/rooms/garden/settings").await;
        window.fill("#topic", "What grows").await;
        window.fill("#description", "Beans, mostly.").await;
        window.click("#about button").await;
        window.at("/rooms/garden/settings?saved=about").await;
        window.see_text_in("#about", "Saved").await;
        window.click(".page-header__back").await;
        window.at("/rooms/garden").await;
        window.see_text_in(".room-header", "What grows").await;
        window.click(PEOPLE).await;
        window.see_text("Beans, mostly.").await;

        window.goto("/rooms/garden/settings").await;
        window.fill("#topic", &"x".repeat(600)).await;
        window.click("#about button").await;
        window.see("#topic[aria-invalid]").await;
        let problems = window.problems().await;
        assert!(problems.iter().all(|problem| problem.contains("422")), "{problems:?}");
    }

    let window = member(&chrome, &server, "bob").await;
    window.goto("/rooms/garden/settings").await;
    window.see_text("Beans, mostly.").await;
    window.lose("#topic").await;
    window.lose("#archive").await;
    window.click("#notifications input[value=nothing]").await;
    window.click("#notifications button").await;
    window.see_text_in("#notifications", "Saved").await;
    window.see(".room-link--muted[data-room=garden]").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn an_archived_room_is_read_only_until_it_is_opened_again() {
    let (server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    window.goto("/rooms/garden/settings").await;
    window.click("#archive button").await;
    window.see_text_in("#archive", "This room is archived.").await;

    window.goto("/rooms/garden").await;
    window.see_text_in(".room-header", "Archived").await;
    window.lose("#text").await;
    window.goto("/rooms").await;
    window.see_text_in(".list__row--quiet", "garden").await;
    window.lose(".room-link[data-room=garden]").await;
    window.goto("/rooms/garden/settings").await;
    window.click("#archive button").await;
    window.goto("/rooms/garden").await;
    window.say("Open again").await;
    window.see_messages(&["Open again"]).await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn roles_are_given_and_people_removed_from_their_card() {
    let (server, owner) = owned_by("ann").await;
    let bob = owner.invite(&server, "bob").await;
    make_room(&owner, "garden", "public").await;
    bob.post("/rooms/garden/join", &[]).await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    window.goto("/rooms/garden").await;
    window.lose(".room--waiting").await;
    window.click(PEOPLE).await;

    window.click(".side-panel a[href^='/people/bob']").await;
    window.see(".card-popover select").await;
    window.click(".card-popover option[value=moderator]").await;
    window.click(".card-popover form[action$='/role'] button").await;
    window.lose(".card-popover").await;
    window.see_text_in(".side-panel", "moderator").await;
    window.click(".side-panel a[href^='/people/bob']").await;
    window.click(".card-popover form[action$='/remove'] button").await;
    window.lose(".side-panel a[href^='/people/bob']").await;
    window.see_text("ann removed bob").await;
    assert_no_problems(&[&window]).await;

    bob.post("/rooms/garden/join", &[]).await;
    let window = chrome.window(&server, Look::wide().without_javascript()).await;
    log_in(&window, "ann").await;
    window.goto("/rooms/garden/members").await;
    window.click("a[href^='/people/bob']").await;
    window.click("option[value=owner]").await;
    window.click("form[action$='/role'] button").await;
    window.at("/rooms/garden/members").await;
    window.goto("/people/bob?room=garden").await;
    window.see_text_in(".person-card", "owner").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn several_people_talk_in_one_conversation() {
    let (server, owner) = owned_by("ann").await;
    owner.invite(&server, "bob").await;
    owner.invite(&server, "eve").await;
    let chrome = Chrome::start().await;
    let ann = member(&chrome, &server, "ann").await;
    let bob = member(&chrome, &server, "bob").await;
    ann.click("a[href='/direct']").await;
    ann.at("/direct").await;
    ann.click("main form button").await;
    ann.see_text_in("[role=alert]", "Choose somebody first").await;
    assert!(ann.problems().await.iter().all(|problem| problem.contains("422")));

    ann.fill("#filter", "bo").await;
    ann.click("[data-filter=bob] label").await;
    ann.fill("#filter", "eve").await;
    ann.see("[data-filter=bob]").await;
    ann.click("[data-filter=eve] label").await;
    ann.click("main form button[type=submit]").await;
    ann.see("#text").await;
    ann.say("Hello you two").await;
    ann.see_messages(&["Hello you two"]).await;

    bob.see(".room-link[href^='/rooms/direct-'] .pill:not([hidden])").await;
    bob.click(".room-link[href^='/rooms/direct-']").await;
    bob.see_messages(&["Hello you two"]).await;
    bob.see_text_in(".room-header__title", "eve").await;
    assert_no_problems(&[&ann, &bob]).await;

    let plain = chrome.window(&server, Look::wide().without_javascript()).await;
    log_in(&plain, "eve").await;
    plain.goto("/direct").await;
    plain.click("[data-filter=ann] label").await;
    plain.click("main form button[type=submit]").await;
    plain.at("/direct/ann").await;
    assert_no_problems(&[&plain]).await;
}

#[tokio::test]
async fn a_key_is_set_on_one_page_and_asked_for_on_another() {
    let (server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    for (look, name, key) in [(Look::wide(), "bob", "sesame"), (Look::wide().without_javascript(), "cid", "barley")] {
        let ann = chrome.window(&server, look).await;
        log_in(&ann, "ann").await;
        ann.goto("/rooms/garden/settings").await;
        ann.fill("#room-key", "two words").await;
        ann.click("#rules button").await;
        ann.see("#room-key[aria-invalid]").await;
        ann.fill("#room-key", key).await;
        ann.fill("#room-most", "20").await;
        ann.click("#rules button").await;
        ann.see_text_in("#rules", "Saved").await;
        assert_eq!(ann.property("#room-key", "value").await, key);
        assert!(ann.problems().await.iter().all(|problem| problem.contains("422")));

        owner.invite(&server, name).await;
        let newcomer = chrome.window(&server, look).await;
        log_in(&newcomer, name).await;
        newcomer.goto("/rooms/garden").await;
        newcomer.see_text_in(".closed", "This room has a key").await;
        newcomer.fill("#key", "guess").await;
        newcomer.click(".closed button").await;
        newcomer.see_text_in("#key-error", "This is not the key").await;
        newcomer.fill("#key", key).await;
        newcomer.click(".closed button").await;
        newcomer.see("#text").await;
        newcomer.at("/rooms/garden").await;
        assert!(newcomer.problems().await.iter().all(|problem| problem.contains("403")));
    }
}
