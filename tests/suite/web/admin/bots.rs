//! Bots and tokens on the pages, and the badge by which everybody knows a bot.

use serde_json::{Value, json};

use super::{Staff, newest};
use crate::support::Api;

/// The secret that the page shows once.
fn secret(page: &str) -> String {
    let (_, rest) = page.split_once("data-value tabindex=\"0\">").expect("a secret is shown");
    rest.split_once('<').expect("it has an end").0.to_owned()
}

async fn make_bot(staff: &Staff, name: &str) -> String {
    let made = staff.admin.post("/admin/bots", &[("name", name)]).await;
    assert_eq!(made.leads_to(), (303, format!("/admin/bots/{name}?done=yes").as_str()), "{}", made.body);
    let fields = [("label", "its program"), ("scope", "write"), ("rooms", "lobby"), ("days", "30")];
    let page = staff.admin.post(&format!("/admin/bots/{name}/tokens"), &fields).await;
    assert_eq!(page.status, 200, "{}", page.body);
    secret(&page.body)
}

#[tokio::test]
async fn a_bot_is_made_on_a_page_and_its_token_works_until_it_is_taken_back() {
    let staff = Staff::gather().await;
    let api = staff.api().await;

    let token = make_bot(&staff, "helper").await;

    let bot = Api::new(&staff.server, &token);
    assert_eq!(bot.get("/api/v1/me").await.json()["name"], "helper");
    let page = staff.admin.get("/admin/bots/helper").await.body;
    assert!(page.contains("its program") && page.contains("lobby") && !page.contains(&token), "{page}");
    let all = staff.admin.get("/admin/tokens").await.body;
    assert!(all.contains("its program") && all.contains("badge--bot") && !all.contains(&token), "{all}");
    let shown = api.get("/api/v1/admin/tokens").await.json();
    let item = shown["items"].as_array().expect("a list").iter().find(|item| item["label"] == "its program");
    let item = item.expect("it is listed");
    assert_eq!(
        (&item["user"]["name"], &item["scope"], &item["rooms"]),
        (&json!("helper"), &json!("write"), &json!(["lobby"]))
    );
    let id = item["id"].as_str().expect("an id");
    assert!(item["expires_at"].is_string() && !shown.to_string().contains(&token), "{shown}");
    let revoked = staff.admin.post(&format!("/admin/bots/helper/tokens/{id}/revoke"), &[]).await;
    assert_eq!(revoked.leads_to(), (303, "/admin/bots/helper?done=yes"), "{}", revoked.body);
    assert_eq!(bot.get("/api/v1/me").await.status, 401);
}

#[tokio::test]
async fn what_is_wrong_with_a_bot_or_its_token_stands_beside_the_field() {
    let staff = Staff::gather().await;
    make_bot(&staff, "helper").await;

    for name in ["helper", "bob", "a b", ""] {
        let refused = staff.admin.post("/admin/bots", &[("name", name)]).await;
        assert!(refused.status == 422 && refused.body.contains("field__error"), "{name}: {}", refused.body);
    }
    for fields in [
        &[("label", ""), ("scope", "write")][..],
        &[("label", "x"), ("scope", "write"), ("rooms", "nowhere")],
        &[("label", "x"), ("scope", "admin"), ("rooms", "lobby")],
    ] {
        let refused = staff.admin.post("/admin/bots/helper/tokens", fields).await;
        assert!(refused.status == 422 && refused.body.contains("field__error"), "{fields:?}: {}", refused.body);
    }
    assert_eq!(staff.admin.post("/admin/bots/bob/tokens", &[("label", "x")]).await.status, 404, "bob is no bot");
}

#[tokio::test]
async fn tokens_of_those_below_are_taken_back_and_of_nobody_else() {
    let staff = Staff::gather().await;
    let (owner, bob) = (staff.api().await, staff.server.api(&staff.member).await);
    let id_of = async |name: &str| {
        let tokens = owner.get("/api/v1/admin/tokens").await.json();
        let items = tokens["items"].as_array().expect("a list").clone();
        let found = items.into_iter().find(|item| item["user"]["name"] == name).expect("a token");
        found["id"].as_str().expect("an id").to_owned()
    };
    let (of_bob, of_olga) = (id_of("bob").await, id_of("olga").await);
    let adam = staff.server.api(&staff.admin).await;

    assert_eq!(adam.delete(&format!("/api/v1/admin/tokens/{of_olga}")).await.status, 403);
    assert_eq!(bob.delete(&format!("/api/v1/admin/tokens/{of_olga}")).await.status, 403);
    assert_eq!(staff.moderator.get("/admin/tokens").await.status, 404);
    assert_eq!(staff.moderator.get("/admin/bots").await.status, 404);
    assert_eq!(staff.moderator.post("/admin/bots", &[("name", "spy")]).await.status, 404);
    assert_eq!(staff.moderator.post(&format!("/admin/tokens/{of_bob}/revoke"), &[]).await.status, 404);
    let revoked = staff.admin.post(&format!("/admin/tokens/{of_bob}/revoke"), &[]).await;

    assert_eq!(revoked.leads_to(), (303, "/admin/tokens?done=yes"), "{}", revoked.body);
    assert_eq!(bob.get("/api/v1/me").await.status, 401);
    assert_eq!(newest(&owner).await, ("adam".into(), "token.revoke".into(), "user:bob".into()));
    assert_eq!(adam.delete(&format!("/api/v1/admin/tokens/{of_bob}")).await.status, 404, "it is gone");
}

#[tokio::test]
async fn everybody_sees_that_a_message_is_by_a_bot() {
    let staff = Staff::gather().await;
    let token = make_bot(&staff, "helper").await;
    let bot = Api::new(&staff.server, &token);
    let mut listening = staff.member.socket(&staff.server).await;
    listening.join("lobby").await;
    assert_eq!(bot.put("/api/v1/rooms/lobby/members/me", json!({})).await.status, 204);

    let said = bot.post("/api/v1/rooms/lobby/messages", json!({"text": "@bob, the build is red"})).await;
    assert_eq!(said.status, 201, "{}", said.body);

    let is_bot = |message: &Value| message["author"]["bot"].clone();
    assert_eq!(is_bot(&listening.next_of("message").await), true);
    let bob = staff.server.api(&staff.member).await;
    let seq = said.json()["seq"].as_u64().expect("a number");
    assert_eq!(is_bot(&bob.get(&format!("/api/v1/rooms/lobby/messages/{seq}")).await.json()), true);
    let page = staff.member.get("/rooms/lobby").await.body;
    assert!(page.contains("data-words=\"js.message.bot\">bot</span>"), "{page}");
    bob.post("/api/v1/rooms/lobby/messages", json!({"text": "so it is"})).await;
    assert_eq!(is_bot(&listening.next_of("message").await), Value::Null, "people have no badge");
}
