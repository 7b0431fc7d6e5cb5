//! Making rooms, coming in, leaving, adding people, and direct rooms, by form.

use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn whoever_has_an_account_makes_public_and_private_rooms() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let bob = server.register("bob").await;

    let form = [("name", " #Garden "), ("kind", "public"), ("topic", "What grows")];
    let made = ann.post("/rooms", &form).await;
    ann.make_room("den", "private").await;

    assert_eq!(made.leads_to(), (303, "/rooms/garden"));
    assert!(ann.get("/rooms/garden").await.body.contains("What grows"));
    let listed = bob.get("/rooms").await.body;
    assert!(listed.contains("href=\"/rooms/garden\"") && !listed.contains("/rooms/den"));
    assert!(ann.get("/rooms").await.body.contains("href=\"/rooms/den\""));
    let look = server.api(&ann).await.get("/api/v1/rooms/den").await.json();
    assert_eq!((&look["kind"], &look["role"], &look["members"]), (&json!("private"), &json!("owner"), &json!(1)));
}

#[tokio::test]
async fn a_bad_or_taken_name_is_told_and_what_was_typed_is_kept() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("garden", "public").await;
    ann.make_room("den", "private").await;
    let bob = server.register("bob").await;
    let long = "r".repeat(65);
    let cases = [
        ("a b", "may not contain"),
        ("", "a name is needed"),
        ("a.b", "may not contain"),
        ("-a", "must start with"),
        ("direct-ann", "reserved"),
        (&long, "64 are allowed"),
        ("garden", "there already"),
        ("Garden", "there already"),
        // The second letter is Cyrillic.
        ("g\u{430}rden", "there already"),
        ("den", "there already"),
    ];
    for (name, words) in cases {
        let refused = bob.post("/rooms", &[("name", name), ("kind", "private"), ("topic", "kept")]).await;

        assert_eq!(refused.status, 422, "{name}");
        assert_eq!((refused.field("name"), refused.field("topic")), (name, "kept"));
        assert!(refused.body.to_lowercase().contains(words), "{name}: {words}");
    }
    let topic = "t".repeat(501);
    let refused = bob.post("/rooms", &[("name", "fine"), ("kind", "public"), ("topic", &topic)]).await;
    assert_eq!((refused.status, refused.field("name")), (422, "fine"));
    let sly = bob.post("/rooms", &[("name", "<b>\"x"), ("kind", "public"), ("topic", "")]).await;
    assert!(sly.status == 422 && !sly.body.contains("<b>\"x"));
}

#[tokio::test]
async fn people_join_public_rooms_and_leave_them() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("garden", "public").await;
    let bob = server.register("bob").await;
    let looking = bob.get("/rooms/garden").await;
    assert!(looking.body.contains("action=\"/rooms/garden/join\""));
    assert_eq!(bob.post("/rooms/garden/messages", &[("text", "hello")]).await.status, 403);

    assert_eq!(bob.post("/rooms/garden/join", &[]).await.leads_to(), (303, "/rooms/garden"));
    assert_eq!(bob.post("/rooms/garden/join", &[]).await.leads_to(), (303, "/rooms/garden"), "twice does no harm");
    assert_eq!(bob.post("/rooms/garden/messages", &[("text", "hello")]).await.status, 303);
    assert_eq!(bob.post("/rooms/garden/leave", &[]).await.leads_to(), (303, "/rooms"));

    assert_eq!(bob.post("/rooms/garden/leave", &[]).await.status, 403, "nobody leaves what they are not in");
    assert_eq!(bob.post("/rooms/garden/messages", &[("text", "again")]).await.status, 403);
    let page = bob.get("/rooms/garden").await;
    assert!(page.body.contains("hello") && page.body.contains("action=\"/rooms/garden/join\""));
    assert_eq!(server.browser().post("/rooms/garden/join", &[]).await.status, 303, "a stranger logs in first");
}

#[tokio::test]
async fn members_add_people_to_public_rooms_and_owners_to_private_ones() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("garden", "public").await;
    ann.make_room("den", "private").await;
    let (bob, eve) = (server.register("bob").await, server.register("eve").await);

    for room in ["garden", "den"] {
        let added = ann.post(&format!("/rooms/{room}/members"), &[("person", "Bob")]).await;
        assert_eq!(added.leads_to(), (303, format!("/rooms/{room}/members").as_str()));
        assert_eq!(bob.post(&format!("/rooms/{room}/messages"), &[("text", "here")]).await.status, 303);
    }
    assert_eq!(bob.post("/rooms/garden/members", &[("person", "eve")]).await.status, 303);
    let refused = bob.post("/rooms/den/members", &[("person", "eve")]).await;

    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Only an owner or a moderator"), "{}", refused.body);
    assert_eq!(eve.get("/rooms/den").await.status, 404);
    let nobody = ann.post("/rooms/den/members", &[("person", "nobody")]).await;
    assert!(nobody.status == 422 && nobody.body.contains("There is nobody of this name"));
    assert_eq!(ann.post("/rooms/den/leave", &[]).await.status, 403, "the owner stays");
    assert_eq!(bob.post("/rooms/den/leave", &[]).await.status, 303);
    assert_eq!(bob.get("/rooms/den").await.status, 404);
}

#[tokio::test]
async fn two_people_write_to_each_other_and_nobody_else_sees_it() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (bob, eve) = (server.register("bob").await, server.register("eve").await);
    assert!(ann.get("/direct/bob").await.body.contains("action=\"/direct/bob\""));

    assert_eq!(ann.post("/direct/bob", &[]).await.leads_to(), (303, "/direct/bob"));
    let page = ann.get("/direct/bob").await.body;
    let (_, rest) = page.split_once("action=\"/rooms/").expect("a form to write");
    let room = rest.split(['/', '"']).next().expect("a name").to_owned();
    let sent = ann.post(&format!("/rooms/{room}/messages"), &[("text", "between us")]).await;

    assert_eq!(sent.leads_to(), (303, "/direct/bob"));
    assert!(bob.get("/direct/ann").await.body.contains("between us"));
    assert!(bob.get("/rooms").await.body.contains("href=\"/direct/ann\""));
    assert_eq!(bob.post("/direct/ann", &[]).await.status, 303, "it is the same room from both sides");
    assert!(bob.get("/direct/ann").await.body.contains("between us"));
    for path in [format!("/rooms/{room}"), format!("/rooms/{room}/1")] {
        assert_eq!(eve.get(&path).await.status, 404);
    }
    assert!(!eve.get("/direct/ann").await.body.contains("between us"));
    assert_eq!(ann.post(&format!("/rooms/{room}/leave"), &[]).await.status, 403);
    assert_eq!(ann.post(&format!("/rooms/{room}/members"), &[("person", "eve")]).await.status, 422);
    assert_eq!((ann.get("/direct/ann").await.status, ann.get("/direct/nobody").await.status), (400, 404));
    assert_eq!(server.browser().get("/direct/ann").await.leads_to(), (303, "/login?next=%2Fdirect%2Fann"));
}
