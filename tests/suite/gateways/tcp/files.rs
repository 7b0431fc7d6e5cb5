//! Files from person to person.

use base64::Engine;
use serde_json::{Value, json};

use super::support::{Tcp, open, server};
use crate::support::{Api, PASSWORD, TestServer, until};

const CHUNK: usize = 32 * 1024;

/// Ann, who runs the server, and Bob: their tokens.
async fn people(server: &TestServer) -> (String, String) {
    let owner = server.browser();
    owner.set_up("ann").await;
    (owner.token().await, server.register("bob").await.token().await)
}

async fn two(server: &TestServer, token: &str) -> Tcp {
    Tcp::two(server, json!({"token": token})).await
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

fn request(size: usize) -> Value {
    json!({"type": "FileTransferRequest", "filename": "../../a\u{202e}b.bin", "size": size, "to": "bob", "id": "r"})
}

/// Sends the bytes from this one on, as far as credit reaches, and waits for more.
async fn send(from: &mut Tcp, transfer: u64, data: &[u8], mut credit: u64) {
    for (number, piece) in data.chunks(CHUNK).enumerate() {
        while credit == 0 {
            credit += from.see("FileTransferCredit").await["chunks"].as_u64().unwrap();
        }
        credit -= 1;
        from.chunk(transfer, u32::try_from(number).unwrap(), piece).await;
    }
}

async fn receive(to: &mut Tcp, wanted: usize) -> Vec<u8> {
    let mut got = Vec::new();
    while got.len() < wanted {
        let chunk = to.see("chunk").await;
        got.extend(chunk["data"].as_array().unwrap().iter().map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap()));
    }
    got
}

#[tokio::test]
async fn a_file_arrives_whole_however_many_chunks_it_has_and_its_name_leads_nowhere() {
    let server = server().await;
    let (ann_token, bob_token) = people(&server).await;
    let (mut ann, mut bob) = (two(&server, &ann_token).await, two(&server, &bob_token).await);
    let data = bytes(CHUNK * 20 + 7);

    ann.say(request(data.len())).await;
    let asked = bob.see("FileTransferRequest").await;
    assert_eq!((&asked["filename"], &asked["from"]), (&json!("ab.bin"), &json!("ann")), "{asked}");
    bob.say(json!({"type": "FileTransferResponse", "transfer_id": asked["transfer_id"], "accept": true})).await;
    let taken = ann.see("FileTransferResponse").await;
    assert_eq!((&taken["accept"], &taken["id"]), (&json!(true), &json!("r")), "{taken}");
    let (id, credit) = (taken["transfer_id"].as_u64().unwrap(), taken["credit"].as_u64().unwrap());
    let ((), got) = tokio::join!(send(&mut ann, id, &data, credit), receive(&mut bob, data.len()));
    assert!(got == data);
    ann.say(json!({"type": "FileTransferComplete", "transfer_id": id, "success": true})).await;
    assert_eq!(bob.see("FileTransferComplete").await["success"], true);
    bob.say(json!({"type": "FileTransferComplete", "transfer_id": id, "success": true})).await;
    assert_eq!(ann.see("FileTransferComplete").await["success"], true);

    let metrics = server.browser().get("/metrics").await.body;
    assert!(metrics.contains("parlor_file_transfers_total{outcome=\"done\"} 1"), "{metrics}");
    assert!(metrics.contains(&format!("parlor_file_bytes_total {}", data.len())), "{metrics}");
}

#[tokio::test]
async fn version_one_gives_to_version_two_and_the_other_way_round() {
    let server = server().await;
    let (ann_token, bob_token) = people(&server).await;
    let mut ann = Tcp::one(&server, json!({"type": "Login", "token": ann_token})).await;
    ann.say(request(5)).await;
    // Whoever comes later is asked then.
    let mut bob = two(&server, &bob_token).await;
    let id = bob.see("FileTransferRequest").await["transfer_id"].clone();
    bob.say(json!({"type": "FileTransferResponse", "transfer_id": id, "accept": true, "offset": 0})).await;
    ann.see("FileTransferResponse").await;
    ann.say(json!({"type": "FileChunk", "transfer_id": id, "chunk_id": 0, "data": [1, 2, 3]})).await;
    ann.say(json!({"type": "FileChunk", "transfer_id": id, "chunk_id": 1, "data": "BAU="})).await;
    assert_eq!(receive(&mut bob, 5).await, [1, 2, 3, 4, 5]);

    let ask = json!({"type": "FileTransferRequest", "filename": "b", "size": 2, "to": "ann"});
    bob.say(ask).await;
    let id = ann.see("FileTransferRequest").await["transfer_id"].clone();
    ann.say(json!({"type": "FileTransferResponse", "transfer_id": id, "accept": true})).await;
    bob.see("FileTransferResponse").await;
    bob.chunk(id.as_u64().unwrap(), 0, b"hi").await;
    let chunk = ann.see("FileChunk").await;
    let data = base64::engine::general_purpose::STANDARD.decode(chunk["data"].as_str().unwrap()).unwrap();
    assert_eq!(data, b"hi");
}

