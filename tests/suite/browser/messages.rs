//! What becomes of messages, in two windows.

use fantoccini::key::Key;
use serde_json::json;

use super::{assert_no_problems, member, owned_by};
use crate::support::{Browser, Chrome, TestServer, Window};

/// Ann, who owns the server, and bob, both in the lobby, where ann has written.
async fn two(chrome: &Chrome, text: &str) -> (TestServer, Browser, Window, Window) {
    let (server, owner) = owned_by("ann").await;
    owner.invite(&server, "bob").await.socket(&server).await.join("lobby").await;
    let mut socket = owner.socket(&server).await;
    socket.join("lobby").await;
    socket.say("lobby", text).await;
    let ann = member(chrome, &server, "ann").await;
    let bob = member(chrome, &server, "bob").await;
    for window in [&ann, &bob] {
        window.see_messages(&[text]).await;
    }
    (server, owner, ann, bob)
}

/// The number of the last message.
async fn last(window: &Window) -> String {
    let seq =
        "[...document.querySelectorAll('.timeline__list .message[data-kind=message][data-seq]')].at(-1).dataset.seq";
    window.value(seq).await.as_str().expect("a number").to_owned()
}

/// Opens the menu of a message by its key.
async fn open_menu(window: &Window, seq: &str) {
    focus(window, seq).await;
    window.press(&[Key::Enter]).await;
    window.see("dialog.menu[open]").await;
}

/// Puts the focus on a message, as the arrow keys do.
async fn focus(window: &Window, seq: &str) {
    window.value("(document.querySelector('.timeline__scroller').focus(), true)").await;
    window.press(&[Key::Up]).await;
    window.see_that("document.activeElement.matches('.message')").await;
    for _ in 0..30 {
        if window.value("document.activeElement.dataset.seq").await == seq {
            return;
        }
        window.press(&[Key::Up]).await;
    }
    panic!("message {seq} is not reached by the arrow keys");
}

