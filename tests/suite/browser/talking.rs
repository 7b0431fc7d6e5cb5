//! Two windows, one room.

use super::{assert_no_problems, guest, member, owned_by, pick_name};
use crate::support::{Chrome, TestServer};

#[tokio::test]
async fn two_guests_see_each_line_at_once() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let (ann, bob) = (chrome.wide(&server).await, chrome.wide(&server).await);
    for (window, name) in [(&ann, "ann"), (&bob, "bob")] {
        window.goto("/").await;
        window.see_text_in(".banner", "demo: no account yet").await;
        pick_name(window, name).await;
    }

    ann.say("Good morning").await;
    bob.see_messages(&["Good morning"]).await;
    bob.say("Hello ann").await;
    ann.see_messages(&["Good morning", "Hello ann"]).await;

    assert_eq!(bob.texts(".message__author").await, ["ann", "bob"]);
    for window in [&ann, &bob] {
        let now = window.value("new Date().toLocaleTimeString('en-GB').slice(0, 2)").await;
        let time = window.text("article.message[data-kind=message] time").await;
        assert_eq!(time.len(), 5, "hours and minutes: {time}");
        assert!(time.starts_with(now.as_str().unwrap()) || time.ends_with(":59"), "{time} at {now}");
        assert_eq!(window.texts(".day-line").await, ["Today"]);
    }
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn a_reload_shows_the_same_history() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = guest(&chrome, &server, "ann").await;
    for text in ["one", "two", "three"] {
        window.say(text).await;
    }
    window.see_messages(&["one", "two", "three"]).await;
    let authors = window.texts(".message__author").await;

    window.reload().await;

    window.see_messages(&["one", "two", "three"]).await;
    assert_eq!(window.texts(".message__author").await, authors);
    assert_eq!(window.texts(".day-line").await, ["Today"]);
    assert_eq!(window.texts(".new-line").await, [""; 0]);
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn lines_of_one_author_stand_together_under_one_name() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let (ann, bob) = (guest(&chrome, &server, "ann").await, guest(&chrome, &server, "bob").await);

    ann.say("first").await;
    ann.say("second").await;
    bob.see_messages(&["first", "second"]).await;
    bob.say("third").await;
    ann.see_messages(&["first", "second", "third"]).await;

    for window in [&ann, &bob] {
        assert_eq!(window.texts(".message--follows > .message__text").await, ["second"]);
    }
    ann.reload().await;
    assert_eq!(ann.texts(".message--follows > .message__text").await, ["second"]);
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn a_message_is_pending_until_the_server_has_it() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = guest(&chrome, &server, "ann").await;
    let watch = "(window.pending = [], new MutationObserver((all) => all.forEach(({ addedNodes }) => addedNodes.forEach((node) => \
        node.matches?.('.message--pending') && window.pending.push(node.innerText)))) \
        .observe(document.querySelector('.timeline__list'), { childList: true }), true)";
    window.value(watch).await;

    window.say("on its way").await;

    window.see_messages(&["on its way"]).await;
    let pending = window.value("window.pending").await;
    assert!(pending[0].as_str().is_some_and(|text| text.contains("on its way")), "{pending}");
    assert_eq!(pending.as_array().unwrap().len(), 1);
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn somebody_who_types_is_shown_until_the_message_comes() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let (ann, bob) = (guest(&chrome, &server, "ann").await, guest(&chrome, &server, "bob").await);
    ann.see_text_in(".panel-link__count", "2").await;
    bob.see_text_in(".panel-link__count", "2").await;

    bob.fill("#text", "well").await;

    ann.see_text_in("typing-line", "bob is typing").await;
    assert_eq!(bob.text("typing-line").await, "");
    bob.say("well").await;
    ann.see_messages(&["well"]).await;
    assert_eq!(ann.text("typing-line").await, "");
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn markdown_is_rendered_live_and_after_a_reload() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let (ann, bob) = (guest(&chrome, &server, "ann").await, guest(&chrome, &server, "bob").await);

    ann.say("**bold**, `code` and https://example.org/").await;

    for window in [&ann, &bob] {
        window.see_messages(&["bold, code and https://example.org/"]).await;
        assert_eq!(window.text(".message__text strong").await, "bold");
        assert_eq!(window.text(".message__text code").await, "code");
        assert_eq!(window.property(".message__text a", "href").await, "https://example.org/");
    }
    bob.reload().await;
    assert_eq!(bob.text(".message__text strong").await, "bold");
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn what_looks_like_a_page_stays_text() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let (ann, bob) = (guest(&chrome, &server, "ann").await, guest(&chrome, &server, "bob").await);
    let attack = r#"<script>document.title = "taken"</script><img src=x onerror="document.title = 'taken'">"#;

    ann.say(attack).await;

    for window in [&ann, &bob] {
        window.see_messages(&[attack]).await;
        window.reload().await;
        window.see_messages(&[attack]).await;
        assert!(!window.value("document.title").await.as_str().unwrap().contains("taken"));
        assert_eq!(window.value("document.querySelectorAll('.message__text :is(script, img)').length").await, 0);
    }
    assert_no_problems(&[&ann, &bob]).await;
}

#[tokio::test]
async fn a_terminal_and_a_browser_share_a_room() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = guest(&chrome, &server, "ann").await;
    let mut terminal = server.terminal("room=lobby&name=tom").await;

    terminal.type_line("from a terminal").await;
    window.see_messages(&["from a terminal"]).await;
    window.say("from a browser").await;

    assert!(terminal.see("from a browser").await.contains("ann"));
    assert_eq!(window.texts(".message__author").await, ["tom", "ann"]);
    assert_no_problems(&[&window]).await;
}

#[tokio::test]
async fn older_messages_come_as_one_scrolls_up() {
    let (server, owner) = owned_by("ann").await;
    let mut socket = owner.socket(&server).await;
    socket.join("lobby").await;
    for number in 1..=70 {
        socket.say("lobby", &format!("line {number}")).await;
    }
    let chrome = Chrome::start().await;
    let window = member(&chrome, &server, "ann").await;
    window.see_text("line 70").await;

    window.value("(document.querySelector('.timeline__scroller').scrollTop = -100000, true)").await;

    window.see_that("document.querySelectorAll('.message[data-kind=message]').length === 70").await;
    let lines: Vec<String> = (1..=70).map(|number| format!("line {number}")).collect();
    assert_eq!(window.messages().await, lines);
    assert_eq!(window.texts(".day-line").await, ["Today"]);
    window.lose("[data-older]").await;
    assert_no_problems(&[&window]).await;
}
