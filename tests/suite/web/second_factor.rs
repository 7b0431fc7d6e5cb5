//! The second factor at every step, and whom it keeps out.

use std::time::Duration;

use parlor::auth::totp;
use serde_json::json;

use crate::support::{Browser, PASSWORD, Page, TestServer};

const STEP: Duration = Duration::from_secs(30);

/// The code that an app with this secret shows now.
fn code(server: &TestServer, secret: &str) -> String {
    totp::code(&totp::from_base32(secret).expect("a secret"), totp::step_at(server.clock.now()))
}

/// Turns it on as the page does; answers with the secret and the recovery codes.
async fn turn_on(server: &TestServer, browser: &Browser) -> (String, Vec<String>) {
    let page = browser.get("/settings/second-factor").await;
    assert!(page.body.contains("<svg") && page.body.contains("<path d=\"M"), "a picture to scan");
    let secret = page.field("secret").to_owned();
    let fields = [("secret", secret.as_str()), ("code", &code(server, &secret)), ("password", PASSWORD)];
    let page = browser.post("/settings/second-factor", &fields).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let codes: Vec<String> = page.body.split("<li><code>").skip(1).map(|rest| rest[..19].to_owned()).collect();
    assert_eq!(codes.len(), 10, "{}", page.body);
    (secret, codes)
}

/// The first step; answers with the ticket.
async fn password_right(browser: &Browser, name: &str) -> String {
    let page = browser.log_in(name).await;
    assert_eq!((page.status, page.cookie("parlor_session")), (200, ""), "nobody is logged in by the password alone");
    page.field("ticket").to_owned()
}

async fn second_step(browser: &Browser, ticket: &str, code: &str) -> Page {
    browser.post("/login/code", &[("ticket", ticket), ("code", code), ("next", "/rooms")]).await
}

#[tokio::test]
async fn logging_in_takes_password_and_code_and_no_code_works_twice() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let (secret, _) = turn_on(&server, &ann).await;
    let other = server.browser();
    let ticket = password_right(&other, "ann").await;
    assert_eq!(other.get("/settings").await.status, 303, "a ticket is no login");

    let replayed = second_step(&other, &ticket, &code(&server, &secret)).await;
    assert_eq!(replayed.status, 401, "it was used to turn the factor on");
    assert_eq!(second_step(&other, &ticket, "000000").await.status, 401);
    server.pass(STEP);
    let now = code(&server, &secret);
    let spaced = format!("{} {}", &now[..3], &now[3..]);
    assert_eq!(second_step(&other, &ticket, &spaced).await.leads_to(), (303, "/rooms"));
    assert_eq!(other.get("/settings").await.status, 200);

    let third = server.browser();
    let ticket = password_right(&third, "ann").await;
    assert_eq!(second_step(&third, &ticket, &now).await.status, 401, "each code works once");
}

#[tokio::test]
async fn a_code_or_a_ticket_of_somebody_else_opens_nothing() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;
    let (of_ann, _) = turn_on(&server, &ann).await;
    let (of_bob, bobs_codes) = turn_on(&server, &bob).await;
    server.pass(STEP);
    let browser = server.browser();
    let ticket = password_right(&browser, "ann").await;

    assert_eq!(second_step(&browser, &ticket, &code(&server, &of_bob)).await.status, 401);
    assert_eq!(second_step(&browser, &ticket, &bobs_codes[0]).await.status, 401);
    let bent = ticket.replacen(|sign: char| sign.is_ascii_hexdigit(), "f", 1);
    let bent = if bent == ticket { ticket.replacen('f', "e", 1) } else { bent };
    assert_eq!(second_step(&browser, &bent, &code(&server, &of_ann)).await.status, 401);
    assert_eq!(second_step(&browser, "", &code(&server, &of_ann)).await.status, 401);

    assert_eq!(second_step(&browser, &ticket, &code(&server, &of_ann)).await.status, 303);
}

#[tokio::test]
async fn a_ticket_ends_after_five_minutes() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let (secret, _) = turn_on(&server, &ann).await;
    let browser = server.browser();
    let ticket = password_right(&browser, "ann").await;

    server.pass(Duration::from_mins(5));

    let page = second_step(&browser, &ticket, &code(&server, &secret)).await;
    assert_eq!(page.status, 401);
    assert!(page.body.contains("action=\"/login\""), "from the beginning");
}

