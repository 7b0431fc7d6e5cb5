//! The field one writes in.

use fantoccini::key::Key;

use super::{assert_no_problems, guest, make_room, member, owned_by};
use crate::support::{Chrome, TestServer};

#[tokio::test]
async fn names_rooms_and_commands_are_suggested() {
    let (server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let bob = owner.invite(&server, "bob").await;
    bob.socket(&server).await.join("lobby").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;

    window.click("#text").await;
    window.type_text("hello @b").await;
    window.see_text_in("#text-completion", "bob").await;
    window.press(&[Key::Enter]).await;
    window.type_text("come to #g").await;
    window.see_text_in("#text-completion", "garden").await;
    window.press(&[Key::Tab]).await;
    window.see_that("document.querySelector('#text').value === 'hello @bob come to #garden '").await;
    window.press(&[Key::Enter]).await;
    window.see_messages(&["hello @bob come to #garden"]).await;

    window.type_text("/wh").await;
    window.see_text_in("#text-completion", "/who").await;
    window.press(&[Key::Escape]).await;
    window.lose("#text-completion").await;
    window.press(&[Key::Backspace, Key::Backspace, Key::Backspace]).await;
    window.see_that("document.querySelector('#text').value === ''").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn a_line_that_begins_with_a_slash_is_a_command() {
    let (server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;

    window.say("/me waves").await;
    window.see_messages(&["waves"]).await;
    window.say("//help is a word").await;
    window.see_messages(&["waves", "/help is a word"]).await;
    window.say("/who").await;
    window.see_text_in(".composer__answer", "ann (owner)").await;
    window.say("/dance").await;
    window.see_text_in("#text-error", "/help").await;
    assert_eq!(window.property("#text", "value").await, "/dance", "what was typed is kept");
    window.say("/join garden").await;
    window.at("/rooms/garden").await;
    window.see_text_in(".room-header__title", "garden").await;
}

#[tokio::test]
async fn each_room_keeps_its_own_draft() {
    let (server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;

    window.fill("#text", "for the lobby").await;
    window.click(".room-link[data-room=garden]").await;
    window.at("/rooms/garden").await;
    window.see_that("document.querySelector('#text').value === ''").await;
    window.fill("#text", "for the garden").await;
    window.goto("/rooms/lobby").await;
    window.see_that("document.querySelector('#text').value === 'for the lobby'").await;
    window.goto("/rooms/garden").await;
    window.see_that("document.querySelector('#text').value === 'for the garden'").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn what_is_pasted_is_clean() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = guest(&chrome, &server, "ann").await;
    window.click("#text").await;

    let paste = "(() => { const data = new DataTransfer(); data.setData('text/plain', '\\n\\u00a0one\\u200b two  \\r\\nthree \\ud83d\\udc69\\u200d\\ud83d\\udcbb\\n\\n'); \
        document.querySelector('#text').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, cancelable: true, bubbles: true })); \
        return document.querySelector('#text').value; })()";
    assert_eq!(window.value(paste).await, " one two\nthree 👩\u{200d}💻");
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_is_tried_again_or_taken_back() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = guest(&chrome, &server, "ann").await;
    window.say("first").await;
    window.see_messages(&["first"]).await;
    // The server refuses what answers a message that is not there.
    let post = "(document.querySelector('.room').dispatchEvent(new CustomEvent('post-text', { detail: { text: 'to nobody', replyTo: 999 } })), true)";
    window.value(post).await;

    window.see_text_in(".message--failed", "Not sent.").await;
    window.click("[data-retry]").await;
    window.see_text_in(".message--failed", "Not sent.").await;
    window.click("[data-withdraw]").await;

    window.see_messages(&["first"]).await;
    window.see_that("document.querySelector('#text').value === 'to nobody'").await;
    window.write("#text", "\u{e007}").await;
    window.see_messages(&["first", "to nobody"]).await;
    assert_no_problems(&[&window]).await;
}
