//! Following a room by requests alone: the pages after a number have no gap and no repeat, whatever happens between them.

use serde_json::{Value, json};

use crate::support::{Api, TestServer};

/// Reads from `after` to the end of the log, page by page; answers with the numbers of what was read and the last one.
async fn follow(api: &Api, kind: &str, mut after: u64, limit: usize) -> (Vec<u64>, u64) {
    let mut seen = Vec::new();
    loop {
        let page = api.get(&format!("/api/v1/rooms/lobby/{kind}?after={after}&limit={limit}")).await.json();
        let events = page["events"].as_array().expect("events");
        assert!(events.len() <= limit && page["reset"].is_null(), "{page}");
        seen.extend(events.iter().map(|event| event["seq"].as_u64().expect("a number")));
        assert_eq!(page["more"].as_bool(), Some(page["next"].is_u64()), "{page}");
        match page["next"].as_u64() {
            Some(next) => {
                assert!(next > after, "it goes on: {page}");
                after = next;
            }
            None => return (seen, page["last_seq"].as_u64().expect("the end of the log")),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_reads_by_requests_misses_nothing_while_others_write_and_over_a_restart() {
    let (server, owner) = TestServer::open_to_all("ann").await;
    let api = server.api(&owner).await;
    let mut writers = Vec::new();
    for number in 0..4 {
        let mut writer = server.register(&format!("writer{number}")).await.socket(&server).await;
        writer.join("lobby").await;
        writers.push(tokio::spawn(async move {
            for line in 0..50 {
                writer.say("lobby", &format!("line {line}")).await;
            }
        }));
    }

    let (mut seen, mut last) = (Vec::new(), 0);
    while last < 5 + 4 * 50 {
        let (page, end) = follow(&api, "events", last, 7).await;
        assert!(page.last().is_none_or(|seq| *seq <= end));
        last = page.last().copied().unwrap_or(last);
        seen.extend(page);
    }
    for writer in writers {
        writer.await.expect("everything is stored");
    }

    assert_eq!(seen, (1..=205).collect::<Vec<u64>>(), "each once, in order, none missing");
    let server = server.restart().await;
    let api = Api::new(&server, &owner.elsewhere(&server).token().await);
    assert_eq!(follow(&api, "events", 200, 200).await, ((201..=205).collect(), 205), "and after a restart");
    assert_eq!(follow(&api, "events", 205, 200).await, (Vec::new(), 205), "nothing new is an empty page");
}

#[tokio::test]
async fn a_number_beyond_the_log_is_told_with_the_newest_page() {
    let (server, owner) = TestServer::open_to_all("ann").await;
    let api = server.api(&owner).await;
    for number in 0..5 {
        api.post("/api/v1/rooms/lobby/messages", json!({"text": format!("line {number}")})).await;
    }

    for kind in ["events", "messages"] {
        let page = api.get(&format!("/api/v1/rooms/lobby/{kind}?after=900&limit=2")).await.json();
        let seqs: Vec<&Value> = page["events"].as_array().expect("events").iter().map(|event| &event["seq"]).collect();
        assert_eq!((&page["reset"], &page["last_seq"], seqs), (&json!(true), &json!(6), vec![&json!(5), &json!(6)]));
    }
    let mut live = owner.socket(&server).await;
    let page = live.acked(json!({"type": "history", "room": "lobby", "after": 900, "limit": 2})).await;
    assert_eq!((&page["reset"], &page["events"][1]["seq"]), (&json!(true), &json!(6)), "over a connection too");
}

#[tokio::test]
async fn whoever_follows_messages_gets_past_a_long_run_of_other_events() {
    let (server, owner) = TestServer::open_to_all("ann").await;
    let api = server.api(&owner).await;
    let bob = server.api(&server.register("bob").await).await;
    let write = async |text: &str| api.post("/api/v1/rooms/lobby/messages", json!({"text": text})).await.json();
    let first = write("first").await["seq"].as_u64().expect("a number");
    for _ in 0..130 {
        assert_eq!(bob.put("/api/v1/rooms/lobby/members/me", json!({})).await.status, 204);
        assert_eq!(bob.delete("/api/v1/rooms/lobby/members/me").await.status, 204);
    }
    let last = write("last").await["seq"].as_u64().expect("a number");

    assert_eq!(follow(&api, "messages", 0, 1).await, (vec![first, last], last));

    let (mut back, mut before) = (Vec::new(), last + 1);
    loop {
        let page = api.get(&format!("/api/v1/rooms/lobby/messages?before={before}&limit=1")).await.json();
        back.extend(page["events"].as_array().expect("events").iter().map(|event| event["seq"].as_u64().unwrap()));
        let Some(next) = page["next"].as_u64() else { break };
        assert!(next < before, "{page}");
        before = next;
    }
    assert_eq!(back, [last, first], "the other way, too");
}
