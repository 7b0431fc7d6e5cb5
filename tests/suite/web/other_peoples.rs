//! What belongs to others, asked for by everybody it does not belong to. The rules stand in one table, held against the
//! route table: a route with something of somebody in its path and no rule is a fault, and so is a rule without a route.

use std::collections::{BTreeMap, BTreeSet};

use parlor::domain::access::{GuestAccess, Registration};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::push_service::PushService;
use crate::support::routes::routes;
use crate::support::schema::{resolved, sample};
use crate::support::{Api, Browser, PASSWORD, Page, TestServer};

/// An id that nobody has.
const NO_ID: &str = "01939b1e-0000-7000-8000-000000000000";
const NO_CODE: &str = "xxxxxxxxxxxxxxxxxxxxxx";

/// Who asks, in the order of the answers: an account that has nothing to do with it, a moderator of the server, a guest,
/// nobody.
const ASKERS: [&str; 4] = ["stranger", "moderator", "guest", "nobody"];

/// What is answered to whom. Every answer that is a number is the same, to the byte, as for something that is not there;
/// `None` is told by the role, which is for another test.
struct Rule {
    answers: [Option<u16>; 4],
    routes: &'static [&'static str],
}

const fn told(stranger: u16, moderator: u16, guest: u16, nobody: u16) -> [Option<u16>; 4] {
    [Some(stranger), Some(moderator), Some(guest), Some(nobody)]
}

