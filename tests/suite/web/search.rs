//! Searching, by REST and by the page: what is found, and above all what is not.

use parlor::domain::access::GuestAccess;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Api, Browser, Page, TestServer, until};

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

async fn search(api: &Api, text: &str) -> Page {
    api.get(&format!("/api/v1/search?q={}", escaped(text))).await
}

/// `room/seq` of every result, in order.
async fn found(api: &Api, text: &str) -> Vec<String> {
    let page = search(api, text).await;
    assert_eq!(page.status, 200, "{text}: {}", page.body);
    places(&page.json())
}

fn places(answer: &Value) -> Vec<String> {
    let results = answer["results"].as_array().expect("results");
    results
        .iter()
        .map(|result| format!("{}/{}", result["room"]["name"].as_str().expect("a room"), result["event"]["seq"]))
        .collect()
}

async fn say(api: &Api, room: &str, text: &str) -> u64 {
    let sent = api.post(&format!("/api/v1/rooms/{room}/messages"), json!({"text": text})).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    sent.json()["seq"].as_u64().expect("a seq")
}

/// Waits until everything that was said before is in the index.
async fn indexed(api: &Api) {
    let word = format!("mark{}", uuid::Uuid::now_v7().simple());
    say(api, "lobby", &word).await;
    until("the index follows", || async { !found(api, &word).await.is_empty() }).await;
}

async fn change(api: &Api, method: Method, path: &str, body: Value) {
    let page = api.send(api.request(method, path).json(&body)).await;
    assert!((200..300).contains(&page.status), "{path}: {}", page.body);
}

#[tokio::test]
async fn words_phrases_and_every_filter_find_what_they_say() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (bob, ann_api) = (server.register("bob").await, server.api(&ann).await);
    let bob_api = server.api(&bob).await;
    ann.make_room("garden", "public").await;
    assert_eq!(bob.post("/rooms/garden/join", &[]).await.status, 303);
    say(&ann_api, "lobby", "green tea").await;
    server.pass(std::time::Duration::from_hours(24));
    say(&bob_api, "garden", "tea for the green house, see https://tea.example").await;
    let code = say(&ann_api, "garden", "`tea` in code").await;
    change(&bob_api, Method::PUT, &format!("/api/v1/rooms/garden/messages/{code}/reactions/%F0%9F%91%8D"), json!({}))
        .await;
    change(&ann_api, Method::PUT, &format!("/api/v1/rooms/garden/messages/{code}/pin"), json!({})).await;
    indexed(&ann_api).await;

    let (lobby, link, code) = ("lobby/3", "garden/3", "garden/4");
    for (text, expected) in [
        ("tea", &[code, link, lobby][..]),
        ("TEA green", &[link, lobby]),
        ("\"green tea\"", &[lobby]),
        ("gre*", &[link, lobby]),
        ("tea in:lobby", &[lobby]),
        ("tea in:#garden", &[code, link]),
        ("tea in:lobby in:garden from:bob", &[link]),
        ("tea from:me", &[code, lobby]),
        ("tea from:@Ann from:bob", &[code, link, lobby]),
        ("tea from:nobody", &[]),
        ("tea before:2026-11-22", &[lobby]),
        ("tea after:2026-11-21", &[code, link]),
        ("tea on:today", &[code, link]),
        ("tea before:yesterday", &[]),
        ("has:link", &[link]),
        ("has:code from:ann", &[code]),
        ("has:reaction", &[code]),
        ("is:pinned in:garden", &[code]),
    ] {
        assert_eq!(found(&ann_api, text).await, expected, "{text}");
    }
}

#[tokio::test]
async fn a_result_comes_with_its_place_its_context_and_its_matches() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    for text in ["before <i>", "the <b>tea</b> & more", "after"] {
        say(&api, "lobby", text).await;
    }
    indexed(&api).await;

    let answer = search(&api, "tea").await.json();

    let result = &answer["results"][0];
    assert_eq!((&answer["next"], &result["url"]), (&json!(null), &json!("/rooms/lobby/3")));
    assert_eq!(
        (&result["event"]["type"], &result["event"]["text"]),
        (&json!("message"), &json!("the <b>tea</b> & more"))
    );
    assert_eq!(result["snippet_html"], "the &lt;b&gt;<mark>tea</mark>&lt;/b&gt; &amp; more");
    assert_eq!((&result["before"]["seq"], &result["after"]["text"]), (&json!(2), &json!("after")));
    assert_eq!(result["room"], json!({"name": "lobby", "title": "lobby", "kind": "public", "url": "/rooms/lobby"}));
    let first = search(&api, "before").await.json();
    assert_eq!(first["results"][0]["before"], json!(null), "a join is no message");
}

