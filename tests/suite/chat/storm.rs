//! A storm of people into one room: what each of them is told does not grow with the storm.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::TestServer;

/// What one person was told while everybody came in.
struct Told {
    frames: usize,
    presence: usize,
    bytes: usize,
    most_names: usize,
}

/// Comes in, and listens until everybody is there.
async fn come_in(server: &TestServer, number: usize, crowd: usize) -> (crate::support::Client, Told) {
    let mut client = server.guest(&format!("guest{number}")).await;
    client.send(json!({"type": "join", "id": "j", "room": "lobby"})).await;
    let mut told = Told { frames: 0, presence: 0, bytes: 0, most_names: 0 };
    loop {
        let frame: Value = client.next().await;
        told.frames += 1;
        told.bytes += frame.to_string().len();
        if frame["type"] == "presence" {
            told.presence += 1;
            let (online, names) = (frame["online"].as_u64(), frame["changes"].as_array().map_or(0, Vec::len));
            told.most_names = told.most_names.max(names);
            if online.is_some_and(|online| online > 200) {
                assert_eq!(names, 0, "a crowd is counted, not named");
            }
            if online == Some(crowd as u64) {
                return (client, told);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_joins_costs_each_member_the_same_however_many_come() {
    let mut per_member = Vec::new();
    for crowd in [250, 500, 1000] {
        let server = std::sync::Arc::new(TestServer::start_with(|config| config.limits.rate_limits = false).await);
        let began = Instant::now();
        let coming: Vec<_> = (0..crowd)
            .map(|number| {
                let server = server.clone();
                tokio::spawn(async move { come_in(&server, number, crowd).await })
            })
            .collect();
        let mut all = Vec::new();
        for one in coming {
            all.push(one.await.expect("everybody gets in"));
        }
        let seconds = usize::try_from(began.elapsed().as_secs()).expect("short");

        // The answer to the join, and one frame of presence for each second that has begun; a late one may come close
        // to the next.
        let most = all.iter().map(|(_, told)| told.frames).max().expect("somebody");
        assert!(most <= 1 + seconds + 3, "{crowd} people in {seconds} s: somebody was given {most} frames");
        assert!(all.iter().all(|(_, told)| told.presence + 1 == told.frames && told.most_names <= 200));
        per_member.push((crowd, all.iter().map(|(_, told)| told.bytes).sum::<usize>() / crowd));
        let members = all[0].0.acked(json!({"type": "members", "room": "lobby"})).await;
        assert_eq!(members["members"].as_array().map(Vec::len), Some(crowd), "names are there for the asking");
    }
    // 200 names are 24 kB; a thousand people who were told of each other would be 120 kB each.
    assert!(per_member.iter().all(|(_, bytes)| *bytes < 30_000), "bytes for each member: {per_member:?}");
    println!("bytes for each member: {per_member:?}");
}