const RULES: [Rule; 11] = [
    // A private room is not there.
    Rule {
        answers: told(404, 404, 404, 401),
        routes: &[
            "GET /api/v1/rooms/{room}",
            "PATCH /api/v1/rooms/{room}",
            "PUT /api/v1/rooms/{room}/bans/{user}",
            "DELETE /api/v1/rooms/{room}/bans/{user}",
            "GET /api/v1/rooms/{room}/events",
            "PUT /api/v1/rooms/{room}/level",
            "GET /api/v1/rooms/{room}/members",
            "POST /api/v1/rooms/{room}/members",
            "PUT /api/v1/rooms/{room}/members/me",
            "DELETE /api/v1/rooms/{room}/members/me",
            "PUT /api/v1/rooms/{room}/members/{user}",
            "DELETE /api/v1/rooms/{room}/members/{user}",
            "PUT /api/v1/rooms/{room}/members/{user}/mute",
            "GET /api/v1/rooms/{room}/messages",
            "POST /api/v1/rooms/{room}/messages",
            "GET /api/v1/rooms/{room}/messages/{seq}",
            "PATCH /api/v1/rooms/{room}/messages/{seq}",
            "DELETE /api/v1/rooms/{room}/messages/{seq}",
            "GET /api/v1/rooms/{room}/messages/{seq}/edits",
            "PUT /api/v1/rooms/{room}/messages/{seq}/pin",
            "DELETE /api/v1/rooms/{room}/messages/{seq}/pin",
            "PUT /api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}",
            "DELETE /api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}",
            "POST /api/v1/rooms/{room}/messages/{seq}/report",
            "GET /api/v1/rooms/{room}/messages/{seq}/seen",
            "GET /api/v1/rooms/{room}/messages/{seq}/thread",
            "GET /api/v1/rooms/{room}/pins",
            "PUT /api/v1/rooms/{room}/read",
            "PUT /api/v1/rooms/{room}/slow",
            "POST /api/v1/rooms/{room}/typed",
            "GET /api/v1/rooms/{room}/unread",
            // A stream of somebody else.
            "POST /api/v1/events/{session}",
        ],
    },
    // Where guests are let in, nobody may look at what they see.
    Rule {
        answers: told(404, 404, 404, 404),
        routes: &[
            "GET /rooms/{room}",
            "GET /rooms/{room}/members",
            "GET /rooms/{room}/pins",
            "GET /rooms/{room}/settings",
            "GET /rooms/{room}/{seq}",
            "GET /rooms/{room}/{seq}/edits",
            "GET /rooms/{room}/{seq}/thread",
        ],
    },
    Rule {
        answers: told(404, 404, 404, 303),
        routes: &[
            "POST /rooms/{room}/join",
            "POST /rooms/{room}/leave",
            "POST /rooms/{room}/messages",
            "POST /rooms/{room}/{seq}/delete",
            "POST /rooms/{room}/{seq}/edit",
            "POST /rooms/{room}/{seq}/pin",
            "POST /rooms/{room}/{seq}/react",
            "POST /rooms/{room}/{seq}/unread",
        ],
    },
    // It takes an account, whatever the room.
    Rule {
        answers: told(404, 404, 403, 303),
        routes: &[
            "GET /rooms/{room}/unread",
            "GET /rooms/{room}/{seq}/report",
            "POST /rooms/{room}/archive",
            "POST /rooms/{room}/bans/{user}/lift",
            "POST /rooms/{room}/level",
            "POST /rooms/{room}/members",
            "POST /rooms/{room}/members/{user}/ban",
            "POST /rooms/{room}/members/{user}/mute",
            "POST /rooms/{room}/members/{user}/remove",
            "POST /rooms/{room}/members/{user}/role",
            "POST /rooms/{room}/masks/lift",
            "POST /rooms/{room}/rules",
            "POST /rooms/{room}/settings",
            "POST /rooms/{room}/slow",
            "POST /rooms/{room}/{seq}/report",
        ],
    },
    // Whatever is somebody's own is not there for others.
    Rule {
        answers: told(404, 404, 403, 401),
        routes: &["DELETE /api/v1/invites/{code}", "DELETE /api/v1/me/push/{id}", "DELETE /api/v1/tokens/{id}"],
    },
    Rule {
        answers: told(404, 404, 403, 303),
        routes: &[
            "POST /invites/{code}/revoke",
            "POST /settings/devices/{device}/revoke",
            "POST /settings/push/{id}/remove",
            "POST /settings/tokens/{device}/revoke",
            #[cfg(feature = "passkeys")]
            "POST /settings/sign-in/passkeys/{id}/remove",
        ],
    },
    // The office is asked for before anything else.
    Rule {
        answers: [Some(403), None, Some(403), Some(401)],
        routes: &[
            "DELETE /api/v1/admin/bans/{id}",
            "DELETE /api/v1/admin/invites/{code}",
            "POST /api/v1/admin/reports/{id}/close",
            "GET /api/v1/admin/rooms/{room}",
            "PATCH /api/v1/admin/rooms/{room}",
            "DELETE /api/v1/admin/rooms/{room}",
            "GET /api/v1/admin/rooms/{room}/export",
            "POST /api/v1/admin/backups/{name}/check",
            "DELETE /api/v1/admin/sessions/{id}",
            "PUT /api/v1/admin/settings/{key}",
            "DELETE /api/v1/admin/tokens/{id}",
            "GET /api/v1/admin/users/{user}",
            "PATCH /api/v1/admin/users/{user}",
            "DELETE /api/v1/admin/users/{user}",
            "DELETE /api/v1/admin/users/{user}/logins",
            "POST /api/v1/admin/users/{user}/reset",
            "GET /api/v1/bots/{bot}/tokens",
            "POST /api/v1/bots/{bot}/tokens",
            "DELETE /api/v1/bots/{bot}/tokens/{id}",
        ],
    },
    // To everybody else there is nothing at these addresses.
    Rule {
        answers: [Some(404), None, Some(404), Some(404)],
        routes: &[
            "POST /admin/bans/{id}/lift",
            "GET /admin/bots/{name}",
            "POST /admin/bots/{name}/tokens",
            "POST /admin/bots/{name}/tokens/{id}/revoke",
            "POST /admin/tokens/{id}/revoke",
            "POST /admin/invites/{code}/revoke",
            "GET /admin/people/{name}",
            "GET /admin/people/{name}/delete",
            "POST /admin/people/{name}/delete",
            "POST /admin/people/{name}/reset",
            "POST /admin/people/{name}/{act}",
            "POST /admin/reports/{id}",
            "GET /admin/rooms/{room}",
            "POST /admin/rooms/{room}/{act}",
            "GET /admin/rooms/{room}/delete",
            "POST /admin/rooms/{room}/delete",
            "GET /admin/rooms/{room}/export",
            "POST /admin/storage/backups/{name}/check",
            "POST /admin/sessions/{id}/cut",
        ],
    },
    // Accounts know each other; others learn nothing of them.
    Rule { answers: [None, None, Some(403), Some(401)], routes: &["GET /api/v1/users/{user}"] },
    Rule {
        answers: [None, None, Some(403), Some(303)],
        routes: &["GET /people/{user}", "GET /direct/{user}", "POST /direct/{user}"],
    },
    // A link is for whoever has it; the tests of invites and of resets say the rest.
    Rule {
        answers: [None; 4],
        routes: &["GET /invite/{code}", "POST /invite/{code}", "GET /reset/{secret}", "POST /reset/{secret}"],
    },
];

