//! What people say: in channels and in private, with tags, styles, echoes, labels, in lines, and taken back.

use parlor::domain::person::Door;
use serde_json::json;

use super::{has, open, server};
use crate::support::irc::IrcClient;
use crate::support::wire::{Wire, anywhere};
use crate::support::{PASSWORD, TestServer};

const RICH: &str =
    "message-tags server-time echo-message batch labeled-response draft/multiline draft/message-redaction";

#[tokio::test]
async fn a_message_is_the_same_for_all_doors() {
    let server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#lobby").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    ann.rest().await;

    ann.say("PRIVMSG #lobby :hello \u{2}bold\u{2}").await;
    assert_eq!(bob.next_text().await, "hello **bold**");
    ann.say("PRIVMSG #lobby :\u{1}ACTION waves\u{1}").await;
    assert_eq!(bob.next_text().await, "*waves*");
    bob.say("lobby", "one *two*\nthree").await;
    assert!(ann.see("bob!bob@").await.ends_with("PRIVMSG #lobby :one \u{1d}two\u{1d}"));
    ann.see("PRIVMSG #lobby :three").await;
    bob.say("lobby", &"word ".repeat(500)).await;
    let lines = ann.rest().await;
    assert!(lines.len() > 4 && lines.iter().all(|line| line.len() <= 510), "{}", lines.len());
    assert!(has(&ann.ask("PRIVMSG #lobby : ").await, " 412 ann "));
    assert!(has(&ann.ask("PRIVMSG #nowhere :x").await, " 403 ann #nowhere "));
}

#[tokio::test]
async fn echoes_carry_the_label_and_the_id_that_others_see() {
    let server = server().await;
    let mut ann = IrcClient::with_caps(&server, "ann", RICH).await;
    ann.join("#tea").await;
    let mut bob = IrcClient::with_caps(&server, "bob", "message-tags").await;
    bob.join("#tea").await;
    ann.rest().await;
    let echo = ann.ask("@label=x1 PRIVMSG #tea :hi").await;
    assert!(has(&echo, "label=x1") && has(&echo, "msgid=tea/1"), "{echo:?}");
    let seen = bob.rest().await;
    assert!(has(&seen, "@msgid=tea/1 :ann!") && !has(&seen, "label"), "{seen:?}");
    assert!(has(&ann.ask("@label=x2 PONG x").await, "@time=") && !ann.ask("@label=x3 PONG x").await.is_empty());
    assert_eq!(bob.ask("PRIVMSG #tea :quiet").await, Vec::<String>::new(), "no echo was asked for");
}

#[tokio::test]
async fn a_message_in_lines_is_one_message() {
    let server = server().await;
    let mut ann = IrcClient::with_caps(&server, "ann", RICH).await;
    ann.join("#lobby").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    for line in [
        "BATCH +1 draft/multiline #lobby",
        "@batch=1 PRIVMSG #lobby :one",
        "@batch=1 PRIVMSG #lobby :two ",
        "@batch=1;draft/multiline-concat PRIVMSG #lobby :more",
        "BATCH -1",
    ] {
        ann.say(line).await;
    }
    assert_eq!(bob.next_text().await, "one\ntwo more");
    ann.say("BATCH +2 draft/multiline #lobby").await;
    assert!(has(&ann.ask("@batch=2 PRIVMSG #other :x").await, "FAIL BATCH MULTILINE_INVALID_TARGET"));
    assert!(has(&ann.ask("BATCH +3 nonsense #lobby").await, "FAIL BATCH UNKNOWN_TYPE"));
}

