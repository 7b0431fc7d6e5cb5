//! Logging in at a provider of OpenID Connect: what is believed of it, and every way not to be.

use std::time::Duration;

use parlor::config::Config;
use parlor::domain::access::Registration;
use parlor::domain::clock::Clock;
use serde_json::json;

use crate::support::provider::{Fault, Provider};
use crate::support::server::MORNING;
use crate::support::{Api, Browser, PASSWORD, Page, TestServer};

/// A server with its owner, where everybody may register, and the provider that it believes.
async fn believing(change: impl FnOnce(&mut Config)) -> (TestServer, Browser, Provider) {
    let clock = Clock::manual(MORNING);
    let provider = Provider::start(clock.clone()).await;
    let data = std::sync::Arc::new(tempfile::TempDir::new().expect("a temporary folder"));
    let server = TestServer::open(data, clock, |config| {
        provider.believed_by(config);
        config.access.registration = Registration::Open;
        change(config);
    });
    let server = server.await.expect("the server starts");
    let ann = server.browser();
    ann.set_up("ann").await;
    (server, ann, provider)
}

/// Goes to the provider, logs in there, and comes back.
async fn log_in(browser: &Browser, provider: &Provider, sub: &str, name: &str) -> Page {
    let away = browser.get("/login/oidc?next=/rooms/lobby").await;
    assert_eq!(away.status, 303, "{}", away.body);
    let back = provider.log_in(away.location.as_deref().expect("a way"), sub, name);
    browser.get(&back).await
}

