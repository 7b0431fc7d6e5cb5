//! Accounts.

use parlor::domain::ids::UserId;
use parlor::domain::name::{NameKey, UserName};
use parlor::domain::person::SiteRole;
use parlor::storage::Store;
use parlor::storage::users::Registered;
use uuid::Uuid;

use crate::storage::samples::{NOW, account, new_account};

pub async fn an_account_is_found_by_id_by_name_and_by_look_alike(store: &dyn Store) {
    let mut new = new_account("paypal");
    new.account.site_role = SiteRole::Admin;

    let registered = store.add_user(&new, false, NOW).await.unwrap();

    assert_eq!(registered, Registered::Done);
    assert_eq!(store.count_users().await.unwrap(), 1);
    assert_eq!(store.user(new.account.id).await.unwrap(), Some(new.account.clone()));
    assert_eq!(store.user(UserId(Uuid::nil())).await.unwrap(), None);
    assert_eq!(store.user_by_name(&NameKey::of("PAYPAL")).await.unwrap(), Some(new.account.clone()));
    assert_eq!(store.user_by_name(&NameKey::of("nobody")).await.unwrap(), None);
    // Cyrillic letters.
    let found = store.credentials(&NameKey::of("раураl")).await.unwrap();
    assert_eq!(found, Some((new.account, new.password_hash)));
}

pub async fn a_name_that_looks_like_another_is_taken(store: &dyn Store) {
    account(store, "paypal").await;

    for name in ["paypal", "PayPal", "раураl"] {
        let registered = store.add_user(&new_account(name), false, NOW).await.unwrap();

        assert_eq!(registered, Registered::NameTaken, "{name}");
    }
    assert_eq!(store.count_users().await.unwrap(), 1);
}

pub async fn only_one_of_two_first_accounts_is_made(store: &dyn Store) {
    let (ann, bob) = (new_account("ann"), new_account("bob"));

    let (one, other) = tokio::join!(store.add_user(&ann, true, NOW), store.add_user(&bob, true, NOW));

    let mut answers = [one.unwrap(), other.unwrap()];
    answers.sort_by_key(|answer| *answer != Registered::Done);
    assert_eq!(answers, [Registered::Done, Registered::NotFirst]);
    assert_eq!(store.count_users().await.unwrap(), 1);
}

pub async fn accounts_are_listed_by_name_page_by_page(store: &dyn Store) {
    for name in ["dora", "Ann", "carl", "Bob"] {
        account(store, name).await;
    }

    let first = store.users(None, 3).await.unwrap();
    let second = store.users(Some(&first[2].name.key()), 3).await.unwrap();

    let names: Vec<_> = first.iter().chain(&second).map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["Ann", "Bob", "carl", "dora"]);
    assert_eq!((first.len(), second.len()), (3, 1));
}

pub async fn renaming_frees_the_old_name_and_respects_the_others(store: &dyn Store) {
    let ann = account(store, "ann").await;
    account(store, "bob").await;

    assert!(!store.rename_user(ann.id, &UserName::parse("BOB").unwrap()).await.unwrap());
    assert!(store.rename_user(ann.id, &UserName::parse("Ann").unwrap()).await.unwrap(), "the same name, written anew");
    assert!(store.rename_user(ann.id, &UserName::parse("anna").unwrap()).await.unwrap());

    assert_eq!(store.user(ann.id).await.unwrap().unwrap().name.as_str(), "anna");
    assert_eq!(store.user_by_name(&NameKey::of("ann")).await.unwrap(), None);
    account(store, "ann").await;
}

pub async fn a_new_password_replaces_the_old_one(store: &dyn Store) {
    let ann = account(store, "ann").await;

    store.set_password(ann.id, "another hash").await.unwrap();

    let (_, hash) = store.credentials(&ann.name.key()).await.unwrap().unwrap();
    assert_eq!(hash, "another hash");
}
