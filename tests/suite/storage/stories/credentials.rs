//! Proofs of identity beside the password.

use std::time::Duration;

use parlor::domain::device::{Device, DeviceKind};
use parlor::domain::grant::Grant;
use parlor::domain::ids::DeviceId;
use parlor::storage::Store;
use parlor::storage::credentials::AddedIdentity;
use parlor::storage::passkeys::StoredPasskey;
use uuid::Uuid;

use crate::storage::samples::{NOW, account, new_account};

pub async fn a_step_of_the_second_factor_is_taken_once_and_never_backwards(store: &dyn Store) {
    let ann = account(store, "ann").await;
    assert!(!store.take_step(ann.id, 1).await.unwrap(), "there is no second factor yet");
    store.set_second_factor(ann.id, &[7; 20], 10, &[]).await.unwrap();
    assert_eq!(store.second_factor(ann.id).await.unwrap(), Some(vec![7; 20]));

    assert!(!store.take_step(ann.id, 10).await.unwrap(), "it was used to turn it on");
    assert!(store.take_step(ann.id, 12).await.unwrap());
    assert!(!store.take_step(ann.id, 12).await.unwrap());
    assert!(!store.take_step(ann.id, 11).await.unwrap());

    assert!(store.remove_second_factor(ann.id).await.unwrap());
    assert!(!store.remove_second_factor(ann.id).await.unwrap());
    assert_eq!(store.second_factor(ann.id).await.unwrap(), None);
}

pub async fn a_recovery_code_is_taken_once_and_by_its_account_only(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    store.set_second_factor(ann.id, &[7; 20], 1, &[[1; 32], [2; 32]]).await.unwrap();

    assert!(!store.take_recovery_code(bob.id, &[1; 32]).await.unwrap());
    assert!(store.take_recovery_code(ann.id, &[1; 32]).await.unwrap());
    assert!(!store.take_recovery_code(ann.id, &[1; 32]).await.unwrap());
    assert_eq!(store.recovery_codes_left(ann.id).await.unwrap(), 1);

    store.set_recovery_codes(ann.id, &[[3; 32]]).await.unwrap();
    assert!(!store.take_recovery_code(ann.id, &[2; 32]).await.unwrap());
    assert_eq!(store.recovery_codes_left(ann.id).await.unwrap(), 1);
    store.remove_second_factor(ann.id).await.unwrap();
    assert_eq!(store.recovery_codes_left(ann.id).await.unwrap(), 0);
}

pub async fn a_reset_link_works_once_until_its_end_and_ends_all_logins(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let mut ids = Vec::new();
    for (user, secret) in [(ann.id, 1), (bob.id, 2)] {
        let id = DeviceId(Uuid::now_v7());
        let (label, kind) = (String::new(), DeviceKind::Token);
        let device = Device { id, user, kind, label, created_at: NOW, used_at: NOW, grant: Grant::ALL };
        store.add_device(&device, &[secret; 32], None).await.unwrap();
        ids.push(id);
    }
    let end = NOW.plus(Duration::from_hours(1));
    store.add_reset_link(ann.id, &[8; 32], end).await.unwrap();
    store.add_reset_link(ann.id, &[9; 32], end).await.unwrap();

    assert_eq!(store.reset_link(&[8; 32], NOW).await.unwrap(), None, "a newer one replaced it");
    assert_eq!(store.reset_link(&[9; 32], end).await.unwrap(), None);
    assert_eq!(store.use_reset_link(&[9; 32], "late", end).await.unwrap(), None);
    assert_eq!(store.reset_link(&[9; 32], NOW).await.unwrap().unwrap().id, ann.id);
    let reset = store.use_reset_link(&[9; 32], "new", NOW).await.unwrap().unwrap();

    assert_eq!((reset.account.id, reset.ended.as_slice()), (ann.id, &ids[..1]));
    assert_eq!(store.credentials(&ann.name.key()).await.unwrap().unwrap().1, "new");
    assert_eq!(store.use_reset_link(&[9; 32], "again", NOW).await.unwrap(), None);
    assert!(store.device_by_secret(&[1; 32], NOW).await.unwrap().is_none());
    assert!(store.device_by_secret(&[2; 32], NOW).await.unwrap().is_some());
}

