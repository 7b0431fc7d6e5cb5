//! Links by which others get an account.

use std::time::Duration;

use parlor::domain::access::Registration;
use serde_json::{Value, json};

use crate::support::{Api, Browser, PASSWORD, Page, TestServer};

async fn invite(api: &Api, body: Value) -> String {
    let made = api.post("/api/v1/invites", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()["code"].as_str().expect("a code").to_owned()
}

async fn register(browser: &Browser, code: &str, name: &str) -> Page {
    browser.post("/register", &[("code", code), ("name", name), ("password", PASSWORD)]).await
}

#[tokio::test]
async fn somebody_who_is_invited_registers_joins_and_talks() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let made = ann.post("/invites", &[("room", ""), ("max_uses", "1")]).await;
    assert_eq!(made.leads_to(), (303, "/settings?saved=invites#invites"));
    let settings = ann.get("/settings").await.body;
    let link = format!("http://{}/invite/", server.address);
    let (_, rest) = settings.split_once(&link).expect("the link stands on the page, whole");
    let code = rest.split('<').next().expect("a code").to_owned();
    let bob = server.browser();

    let opened = bob.get(&format!("/invite/{code}")).await;
    assert_eq!((opened.status, opened.field("code")), (200, code.as_str()));
    assert!(opened.body.contains("ann invited you"));
    let registered = register(&bob, &code, "bob").await;
    assert_eq!(registered.leads_to(), (303, "/rooms/lobby"));

    let mut live = ann.socket(&server).await;
    live.join("lobby").await;
    assert_eq!(bob.post("/rooms/lobby/messages", &[("text", "thank you")]).await.leads_to(), (303, "/rooms/lobby"));
    let message = live.next_of("message").await;
    assert_eq!((&message["author"]["name"], &message["text"]), (&json!("bob"), &json!("thank you")));
}

#[tokio::test]
async fn a_code_that_is_not_good_opens_nothing() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let used = invite(&api, json!({"max_uses": 1})).await;
    assert_eq!(register(&server.browser(), &used, "bob").await.status, 303);
    let revoked = invite(&api, json!({})).await;
    assert_eq!(api.delete(&format!("/api/v1/invites/{revoked}")).await.status, 204);
    let expired = invite(&api, json!({})).await;
    server.pass(Duration::from_hours(24 * 7));
    assert_eq!(api.get("/api/v1/invites").await.json()["items"], json!([]));
    let eve = server.browser();

    for code in [used.as_str(), &revoked, &expired, "unknown", "..", "%00", ""] {
        let refused = register(&eve, code, "eve").await;
        assert_eq!((refused.status, refused.cookie("parlor_session")), (422, ""), "{code}");
        assert!(refused.body.contains("This invite is not valid any more"), "{code}: {}", refused.body);
        assert_eq!(refused.field("name"), "eve");
    }
    for code in [used.as_str(), &revoked, &expired, "unknown"] {
        assert_eq!(eve.get(&format!("/invite/{code}")).await.status, 404, "{code}");
    }
}

#[tokio::test]
async fn two_at_once_cannot_use_the_last_place() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let code = invite(&server.api(&ann).await, json!({"max_uses": 1})).await;
    let (bob, eve) = (server.browser(), server.browser());

    let (one, other) = tokio::join!(register(&bob, &code, "bob"), register(&eve, &code, "eve"));

    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
}

