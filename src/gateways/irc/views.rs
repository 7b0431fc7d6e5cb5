//! What the chat knows, in the words of IRC: marks, letters, sources, refusals.

use super::session::Session;
use crate::domain::membership::Role;
use crate::domain::name::RoomName;
use crate::domain::permission::Refusal;
use crate::domain::person::Author;
use crate::domain::room::RoomKind;
use crate::domain::room_rules::{RoomRules, RuleChange};
use crate::protocol::crowd::Seen;
use crate::protocol::error_code::{ErrorCode, Problem, Saying};
use crate::protocol::irc::mode::Change;
use crate::protocol::irc::{news, numeric};

/// How lines begin that say what somebody did.
#[must_use]
pub fn source_of(who: &Seen) -> String {
    news::source(&Author { id: who.id, name: who.name.clone() })
}

/// The marks of somebody in a channel, the highest first.
#[must_use]
pub fn prefix(role: Option<Role>, voice: bool) -> String {
    let role = match role {
        Some(Role::Owner) => "~",
        Some(Role::Moderator) => "@",
        Some(Role::Member) | None => "",
    };
    format!("{role}{}", if voice { "+" } else { "" })
}

/// Rules as letters: all that are set, with their parameters.
#[must_use]
pub fn letters(kind: RoomKind, rules: &RoomRules, shows_key: bool) -> Vec<Change> {
    let flag = |letter, on: bool| on.then_some(Change { on: true, letter, param: None });
    let flags = [
        flag('i', rules.invite_only || kind == RoomKind::Private),
        flag('m', rules.moderated),
        flag('n', true),
        flag('s', rules.hidden || kind == RoomKind::Private),
        flag('t', !rules.open_topic),
    ];
    let key = rules.key.as_ref().map(|key| Change {
        on: true,
        letter: 'k',
        param: Some(if shows_key { key.as_str().to_owned() } else { "*".to_owned() }),
    });
    let most = rules.most.map(|most| Change { on: true, letter: 'l', param: Some(most.to_string()) });
    flags.into_iter().flatten().chain(key).chain(most).collect()
}

/// Changes of rules as letters.
#[must_use]
pub fn rule_changes(changes: &[RuleChange]) -> Vec<Change> {
    let change = |change: &RuleChange| match change {
        RuleChange::Moderated(on) => Change { on: *on, letter: 'm', param: None },
        RuleChange::OpenTopic(on) => Change { on: !on, letter: 't', param: None },
        RuleChange::InviteOnly(on) => Change { on: *on, letter: 'i', param: None },
        RuleChange::Hidden(on) => Change { on: *on, letter: 's', param: None },
        RuleChange::Key(Some(key)) => Change { on: true, letter: 'k', param: Some(key.as_str().to_owned()) },
        RuleChange::Key(None) => Change { on: false, letter: 'k', param: Some("*".to_owned()) },
        RuleChange::Most(Some(most)) => Change { on: true, letter: 'l', param: Some(most.to_string()) },
        RuleChange::Most(None) => Change { on: false, letter: 'l', param: None },
        RuleChange::KeepOut(kept) => Change { on: true, letter: 'b', param: Some(kept.mask.to_string()) },
        RuleChange::LetIn(mask) => Change { on: false, letter: 'b', param: Some(mask.to_string()) },
    };
    changes.iter().map(change).collect()
}

/// The channel of a parameter; `None` for what is none.
#[must_use]
pub fn channel_of(text: &str) -> Option<RoomName> {
    let name = text.strip_prefix('#')?;
    // A second mark would be dropped as well, and another channel joined than was meant.
    if name.starts_with('#') || name.trim() != name {
        return None;
    }
    RoomName::parse(name).ok()
}

/// A question to a program: it is told, and not kept. `ACTION` is what people do (modern.ircdocs.horse/ctcp).
#[must_use]
pub fn is_ctcp(lines: &[String]) -> bool {
    lines.first().is_some_and(|line| line.starts_with('\u{1}') && action_of(line).is_none())
}

/// What somebody says that they do.
#[must_use]
pub fn action_of(line: &str) -> Option<&str> {
    let inner = line.strip_prefix("\u{1}ACTION")?;
    Some(inner.strip_suffix('\u{1}').unwrap_or(inner).trim())
}

/// Tells why something in a channel was refused.
pub fn refused(session: &Session, channel: &str, problem: &Problem) {
    let Saying::Refusal(refusal) = problem.saying else { return unclear(session, channel, problem) };
    match refusal {
        Refusal::NotFound => session.numeric(numeric::ERR_NOSUCHCHANNEL, &[channel]),
        Refusal::Banned => session.numeric(numeric::ERR_BANNEDFROMCHAN, &[channel]),
        Refusal::InviteNeeded => session.numeric(numeric::ERR_INVITEONLYCHAN, &[channel]),
        Refusal::KeyNeeded => session.numeric(numeric::ERR_BADCHANNELKEY, &[channel]),
        Refusal::RoomFull => session.numeric(numeric::ERR_CHANNELISFULL, &[channel]),
        Refusal::NotHere => session.numeric(numeric::ERR_NOTONCHANNEL, &[channel]),
        Refusal::AccountNeeded | Refusal::GuestsOff => {
            session.numeric_saying(numeric::ERR_NEEDREGGEDNICK, &[channel], &problem.message);
        }
        Refusal::RoleNeeded
        | Refusal::OwnerNeeded
        | Refusal::NotBelow
        | Refusal::AdminNeeded
        | Refusal::ModeratorNeeded => {
            session.numeric_saying(numeric::ERR_CHANOPRIVSNEEDED, &[channel], &problem.message);
        }
        _ => session.numeric_saying(numeric::ERR_CANNOTSENDTOCHAN, &[channel], &problem.message),
    }
}

fn unclear(session: &Session, channel: &str, problem: &Problem) {
    match problem.code {
        ErrorCode::NotFound => session.numeric(numeric::ERR_NOSUCHCHANNEL, &[channel]),
        ErrorCode::TooLarge => session.numeric_saying(numeric::ERR_TOOMANYCHANNELS, &[channel], &problem.message),
        ErrorCode::Unavailable => session.numeric_saying(numeric::RPL_TRYAGAIN, &[channel], &problem.message),
        _ => session.numeric_saying(numeric::ERR_CANNOTSENDTOCHAN, &[channel], &problem.message),
    }
}
