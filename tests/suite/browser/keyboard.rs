//! Without a mouse.

use fantoccini::key::Key;

use super::{assert_no_problems, make_room, member, owned_by};
use crate::support::{Chrome, TestServer, Window};

/// Presses Tab until the focus is where it should be; everything on the way shows that it has the focus.
async fn tab_to(window: &Window, css: &str) -> usize {
    for stops in 1..=30 {
        window.press(&[Key::Tab]).await;
        let seen = window
            .value(
                "(() => { const at = document.activeElement; \
                const ring = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1; \
                const box = at.closest('.composer__box'); \
                const isMarked = box ? getComputedStyle(box).borderTopColor !== getComputedStyle(document.querySelector('.sidebar')).borderRightColor \
                    : ring(getComputedStyle(at)) || ring(getComputedStyle(at, '::after')); \
                const { width, height } = at.getBoundingClientRect(); \
                return at === document.body || (isMarked && width > 0 && height > 0) ? '' : at.outerHTML; })()",
            )
            .await;
        assert_eq!(seen, "", "the focus cannot be seen");
        if window.value(&format!("document.activeElement.matches({css:?})")).await == true {
            return stops;
        }
    }
    panic!("{css} is not reached by Tab");
}

#[tokio::test]
async fn a_guest_comes_in_and_talks_by_keyboard_only() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = chrome.wide(&server).await;
    window.goto("/").await;

    assert_eq!(tab_to(&window, ".skip-link").await, 1, "the first stop leads past the list");
    window.see(".skip-link:focus").await;
    tab_to(&window, ".banner a").await;
    tab_to(&window, ".room-link").await;
    tab_to(&window, "#guest-name").await;
    window.type_text("ann").await;
    window.press(&[Key::Enter]).await;

    window.see_that("document.activeElement?.id === 'text'").await;
    window.type_text("first line").await;
    window.press_with(Key::Shift, Key::Enter.into()).await;
    window.type_text("second line").await;
    assert_eq!(window.messages().await, [""; 0], "Shift+Enter sends nothing");
    window.press(&[Key::Enter]).await;

    window.see_messages(&["first line\nsecond line"]).await;
    window.see_that("document.activeElement?.id === 'text'").await;
    window.type_text("again").await;
    window.press(&[Key::Enter]).await;
    window.see_messages(&["first line\nsecond line", "again"]).await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn ctrl_k_jumps_to_a_room() {
    let (server, owner) = owned_by("ann").await;
    make_room(&owner, "garden", "public").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;

    window.press_with(Key::Control, 'k').await;
    window.see("dialog.jump").await;
    window.type_text("gard").await;
    window.see_that("document.querySelectorAll('.jump__option').length === 1").await;
    window.press(&[Key::Enter]).await;
    window.at("/rooms/garden").await;

    window.press_with(Key::Control, 'k').await;
    window.see("dialog.jump").await;
    window.press(&[Key::Escape]).await;
    window.lose("dialog.jump").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn menus_open_and_close_by_keyboard() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    window.press(&[Key::Tab]).await;

    tab_to(&window, ".viewer__summary").await;
    window.press(&[Key::Enter]).await;
    window.see(".viewer__menu").await;
    window.press(&[Key::Escape]).await;
    window.lose(".viewer__menu").await;
    window.see_that("document.activeElement.matches('.viewer__summary')").await;

    tab_to(&window, ".panel-link[data-panel-link=members]").await;
    window.press(&[Key::Enter]).await;
    window.see(".side-panel .room-people").await;
    tab_to(&window, ".side-panel__close").await;
    window.press(&[Key::Enter]).await;
    window.lose(".side-panel").await;
    window.see_that("document.activeElement.matches('.panel-link[data-panel-link=members]')").await;
    window.press(&[Key::Enter]).await;
    window.see(".side-panel .room-people").await;
    window.press(&[Key::Escape]).await;
    window.lose(".side-panel").await;
    window.see_that("document.activeElement.matches('.panel-link[data-panel-link=members]')").await;
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn messages_are_answered_edited_and_deleted_by_keyboard_only() {
    let (server, _) = owned_by("ann").await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    window.see_that("document.activeElement?.id === 'text'").await;
    for text in ["one", "two"] {
        window.type_text(text).await;
        window.press(&[Key::Enter]).await;
    }
    window.see_messages(&["one", "two"]).await;

    // From the field back to the messages, and up.
    window.press_with(Key::Shift, Key::Tab.into()).await;
    while window.value("document.activeElement.matches('.timeline__scroller')").await != true {
        window.press_with(Key::Shift, Key::Tab.into()).await;
    }
    window.press(&[Key::Up, Key::Up]).await;
    window
        .see_that("document.activeElement.matches('.message') && document.activeElement.innerText.includes('one')")
        .await;
    let spoken = window.value("document.activeElement.getAttribute('aria-label')").await;
    assert!(spoken.as_str().is_some_and(|name| name.starts_with("ann, ") && name.contains("one")), "{spoken}");
    window.type_text("j").await;
    window.see_that("document.activeElement.innerText.includes('two')").await;
    window.type_text("k").await;
    window.see_that("document.activeElement.innerText.includes('one')").await;

    window.type_text("r").await;
    window.see_that("document.activeElement?.id === 'text'").await;
    window.type_text("three").await;
    window.press(&[Key::Enter]).await;
    window.see_text_in(".quote", "one").await;
    window.press(&[Key::Up]).await;
    window.see_that("document.querySelector('#text').value === 'three'").await;
    window.type_text("!").await;
    window.press(&[Key::Enter]).await;
    window.see_text_in(".message__text:has(.message__edited)", "three!").await;

    // The menu gives the focus back, and so does the question.
    window.press_with(Key::Shift, Key::Tab.into()).await;
    while window.value("document.activeElement.matches('.timeline__scroller')").await != true {
        window.press_with(Key::Shift, Key::Tab.into()).await;
    }
    window.press(&[Key::Up, Key::Enter]).await;
    window.see("dialog.menu[open]").await;
    window.press(&[Key::Escape]).await;
    window.see_that("document.activeElement.matches('.message')").await;
    window.press(&[Key::Delete]).await;
    window.see("dialog.ask[open]").await;
    window.press(&[Key::Escape]).await;
    window.see_that("document.activeElement.matches('.message')").await;
    window.press(&[Key::Delete]).await;
    window.see("dialog.ask[open]").await;
    window.press(&[Key::Enter]).await;
    window.see_text_in(".message--deleted", "Message deleted").await;
    window.press(&[Key::Escape]).await;
    window.see_that("document.activeElement?.id === 'text'").await;
    assert_no_problems(&[&window]).await;
}
