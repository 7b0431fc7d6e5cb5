//! What is decided on the pages holds at every door, at once.

use serde_json::json;

use super::Staff;
use crate::support::TestServer;

#[tokio::test]
async fn a_suspended_account_is_shown_out_at_once_and_cannot_come_back() {
    let staff = Staff::gather().await;
    let bob = staff.server.api(&staff.member).await;
    let mut socket = staff.member.socket(&staff.server).await;

    staff.admin.post("/admin/people/bob/suspend", &[("reason", "too loud")]).await;

    assert_eq!(socket.shown_out().await.1, 1008);
    assert!([401, 403].contains(&bob.get("/api/v1/me").await.status));
    let login = staff.server.browser().log_in("bob").await;
    assert!(login.status != 303 && login.body.contains("too loud"), "{} {}", login.status, login.body);
    staff.admin.post("/admin/people/bob/unsuspend", &[]).await;
    assert_eq!(staff.server.browser().log_in("bob").await.status, 303);
}

#[tokio::test]
async fn a_banned_address_is_let_in_nowhere() {
    let staff = Staff::gather().await;
    let bob = staff.server.api(&staff.member).await;
    let mut socket = staff.member.socket(&staff.server).await;

    let banned = staff.admin.post("/admin/bans", &[("whom", "127.0.0.0/8"), ("reason", "a storm")]).await;

    assert_eq!(banned.status, 303, "{}", banned.body);
    assert_eq!(socket.shown_out().await.1, 1008);
    assert_eq!(bob.get("/api/v1/me").await.status, 403);
    assert_eq!(staff.member.get("/rooms").await.status, 403);
    assert_eq!(staff.server.browser().get("/login").await.status, 403);
}

#[tokio::test]
async fn a_silenced_account_is_forbidden_to_write_by_every_door() {
    let staff = Staff::gather().await;
    let bob = staff.server.api(&staff.member).await;
    let mut socket = staff.member.socket(&staff.server).await;
    socket.join("lobby").await;

    staff.moderator.post("/admin/people/bob/silence", &[("on", "yes")]).await;

    socket.refused(json!({"type": "send", "room": "lobby", "text": "hello"}), "forbidden").await;
    assert_eq!(bob.post("/api/v1/rooms/lobby/messages", json!({"text": "hello"})).await.status, 403);
    let form = staff.member.post("/rooms/lobby/messages", &[("text", "hello")]).await;
    assert!(form.status == 403 || form.status == 422, "{} {}", form.status, form.body);
    staff.moderator.post("/admin/people/bob/silence", &[("on", "no")]).await;
    socket.acked(json!({"type": "send", "room": "lobby", "text": "hello"})).await;
}

async fn save(staff: &Staff, fields: &[(&str, &str)]) {
    let saved = staff.owner.post("/admin/settings", fields).await;
    assert_eq!(saved.leads_to(), (303, "/admin/settings?done=yes"), "{}", saved.body);
}

#[tokio::test]
async fn settings_hold_as_soon_as_they_are_saved() {
    let staff = Staff::gather().await;
    assert_eq!(staff.member.get("/house.css").await.status, 404, "nobody has chosen a colour");
    save(
        &staff,
        &[
            ("server_name", "The <Den>"),
            ("message_of_the_day", "Beans at noon & later"),
            ("accent", "#AA3366"),
            ("guests", "lobby"),
            ("registration", "closed"),
            ("quarantine_hours", "24"),
        ],
    )
    .await;

    let page = staff.member.get("/rooms").await.body;
    assert!(page.contains("The &lt;Den&gt;") && page.contains("Beans at noon &amp; later"), "{page}");
    assert!(page.contains("href=\"/house.css?aa3366\""), "{page}");
    let sheet = staff.member.get("/house.css").await;
    assert!(sheet.header("content-type").starts_with("text/css") && sheet.body.contains("#aa3366"), "{}", sheet.body);
    assert_eq!(staff.server.browser().post("/guest", &[("name", "gus")]).await.status, 303);
    let fields = [("name", "carl"), ("password", crate::support::PASSWORD)];
    assert_ne!(staff.server.browser().post("/register", &fields).await.status, 303);

    save(&staff, &[("server_name", "Parlor")]).await;
    let page = staff.member.get("/rooms").await.body;
    assert!(!page.contains("house.css") && !page.contains("Beans at noon"), "{page}");
    assert_eq!(staff.server.browser().post("/register", &fields).await.status, 303, "as the server was started");
}

#[tokio::test]
async fn the_figures_come_from_what_happens() {
    let (server, owner) = TestServer::owned_by("olga").await;
    let api = server.api(&owner).await;

    let figures = api.get("/api/v1/admin/figures").await.json();

    assert_eq!(figures["version"], env!("CARGO_PKG_VERSION"));
    assert!(figures["now"]["database_bytes"].as_f64().is_some_and(|bytes| bytes > 4096.0), "{figures}");
    assert!(figures["now"]["memory_bytes"].as_f64().is_some_and(|bytes| bytes > 1e6), "{figures}");
    let page = owner.get("/admin").await.body;
    assert!(page.contains("class=\"figures\"") && page.contains("iB<"), "{page}");
    let health = owner.get("/admin/health").await.body;
    assert!(
        health.contains(env!("CARGO_PKG_VERSION")) && !health.contains("list__count state--bad\">does"),
        "{health}"
    );
}
