//! Logging in and out, on one device and on several.

use std::time::Duration;

use parlor::config::PublicUrl;
use serde_json::json;

use crate::support::{Browser, Client, PASSWORD, Page, TestServer};

const DAY: Duration = Duration::from_hours(24);

async fn try_password(browser: &Browser, name: &str, password: &str) -> Page {
    browser.post("/login", &[("name", name), ("password", password), ("next", "")]).await
}

/// Whether the login is good.
async fn is_in(browser: &Browser) -> bool {
    browser.get("/settings").await.status == 200
}

#[tokio::test]
async fn the_right_password_leads_to_where_one_wanted_to_go() {
    let (server, _) = TestServer::owned_by("ann").await;
    let browser = server.browser();
    let form = browser.get("/login?next=/rooms/lobby%3Fbefore%3D9").await;
    assert_eq!(form.field("next"), "/rooms/lobby?before=9");

    let page = browser.post("/login", &[("name", " Ann "), ("password", PASSWORD), ("next", "/rooms/lobby?before=9")]);

    assert_eq!(page.await.leads_to(), (303, "/rooms/lobby?before=9"));
    assert!(is_in(&browser).await);
    assert_eq!(browser.get("/login").await.leads_to(), (303, "/"), "whoever is in needs no form");
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_get_the_same_answer() {
    let (server, _) = TestServer::owned_by("ann").await;
    let browser = server.browser();

    let password = try_password(&browser, "ann", "not the password").await;
    let name = try_password(&browser, "bob", "not the password").await;

    assert_eq!((password.status, name.status), (401, 401));
    assert_eq!(password.body_without_id().replace("\"ann\"", "\"bob\""), name.body_without_id());
    assert!(password.body.contains("The name or the password is wrong"));
    assert_eq!((password.field("name"), name.cookie("parlor_session")), ("ann", ""));
}

#[tokio::test]
async fn the_sixth_try_has_to_wait_and_time_helps() {
    let (server, _) = TestServer::owned_by("ann").await;
    let browser = server.browser();
    for _ in 0..5 {
        assert_eq!(try_password(&browser, "ann", "wrong password").await.status, 401);
    }

    let right = browser.log_in("ann").await;
    assert_eq!((right.status, right.header("retry-after")), (429, "12"), "even the right one waits");
    assert_eq!(right.cookie("parlor_session"), "");

    server.pass(Duration::from_secs(12));
    assert_eq!(browser.log_in("ann").await.status, 303);
    assert_eq!(try_password(&browser, "ann", "wrong password").await.status, 401, "a right one does not count");
    assert_eq!(try_password(&browser, "ann", "wrong password").await.status, 429, "nor does it make room for more");
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_and_new_with_each_login() {
    let (server, _) = TestServer::owned_by("ann").await;
    let browser = server.browser();

    let first = browser.log_in("ann").await;
    let former = browser.cookies();
    let second = browser.log_in("ann").await;

    let cookie = first.cookie("parlor_session");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"] {
        assert!(cookie.split("; ").any(|part| part == flag), "{flag} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "this is plain HTTP");
    assert_ne!(cookie, second.cookie("parlor_session"));
    let stale = server.browser();
    let request = stale.request(reqwest::Method::GET, "/settings").header("Cookie", former);
    assert_eq!(stale.send(request).await.status, 303, "a login that nobody can end any more does not live on");
    assert!(is_in(&browser).await);
}

#[tokio::test]
async fn a_cookie_that_was_planted_before_a_login_is_of_no_use_after_it() {
    let (server, _) = TestServer::open_to_all("ann").await;
    let eve = server.register("eve").await;
    let made_up = format!("parlor_session=parlor_{}", "a".repeat(43));
    for planted in [made_up, eve.cookies()] {
        let victim = server.browser();
        let form = [("name", "ann"), ("password", PASSWORD), ("next", "")];
        let login = victim.request(reqwest::Method::POST, "/login").header("Cookie", &planted).form(&form);

        let page = victim.send(login).await;

        let cookie = page.cookie("parlor_session");
        assert_eq!((page.status, cookie.is_empty()), (303, false));
        assert!(!cookie.starts_with(&planted), "a login takes no secret from outside");
        let thief = server.browser();
        let request = thief.request(reqwest::Method::GET, "/settings").header("Cookie", &planted);
        assert_eq!(thief.send(request).await.status, 303, "what was planted is no login");
    }
}

#[tokio::test]
async fn under_tls_the_cookie_is_secure() {
    let public = PublicUrl::parse("https://chat.example").expect("a good address");
    let server = TestServer::start_with(|config| config.listen.public_url = Some(public)).await;

    let page = server.browser().post("/guest", &[("name", "gus"), ("next", "")]).await;

    assert!(page.cookie("parlor_guest").contains("; Secure"), "{page:?}");
}

#[tokio::test]
async fn a_logout_ends_the_device_with_its_sessions_and_no_other() {
    let (server, laptop) = TestServer::owned_by("ann").await;
    let phone = server.browser();
    phone.log_in("ann").await;
    let (mut on_laptop, mut on_phone) = (laptop.socket(&server).await, phone.socket(&server).await);
    let former = laptop.cookies();

    let out = laptop.post("/logout", &[]).await;

    assert_eq!(out.leads_to(), (303, "/"));
    assert!(out.cookie("parlor_session").contains("Max-Age=0"));
    assert_eq!(on_laptop.shown_out().await, ("logged out".to_owned(), 1008));
    let thief = server.browser();
    let request = thief.request(reqwest::Method::GET, "/settings").header("Cookie", &former);
    assert_eq!(thief.send(request).await.leads_to(), (303, "/login?next=%2Fsettings"));
    let headers = [("Cookie", former.as_str()), ("Sec-WebSocket-Protocol", "parlor.v1.json")];
    assert_eq!(Client::try_connect(&server, "/ws", &headers).await.err().map(|refusal| refusal.status), Some(401));
    assert_eq!(on_phone.ask(json!({"type": "ping"})).await["type"], "pong");
    assert!(is_in(&phone).await);
}

#[tokio::test]
async fn a_device_can_be_ended_from_another() {
    let (server, laptop) = TestServer::owned_by("ann").await;
    let phone = server.browser();
    phone.log_in("ann").await;
    let mut on_phone = phone.socket(&server).await;
    let settings = laptop.get("/settings").await.body;
    let (_, rest) = settings.split_once("/settings/devices/").expect("one other device");
    let device = rest.split('/').next().expect("an id").to_owned();

    let ended = laptop.post(&format!("/settings/devices/{device}/revoke"), &[]).await;
    let again = laptop.post(&format!("/settings/devices/{device}/revoke"), &[]).await;

    assert_eq!(ended.leads_to(), (303, "/settings?saved=devices#devices"));
    assert_eq!(again.status, 404);
    assert_eq!(on_phone.shown_out().await.1, 1008);
    assert!(!is_in(&phone).await && is_in(&laptop).await);
}

#[tokio::test]
async fn another_password_ends_the_other_devices_and_the_old_password() {
    let (server, laptop) = TestServer::owned_by("ann").await;
    let (phone, api) = (server.browser(), server.api(&laptop).await);
    phone.log_in("ann").await;
    let (mut on_laptop, mut on_phone) = (laptop.socket(&server).await, phone.socket(&server).await);

    let refused = laptop.post("/settings/password", &[("current", "wrong one"), ("new", "a longer password")]).await;
    let short = laptop.post("/settings/password", &[("current", PASSWORD), ("new", "short")]).await;
    assert_eq!((refused.status, short.status), (401, 422));
    assert!(is_in(&phone).await);
    let changed = laptop.post("/settings/password", &[("current", PASSWORD), ("new", "a longer password")]).await;

    assert_eq!(changed.leads_to(), (303, "/settings?saved=password#password"));
    assert_eq!(on_phone.shown_out().await.1, 1008);
    assert!(!is_in(&phone).await && is_in(&laptop).await);
    assert_eq!(on_laptop.ask(json!({"type": "ping"})).await["type"], "pong");
    assert_eq!(api.get("/api/v1/me").await.status, 200, "tokens are no browsers");
    assert_eq!(phone.log_in("ann").await.status, 401);
    assert_eq!(try_password(&phone, "ann", "a longer password").await.status, 303);
}

#[tokio::test]
async fn a_browser_that_is_not_used_for_sixty_days_is_logged_out() {
    let (server, browser) = TestServer::owned_by("ann").await;
    for _ in 0..2 {
        server.pass(59 * DAY);
        assert!(is_in(&browser).await, "use begins its life anew");
    }

    server.pass(60 * DAY + Duration::from_secs(1));

    assert!(!is_in(&browser).await);
}

#[tokio::test]
async fn another_name_is_the_name_everywhere_at_once() {
    let (server, browser) = TestServer::owned_by("ann").await;
    let mut live = browser.socket(&server).await;
    live.join("lobby").await;

    let renamed = browser.post("/settings/profile", &[("name", "Anna")]).await;
    let refused = browser.post("/settings/profile", &[("name", "no good")]).await;

    assert_eq!(renamed.leads_to(), (303, "/settings?saved=profile#profile"));
    assert_eq!((refused.status, refused.field("name")), (422, "no good"));
    live.say("lobby", "it is me").await;
    assert_eq!(live.next_of("message").await["author"]["name"], "Anna");
    assert_eq!(server.browser().log_in("anna").await.status, 303);
    assert_eq!(server.browser().log_in("ann").await.status, 401);
}

#[tokio::test]
async fn a_guest_does_not_go_on_under_a_name_that_an_account_has_taken() {
    let server =
        TestServer::start_with(|config| config.access.guests = Some(parlor::domain::access::GuestAccess::Lobby)).await;
    let guest = server.browser();
    assert_eq!(guest.post("/guest", &[("name", "bob"), ("next", "/rooms/lobby")]).await.status, 303);
    assert_eq!(guest.post("/rooms/lobby/messages", &[("text", "I am bob")]).await.leads_to(), (303, "/rooms/lobby"));

    server.browser().set_up("bob").await;

    let refused = guest.post("/rooms/lobby/messages", &[("text", "still bob")]).await;
    assert_eq!(refused.leads_to(), (303, "/guest?next=%2Frooms%2Flobby"));
    assert!(!guest.get("/rooms/lobby").await.body.contains("still bob"));
}