#[tokio::test]
async fn pages_follow_each_other_in_both_orders_while_others_write() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    for number in 2..=8 {
        say(&api, "lobby", &format!("tea {}", "tea ".repeat(number % 3))).await;
    }
    indexed(&api).await;

    let pages = async |sort: &str| {
        let (mut pages, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/search?q=tea&limit=3&sort={sort}{cursor}");
            let answer = api.get(&path).await.json();
            pages.push(
                answer["results"]
                    .as_array()
                    .expect("results")
                    .iter()
                    .map(|r| r["event"]["seq"].as_u64())
                    .collect::<Vec<_>>(),
            );
            say(&api, "lobby", "tea in between").await;
            indexed(&api).await;
            let Some(next) = answer["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        pages.into_iter().map(|page| page.into_iter().flatten().collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert_eq!(pages("newest").await, [vec![8, 7, 6], vec![5, 4, 3], vec![2]]);
    let best = pages("best").await;
    // Three times, then twice, then once: the newer first of equals.
    assert_eq!(best[..2], [vec![8, 5, 2], vec![7, 4, 6]]);
    let cursor = api.get("/api/v1/search?q=tea&limit=1&sort=best").await.json()["next"].clone();
    let other = api.get(&format!("/api/v1/search?q=tea&cursor={}", cursor.as_str().expect("a cursor"))).await;
    assert_eq!((other.status, &other.json()["field"]), (400, &json!("cursor")), "of another order");
}

#[tokio::test]
async fn what_is_changed_is_found_as_it_is_now() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    let (edited, deleted) = (say(&api, "lobby", "green tea").await, say(&api, "lobby", "secret tea").await);
    indexed(&api).await;
    assert_eq!(found(&api, "tea").await.len(), 2);

    change(&api, Method::PATCH, &format!("/api/v1/rooms/lobby/messages/{edited}"), json!({"text": "green coffee"}))
        .await;
    change(&api, Method::DELETE, &format!("/api/v1/rooms/lobby/messages/{deleted}"), json!({})).await;
    assert!(!search(&api, "secret").await.body.contains("secret tea"), "at once");
    indexed(&api).await;

    assert_eq!(found(&api, "tea").await, [""; 0]);
    assert_eq!(found(&api, "green coffee").await, [format!("lobby/{edited}")]);
    let neighbour = search(&api, "coffee").await.json();
    assert!(!neighbour.to_string().contains("secret"), "not as a neighbour either: {neighbour}");
}

/// Every way to ask for something that is said in a room called `den`.
const WAYS: [&str; 14] = [
    "hush",
    "\"hush now\"",
    "hus*",
    "hush in:lobby",
    "hush from:ann",
    "from:ann",
    "has:link",
    "has:code",
    "has:reaction",
    "is:pinned",
    "on:today",
    "after:2020",
    "hush OR tea",
    "r2",
];

/// Ann's private room with a message that has everything, and somebody who is not in it.
async fn den() -> (TestServer, Browser, Browser) {
    let (server, ann) = TestServer::open_to_all("ann").await;
    ann.make_room("den", "private").await;
    let api = server.api(&ann).await;
    let seq = say(&api, "den", "hush now `code` https://secret.example").await;
    change(&api, Method::PUT, &format!("/api/v1/rooms/den/messages/{seq}/reactions/%F0%9F%91%8D"), json!({})).await;
    change(&api, Method::PUT, &format!("/api/v1/rooms/den/messages/{seq}/pin"), json!({})).await;
    indexed(&api).await;
    let eve = server.register("eve").await;
    (server, ann, eve)
}

#[tokio::test]
async fn nothing_of_a_private_room_is_ever_found_by_a_stranger() {
    let (server, ann, eve) = den().await;
    let (owner, stranger) = (server.api(&ann).await, server.api(&eve).await);

    for text in WAYS {
        for sort in ["newest", "best"] {
            let page = stranger.get(&format!("/api/v1/search?q={}&sort={sort}", escaped(text))).await;
            assert!(
                page.status == 200 && !page.body.contains("den") && !page.body.contains("hush"),
                "{text}: {}",
                page.body
            );
        }
        let page = eve.get(&format!("/search?q={}", escaped(text))).await;
        assert!(page.status == 200 && !page.body.contains("den/") && !page.body.contains("secret"), "{text}");
        let find = stranger.get(&format!("/api/v1/find?q={}", escaped(text))).await;
        assert!(
            find.status == 200 && !find.body.contains("den") && !find.body.contains("secret"),
            "{text}: {}",
            find.body
        );
    }
    assert_eq!(found(&owner, "hush is:pinned has:reaction").await, ["den/2"], "its owner finds it");

    // A room that is hidden and one that nobody has made are told apart by nothing.
    let (hidden, missing) = (search(&stranger, "in:den").await, search(&stranger, "in:ned").await);
    assert_eq!((hidden.status, missing.status), (400, 400));
    assert_eq!(hidden.body_without_id().replace("den", "ned"), missing.body_without_id());
    let names = stranger.get("/api/v1/find?q=den").await.json();
    assert_eq!(names["rooms"], json!([]));
}

#[tokio::test]
async fn whoever_leaves_or_is_removed_finds_nothing_more() {
    let (server, ann, eve) = den().await;
    let (owner, other) = (server.api(&ann).await, server.api(&eve).await);

    assert_eq!(owner.post("/api/v1/rooms/den/members", json!({"user": "eve"})).await.status, 200);
    until("she may read", || async { found(&other, "hush").await == ["den/2"] }).await;
    assert_eq!(other.delete("/api/v1/rooms/den/members/me").await.status, 204);

    assert_eq!(found(&other, "hush").await, [""; 0]);
    assert_eq!(search(&other, "hush in:den").await.status, 400);
}

#[tokio::test]
async fn a_direct_room_is_searched_by_its_two_people_only() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (bob, eve) = (server.register("bob").await, server.register("eve").await);
    let (ann_api, bob_api, eve_api) = (server.api(&ann).await, server.api(&bob).await, server.api(&eve).await);
    let made = ann_api.post("/api/v1/direct", json!({"user": "bob"})).await;
    let room = made.json()["room"].as_str().or(made.json()["name"].as_str()).expect("a room").to_owned();
    say(&ann_api, &room, "just between us").await;
    indexed(&ann_api).await;

    assert_eq!(found(&ann_api, "between in:@bob").await.len(), 1);
    assert_eq!(found(&bob_api, "between in:@Ann").await.len(), 1);
    let result = search(&bob_api, "between").await.json();
    assert_eq!(
        (&result["results"][0]["room"]["title"], &result["results"][0]["room"]["url"]),
        (&json!("ann"), &json!("/direct/ann"))
    );
    for text in ["between", "from:ann between", "on:today between"] {
        assert_eq!(found(&eve_api, text).await, [""; 0]);
    }
    assert_eq!(search(&eve_api, "in:@ann").await.status, 400);
    assert_eq!(search(&eve_api, &format!("in:{room}")).await.status, 400);
}

