//! Plain lines over TCP, as `nc` and telnet send them.

use std::time::Duration;

use parlor::config::Config;
use parlor::domain::access::Registration;
use parlor::domain::person::Door;
use serde_json::json;

use crate::support::wire::{Wire, anywhere};
use crate::support::{TestServer, within};

async fn server() -> TestServer {
    TestServer::start_with(open).await
}

fn open(config: &mut Config) {
    config.doors.lines = anywhere();
}

/// Somebody who is in the lobby.
async fn guest(server: &TestServer, name: &str) -> Wire {
    let mut wire = Wire::connect(server, Door::Lines).await;
    wire.see("What is your name?").await;
    wire.type_line(name).await;
    wire.see(&format!("Welcome to Parlor, {name} (guest)")).await;
    wire.see("You are in lobby").await;
    wire
}

#[tokio::test]
async fn whoever_says_a_name_is_in_the_lobby_and_talks_with_every_other_door() {
    let server = server().await;
    let mut ann = guest(&server, "ann").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;

    ann.type_line("hello from nc").await;
    assert_eq!(bob.next_text().await, "hello from nc");
    bob.say("lobby", "two\nlines").await;
    ann.see("[lobby] ann: hello from nc").await;
    assert_eq!(ann.see("[lobby] bob: two").await, "[lobby] bob: two");
    assert_eq!(ann.line().await.as_deref(), Some("  lines"));

    ann.type_line("/who").await;
    ann.see("In lobby:").await;
    ann.type_line("/quit").await;
    assert!(ann.ended().await.concat().contains("Closed: bye"));
}

#[tokio::test]
async fn a_script_that_hangs_up_behind_its_last_line_has_said_it() {
    let server = server().await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;

    let mut script = Wire::connect(&server, Door::Lines).await;
    script.send(b"ann\none\ntwo").await;
    script.end().await;

    assert_eq!(bob.next_text().await, "one");
    assert_eq!(bob.next_text().await, "two");
    script.ended().await;
}

#[tokio::test]
async fn a_token_comes_in_as_its_account_and_a_wrong_one_does_not() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("ann").await;
    let token = owner.token().await;

    let mut wire = Wire::connect(&server, Door::Lines).await;
    wire.see("Log in with: token").await;
    wire.type_line("eve").await;
    wire.see("! guests are not welcome here").await;
    wire.type_line("token parlor_wrong").await;
    wire.see("! this token is not known").await;
    wire.type_line(&format!("token {token}")).await;
    wire.see("Welcome to Parlor, ann.").await;
    wire.see("You are in lobby").await;

    let seen = server.api(&owner).await.get("/api/v1/admin/sessions").await.json();
    assert_eq!(
        (&seen["items"][0]["user"]["name"], &seen["items"][0]["door"]),
        (&json!("ann"), &json!("lines")),
        "{seen}"
    );
}

#[tokio::test]
async fn names_are_tried_five_times_only() {
    let server = server().await;
    let mut wire = Wire::connect(&server, Door::Lines).await;

    wire.send(b"!\n!\n!\n!\n!\n!\n").await;

    let lines = wire.ended().await;
    assert_eq!(lines.iter().filter(|line| line.starts_with('!')).count(), 5, "{lines:?}");
    assert!(lines.last().unwrap().contains("too many wrong tries"), "{lines:?}");
}

#[tokio::test]
async fn long_lines_bad_bytes_and_telnet_do_no_harm() {
    let server = server().await;
    let mut ann = Wire::connect(&server, Door::Lines).await;
    ann.send(&[255, 251, 24, 255, 250, 24, 0, 255, 240]).await;
    ann.type_line("ann").await;
    ann.see("You are in lobby").await;

    ann.send(&vec![b'x'; 200_000]).await;
    ann.type_line("").await;
    ann.see("! a line has at most").await;
    ann.send(b"caf\xe9\r\0").await;
    ann.see("[lobby] ann: caf\u{fffd}").await;
}

#[tokio::test]
async fn whoever_says_nothing_is_shown_out() {
    let server = server().await;
    let mut silent = Wire::connect(&server, Door::Lines).await;
    silent.see("What is your name?").await;
    let mut ann = guest(&server, "ann").await;

    server.clock.advance(Duration::from_secs(61));
    assert!(silent.ended().await.concat().contains("too long to say who you are"));
    server.clock.advance(Duration::from_hours(1));
    assert!(ann.ended().await.concat().contains("nothing was typed for long"));
}

#[tokio::test]
async fn a_stop_says_goodbye_to_those_inside_and_to_newcomers() {
    let mut server = server().await;
    let mut ann = guest(&server, "ann").await;
    let mut newcomer = Wire::connect(&server, Door::Lines).await;
    newcomer.see("What is your name?").await;

    server.begin_stop();

    assert!(ann.ended().await.concat().contains("Bye:"));
    assert!(newcomer.ended().await.concat().contains("going away"));
    within("the stop", server.stop()).await;
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_reads_why_there_is_no_other() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.limits.connections_per_address = 1;
    })
    .await;
    let _ann = guest(&server, "ann").await;

    let mut second = Wire::connect(&server, Door::Lines).await;

    assert!(second.ended().await.concat().contains("! 1 connections are open from this address"));
}

#[tokio::test]
async fn whoever_is_cut_or_shut_out_is_gone_and_stays_out() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.access.registration = Registration::Open;
        config.limits.rate_limits = false;
    })
    .await;
    let owner = server.browser();
    owner.set_up("owner").await;
    let api = server.api(&owner).await;
    let token = server.register("bob").await.token().await;
    let mut wire = Wire::connect(&server, Door::Lines).await;
    wire.type_line(&format!("token {token}")).await;
    wire.see("You are in lobby").await;

    assert_eq!(api.patch("/api/v1/admin/users/bob", json!({"suspended": true})).await.status, 200);

    wire.ended().await;
    let mut again = Wire::connect(&server, Door::Lines).await;
    again.type_line(&format!("token {token}")).await;
    again.see("! you are shut out").await;
}
