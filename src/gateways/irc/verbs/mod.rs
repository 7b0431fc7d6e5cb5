//! What each line asks for: one file for each kind. A line is looked at here first: whether the client is welcome already,
//! whether it has said enough, and whether it wants the answers under a label.

mod caps;
mod change_person;
mod channels;
mod history;
mod house;
mod lines;
mod modes;
mod oper;
mod people;
pub mod read_marker;
mod register;
mod sasl;
mod talk;
mod watch;
mod who;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::session::Session;
use crate::protocol::irc::cap::Caps;
use crate::protocol::irc::line::{BadLine, Line};
use crate::protocol::irc::numeric;

/// Longest label (IRCv3 "labeled-response"), in bytes.
const LABEL_BYTES: usize = 64;

/// Carrying out a line may wait for the chat.
type Work<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// How many parameters a line has to have at least, and whether it may come before the client is welcome.
const KNOWN: &[(&str, usize, bool)] = &[
    ("ADMIN", 0, false),
    ("AUTHENTICATE", 1, true),
    ("AWAY", 0, false),
    ("BATCH", 1, false),
    ("CAP", 1, true),
    ("CHATHISTORY", 2, false),
    ("HELP", 0, false),
    ("HELPOP", 0, false),
    ("INFO", 0, false),
    ("INVITE", 0, false),
    ("ISON", 1, false),
    ("JOIN", 1, false),
    ("KICK", 2, false),
    ("KILL", 1, false),
    ("LINKS", 0, false),
    ("LIST", 0, false),
    ("LUSERS", 0, false),
    ("MARKREAD", 0, false),
    ("MODE", 1, false),
    ("MONITOR", 1, false),
    ("MOTD", 0, false),
    ("NAMES", 0, false),
    ("NICK", 0, true),
    ("NOTICE", 0, false),
    ("OPER", 2, false),
    ("PART", 1, false),
    ("PASS", 1, true),
    ("PING", 0, true),
    ("PONG", 0, true),
    ("PRIVMSG", 0, false),
    ("QUIT", 0, true),
    ("REDACT", 2, false),
    ("SETNAME", 1, false),
    ("STATS", 0, false),
    ("TAGMSG", 1, false),
    ("TIME", 0, false),
    ("TOPIC", 1, false),
    ("USER", 4, true),
    ("USERHOST", 1, false),
    ("VERSION", 0, false),
    ("WHO", 0, false),
    ("WHOIS", 0, false),
    ("WHOWAS", 0, false),
];

/// Carries out a line.
pub async fn carry_out(session: &Rc<Session>, line: Result<Line, BadLine>) {
    let line = match line {
        Ok(line) => line,
        Err(BadLine::Empty) => return,
        Err(BadLine::TooLong) => return session.numeric(numeric::ERR_INPUTTOOLONG, &[]),
        Err(BadLine::NotText) => {
            return session.fail(
                "*",
                "INVALID_UTF8",
                &[],
                "Lines are UTF-8, without control characters; nothing was done",
            );
        }
    };
    let label = line.tag("label").filter(|_| session.has(Caps::LABELED_RESPONSE) && session.has(Caps::BATCH));
    let label = label.filter(|label| !label.is_empty() && label.len() <= LABEL_BYTES).map(str::to_owned);
    if lines::collects(session, &line) {
        return lines::take(session, line);
    }
    if let Some(label) = &label {
        session.begin_answers(label);
        dispatch(session, line).await;
        session.end_answers();
    } else {
        dispatch(session, line).await;
    }
}

async fn dispatch(session: &Rc<Session>, line: Line) {
    let Some((_, needed, is_early)) = KNOWN.iter().find(|(name, ..)| *name == line.command) else {
        let number = if session.is_registered() { numeric::ERR_UNKNOWNCOMMAND } else { numeric::ERR_NOTREGISTERED };
        let named = if session.is_registered() { vec![line.command.as_str()] } else { Vec::new() };
        return session.numeric(number, &named);
    };
    if !session.is_registered() && !is_early {
        return session.numeric(numeric::ERR_NOTREGISTERED, &[]);
    }
    if line.params.len() < *needed {
        return session.numeric(numeric::ERR_NEEDMOREPARAMS, &[&line.command]);
    }
    run(session, line).await;
}

fn run(session: &Rc<Session>, line: Line) -> Work<'_> {
    match line.command.as_str() {
        "CAP" => Box::pin(caps::cap(session, line)),
        "AUTHENTICATE" => Box::pin(sasl::authenticate(session, line)),
        "PASS" => Box::pin(async move { register::pass(session, &line) }),
        "NICK" => Box::pin(register::nick(session, line)),
        "USER" => Box::pin(register::user(session, line)),
        "PING" => Box::pin(register::ping(session, line)),
        "PONG" => Box::pin(async {}),
        "QUIT" => Box::pin(register::quit(session, line)),
        "JOIN" => Box::pin(channels::join(session, line)),
        "PART" => Box::pin(channels::part(session, line)),
        "NAMES" => Box::pin(channels::names(session, line)),
        "TOPIC" => Box::pin(channels::topic(session, line)),
        "KICK" => Box::pin(channels::kick(session, line)),
        "INVITE" => Box::pin(channels::invite(session, line)),
        "LIST" => Box::pin(channels::list(session, line)),
        "MODE" => Box::pin(modes::mode(session, line)),
        "PRIVMSG" | "NOTICE" | "TAGMSG" => Box::pin(talk::talk(session, line)),
        "REDACT" => Box::pin(talk::redact(session, line)),
        "BATCH" => Box::pin(lines::batch(session, line)),
        "WHO" => Box::pin(who::who(session, line)),
        "WHOIS" => Box::pin(people::whois(session, line)),
        "WHOWAS" => Box::pin(people::whowas(session, line)),
        "ISON" => Box::pin(people::ison(session, line)),
        "USERHOST" => Box::pin(people::userhost(session, line)),
        "AWAY" => Box::pin(people::away(session, line)),
        "SETNAME" => Box::pin(people::setname(session, line)),
        "MONITOR" => Box::pin(watch::monitor(session, line)),
        "CHATHISTORY" => Box::pin(history::chathistory(session, line)),
        "MARKREAD" => Box::pin(read_marker::markread(session, line)),
        "OPER" => Box::pin(oper::oper(session, line)),
        "KILL" => Box::pin(oper::kill(session, line)),
        _ => Box::pin(house::house(session, line)),
    }
}
