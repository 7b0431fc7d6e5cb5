//! What no client of good will sends: each gets the door's own error or a close, and memory stays as it was.

use serde_json::json;

use super::support::{Tcp, server};

#[tokio::test]
async fn bad_lengths_close_with_a_reason_before_anything_is_kept() {
    let server = server().await;
    for (bytes, code) in [
        (&[0, 0, 0, 0][..], 400),
        (&[0x80, 0, 0, 0][..], 413),
        (&[0xff, 0xff, 0xff, 0xff][..], 413),
        (b"GET / HTTP/1.1\r\n\r\n", 413),
        (b"PRLR\0\x02\0\x01\0\0\0\0", 400),
    ] {
        let mut wire = Tcp::connect(&server).await;
        wire.raw(bytes).await;
        let words = wire.ended().await;
        assert_eq!((words.len(), words[0]["code"].as_u64()), (1, Some(code)), "{bytes:?}: {words:?}");
    }
}

#[tokio::test]
async fn type_confusion_is_an_error_and_the_connection_goes_on() {
    let server = server().await;
    let mut ann = Tcp::guest(&server, "ann").await;
    for bad in [
        json!([]),
        json!("ChatMessage"),
        json!({"type": 1}),
        json!({"type": "ChatMessage", "content": {"a": 1}}),
        json!({"type": "Join", "room": 7}),
        json!({"type": "FileChunk", "transfer_id": "x", "chunk_id": -1, "data": null}),
        json!({"type": "FileTransferRequest", "filename": "x", "size": -1, "to": "bob"}),
    ] {
        ann.say(bad.clone()).await;
        assert_eq!(ann.see("Error").await["code"], 400, "{bad}");
    }
    ann.say(json!({"type": "Ping"})).await;
    ann.see("Pong").await;
}

#[tokio::test]
async fn wrong_magic_unknown_versions_and_bombs_close_version_two() {
    let server = server().await;
    let bomb = zstd::bulk::compress(&vec![b' '; 10_000_000], 3).unwrap();
    let mut packed = [b"PRLR\0\x02\x80\x01", &u32::try_from(bomb.len()).unwrap().to_be_bytes()[..], &bomb].concat();
    packed.extend([0; 4]);
    for (bytes, code) in [
        (&b"XXXX\0\x02\0\x01\0\0\0\0"[..], 1002),
        (b"PRLR\0\x09\0\x01\0\0\0\0", 1002),
        (b"PRLR\0\x02\0\x63\0\0\0\0", 1002),
        (b"PRLR\0\x02\0\x01\x80\0\0\0", 1009),
        (&packed, 1009),
    ] {
        let mut wire = Tcp::two(&server, json!({"username": "ann"})).await;
        wire.raw(bytes).await;
        let words = wire.ended().await;
        let close = words.last().unwrap();
        assert_eq!((&close["type"], close["code"].as_u64()), (&json!("close"), Some(code)), "{words:?}");
    }
}

#[tokio::test]
async fn whoever_goes_on_breaking_the_rules_is_shown_out() {
    let server = server().await;
    let mut ann = Tcp::guest(&server, "ann").await;
    for _ in 0..150 {
        if !ann.try_raw(b"\0\0\0\x02[]").await {
            break;
        }
    }
    let words = ann.ended().await;
    assert!(words.last().unwrap()["message"].as_str().unwrap().contains("too many refused"), "{:?}", words.last());
}
