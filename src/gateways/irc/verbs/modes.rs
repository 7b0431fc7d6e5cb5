//! `MODE`: the rules of a channel, parts in it, who is kept out; and what a client says of itself (modern.ircdocs.horse,
//! "MODE message").

use std::rc::Rc;

use super::super::session::Session;
use super::super::views::{channel_of, letters, refused};
use super::channels::find;
use crate::domain::mask::Mask;
use crate::domain::name::RoomName;
use crate::domain::room_rules::{MOST_PEOPLE, RoomKey, RuleChange};
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::{CrowdAct, Inside, Part, PeopleAct};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::irc::line::{Line, Reply};
use crate::protocol::irc::mode::{self, Change};
use crate::protocol::irc::numeric;

pub async fn mode(session: &Rc<Session>, line: Line) {
    if line.params[0].starts_with('#') { of_channel(session, line).await } else { of_person(session, line).await }
}

async fn of_channel(session: &Rc<Session>, line: Line) {
    let channel = line.params[0].as_str();
    let Some(room) = channel_of(channel) else { return session.numeric(numeric::ERR_NOSUCHCHANNEL, &[channel]) };
    let inside = match session.ask(Command::Crowd { room: room.clone(), act: CrowdAct::Inside }).await {
        Ok(Answer::Inside(inside)) => inside,
        Ok(_) => return,
        Err(problem) => return refused(session, channel, &problem),
    };
    if line.params.len() == 1 {
        return say_modes(session, channel, &inside);
    }
    let mut rules = Vec::new();
    for change in mode::parse(&line.params[1..]) {
        if let Some(rule) = rule_of(session, channel, &inside, &change) {
            rules.push(rule);
            continue;
        }
        match change.letter {
            'b' if change.param.is_none() => say_bans(session, channel, &inside),
            'b' => mask(session, &room, channel, change).await,
            'q' | 'o' | 'v' => part(session, &room, channel, change).await,
            'e' if change.param.is_none() => session.numeric(numeric::RPL_ENDOFEXCEPTLIST, &[channel]),
            'I' if change.param.is_none() => session.numeric(numeric::RPL_ENDOFINVEXLIST, &[channel]),
            'n' if !change.on => {
                let why = "is always set: nobody writes into a room from outside of it";
                session.numeric_saying(numeric::ERR_UNKNOWNMODE, &["n"], why);
            }
            'i' | 'm' | 'n' | 's' | 't' | 'k' | 'l' => {}
            other => session.numeric(numeric::ERR_UNKNOWNMODE, &[&other.to_string()]),
        }
    }
    if rules.is_empty() {
        return;
    }
    match session.ask(Command::Crowd { room, act: CrowdAct::Rule(rules) }).await {
        Ok(_) => session.comes_later.set(true),
        Err(problem) => refused(session, channel, &problem),
    }
}

fn say_modes(session: &Session, channel: &str, inside: &Inside) {
    let shows_key = inside.is_here;
    let params = mode::write(&letters(inside.kind, &inside.rules, shows_key));
    let all: Vec<&str> = std::iter::once(channel).chain(params.iter().map(String::as_str)).collect();
    session.numeric(numeric::RPL_CHANNELMODEIS, &all);
    session.numeric(numeric::RPL_CREATIONTIME, &[channel, &(inside.made_at.0 / 1000).to_string()]);
}

/// The rule that a letter stands for; letters without one, and bad parameters, are answered.
fn rule_of(session: &Session, channel: &str, inside: &Inside, change: &Change) -> Option<RuleChange> {
    let bad = |letter: &str, param: &str, why: &str| {
        session.numeric_saying(numeric::ERR_INVALIDMODEPARAM, &[channel, letter, param], why);
        None
    };
    match (change.letter, change.on, change.param.as_deref()) {
        ('m', on, _) => Some(RuleChange::Moderated(on)),
        ('t', on, _) => Some(RuleChange::OpenTopic(!on)),
        ('i', on, _) => Some(RuleChange::InviteOnly(on)),
        ('s', on, _) => Some(RuleChange::Hidden(on)),
        ('k', true, Some(key)) => match RoomKey::parse(key) {
            Ok(key) => Some(RuleChange::Key(Some(key))),
            Err(error) => bad("k", "*", &error.to_string()),
        },
        ('k', false, _) => inside.rules.key.is_some().then_some(RuleChange::Key(None)),
        ('l', true, Some(most)) => match most.parse::<u32>() {
            Ok(most) if (1..=MOST_PEOPLE).contains(&most) => Some(RuleChange::Most(Some(most))),
            _ => bad("l", most, "A limit is a whole number above zero"),
        },
        ('k' | 'l', true, None) => {
            session.numeric(numeric::ERR_NEEDMOREPARAMS, &["MODE"]);
            None
        }
        ('l', false, _) => Some(RuleChange::Most(None)),
        // `n` too: nobody writes into a room from outside of it, whatever is set.
        _ => None,
    }
}

