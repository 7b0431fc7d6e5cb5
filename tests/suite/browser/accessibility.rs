//! What axe-core finds on the pages: nothing. Each page, light and dark, wide and narrow; with the Content-Security-Policy and
//! the console looked at as well.

use serde_json::json;

use super::{log_in, make_room, owned_by};
use crate::support::{Chrome, Look, TestServer, Window, until};

/// The rules of WCAG 2.2 AA, and what else axe-core thinks is good practice.
const RUN: &str = "axe.run(CONTEXT, { resultTypes: ['violations'], \
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }) \
    .then(({ violations }) => violations.map(({ id, help, nodes }) => \
        `${id} (${help}): ${nodes.slice(0, 4).map(({ target, html }) => `${target} ${html.slice(0, 160)}`).join(' | ')}`))";

pub(super) const LOOKS: [(&str, Look); 4] = [
    ("wide, light", Look::wide()),
    ("wide, dark", Look::wide().dark()),
    ("phone, light", Look::phone()),
    ("phone, dark", Look::phone().dark()),
];

/// Evaluated by the browser's own tools, axe-core needs no exception from the policy of the pages.
pub(super) async fn assert_accessible(window: &Window, what: &str) {
    assert_accessible_in(window, "body", what).await;
}

/// What an open menu lies over cannot be hit, which is no mistake: only the menu itself is looked at then.
async fn assert_accessible_in(window: &Window, css: &str, what: &str) {
    const AXE: &str = include_str!("vendor/axe-core@4.10.3/axe.min.js");
    window.devtools("Runtime.evaluate", json!({ "expression": AXE })).await;
    let run = RUN.replace("CONTEXT", &if css == "body" { "document".to_owned() } else { format!("{css:?}") });
    let run = json!({ "expression": run, "awaitPromise": true, "returnByValue": true });
    let answer = window.devtools("Runtime.evaluate", run).await;
    assert_eq!(answer["result"]["value"], json!([]), "{what}: {answer}");
}

pub(super) async fn assert_quiet(window: &Window, what: &str) {
    assert_eq!(window.problems().await, Vec::<String>::new(), "{what}");
}

/// Rooms of every kind, with messages of every kind.
async fn furnished() -> TestServer {
    let (server, owner) = owned_by("ann").await;
    let bob = owner.invite(&server, "bob").await;
    for (name, kind) in [("garden", "public"), ("plans", "private"), ("noise", "public"), ("attic", "public")] {
        make_room(&owner, name, kind).await;
    }
    bob.post("/rooms/garden/join", &[]).await;
    owner.post("/direct/bob", &[]).await;
    owner.post("/rooms/noise/level", &[("level", "nothing")]).await;
    owner.post("/rooms/attic/archive", &[("archived", "yes")]).await;
    let about = [("topic", "What grows"), ("description", "Beans.\nAnd slugs.")];
    assert_eq!(owner.post("/rooms/garden/settings", &about).await.status, 303);
    let mut socket = bob.socket(&server).await;
    socket.join("garden").await;
    for text in
        ["The **beans** are up", "```rust\nfn main() {}\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "> so\n\n- [ ] it is"]
    {
        socket.say("garden", text).await;
    }
    until("the words are found", || async { owner.get("/search?q=beans").await.body.contains("class=\"result\"") })
        .await;
    server
}

#[tokio::test]
async fn nothing_is_found_on_the_pages_of_an_account() {
    let server = furnished().await;
    let chrome = Chrome::start().await;
    for (name, look) in LOOKS {
        let window = chrome.window(&server, look).await;
        log_in(&window, "ann").await;
        window.at("/rooms/lobby").await;
        for path in [
            "/rooms/garden",
            "/rooms/attic",
            "/rooms/garden/members",
            "/rooms/garden/settings",
            "/rooms/garden/unread",
            "/rooms",
            "/rooms?q=nothing-of-this-name",
            "/direct",
            "/direct/bob",
            "/people/bob?room=garden",
            "/search",
            "/search?q=beans",
            "/shortcuts",
            "/settings",
            "/offline",
        ] {
            window.goto(path).await;
            assert_accessible(&window, &format!("{path}, {name}")).await;
            assert_quiet(&window, &format!("{path}, {name}")).await;
        }
        window.goto("/rooms/nowhere").await;
        assert_accessible(&window, &format!("an error, {name}")).await;
        assert!(window.problems().await.iter().all(|problem| problem.contains("404")));
    }
}

#[tokio::test]
async fn nothing_is_found_in_what_opens_over_a_page() {
    let server = furnished().await;
    let chrome = Chrome::start().await;
    for (name, look) in LOOKS {
        let window = chrome.window(&server, look).await;
        log_in(&window, "ann").await;
        window.goto("/rooms/garden").await;
        window.lose(".room--waiting").await;
        window.click(".panel-link[data-panel-link=members]").await;
        window.see(".side-panel .room-people").await;
        assert_accessible(&window, &format!("the panel, {name}")).await;
        window.click(".side-panel a[href^='/people/bob']").await;
        window.see(".card-popover .button--primary").await;
        assert_accessible(&window, &format!("a card, {name}")).await;

        window.goto("/rooms").await;
        window.click("[data-open-jump]").await;
        window.see("dialog.jump .jump__option").await;
        assert_accessible(&window, &format!("the dialog of rooms, {name}")).await;
        window.goto("/rooms").await;
        window.click(".viewer__summary").await;
        assert_accessible_in(&window, ".viewer", &format!("the menu, {name}")).await;
        window.click("[data-open-shortcuts]").await;
        window.see("dialog.sheet").await;
        assert_accessible(&window, &format!("the list of keys, {name}")).await;
        assert_quiet(&window, name).await;
    }
}

#[tokio::test]
async fn nothing_is_found_on_the_pages_of_a_stranger() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    for (name, look) in LOOKS {
        let window = chrome.window(&server, look).await;
        for path in ["/", "/rooms", "/guest", "/login", "/setup"] {
            window.goto(path).await;
            assert_accessible(&window, &format!("{path}, {name}")).await;
        }
        assert_quiet(&window, name).await;
    }
}

#[tokio::test]
async fn nothing_moves_for_whoever_wants_it_still() {
    let server = furnished().await;
    let chrome = Chrome::start().await;
    let window = chrome.wide(&server).await;
    let still = json!([{ "name": "prefers-reduced-motion", "value": "reduce" }]);
    window.devtools("Emulation.setEmulatedMedia", json!({ "features": still })).await;
    log_in(&window, "ann").await;
    window.goto("/rooms/garden").await;
    window.click(".panel-link[data-panel-link=members]").await;
    window.see(".side-panel .room-people").await;

    let moving = "[...document.querySelectorAll('*')].filter((at) => { const style = getComputedStyle(at); \
        return style.animationName !== 'none' || style.transitionDuration.split(',').some((time) => parseFloat(time) > 0); }) \
        .map((at) => at.className)";
    assert_eq!(window.value(moving).await, json!([]));
    assert_quiet(&window, "reduced motion").await;
}
