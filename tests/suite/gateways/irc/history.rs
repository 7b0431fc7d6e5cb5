//! What was said before, and how far it was read.

use serde_json::json;

use super::{has, server};
use crate::support::PASSWORD;
use crate::support::irc::IrcClient;

const CAPS: &str = "message-tags server-time batch draft/chathistory draft/read-marker";

fn said(lines: &[String]) -> Vec<&str> {
    let privmsgs = lines.iter().filter(|line| line.contains(" PRIVMSG "));
    privmsgs.filter_map(|line| line.rsplit_once(" :").map(|(_, text)| text).or(line.rsplit(' ').next())).collect()
}

#[tokio::test]
async fn a_client_reads_the_log_around_any_place() {
    let server = server().await;
    let mut bob = server.guest("bob").await;
    bob.acked(json!({"type": "join", "room": "tea", "create": true})).await;
    for number in 1..=6 {
        bob.say("tea", &format!("m{number}")).await;
    }
    let mut ann = IrcClient::with_caps(&server, "ann", CAPS).await;
    assert!(has(&ann.ask("CHATHISTORY LATEST #tea * 10").await, "FAIL CHATHISTORY INVALID_TARGET LATEST #tea "));
    ann.join("#tea").await;
    for (line, expected) in [
        ("LATEST #tea * 2", vec!["m5", "m6"]),
        ("LATEST #tea msgid=tea/4 10", vec!["m5", "m6"]),
        ("BEFORE #tea msgid=tea/3 10", vec!["m1", "m2"]),
        ("AFTER #tea msgid=tea/3 2", vec!["m4", "m5"]),
        ("AROUND #tea msgid=tea/3 3", vec!["m2", "m3", "m4"]),
        ("BETWEEN #tea msgid=tea/2 msgid=tea/5 10", vec!["m3", "m4"]),
        ("BETWEEN #tea msgid=tea/5 msgid=tea/2 1", vec!["m4"]),
    ] {
        let lines = ann.ask(&format!("CHATHISTORY {line}")).await;
        assert_eq!(said(&lines), expected, "{line}: {lines:?}");
        assert!(lines[0].contains("chathistory #tea") && lines.last().unwrap().contains("BATCH -"), "{lines:?}");
    }
    let shouted = ann.ask("CHATHISTORY LATEST #TEA * 1").await;
    assert!(has(&shouted, "PRIVMSG #tea "), "a room has one name: {shouted:?}");
    for bad in ["LATEST #tea nonsense 10", "BEFORE #tea * 10", "LATEST #tea * 0", "SIDEWAYS #tea * 10"] {
        assert!(has(&ann.ask(&format!("CHATHISTORY {bad}")).await, "FAIL CHATHISTORY INVALID_PARAMS"), "{bad}");
    }
}

#[tokio::test]
async fn a_message_that_was_taken_back_is_not_told_again() {
    let server = server().await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    let seq = bob.say("lobby", "secret").await;
    bob.say("lobby", "public").await;
    bob.acked(json!({"type": "delete", "room": "lobby", "seq": seq})).await;
    let mut ann = IrcClient::with_caps(&server, "ann", CAPS).await;
    ann.join("#lobby").await;
    assert_eq!(said(&ann.ask("CHATHISTORY LATEST #lobby * 10").await), ["public"]);
}

#[tokio::test]
async fn a_marker_is_the_read_cursor_of_all_doors() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let mut browser = owner.socket(&server).await;
    browser.join("lobby").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    let mut olga = IrcClient::account(&server, "olga", PASSWORD, CAPS).await;
    olga.join("#lobby").await;
    let seq = bob.say("lobby", "read me").await;
    let line = olga.see("read me").await;
    let time = line.split_once("time=").unwrap().1.split([';', ' ']).next().unwrap().to_owned();

    let lines = olga.ask(&format!("MARKREAD #lobby timestamp={time}")).await;
    assert!(has(&lines, &format!("MARKREAD #lobby timestamp={time}")), "{lines:?}");
    let read = browser.next_of("read").await;
    assert_eq!((read["room"].as_str(), read["seq"].as_u64()), (Some("lobby"), Some(seq)), "{read}");

    let next = bob.say("lobby", "and me").await;
    olga.see("and me").await;
    browser.acked(json!({"type": "read", "room": "lobby", "seq": next})).await;
    olga.see("MARKREAD #lobby timestamp=").await;
    assert!(has(&olga.ask("MARKREAD #lobby timestamp=nonsense").await, "FAIL MARKREAD INVALID_PARAMS"));
}

#[tokio::test]
async fn what_was_said_in_private_and_is_in_no_log_is_remembered_while_the_client_is_there() {
    let server = server().await;
    server.browser().set_up("olga").await;
    let caps = format!("{CAPS} echo-message");
    let mut olga = IrcClient::account(&server, "olga", PASSWORD, &caps).await;
    let mut gus = IrcClient::with_caps(&server, "gus", &caps).await;
    let mut echoes = olga.ask("PRIVMSG gus :one").await;
    server.pass(std::time::Duration::from_millis(5));
    gus.ask("PRIVMSG olga :two").await;
    echoes.extend(olga.rest().await);
    server.pass(std::time::Duration::from_millis(5));
    gus.ask("PRIVMSG olga :\u{1}VERSION\u{1}").await;
    gus.ask("NOTICE olga :not this").await;
    olga.ask("PRIVMSG olga :a note").await;
    olga.rest().await;

    let bare = |line: &String| {
        let (tags, rest) = line.split_once(" :").unwrap();
        let mut tags: Vec<&str> =
            tags.trim_start_matches('@').split(';').filter(|tag| !tag.starts_with("batch")).collect();
        tags.sort_unstable();
        format!("{tags:?} {rest}")
    };
    let privmsgs =
        |lines: &[String]| lines.iter().filter(|line| line.contains("PRIVMSG")).map(bare).collect::<Vec<_>>();
    let told = olga.ask("CHATHISTORY LATEST gus * 10").await;
    assert_eq!(privmsgs(&told), privmsgs(&echoes), "ids and times are those that were told before");
    assert_eq!(said(&gus.ask("CHATHISTORY LATEST OLGA * 10").await), ["one", "two"]);
    assert_eq!(said(&gus.ask("CHATHISTORY LATEST olga * 1").await), ["two"]);
    assert_eq!(said(&olga.ask("CHATHISTORY LATEST olga * 10").await), ["a note"]);
    let targets =
        olga.ask("CHATHISTORY TARGETS timestamp=2000-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z 9");
    let targets = targets.await;
    assert!(has(&targets, "TARGETS gus ") && has(&targets, "TARGETS olga "), "{targets:?}");

    // It is of this connection, and nobody else who comes by the name reads it.
    gus.say("QUIT").await;
    gus.ended().await;
    let mut other = IrcClient::with_caps(&server, "gus", CAPS).await;
    assert_eq!(said(&other.ask("CHATHISTORY LATEST olga * 10").await), Vec::<&str>::new());
    assert!(has(&other.ask("CHATHISTORY LATEST olga nonsense 10").await, "FAIL CHATHISTORY INVALID_PARAMS"));
}
