//! Pictures of every page, to look at: `PARLOR_TEST_SCREENSHOTS=/tmp/pictures cargo test --test suite pictures -- --ignored`.
//! `room.png` is the one of the README.

use std::sync::Arc;
use std::time::Duration;

use parlor::domain::clock::{Clock, Timestamp};
use tempfile::TempDir;

use super::{guest, log_in, make_room, owned_by};
use crate::support::http::PASSWORD;
use crate::support::{Browser, Chrome, Client, Look, TestServer, Window};

#[tokio::test]
#[ignore = "makes pictures; somebody has to look at them"]
async fn pages_of_an_account() {
    let (server, owner) = owned_by("Ann").await;
    let bob = owner.invite(&server, "Bob.Baumeister").await;
    let zoe = owner.invite(&server, "zoë").await;
    make_room(&owner, "garden", "public").await;
    make_room(&owner, "plans-2027", "private").await;
    let mut a = owner.socket(&server).await;
    let mut b = bob.socket(&server).await;
    let mut z = zoe.socket(&server).await;
    a.join("lobby").await;
    b.join("lobby").await;
    z.join("lobby").await;
    a.say("lobby", "Good morning. The **new server** is up since six; `systemctl status parlor` looks fine.").await;
    a.say("lobby", "Tell me when something feels slow.").await;
    b.say("lobby", "Nice. It feels quick from here.\n\n> Tell me when something feels slow.\n\nThe list below is what is left:\n\n1. backups\n2. certificates\n3. lunch").await;
    z.say("lobby", "```rust\nfn main() {\n    println!(\"hello\");\n}\n```").await;
    z.say("lobby", "| when | what |\n|---|---|\n| 10:00 | backups |\n| 11:30 | certificates |").await;
    a.say("lobby", "See https://example.org/notes for the details.").await;
    owner.post("/direct/zo%C3%AB", &[]).await;
    let chrome = Chrome::start().await;
    for (name, look) in [
        ("wide-light", Look::wide()),
        ("wide-dark", Look::wide().dark()),
        ("phone-light", Look::phone()),
        ("phone-dark", Look::phone().dark()),
    ] {
        let window = chrome.window(&server, look).await;
        log_in(&window, "Ann").await;
        window.at("/rooms/lobby").await;
        window.screenshot(&format!("{name}-room")).await;
        window.click(".panel-link[data-panel-link=members]").await;
        window.see(".side-panel .room-people").await;
        window.screenshot(&format!("{name}-panel")).await;
        for (path, page) in [
            ("/rooms", "rooms"),
            ("/settings", "settings"),
            ("/settings#tokens", "tokens"),
            ("/rooms/nowhere", "error"),
            ("/direct/Bob.Baumeister", "direct-start"),
            ("/rooms/garden", "empty"),
            ("/direct/zo%C3%AB", "direct-empty"),
            ("/rooms/lobby/8", "permalink"),
        ] {
            window.goto(path).await;
            window.screenshot(&format!("{name}-{page}")).await;
        }
        window.goto("/rooms/lobby").await;
        if name.starts_with("wide") {
            window.press_with(fantoccini::key::Key::Control, 'k').await;
            window.see("dialog.jump").await;
            window.screenshot(&format!("{name}-jump")).await;
            window.press(&[fantoccini::key::Key::Escape]).await;
            window.lose("dialog.jump").await;
        } else {
            window.goto("/rooms").await;
        }
        window.click(".viewer__summary").await;
        window.see(".viewer__menu").await;
        window.screenshot(&format!("{name}-menu")).await;
    }
}