async fn name_of(browser: &Browser) -> String {
    browser.get("/api/v1/me").await.json()["name"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn somebody_comes_in_by_the_provider_and_is_known_again() {
    let (server, ann, provider) = believing(|_| {}).await;
    let (first, again) = (server.browser(), server.browser());
    let page = first.get("/login?next=/rooms/lobby").await;
    assert!(page.body.contains("href=\"/login/oidc?next=%2Frooms%2Flobby\"") && page.body.contains("Example Inc."));

    let away = first.get("/login/oidc?next=/rooms/lobby").await;
    let cookie = away.cookie("errand").to_owned();
    for flag in ["HttpOnly", "SameSite=Lax", "Max-Age=600"] {
        assert!(cookie.contains(flag), "{flag} in {cookie}");
    }
    let back = first.get(&provider.log_in(away.location.as_deref().expect("a way"), "7", "Zoë Lee")).await;

    assert_eq!(back.leads_to(), (303, "/rooms/lobby"));
    assert!(back.cookie("errand").contains("Max-Age=0"), "the errand is over: {}", back.cookie("errand"));
    assert_eq!(name_of(&first).await, "Zoë-Lee");
    let members = ann.get("/rooms/lobby/members").await;
    assert!(members.body.contains("Zoë-Lee"), "somebody new begins in the lobby");
    assert_eq!(log_in(&again, &provider, "7", "another name").await.status, 303);
    assert_eq!(name_of(&again).await, "Zoë-Lee");
    assert_eq!(provider.asked(), 1, "what it is was asked once");
}

#[tokio::test]
async fn a_name_at_the_provider_takes_nothing_from_whoever_has_it_here() {
    let (server, ann, provider) = believing(|_| {}).await;
    let other = server.browser();

    assert_eq!(log_in(&other, &provider, "ann", "ann").await.status, 303);

    assert_eq!((name_of(&other).await, name_of(&ann).await), ("ann-2".to_owned(), "ann".to_owned()));
}

#[tokio::test]
async fn a_name_that_stands_in_no_token_is_asked_for() {
    let (server, _, provider) = believing(|_| {}).await;
    provider.keep_names();
    let browser = server.browser();

    assert_eq!(log_in(&browser, &provider, "7", "zoe").await.status, 303);

    assert_eq!(name_of(&browser).await, "zoe");
}

#[tokio::test]
async fn a_token_with_a_fault_lets_nobody_in() {
    let (server, _, provider) = believing(|_| {}).await;
    let faults = [
        Fault::Nonce,
        Fault::Audience,
        Fault::Party,
        Fault::Issuer,
        Fault::Expired,
        Fault::Unsigned,
        Fault::Shared,
        Fault::Forged,
    ];
    for fault in faults {
        provider.err(fault);
        let browser = server.browser();
        let page = log_in(&browser, &provider, "7", "zoe").await;
        assert_eq!((page.status, page.cookie("parlor_session")), (401, ""), "{fault:?}");
        assert!(page.body.contains("cannot be believed"), "{fault:?}: {}", page.body);
        assert_eq!(browser.get("/api/v1/me").await.status, 401, "{fault:?}");
    }

    provider.err(Fault::None);
    let browser = server.browser();
    assert_eq!(log_in(&browser, &provider, "7", "zoe").await.status, 303, "and without one it does");
    assert_eq!(name_of(&browser).await, "zoe", "none of them has made an account");
}

#[tokio::test]
async fn only_the_browser_that_left_for_the_provider_comes_back_from_it() {
    let (server, _, provider) = believing(|_| {}).await;
    let (here, there) = (server.browser(), server.browser());
    let away = here.get("/login/oidc").await;
    let back = provider.log_in(away.location.as_deref().expect("a way"), "7", "zoe");
    let refused = |page: Page| {
        assert_eq!(page.status, 401, "{}", page.body);
        assert!(page.body.contains("another browser"), "{}", page.body);
    };

    refused(there.get(&back).await);
    // It has an errand of its own, with another state.
    let elsewhere = there.get("/login/oidc").await;
    refused(there.get(&back).await);
    let theirs = provider.log_in(elsewhere.location.as_deref().expect("a way"), "8", "eve");
    refused(here.get(&theirs).await);

    let again = here.get("/login/oidc").await;
    let back = provider.log_in(again.location.as_deref().expect("a way"), "7", "zoe");
    server.pass(Duration::from_mins(10));
    refused(here.get(&back).await);
}

#[tokio::test]
async fn a_code_is_good_once() {
    let (server, _, provider) = believing(|_| {}).await;
    let browser = server.browser();
    let away = browser.get("/login/oidc").await;
    let cookie = away.cookie("errand").split(';').next().expect("a value").to_owned();
    let back = provider.log_in(away.location.as_deref().expect("a way"), "7", "zoe");
    assert_eq!(browser.get(&back).await.status, 303);

    let (plain, kept) = (server.browser(), server.browser());
    assert_eq!(plain.get(&back).await.status, 401, "without the cookie");
    let request = kept.request(reqwest::Method::GET, &back).header("Cookie", cookie);
    assert_eq!(kept.send(request).await.status, 401, "with a cookie that was kept");
}

#[tokio::test]
async fn a_refusal_of_the_provider_and_an_answer_of_another_one_let_nobody_in() {
    let (server, _, provider) = believing(|_| {}).await;
    let browser = server.browser();
    let away = browser.get("/login/oidc").await;
    let back = provider.log_in(away.location.as_deref().expect("a way"), "7", "zoe");
    let state = back.split("state=").nth(1).expect("a state").to_owned();

    let declined = browser.get(&format!("/login/oidc/callback?error=access_denied&state={state}")).await;
    assert_eq!(declined.status, 403);
    assert!(declined.body.contains("did not let you in"), "{}", declined.body);

    let away = browser.get("/login/oidc").await;
    let back = provider.log_in(away.location.as_deref().expect("a way"), "7", "zoe");
    assert_eq!(browser.get(&format!("{back}&iss=https://evil.example")).await.status, 401);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_one_sentence_on_the_login_page() {
    let (server, _, provider) = believing(|_| {}).await;
    provider.set_up(false);
    let browser = server.browser();

    let page = browser.get("/login/oidc").await;

    assert_eq!(page.status, 502);
    assert!(page.body.contains("The provider does not answer. Try again in a moment."), "{}", page.body);
    assert!(page.body.contains("action=\"/login\""), "passwords still work");
    provider.set_up(true);
    assert_eq!(browser.get("/login/oidc").await.status, 502, "it is not asked at every click");
    server.pass(Duration::from_secs(10));
    assert_eq!(log_in(&browser, &provider, "7", "zoe").await.status, 303);

    let away = server.browser();
    let gone = away.get("/login/oidc").await;
    let back = provider.log_in(gone.location.as_deref().expect("a way"), "7", "zoe");
    provider.set_up(false);
    assert_eq!(away.get(&back).await.status, 502, "nor when somebody comes back");
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_fetched_and_not_at_every_token() {
    let (server, _, provider) = believing(|_| {}).await;
    assert_eq!(log_in(&server.browser(), &provider, "7", "zoe").await.status, 303);
    provider.rotate();
    assert_eq!(log_in(&server.browser(), &provider, "7", "zoe").await.status, 401, "it is too soon to ask again");

    server.pass(Duration::from_secs(10));

    assert_eq!(log_in(&server.browser(), &provider, "7", "zoe").await.status, 303);
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn where_registration_is_not_open_strangers_get_no_account() {
    for registration in [Registration::Invite, Registration::Closed] {
        let (server, ann, provider) = believing(|config| config.access.registration = registration).await;
        let browser = server.browser();

        let page = log_in(&browser, &provider, "7", "zoe").await;

        assert_eq!(page.status, 403);
        assert!(page.body.contains("You have no account here yet"), "{}", page.body);
        assert_eq!(browser.get("/api/v1/me").await.status, 401);
        connect(&ann, &provider, "1").await;
        assert_eq!(log_in(&browser, &provider, "1", "whoever").await.status, 303);
        assert_eq!(name_of(&browser).await, "ann", "who is connected comes in all the same");
    }
}

#[tokio::test]
async fn before_there_is_an_owner_nobody_comes_in() {
    let clock = Clock::manual(MORNING);
    let provider = Provider::start(clock.clone()).await;
    let data = std::sync::Arc::new(tempfile::TempDir::new().expect("a temporary folder"));
    let server = TestServer::open(data, clock, |config| provider.believed_by(config)).await.expect("it starts");

    let page = log_in(&server.browser(), &provider, "7", "zoe").await;

    assert_eq!((page.status, page.cookie("parlor_session")), (422, ""));
    server.browser().set_up("ann").await;
}

/// Connects the account of this browser with somebody at the provider.
async fn connect(browser: &Browser, provider: &Provider, sub: &str) -> Page {
    let page = browser.post("/settings/sign-in/provider", &[("password", PASSWORD)]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let way = page.body.split("href=\"http").nth(1).and_then(|rest| rest.split('"').next()).expect("a way");
    let back = provider.log_in(&format!("http{}", way.replace("&amp;", "&").replace("&#x2F;", "/")), sub, "whoever");
    browser.get(&back).await
}

#[tokio::test]
async fn an_account_is_connected_by_its_owner_and_disconnected_again() {
    let (server, ann, provider) = believing(|_| {}).await;
    assert!(ann.get("/settings").await.body.contains("/settings/sign-in"));
    let wrong = ann.post("/settings/sign-in/provider", &[("password", "not the password")]).await;
    assert_eq!((wrong.status, wrong.body.contains("/authorize")), (401, false));

    assert_eq!(connect(&ann, &provider, "1").await.leads_to(), (303, "/settings/sign-in?saved=yes"));
    let browser = server.browser();
    assert_eq!(log_in(&browser, &provider, "1", "whoever").await.status, 303);
    assert_eq!(name_of(&browser).await, "ann");
    // Somebody else here cannot have the same login there.
    let bob = server.register("bob").await;
    let taken = connect(&bob, &provider, "1").await;
    assert!(taken.body.contains("belongs to another account"), "{} {}", taken.status, taken.body);

    assert_eq!(ann.post("/settings/sign-in/provider/remove", &[]).await.status, 303);
    let later = server.browser();
    assert_eq!(log_in(&later, &provider, "1", "whoever").await.status, 303);
    assert_eq!(name_of(&later).await, "whoever", "an account of its own from now on");
}

#[tokio::test]
async fn an_errand_to_connect_is_of_the_account_that_began_it() {
    let (server, ann, provider) = believing(|_| {}).await;
    let page = ann.post("/settings/sign-in/provider", &[("password", PASSWORD)]).await;
    let way = page.body.split("href=\"http").nth(1).and_then(|rest| rest.split('"').next()).expect("a way");
    let back = provider.log_in(&format!("http{}", way.replace("&amp;", "&").replace("&#x2F;", "/")), "1", "eve");
    ann.post("/logout", &[]).await;
    let bob = server.register("bob").await;
    let errand = page.cookie("errand").split(';').next().expect("a value").to_owned();

    let request = bob.request(reqwest::Method::GET, &back).header("Cookie", format!("{}; {errand}", bob.cookies()));
    let refused = bob.send(request).await;

    assert_eq!(refused.status, 401);
    assert_eq!(log_in(&server.browser(), &provider, "1", "eve").await.status, 303, "it is bound to nobody");
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let (server, _, provider) = believing(|_| {}).await;
    let zoe = server.browser();
    log_in(&zoe, &provider, "7", "zoe").await;

    let refused = zoe.post("/settings/sign-in/provider/remove", &[]).await;

    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("last way into your account"), "{}", refused.body);
    assert_eq!(log_in(&server.browser(), &provider, "7", "zoe").await.status, 303);
}

#[tokio::test]
async fn whoever_is_suspended_stays_out_whatever_the_provider_says() {
    let (server, ann, provider) = believing(|_| {}).await;
    let zoe = server.browser();
    log_in(&zoe, &provider, "7", "zoe").await;
    let api = Api::new(&server, &ann.token().await);
    let done = api.patch("/api/v1/admin/users/zoe", json!({"suspended": true, "reason": "enough"})).await;
    assert!(done.status < 300, "{} {}", done.status, done.body);

    let page = log_in(&server.browser(), &provider, "7", "zoe").await;

    assert_eq!((page.status, page.cookie("parlor_session")), (403, ""));
    assert!(page.body.contains("enough"), "{}", page.body);
}

#[tokio::test]
async fn a_link_to_the_login_leads_to_no_foreign_page() {
    let (server, _, provider) = believing(|_| {}).await;
    for next in ["//evil.example", "https://evil.example", "/%09/evil.example", "/%5Cevil.example"] {
        let browser = server.browser();
        let away = browser.get(&format!("/login/oidc?next={next}")).await;
        let back = provider.log_in(away.location.as_deref().expect("a way"), next, "zoe");
        let page = browser.get(&back).await;
        assert_eq!(page.leads_to(), (303, "/rooms/lobby"), "{next}");
    }
}

#[tokio::test]
async fn where_the_provider_alone_decides_passwords_are_for_those_who_run_the_server() {
    let (server, ann, provider) = believing(|_| {}).await;
    server.register("bob").await;
    let mut server = server;
    server.stop().await;
    server
        .start_again_with(|config| {
            provider.believed_by(config);
            config.access.registration = Registration::Open;
            if let Some(oidc) = &mut config.identity.oidc {
                oidc.only = true;
            }
        })
        .await;

    assert_eq!(server.browser().log_in("ann").await.status, 303, "the owner comes in when the provider is down");
    assert_eq!(server.browser().log_in("bob").await.status, 403);
    let wrong = server.browser().post("/login", &[("name", "bob"), ("password", "not the password")]).await;
    assert_eq!(wrong.status, 401, "which says nothing to whoever does not know the password");
    let refused = server.browser().post("/register", &[("name", "eve"), ("password", PASSWORD)]).await;
    assert_eq!(refused.status, 403);
    assert_eq!(log_in(&server.browser(), &provider, "7", "zoe").await.status, 303);
    drop(ann);
}
