//! Settings, and the database as a whole.

use parlor::storage::Store;
use parlor::storage::settings::{SECRET, SERVER_NAME};

pub async fn a_setting_is_kept_and_replaced(store: &dyn Store) {
    assert_eq!(store.setting(SERVER_NAME).await.unwrap(), None);

    store.set_setting(SERVER_NAME, "Tea house").await.unwrap();
    store.set_setting(SERVER_NAME, "Coffee house").await.unwrap();

    assert_eq!(store.setting(SERVER_NAME).await.unwrap(), Some("Coffee house".to_owned()));
    assert_eq!(store.setting(SECRET).await.unwrap(), None);
}

pub async fn a_setting_made_twice_at_once_has_one_value(store: &dyn Store) {
    let (one, other) = tokio::join!(store.setting_or_insert(SECRET, "one"), store.setting_or_insert(SECRET, "other"));

    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one, other);
    assert_eq!(store.setting(SECRET).await.unwrap(), Some(one.clone()));
    assert_eq!(store.setting_or_insert(SECRET, "third").await.unwrap(), one);
}

pub async fn a_database_gives_a_sign_of_life(store: &dyn Store) {
    assert!(store.ping().await.is_ok());

    store.close().await;

    assert!(store.ping().await.is_err(), "a closed one does not");
}