#[tokio::test]
async fn reactions_typing_edits_and_taking_back_cross_the_doors() {
    let server = server().await;
    let mut ann = IrcClient::with_caps(&server, "ann", RICH).await;
    ann.join("#lobby").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    ann.rest().await;
    let seq = bob.say("lobby", "cake?").await;
    ann.see("PRIVMSG #lobby :cake?").await;

    ann.say(&format!("@+draft/react=👍;+draft/reply=lobby/{seq} TAGMSG #lobby")).await;
    let reaction = bob.next_of("reaction").await;
    assert_eq!((reaction["emoji"].as_str(), reaction["target"].as_u64()), (Some("👍"), Some(seq)), "{reaction}");
    ann.rest().await;
    ann.say("@+typing=active TAGMSG #lobby").await;
    assert_eq!(bob.next_of("typing").await["user"]["name"], "ann");
    bob.acked(json!({"type": "edit", "room": "lobby", "seq": seq, "text": "pie?"})).await;
    let edited = ann.see("(edited) pie?").await;
    assert!(edited.contains(&format!("+draft/reply=lobby/{seq}")), "{edited}");
    bob.acked(json!({"type": "delete", "room": "lobby", "seq": seq})).await;
    ann.see(&format!(" REDACT #lobby lobby/{seq}")).await;

    ann.say("PRIVMSG #lobby :oops").await;
    let own = ann.see("PRIVMSG #lobby :oops").await;
    let id = own.split_once("msgid=").unwrap().1.split([';', ' ']).next().unwrap().to_owned();
    ann.say(&format!("REDACT #lobby {id}")).await;
    bob.next_of("deleted").await;
    let others = bob.say("lobby", "not yours").await;
    ann.see("not yours").await;
    let lines = ann.ask(&format!("REDACT #lobby lobby/{others}")).await;
    assert!(has(&lines, "FAIL REDACT REDACT_FORBIDDEN"), "{lines:?}");
    assert!(has(&ann.ask("REDACT #lobby nonsense").await, "FAIL REDACT UNKNOWN_MSGID"));
}

#[tokio::test]
async fn accounts_have_a_conversation_that_is_kept_and_guests_whisper() {
    let server = server().await;
    server.browser().set_up("olga").await;
    let bob = server.register("bob").await;
    let mut olga = IrcClient::account(&server, "olga", PASSWORD, "message-tags").await;
    let mut socket = bob.socket(&server).await;
    olga.say("PRIVMSG bob :psst").await;
    assert_eq!(socket.next_text().await, "psst");
    let mut bob = IrcClient::account(&server, "bob", PASSWORD, "").await;
    bob.say("PRIVMSG olga :yes?").await;
    assert!(olga.see("PRIVMSG olga :yes?").await.contains(":bob!bob@"));

    let mut guest = IrcClient::guest(&server, "gast").await;
    guest.ask("PRIVMSG olga :hello").await;
    assert!(has(&olga.rest().await, ":gast!gast@"));
    assert!(has(&guest.ask("PRIVMSG nobody :hello").await, " 401 gast nobody "));
    bob.ask("AWAY :later").await;
    assert!(has(&guest.ask("PRIVMSG bob :hello").await, " 301 gast bob :later"));
    assert_eq!(guest.ask("NOTICE nobody :hello").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_somebody_does_is_said_at_every_door_and_comes_from_every_door() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.doors.lines = anywhere();
        config.doors.tcp = anywhere();
    })
    .await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#lobby").await;
    let mut lines = Wire::connect(&server, Door::Lines).await;
    lines.type_line("lin").await;
    lines.see("You are in lobby").await;
    let mut typed = server.terminal("name=tim&room=lobby").await;
    ann.rest().await;

    ann.say("PRIVMSG #lobby :\u{1}ACTION waves\u{1}").await;
    lines.see("[lobby] ann: *waves*").await;
    typed.see("[lobby] ann: *waves*").await;
    let page = owner.get("/rooms/lobby").await.body;
    assert!(page.contains("<em>waves</em>"), "{page}");

    lines.type_line("/me nods").await;
    assert!(ann.see(":lin!").await.ends_with("PRIVMSG #lobby :\u{1}ACTION nods\u{1}"));
    typed.type_line("/me yawns").await;
    assert!(ann.see(":tim!").await.ends_with("PRIVMSG #lobby :\u{1}ACTION yawns\u{1}"));
    // In a conversation too, and to guests, who keep none.
    let mut olga = IrcClient::account(&server, "olga", PASSWORD, "").await;
    olga.ask("PRIVMSG ann :\u{1}ACTION winks\u{1}").await;
    assert!(has(&ann.rest().await, "PRIVMSG ann :\u{1}ACTION winks\u{1}"));
    // Of several words, some of them in italics already, it is still one.
    ann.say("PRIVMSG #lobby :\u{1}ACTION is *very* \u{1d}glad\u{1d}\u{1}").await;
    lines.see("[lobby] ann: *is very glad*").await;
}

#[tokio::test]
async fn what_somebody_says_to_themselves_reaches_each_of_their_clients_once() {
    let server = server().await;
    server.browser().set_up("olga").await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(IrcClient::account(&server, "olga", PASSWORD, "").await);
    }
    clients[0].ask("PRIVMSG olga :buy tea").await;
    for other in &mut clients[1..] {
        let lines = other.rest().await;
        assert_eq!(lines.iter().filter(|line| line.contains("buy tea")).count(), 1, "{lines:?}");
    }
}
