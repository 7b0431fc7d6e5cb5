//! Retries are safe: a nonce names one message of one author in one room.

use std::time::Duration;

use parlor::domain::event::Draft;
use parlor::storage::Store;
use parlor::storage::events::Appended;

use crate::storage::samples::{NOW, empty_room, lobby, message, message_with_nonce, person, seqs, stored};

pub async fn a_repeated_nonce_gets_the_first_number(store: &dyn Store) {
    let (ann, lobby) = (person("ann"), lobby(store).await);
    let first = message_with_nonce(&lobby, &ann, "hello", "n1");
    let later = NOW.plus(Duration::from_mins(5));
    let again = Draft { at: later, ..message_with_nonce(&lobby, &ann, "hello again", "n1") };
    let next = message(&lobby, &ann, "next");

    store.append(&[message(&lobby, &ann, "before"), first]).await.unwrap();
    let alone = store.append(std::slice::from_ref(&again)).await.unwrap();
    let among_others = store.append(&[again, next.clone()]).await.unwrap();

    let duplicate = Appended::Duplicate { seq: 2, at: NOW };
    assert_eq!(among_others, [duplicate.clone(), stored(&next, 3)]);
    assert_eq!(alone, [duplicate]);
    assert_eq!(seqs(store, lobby.id).await, [1, 2, 3]);
}

pub async fn a_nonce_repeated_in_one_batch_is_stored_once(store: &dyn Store) {
    let (ann, lobby) = (person("ann"), lobby(store).await);
    let drafts = [
        message_with_nonce(&lobby, &ann, "one", "n1"),
        message_with_nonce(&lobby, &ann, "one", "n1"),
        message_with_nonce(&lobby, &ann, "two", "n2"),
        message_with_nonce(&lobby, &ann, "one", "n1"),
    ];

    let appended = store.append(&drafts).await.unwrap();

    let duplicate = Appended::Duplicate { seq: 1, at: NOW };
    assert_eq!(appended, [stored(&drafts[0], 1), duplicate.clone(), stored(&drafts[2], 2), duplicate]);
    assert_eq!(seqs(store, lobby.id).await, [1, 2]);
}

pub async fn another_author_or_another_room_is_no_duplicate(store: &dyn Store) {
    let (ann, bob) = (person("ann"), person("bob"));
    let (lobby, tea) = (lobby(store).await, empty_room(store, "tea").await);
    let drafts = [
        message_with_nonce(&lobby, &ann, "a", "n1"),
        message_with_nonce(&lobby, &bob, "b", "n1"),
        message_with_nonce(&tea, &ann, "c", "n1"),
    ];
    let later = [message_with_nonce(&tea, &bob, "d", "n1"), message_with_nonce(&lobby, &ann, "e", "N1")];

    let at_once = store.append(&drafts).await.unwrap();
    let afterwards = store.append(&later).await.unwrap();

    assert_eq!(at_once, [stored(&drafts[0], 1), stored(&drafts[1], 2), stored(&drafts[2], 1)]);
    assert_eq!(afterwards, [stored(&later[0], 2), stored(&later[1], 3)]);
}

pub async fn a_pruned_nonce_is_forgotten(store: &dyn Store) {
    let (ann, lobby) = (person("ann"), lobby(store).await);
    let later = NOW.plus(Duration::from_mins(1));
    let old = message_with_nonce(&lobby, &ann, "old", "n1");
    let young = Draft { at: later, ..message_with_nonce(&lobby, &ann, "young", "n2") };
    store.append(&[old.clone(), young.clone()]).await.unwrap();

    let pruned = store.prune_nonces(later).await.unwrap();
    let repeated = store.append(&[old.clone(), young]).await.unwrap();

    assert_eq!(pruned, 1);
    assert_eq!(repeated, [stored(&old, 3), Appended::Duplicate { seq: 2, at: later }]);
    assert_eq!(store.prune_nonces(NOW).await.unwrap(), 0);
}