#[tokio::test]
#[ignore = "makes pictures; somebody has to look at them"]
async fn pages_of_a_stranger() {
    let mut server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    for (name, look) in [
        ("wide-light", Look::wide()),
        ("wide-dark", Look::wide().dark()),
        ("phone-light", Look::phone()),
        ("phone-dark", Look::phone().dark()),
    ] {
        let window = chrome.window(&server, look).await;
        for (path, page) in
            [("/", "demo"), ("/rooms", "demo-rooms"), ("/guest", "guest"), ("/login", "login"), ("/setup", "setup")]
        {
            window.goto(path).await;
            window.screenshot(&format!("{name}-{page}")).await;
        }
    }
    let window = guest(&chrome, &server, "gus").await;
    window.say("before").await;
    window.see_messages(&["before"]).await;
    server.stop().await;
    window.say("typed meanwhile").await;
    window.see(".message--pending").await;
    window.see_text_in("connection-status", "Not connected").await;
    window.screenshot("wide-light-offline").await;
}

/// Lets some minutes pass and says something.
async fn later(server: &TestServer, minutes: u64, client: &mut Client, text: &str) {
    server.pass(Duration::from_secs(60 * minutes));
    client.say("workshop", text).await;
}

async fn repair_shop() -> (TestServer, Browser) {
    let data = Arc::new(TempDir::new().expect("a temporary folder"));
    let an_hour_ago = Timestamp(Clock::System.now().0 - 55 * 60_000);
    let clock = Clock::manual(an_hour_ago);
    let server = TestServer::open(data, clock, |config| config.limits.rate_limits = false);
    let server = server.await.expect("the server starts");
    let mara = server.browser();
    let fields = [("name", "Mara"), ("password", PASSWORD), ("server_name", "Spoke & Wheel"), ("code", "")];
    assert_eq!(mara.post("/setup", &fields).await.status, 303);
    for (name, topic, kind) in [
        ("workshop", "What is on the stands, and who has the 15 mm spanner", "public"),
        ("rides", "Saturday mornings, whatever the weather", "public"),
        ("board", "", "private"),
    ] {
        let page = mara.post("/rooms", &[("name", name), ("topic", topic), ("kind", kind)]).await;
        assert_eq!(page.status, 303, "{}", page.body);
    }
    (server, mara)
}

#[tokio::test]
#[ignore = "makes the picture of the README"]
async fn the_room_of_the_readme() {
    let (server, mara) = repair_shop().await;
    let (jonas, ayse) = (mara.invite(&server, "Jonas").await, mara.invite(&server, "Ay\u{15f}e").await);
    let mut m = mara.socket(&server).await;
    let (mut j, mut a) = (jonas.socket(&server).await, ayse.socket(&server).await);
    for client in [&mut m, &mut j, &mut a] {
        client.join("workshop").await;
        client.join("rides").await;
    }
    assert_eq!(jonas.post("/direct/Mara", &[]).await.status, 303);
    later(&server, 3, &mut m, "Morning! The blue tandem is back: the rear hub grinds again. Who has an hour today?")
        .await;
    later(&server, 4, &mut j, "I have from two. Last time it was the cone, I wrote it down then:").await;
    later(&server, 1, &mut j, "```\nrear hub   cone 13 mm, locknut 17 mm\nbearings   18 x 1/4\"\n```").await;
    later(&server, 6, &mut a, "We are out of `18 x 1/4`. I can pick some up at Kessler on the way in.").await;
    later(&server, 2, &mut m, "Please do, and **two sets**: the cargo bike is next.").await;
    later(&server, 0, &mut m, "Only the bell is left on `#114` :bell:").await;
    later(&server, 9, &mut a, "Got three sets, they were cheap. There at a quarter past one.").await;
    m.say("rides", "The bridge is open again.").await;
    j.say("rides", "Who is in on Saturday?").await;
    a.say("rides", "Me, and my brother").await;
    let chrome = Chrome::start().await;
    m.close().await;
    let window: Window = chrome.window(&server, Look::wide().sized(1280, 800)).await;
    log_in(&window, "Mara").await;
    window.goto("/rooms/workshop").await;
    // What comes live shows that the page is connected.
    later(&server, 1, &mut j, "You are the best. I bring cake.").await;
    window.see_text("I bring cake").await;
    a.send(serde_json::json!({"type": "typing", "room": "workshop"})).await;
    window.see_text_in("typing-line", "typing").await;
    window.devtools("Emulation.setScrollbarsHidden", serde_json::json!({"hidden": true})).await;
    window.screenshot("room").await;
}
