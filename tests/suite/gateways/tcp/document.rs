//! What docs/PROTOCOL.md says of framed TCP is true: its script talks to a server, its test vectors are what is written.

use std::process::Stdio;

use parlor::protocol::encoding::Packing;
use parlor::protocol::framed::{self, Kind};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::support::{door, server};
use crate::support::within;

const DOCUMENT: &str = include_str!("../../../../docs/PROTOCOL.md");

fn blocks(kind: &str) -> Vec<&'static str> {
    let fence = format!("```{kind}\n");
    DOCUMENT.split(fence.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[tokio::test]
async fn the_script_of_the_document_comes_in_and_hears_what_is_said() {
    let server = server().await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    let script = blocks("python")[0].replace("7070", &door(&server).address.port().to_string());
    assert!(script.lines().count() <= 13, "it is a short one");
    let mut command = Command::new("python3");
    command.args(["-u", "-c", &script]).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("python3 is needed to try the script of docs/PROTOCOL.md: install it");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut see = async |wanted: &str| loop {
        let line = within("a line", lines.next_line()).await.expect("UTF-8").expect("the script goes on");
        if line.contains(wanted) {
            break;
        }
    };

    see("UserList").await;
    bob.say("lobby", "hello script").await;
    see("hello script").await;
}

#[test]
fn the_vectors_of_the_document_are_what_is_written() {
    let two = |kind, body: &[u8]| framed::frame(kind, Packing::None, |bytes| bytes.extend_from_slice(body));
    let written = [
        framed::plain(|bytes| bytes.extend_from_slice(br#"{"type":"Ping"}"#)),
        two(Kind::Chat, br#"{"type":"ping"}"#),
        two(Kind::Ping, b""),
        framed::chunk(7, 1, b"hi"),
        framed::close(1001, "bye"),
    ];
    let shown: Vec<Vec<u8>> = blocks("vectors")
        .concat()
        .lines()
        .map(|line| {
            let digits: String = line.split('|').next().unwrap().split_whitespace().collect();
            (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
        })
        .collect();
    assert_eq!(shown, written);
}
