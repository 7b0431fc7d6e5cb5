//! Every act of the pages, once, and that it stands in the audit log.

use serde_json::json;

use super::{Staff, newest};

#[tokio::test]
async fn what_is_done_to_people_holds_and_is_written_down() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    let steps: [(&str, &[(&str, &str)], &str, &str, serde_json::Value); 9] = [
        ("role", &[("role", "moderator")], "user.role", "role", json!("moderator")),
        ("role", &[("role", "member")], "user.role", "role", json!("member")),
        ("silence", &[("on", "yes")], "user.silence", "silenced", json!(true)),
        ("silence", &[("on", "no")], "user.unsilence", "silenced", json!(false)),
        ("trust", &[("on", "yes")], "user.trust", "trusted_at", json!("2026-11-21T09:00:00.000Z")),
        ("trust", &[("on", "no")], "user.distrust", "trusted_at", json!(null)),
        ("logins", &[], "user.end_logins", "name", json!("bob")),
        ("suspend", &[("reason", "too loud")], "user.suspend", "suspended_reason", json!("too loud")),
        ("unsuspend", &[], "user.unsuspend", "suspended_reason", json!(null)),
    ];
    for (act, fields, action, field, value) in steps {
        let done = staff.admin.post(&format!("/admin/people/bob/{act}"), fields).await;

        assert_eq!(done.leads_to(), (303, "/admin/people/bob?done=yes"), "{act}: {}", done.body);
        assert_eq!(api.get("/api/v1/admin/users/bob").await.json()[field], value, "{act}");
        assert_eq!(newest(&api).await, ("adam".into(), action.into(), "user:bob".into()));
    }
    assert!(staff.owner.get("/admin/people/bob?done=yes").await.body.contains("class=\"flash\""));
}

#[tokio::test]
async fn an_account_is_deleted_only_after_its_name_was_typed() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    let seq = staff.report().await;

    let unsure = staff.admin.post("/admin/people/bob/delete", &[("name", "rob"), ("messages", "yes")]).await;
    assert_eq!(unsure.status, 422);
    assert!(unsure.body.contains("id=\"name-error\"") && unsure.body.contains("value=\"rob\""), "{}", unsure.body);
    assert_eq!(api.get("/api/v1/admin/users/bob").await.status, 200);

    let sure = staff.admin.post("/admin/people/bob/delete", &[("name", "bob"), ("messages", "yes")]).await;
    assert_eq!(sure.leads_to(), (303, "/admin/people?done=yes"), "{}", sure.body);
    assert_eq!(newest(&api).await, ("adam".into(), "user.delete".into(), "user:bob".into()));
    assert_eq!(api.get("/api/v1/admin/users/bob").await.status, 404);
    let message = api.get(&format!("/api/v1/rooms/lobby/messages/{seq}")).await;
    assert!(!message.body.contains("beans"), "{}", message.body);
    assert_eq!(staff.owner.get("/admin/people/bob").await.status, 404);
}

#[tokio::test]
async fn rooms_are_given_kept_and_archived() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    staff.member.make_room("garden", "public").await;
    staff.moderator.post("/rooms/garden/join", &[]).await;
    let steps: [(&str, &[(&str, &str)], &str); 5] = [
        ("owner", &[("whom", "mona")], "room.owner"),
        ("retention", &[("days", "30")], "room.retention"),
        ("retention", &[("days", "")], "room.retention"),
        ("archive", &[("archived", "yes")], "room.archive"),
        ("archive", &[("archived", "no")], "room.unarchive"),
    ];
    for (act, fields, action) in steps {
        let done = staff.admin.post(&format!("/admin/rooms/garden/{act}"), fields).await;

        assert_eq!(done.leads_to(), (303, "/admin/rooms/garden?done=yes"), "{act}: {}", done.body);
        assert_eq!(newest(&api).await, ("adam".into(), action.into(), "room:garden".into()));
    }
    let listed = staff.admin.get("/admin/rooms?q=gar").await.body;
    assert!(listed.contains("href=\"/admin/rooms/garden\"") && listed.contains("mona"), "{listed}");
    assert!(!listed.contains("/admin/rooms/lobby\""), "the filter holds");
    staff.member.make_room("plans", "private").await;
    assert_eq!(staff.admin.get("/admin/rooms/plans").await.status, 200);
    assert_eq!(newest(&api).await.1, "room.look", "looking into a private room is written down");
}

