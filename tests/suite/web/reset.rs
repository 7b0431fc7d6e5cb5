//! Links by which somebody chooses a new password.

use std::time::Duration;

use parlor::auth::Auth;
use parlor::config::Config;
use parlor::domain::name::UserName;
use parlor::storage::SharedStore;
use parlor::storage::sqlite::SqliteStore;
use parlor::telemetry::metrics::Metrics;

use crate::support::{Api, PASSWORD, TestServer};

const NEW: &str = "another good password";

/// Stops the server, makes a link as somebody at the console does, and starts it again; answers with the path.
async fn link(server: &mut TestServer, name: &str) -> String {
    server.stop().await;
    let store: SharedStore = std::sync::Arc::new(SqliteStore::open(None, server.data()).await.expect("it opens"));
    let clock = server.clock.clone();
    let metrics = Metrics::new(clock.now());
    let auth = Auth::open(&Config::defaults(), store.clone(), clock, metrics).await.expect("it opens");
    let account = auth.account_named(&UserName::parse(name).expect("good")).await.expect("good").expect("an account");
    let path = auth.make_reset_link(account.id).await.expect("a link").path;
    store.close().await;
    server.start_again().await;
    path
}

#[tokio::test]
async fn a_link_sets_the_password_once_and_ends_every_login() {
    let (mut server, ann) = TestServer::owned_by("ann").await;
    let token = ann.token().await;
    let path = link(&mut server, "ann").await;
    let browser = server.browser();
    assert!(browser.get(&path).await.body.contains("ann"));

    assert_eq!(browser.post(&path, &[("password", "short")]).await.status, 422, "and the link is still good");
    assert_eq!(browser.post(&path, &[("password", NEW)]).await.leads_to(), (303, "/login"));

    assert_eq!(Api::new(&server, &token).get("/api/v1/me").await.status, 401);
    assert_eq!(ann.get("/settings").await.status, 303, "to the log-in");
    assert_eq!(server.browser().log_in("ann").await.status, 401, "the old password");
    let logged_in = server.browser().post("/login", &[("name", "ann"), ("password", NEW)]).await;
    assert_eq!(logged_in.status, 303);
    assert_eq!(browser.get(&path).await.status, 404);
    assert_eq!(browser.post(&path, &[("password", PASSWORD)]).await.status, 404, "it works once");
}

#[tokio::test]
async fn a_link_ends_after_a_day_and_a_newer_one_replaces_it() {
    let (mut server, _) = TestServer::owned_by("ann").await;
    let first = link(&mut server, "ann").await;
    let second = link(&mut server, "ann").await;
    let browser = server.browser();
    assert_eq!(browser.post(&first, &[("password", NEW)]).await.status, 404);
    assert_eq!(browser.get(&second).await.status, 200);

    server.pass(Duration::from_hours(24));

    assert_eq!(browser.post(&second, &[("password", NEW)]).await.status, 404);
    assert_eq!(browser.get("/reset/guessed").await.status, 404);
}

#[tokio::test]
async fn a_suspended_account_is_told_so_after_the_right_password_only() {
    let (mut server, ann) = TestServer::owned_by("ann").await;
    let token = ann.token().await;
    server.stop().await;
    let store: SharedStore = std::sync::Arc::new(SqliteStore::open(None, server.data()).await.expect("it opens"));
    let name = UserName::parse("ann").expect("good");
    let account = store.user_by_name(&name.key()).await.expect("good").expect("an account");
    store.suspend(account.id, Some((server.clock.now(), "a test"))).await.expect("suspended");
    store.close().await;
    server.start_again().await;

    let right = server.browser().log_in("ann").await;
    assert_eq!(right.status, 403);
    assert!(right.body.contains("a test") && right.cookie("parlor_session").is_empty());
    let wrong = server.browser().post("/login", &[("name", "ann"), ("password", "wrong password")]).await;
    assert_eq!((wrong.status, wrong.body.contains("a test")), (401, false));
    assert_eq!(ann.get("/settings").await.status, 403, "no login of it works");
    let refused = Api::new(&server, &token).get("/api/v1/me").await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &"forbidden".into()));
}
