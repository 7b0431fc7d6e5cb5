//! Typed lines, and the lines that others get to see of them.

use parlor::domain::clock::Timestamp;
use parlor::domain::event::{Event, EventBody, Message};
use parlor::domain::ids::{RoomId, UserId};
use parlor::domain::name::{RoomName, UserName};
use parlor::domain::person::Author;
use parlor::protocol::command::Command;
use parlor::protocol::error_code::Problem;
use parlor::protocol::plain::{Line, event_line, parse, problem_line};

use super::requests;

pub fn run(data: &[u8]) {
    let Ok(line) = std::str::from_utf8(data) else { return };
    let lobby = RoomName::trusted("lobby".to_owned());
    for room in [None, Some(&lobby)] {
        check(parse(line, room));
    }
    check_shown(&problem_line(&Problem::field("text", line)));
}

fn check(read: Result<Line, Problem>) {
    match read {
        Ok(Line::Command(command)) => {
            requests::check_command(&command);
            if let Command::Send { room, text, .. } = command {
                check_shown(&shown(room, text.into_string()));
            }
        }
        Ok(Line::Message { to, text }) => {
            requests::check_text(&text);
            assert_eq!(UserName::parse(to.as_str()), Ok(to));
        }
        Ok(Line::Help | Line::Quit | Line::Nothing) => {}
        Err(problem) => requests::check_problem(&problem),
    }
}

fn shown(room_name: RoomName, text: String) -> String {
    event_line(&Event {
        room: RoomId(1),
        room_name,
        seq: 1,
        author: Author {
            id: UserId::parse(&"0".repeat(32)).expect("an id"),
            name: UserName::trusted("ann".to_owned()),
        },
        at: Timestamp(0),
        n: 1,
        body: EventBody::Message(Message { text, reply_to: None, nonce: None, ..Message::default() }),
    })
}

/// Nothing steers a terminal, and no further line can pass for one of the server or of somebody else.
fn check_shown(lines: &str) {
    assert!(lines.chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()), "{lines:?}");
    assert!(lines.split('\n').skip(1).all(|line| line.starts_with("  ")), "{lines:?}");
}