#[tokio::test]
async fn guests_search_what_they_may_read() {
    for (access, rooms) in [(GuestAccess::Lobby, &["lobby/2"][..]), (GuestAccess::Open, &["garden/2", "lobby/2"])] {
        let server = TestServer::start_with(|config| {
            config.access.guests = Some(access);
            config.limits.rate_limits = false;
        })
        .await;
        let ann = server.browser();
        ann.set_up("ann").await;
        let api = server.api(&ann).await;
        ann.make_room("garden", "public").await;
        ann.make_room("den", "private").await;
        for room in ["lobby", "garden", "den"] {
            say(&api, room, "tea").await;
        }
        indexed(&api).await;
        let made = Api::anonymous(&server).post("/api/v1/guests", json!({"name": "gus"})).await.json();
        let guest = Api::new(&server, made["token"].as_str().expect("a token"));

        assert_eq!(found(&guest, "tea").await, rooms);
        assert_eq!(search(&guest, "tea in:den").await.status, 400);
        assert_eq!(search(&guest, "tea in:garden").await.status, if rooms.len() > 1 { 200 } else { 400 });
        let find = guest.get("/api/v1/find?q=an").await.json();
        assert_eq!(find["people"], json!([]), "accounts are seen by accounts");
        assert_eq!(server.browser().get("/search?q=tea").await.body.matches("class=\"result\"").count(), rooms.len());
    }
    let (closed, _ann) = TestServer::owned_by("ann").await;
    assert_eq!(search(&Api::anonymous(&closed), "tea").await.status, 401);
    assert_eq!(Api::anonymous(&closed).get("/api/v1/find?q=a").await.status, 401);
    assert!(closed.browser().get("/search?q=tea").await.location.is_some_and(|to| to.starts_with("/login")));
}

