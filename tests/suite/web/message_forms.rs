//! What is done to messages by plain forms, without a script.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_message_is_edited_marked_and_deleted_by_forms() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;
    let seq = api.post("/api/v1/rooms/lobby/messages", json!({"text": "frist"})).await.json()["seq"].as_u64().unwrap();
    let here = format!("/rooms/lobby/{seq}");
    let message = async || api.get(&format!("/api/v1/rooms/lobby/messages/{seq}")).await.json();

    let edited = ann.post(&format!("{here}/edit"), &[("text", "first **word**")]).await;
    assert_eq!(edited.leads_to(), (303, here.as_str()));
    assert_eq!(message().await["text"], "first **word**");
    let versions = ann.get(&format!("{here}/edits")).await;
    assert!(versions.body.contains("frist") && versions.body.contains("<strong>word</strong>"));

    for expected in [json!(1), json!(null)] {
        let put = ann.post(&format!("{here}/react"), &[("emoji", "👍")]).await;
        assert_eq!(put.leads_to(), (303, here.as_str()));
        assert_eq!(message().await["reactions"][0]["count"], expected, "once on, once off");
    }
    let refused = ann.post(&format!("{here}/react"), &[("emoji", "yes")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("not one emoji"), "{}", refused.body);

    ann.post(&format!("{here}/pin"), &[("on", "true")]).await;
    assert_eq!(message().await["pinned"]["by"]["name"], "ann");
    ann.post(&format!("{here}/pin"), &[("on", "false")]).await;
    assert!(message().await["pinned"].is_null());

    assert_eq!(ann.post(&format!("{here}/unread"), &[]).await.leads_to(), (303, "/rooms"));
    let why = ann.get("/rooms/lobby/unread").await;
    assert!(why.body.contains(&format!("href=\"{here}\"")), "the first unread message: {}", why.body);

    assert_eq!(ann.post(&format!("{here}/edit"), &[("text", " ")]).await.status, 422);
    assert_eq!(ann.post(&format!("{here}/delete"), &[]).await.leads_to(), (303, here.as_str()));
    assert_eq!(message().await["text"], "");
    assert_eq!(ann.get(&format!("{here}/edits")).await.status, 404);
}

#[tokio::test]
async fn forms_for_messages_of_others_are_refused_on_the_page() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    let seq = api.post("/api/v1/rooms/lobby/messages", json!({"text": "mine"})).await.json()["seq"].as_u64().unwrap();
    ann.make_room("secret", "private").await;
    api.post("/api/v1/rooms/secret/messages", json!({"text": "hidden"})).await;
    let bob = server.register("bob").await;

    for (verb, fields) in [("edit", vec![("text", "yours")]), ("delete", vec![]), ("pin", vec![])] {
        let page = bob.post(&format!("/rooms/lobby/{seq}/{verb}"), &fields).await;
        assert_eq!(page.status, 403, "{verb}");
        assert!(page.body.contains("mine"), "the page of the message, with the reason: {verb}");
        let stranger = bob.post(&format!("/rooms/secret/2/{verb}"), &fields).await;
        assert_eq!(stranger.status, 404, "{verb}");
    }
    for path in ["/rooms/secret/2/edits", "/rooms/secret/unread"] {
        assert_eq!(bob.get(path).await.status, 404, "{path}");
    }
    let nobody = server.browser();
    let (status, place) = {
        let page = nobody.post(&format!("/rooms/lobby/{seq}/delete"), &[]).await;
        (page.status, page.leads_to().1.to_owned())
    };
    assert!(status == 303 && place.starts_with("/login?"), "{status} {place}");
}