#[tokio::test]
async fn a_reaction_is_shared_and_taken_back() {
    let chrome = Chrome::start().await;
    let (_server, _owner, ann, bob) = two(&chrome, "Good morning").await;
    let seq = last(&ann).await;

    open_menu(&bob, &seq).await;
    bob.click("dialog.menu .menu__emoji").await;
    ann.see_text_in(".reaction", "1").await;
    bob.see(".reaction--mine").await;
    ann.lose(".reaction--mine").await;
    ann.click(".reaction").await;
    for window in [&ann, &bob] {
        window.see_text_in(".reaction", "2").await;
        window.see(".reaction--mine").await;
    }
    ann.reload().await;
    ann.see(".reaction--mine").await;
    assert_eq!(ann.property(".reaction", "title").await, "bob, ann");

    ann.click(".reaction").await;
    bob.see_text_in(".reaction", "1").await;
    bob.click(".reaction").await;
    for window in [&ann, &bob] {
        window.lose(".reaction").await;
    }
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn an_edit_is_seen_by_all_with_what_was_there_before() {
    let chrome = Chrome::start().await;
    let (_server, _owner, ann, bob) = two(&chrome, "Good mornng").await;

    ann.click("#text").await;
    ann.press(&[Key::Up]).await;
    ann.see_that("document.querySelector('#text').value === 'Good mornng'").await;
    ann.see(".message--aimed").await;
    ann.fill("#text", "Good **morning**").await;
    ann.write("#text", "\u{e007}").await;

    for window in [&ann, &bob] {
        window.see_text_in(".message__text strong", "morning").await;
        window.see_text_in(".message__edited", "edited").await;
    }
    ann.see_that("document.querySelector('#text').value === '' && !document.querySelector('.message--aimed')").await;
    bob.click(".message__edited").await;
    bob.see_text_in(".side-panel", "Good mornng").await;
    bob.see_text_in(".side-panel", "Good morning").await;
    bob.reload().await;
    bob.see_text_in(".message__edited", "edited").await;
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn escape_gives_the_draft_back_that_an_edit_put_aside() {
    let chrome = Chrome::start().await;
    let (_server, _owner, ann, _bob) = two(&chrome, "Good morning").await;
    let seq = last(&ann).await;
    ann.fill("#text", "half a thought").await;

    focus(&ann, &seq).await;
    ann.type_text("e").await;
    ann.see_that("document.querySelector('#text').value === 'Good morning'").await;
    ann.press(&[Key::Escape]).await;

    ann.see_that("document.querySelector('#text').value === 'half a thought'").await;
    ann.lose(".composer__target").await;
    assert_no_problems(&[&ann]).await;
}

#[tokio::test]
async fn a_deleted_message_leaves_one_quiet_line() {
    let chrome = Chrome::start().await;
    let (_server, _owner, ann, bob) = two(&chrome, "Never mind").await;
    let seq = last(&ann).await;
    open_menu(&bob, &seq).await;
    bob.lose("dialog.menu [data-do=delete]").await;
    bob.press(&[Key::Escape]).await;

    focus(&ann, &seq).await;
    ann.press(&[Key::Delete]).await;
    ann.see("dialog.ask[open]").await;
    ann.press(&[Key::Enter]).await;

    for window in [&ann, &bob] {
        window.see_messages(&["Message deleted"]).await;
    }
    ann.see_that(&format!("document.activeElement.dataset.seq === '{seq}'")).await;
    bob.reload().await;
    bob.see_messages(&["Message deleted"]).await;
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn an_answer_quotes_its_parent_and_joins_its_thread() {
    let chrome = Chrome::start().await;
    let (server, _owner, ann, bob) = two(&chrome, "Who has the key?").await;
    let seq = last(&ann).await;

    focus(&bob, &seq).await;
    bob.type_text("r").await;
    bob.see_text_in(".composer__target", "Who has the key?").await;
    bob.type_text("I have").await;
    bob.press(&[Key::Enter]).await;

    for window in [&ann, &bob] {
        window.see_text_in(".quote", "ann Who has the key?").await;
        window.see_text_in(".message__thread", "1 reply").await;
    }
    bob.lose(".composer__target").await;
    ann.click(".message__thread").await;
    ann.see_text_in("thread-panel .thread__list", "I have").await;
    ann.fill("#thread-text", "Thank you").await;
    ann.write("#thread-text", "\u{e007}").await;
    ann.see_text_in("thread-panel .thread__list", "Thank you").await;
    for window in [&ann, &bob] {
        window.see_text_in(".message__thread", "2 replies").await;
    }
    ann.see_that("document.activeElement.id === 'thread-text'").await;
    bob.click(".timeline__list .message:last-child .quote").await;
    bob.see(&format!("#m-{seq}.message--focused")).await;

    // The same as a page of its own.
    bob.goto(&format!("/rooms/lobby/{seq}/thread")).await;
    bob.see_text_in(".thread__list", "Thank you").await;
    drop(server);
}

#[tokio::test]
async fn a_thread_says_how_many_answers_are_new() {
    let chrome = Chrome::start().await;
    let (server, owner, ann, bob) = two(&chrome, "Lunch?").await;
    let seq: u64 = last(&ann).await.parse().expect("a number");
    ann.goto("/rooms").await;
    let api = server.api(&owner.invite(&server, "carl").await).await;
    api.put("/api/v1/rooms/lobby/members/me", json!({})).await;
    for text in ["yes", "no"] {
        let sent = api.post("/api/v1/rooms/lobby/messages", json!({ "text": text, "reply_to": seq })).await;
        assert_eq!(sent.status, 201, "{}", sent.body);
    }

    ann.goto("/rooms/lobby").await;

    ann.see_text_in(".message__thread", "2 replies").await;
    ann.see_text_in(".new-line", "New").await;
    bob.see_text_in(".message__thread", "2 replies").await;
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn a_pinned_message_is_found_in_the_list_of_pins() {
    let chrome = Chrome::start().await;
    let (_server, _owner, ann, bob) = two(&chrome, "The door code is on the fridge").await;
    let seq = last(&ann).await;

    focus(&ann, &seq).await;
    ann.type_text("p").await;

    for window in [&ann, &bob] {
        window.see_text("ann pinned a message").await;
        window.see(&format!("#m-{seq}.message--pinned")).await;
    }
    bob.click(".room-header [data-panel-link=pins]").await;
    bob.see_text_in("pins-panel", "The door code").await;
    bob.click("pins-panel [data-show]").await;
    bob.see(&format!("#m-{seq}.message--focused")).await;
    focus(&ann, &seq).await;
    ann.type_text("p").await;
    bob.see_text_in("pins-panel", "Nothing is pinned").await;
    bob.lose(".message--pinned").await;
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn a_room_can_be_unread_from_a_message_on() {
    let (server, owner) = owned_by("ann").await;
    let mut socket = owner.invite(&server, "bob").await.socket(&server).await;
    socket.join("lobby").await;
    for text in ["one", "two", "three"] {
        socket.say("lobby", text).await;
    }
    let chrome = Chrome::start().await;
    let ann = member(&chrome, &server, "ann").await;
    ann.see_messages(&["one", "two", "three"]).await;
    let seq = last(&ann).await.parse::<u64>().expect("a number") - 1;

    focus(&ann, &seq.to_string()).await;
    ann.type_text("u").await;

    ann.see_text_in(".new-line", "New").await;
    ann.see_text_in(".room-link[data-room=lobby] .pill", "2").await;
    socket.say("lobby", "four").await;
    ann.see_messages(&["one", "two", "three", "four"]).await;
    ann.see_text_in(".room-link[data-room=lobby] .pill", "3").await;
    assert_no_problems(&[&ann]).await;
}
