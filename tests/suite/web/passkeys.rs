//! Passkeys, as far as no device is needed: who may begin, and what is refused.

use std::time::Duration;

use parlor::config::PublicUrl;

use crate::support::{Browser, PASSWORD, TestServer};

/// A server with its owner, who knows it by this address; without one, by a name of this machine.
async fn reached_at(url: Option<&str>) -> (TestServer, Browser) {
    let mut server = TestServer::start().await;
    let ann = server.browser();
    ann.set_up("ann").await;
    let here = format!("http://localhost:{}", server.address.port());
    let url = PublicUrl::parse(url.unwrap_or(&here)).expect("an address");
    server.stop().await;
    server.start_again_with(|config| config.listen.public_url = Some(url)).await;
    (server, ann)
}

async fn named() -> (TestServer, Browser) {
    reached_at(None).await
}

#[tokio::test]
async fn the_server_asks_for_a_key_that_is_found_without_a_name_and_looks_who_is_there() {
    let (_server, ann) = named().await;

    let begun = ann.post("/settings/sign-in/passkeys/begin", &[("password", PASSWORD)]).await;

    assert_eq!(begun.status, 200, "{}", begun.body);
    let options = begun.json();
    assert_eq!(options["rp"]["id"], "localhost");
    let selection = &options["authenticatorSelection"];
    assert_eq!((&selection["residentKey"], &selection["userVerification"]), (&"required".into(), &"required".into()));
    assert!(begun.cookie("ceremony").contains("HttpOnly"), "{}", begun.cookie("ceremony"));
    let login = ann.post("/login/passkey/begin", &[]).await.json();
    assert_eq!(
        (&login["userVerification"], login["allowCredentials"].as_array().map(Vec::len)),
        (&"required".into(), Some(0))
    );
    assert_ne!(login["challenge"], options["challenge"]);
}

#[tokio::test]
async fn a_passkey_is_made_by_whoever_knows_the_password_only() {
    let (server, ann) = named().await;
    let path = "/settings/sign-in/passkeys/begin";

    let wrong = ann.post(path, &[("password", "not the password")]).await;
    assert_eq!((wrong.status, wrong.cookie("ceremony")), (401, ""));
    assert_eq!(server.browser().post(path, &[("password", PASSWORD)]).await.leads_to().0, 303, "nobody: to the login");
    let foreign = ann.request(reqwest::Method::POST, path).header("Origin", "https://evil.example");
    assert_eq!(ann.send(foreign.form(&[("password", PASSWORD)])).await.status, 403, "from a foreign page");
}

#[tokio::test]
async fn what_nobody_asked_for_is_no_answer() {
    let (server, ann) = named().await;
    let made = [("credential", "{}"), ("label", "mine")];
    let nothing = ann.post("/settings/sign-in/passkeys", &made).await;
    assert_eq!(nothing.status, 401, "nobody has begun");

    ann.post("/settings/sign-in/passkeys/begin", &[("password", PASSWORD)]).await;
    assert_eq!(ann.post("/settings/sign-in/passkeys", &made).await.status, 401, "it is no passkey");
    ann.post("/settings/sign-in/passkeys/begin", &[("password", PASSWORD)]).await;
    server.pass(Duration::from_mins(5));
    let late = ann.post("/settings/sign-in/passkeys", &made).await;
    assert!(late.status == 401 && late.body.contains("too long"), "{} {}", late.status, late.body);

    let browser = server.browser();
    assert_eq!(browser.post("/login/passkey", &[("credential", "{}")]).await.status, 401);
    browser.post("/login/passkey/begin", &[]).await;
    let page = browser.post("/login/passkey", &[("credential", "{}"), ("next", "/rooms/lobby")]).await;
    assert_eq!((page.status, page.cookie("parlor_session")), (401, ""));
    assert!(page.body.contains("This passkey was not accepted"), "{}", page.body);
    // A question for one thing is not answered by the other.
    browser.post("/login/passkey/begin", &[]).await;
    ann.post("/settings/sign-in/passkeys/begin", &[("password", PASSWORD)]).await;
    assert_eq!(ann.post("/login/passkey", &[("credential", "{}")]).await.status, 401);
}

#[tokio::test]
async fn without_a_public_name_there_are_no_passkeys() {
    let (unnamed, ann) = TestServer::owned_by("ann").await;
    assert_eq!(unnamed.browser().post("/login/passkey/begin", &[]).await.status, 401);
    let without_tls = reached_at(Some("http://chat.example")).await;
    let bare = reached_at(Some("http://127.0.0.1")).await;

    for (server, ann) in [(unnamed, ann), without_tls, bare] {
        assert!(!ann.get("/settings").await.body.contains("/settings/sign-in"));
        assert!(!server.browser().get("/login").await.body.contains("passkey"));
        assert_eq!(ann.get("/settings/sign-in").await.status, 404);
    }
}
