//! Passkeys, with an authenticator that Chromium pretends to have.

use parlor::config::PublicUrl;
use serde_json::{Value, json};

use super::assert_no_problems;
use crate::support::http::PASSWORD;
use crate::support::{Chrome, Look, TestServer, Window};

/// A server with its owner, under a name: browsers keep no passkeys for bare addresses.
async fn named() -> (TestServer, String) {
    let mut server = TestServer::start_today().await;
    server.browser().set_up("ann").await;
    let base = format!("http://localhost:{}", server.address.port());
    server.stop().await;
    let url = PublicUrl::parse(&base).expect("an address");
    server
        .start_again_with(|config| {
            config.limits.rate_limits = false;
            config.listen.public_url = Some(url);
        })
        .await;
    (server, base)
}

/// A window whose device has a place for passkeys; answers with the name of the authenticator too.
async fn window(chrome: &Chrome, server: &TestServer) -> (Window, Value) {
    let window = chrome.wide(server).await;
    window.devtools("WebAuthn.enable", json!({})).await;
    let options = json!({"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    }});
    let added = window.devtools("WebAuthn.addVirtualAuthenticator", options).await;
    (window, added["authenticatorId"].clone())
}

/// Logs in by password and makes a passkey.
async fn make_passkey(window: &Window, base: &str) {
    window.follow(&format!("{base}/login?next=/settings/sign-in")).await;
    window.fill("#name", "ann").await;
    window.fill("#password", PASSWORD).await;
    window.click("form[action='/login'] button").await;
    window.see("form[data-passkey]:not([hidden])").await;
    window.fill("#passkey-label", "my laptop").await;
    window.fill("#passkey-password", "not the password").await;
    window.click("form[data-passkey] button").await;
    window.see_text_in("[data-passkey-error]", "not your current password").await;
    window.fill("#passkey-password", PASSWORD).await;
    window.click("form[data-passkey] button").await;
    window.see_text_in(".entries__row b", "my laptop").await;
}

#[tokio::test]
async fn a_passkey_is_made_used_and_removed() {
    let (server, base) = named().await;
    let chrome = Chrome::start().await;
    let (window, authenticator) = window(&chrome, &server).await;
    make_passkey(&window, &base).await;
    window.screenshot("passkeys").await;
    window.devtools("Network.clearBrowserCookies", json!({})).await;

    window.follow(&format!("{base}/login?next=/settings/sign-in")).await;
    window.screenshot("login-passkey").await;
    window.click("form[data-passkey] button").await;

    window.at("/settings/sign-in").await;
    window.see_text_in(".entries__detail", "last used today").await;
    // A device that does not look who is there is not enough.
    window.devtools("Network.clearBrowserCookies", json!({})).await;
    let nobody = json!({"authenticatorId": authenticator, "isUserVerified": false});
    window.devtools("WebAuthn.setUserVerified", nobody).await;
    window.follow(&format!("{base}/login")).await;
    window.click("form[data-passkey] button").await;
    window.see_text_in("[data-passkey-error]", "That did not work.").await;
    let somebody = json!({"authenticatorId": authenticator, "isUserVerified": true});
    window.devtools("WebAuthn.setUserVerified", somebody).await;
    window.click("form[data-passkey] button").await;
    window.at("/rooms/lobby").await;

    window.follow(&format!("{base}/settings/sign-in")).await;
    window.click(".entries__row button").await;
    window.see_text("You have no passkey yet.").await;
    window.devtools("Network.clearBrowserCookies", json!({})).await;
    window.follow(&format!("{base}/login")).await;
    window.click("form[data-passkey] button").await;
    window.see_text_in("[role=alert]", "This passkey was not accepted.").await;
}

#[tokio::test]
async fn what_a_passkey_has_answered_is_good_once_and_in_its_own_browser() {
    let (server, base) = named().await;
    let chrome = Chrome::start().await;
    let (window, authenticator) = window(&chrome, &server).await;
    make_passkey(&window, &base).await;
    window.devtools("Network.clearBrowserCookies", json!({})).await;
    window.follow(&format!("{base}/login")).await;
    let answer = "(() => { window.answer = undefined; (async () => {
        const options = await (await fetch('/login/passkey/begin', { method: 'POST' })).json();
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
        const credential = await navigator.credentials.get({ publicKey });
        window.answer = JSON.stringify(credential.toJSON());
    })(); return true; })()";
    window.value(answer).await;
    window.see_that("window.answer !== undefined").await;
    let credential = window.value("window.answer").await.as_str().expect("JSON").to_owned();

    let elsewhere = server.browser().post("/login/passkey", &[("credential", &credential)]).await;
    assert_eq!((elsewhere.status, elsewhere.cookie("parlor_session")), (401, ""), "another browser");
    let send = "(() => { window.went = undefined; (async () => {
        const body = new URLSearchParams({ credential: window.answer });
        const answer = await fetch('/login/passkey', { method: 'POST', body, redirect: 'manual' });
        window.went = `${answer.type} ${answer.status}`;
    })(); return true; })()";
    for expected in ["opaqueredirect 0", "basic 401"] {
        window.value(send).await;
        window.see_that("window.went !== undefined").await;
        assert_eq!(window.value("window.went").await, json!(expected));
    }

    // The counter of a copy is behind.
    let credentials = window.devtools("WebAuthn.getCredentials", json!({"authenticatorId": authenticator})).await;
    let mut copy = credentials["credentials"][0].clone();
    copy["signCount"] = json!(0);
    let id = json!({"authenticatorId": authenticator, "credentialId": copy["credentialId"]});
    window.devtools("WebAuthn.removeCredential", id).await;
    let added = json!({"authenticatorId": authenticator, "credential": copy});
    window.devtools("WebAuthn.addCredential", added).await;
    window.devtools("Network.clearBrowserCookies", json!({})).await;
    window.follow(&format!("{base}/login")).await;
    window.click("form[data-passkey] button").await;
    window.see_text_in("[role=alert]", "This passkey was not accepted.").await;
}

#[tokio::test]
async fn without_javascript_no_passkey_is_offered() {
    let (server, base) = named().await;
    let chrome = Chrome::start().await;
    let window = chrome.window(&server, Look::wide().without_javascript()).await;

    window.follow(&format!("{base}/login")).await;

    window.see("form[action='/login']").await;
    assert_eq!(window.property("form[data-passkey]", "hidden").await, "true");
    assert_no_problems(&[&window]).await;
}