#[tokio::test]
async fn what_was_interrupted_goes_on_from_what_is_there_also_after_a_reconnect() {
    let server = server().await;
    let (ann_token, bob_token) = people(&server).await;
    let mut bob = two(&server, &bob_token).await;
    let data = bytes(CHUNK * 6);
    let mut got = Vec::new();
    {
        let mut ann = two(&server, &ann_token).await;
        ann.say(request(data.len())).await;
        let id = bob.see("FileTransferRequest").await["transfer_id"].clone();
        bob.say(json!({"type": "FileTransferResponse", "transfer_id": id, "accept": true})).await;
        ann.see("FileTransferResponse").await;
        send(&mut ann, id.as_u64().unwrap(), &data[..CHUNK * 2], 8).await;
        got.extend(receive(&mut bob, CHUNK * 2).await);
    }
    let over = bob.see("FileTransferComplete").await;
    assert!(over["success"] == false && over["message"].as_str().unwrap().contains("ask again"), "{over}");

    let mut ann = two(&server, &ann_token).await;
    ann.say(request(data.len())).await;
    let id = bob.see("FileTransferRequest").await["transfer_id"].clone();
    bob.say(json!({"type": "FileTransferResponse", "transfer_id": id, "accept": true, "offset": got.len()})).await;
    let taken = ann.see("FileTransferResponse").await;
    let offset = usize::try_from(taken["offset"].as_u64().unwrap()).unwrap();
    send(&mut ann, id.as_u64().unwrap(), &data[offset..], 8).await;
    got.extend(receive(&mut bob, data.len() - offset).await);
    assert!(got == data);
}

#[tokio::test]
async fn a_receiver_who_does_not_read_slows_the_sender_and_nobody_else() {
    let server = server().await;
    let (ann_token, bob_token) = people(&server).await;
    let (mut ann, mut bob) = (two(&server, &ann_token).await, two(&server, &bob_token).await);
    let data = bytes(CHUNK * 1000);
    ann.say(request(data.len())).await;
    let id = bob.see("FileTransferRequest").await["transfer_id"].as_u64().unwrap();
    bob.say(json!({"type": "FileTransferResponse", "transfer_id": id, "accept": true})).await;
    ann.see("FileTransferResponse").await;
    // Far more than systems keep for a socket: it stops when nobody reads.
    let mut sent = 0;
    let mut credit = 8;
    while sent < 1000 {
        while credit == 0 {
            let got = tokio::time::timeout(std::time::Duration::from_millis(500), ann.see("FileTransferCredit")).await;
            match got {
                Ok(word) => credit += word["chunks"].as_u64().unwrap(),
                Err(_) => break,
            }
        }
        if credit == 0 {
            break;
        }
        credit -= 1;
        ann.chunk(id, sent, &data[..CHUNK]).await;
        sent += 1;
    }
    assert!(sent < 1000, "the sender was never held back");
    // The chat goes on for everybody, the sender included.
    ann.say(json!({"type": "join", "id": "j", "room": "lobby"})).await;
    ann.see("ack").await;
    assert!(!receive(&mut bob, CHUNK).await.is_empty());
}

