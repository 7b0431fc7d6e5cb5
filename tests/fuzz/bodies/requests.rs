//! What holds for a command that was read, and for one that was refused, whatever the encoding.

use parlor::domain::limits;
use parlor::domain::name::{RoomName, UserName};
use parlor::domain::text::MessageText;
use parlor::protocol::command::{Command, Request};
use parlor::protocol::decode::Refused;
use parlor::protocol::error_code::{ErrorCode, Problem};

/// Longest message of a refusal; a client must not choose how much comes back.
const PROBLEM_BYTES: usize = 400;

pub fn check(read: &Result<Request, Refused>) {
    match read {
        Ok(request) => {
            check_id(request.id.as_deref());
            check_command(&request.command);
        }
        Err(refused) => {
            check_id(refused.id.as_deref());
            check_problem(&refused.problem);
        }
    }
}

fn check_id(id: Option<&str>) {
    assert!(id.is_none_or(|id| (1..=limits::COMMAND_ID_BYTES).contains(&id.len())), "an id of a wrong length: {id:?}");
}

/// A refusal blames the request, and carries nothing that could steer a terminal.
pub fn check_problem(problem: &Problem) {
    assert!(matches!(problem.code, ErrorCode::BadRequest | ErrorCode::TooLarge), "{problem:?}");
    assert!(!problem.message.is_empty() && problem.message.len() <= PROBLEM_BYTES, "{problem:?}");
    assert!(!problem.message.chars().any(char::is_control), "{problem:?}");
}

/// Every field keeps its limits, and reads the same when it comes again.
pub fn check_command(command: &Command) {
    if let Some(room) = command.room() {
        assert_eq!(RoomName::parse_existing(room.as_str()).as_ref(), Ok(room));
    }
    match command {
        Command::Join { after, .. } => check_number(*after),
        Command::Send { text, nonce, reply_to, .. } => {
            check_text(text);
            check_number(*reply_to);
            let is_good =
                |nonce: &str| (1..=limits::NONCE_BYTES).contains(&nonce.len()) && !nonce.chars().any(char::is_control);
            assert!(nonce.as_deref().is_none_or(is_good), "{nonce:?}");
        }
        Command::Read { seq, .. } => check_number(Some(*seq)),
        Command::History { page, .. } => {
            assert!((1..=limits::HISTORY_PAGE).contains(&page.limit), "{page:?}");
            assert!(page.before != Some(0) && !(page.before.is_some() && page.after.is_some()), "{page:?}");
            check_number(page.before);
            check_number(page.after);
        }
        Command::Nick { name } => assert_eq!(UserName::parse(name.as_str()).as_ref(), Ok(name)),
        _ => {}
    }
}

pub fn check_text(text: &MessageText) {
    assert!((1..=limits::TEXT_BYTES).contains(&text.as_str().len()));
    assert!(!text.as_str().contains(['\0', '\r']));
    assert_eq!(MessageText::parse(text.as_str()).as_ref(), Ok(text));
}

/// JavaScript has to be able to write it.
fn check_number(number: Option<u64>) {
    assert!(number.is_none_or(|number| number < 1 << 53), "{number:?}");
}
