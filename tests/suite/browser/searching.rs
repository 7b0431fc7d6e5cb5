//! Searching: from a room, by the page, and by Ctrl K; with and without JavaScript.

use super::{assert_no_problems, log_in, make_room, member, owned_by};
use crate::support::{Browser, Chrome, Look, TestServer, until};

/// A room with some words that are in the index.
async fn garden() -> (TestServer, Browser) {
    let (server, ann) = owned_by("ann").await;
    make_room(&ann, "garden", "public").await;
    for text in ["What grows here?", "Mostly *beans*", "And slugs <b>everywhere</b>"] {
        assert_eq!(ann.post("/rooms/garden/messages", &[("text", text)]).await.status, 303);
    }
    until("the words are found", || async { ann.get("/search?q=everywhere").await.body.contains("class=\"result\"") })
        .await;
    (server, ann)
}

#[tokio::test]
async fn a_search_from_a_room_leads_to_the_message_among_its_neighbours() {
    let (server, _ann) = garden().await;
    let chrome = Chrome::start().await;
    for look in [Look::wide(), Look::wide().without_javascript()] {
        let window = chrome.window(&server, look).await;
        log_in(&window, "ann").await;
        window.goto("/rooms/garden").await;
        window.click(".room-header a[href='/search?room=garden']").await;
        window.see("#search-q[value='in:garden ']").await;
        window.fill("#search-q", "in:garden beans").await;
        window.click(".search__form .button--primary").await;

        window.see_text_in(".result__text mark", "beans").await;
        assert_eq!(window.texts(".result__context").await, ["ann What grows here?", "ann And slugs <b>everywhere</b>"]);
        window.click(".result__text").await;
        window.see("#m-3").await;
        window.at("/rooms/garden/3").await;
        assert_no_problems(&[&window]).await;
    }
}

#[tokio::test]
async fn ctrl_k_finds_a_message_and_leads_to_it() {
    let (server, _ann) = garden().await;
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;

    window.click("[data-open-jump]").await;
    window.see("dialog.jump").await;
    window.type_text("everyw").await;
    window.see(".jump__option[href='/rooms/garden/4']").await;
    window.click(".jump__option[href='/rooms/garden/4']").await;

    window.at("/rooms/garden/4").await;
    window.see("#m-4").await;
    assert_no_problems(&[&window]).await;
}
