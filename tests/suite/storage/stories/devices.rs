//! Logins.

use std::time::Duration;

use parlor::domain::clock::Timestamp;
use parlor::domain::device::{Device, DeviceKind};
use parlor::domain::grant::{Grant, Scope};
use parlor::domain::ids::{DeviceId, RoomId, UserId};
use parlor::storage::Store;
use uuid::Uuid;

use crate::storage::samples::{NOW, account};

/// A login that exists; its secret is `secret` all over, and it was used `secret` minutes after NOW.
async fn device(
    store: &dyn Store,
    user: UserId,
    kind: DeviceKind,
    secret: u8,
    expires_at: Option<Timestamp>,
) -> Device {
    let used_at = NOW.plus(Duration::from_mins(secret.into()));
    let label = format!("Chromium {secret}");
    let device =
        Device { id: DeviceId(Uuid::now_v7()), user, kind, label, created_at: NOW, used_at, grant: Grant::ALL };
    store.add_device(&device, &[secret; 32], expires_at).await.unwrap();
    device
}

pub async fn a_device_is_found_by_its_secret_until_it_expires(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let end = NOW.plus(Duration::from_hours(1));
    let short = device(store, ann.id, DeviceKind::Cookie, 1, Some(end)).await;
    let endless = device(store, ann.id, DeviceKind::Token, 2, None).await;
    let account = store.user(ann.id).await.unwrap().unwrap();

    let known = |device| Some((device, account.clone()));
    assert_eq!(store.device_by_secret(&[1; 32], NOW).await.unwrap(), known(short));
    assert_eq!(store.device_by_secret(&[1; 32], end).await.unwrap(), None);
    assert_eq!(store.device_by_secret(&[2; 32], end).await.unwrap(), known(endless));
    assert_eq!(store.device_by_secret(&[3; 32], NOW).await.unwrap(), None);
}

pub async fn a_device_that_is_used_lives_on(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let end = NOW.plus(Duration::from_hours(1));
    let cookie = device(store, ann.id, DeviceKind::Cookie, 1, Some(end)).await;

    store.touch_device(cookie.id, end, Some(end.plus(Duration::from_hours(1)))).await.unwrap();

    let (found, _) = store.device_by_secret(&[1; 32], end).await.unwrap().unwrap();
    assert_eq!(found, Device { used_at: end, ..cookie });
}

pub async fn devices_are_listed_by_kind_the_last_used_first(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let end = NOW.plus(Duration::from_hours(1));
    let early = device(store, ann.id, DeviceKind::Cookie, 1, None).await;
    let token = device(store, ann.id, DeviceKind::Token, 2, None).await;
    let late = device(store, ann.id, DeviceKind::Cookie, 3, None).await;
    device(store, ann.id, DeviceKind::Cookie, 4, Some(end)).await;
    device(store, bob.id, DeviceKind::Cookie, 5, None).await;

    assert_eq!(store.devices(ann.id, DeviceKind::Cookie, end).await.unwrap(), [late, early]);
    assert_eq!(store.devices(ann.id, DeviceKind::Token, end).await.unwrap(), [token]);
}

pub async fn only_its_owner_revokes_a_device(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let cookie = device(store, ann.id, DeviceKind::Cookie, 1, None).await;

    assert!(!store.revoke_device(bob.id, cookie.id).await.unwrap());
    assert!(store.device_by_secret(&[1; 32], NOW).await.unwrap().is_some());
    assert!(store.revoke_device(ann.id, cookie.id).await.unwrap());

    assert_eq!(store.device_by_secret(&[1; 32], NOW).await.unwrap(), None);
    assert!(!store.revoke_device(ann.id, cookie.id).await.unwrap());
}

pub async fn revoking_the_others_keeps_one_and_the_tokens(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let kept = device(store, ann.id, DeviceKind::Cookie, 1, None).await;
    let ended = device(store, ann.id, DeviceKind::Cookie, 2, None).await;
    let token = device(store, ann.id, DeviceKind::Token, 3, None).await;
    let of_bob = device(store, bob.id, DeviceKind::Cookie, 4, None).await;

    assert_eq!(store.revoke_other_devices(ann.id, Some(kept.id)).await.unwrap(), [ended.id]);
    assert_eq!(store.revoke_other_devices(ann.id, None).await.unwrap(), [kept.id]);

    assert_eq!(store.devices(ann.id, DeviceKind::Token, NOW).await.unwrap(), [token]);
    assert_eq!(store.devices(bob.id, DeviceKind::Cookie, NOW).await.unwrap(), [of_bob]);
}

pub async fn a_token_keeps_what_it_is_good_for_and_its_end(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let end = NOW.plus(Duration::from_hours(1));
    let rooms = Some([RoomId(1), RoomId(7)].into_iter().collect());
    let grant = Grant { scope: Scope::Read, rooms, until: Some(end) };
    let label = "reader".to_owned();
    let (id, kind) = (DeviceId(Uuid::now_v7()), DeviceKind::Token);
    let token = Device { id, user: ann.id, kind, label, created_at: NOW, used_at: NOW, grant };
    store.add_device(&token, &[9; 32], Some(end)).await.unwrap();

    // Use without a new end leaves the end alone.
    store.touch_device(id, NOW, None).await.unwrap();

    assert_eq!(store.devices(ann.id, DeviceKind::Token, NOW).await.unwrap(), std::slice::from_ref(&token));
    assert_eq!(store.device_by_secret(&[9; 32], NOW).await.unwrap().unwrap().0, token);
    assert_eq!(store.device_by_secret(&[9; 32], end).await.unwrap(), None);
}

pub async fn revoking_the_other_tokens_keeps_one_and_the_cookies(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let cookie = device(store, ann.id, DeviceKind::Cookie, 1, None).await;
    let kept = device(store, ann.id, DeviceKind::Token, 2, None).await;
    let ended = device(store, ann.id, DeviceKind::Token, 3, None).await;

    assert_eq!(store.revoke_other_tokens(ann.id, Some(kept.id)).await.unwrap(), [ended.id]);

    assert_eq!(store.devices(ann.id, DeviceKind::Token, NOW).await.unwrap(), [kept]);
    assert_eq!(store.devices(ann.id, DeviceKind::Cookie, NOW).await.unwrap(), [cookie]);
}
