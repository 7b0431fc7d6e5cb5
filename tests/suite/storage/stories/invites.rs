//! Invites, and the accounts they make.

use std::time::Duration;

use parlor::storage::Store;
use parlor::storage::invites::Invite;
use parlor::storage::users::{NewAccount, Registered};

use crate::storage::samples::{NOW, account, lobby, new_account};

/// An invite by a new account called `ann`.
async fn invite(store: &dyn Store, code: &str, max_uses: Option<u32>) -> Invite {
    let made_by = account(store, "ann").await;
    let expires_at = Some(NOW.plus(Duration::from_hours(1)));
    let invite = Invite { code: code.to_owned(), made_by, room: None, uses: 0, max_uses, created_at: NOW, expires_at };
    store.add_invite(&invite).await.unwrap();
    invite
}

fn invited(name: &str, code: &str) -> NewAccount {
    NewAccount { invite: Some(code.to_owned()), ..new_account(name) }
}

async fn uses(store: &dyn Store, code: &str) -> u32 {
    store.invite(code).await.unwrap().unwrap().uses
}

pub async fn an_invite_comes_back_as_it_was_made(store: &dyn Store) {
    let first = invite(store, "first", Some(3)).await;
    let room = Some(lobby(store).await.id);
    let created_at = NOW.plus(Duration::from_secs(1));
    let second =
        Invite { code: "second".to_owned(), room, max_uses: None, expires_at: None, created_at, ..first.clone() };
    store.add_invite(&second).await.unwrap();

    assert_eq!(store.invite("first").await.unwrap(), Some(first.clone()));
    assert_eq!(store.invite("third").await.unwrap(), None);
    assert_eq!(store.invites_of(first.made_by.id).await.unwrap(), [second, first], "newest first");
}

pub async fn open_invites_of_everybody_are_listed_and_taken_back(store: &dyn Store) {
    let first = invite(store, "first", Some(1)).await;
    let ended = Invite { code: "ended".to_owned(), expires_at: Some(NOW), ..first.clone() };
    let later = Invite { code: "later".to_owned(), created_at: NOW.plus(Duration::from_secs(1)), ..first.clone() };
    for invite in [&ended, &later] {
        store.add_invite(invite).await.unwrap();
    }

    assert_eq!(store.open_invites(NOW, 10).await.unwrap(), [later.clone(), first.clone()], "newest first");
    assert_eq!(store.open_invites(NOW, 1).await.unwrap(), std::slice::from_ref(&later));
    store.add_user(&invited("bob", "first"), false, NOW).await.unwrap();
    assert_eq!(store.open_invites(NOW, 10).await.unwrap(), std::slice::from_ref(&later), "what is used up is not open");
    assert_eq!(store.take_back_invite("later").await.unwrap(), Some(later));
    assert_eq!(store.take_back_invite("later").await.unwrap(), None);
    assert_eq!(store.open_invites(NOW, 10).await.unwrap(), []);
}

pub async fn an_invite_for_one_makes_one_account_of_two_at_once(store: &dyn Store) {
    invite(store, "once", Some(1)).await;
    let (bob, cid) = (invited("bob", "once"), invited("cid", "once"));

    let (one, other) = tokio::join!(store.add_user(&bob, false, NOW), store.add_user(&cid, false, NOW));

    let mut answers = [one.unwrap(), other.unwrap()];
    answers.sort_by_key(|answer| *answer != Registered::Done);
    assert_eq!(answers, [Registered::Done, Registered::InviteUsedUp]);
    assert_eq!(uses(store, "once").await, 1);
    assert_eq!(store.count_users().await.unwrap(), 2, "ann and one more");
}

pub async fn a_registration_that_fails_uses_nothing_up(store: &dyn Store) {
    invite(store, "once", Some(1)).await;

    let refused = store.add_user(&invited("ANN", "once"), false, NOW).await.unwrap();

    assert_eq!(refused, Registered::NameTaken);
    assert_eq!(uses(store, "once").await, 0);
}

pub async fn an_expired_invite_makes_no_account(store: &dyn Store) {
    let invite = invite(store, "short", None).await;
    let end = invite.expires_at.unwrap();

    let late = store.add_user(&invited("bob", "short"), false, end).await.unwrap();
    let unknown = store.add_user(&invited("bob", "other"), false, NOW).await.unwrap();
    let in_time = store.add_user(&invited("bob", "short"), false, NOW).await.unwrap();

    assert_eq!((late, unknown), (Registered::InviteUsedUp, Registered::InviteUsedUp));
    assert_eq!(in_time, Registered::Done);
}

pub async fn only_its_maker_takes_an_invite_back(store: &dyn Store) {
    let invite = invite(store, "mine", None).await;
    let bob = account(store, "bob").await;

    assert!(!store.revoke_invite(bob.id, "mine").await.unwrap());
    assert!(store.revoke_invite(invite.made_by.id, "mine").await.unwrap());

    assert_eq!(store.invite("mine").await.unwrap(), None);
    assert!(!store.revoke_invite(invite.made_by.id, "mine").await.unwrap());
}

pub async fn somebody_with_an_account_uses_up_an_invite_too(store: &dyn Store) {
    invite(store, "once", Some(1)).await;

    assert!(store.use_invite("once", NOW).await.unwrap());

    assert!(!store.use_invite("once", NOW).await.unwrap());
    assert!(!store.use_invite("unknown", NOW).await.unwrap());
    assert_eq!(uses(store, "once").await, 1);
    assert_eq!(store.add_user(&invited("bob", "once"), false, NOW).await.unwrap(), Registered::InviteUsedUp);
}