#[tokio::test]
async fn an_invite_into_a_private_room_leads_into_it() {
    let (server, ann) = TestServer::owned_by("ann").await;
    ann.make_room("den", "private").await;
    let api = server.api(&ann).await;
    let code = invite(&api, json!({"room": "den"})).await;
    let bob = server.browser();

    assert!(bob.get(&format!("/invite/{code}")).await.body.contains("<b>den</b>"));
    let registered = register(&bob, &code, "bob").await;

    assert_eq!(registered.leads_to(), (303, "/rooms/den"));
    assert_eq!(bob.get("/rooms/den").await.status, 200);
    assert_eq!(bob.post("/rooms/den/messages", &[("text", "I am in")]).await.status, 303);
    let eve = ann.invite(&server, "eve").await;
    assert_eq!(eve.get("/rooms/den").await.status, 404);
    assert!(eve.get(&format!("/invite/{code}")).await.body.contains("Join room"), "a link alone changes nothing");
    assert_eq!(eve.get("/rooms/den").await.status, 404);
    assert_eq!(eve.post(&format!("/invite/{code}"), &[]).await.leads_to(), (303, "/rooms/den"));
    assert_eq!(eve.get("/rooms/den").await.status, 200);
    assert_eq!(eve.get(&format!("/invite/{code}")).await.leads_to(), (303, "/rooms/den"), "already in");
}

#[tokio::test]
async fn an_invite_for_one_lets_one_account_in() {
    let (server, ann) = TestServer::owned_by("ann").await;
    ann.make_room("den", "private").await;
    let (bob, eve) = (ann.invite(&server, "bob").await, ann.invite(&server, "eve").await);
    let code = invite(&server.api(&ann).await, json!({"room": "den", "max_uses": 1})).await;

    assert_eq!(bob.post(&format!("/invite/{code}"), &[]).await.status, 303);
    assert_eq!(eve.post(&format!("/invite/{code}"), &[]).await.status, 404);

    assert_eq!(eve.get("/rooms/den").await.status, 404);
}

#[tokio::test]
async fn only_admins_invite() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let bob = ann.invite(&server, "bob").await;

    let by_form = bob.post("/invites", &[("room", ""), ("max_uses", "1")]).await;
    let by_api = server.api(&bob).await.post("/api/v1/invites", json!({})).await;
    let nobody = server.browser().post("/invites", &[("room", ""), ("max_uses", "1")]).await;

    assert_eq!((by_form.status, by_api.status), (403, 403));
    assert_eq!(by_api.json()["code"], "forbidden");
    assert_eq!(nobody.leads_to(), (303, "/login?next=%2Fsettings"));
    for (uses, status) in [("1001", 422), ("-1", 422), ("many", 422), ("0", 303), ("", 303)] {
        assert_eq!(ann.post("/invites", &[("room", ""), ("max_uses", uses)]).await.status, status, "{uses:?}");
    }
}

#[tokio::test]
async fn names_that_are_taken_or_look_like_it_are_refused() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let code = invite(&server.api(&ann).await, json!({})).await;

    // The last one begins with a Cyrillic letter.
    for name in ["ann", "ANN", "\u{430}nn"] {
        let refused = register(&server.browser(), &code, name).await;
        assert_eq!((refused.status, refused.field("name")), (422, name));
        assert!(refused.body.contains("is taken; choose another"), "{}", refused.body);
    }
}

#[tokio::test]
async fn closed_registration_takes_nobody_and_open_registration_everybody() {
    let start = |registration| TestServer::start_with(move |config| config.access.registration = registration);
    let server = start(Registration::Closed).await;
    let ann = server.browser();
    ann.set_up("ann").await;
    let code = invite(&server.api(&ann).await, json!({})).await;
    let eve = server.browser();
    assert_eq!(eve.get("/register").await.status, 403);
    assert_eq!(eve.get(&format!("/invite/{code}")).await.status, 403);
    assert_eq!(register(&eve, &code, "eve").await.status, 422);

    let server = start(Registration::Open).await;
    assert_eq!(server.browser().get("/register").await.leads_to(), (303, "/setup"), "the first account is the owner's");
    assert_eq!(register(&server.browser(), "", "eve").await.status, 422);
    server.browser().set_up("ann").await;
    let bob = server.browser();
    assert_eq!(bob.get("/register").await.status, 200);
    assert_eq!(register(&bob, "", "bob").await.leads_to(), (303, "/rooms/lobby"));
}