#[tokio::test]
async fn what_may_not_be_is_refused_and_told() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.doors.files.max_bytes = 1000;
    })
    .await;
    let (ann_token, bob_token) = people(&server).await;
    let (mut ann, mut bob) = (two(&server, &ann_token).await, two(&server, &bob_token).await);
    let mut refused = async |word: Value, code: &str| {
        ann.say(word.clone()).await;
        let error = ann.see("error").await;
        assert_eq!(error["code"], code, "{word}: {error}");
    };
    refused(request(1001), "too_large").await;
    refused(json!({"type": "FileTransferRequest", "filename": "..", "size": 1, "to": "bob"}), "bad_request").await;
    refused(json!({"type": "FileTransferRequest", "filename": "a", "size": 1, "to": "zoe"}), "not_found").await;
    refused(
        json!({"type": "FileTransferRequest", "filename": "a", "size": 1, "to": "bob", "sha256": "zz"}),
        "bad_request",
    )
    .await;
    refused(json!({"type": "FileTransferResponse", "transfer_id": 99, "accept": true}), "bad_request").await;
    refused(json!({"type": "FileTransferComplete", "transfer_id": 99, "success": true}), "bad_request").await;

    let mut guest = Tcp::two(&server, json!({"username": "eve"})).await;
    guest.say(request(1)).await;
    assert_eq!(guest.see("error").await["code"], "forbidden");

    ann.say(request(10)).await;
    let id = bob.see("FileTransferRequest").await["transfer_id"].as_u64().unwrap();
    bob.say(json!({"type": "FileTransferResponse", "transfer_id": id, "accept": false})).await;
    assert_eq!(ann.see("FileTransferResponse").await["accept"], false);

    // More bytes than were announced end it for both.
    ann.say(request(10)).await;
    let id = bob.see("FileTransferRequest").await["transfer_id"].as_u64().unwrap();
    bob.say(json!({"type": "FileTransferResponse", "transfer_id": id, "accept": true})).await;
    ann.see("FileTransferResponse").await;
    ann.chunk(id, 0, &[0; 11]).await;
    ann.see("error").await;
    assert_eq!(bob.see("FileTransferComplete").await["success"], false);
    until("it is counted", || async {
        server.browser().get("/metrics").await.body.contains("parlor_file_transfers_total{outcome=\"broken\"} 1")
    })
    .await;
}

#[tokio::test]
async fn whoever_may_not_write_hands_over_nothing() {
    let server = server().await;
    let (_, bob_token) = people(&server).await;
    let mut bob = two(&server, &bob_token).await;
    let login = json!({"name": "bob", "password": PASSWORD, "label": "r", "scope": "read"});
    let made = Api::new(&server, &bob_token).post("/api/v1/login", login).await.json();
    let mut narrow = two(&server, made["token"].as_str().expect("a token")).await;
    narrow.say(json!({"type": "FileTransferRequest", "filename": "a", "size": 1, "to": "ann"})).await;
    assert_eq!(narrow.see("error").await["code"], "forbidden", "{made}");
    bob.say(json!({"type": "ping", "id": "p"})).await;
    bob.see("pong").await;
}

#[tokio::test]
async fn whoever_is_silenced_or_new_hands_over_nothing() {
    let server = server().await;
    let (ann_token, bob_token) = people(&server).await;
    let api = Api::new(&server, &ann_token);
    assert_eq!(api.put("/api/v1/admin/settings/quarantine_hours", json!({"value": "24"})).await.status, 204);
    let to_ann = || json!({"type": "FileTransferRequest", "filename": "a", "size": 1, "to": "ann"});
    // They have a conversation already, so that it is not for want of one.
    assert_eq!(api.post("/api/v1/direct", json!({"user": "bob"})).await.status, 201);
    let (mut ann, mut bob) = (two(&server, &ann_token).await, two(&server, &bob_token).await);

    bob.say(to_ann()).await;
    let refused = bob.see("error").await;
    assert!(
        refused["code"] == "forbidden" && refused["message"].as_str().unwrap().contains("new accounts"),
        "{refused}"
    );

    let trust = json!({"trusted": true, "silenced": true});
    assert_eq!(api.patch("/api/v1/admin/users/bob", trust).await.status, 200);
    bob.say(to_ann()).await;
    let refused = bob.see("error").await;
    assert!(
        refused["code"] == "forbidden" && refused["message"].as_str().unwrap().contains("and not write"),
        "{refused}"
    );

    assert_eq!(api.patch("/api/v1/admin/users/bob", json!({"silenced": false})).await.status, 200);
    bob.say(to_ann()).await;
    // The first that Ann is asked for is the one that was allowed.
    assert_eq!(ann.see("FileTransferRequest").await["from"], "bob");
}