#[tokio::test]
async fn nothing_anybody_types_is_more_than_words() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    say(&api, "lobby", "tea AND not near").await;
    indexed(&api).await;

    for text in [
        "\"",
        "\"\"\"",
        "tea\"",
        "tea AND",
        "AND",
        "NOT tea",
        "tea NOT tea",
        "NEAR(tea near)",
        "NEAR(tea, 2)",
        "text:tea",
        "{text tags}: tea",
        "tags : r1",
        "- tags : r1",
        "^tea",
        "tea + near",
        "tea*",
        "*",
        "**",
        "(tea",
        "tea)",
        "tea; DROP TABLE events",
        "' OR 1=1 --",
        "rank",
        "search_index",
        "tea\0near",
        "\u{202e}tea",
        "%",
        "_",
        "\\",
        "a* b* c*",
        "r1",
        "\u{fffd}",
    ] {
        let page = search(&api, text).await;
        assert!([200, 400].contains(&page.status), "{text:?}: {} {}", page.status, page.body);
        assert!(page.status == 200 || page.json()["field"] == "q", "{text:?}: {}", page.body);
        assert!([200, 422].contains(&ann.get(&format!("/search?q={}", escaped(text))).await.status), "{text:?}");
        assert_eq!(api.get(&format!("/api/v1/find?q={}", escaped(text))).await.status, 200, "{text:?}");
    }
    assert_eq!(found(&api, "tea\0near").await, ["lobby/2"], "a NUL stands between two words");
    assert_eq!(found(&api, "r1").await, [""; 0]);
}

#[tokio::test]
async fn errors_name_what_to_do() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;

    for (query, status, field, words) in [
        ("", 400, "q", "write a word"),
        ("q=", 400, "q", "write a word"),
        ("q=form:ann", 400, "q", "`form:` is no filter"),
        ("q=before:soon", 400, "q", "2026-11-21"),
        ("q=has:cake", 400, "q", "has:link"),
        ("q=in:nowhere", 400, "q", "no such room"),
        ("q=tea&sort=oldest", 400, "sort", "newest or best"),
        ("q=tea&limit=51", 400, "limit", "1 to 50"),
        ("q=tea&cursor=x", 400, "cursor", "`next`"),
        ("q=tea&page=2", 400, "page", "page"),
    ] {
        let page = api.get(&format!("/api/v1/search?{query}")).await;
        let problem = page.json();
        assert_eq!((page.status, problem["field"].as_str()), (status, Some(field)), "{query}: {problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{query}: {problem}");
    }
    let long = api.get(&format!("/api/v1/search?q={}", "tea+".repeat(2500))).await;
    assert_eq!((long.status, &long.json()["code"]), (413, &json!("too_large")));
    assert_eq!(api.get(&format!("/api/v1/find?q={}", "x".repeat(10_000))).await.status, 413);
    let many = api.get(&format!("/api/v1/search?q={}", "a+".repeat(200))).await;
    assert!(many.status == 400 && many.body.contains("64 words"), "{}", many.body);
}

