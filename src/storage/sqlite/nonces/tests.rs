//! A nonce is known wherever it lies at the moment: in memory, on its way, or in the table.

use std::path::Path;

use uuid::Uuid;

use super::*;
use crate::domain::name::{RoomName, UserName};
use crate::domain::person::Author;
use crate::storage::events::Appended;
use crate::storage::sqlite::SqliteStore;
use crate::storage::{Events, Store};

const MESSAGES: usize = 333;

async fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(None, folder).await.expect("the database opens")
}

/// The messages of one person in the lobby, each with a nonce of its own.
fn drafts() -> Vec<Draft> {
    let author = Author { id: UserId(Uuid::from_u128(7)), name: UserName::trusted("ann".to_owned()) };
    let draft = |number: usize| Draft {
        room: RoomId(1),
        room_name: RoomName::trusted("lobby".to_owned()),
        author: author.clone(),
        at: Timestamp(1_000),
        calls: Vec::new(),
        body: EventBody::Message(Message {
            text: "hello".to_owned(),
            reply_to: None,
            nonce: Some(format!("nonce {number}")),
            ..Message::default()
        }),
    };
    (0..MESSAGES).map(draft).collect()
}

async fn send(store: &SqliteStore, drafts: &[Draft]) {
    for batch in drafts.chunks(20) {
        store.append(batch).await.expect("it can be written");
    }
}

/// Sends everything again, one by one and together.
async fn assert_all_known(store: &SqliteStore, drafts: &[Draft]) {
    let known: Vec<Appended> =
        (1..).zip(drafts).map(|(seq, draft)| Appended::Duplicate { seq, at: draft.at }).collect();

    assert_eq!(store.append(drafts).await.expect("it can be read"), known);
    let (first, last) = (&drafts[..1], &drafts[drafts.len() - 1..]);
    assert_eq!(store.append(first).await.expect("it can be read"), known[..1]);
    assert_eq!(store.append(last).await.expect("it can be read"), known[known.len() - 1..]);
}

async fn in_table(store: &SqliteStore) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM nonces").fetch_one(&store.readers).await.expect("the table is there")
}

#[tokio::test]
async fn every_nonce_is_known_at_every_moment_of_a_move() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (store, drafts) = (open(folder.path()).await, drafts());

    for sent in (20..MESSAGES).step_by(20) {
        send(&store, &drafts[sent - 20..sent]).await;
        assert_all_known(&store, &drafts[..sent]).await;
    }

    let moved = in_table(&store).await;
    assert!(moved > 0 && moved < 333, "some are in the table and some are not: {moved}");
}

#[tokio::test]
async fn nonces_in_memory_come_back_from_the_log() {
    let (folder, drafts) = (tempfile::tempdir().expect("a temporary folder"), drafts());
    for sent in (0..MESSAGES).step_by(30) {
        let store = open(folder.path()).await;
        send(&store, &drafts[sent..(sent + 30).min(MESSAGES)]).await;
        store.close().await;
    }

    let store = open(folder.path()).await;
    assert_all_known(&store, &drafts).await;
    // As after a batch that failed.
    drop(store.nonces.take());
    assert_all_known(&store, &drafts).await;
}

#[tokio::test]
async fn old_nonces_are_forgotten_wherever_they_lie() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (store, drafts) = (open(folder.path()).await, drafts());
    send(&store, &drafts).await;
    let younger = Draft { at: Timestamp(2_000), ..drafts[0].clone() };
    let room_for_the_move: Vec<Draft> = (0..100)
        .map(|_| Draft { body: EventBody::Left { by: None }, at: Timestamp(2_000), ..younger.clone() })
        .collect();
    for draft in room_for_the_move.chunks(1) {
        store.append(draft).await.expect("it can be written");
    }

    let forgotten = store.prune_nonces(Timestamp(1_500)).await.expect("it can be written");

    assert_eq!(forgotten, 333);
    assert_eq!(in_table(&store).await, 0);
    let again = store.append(&[younger]).await.expect("it can be written");
    assert!(matches!(&again[..], [Appended::Stored(event)] if event.seq == 434));
}
