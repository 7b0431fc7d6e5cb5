//! Lists of the API: cursors, and what stands in them.

use serde_json::{Value, json};

use crate::support::{Api, TestServer};

/// Follows the cursors of a list to its end; one vector per page.
async fn pages(api: &Api, path: &str, limit: usize, field: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut query = format!("limit={limit}");
    loop {
        let page = api.get(&format!("{path}?{query}")).await.json();
        pages.push(page["items"].as_array().expect("items").iter().map(|item| item[field].clone()).collect());
        let Some(next) = page["next"].as_str() else { return pages };
        query = format!("limit={limit}&cursor={next}");
    }
}

#[tokio::test]
async fn rooms_are_listed_by_name() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    for name in ["delta", "alpha", "charlie", "bravo"] {
        api.post("/api/v1/rooms", json!({"name": name})).await;
    }

    let seen = pages(&api, "/api/v1/rooms", 2, "room").await;

    assert_eq!(seen, [vec!["alpha", "bravo"], vec!["charlie", "delta"], vec!["lobby"]]);
    let entry = api.get("/api/v1/rooms?limit=1").await.json()["items"][0].clone();
    assert_eq!(entry["kind"], "public");
    assert_eq!((&entry["member"], &entry["members"], &entry["last_seq"]), (&json!(true), &json!(1), &json!(1)));
}

#[tokio::test]
async fn people_are_listed_by_name_and_found_by_name_or_id() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    for name in ["Dora", "bob", "Carl"] {
        server.register(name).await;
    }
    let api = server.api(&ann).await;

    assert_eq!(pages(&api, "/api/v1/users", 3, "name").await, [vec!["ann", "bob", "Carl"], vec!["Dora"]]);
    let by_name = api.get("/api/v1/users/CARL").await.json();
    let id = by_name["id"].as_str().expect("an id");
    assert_eq!(api.get(&format!("/api/v1/users/{id}")).await.json(), by_name);
    assert_eq!((&by_name["name"], &by_name["role"]), (&json!("Carl"), &json!("member")));
    assert_eq!(api.get("/api/v1/users/nobody").await.status, 404);
}

#[tokio::test]
async fn guests_read_the_lobby_but_no_list_of_people() {
    let server = TestServer::start().await;
    let guest = server.browser();
    guest.post("/guest", &[("name", "gus"), ("next", "")]).await;

    assert_eq!(guest.get("/api/v1/me").await.json()["kind"], "guest");
    assert_eq!(guest.get("/api/v1/rooms").await.json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(guest.get("/api/v1/users").await.status, 403);
    assert_eq!(guest.get("/api/v1/tokens").await.status, 403);
    assert_eq!(guest.get("/api/v1/invites").await.status, 403);
}

#[tokio::test]
async fn invites_are_listed_the_newest_first_and_taken_back() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let mut codes = Vec::new();
    for uses in [1, 2, 3] {
        let invite = api.post("/api/v1/invites", json!({"max_uses": uses})).await.json();
        assert_eq!(invite["url"], format!("/invite/{}", invite["code"].as_str().expect("a code")));
        codes.push(invite["code"].clone());
        server.pass(std::time::Duration::from_secs(1));
    }

    assert_eq!(pages(&api, "/api/v1/invites", 2, "max_uses").await, [vec![3, 2], vec![1]]);
    let path = format!("/api/v1/invites/{}", codes[2].as_str().expect("a code"));
    assert_eq!((api.delete(&path).await.status, api.delete(&path).await.status), (204, 404));
    assert_eq!(pages(&api, "/api/v1/invites", 5, "max_uses").await, [vec![2, 1]]);
    let stranger = ann.invite(&server, "bob").await;
    let other = format!("/api/v1/invites/{}", codes[0].as_str().expect("a code"));
    assert_eq!(server.api(&stranger).await.delete(&other).await.status, 404, "it is not theirs");
    assert_eq!(api.post("/api/v1/invites", json!({"max_uses": 0})).await.json()["field"], "max_uses");
}
