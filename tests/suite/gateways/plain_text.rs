//! What people see who type into a terminal.

use crate::support::TestServer;

#[tokio::test]
async fn what_is_typed_appears_in_every_other_door_and_the_other_way_round() {
    let server = TestServer::start().await;
    let mut typist = server.terminal("room=lobby&name=ann").await;
    typist.see("You are in lobby").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;

    typist.type_line("hello from a terminal").await;
    assert_eq!(bob.next_text().await, "hello from a terminal");
    bob.say("lobby", "hello from a program\nwith two lines").await;

    typist.see("[lobby] ann: hello from a terminal").await;
    assert_eq!(typist.see("[lobby] bob: hello").await, "[lobby] bob: hello from a program\n  with two lines");
}

#[tokio::test]
async fn each_command_works() {
    let server = TestServer::start().await;
    let mut typist = server.terminal("name=ann").await;

    typist.type_line("too early").await;
    typist.see("! you are in no room").await;
    typist.type_line("/join lobby").await;
    typist.see("You are in lobby").await;
    typist.type_line("/help").await;
    assert!(typist.see("/join ROOM").await.contains("/msg"));
    typist.type_line("/who").await;
    typist.see("In lobby: ann (guest)").await;
    typist.type_line("/rooms").await;
    typist.see("* lobby (public").await;
    typist.type_line("/nick eve").await;
    typist.see("You are now eve").await;
    typist.type_line("/me waves").await;
    typist.see("[lobby] eve: *waves*").await;
    typist.type_line("//slash").await;
    typist.see("[lobby] eve: /slash").await;
    typist.type_line("/msg bob hi").await;
    typist.see("! guests have no direct rooms").await;
    typist.type_line("/dance").await;
    typist.see("! /dance is not known").await;
    typist.type_line("/leave").await;
    typist.see("You no longer listen to lobby").await;
    typist.type_line("/quit").await;
    assert_eq!(typist.closed().await, 1000);
}

#[tokio::test]
async fn a_terminal_is_not_steered_by_what_others_write() {
    let server = TestServer::start().await;
    let mut typist = server.terminal("room=lobby&name=ann").await;
    typist.see("You are in lobby").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;

    bob.say("lobby", "\u{1b}[2Jcleared\u{7}\u{202e}").await;

    assert_eq!(typist.see("cleared").await, "[lobby] bob: [2Jcleared");
}
