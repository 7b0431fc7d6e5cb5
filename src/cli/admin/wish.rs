//! What was typed behind `parlor admin`, read and checked, the same whoever carries it out.

use clap::ArgMatches;

use crate::cli::Failure;
use crate::domain::clock::Timestamp;
use crate::domain::person::SiteRole;

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    Users { part: String, role: Option<SiteRole>, in_trouble: bool },
    User { name: String, act: UserAct },
    Bots,
    AddBot { name: String },
    Tokens { owner: String },
    AddToken { bot: String, token: NewToken },
    RevokeToken { id: String },
    Rooms { part: String },
    Room { room: String, act: RoomAct },
    Invites,
    AddInvite { room: Option<String>, uses: Option<u32>, days: u32 },
    RevokeInvite { code: String },
    Bans,
    Ban { whom: String, reason: String, until: Option<Timestamp> },
    LiftBan { id: i64 },
    Settings,
    Set { key: String, value: String },
    Audit { all: bool },
    VerifyAudit,
}

/// What is done about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserAct {
    Show,
    Role(SiteRole),
    Suspend { reason: String },
    Unsuspend,
    Silence(bool),
    Trust(bool),
    Logout,
    Reset,
    Delete,
}

/// What is done about a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomAct {
    /// `None` is as on the whole server.
    Retention(Option<u32>),
    Archive(bool),
    Owner(String),
    Delete,
}

/// What a token is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    pub label: String,
    pub scope: String,
    /// Empty for all.
    pub rooms: Vec<String>,
    pub days: Option<u32>,
}

impl Wish {
    /// Reads it; which words there are was checked before.
    pub fn read(noun: &str, verb: &str, matches: &ArgMatches) -> Result<Self, Failure> {
        let text = |name: &str| text(matches, name);
        Ok(match (noun, verb) {
            ("user", "list") => Self::Users {
                part: text("part"),
                role: SiteRole::parse(&text("role")),
                in_trouble: matches.get_flag("trouble"),
            },
            ("user", verb) => Self::User { name: text("name"), act: user_act(verb, matches) },
            ("bot", "list") => Self::Bots,
            ("bot", _) => Self::AddBot { name: text("name") },
            ("token", "list") => Self::Tokens { owner: text("owner") },
            ("token", "add") => Self::AddToken {
                bot: text("bot"),
                token: NewToken {
                    label: text("label"),
                    scope: text("scope"),
                    rooms: matches.get_many::<String>("rooms").into_iter().flatten().cloned().collect(),
                    days: matches.get_one("days").copied(),
                },
            },
            ("token", _) => Self::RevokeToken { id: text("token") },
            ("room", "list") => Self::Rooms { part: text("part") },
            ("room", verb) => Self::Room { room: text("room"), act: room_act(verb, matches)? },
            ("invite", "list") => Self::Invites,
            ("invite", "add") => Self::AddInvite {
                room: matches.get_one("room").cloned(),
                uses: matches.get_one("uses").copied(),
                days: matches.get_one("days").copied().unwrap_or(7),
            },
            ("invite", _) => Self::RevokeInvite { code: text("code") },
            ("ban", "list") => Self::Bans,
            ("ban", "add") => Self::Ban { whom: text("whom"), reason: text("reason"), until: until(&text("until"))? },
            ("ban", _) => Self::LiftBan { id: matches.get_one("id").copied().unwrap_or_default() },
            ("setting", "list") => Self::Settings,
            ("setting", _) => Self::Set { key: text("key"), value: text("value") },
            (_, "verify") => Self::VerifyAudit,
            (_, verb) => Self::Audit { all: verb == "export" },
        })
    }
}

fn user_act(verb: &str, matches: &ArgMatches) -> UserAct {
    match verb {
        "role" => UserAct::Role(SiteRole::parse(&text(matches, "role")).unwrap_or(SiteRole::Member)),
        "suspend" => UserAct::Suspend { reason: text(matches, "reason") },
        "unsuspend" => UserAct::Unsuspend,
        "silence" => UserAct::Silence(is_on(matches)),
        "trust" => UserAct::Trust(is_on(matches)),
        "logout" => UserAct::Logout,
        "reset" => UserAct::Reset,
        "delete" => UserAct::Delete,
        _ => UserAct::Show,
    }
}

fn room_act(verb: &str, matches: &ArgMatches) -> Result<RoomAct, Failure> {
    Ok(match verb {
        "archive" => RoomAct::Archive(is_on(matches)),
        "owner" => RoomAct::Owner(text(matches, "owner")),
        "delete" => RoomAct::Delete,
        _ => RoomAct::Retention(match text(matches, "days").as_str() {
            "default" => None,
            days => {
                let bad = |_| Failure::Usage("write a whole number of days, or `default`".to_owned());
                Some(days.parse().map_err(bad)?)
            }
        }),
    })
}

fn until(text: &str) -> Result<Option<Timestamp>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || Failure::Usage("--until takes a time such as 2027-01-31T12:00:00Z".to_owned());
    Timestamp::parse(text).ok_or_else(bad).map(Some)
}

fn is_on(matches: &ArgMatches) -> bool {
    text(matches, "switch") == "on"
}

/// An argument; nothing when this command has none of the name, or it was not given.
fn text(matches: &ArgMatches, name: &str) -> String {
    matches.try_get_one::<String>(name).ok().flatten().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Wish, Failure> {
        let words = ["admin"].into_iter().chain(line.split(' '));
        let matches = super::super::command().try_get_matches_from(words).expect("what can be typed");
        let (noun, matches) = matches.subcommand().expect("a noun");
        let (verb, matches) = matches.subcommand().expect("a verb");
        Wish::read(noun, verb, matches)
    }

    #[test]
    fn what_is_typed_is_what_is_meant() {
        let user = |act| Wish::User { name: "bob".into(), act };
        for (line, wish) in [
            ("user show bob", user(UserAct::Show)),
            ("user role bob admin", user(UserAct::Role(SiteRole::Admin))),
            ("user silence bob off", user(UserAct::Silence(false))),
            (
                "user list --role owner",
                Wish::Users { part: String::new(), role: Some(SiteRole::Owner), in_trouble: false },
            ),
            ("room retention dev default", Wish::Room { room: "dev".into(), act: RoomAct::Retention(None) }),
            ("room archive dev", Wish::Room { room: "dev".into(), act: RoomAct::Archive(true) }),
            ("invite add --uses 3", Wish::AddInvite { room: None, uses: Some(3), days: 7 }),
            ("audit export", Wish::Audit { all: true }),
            ("setting set accent -", Wish::Set { key: "accent".into(), value: "-".into() }),
        ] {
            assert_eq!(read(line).ok(), Some(wish), "{line}");
        }
        assert!(read("room retention dev soon").is_err() && read("ban add bob --until soon").is_err());
    }
}
