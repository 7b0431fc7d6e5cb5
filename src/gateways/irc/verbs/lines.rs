//! A message that comes in lines (IRCv3 "multiline"): the lines between `BATCH +x` and `BATCH -x` are one message.

use std::rc::Rc;

use super::super::session::{Sending, Session};
use super::talk;
use crate::protocol::crowd::PassingKind;
use crate::protocol::irc::cap::{Caps, MULTILINE_BYTES, MULTILINE_LINES};
use crate::protocol::irc::line::Line;

/// True for a line that belongs to the message that is being sent.
pub fn collects(session: &Session, line: &Line) -> bool {
    let sending = session.sending.borrow();
    let is_open = |sending: &Sending| line.tag("batch") == Some(sending.name.as_str());
    sending.as_deref().is_some_and(is_open)
}

pub fn take(session: &Session, line: Line) {
    let mut place = session.sending.borrow_mut();
    let Some(sending) = place.as_deref_mut() else { return };
    let goes_on = line.tag("draft/multiline-concat").is_some();
    let target = sending.begin.param(2).unwrap_or_default().to_owned();
    let text = line.param(1).unwrap_or_default().to_owned();
    let fault = if !matches!(line.command.as_str(), "PRIVMSG" | "NOTICE") || line.params.len() < 2 {
        Some(("MULTILINE_INVALID", vec![], "Only messages are sent in lines"))
    } else if line.param(0) != Some(target.as_str()) {
        let other = line.param(0).unwrap_or("*").to_owned();
        Some(("MULTILINE_INVALID_TARGET", vec![target, other], "All lines go to the same place"))
    } else if sending.command.as_ref().is_some_and(|command| *command != line.command) {
        Some(("MULTILINE_INVALID", vec![], "All lines are of one kind"))
    } else if goes_on && text.is_empty() {
        Some(("MULTILINE_INVALID", vec![], "A line that goes on is not empty"))
    } else if sending.lines.len() + 1 > MULTILINE_LINES {
        Some(("MULTILINE_MAX_LINES", vec![MULTILINE_LINES.to_string()], "Too many lines"))
    } else if sending.bytes + text.len() + usize::from(!goes_on) > MULTILINE_BYTES {
        Some(("MULTILINE_MAX_BYTES", vec![MULTILINE_BYTES.to_string()], "Too many bytes"))
    } else {
        None
    };
    if let Some((code, context, why)) = fault {
        *place = None;
        drop(place);
        let context: Vec<&str> = context.iter().map(String::as_str).collect();
        return session.fail("BATCH", code, &context, why);
    }
    sending.bytes += text.len() + usize::from(!goes_on && !sending.lines.is_empty());
    sending.command = Some(line.command);
    sending.lines.push((text, goes_on));
}

pub async fn batch(session: &Rc<Session>, line: Line) {
    let name = line.params[0].clone();
    if let Some(name) = name.strip_prefix('+') {
        if line.param(1) != Some("draft/multiline") || !session.has(Caps::MULTILINE) {
            return session.fail("BATCH", "UNKNOWN_TYPE", &[], "Batches of this kind are not taken");
        }
        if line.param(2).is_none_or(str::is_empty) {
            return session.fail("BATCH", "MULTILINE_INVALID", &[], "Say to whom");
        }
        let sending = Sending { name: name.to_owned(), begin: line, lines: Vec::new(), bytes: 0, command: None };
        *session.sending.borrow_mut() = Some(Box::new(sending));
        // The label of a message in lines stands on its first line.
        session.comes_later.set(true);
        return;
    }
    let Some(sending) = session.sending.borrow_mut().take() else { return };
    if name.strip_prefix('-') != Some(sending.name.as_str()) {
        return session.fail("BATCH", "MULTILINE_INVALID", &[], "Another batch was open");
    }
    let Sending { begin, lines, command, .. } = *sending;
    let mut whole: Vec<String> = Vec::new();
    for (text, goes_on) in lines {
        match whole.last_mut().filter(|_| goes_on) {
            Some(last) => last.push_str(&text),
            None => whole.push(text),
        }
    }
    if whole.iter().all(|line| line.trim().is_empty()) {
        return session.fail("BATCH", "MULTILINE_INVALID", &[], "There is nothing in it");
    }
    let kind = if command.as_deref() == Some("NOTICE") { PassingKind::Notice } else { PassingKind::Line };
    let target = begin.param(2).unwrap_or_default().to_owned();
    let label = begin.tag("label").filter(|_| session.has(Caps::LABELED_RESPONSE)).map(str::to_owned);
    if let Some(label) = &label {
        session.begin_answers(label);
    }
    talk::say(session, &begin, kind, &target, &whole).await;
    if label.is_some() {
        session.end_answers();
    }
}