#[tokio::test]
async fn bans_are_made_and_lifted() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    for (whom, target) in
        [("bob", "user:bob"), ("192.0.2.7", "network:192.0.2.7/32"), ("2001:db8::/32", "network:2001:db8::/32")]
    {
        let fields = [("whom", whom), ("reason", "noise"), ("ends_at", "2026-12-01T12:00")];
        let banned = staff.admin.post("/admin/bans", &fields).await;

        assert_eq!(banned.leads_to(), (303, "/admin/bans?done=yes"), "{whom}: {}", banned.body);
        assert_eq!(newest(&api).await, ("adam".into(), "ban.add".into(), target.into()));
    }
    let bans = api.get("/api/v1/admin/bans").await.json();
    assert_eq!(bans["items"][2]["ends_at"], "2026-12-01T12:00:00.000Z");
    let id = bans["items"][2]["id"].as_i64().expect("a number");

    let refused = staff.moderator.post(&format!("/admin/bans/{id}/lift"), &[]).await;
    assert!(refused.status >= 400 && refused.body.contains("role=\"alert\""), "an admin made it: {}", refused.body);
    let lifted = staff.admin.post(&format!("/admin/bans/{id}/lift"), &[]).await;

    assert_eq!(lifted.status, 303, "{}", lifted.body);
    assert_eq!(newest(&api).await, ("adam".into(), "ban.lift".into(), "user:bob".into()));
    let again = staff.moderator.post(&format!("/admin/bans/{id}/lift"), &[]).await;
    assert_eq!(again.status, 422, "it is gone");
    assert!(again.body.contains("role=\"alert\""));
}

#[tokio::test]
async fn a_connection_is_cut_and_an_invite_taken_back() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    let mut socket = staff.member.socket(&staff.server).await;
    let page = staff.moderator.get("/admin/sessions?q=bob").await.body;
    let at = page.find("/admin/sessions/").expect("a connection is listed");
    let path: String = page[at..].chars().take_while(|sign| *sign != '"').collect();

    assert_eq!(staff.moderator.post(&path, &[]).await.leads_to(), (303, "/admin/sessions?done=yes"));

    assert_eq!(socket.shown_out().await.1, 1008);
    assert_eq!(newest(&api).await, ("mona".into(), "session.cut".into(), "user:bob".into()));
    let gone = staff.moderator.post("/admin/sessions/999999/cut", &[]).await;
    assert_eq!(gone.status, 422, "{}", gone.body);

    let code = api.post("/api/v1/invites", json!({})).await.json()["code"].as_str().expect("a code").to_owned();
    let page = staff.admin.get("/admin/invites").await.body;
    assert!(page.contains(&format!("{}…", &code[..6])), "{page}");
    let back = staff.admin.post(&format!("/admin/invites/{code}/revoke"), &[]).await;
    assert_eq!(back.leads_to(), (303, "/admin/invites?done=yes"));
    assert_eq!(newest(&api).await, ("adam".into(), "invite.revoke".into(), "user:olga".into()));
    assert!(!staff.admin.get("/admin/invites").await.body.contains(&code[..6]));
    assert_eq!(staff.admin.post(&format!("/admin/invites/{code}/revoke"), &[]).await.status, 422);
}

#[tokio::test]
async fn a_report_is_dismissed_or_the_message_deleted() {
    let staff = Staff::gather().await;
    let api = staff.api().await;
    let seq = staff.report().await;
    let page = staff.moderator.get("/admin/reports").await.body;
    assert!(page.contains("buy my beans") && page.contains(&format!("/rooms/lobby/{seq}")), "{page}");
    assert!(page.contains("class=\"pill\">1<"), "how many are open stands in the navigation");
    let id = api.get("/api/v1/admin/reports").await.json()["items"][0]["id"].as_i64().expect("a report");
    let path = format!("/admin/reports/{id}");

    assert_eq!(staff.moderator.post(&path, &[("act", "nonsense")]).await.status, 404);
    let closed = staff.moderator.post(&path, &[("act", "delete")]).await;

    assert_eq!(closed.leads_to(), (303, "/admin/reports?done=yes"), "{}", closed.body);
    assert_eq!(newest(&api).await, ("mona".into(), "report.close".into(), format!("message:lobby/{seq}")));
    assert!(!api.get(&format!("/api/v1/rooms/lobby/messages/{seq}")).await.body.contains("beans"));
    assert!(!staff.moderator.get("/admin/reports").await.body.contains("buy my beans"));
    assert!(staff.moderator.get("/admin/reports?state=closed").await.body.contains("buy my beans"));
    assert_eq!(staff.moderator.post(&path, &[("act", "dismiss")]).await.status, 422, "it is closed");
}

#[tokio::test]
async fn the_audit_log_is_filtered_checked_and_exported() {
    let staff = Staff::gather().await;
    staff.admin.post("/admin/people/bob/silence", &[("on", "yes")]).await;

    let by_adam = staff.owner.get("/admin/audit?actor=adam").await.body;
    assert!(by_adam.contains("<code>user.silence</code>") && !by_adam.contains("<code>user.role</code>"), "{by_adam}");
    let roles = staff.owner.get("/admin/audit?action=user.role&target=user%3Amona").await.body;
    assert!(roles.contains("user:mona") && !roles.contains("user:adam"), "{roles}");
    let verified = staff.owner.post("/admin/audit/verify", &[]).await;
    assert_eq!(verified.status, 200);
    assert!(verified.body.contains("The log is whole: 3 entries."), "{}", verified.body);

    let export = staff.owner.get("/admin/audit/export?action=user.role").await;

    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let lines: Vec<serde_json::Value> =
        export.body.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.iter().map(|line| line["id"].as_i64()).collect::<Vec<_>>(), [Some(2), Some(1)]);
    assert_eq!(staff.moderator.get("/admin/audit/export").await.status, 404);
}
