//! Channels and rooms are the same: coming, going, topics, rules, parts, and what is refused.

use serde_json::json;

use super::{has, server};
use crate::support::PASSWORD;
use crate::support::irc::IrcClient;

#[tokio::test]
async fn people_see_each_other_come_and_go_at_once() {
    let server = server().await;
    let mut ann = IrcClient::with_caps(&server, "ann", "extended-join away-notify").await;
    ann.join("#tea").await;
    let mut bob = IrcClient::guest(&server, "bob").await;
    let lines = bob.ask("JOIN #tea").await;
    assert!(has(&lines, ":bob!bob@") && has(&lines, " 353 bob = #tea :@ann bob"), "{lines:?}");
    assert!(has(&ann.rest().await, "JOIN #tea * :bob real"));

    bob.ask("AWAY :at lunch").await;
    assert!(has(&ann.rest().await, " AWAY :at lunch"));
    bob.ask("PART #tea :bye").await;
    assert!(has(&ann.rest().await, " PART #tea :bye"));
    bob.join("#tea").await;
    bob.say("QUIT :gone").await;
    bob.ended().await;
    assert!(has(&ann.rest().await, " QUIT :Quit: gone"));
    assert!(has(&ann.ask("WHOWAS bob").await, " 314 ann bob bob "));
}

#[tokio::test]
async fn a_browser_is_in_the_channel_and_a_person_with_many_sessions_once() {
    let server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#lobby").await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    assert!(has(&ann.rest().await, ":bob!bob@"), "he came");
    assert!(has(&ann.ask("NAMES #lobby").await, " 353 ann = #lobby :ann bob"));
    bob.close().await;
    ann.see(" QUIT :").await;

    let browser = server.browser();
    browser.set_up("olga").await;
    let mut one = IrcClient::account(&server, "olga", PASSWORD, "").await;
    one.join("#lobby").await;
    let mut two = IrcClient::account(&server, "olga", PASSWORD, "").await;
    two.join("#lobby").await;
    let lines = ann.rest().await;
    assert_eq!(lines.iter().filter(|line| line.contains(" JOIN #lobby")).count(), 1, "{lines:?}");
    two.say("QUIT").await;
    two.ended().await;
    assert_eq!(ann.rest().await, Vec::<String>::new());
}

#[tokio::test]
async fn topics_and_kicks_reach_every_door() {
    let server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#tea").await;
    let mut bob = IrcClient::guest(&server, "bob").await;
    bob.join("#tea").await;
    let mut carl = server.guest("carl").await;
    carl.join("tea").await;

    assert!(has(&bob.ask("TOPIC #tea :mine").await, " 482 bob #tea "));
    ann.ask("TOPIC #tea :green").await;
    assert_eq!(carl.next_of("topic").await["topic"], "green");
    assert!(has(&bob.rest().await, " TOPIC #tea :green"));
    assert!(has(&bob.ask("KICK #tea ann").await, " 482 bob #tea "));
    ann.ask("KICK #tea bob :too loud").await;
    assert!(has(&bob.rest().await, " KICK #tea bob :too loud"));
    assert!(has(&bob.ask("PRIVMSG #tea :still here").await, " 404 bob #tea "));
    assert!(has(&ann.ask("KICK #tea nobody").await, " 441 ann nobody #tea "));
}

#[tokio::test]
async fn a_member_who_is_kicked_by_irc_is_no_member_any_more() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let bob = server.register("bob").await;
    let mut olga = IrcClient::account(&server, "olga", PASSWORD, "").await;
    olga.join("#tea").await;
    let mut bob = bob.socket(&server).await;
    bob.join("tea").await;
    let came = olga.rest().await;
    assert!(has(&came, ":bob!bob@") && !has(&came, " MODE "), "{came:?}");
    // Who owns the room is told when they come.
    let mut gus = IrcClient::with_caps(&server, "gus", "account-tag").await;
    gus.join("#tea").await;
    olga.ask("PART #tea").await;
    olga.join("#tea").await;
    let came = gus.rest().await;
    assert_eq!(came.last().map(String::as_str), Some(":irc.example MODE #tea +q olga"), "{came:?}");
    olga.ask("KICK #tea bob :enough").await;
    assert_eq!(bob.next_of("left").await["by"]["name"], "olga");
    bob.refused(json!({"type": "send", "room": "tea", "text": "hm"}), "forbidden").await;
    assert!(has(&olga.rest().await, " KICK #tea bob :enough") || !has(&olga.ask("NAMES #tea").await, "bob"));
}

