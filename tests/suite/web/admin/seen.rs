//! Who sees which page.

use super::Staff;
use crate::support::Browser;

/// Pages, and whether moderators see them.
const PAGES: [(&str, bool); 14] = [
    ("/admin/reports", true),
    ("/admin/reports?state=closed", true),
    ("/admin/people", true),
    ("/admin/people?q=b&role=member&trouble=yes", true),
    ("/admin/people/bob", true),
    ("/admin/sessions", true),
    ("/admin/bans", true),
    ("/admin/rooms", false),
    ("/admin/rooms/lobby", false),
    ("/admin/invites", false),
    ("/admin/settings", false),
    ("/admin/audit", false),
    ("/admin/health", false),
    ("/admin/people/bob/delete", false),
];

async fn assert_nowhere(browser: &Browser, path: &str) {
    let (page, other) = (browser.get(path).await, browser.get("/nowhere-at-all").await);
    assert_eq!(page.status, 404, "{path}");
    let plain = path.split('?').next().unwrap_or_default();
    let encoded = |path: &str| path.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D").replace('&', "%26");
    let same = |body: String, path: &str| {
        let escaped = path.replace('&', "&amp;");
        [path.to_owned(), escaped, encoded(path)].iter().fold(body, |body, path| body.replace(path.as_str(), "HERE"))
    };
    let shown = same(same(page.body_without_id(), path), plain);
    assert_eq!(shown, same(other.body_without_id(), "/nowhere-at-all"), "{path}: nothing tells the two apart");
}

#[tokio::test]
async fn each_sees_what_is_theirs_and_everything_else_leads_nowhere() {
    let staff = Staff::gather().await;
    let guests = staff.owner.post("/admin/settings", &[("server_name", "Parlor"), ("guests", "lobby")]).await;
    assert_eq!(guests.status, 303, "{}", guests.body);
    let guest = staff.server.browser();
    assert_eq!(guest.post("/guest", &[("name", "gus")]).await.status, 303);
    for (path, moderators) in PAGES {
        for (browser, name) in [(&staff.owner, "olga"), (&staff.admin, "adam")] {
            let page = browser.get(path).await;
            assert_eq!(page.status, 200, "{path} for {name}: {}", page.body);
            assert!(page.body.contains("class=\"admin__nav\""), "{path} for {name}");
        }
        if moderators {
            assert_eq!(staff.moderator.get(path).await.status, 200, "{path}");
        } else {
            assert_eq!(staff.moderator.get(path).await.status, 404, "{path}");
        }
        for browser in [&staff.member, &guest, &staff.server.browser()] {
            assert_nowhere(browser, path).await;
        }
    }
    assert_eq!(staff.owner.get("/admin").await.status, 200);
    assert_eq!(staff.moderator.get("/admin").await.leads_to(), (303, "/admin/reports"));
    assert_nowhere(&staff.member, "/admin").await;
}

#[tokio::test]
async fn the_way_to_the_pages_is_shown_to_those_who_may_go_it() {
    let staff = Staff::gather().await;
    let link = "href=\"/admin\"";

    assert!(staff.owner.get("/rooms").await.body.contains(link));
    assert!(staff.moderator.get("/rooms").await.body.contains(link));
    assert!(!staff.member.get("/rooms").await.body.contains(link));
    let moderators = staff.moderator.get("/admin/reports").await.body;
    for (path, is_there) in [("reports", true), ("people", true), ("sessions", true), ("bans", true), ("audit", false)]
    {
        assert_eq!(moderators.contains(&format!("href=\"/admin/{path}\"")), is_there, "{path}");
    }
}

#[tokio::test]
async fn an_act_of_somebody_without_the_office_leads_nowhere_and_does_nothing() {
    let staff = Staff::gather().await;
    let acts: [(&str, &[(&str, &str)]); 12] = [
        ("/admin/people/adam/role", &[("role", "member")]),
        ("/admin/people/adam/suspend", &[]),
        ("/admin/people/adam/logins", &[]),
        ("/admin/people/adam/delete", &[("name", "adam")]),
        ("/admin/rooms/lobby/owner", &[("whom", "bob")]),
        ("/admin/rooms/lobby/archive", &[("archived", "yes")]),
        ("/admin/rooms/lobby/retention", &[("days", "1")]),
        ("/admin/invites/abc/revoke", &[]),
        ("/admin/settings", &[("server_name", "Mine")]),
        ("/admin/audit/verify", &[]),
        ("/admin/people/mona/nonsense", &[]),
        ("/admin/reports/1", &[]),
    ];
    let before = staff.api().await.get("/api/v1/admin/audit").await.json();
    for (path, fields) in acts {
        for browser in [&staff.moderator, &staff.member, &staff.server.browser()] {
            let page = browser.post(path, fields).await;
            assert_eq!(page.status, 404, "{path}: {}", page.body);
        }
    }
    for path in ["/admin/people/mona/silence", "/admin/bans", "/admin/sessions/1/cut", "/admin/bans/1/lift"] {
        assert_eq!(staff.member.post(path, &[("whom", "mona"), ("on", "yes")]).await.status, 404, "{path}");
    }
    assert_eq!(staff.api().await.get("/api/v1/admin/audit").await.json(), before);
    assert_eq!(staff.owner.get("/admin/people/nobody").await.status, 404);
    assert_eq!(staff.owner.get("/admin/rooms/nowhere").await.status, 404);
    assert_eq!(staff.owner.post("/admin/people/bob/nonsense", &[]).await.status, 404);
    assert_eq!(staff.owner.post("/admin/rooms/lobby/nonsense", &[]).await.status, 404);
}
