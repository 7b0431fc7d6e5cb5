//! A line that loses things: the page's WebSocket is replaced by one that drops a frame, or dies at the worst moment.

use serde_json::json;

use super::guest;
use crate::support::{Chrome, TestServer, Window};

/// Runs in every new page before its own scripts. `line.drop` is how many messages get lost on the way in;
/// `line.cutAfterSend` loses the connection after a message went out and before anything comes back.
const BROKEN_LINE: &str = r#"
    window.line = { drop: 0, dropped: 0, cutAfterSend: false, cuts: 0, sent: [] };
    window.WebSocket = class extends WebSocket {
        send(data) {
            super.send(data);
            if (!data.includes('"type":"send"')) return;
            line.sent.push(JSON.parse(data).nonce);
            if (!line.cutAfterSend) return;
            line.cutAfterSend = false;
            line.cuts += 1;
            this.deaf = true;
            setTimeout(() => this.close(), 200);
        }
        addEventListener(kind, listener) {
            super.addEventListener(kind, (event) => {
                if (kind === "message" && this.deaf) return;
                if (kind === "message" && line.drop > 0 && event.data.includes('"type":"message"')) {
                    line.drop -= 1;
                    line.dropped += 1;
                    return;
                }
                listener(event);
            });
        }
    };
"#;

async fn on_a_broken_line(chrome: &Chrome, server: &TestServer) -> Window {
    let window = guest(chrome, server, "ann").await;
    window.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": BROKEN_LINE })).await;
    window.reload().await;
    window.lose(".room--waiting").await;
    window.see_that("line.sent.length === 0").await;
    window
}

#[tokio::test]
async fn a_page_that_was_not_given_an_event_notices_and_mends_it() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = on_a_broken_line(&chrome, &server).await;
    let mut bob = server.terminal("room=lobby&name=bob").await;
    bob.type_line("one").await;
    window.see_messages(&["one"]).await;

    window.value("line.drop = 2").await;
    bob.type_line("two").await;
    bob.type_line("three").await;
    window.see_that("line.dropped === 2").await;
    bob.type_line("four").await;

    window.see_messages(&["one", "two", "three", "four"]).await;
    window.say("five").await;
    window.see_messages(&["one", "two", "three", "four", "five"]).await;
    assert_eq!(window.problems().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_message_whose_connection_died_before_the_answer_is_there_once() {
    let server = TestServer::start_today().await;
    let chrome = Chrome::start().await;
    let window = on_a_broken_line(&chrome, &server).await;
    let mut bob = server.terminal("room=lobby&name=bob").await;

    window.value("line.cutAfterSend = true").await;
    window.say("only once").await;
    bob.see("only once").await;

    window.see_that("line.cuts === 1").await;
    window.lose(".room--waiting").await;
    window.lose(".message--pending").await;
    window.see_messages(&["only once"]).await;
    window.see_that("new Set(line.sent).size === 1").await;
    window.say("and on").await;
    window.see_messages(&["only once", "and on"]).await;
    bob.see("and on").await;
    window.reload().await;
    assert_eq!(window.messages().await, ["only once", "and on"], "stored once");
    assert_eq!(window.problems().await, Vec::<String>::new());
}
