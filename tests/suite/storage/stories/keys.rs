//! Idempotency keys.

use std::time::Duration;

use parlor::storage::Store;
use parlor::storage::idempotency::KeyState;

use crate::storage::samples::{NOW, person};

const REQUEST: [u8; 32] = [1; 32];
const OTHER_REQUEST: [u8; 32] = [2; 32];

pub async fn a_key_is_claimed_once_and_its_answer_repeated(store: &dyn Store) {
    let (ann, bob) = (person("ann").id, person("bob").id);

    assert_eq!(store.claim_key(ann, "k", &REQUEST, NOW).await.unwrap(), KeyState::Claimed);
    assert_eq!(store.claim_key(ann, "k", &REQUEST, NOW).await.unwrap(), KeyState::UnderWay);
    store.finish_request(ann, "k", 201, "{\"seq\":7}").await.unwrap();
    let answered = store.claim_key(ann, "k", &REQUEST, NOW).await.unwrap();

    assert_eq!(answered, KeyState::Answered { status: 201, body: "{\"seq\":7}".to_owned() });
    assert_eq!(store.claim_key(ann, "l", &REQUEST, NOW).await.unwrap(), KeyState::Claimed, "another key");
    assert_eq!(store.claim_key(bob, "k", &REQUEST, NOW).await.unwrap(), KeyState::Claimed, "another account");
}

pub async fn a_key_of_another_request_is_told_apart(store: &dyn Store) {
    let ann = person("ann").id;
    store.claim_key(ann, "k", &REQUEST, NOW).await.unwrap();

    let while_under_way = store.claim_key(ann, "k", &OTHER_REQUEST, NOW).await.unwrap();
    store.finish_request(ann, "k", 200, "{}").await.unwrap();
    let afterwards = store.claim_key(ann, "k", &OTHER_REQUEST, NOW).await.unwrap();

    assert_eq!((while_under_way, afterwards), (KeyState::OtherRequest, KeyState::OtherRequest));
}

pub async fn a_released_key_may_be_claimed_again(store: &dyn Store) {
    let ann = person("ann").id;
    store.claim_key(ann, "k", &REQUEST, NOW).await.unwrap();

    store.release_key(ann, "k").await.unwrap();

    assert_eq!(store.claim_key(ann, "k", &OTHER_REQUEST, NOW).await.unwrap(), KeyState::Claimed);
    store.finish_request(ann, "k", 200, "{}").await.unwrap();
    store.release_key(ann, "k").await.unwrap();
    let kept = store.claim_key(ann, "k", &OTHER_REQUEST, NOW).await.unwrap();
    assert!(matches!(kept, KeyState::Answered { status: 200, .. }), "an answer is not given back: {kept:?}");
}

pub async fn an_old_key_is_forgotten(store: &dyn Store) {
    let (ann, later) = (person("ann").id, NOW.plus(Duration::from_hours(24)));
    store.claim_key(ann, "old", &REQUEST, NOW).await.unwrap();
    store.claim_key(ann, "young", &REQUEST, later).await.unwrap();

    let pruned = store.prune_keys(later).await.unwrap();

    assert_eq!(pruned, 1);
    assert_eq!(store.claim_key(ann, "old", &REQUEST, later).await.unwrap(), KeyState::Claimed);
    assert_eq!(store.claim_key(ann, "young", &REQUEST, later).await.unwrap(), KeyState::UnderWay);
}

pub async fn a_key_claimed_twice_at_once_is_claimed_once(store: &dyn Store) {
    let ann = person("ann").id;

    let claims = tokio::join!(store.claim_key(ann, "k", &REQUEST, NOW), store.claim_key(ann, "k", &REQUEST, NOW));

    let mut states = [claims.0.unwrap(), claims.1.unwrap()];
    states.sort_by_key(|state| *state != KeyState::Claimed);
    assert_eq!(states, [KeyState::Claimed, KeyState::UnderWay]);
}
