//! Operators, those who run the server, and its end.

use serde_json::json;

use super::{has, server};
use crate::support::irc::IrcClient;

#[tokio::test]
async fn only_an_operator_ends_connections_and_it_is_written_down() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    let mut eve = IrcClient::guest(&server, "eve").await;
    assert!(has(&eve.ask("KILL ann :no").await, " 481 eve "));
    assert!(has(&eve.ask("OPER captain wrong").await, " 464 eve "));
    assert!(has(&ann.ask("OPER captain anchors-aweigh").await, " 381 ann "));
    ann.ask("KILL eve :spam").await;
    let last = eve.ended().await;
    assert!(has(&last, "ERROR :Closing link: "), "{last:?}");
    let audit = server.api(&owner).await.get("/api/v1/admin/audit").await.json();
    let act = &audit["items"][0];
    assert_eq!((act["action"].as_str(), act["target"].as_str()), (Some("session.cut"), Some("user:eve")), "{audit}");
    assert_eq!(act["actor"]["name"], json!("ann (IRC operator)"), "{audit}");
}

#[tokio::test]
async fn an_operator_does_not_end_the_connections_of_the_owner() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let mut socket = owner.socket(&server).await;
    socket.join("lobby").await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.ask("OPER captain anchors-aweigh").await;
    assert!(has(&ann.ask("KILL olga :mutiny").await, " 481 ann "));
    socket.say("lobby", "still here").await;
}

#[tokio::test]
async fn sessions_are_seen_and_cut_from_the_page_of_those_who_run_the_server() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    let api = server.api(&owner).await;
    let seen = api.get("/api/v1/admin/sessions").await.json();
    let session = seen["items"].as_array().unwrap().iter().find(|item| item["door"] == "irc").expect("she is there");
    let id = session["id"].as_u64().unwrap();
    api.delete(&format!("/api/v1/admin/sessions/{id}")).await;
    assert!(has(&ann.ended().await, "ERROR :"));
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye() {
    let mut server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    let mut newcomer = IrcClient::connect(&server).await;
    newcomer.say("NICK bob").await;
    let ((), last) = tokio::join!(server.stop(), ann.ended());
    assert!(has(&last, "ERROR :Closing link: the server is going away"), "{last:?}");
    newcomer.ended().await;
}
