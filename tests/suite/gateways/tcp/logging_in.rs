//! Passwords at the door: an account with a second factor is not opened by its password alone.

use parlor::auth::totp;
use serde_json::json;

use super::support::{Tcp, server};
use crate::support::{Browser, PASSWORD, TestServer};

/// Ann, who runs the server and has a second factor: a token of hers.
async fn with_second_factor(server: &TestServer) -> (Browser, String) {
    let ann = server.browser();
    ann.set_up("ann").await;
    let api = server.api(&ann).await;
    let secret = api.post("/api/v1/me/second-factor", json!({})).await.json()["secret"].as_str().unwrap().to_owned();
    let code = totp::code(&totp::from_base32(&secret).unwrap(), totp::step_at(server.clock.now()));
    let on = json!({"secret": secret, "code": code, "password": PASSWORD});
    assert_eq!(api.put("/api/v1/me/second-factor", on).await.status, 200);
    let token = ann.token().await;
    (ann, token)
}

#[tokio::test]
async fn a_password_alone_does_not_open_an_account_with_a_second_factor_and_a_token_does() {
    let server = server().await;
    let (_ann, token) = with_second_factor(&server).await;

    let mut one = Tcp::connect(&server).await;
    one.say(json!({"type": "Login", "username": "ann", "password": PASSWORD})).await;
    let refused = one.see("LoginResponse").await;
    assert_eq!(refused["success"], false, "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("make a token in the settings"), "{refused}");
    one.say(json!({"type": "Login", "username": "ann", "password": token})).await;
    assert_eq!(one.see("LoginResponse").await["success"], true, "a token may stand where the password is asked for");

    let mut two = Tcp::connect(&server).await;
    two.say(json!({"type": "Hello", "version": 2, "username": "ann", "password": PASSWORD})).await;
    let refused = two.next().await;
    assert!(refused.to_string().contains("make a token in the settings"), "{refused}");
    Tcp::two(&server, json!({"token": token})).await;
}