#[tokio::test]
async fn rules_hold_for_every_door_and_outlive_the_room_in_memory() {
    let mut server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#tea").await;
    assert!(has(&ann.ask("MODE #tea +mk secret").await, " MODE #tea +mk secret"));
    let mut bob = IrcClient::guest(&server, "bob").await;
    assert!(has(&bob.ask("JOIN #tea").await, " 475 bob #tea "));
    assert!(has(&bob.ask("JOIN #tea wrong").await, " 475 bob #tea "));
    bob.say("JOIN #tea secret").await;
    bob.see(" 366 ").await;
    assert!(has(&bob.ask("PRIVMSG #tea :hello").await, " 404 bob #tea :this room is moderated"));
    assert!(has(&bob.ask("MODE #tea -m").await, " 482 bob #tea "));
    ann.ask("MODE #tea +v bob").await;
    assert!(has(&bob.rest().await, " MODE #tea +v bob"));
    assert!(!has(&bob.ask("PRIVMSG #tea :hello").await, " 404 "));

    let mut carl = server.guest("carl").await;
    carl.refused(json!({"type": "join", "room": "tea"}), "forbidden").await;
    assert!(has(&ann.ask("MODE #tea -n").await, " 472 ann n :is always set"));
    assert!(has(&ann.ask("MODE #tea -k *").await, " MODE #tea -k"));
    carl.join("tea").await;
    carl.refused(json!({"type": "send", "room": "tea", "text": "hm"}), "forbidden").await;

    drop((ann, bob, carl));
    server.stop().await;
    server.start_again_with(super::open).await;
    let mut dora = IrcClient::guest(&server, "dora").await;
    dora.join("#tea").await;
    assert!(has(&dora.ask("MODE #tea").await, " 324 dora #tea +mnt") || has(&dora.ask("MODE #tea").await, ":+mnt"));
}

#[tokio::test]
async fn masks_limits_and_invitations_decide_who_comes_in() {
    let server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#tea").await;
    ann.ask("MODE #tea +b bob!*@*").await;
    let mut bob = IrcClient::guest(&server, "bob").await;
    assert!(has(&bob.ask("JOIN #tea").await, " 474 bob #tea "));
    assert!(has(&ann.ask("MODE #tea +b").await, " 367 ann #tea bob!*@* ann "));
    ann.ask("MODE #tea -b bob!*@*").await;
    ann.ask("MODE #tea +il 1").await;
    assert!(has(&bob.ask("JOIN #tea").await, " 473 bob #tea "));
    assert!(has(&ann.ask("INVITE bob #tea").await, " 341 ann bob :#tea"));
    assert!(has(&bob.rest().await, " INVITE bob #tea"));
    bob.join("#tea").await;
    let mut carl = IrcClient::guest(&server, "carl").await;
    let mut dora = server.guest("dora").await;
    dora.refused(json!({"type": "join", "room": "tea"}), "forbidden").await;
    ann.ask("MODE #tea -i").await;
    assert!(has(&carl.ask("JOIN #tea").await, " 471 carl #tea "));
    assert!(has(&carl.ask("INVITE ann #tea").await, " 442 carl #tea "));
}

#[tokio::test]
async fn a_hidden_room_stands_in_no_list_and_a_private_one_does_not_exist() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    owner.make_room("cellar", "private").await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#attic").await;
    ann.ask("MODE #attic +s").await;
    let mut bob = IrcClient::guest(&server, "bob").await;
    assert!(!has(&bob.ask("WHOIS ann").await, "#attic"));
    assert!(!has(&bob.ask("NAMES #attic").await, " 353 "));
    for line in ["TOPIC #cellar", "MODE #cellar", "NAMES #cellar", "WHO #cellar"] {
        let lines = bob.ask(line).await;
        assert!(!has(&lines, " 353 ") && !has(&lines, " 352 ") && !has(&lines, " 324 "), "{line}: {lines:?}");
    }
    assert!(!has(&bob.ask("LIST").await, "#cellar"));
    assert!(has(&bob.ask("PRIVMSG #cellar :hello").await, " 403 bob #cellar "));
}

