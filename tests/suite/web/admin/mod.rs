//! The pages and the API of those who run the server: who sees them, what they do, and what they refuse.

mod acts;
mod api;
mod bots;
mod deletion;
mod effects;
mod exports;
mod fields;
mod limits;
mod powers;
mod seen;
mod storage;

use serde_json::{Value, json};

use crate::support::{Api, Browser, TestServer};

/// A server with somebody of each role: olga owns it, adam is an admin, mona a moderator, bob a member.
pub struct Staff {
    /// The server.
    pub server: TestServer,
    /// Olga.
    pub owner: Browser,
    /// Adam.
    pub admin: Browser,
    /// Mona.
    pub moderator: Browser,
    /// Bob.
    pub member: Browser,
}

impl Staff {
    /// All of them, on a fresh server.
    pub async fn gather() -> Self {
        let (server, owner) = TestServer::open_to_all("olga").await;
        let admin = server.register("adam").await;
        let moderator = server.register("mona").await;
        let member = server.register("bob").await;
        for (name, role) in [("adam", "admin"), ("mona", "moderator")] {
            let given = owner.post(&format!("/admin/people/{name}/role"), &[("role", role)]).await;
            assert_eq!(given.leads_to(), (303, format!("/admin/people/{name}?done=yes").as_str()), "{}", given.body);
        }
        Self { server, owner, admin, moderator, member }
    }

    /// A program of the owner.
    pub async fn api(&self) -> Api {
        self.server.api(&self.owner).await
    }

    /// A message of bob in the lobby that mona has reported.
    pub async fn report(&self) -> u64 {
        let bob = self.server.api(&self.member).await;
        assert_eq!(bob.put("/api/v1/rooms/lobby/members/me", json!({})).await.status, 204);
        let said = bob.post("/api/v1/rooms/lobby/messages", json!({"text": "buy my beans"})).await;
        let seq = said.json()["seq"].as_u64().expect("a message");
        let mona = self.server.api(&self.moderator).await;
        let path = format!("/api/v1/rooms/lobby/messages/{seq}/report");
        let reported = mona.post(&path, json!({"reason": "spam"})).await;
        assert!(reported.status < 300, "{}", reported.body);
        seq
    }
}

/// The newest entry of the audit log: who, what, to whom.
pub async fn newest(api: &Api) -> (String, String, String) {
    let entries = api.get("/api/v1/admin/audit").await.json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let entry = &entries["items"][0];
    (text(&entry["actor"]["name"]), text(&entry["action"]), text(&entry["target"]))
}