/// What every form is sent: each takes what it knows of it.
const FIELDS: [(&str, &str); 18] = [
    ("text", "hello"),
    ("person", "eve"),
    ("role", "member"),
    ("minutes", "1"),
    ("seconds", "1"),
    ("reason", "spam"),
    ("emoji", "🎉"),
    ("topic", "mine"),
    ("description", "mine"),
    ("archived", "yes"),
    ("level", "all"),
    ("name", "ann"),
    ("on", "yes"),
    ("whom", "eve"),
    ("days", "1"),
    ("outcome", "deleted"),
    ("delete", "yes"),
    ("password", PASSWORD),
];

/// Ann has a private room, a token, a place where she is notified. Olga owns the server, has made an invite, a bot, a ban.
struct Town {
    server: TestServer,
    document: Value,
    ann: (Browser, Api),
    olga: Api,
    browsers: [Browser; 4],
    programs: [Api; 4],
    ids: BTreeMap<&'static str, String>,
}

impl Town {
    async fn found() -> Self {
        let server = TestServer::start_with(|config| {
            config.access.registration = Registration::Open;
            config.access.guests = Some(GuestAccess::Open);
            config.limits.rate_limits = false;
            config.push.allow_private = true;
        })
        .await;
        let owner = server.browser();
        owner.set_up("olga").await;
        let (ann, eve, mona) =
            (server.register("ann").await, server.register("eve").await, server.register("mona").await);
        let role = owner.post("/admin/people/mona/role", &[("role", "moderator")]).await;
        assert_eq!(role.status, 303, "{}", role.body);
        let guest = server.browser();
        assert_eq!(guest.post("/guest", &[("name", "gus")]).await.status, 303);
        let nobody = Api::anonymous(&server);
        let document = nobody.get("/api/openapi.json").await.json();
        let guest_token = text(&nobody.post("/api/v1/guests", json!({"name": "gwen"})).await, "/token");
        let programs =
            [server.api(&eve).await, server.api(&mona).await, Api::new(&server, &guest_token), Api::anonymous(&server)];
        let (olga, api) = (server.api(&owner).await, server.api(&ann).await);
        let browsers = [eve, mona, guest, server.browser()];
        let town = Self { server, document, ann: (ann, api), olga, browsers, programs, ids: BTreeMap::new() };
        town.furnish().await
    }

    async fn furnish(mut self) -> Self {
        let ((browser, ann), olga) = (&self.ann, &self.olga);
        browser.make_room("secret", "private").await;
        assert_eq!(ann.post("/api/v1/rooms/secret/messages", json!({"text": "hush"})).await.status, 201);
        let report = ann.post("/api/v1/rooms/secret/messages/2/report", json!({"reason": "a test"})).await;
        assert_eq!(report.status, 204, "{}", report.body);
        let ban = olga.post("/api/v1/admin/bans", json!({"whom": "192.0.2.0/24"})).await;
        let service = PushService::start().await;
        let push = ann.post("/api/v1/me/push", service.subscriber("ann").to_json()).await;
        let token = ann.post("/api/v1/tokens", json!({"label": "mine"})).await;
        let invite = olga.post("/api/v1/invites", json!({})).await;
        assert_eq!(olga.post("/api/v1/bots", json!({"name": "robo"})).await.status, 201);
        let bot_token = olga.post("/api/v1/bots/robo/tokens", json!({"label": "its"})).await;
        self.ids = BTreeMap::from([
            ("ban", ban.json()["id"].to_string()),
            ("push", text(&push, "/id")),
            ("token", text(&token, "/id")),
            ("invite", text(&invite, "/code")),
            ("ann", text(&ann.get("/api/v1/me").await, "/id")),
            ("bot token", text(&bot_token, "/id")),
        ]);
        self
    }

