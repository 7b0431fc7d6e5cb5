//! Where people are notified.

use std::time::Duration;

use parlor::domain::device::{Device, DeviceKind};
use parlor::domain::ids::{DeviceId, UserId};
use parlor::domain::membership::{Level, Role};
use parlor::domain::preferences::{Preferences, QuietHours, ZoneName};
use parlor::domain::push::Subscription;
use parlor::domain::room::RoomKind;
use parlor::storage::Store;
use parlor::storage::push::Candidate;
use uuid::Uuid;

use crate::storage::samples::{NOW, account, joined, lobby};

async fn login(store: &dyn Store, user: UserId, secret: u8) -> DeviceId {
    let id = DeviceId(Uuid::now_v7());
    let label = format!("Chromium {secret}");
    let device = Device {
        id,
        user,
        kind: DeviceKind::Cookie,
        label,
        created_at: NOW,
        used_at: NOW,
        grant: parlor::domain::grant::Grant::ALL,
    };
    store.add_device(&device, &[secret; 32], None).await.unwrap();
    id
}

fn subscription(user: UserId, device: DeviceId, number: u8) -> Subscription {
    Subscription {
        id: Uuid::now_v7(),
        user,
        device,
        endpoint: format!("https://push.example.org/{number}"),
        key: [number; 65],
        secret: [number; 16],
        created_at: NOW.plus(Duration::from_secs(number.into())),
        failures: 0,
    }
}

async fn of(store: &dyn Store, user: UserId) -> Vec<Subscription> {
    store.subscriptions(user).await.unwrap().into_iter().map(|named| named.subscription).collect()
}

pub async fn a_subscription_comes_back_and_ends_with_its_login(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let device = login(store, ann.id, 1).await;
    let one = subscription(ann.id, device, 1);
    store.add_subscription(&one, 5).await.unwrap();

    let found = store.subscriptions(ann.id).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].subscription, found[0].label.as_str()), (&one, "Chromium 1"));
    assert_eq!(store.count_subscriptions().await.unwrap(), 1);

    store.revoke_device(ann.id, device).await.unwrap();
    assert_eq!(of(store, ann.id).await, []);
    assert_eq!(store.count_subscriptions().await.unwrap(), 0);
}

pub async fn an_address_belongs_to_the_last_who_subscribed(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let (anns, bobs) = (login(store, ann.id, 1).await, login(store, bob.id, 2).await);
    let old = subscription(ann.id, anns, 1);
    store.add_subscription(&old, 5).await.unwrap();
    store.set_push_failures(old.id, 3).await.unwrap();

    let new = Subscription { key: [9; 65], ..subscription(bob.id, bobs, 1) };
    store.add_subscription(&new, 5).await.unwrap();

    assert_eq!(of(store, ann.id).await, []);
    assert_eq!(of(store, bob.id).await, [new]);
}

pub async fn only_so_many_subscriptions_are_kept_the_oldest_go(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let (anns, bobs) = (login(store, ann.id, 1).await, login(store, bob.id, 2).await);
    let of_bob = subscription(bob.id, bobs, 9);
    store.add_subscription(&of_bob, 2).await.unwrap();
    let all = [1, 2, 3].map(|number| subscription(ann.id, anns, number));
    for one in &all {
        store.add_subscription(one, 2).await.unwrap();
    }

    assert_eq!(of(store, ann.id).await, [all[2].clone(), all[1].clone()]);
    assert_eq!(of(store, bob.id).await, [of_bob]);
}

pub async fn only_its_owner_removes_a_subscription(store: &dyn Store) {
    let (ann, bob) = (account(store, "ann").await, account(store, "bob").await);
    let one = subscription(ann.id, login(store, ann.id, 1).await, 1);
    store.add_subscription(&one, 5).await.unwrap();

    assert!(!store.remove_subscription(bob.id, one.id).await.unwrap());
    assert!(store.remove_subscription(ann.id, one.id).await.unwrap());
    assert!(!store.remove_subscription(ann.id, one.id).await.unwrap());
}

pub async fn failures_are_counted_and_a_gone_one_is_forgotten(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let one = subscription(ann.id, login(store, ann.id, 1).await, 1);
    store.add_subscription(&one, 5).await.unwrap();

    store.set_push_failures(one.id, 2).await.unwrap();
    assert_eq!(of(store, ann.id).await, [Subscription { failures: 2, ..one.clone() }]);

    store.forget_subscription(one.id).await.unwrap();
    assert_eq!(of(store, ann.id).await, []);
}

pub async fn candidates_are_members_with_subscriptions_and_how_they_like_it(store: &dyn Store) {
    let lobby = lobby(store).await;
    let [ann, bob, cid] = [account(store, "ann").await, account(store, "bob").await, account(store, "cid").await];
    store.append(&[joined(&lobby, &ann, Role::Member), joined(&lobby, &bob, Role::Member)]).await.unwrap();
    assert_eq!(store.push_candidates(lobby.id).await.unwrap(), Some((RoomKind::Public, Vec::new())));
    for (number, who) in [(1, &ann), (2, &cid)] {
        let one = subscription(who.id, login(store, who.id, number).await, number);
        store.add_subscription(&one, 5).await.unwrap();
    }
    let quiet = QuietHours::parse("22:00", "07:00").unwrap();
    let time_zone = ZoneName::parse("UTC").unwrap();
    let liked = Preferences { notify: Level::Mentions, quiet, time_zone: time_zone.clone(), ..Preferences::default() };
    store.set_preferences(ann.id, &liked).await.unwrap();

    let found = store.push_candidates(lobby.id).await.unwrap();

    let level = Level::All;
    let expected = Candidate { user: ann.id, level, notify: Level::Mentions, quiet, time_zone };
    assert_eq!(found, Some((RoomKind::Public, vec![expected])));
    assert_eq!(store.push_candidates(parlor::domain::ids::RoomId(999)).await.unwrap(), None);
}