#[tokio::test]
async fn ctrl_k_finds_rooms_people_and_messages_by_their_beginning() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (bob, api) = (server.register("Garry").await, server.api(&ann).await);
    for (room, kind) in [("garden", "public"), ("old-garage", "private"), ("sugar", "public")] {
        ann.make_room(room, kind).await;
    }
    say(&api, "lobby", "the gardener <came>").await;
    indexed(&api).await;

    let found = api.get("/api/v1/find?q=gar").await;
    assert_eq!(found.status, 200, "{}", found.body);
    let found = found.json();
    let names = |list: &Value, field: &str| -> Vec<Value> {
        list.as_array().expect("a list").iter().map(|entry| entry[field].clone()).collect()
    };
    assert_eq!(names(&found["rooms"], "name"), ["garden", "old-garage", "sugar"]);
    assert_eq!((&found["rooms"][0]["url"], &found["rooms"][0]["unread"]), (&json!("/rooms/garden"), &json!(0)));
    assert_eq!(names(&found["people"], "url"), ["/direct/Garry"]);
    let message = &found["messages"][0];
    assert_eq!((&message["text"], &message["url"]), (&json!("the gardener <came>"), &json!("/rooms/lobby/3")));
    assert_eq!((&message["room"], &message["author"]["name"]), (&json!("lobby"), &json!("ann")));

    let of_garry = server.api(&bob).await.get("/api/v1/find?q=gar").await.json();
    assert_eq!(names(&of_garry["rooms"], "name"), ["garden", "sugar"], "not the private one");
    let rooms_only = api.get("/api/v1/find?q=%23gar").await.json();
    assert_eq!((rooms_only["people"].clone(), rooms_only["messages"].clone()), (json!([]), json!([])));
    assert_eq!(names(&rooms_only["rooms"], "name").len(), 3);
    let people_only = api.get("/api/v1/find?q=%40gar").await.json();
    assert_eq!(
        (people_only["rooms"].clone(), names(&people_only["people"], "name")),
        (json!([]), vec![json!("Garry")])
    );
    let all = api.get("/api/v1/find?q=").await.json();
    assert_eq!((names(&all["rooms"], "name").len(), all["people"].clone()), (4, json!([])), "nothing typed: the rooms");
}

#[tokio::test]
async fn the_page_searches_without_a_script() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    for number in 1..=25 {
        say(&api, "lobby", &format!("<tea> number {number}")).await;
    }
    indexed(&api).await;

    let blank = ann.get("/search").await;
    assert!(blank.status == 200 && blank.body.contains("name=\"q\"") && !blank.body.contains("class=\"result\""));
    assert!(ann.get("/search?room=lobby").await.body.contains("value=\"in:lobby \""));
    let first = ann.get("/search?q=tea").await;
    assert_eq!(first.body.matches("class=\"result\"").count(), 20);
    assert!(
        first.body.contains("&lt;<mark>tea</mark>&gt; number 25") && first.body.contains("href=\"/rooms/lobby/26\"")
    );
    let (_, next) = first.body.split_once("href=\"/search?q=tea&amp;cursor=").expect("a second page");
    let cursor = next.split('"').next().expect("a cursor");
    assert_eq!(ann.get(&format!("/search?q=tea&cursor={cursor}")).await.body.matches("class=\"result\"").count(), 5);
    let best = ann.get("/search?q=tea&sort=best").await;
    assert!(
        best.body.contains("name=\"sort\" value=\"best\"") && best.body.contains("aria-current=\"true\">Best first")
    );

    let wrong = ann.get("/search?q=before%3Asoon+%3Cb%3E").await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("2026-11-21") && wrong.body.contains("value=\"before:soon &lt;b&gt;\""),
        "{}",
        wrong.body
    );
    assert!(ann.get("/search?q=coffee").await.body.contains("Nothing found"));
    let german = ann.send(ann.request(Method::GET, "/search?q=form:ann").header("Accept-Language", "de")).await;
    assert!(german.body.contains("ist kein Filter"), "{}", german.body);
}

#[tokio::test]
async fn whoever_searches_too_often_waits() {
    let (server, ann) = TestServer::owned_by("ann").await;
    let api = server.api(&ann).await;

    let mut answers = Vec::new();
    for _ in 0..25 {
        answers.push(search(&api, "tea").await);
    }

    let refused = answers.last().expect("answers");
    assert_eq!((answers[0].status, refused.status, refused.header("retry-after")), (200, 429, "1"));
    assert_eq!(ann.get("/search?q=tea").await.status, 429, "the page counts too");
    assert_eq!(ann.get("/search").await.status, 200, "looking at the empty page does not");
    server.pass(std::time::Duration::from_secs(2));
    assert_eq!(search(&api, "tea").await.status, 200);
}

#[tokio::test]
async fn what_was_written_before_a_restart_is_found_after_it() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let api = server.api(&ann).await;
    let seq = say(&api, "lobby", "the last words").await;

    // The index may not have seen them yet.
    let server = server.restart().await;
    let api = server.api(&ann.elsewhere(&server)).await;

    until("the index catches up", || async {
        let page = search(&api, "last words").await;
        page.status == 429 || places(&page.json()) == [format!("lobby/{seq}")]
    })
    .await;
}