    /// The address of what is there, and that of the same which is not.
    fn places(&self, path: &str) -> [String; 2] {
        let own = |name: &str| self.ids[name].as_str();
        let (name, is, is_not) = if path.contains("/rooms/{room}") {
            ("{room}", "secret", "nobody")
        } else if path.contains("/bots/{name}") {
            ("{name}", "robo", "nono")
        } else if path.contains("{session}") {
            ("{session}", "1", "9999")
        } else if path.contains("/tokens/{id}") && !path.contains("/bots/") {
            ("{id}", own("token"), NO_ID)
        } else if path.contains("/bots/") {
            ("{bot}", "robo", "nono")
        } else if path.contains("/push/") {
            ("{id}", own("push"), NO_ID)
        } else if path.contains("/bans/") {
            ("{id}", own("ban"), "9")
        } else if path.contains("/admin/") && path.contains("{id}") {
            ("{id}", "1", "9")
        } else if path.contains("{device}") {
            ("{device}", own("token"), NO_ID)
        } else if path.contains("{code}") {
            ("{code}", own("invite"), NO_CODE)
        } else if path.contains("{key}") {
            ("{key}", "guests", "guestz")
        } else if path.contains("{name}") {
            ("{name}", "ann", "bob")
        } else {
            ("{user}", "ann", "bob")
        };
        // Forms name people by their id, as pages know them.
        let whom = if path.starts_with("/rooms/") { own("ann") } else { "ann" };
        let rest = [
            ("{seq}", "2"),
            ("{user}", whom),
            ("{emoji}", "%F0%9F%8E%89"),
            ("{id}", own("bot token")),
            ("{act}", "archive"),
        ];
        let fill =
            |thing: &str| rest.iter().fold(path.replace(name, thing), |path, (name, value)| path.replace(name, value));
        [fill(is), fill(is_not)]
    }

    async fn ask(&self, who: usize, method: &Method, path: &str, place: &str) -> Page {
        if path.starts_with("/api/") {
            let api = &self.programs[who];
            let operation = &self.document["paths"][path][method.as_str().to_lowercase()];
            let schema = operation.pointer("/requestBody/content/application~1json/schema");
            let mut body = schema.map(|schema| sample(&self.document, schema));
            if path.ends_with("/typed") {
                body = Some(json!({"line": "/who"}));
            }
            if path.contains("{session}") {
                return api.send(api.request(method.clone(), place).body("{\"type\":\"ping\"}")).await;
            }
            return api.send(body.iter().fold(api.request(method.clone(), place), reqwest::RequestBuilder::json)).await;
        }
        let browser = &self.browsers[who];
        if *method == Method::GET { browser.get(place).await } else { browser.post(place, &FIELDS).await }
    }

    /// All of it is where it was, and nobody else knows of it.
    async fn assert_untouched(&self) {
        let (ann, olga) = (&self.ann.1, &self.olga);
        let room = ann.get("/api/v1/rooms/secret").await.json();
        assert_eq!((&room["topic"], &room["members"], &room["archived"]), (&json!(""), &json!(1), &json!(false)));
        let messages = ann.get("/api/v1/rooms/secret/messages").await.json();
        assert_eq!(
            (messages["events"].as_array().map(Vec::len), &messages["events"][0]["text"]),
            (Some(1), &json!("hush"))
        );
        let ids = |page: Page, key: &str| -> Vec<String> {
            let page = page.json();
            let items = page["items"].as_array().expect("items");
            items.iter().map(|item| item[key].to_string().trim_matches('"').to_owned()).collect()
        };
        for (api, list, key, name) in [
            (ann, "/api/v1/tokens", "id", "token"),
            (ann, "/api/v1/me/push", "id", "push"),
            (olga, "/api/v1/invites", "code", "invite"),
            (olga, "/api/v1/bots/robo/tokens", "id", "bot token"),
            (olga, "/api/v1/admin/bans", "id", "ban"),
        ] {
            assert!(ids(api.get(list).await, key).contains(&self.ids[name]), "{name} is gone");
        }
        assert_eq!(ids(olga.get("/api/v1/admin/reports").await, "id"), ["1"]);
        let account = olga.get("/api/v1/admin/users/ann").await.json();
        assert_eq!((&account["role"], &account["silenced"]), (&json!("member"), &json!(false)));
    }
}

fn text(page: &Page, pointer: &str) -> String {
    let body = page.json();
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {body}")).to_owned()
}

/// The body and where it leads, with the name of the one thing made that of the other.
fn compared(page: &Page, place: &str, other: &str) -> (u16, String, String) {
    let (mut body, mut location) = (page.body_without_id(), page.location.clone().unwrap_or_default());
    for (is, is_not) in place.split('/').zip(other.split('/')).filter(|(is, is_not)| is != is_not) {
        (body, location) = (body.replace(is, is_not), location.replace(is, is_not));
    }
    (page.status, location, body)
}