#[tokio::test]
async fn codes_are_throttled_for_the_account_even_with_the_right_password_in_between() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let (secret, _) = turn_on(&server, &ann).await;
    server.pass(STEP);
    let browser = server.browser();
    for _ in 0..5 {
        let ticket = password_right(&browser, "ann").await;
        assert_eq!(second_step(&browser, &ticket, "12345").await.status, 401);
        // The address has its own count; the account's must hold by itself.
        server.pass(Duration::from_secs(1));
    }

    // Five tries a minute: after so few seconds the sixth is one too many, though it would be right.
    let page = browser.log_in("ann").await;
    let refused = match page.status {
        200 => second_step(&browser, page.field("ticket"), &code(&server, &secret)).await,
        _ => page,
    };
    assert_eq!(refused.status, 429);
    assert_ne!(refused.header("retry-after"), "");
}

#[tokio::test]
async fn each_recovery_code_works_once_and_new_ones_replace_the_old() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let (secret, codes) = turn_on(&server, &ann).await;
    let browser = server.browser();
    let ticket = password_right(&browser, "ann").await;
    assert_eq!(second_step(&browser, &ticket, &codes[0].to_uppercase()).await.status, 303);
    let again = server.browser();
    assert_eq!(second_step(&again, &password_right(&again, "ann").await, &codes[0]).await.status, 401);
    assert!(ann.get("/settings/second-factor").await.body.contains("9 recovery codes"));

    server.pass(Duration::from_mins(2));
    let proof = [("password", PASSWORD), ("code", &code(&server, &secret))];
    let page = ann.post("/settings/second-factor/codes", &proof).await;
    assert_eq!(page.body.matches("<li><code>").count(), 10);
    assert!(!page.body.contains(&codes[1]));
    assert_eq!(second_step(&again, &password_right(&again, "ann").await, &codes[1]).await.status, 401);
}

#[tokio::test]
async fn turning_it_off_takes_password_and_code() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let (secret, _) = turn_on(&server, &ann).await;
    server.pass(STEP);
    let good = code(&server, &secret);

    for (password, code) in [("wrong password", good.as_str()), (PASSWORD, "123"), (PASSWORD, "")] {
        let page = ann.post("/settings/second-factor/remove", &[("password", password), ("code", code)]).await;
        assert_eq!(page.status, 401, "{password} {code}");
    }
    let page = ann.post("/settings/second-factor/remove", &[("password", PASSWORD), ("code", &good)]).await;
    assert_eq!(page.status, 303, "{}", page.body);

    assert_eq!(server.browser().log_in("ann").await.status, 303);
}

#[tokio::test]
async fn turning_it_on_takes_the_password_and_a_code_of_the_app() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let secret = ann.get("/settings/second-factor").await.field("secret").to_owned();
    let good = code(&server, &secret);

    for (password, code, secret) in
        [("wrong password", good.as_str(), secret.as_str()), (PASSWORD, "000", &secret), (PASSWORD, &good, "AAAA")]
    {
        let fields = [("secret", secret), ("code", code), ("password", password)];
        assert_eq!(ann.post("/settings/second-factor", &fields).await.status, 401, "{password} {code} {secret}");
    }

    assert_eq!(server.browser().log_in("ann").await.status, 303, "it is still off");
}

#[tokio::test]
async fn programs_turn_it_on_and_off_over_rest() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    assert_eq!(api.get("/api/v1/me/second-factor").await.json(), json!({"on": false, "recovery_codes": 0}));
    let begun = api.post("/api/v1/me/second-factor", json!({})).await.json();
    let secret = begun["secret"].as_str().expect("a secret").to_owned();
    assert!(begun["uri"].as_str().expect("a uri").starts_with("otpauth://totp/Parlor:ann?secret="));

    let wish = |code: &str| json!({"secret": secret, "code": code, "password": PASSWORD});
    assert_eq!(api.put("/api/v1/me/second-factor", wish("1")).await.status, 403);
    let on = api.put("/api/v1/me/second-factor", wish(&code(&server, &secret))).await;
    assert_eq!((on.status, on.json()["recovery_codes"].as_array().map(Vec::len)), (200, Some(10)), "{}", on.body);
    assert_eq!(api.get("/api/v1/me/second-factor").await.json(), json!({"on": true, "recovery_codes": 10}));
    server.pass(STEP);
    assert_eq!(api.put("/api/v1/me/second-factor", wish(&code(&server, &secret))).await.status, 409, "it is on");

    let proof = json!({"password": PASSWORD, "code": code(&server, &secret)});
    assert_eq!(api.post("/api/v1/me/second-factor/remove", proof.clone()).await.status, 204);
    assert_eq!(api.post("/api/v1/me/second-factor/remove", proof).await.status, 409);
}