#[tokio::test]
async fn an_account_does_not_become_a_member_past_the_rules() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let bob = server.register("bob").await;
    let mut olga = IrcClient::account(&server, "olga", PASSWORD, "").await;
    olga.join("#tea").await;
    olga.ask("MODE #tea +i").await;
    let api = server.api(&bob).await;
    let refused = api.put("/api/v1/rooms/tea/members/me", json!({})).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("forbidden")), "{}", refused.body);
    olga.ask("MODE #tea -i").await;
    assert_eq!(api.put("/api/v1/rooms/tea/members/me", json!({})).await.status, 204);
}

#[tokio::test]
async fn masks_outlive_the_server_and_keep_guests_out_of_every_door() {
    let mut server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let mut olga = IrcClient::account(&server, "olga", PASSWORD, "").await;
    olga.join("#tea").await;
    assert!(has(&olga.ask("MODE #tea +b bo*").await, " MODE #tea +b bo*!*@*"));

    drop(olga);
    server.stop().await;
    server.start_again_with(super::open).await;

    let mut olga = IrcClient::account(&server, "olga", PASSWORD, "").await;
    olga.join("#tea").await;
    assert!(has(&olga.ask("MODE #tea +b").await, " 367 olga #tea bo*!*@* olga "));
    let mut bob = IrcClient::guest(&server, "bob").await;
    assert!(has(&bob.ask("JOIN #tea").await, " 474 bob #tea "));
    let mut bo = server.guest("bo").await;
    bo.refused(json!({"type": "join", "room": "tea"}), "forbidden").await;
    bo.refused(json!({"type": "send", "room": "tea", "text": "past the mask"}), "forbidden").await;
    let boris = server.browser();
    assert_eq!(boris.post("/guest", &[("name", "boris")]).await.status, 303);
    assert_eq!(boris.post("/rooms/tea/messages", &[("text", "without a session")]).await.status, 403);

    let page = owner.get("/rooms/tea/settings").await;
    assert!(page.body.contains("bo*!*@*"), "whoever keeps order sees it on the page");
    let lifted = owner.post("/rooms/tea/masks/lift", &[("mask", "bo*!*@*")]).await;
    assert_eq!(lifted.status, 303);
    assert!(has(&olga.rest().await, " MODE #tea -b bo*!*@*"));
    bob.join("#tea").await;
}

#[tokio::test]
async fn a_room_has_so_many_masks_and_says_when_there_are_too_many() {
    let server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#tea").await;
    for number in 0..parlor::domain::mask::MASKS {
        assert!(!has(&ann.ask(&format!("MODE #tea +b x{number}")).await, " 478 "));
    }
    assert!(has(&ann.ask("MODE #tea +b onemore").await, " 478 ann #tea b :"));
    assert!(!has(&ann.ask("MODE #tea +b x7").await, " 478 "), "it is there already");
    ann.ask("MODE #tea -b x7").await;
    assert!(has(&ann.ask("MODE #tea +b onemore").await, " MODE #tea +b onemore!*@*"));
}

#[tokio::test]
async fn rules_that_are_set_on_a_page_are_told_as_letters() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    owner.make_room("tea", "public").await;
    let mut gus = IrcClient::guest(&server, "gus").await;
    gus.join("#tea").await;

    let saved = owner.post("/rooms/tea/rules", &[("moderated", "on"), ("key", "sesame"), ("most", "9")]).await;

    assert_eq!(saved.leads_to(), (303, "/rooms/tea/settings?saved=rules#rules"));
    let told = gus.rest().await;
    assert!(has(&told, ":olga!olga@") && has(&told, " MODE #tea +mlk 9 sesame"), "{told:?}");
    let mut late = IrcClient::guest(&server, "late").await;
    assert!(has(&late.ask("JOIN #tea").await, " 475 late #tea "));
}