#[test]
fn every_route_with_something_of_somebody_has_a_rule_and_every_rule_a_route() {
    let mut known = BTreeSet::new();
    for route in RULES.iter().flat_map(|rule| rule.routes) {
        assert!(known.insert((*route).to_owned()), "{route} has two rules");
    }
    let with_ids = routes().into_iter().filter(|(path, _)| path.contains('{'));
    // HEAD is the answer of GET without its body.
    let there: BTreeSet<String> = with_ids
        .flat_map(|(path, methods)| methods.into_iter().map(move |method| format!("{method} {path}")))
        .filter(|route| !route.starts_with("HEAD "))
        .collect();

    assert_eq!(there.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "say who may do this, and to whom");
    assert_eq!(known.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "a rule without a route");
}

#[tokio::test]
async fn what_belongs_to_others_is_as_if_it_were_not_there() {
    let town = Town::found().await;
    let mut wrong = Vec::new();
    for rule in &RULES {
        for route in rule.routes {
            let (method, path) = route.split_once(' ').expect("a method and a path");
            let method: Method = method.parse().expect("a method");
            let [place, other] = town.places(path);
            for (who, expected) in rule.answers.iter().enumerate() {
                let Some(expected) = *expected else { continue };
                let there = town.ask(who, &method, path, &place).await;
                let missing = town.ask(who, &method, path, &other).await;

                let (there, missing) = (compared(&there, &place, &other), compared(&missing, &place, &other));
                if there != missing || there.0 != expected {
                    wrong.push(format!("{route} by {}: {} and {}", ASKERS[who], there.0, missing.0));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    town.assert_untouched().await;
}

#[tokio::test]
async fn the_owner_reaches_what_the_others_do_not() {
    let town = Town::found().await;
    for path in ["/api/v1/rooms/{room}", "/api/v1/rooms/{room}/messages/{seq}", "/rooms/{room}", "/rooms/{room}/{seq}"]
    {
        let [place, other] = town.places(path);
        assert_eq!(town.ann.1.get(&place).await.status, 200, "{place}");
        assert_eq!(town.ann.1.get(&other).await.status, 404, "{other}");
    }
    for path in ["/api/v1/me/push/{id}", "/api/v1/tokens/{id}"] {
        let [place, other] = town.places(path);
        assert_eq!(town.ann.1.delete(&other).await.status, 404, "{other}");
        assert_eq!(town.ann.1.delete(&place).await.status, 204, "{place}");
    }
    assert_eq!(town.server.browser().get("/invite/").await.status, 404);
}

#[tokio::test]
async fn a_room_that_a_body_names_is_as_if_it_were_not_there() {
    let town = Town::found().await;
    let mut seen = BTreeSet::new();
    for (path, item) in town.document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else { continue };
            let schema = resolved(&town.document, schema);
            let fields = schema["properties"].as_object().expect("fields");
            let Some((field, _)) = fields.iter().find(|(_, about)| about.to_string().contains("/KnownRoom\"")) else {
                continue;
            };
            seen.insert(format!("{} {path}", method.to_uppercase()));
            let mut body = sample(&town.document, schema);
            if fields.contains_key("scope") {
                body["scope"] = json!("read");
            }
            let place = path.replace("{bot}", "robo");
            let mut answers = Vec::new();
            for room in ["secret", "nobody"] {
                let is_list = fields[field].to_string().contains("\"items\"");
                body[field] = if is_list { json!([room]) } else { json!(room) };
                // Who runs the server sees no more of it than others.
                for api in [&town.olga, &town.programs[0]] {
                    let page = api.post(&place, body.clone()).await;
                    assert!(matches!(page.status, 403 | 404), "{place}: {}", page.body);
                    answers.push((page.status, page.body_without_id().replace("secret", "nobody")));
                }
            }
            assert_eq!(answers[0], answers[2], "{place} by the owner of the server");
            assert_eq!(answers[1], answers[3], "{place} by a stranger");
            assert_eq!(answers[0].0, 404, "{place}");
        }
    }
    let expected = ["/bots/{bot}/tokens", "/invites", "/preview", "/tokens"].map(|path| format!("POST /api/v1{path}"));
    assert_eq!(seen, BTreeSet::from(expected));
}