pub async fn an_identity_is_bound_to_one_account_and_takes_no_other(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let taken = new_account("ann").account;
    assert_eq!(store.add_identity(&taken, "issuer", "1").await.unwrap(), AddedIdentity::NameTaken);
    assert_eq!(store.identity("issuer", "1").await.unwrap(), None);

    let bob = new_account("bob").account;
    assert_eq!(store.add_identity(&bob, "issuer", "1").await.unwrap(), AddedIdentity::Done);
    let other = new_account("carol").account;
    assert_eq!(store.add_identity(&other, "issuer", "1").await.unwrap(), AddedIdentity::KnownAlready);

    let known = store.identity("issuer", "1").await.unwrap().unwrap();
    assert_eq!(known, bob);
    assert_eq!(store.identity("other", "1").await.unwrap(), None);
    assert_eq!(store.user_by_name(&other.name.key()).await.unwrap(), None, "no account is left behind");
    assert_eq!(store.credentials(&bob.name.key()).await.unwrap().unwrap().1, "", "it has no password");
    assert!(!store.credentials(&ann.name.key()).await.unwrap().unwrap().1.is_empty());
}

pub async fn an_account_that_is_there_is_connected_and_disconnected(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);

    assert!(store.connect_identity(ann.id, "issuer", "1", NOW).await.unwrap());
    assert!(store.connect_identity(ann.id, "issuer", "1", NOW).await.unwrap(), "it is so already");
    assert!(!store.connect_identity(bob.id, "issuer", "1", NOW).await.unwrap(), "it is somebody else's");
    assert_eq!(store.identity("issuer", "1").await.unwrap().unwrap().id, ann.id);
    assert_eq!(store.issuers(ann.id).await.unwrap(), ["issuer"]);
    assert!(store.issuers(bob.id).await.unwrap().is_empty());

    assert!(!store.disconnect_identity(ann.id, "other").await.unwrap());
    assert!(store.disconnect_identity(ann.id, "issuer").await.unwrap());
    assert!(!store.disconnect_identity(ann.id, "issuer").await.unwrap());
    assert_eq!(store.identity("issuer", "1").await.unwrap(), None);
}

pub async fn a_passkey_is_of_one_account_and_each_state_of_it_is_used_once(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let passkey = |credential: u8, user| StoredPasskey {
        credential: vec![credential; 16],
        user,
        label: "phone".to_owned(),
        key: "1".to_owned(),
        created_at: NOW,
        used_at: None,
    };
    let first = passkey(1, ann.id);
    assert!(store.add_passkey(&first, 2).await.unwrap());
    assert!(!store.add_passkey(&passkey(1, bob.id), 2).await.unwrap(), "it is somebody else's");
    assert!(store.add_passkey(&passkey(2, ann.id), 2).await.unwrap());
    assert!(!store.add_passkey(&passkey(3, ann.id), 2).await.unwrap(), "there are enough");
    assert_eq!(store.passkeys(ann.id).await.unwrap(), [first.clone(), passkey(2, ann.id)]);

    let used = StoredPasskey { key: "2".to_owned(), ..first };
    let later = NOW.plus(Duration::from_mins(1));
    assert!(store.use_passkey(&used, "1", later).await.unwrap());
    assert!(!store.use_passkey(&used, "1", later).await.unwrap(), "that state is over");
    assert_eq!(store.passkeys(ann.id).await.unwrap()[0], StoredPasskey { used_at: Some(later), ..used });

    assert!(!store.remove_passkey(bob.id, &[1; 16]).await.unwrap());
    assert!(store.remove_passkey(ann.id, &[1; 16]).await.unwrap());
    assert_eq!(store.passkeys(ann.id).await.unwrap().len(), 1);
}

pub async fn a_login_with_a_fixed_end_is_not_put_off_by_use(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let end = NOW.plus(Duration::from_hours(1));
    for (number, until) in [(1, Some(end)), (2, None)] {
        let (id, label) = (DeviceId(Uuid::now_v7()), String::new());
        let (kind, grant) = (DeviceKind::Cookie, Grant { until, ..Grant::ALL });
        let device = Device { id, user: ann.id, kind, label, created_at: NOW, used_at: NOW, grant };
        store.add_device(&device, &[number; 32], Some(end)).await.unwrap();
        store.touch_device(id, NOW, Some(end.plus(Duration::from_hours(1)))).await.unwrap();
    }

    assert_eq!(store.device_by_secret(&[1; 32], NOW).await.unwrap().unwrap().0.grant.until, Some(end));
    assert!(store.device_by_secret(&[1; 32], end).await.unwrap().is_none());
    let other = store.device_by_secret(&[2; 32], end).await.unwrap().unwrap().0;
    assert_eq!(other.grant.until, None);
}
