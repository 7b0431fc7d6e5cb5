//! Keeping order: mutes, bans, slow mode, reports, silence, quarantine; by role, at every door, for live sessions at once.

use parlor::domain::access::GuestAccess;
use serde_json::{Value, json};

use crate::support::{Browser, Client, TestServer};

struct Garden {
    server: TestServer,
    owner: Browser,
    member: Browser,
    ann: Client,
    bob: Client,
    bob_id: String,
}

/// A garden with its owner ann, who also owns the server, and the member bob, both listening.
async fn garden() -> Garden {
    let (server, owner) = TestServer::open_to_all("ann").await;
    owner.make_room("garden", "public").await;
    let member = server.register("bob").await;
    let (mut ann, mut bob) = (owner.socket(&server).await, member.socket(&server).await);
    ann.join("garden").await;
    bob.join("garden").await;
    let bob_id = id_of(&mut ann, "bob").await;
    Garden { server, owner, member, ann, bob, bob_id }
}

async fn id_of(client: &mut Client, name: &str) -> String {
    let members = client.acked(json!({"type": "members", "room": "garden"})).await;
    let found = members["members"].as_array().expect("members").iter().find(|member| member["name"] == name);
    found.and_then(|member| member["id"].as_str()).unwrap_or_else(|| panic!("{name} in {members}")).to_owned()
}

fn send(text: &str) -> Value {
    json!({"type": "send", "room": "garden", "text": text})
}

fn mute(user: &str, minutes: u64) -> Value {
    json!({"type": "mute", "room": "garden", "user": user, "minutes": minutes})
}

fn ban(user: &str, on: bool) -> Value {
    json!({"type": "ban", "room": "garden", "user": user, "on": on})
}

#[tokio::test]
async fn whoever_is_muted_reads_and_does_not_write() {
    let Garden { server, member, mut ann, mut bob, bob_id, .. } = garden().await;
    let api = server.api(&member).await;

    ann.acked(mute(&bob_id, 10)).await;

    bob.refused(send("still here"), "forbidden").await;
    let seq = ann.say("garden", "quiet now").await;
    assert_eq!(bob.next_of("message").await["seq"], json!(seq), "reading goes on");
    bob.refused(json!({"type": "react", "room": "garden", "seq": seq, "emoji": "👍"}), "forbidden").await;
    let by_request = api.post("/api/v1/rooms/garden/messages", json!({"text": "by the other door"})).await;
    assert_eq!((by_request.status, &by_request.json()["code"]), (403, &json!("forbidden")));
    // Leaving and coming back is no way out.
    let left = api.delete("/api/v1/rooms/garden/members/me").await;
    assert_eq!((left.status, &left.json()["code"]), (403, &json!("forbidden")));
    ann.acked(mute(&bob_id, 0)).await;
    bob.acked(send("thank you")).await;
}

#[tokio::test]
async fn whoever_is_banned_is_out_at_once_and_stays_out() {
    let Garden { mut server, owner, member, mut ann, mut bob, bob_id } = garden().await;

    ann.acked(ban(&bob_id, true)).await;

    let left = bob.next_of("left").await;
    assert_eq!((&left["user"]["name"], &left["by"]["name"]), (&json!("bob"), &json!("ann")));
    ann.say("garden", "behind closed doors").await;
    bob.refused(json!({"type": "join", "room": "garden"}), "forbidden").await;
    bob.refused(send("let me in"), "forbidden").await;
    bob.refused(json!({"type": "history", "room": "garden"}), "forbidden").await;
    // It outlives a restart.
    server.stop().await;
    server.start_again().await;
    let mut bob = member.socket(&server).await;
    bob.refused(json!({"type": "join", "room": "garden"}), "forbidden").await;
    let mut ann = owner.socket(&server).await;
    ann.join("garden").await;
    ann.acked(ban(&bob_id, false)).await;
    bob.join("garden").await;
    bob.acked(send("back again")).await;
}

#[tokio::test]
async fn order_is_kept_downwards_only() {
    let Garden { server, mut ann, mut bob, bob_id, .. } = garden().await;
    let mut cid = server.register("cid").await.socket(&server).await;
    cid.join("garden").await;
    let (ann_id, cid_id) = (id_of(&mut ann, "ann").await, id_of(&mut ann, "cid").await);

    for measure in [mute(&cid_id, 1), ban(&cid_id, true), json!({"type": "slow", "room": "garden", "seconds": 9})] {
        bob.refused(measure, "forbidden").await;
    }
    ann.acked(json!({"type": "role", "room": "garden", "user": bob_id, "role": "moderator"})).await;
    bob.acked(mute(&cid_id, 1)).await;
    for measure in [mute(&ann_id, 1), ban(&ann_id, true), mute(&bob_id, 1), ban(&bob_id, true)] {
        bob.refused(measure, "forbidden").await;
    }
    bob.refused(mute("01939b1e-7c3a-7d21-9c0e-5b1f6a2d4e10", 1), "not_found").await;
    bob.refused(mute(&cid_id, 1_000_000), "bad_request").await;
    bob.refused(json!({"type": "slow", "room": "garden", "seconds": 1_000_000}), "bad_request").await;
}

#[tokio::test]
async fn slow_mode_lets_each_person_write_once_in_a_while() {
    let Garden { server: _server, mut ann, mut bob, .. } = garden().await;
    ann.acked(json!({"type": "slow", "room": "garden", "seconds": 600})).await;

    bob.acked(send("one")).await;
    let told = bob.refused(send("two"), "rate_limited").await;
    assert!(told["message"].as_str().is_some_and(|message| message.contains("slow mode")), "{told}");
    ann.acked(send("those who keep order")).await;
    ann.acked(send("need not wait")).await;
    ann.acked(json!({"type": "slow", "room": "garden", "seconds": 0})).await;
    bob.acked(send("two")).await;
}

#[tokio::test]
async fn a_report_is_for_those_who_keep_order_on_the_server() {
    let Garden { mut server, owner, member, mut ann, mut bob, .. } = garden().await;
    let seq = ann.say("garden", "buy this").await;
    let report = |seq: u64, reason: &str| json!({"type": "report", "room": "garden", "seq": seq, "reason": reason});

    bob.acked(report(seq, "spam")).await;
    bob.refused(report(seq, "spam"), "conflict").await;
    bob.refused(report(1, "a join is no message"), "not_found").await;
    bob.refused(report(seq, " "), "bad_request").await;
    bob.refused(report(seq, &"x".repeat(301)), "bad_request").await;
    owner.make_room("secret", "private").await;
    bob.refused(json!({"type": "report", "room": "secret", "seq": 1, "reason": "x"}), "not_found").await;
    server.stop().await;
    server.start_again_with(|config| config.access.guests = Some(GuestAccess::Open)).await;
    let mut guest = server.guest("gus").await;
    guest.join("garden").await;
    guest.refused(report(seq, "spam"), "forbidden").await;
    // It is known after the restart, too.
    member.socket(&server).await.refused(report(seq, "spam"), "conflict").await;
}
