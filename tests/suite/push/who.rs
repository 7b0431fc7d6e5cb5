//! Who is notified of what. Cid is the witness: always away and told of everything, so that what has reached him has been
//! decided for ann too.

use std::time::Duration;

use serde_json::json;

use super::{say, server, subscribe};
use crate::support::push_service::{PushService, Subscriber};
use crate::support::{Api, Browser, TestServer};

struct Stage {
    server: TestServer,
    ann: Browser,
    ann_api: Api,
    bob_api: Api,
    cid_api: Api,
    anns: PushService,
    cids: PushService,
    witness: Option<Subscriber>,
}

async fn stage() -> Stage {
    let (server, ann) = server().await;
    let (bob, cid) = (server.register("bob").await, server.register("cid").await);
    let [ann_api, bob_api, cid_api] = [server.api(&ann).await, server.api(&bob).await, server.api(&cid).await];
    let (anns, cids) = (PushService::start().await, PushService::start().await);
    Stage { server, ann, ann_api, bob_api, cid_api, anns, cids, witness: None }
}

impl Stage {
    /// Bob writes; comes back when it has been decided who is notified.
    async fn bob_says(&mut self, text: &str) {
        self.witness = Some(subscribe(&self.cid_api, &self.cids, "cid").await);
        say(&self.bob_api, "lobby", text).await;
        let seen = self.cids.next().await.read_by(self.witness.take().expect("a witness"));
        assert_eq!(seen["body"], text);
    }

    /// What ann is told of next; what was not worth it would come before.
    async fn ann_is_told(&mut self, subscriber: Subscriber) -> String {
        let said = self.anns.next().await.read_by(subscriber);
        said["body"].as_str().expect("a text").to_owned()
    }

    async fn ann_subscribes(&self) -> Subscriber {
        subscribe(&self.ann_api, &self.anns, "ann").await
    }

