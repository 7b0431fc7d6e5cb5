//! Name and password for a token, as programs ask for it.

use std::time::Duration;

use parlor::auth::totp;
use serde_json::json;

use crate::support::{Api, PASSWORD, TestServer};

#[tokio::test]
async fn a_right_password_gives_a_token_that_does_what_people_do_and_no_more() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let anybody = Api::anonymous(&server);

    let made =
        anybody.post("/api/v1/login", json!({"name": "Ann", "password": PASSWORD, "label": " my terminal "})).await;

    assert_eq!((made.status, made.header("set-cookie")), (201, ""));
    let made = made.json();
    assert_eq!((&made["label"], &made["scope"]), (&json!("my terminal"), &json!("write")));
    let program = Api::new(&server, made["token"].as_str().expect("a secret"));
    assert_eq!(program.get("/api/v1/me").await.json()["name"], "ann");
    assert_eq!(program.post("/api/v1/tokens", json!({"label": "another"})).await.status, 403);
    // The login that the password makes on its way is not left behind: only the browser's own is there.
    assert!(!ann.get("/settings").await.body.contains("Log out of this device"), "no second browser");

    let path = format!("/api/v1/tokens/{}", made["id"].as_str().expect("an id"));
    assert_eq!(program.delete(&path).await.status, 204, "a program may end its own login");
    assert_eq!(program.get("/api/v1/me").await.status, 401);
}

#[tokio::test]
async fn a_wrong_password_a_wrong_name_and_a_bad_label_give_nothing() {
    let (server, _ann) = TestServer::owned_by("ann").await;
    let anybody = Api::anonymous(&server);
    let with = |name: &str, password: &str, label: &str| json!({"name": name, "password": password, "label": label});

    let wrong = anybody.post("/api/v1/login", with("ann", "wrong wrong", "x")).await;
    let nobody = anybody.post("/api/v1/login", with("nobody", PASSWORD, "x")).await;
    assert_eq!((wrong.status, nobody.status), (401, 401));
    assert_eq!(wrong.json()["detail"], nobody.json()["detail"], "one answer for both");

    let bad = anybody.post("/api/v1/login", with("ann", PASSWORD, "two\nlines")).await;
    assert_eq!((bad.status, &bad.json()["field"]), (400, &json!("label")));
}

#[tokio::test]
async fn guessing_passwords_is_held_back_here_too() {
    let (server, _ann) = TestServer::owned_by("ann").await;
    let anybody = Api::anonymous(&server);
    let guess = || anybody.post("/api/v1/login", json!({"name": "ann", "password": "wrong wrong", "label": "x"}));

    let mut last = guess().await.status;
    for _ in 0..20 {
        last = guess().await.status;
    }

    assert_eq!(last, 429);
}

#[tokio::test]
async fn with_a_second_factor_the_password_alone_opens_nothing() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let secret = api.post("/api/v1/me/second-factor", json!({})).await.json()["secret"].as_str().unwrap().to_owned();
    let code = || totp::code(&totp::from_base32(&secret).unwrap(), totp::step_at(server.clock.now()));
    let on = json!({"secret": secret, "code": code(), "password": PASSWORD});
    assert_eq!(api.put("/api/v1/me/second-factor", on).await.status, 200);
    server.pass(Duration::from_secs(30));
    let anybody = Api::anonymous(&server);

    let first = anybody.post("/api/v1/login", json!({"name": "ann", "password": PASSWORD, "label": "x"})).await;
    assert_eq!((first.status, &first.json()["token"]), (200, &json!(null)));
    let step = |code: &str| json!({"ticket": first.json()["ticket"], "code": code, "label": "x"});
    let wrong = anybody.post("/api/v1/login/code", step("000000")).await;
    assert_eq!((wrong.status, &wrong.json()["field"]), (403, &json!("code")));
    let made = anybody.post("/api/v1/login/code", step(&code())).await;

    assert_eq!(made.status, 201, "{}", made.body);
    let program = Api::new(&server, made.json()["token"].as_str().expect("a secret"));
    assert_eq!(program.get("/api/v1/me").await.json()["name"], "ann");
}