fn say_bans(session: &Session, channel: &str, inside: &Inside) {
    for kept in &inside.rules.masks {
        let at = (kept.at.0 / 1000).to_string();
        session.numeric(numeric::RPL_BANLIST, &[channel, &kept.mask.to_string(), kept.by.as_str(), &at]);
    }
    session.numeric(numeric::RPL_ENDOFBANLIST, &[channel]);
}

async fn mask(session: &Rc<Session>, room: &RoomName, channel: &str, change: Change) {
    let Some(mask) = change.param.as_deref().and_then(Mask::parse) else {
        return session.numeric_saying(numeric::ERR_INVALIDMODEPARAM, &[channel, "b", "*"], "A mask has no spaces");
    };
    match session.ask(Command::Crowd { room: room.clone(), act: CrowdAct::Mask { mask, on: change.on } }).await {
        Ok(_) => session.comes_later.set(true),
        Err(problem) if problem.code == ErrorCode::TooLarge => {
            session.numeric_saying(numeric::ERR_BANLISTFULL, &[channel, "b"], &problem.message);
        }
        Err(problem) => refused(session, channel, &problem),
    }
}

async fn part(session: &Rc<Session>, room: &RoomName, channel: &str, change: Change) {
    let Some(name) = change.param else { return };
    let part = match change.letter {
        'q' => Part::Ownership,
        'o' => Part::Order,
        _ => Part::Voice,
    };
    let Some(found) = find(session, &name).await else { return session.numeric(numeric::ERR_NOSUCHNICK, &[&name]) };
    let act = CrowdAct::Entrust { user: found.seen.id, part, on: change.on };
    match session.ask(Command::Crowd { room: room.clone(), act }).await {
        Ok(_) => session.comes_later.set(true),
        Err(problem) if problem.code == ErrorCode::NotFound => {
            session.numeric(numeric::ERR_USERNOTINCHANNEL, &[&name, channel]);
        }
        Err(problem) => refused(session, channel, &problem),
    }
}

/// What a client says of itself: `B` for a program, `i` for not being found by strangers.
async fn of_person(session: &Rc<Session>, line: Line) {
    let nick = session.nick();
    let is_own = crate::domain::name::NameKey::of(&line.params[0]) == crate::domain::name::NameKey::of(&nick);
    if !is_own {
        return match find(session, &line.params[0]).await {
            Some(_) => session.numeric(numeric::ERR_USERSDONTMATCH, &[]),
            None => session.numeric(numeric::ERR_NOSUCHNICK, &[&line.params[0]]),
        };
    }
    if line.params.len() == 1 {
        return session.numeric(numeric::RPL_UMODEIS, &[&own_letters(session)]);
    }
    let Some(mut face) = session.face.borrow().clone() else { return };
    let mut made = Vec::new();
    let mut is_unknown = false;
    for change in mode::parse(&line.params[1..2]) {
        let place = match change.letter {
            'B' => &mut face.bot,
            'i' => &mut face.invisible,
            // Taking these off is no use to anybody, and setting them takes more than the wish.
            'o' | 'Z' => continue,
            _ => {
                is_unknown = true;
                continue;
            }
        };
        if std::mem::replace(place, change.on) != change.on {
            made.push(Change { param: None, ..change });
        }
    }
    if is_unknown {
        session.numeric(numeric::ERR_UMODEUNKNOWNFLAG, &[]);
    }
    if made.is_empty() {
        return;
    }
    *session.face.borrow_mut() = Some(face.clone());
    let _ = session.ask(Command::People { act: PeopleAct::Present(face) }).await;
    session.send(Reply::new(&session.source(), "MODE", &[&nick, &mode::write(&made).concat()]));
}

fn own_letters(session: &Session) -> String {
    let face = session.face.borrow();
    let is_oper = session.me.borrow().as_ref().is_some_and(|me| me.is_oper);
    let mut letters = "+".to_owned();
    for (letter, on) in [
        ('B', face.as_ref().is_some_and(|face| face.bot)),
        ('i', face.as_ref().is_some_and(|face| face.invisible)),
        ('o', is_oper),
        ('Z', session.is_secure),
    ] {
        if on {
            letters.push(letter);
        }
    }
    letters
}