    async fn ann_likes(&self, changes: serde_json::Value) {
        let answer = self.ann_api.patch("/api/v1/me/preferences", changes).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

#[tokio::test]
async fn whoever_looks_is_not_notified_and_whoever_is_away_is() {
    let mut stage = stage().await;
    let subscriber = stage.ann_subscribes().await;
    let mut session = stage.ann.socket(&stage.server).await;
    session.join("lobby").await;
    stage.bob_says("she looks").await;
    session.acked(json!({"type": "presence", "status": "away", "auto": true})).await;
    stage.bob_says("she is away").await;
    assert_eq!(stage.ann_is_told(subscriber).await, "she is away");

    let subscriber = stage.ann_subscribes().await;
    session.acked(json!({"type": "presence", "status": "online"})).await;
    stage.bob_says("she is back").await;
    session.close().await;
    // The end of the session comes behind: whoever asks for the members knows when it has been seen.
    crate::support::until("she is gone", async || {
        let members = stage.bob_api.get("/api/v1/rooms/lobby/members").await.json();
        members["items"][0]["status"] == "offline"
    })
    .await;
    stage.bob_says("she is gone").await;
    assert_eq!(stage.ann_is_told(subscriber).await, "she is gone");
    assert!(stage.anns.is_empty());
}

#[tokio::test]
async fn nobody_is_notified_of_their_own_words_nor_while_they_are_busy() {
    let mut stage = stage().await;
    let subscriber = stage.ann_subscribes().await;
    stage.witness = Some(subscribe(&stage.cid_api, &stage.cids, "cid").await);
    say(&stage.ann_api, "lobby", "my own words").await;
    stage.cids.next().await;

    let mut session = stage.ann.socket(&stage.server).await;
    session.acked(json!({"type": "presence", "status": "busy"})).await;
    stage.bob_says("she is busy").await;
    session.close().await;
    stage.bob_says("busy, and no page is open").await;
    let mut session = stage.ann.socket(&stage.server).await;
    session.acked(json!({"type": "presence", "status": "online"})).await;
    session.acked(json!({"type": "presence", "status": "away"})).await;
    stage.bob_says("she is away").await;

    assert_eq!(stage.ann_is_told(subscriber).await, "she is away");
    assert!(stage.anns.is_empty());
}

#[tokio::test]
async fn levels_say_what_is_worth_a_notification() {
    let mut stage = stage().await;
    let subscriber = stage.ann_subscribes().await;
    let level = async |stage: &Stage, level: &str| {
        let set = stage.ann_api.put("/api/v1/rooms/lobby/level", json!({"level": level})).await;
        assert_eq!(set.status, 204, "{}", set.body);
    };

    level(&stage, "nothing").await;
    stage.bob_says("@ann nothing is nothing").await;
    level(&stage, "mentions").await;
    stage.bob_says("nobody is called").await;
    stage.bob_says("@ann is called").await;
    assert_eq!(stage.ann_is_told(subscriber).await, "@ann is called");

    let subscriber = stage.ann_subscribes().await;
    level(&stage, "all").await;
    stage.ann_likes(json!({"notify": "nothing"})).await;
    stage.bob_says("@ann at most nothing").await;
    stage.ann_likes(json!({"notify": "mentions"})).await;
    stage.bob_says("at most mentions").await;
    stage.ann_likes(json!({"notify": "all"})).await;
    stage.bob_says("everything").await;
    assert_eq!(stage.ann_is_told(subscriber).await, "everything");
    assert!(stage.anns.is_empty());
}

#[tokio::test]
async fn direct_messages_are_worth_it_unless_nothing_is() {
    let mut stage = stage().await;
    stage.ann_likes(json!({"notify": "mentions"})).await;
    let subscriber = stage.ann_subscribes().await;
    let room = stage.bob_api.post("/api/v1/direct", json!({"user": "ann"})).await.json();
    let room = room["room"].as_str().expect("a room");

    let seq = say(&stage.bob_api, room, "psst").await;

    let said = stage.anns.next().await.read_by(subscriber);
    assert_eq!((&said["title"], &said["body"]), (&json!("bob"), &json!("psst")));
    assert_eq!(said["url"], format!("/rooms/{room}/{seq}"));
    assert!(stage.cids.is_empty(), "somebody else's conversation");
}

#[tokio::test]
async fn nothing_is_sent_in_quiet_hours() {
    let mut stage = stage().await;
    let subscriber = stage.ann_subscribes().await;
    // It is nine in the morning in London, and six in the evening in Tokyo.
    stage.ann_likes(json!({"quiet_from": "08:00", "quiet_to": "10:00", "time_zone": "Europe/London"})).await;
    stage.bob_says("quiet in London").await;
    stage.ann_likes(json!({"quiet_from": "17:30", "quiet_to": "06:00", "time_zone": "Asia/Tokyo"})).await;
    stage.bob_says("quiet in Tokyo").await;
    stage.server.pass(Duration::from_hours(12));
    stage.bob_says("six in the morning in Tokyo").await;

    assert_eq!(stage.ann_is_told(subscriber).await, "six in the morning in Tokyo");
    assert!(stage.anns.is_empty());
}

#[tokio::test]
async fn strangers_of_a_room_are_not_told_what_is_said_there() {
    let mut stage = stage().await;
    let subscriber = stage.ann_subscribes().await;
    stage.bob_api.post("/api/v1/rooms", json!({"name": "secret", "kind": "private"})).await;
    stage.bob_api.post("/api/v1/rooms/secret/members", json!({"user": "cid"})).await;
    stage.witness = Some(subscribe(&stage.cid_api, &stage.cids, "cid").await);

    say(&stage.bob_api, "secret", "not for ann").await;
    stage.cids.next().await;
    stage.bob_says("for all").await;

    assert_eq!(stage.ann_is_told(subscriber).await, "for all");
    assert!(stage.anns.is_empty());
}
