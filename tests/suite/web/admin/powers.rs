//! Every power of the handbook, by every role, at every door that has it: what the table says is what happens.

use reqwest::Method;
use serde_json::{Value, json};

use super::Staff;
use crate::support::handbook::tables;
use crate::support::{Api, Browser};

/// One way to use a power.
enum Way {
    /// A request of the API, with a body or none.
    Rest(Method, &'static str, Option<Value>),
    /// A page that is looked at.
    Page(&'static str),
    /// A form that is sent.
    Form(&'static str, &'static [(&'static str, &'static str)]),
}

use Way::{Form, Page, Rest};

/// Somebody new in place of this, for what can be done to somebody only once.
const VICTIM: &str = "VICTIM";

/// The ways to use each power.
fn ways() -> Vec<(&'static str, Vec<Way>)> {
    let user = "/api/v1/admin/users/bob";
    let decide = |change: Value| Rest(Method::PATCH, user, Some(change));
    vec![
        ("see and close reports", vec![Rest(Method::GET, "/api/v1/admin/reports", None), Page("/admin/reports")]),
        (
            "see accounts and what was decided about them",
            vec![
                Rest(Method::GET, "/api/v1/admin/users", None),
                Rest(Method::GET, user, None),
                Page("/admin/people"),
                Page("/admin/people/bob"),
            ],
        ),
        (
            "let an account read only",
            vec![decide(json!({"silenced": false})), Form("/admin/people/bob/silence", &[("on", "no")])],
        ),
        (
            "trust a new account before its time",
            vec![decide(json!({"trusted": true})), Form("/admin/people/bob/trust", &[("on", "yes")])],
        ),
        (
            "see who is connected, and cut it",
            vec![Rest(Method::GET, "/api/v1/admin/sessions", None), Page("/admin/sessions")],
        ),
        (
            "ban accounts and networks",
            vec![
                Rest(Method::POST, "/api/v1/admin/bans", Some(json!({"whom": VICTIM}))),
                Rest(Method::GET, "/api/v1/admin/bans", None),
                Page("/admin/bans"),
                Form("/admin/bans", &[("whom", VICTIM)]),
            ],
        ),
        (
            "suspend accounts",
            vec![
                decide(json!({"suspended": false})),
                Form("/admin/people/bob/unsuspend", &[]),
                Form("/admin/people/VICTIM/suspend", &[("reason", "a test")]),
            ],
        ),
        (
            "end the logins of others, and make links for a new password",
            vec![
                Rest(Method::DELETE, "/api/v1/admin/users/VICTIM/logins", None),
                Rest(Method::POST, "/api/v1/admin/users/bob/reset", None),
                Form("/admin/people/VICTIM/logins", &[]),
                Form("/admin/people/bob/reset", &[]),
            ],
        ),
        (
            "see and take back all invites",
            vec![Rest(Method::GET, "/api/v1/admin/invites", None), Page("/admin/invites")],
        ),
        (
            "make bots, and take back tokens",
            vec![
                Rest(Method::GET, "/api/v1/bots", None),
                Rest(Method::POST, "/api/v1/bots", Some(json!({"name": "bot-VICTIM"}))),
            ],
        ),
        (
            "see all rooms",
            vec![
                Rest(Method::GET, "/api/v1/admin/rooms", None),
                Rest(Method::GET, "/api/v1/admin/rooms/garden", None),
                Page("/admin/rooms"),
                Page("/admin/rooms/garden"),
            ],
        ),
        (
            "change, archive and delete rooms of others",
            vec![
                Rest(Method::PATCH, "/api/v1/admin/rooms/garden", Some(json!({"archived": false}))),
                Form("/admin/rooms/garden/retention", &[("days", "30")]),
                Page("/admin/rooms/garden/delete"),
                Page("/admin/rooms/garden/export"),
            ],
        ),
        (
            "give site roles below one's own",
            vec![decide(json!({"role": "member"})), Form("/admin/people/bob/role", &[("role", "member")])],
        ),
        (
            "delete accounts",
            vec![
                Rest(Method::DELETE, "/api/v1/admin/users/VICTIM", None),
                Page("/admin/people/bob/delete"),
                Form("/admin/people/VICTIM/delete", &[("name", VICTIM)]),
            ],
        ),
        (
            "change settings",
            vec![
                Rest(Method::GET, "/api/v1/admin/settings", None),
                Rest(Method::PUT, "/api/v1/admin/settings/message_of_the_day", Some(json!({"value": "hello"}))),
                Page("/admin/settings"),
                Form("/admin/settings", &[("server_name", "Parlor")]),
            ],
        ),
        (
            "see storage, make backups, set retention",
            vec![
                Rest(Method::GET, "/api/v1/admin/storage", None),
                Rest(Method::GET, "/api/v1/admin/backups", None),
                Rest(Method::GET, "/api/v1/admin/storage/expiry?days=30", None),
                Page("/admin/storage"),
            ],
        ),
        (
            "read the audit log",
            vec![
                Rest(Method::GET, "/api/v1/admin/audit", None),
                Rest(Method::GET, "/api/v1/admin/audit/verify", None),
                Page("/admin/audit"),
                Form("/admin/audit/verify", &[]),
            ],
        ),
        ("see figures and health", vec![Rest(Method::GET, "/api/v1/admin/figures", None), Page("/admin/health")]),
    ]
}

/// Somebody of one role, at both doors.
struct Officer<'a> {
    browser: &'a Browser,
    api: Api,
}

impl Officer<'_> {
    /// Does it; says which way it was, and the status.
    async fn go(&self, way: &Way, victim: &str) -> (String, u16) {
        match way {
            Rest(method, path, body) => {
                let path = path.replace(VICTIM, victim);
                let request = self.api.request(method.clone(), &path);
                let body = body.as_ref().map(|body| body.to_string().replace(VICTIM, victim));
                let request = body
                    .into_iter()
                    .fold(request, |request, body| request.header("Content-Type", "application/json").body(body));
                (format!("{method} {path}"), self.api.send(request).await.status)
            }
            Page(path) => ((*path).to_owned(), self.browser.get(path).await.status),
            Form(path, fields) => {
                let path = path.replace(VICTIM, victim);
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| (*name, if *value == VICTIM { victim } else { *value }))
                    .collect();
                (format!("the form {path}"), self.browser.post(&path, &fields).await.status)
            }
        }
    }
}

#[tokio::test]
async fn every_door_gives_each_role_the_powers_of_the_handbook() {
    let staff = Staff::gather().await;
    staff.member.make_room("garden", "public").await;
    let [table] = <[_; 1]>::try_from(tables("powers")).unwrap_or_else(|_| panic!("one table"));
    assert_eq!(table.columns, ["moderator", "admin", "owner"], "another role needs somebody here");
    let (powers, ways) = (table.rows, ways());
    let names: Vec<_> = powers.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ways.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "every power has its ways");
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (role, browser) in [&staff.moderator, &staff.admin, &staff.owner, &staff.member].into_iter().enumerate() {
        let officer = Officer { browser, api: staff.server.api(browser).await };
        for ((power, who), (_, ways)) in powers.iter().zip(&ways) {
            // A plain member has none of them.
            let may = who.get(role).copied().unwrap_or(false);
            for way in ways {
                count += 1;
                let victim = format!("victim{count}");
                staff.server.register(&victim).await;

                let (what, status) = officer.go(way, &victim).await;

                let is_right = if may { (200..400).contains(&status) } else { [403, 404].contains(&status) };
                if !is_right {
                    let role = table.columns.get(role).copied().unwrap_or("member");
                    wrong.push(format!("{power}: {what} by a {role} gives {status}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
