//! Rooms that were deleted.

use parlor::domain::event::{Draft, EventBody, Message};
use parlor::domain::membership::Role;
use parlor::domain::person::Author;
use parlor::domain::room::RoomInfo;
use parlor::storage::{StorageError, Store};

use super::super::samples::{account, draft, empty_room, joined, lobby, message, message_with_nonce, seqs};
use super::search::{find, index, wanted};

async fn clear_all(store: &dyn Store) -> u64 {
    let mut cleared = 0;
    loop {
        match store.clear_removed(2).await.unwrap() {
            0 => return cleared,
            rows => cleared += rows,
        }
    }
}

fn answer(room: &RoomInfo, who: &Author) -> Draft {
    draft(room, who, EventBody::Message(Message { text: "more tea".into(), reply_to: Some(1), ..Message::default() }))
}

pub async fn a_removed_room_is_found_nowhere_and_its_name_is_free(store: &dyn Store) {
    let (ann, lobby, garden) = (account(store, "ann").await, lobby(store).await, empty_room(store, "garden").await);
    store.append(&[joined(&garden, &ann, Role::Member), message(&garden, &ann, "green tea")]).await.unwrap();
    store.append(&[message(&lobby, &ann, "black tea")]).await.unwrap();
    index(store).await;

    assert!(store.remove_room(garden.id).await.unwrap());
    assert!(!store.remove_room(garden.id).await.unwrap(), "it is gone");

    assert_eq!(store.room(garden.id).await.unwrap(), None);
    assert_eq!(store.room_by_name(&garden.name.key()).await.unwrap(), None);
    assert_eq!(store.rooms_of(ann.id).await.unwrap(), []);
    assert_eq!(store.events_after(garden.id, 0, 10).await.unwrap(), [], "although its rows are still there");
    let late = store.append(&[message(&garden, &ann, "late")]).await;
    assert!(matches!(late, Err(StorageError::Inconsistent { .. })), "{late:?}");
    let again = empty_room(store, "garden").await;
    assert!(again.id.0 > garden.id.0, "an id is never given twice");
    clear_all(store).await;
    assert_eq!(seqs(store, again.id).await, [] as [u64; 0]);
    assert_eq!(find(store, &wanted("tea", &[lobby.id, garden.id, again.id])).await, [1]);
}

pub async fn what_a_removed_room_leaves_behind_is_cleared_away_bit_by_bit(store: &dyn Store) {
    let (ann, lobby, garden) = (account(store, "ann").await, lobby(store).await, empty_room(store, "garden").await);
    let emoji = EventBody::Reaction { target: 1, emoji: "👍".into(), on: true, count: 0 };
    store
        .append(&[
            message_with_nonce(&garden, &ann, "green tea", "n1"),
            answer(&garden, &ann),
            draft(&garden, &ann, emoji),
            draft(&garden, &ann, EventBody::Pinned { target: 1, on: true }),
            message(&lobby, &ann, "black tea"),
        ])
        .await
        .unwrap();
    index(store).await;
    store.remove_room(garden.id).await.unwrap();

    let cleared = clear_all(store).await;

    assert!(cleared >= 4, "four events, and what was put on them: {cleared}");
    assert_eq!(store.clear_removed(100).await.unwrap(), 0);
    assert_eq!(seqs(store, lobby.id).await, [1]);
    assert_eq!(find(store, &wanted("tea", &[lobby.id, garden.id])).await, [1]);
    let sent = store.append(&[message_with_nonce(&lobby, &ann, "white tea", "n1")]).await.unwrap();
    assert_eq!(sent.len(), 1);
    index(store).await;
    assert_eq!(find(store, &wanted("white", &[lobby.id])).await, [2], "the index goes on");
}

pub async fn the_newest_event_of_all_keeps_its_number_when_its_room_is_removed(store: &dyn Store) {
    let (ann, lobby, garden) = (account(store, "ann").await, lobby(store).await, empty_room(store, "garden").await);
    store.append(&[message(&lobby, &ann, "black tea"), message(&garden, &ann, "green tea")]).await.unwrap();
    index(store).await;
    store.remove_room(garden.id).await.unwrap();
    clear_all(store).await;

    store.append(&[message(&lobby, &ann, "white tea")]).await.unwrap();
    index(store).await;

    assert_eq!(find(store, &wanted("tea", &[lobby.id])).await, [2, 1], "nothing new is taken for something old");
    assert!(clear_all(store).await > 0, "now the last row of it can go");
    assert_eq!(store.clear_removed(100).await.unwrap(), 0);
}
