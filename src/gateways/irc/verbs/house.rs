//! What is said about the server: the welcome, the message of the day, numbers, help (RFC 2812, section 3.4).

use std::rc::Rc;

use super::super::session::Session;
use super::channels::{KICKED, NAMED, REASON_BYTES};
use super::people::AWAY_BYTES;
use super::register::USER_CHARS;
use super::{history, talk, watch};
use crate::domain::limits;
use crate::domain::mask::MASKS;
use crate::domain::person::Door;
use crate::domain::room_rules::KEY_BYTES;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::PeopleAct;
use crate::protocol::irc::line::{Line, Reply};
use crate::protocol::irc::{mode, numeric};

/// Tokens in one line of `005`.
const TOKENS: usize = 12;
/// What the letters of clients are.
const USER_MODES: &str = "BioZ";
/// What the letters of channels are.
const CHANNEL_MODES: &str = "bklmnoqstvi";

pub async fn house(session: &Rc<Session>, line: Line) {
    match line.command.as_str() {
        "MOTD" | "VERSION" | "TIME" | "ADMIN" | "INFO" | "LUSERS" if !is_here(session, line.param(0)) => {
            session.numeric(numeric::ERR_NOSUCHSERVER, &[line.param(0).unwrap_or("*")]);
        }
        "MOTD" => motd(session),
        "LUSERS" => lusers(session).await,
        "VERSION" => {
            let version = concat!("parlor-", env!("CARGO_PKG_VERSION"));
            session.numeric(numeric::RPL_VERSION, &[version, session.state.name(), "Parlor"]);
            isupport(session);
        }
        "TIME" => {
            let now = session.hall.worker.clock().now();
            session.numeric(numeric::RPL_TIME, &[session.state.name(), &now.to_string()]);
        }
        "ADMIN" => {
            session.numeric(numeric::RPL_ADMINME, &[session.state.name()]);
            session.numeric(numeric::RPL_ADMINLOC1, &[&session.hall.auth.server_name()]);
            session.numeric(numeric::RPL_ADMINEMAIL, &["Ask in the lobby, or whoever invited you"]);
        }
        "INFO" => {
            session.numeric(numeric::RPL_INFO, &[concat!("Parlor ", env!("CARGO_PKG_VERSION"), ", a chat server")]);
            session.numeric(numeric::RPL_INFO, &[&format!("Running since {}", session.state.started)]);
            session.numeric(numeric::RPL_ENDOFINFO, &[]);
        }
        "LINKS" => {
            let (server, about) = (session.state.name(), session.hall.auth.server_name());
            session.numeric(numeric::RPL_LINKS, &[server, server, &format!("0 {about}")]);
            session.numeric(numeric::RPL_ENDOFLINKS, &[line.param(0).unwrap_or("*")]);
        }
        "STATS" => stats(session, line.param(0)),
        "HELP" | "HELPOP" => help(session, line.param(0)),
        _ => session.numeric(numeric::ERR_UNKNOWNCOMMAND, &[&line.command]),
    }
}

/// A question to this server; others it knows none of. A name of a client is a question to its server.
fn is_here(session: &Session, server: Option<&str>) -> bool {
    let is_like = |name: &str| crate::domain::mask::matches(&name.to_lowercase(), &session.state.name().to_lowercase());
    server.is_none_or(|name| is_like(name) || name.eq_ignore_ascii_case(&session.nick()))
}

/// The first lines of a session.
pub async fn welcome(session: &Rc<Session>) {
    let (server, nick) = (session.state.name(), session.nick());
    let house = session.hall.auth.server_name();
    let version = concat!("parlor-", env!("CARGO_PKG_VERSION"));
    session.numeric_saying(numeric::RPL_WELCOME, &[], &format!("Welcome to {house}, {nick}"));
    session.numeric_saying(numeric::RPL_YOURHOST, &[], &format!("Your host is {server}, running {version}"));
    session.numeric_saying(numeric::RPL_CREATED, &[], &format!("This server was started {}", session.state.started));
    session.numeric(numeric::RPL_MYINFO, &[server, version, USER_MODES, CHANNEL_MODES, "bkloqv"]);
    isupport(session);
    lusers(session).await;
    motd(session);
    session.send(Reply::new(&session.source(), "MODE", &[&nick, if session.is_secure { "+iZ" } else { "+i" }]));
}

fn isupport(session: &Session) {
    let network: String =
        session.hall.auth.server_name().chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect();
    let tokens = [
        format!("AWAYLEN={AWAY_BYTES}"),
        "BOT=B".to_owned(),
        "CASEMAPPING=ascii".to_owned(),
        format!("CHANLIMIT=#:{}", limits::ROOMS_PER_SESSION),
        "CHANMODES=b,k,l,imnst".to_owned(),
        format!("CHANNELLEN={}", limits::ROOM_NAME_CHARS),
        "CHANTYPES=#".to_owned(),
        format!("CHATHISTORY={}", history::MOST),
        "CLIENTTAGDENY=*,-draft/react,-draft/reply,-draft/unreact,-reply,-typing".to_owned(),
        "ELIST=MNU".to_owned(),
        "HOSTLEN=32".to_owned(),
        format!("KEYLEN={KEY_BYTES}"),
        format!("KICKLEN={REASON_BYTES}"),
        format!("MAXLIST=b:{MASKS}"),
        format!("MODES={}", mode::MOST),
        format!("MONITOR={}", watch::MOST),
        "MSGREFTYPES=msgid,timestamp".to_owned(),
        format!("NETWORK={network}"),
        format!("NICKLEN={}", limits::USER_NAME_CHARS),
        "PREFIX=(qov)~@+".to_owned(),
        "SAFELIST".to_owned(),
        "STATUSMSG=~@+".to_owned(),
        format!(
            "TARGMAX=JOIN:,KICK:{KICKED},LIST:,NAMES:{NAMED},NOTICE:{0},PART:,PRIVMSG:{0},TAGMSG:{0},WHOIS:1",
            talk::TARGETS
        ),
        format!("TOPICLEN={}", limits::TOPIC_BYTES),
        format!("USERLEN={USER_CHARS}"),
        "UTF8ONLY".to_owned(),
        "WHOX".to_owned(),
    ];
    for tokens in tokens.chunks(TOKENS) {
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        session.numeric(numeric::RPL_ISUPPORT, &tokens);
    }
}

fn motd(session: &Session) {
    let message = session.hall.auth.house().message.clone();
    if message.is_empty() {
        return session.numeric(numeric::ERR_NOMOTD, &[]);
    }
    session.numeric_saying(numeric::RPL_MOTDSTART, &[], &format!("- {} message of the day", session.state.name()));
    for line in message.lines() {
        session.numeric(numeric::RPL_MOTD, &[&format!("- {line}")]);
    }
    session.numeric(numeric::RPL_ENDOFMOTD, &[]);
}

async fn lusers(session: &Rc<Session>) {
    let people = match session.ask(Command::People { act: PeopleAct::All }).await {
        Ok(Answer::People(people)) => people,
        _ => Vec::new(),
    };
    let is_invisible =
        |found: &&crate::protocol::crowd::SeenIn| found.seen.face.as_ref().is_some_and(|face| face.invisible);
    let (all, invisible) = (people.len(), people.iter().filter(is_invisible).count());
    let opers = people.iter().filter(|found| found.seen.runs_server).count();
    let rooms: std::collections::HashSet<&str> =
        people.iter().flat_map(|found| found.rooms.iter().map(|(room, ..)| room.as_str())).collect();
    let text = format!("There are {} users and {invisible} invisible on 1 servers", all - invisible);
    session.numeric_saying(numeric::RPL_LUSERCLIENT, &[], &text);
    session.numeric(numeric::RPL_LUSEROP, &[&opers.to_string()]);
    // Connections of this door that are nobody yet.
    let seen = session.hall.chat.sessions().await;
    let known = seen.iter().filter(|seen| seen.origin.door == Door::Irc).count();
    let unknown = session.hall.worker.metrics().connections(Door::Irc).saturating_sub(known);
    session.numeric(numeric::RPL_LUSERUNKNOWN, &[&unknown.to_string()]);
    session.numeric(numeric::RPL_LUSERCHANNELS, &[&rooms.len().to_string()]);
    session.numeric_saying(numeric::RPL_LUSERME, &[], &format!("I have {all} clients and 0 servers"));
    session.numeric_saying(numeric::RPL_LOCALUSERS, &[], &format!("Current local users: {all}"));
    session.numeric_saying(numeric::RPL_GLOBALUSERS, &[], &format!("Current global users: {all}"));
}

fn stats(session: &Session, letter: Option<&str>) {
    let letter = letter.filter(|letter| !letter.is_empty()).unwrap_or("*");
    let up = session.hall.worker.clock().now().since(session.state.started).as_secs();
    if letter == "u" {
        let (days, hours, minutes, seconds) = (up / 86_400, up / 3600 % 24, up / 60 % 60, up % 60);
        let text = format!("Server Up {days} days {hours}:{minutes:02}:{seconds:02}");
        session.numeric_saying(numeric::RPL_STATSUPTIME, &[], &text);
    }
    session.numeric(numeric::RPL_ENDOFSTATS, &[letter]);
}

/// Words about the commonest commands, by their name.
const HELP: &[(&str, &[&str])] = &[
    (
        "*",
        &[
            "Subjects: JOIN PART PRIVMSG TOPIC MODE WHOIS CHATHISTORY",
            "Channels are rooms; what is said there is kept.",
        ],
    ),
    ("JOIN", &["JOIN #room [key]", "Comes into a room, and makes it where there is none."]),
    ("PART", &["PART #room [reason]", "Leaves a room with this client. A membership stays."]),
    ("PRIVMSG", &["PRIVMSG #room|nick :text", "Says something. Between accounts it is kept, to guests it is not."]),
    ("TOPIC", &["TOPIC #room [:text]", "Shows the topic, or sets it."]),
    (
        "MODE",
        &[
            "MODE #room [changes]",
            "i: for the invited; m: only with a voice; s: in no list; t: topic by those who",
            "keep order; k: a key; l: a limit; b: kept out; q, o, v: owners, moderators, voices.",
        ],
    ),
    ("WHOIS", &["WHOIS nick", "Says who somebody is."]),
    ("CHATHISTORY", &["CHATHISTORY LATEST|BEFORE|AFTER|AROUND|BETWEEN|TARGETS ...", "Reads what was said before."]),
];

fn help(session: &Session, subject: Option<&str>) {
    let wanted = subject.filter(|subject| !subject.is_empty()).unwrap_or("*");
    let found = HELP.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let Some((name, lines)) = found else { return session.numeric(numeric::ERR_HELPNOTFOUND, &[wanted]) };
    let last = lines.len() - 1;
    session.numeric(numeric::RPL_HELPSTART, &[wanted, &format!("Help about {name}")]);
    for line in &lines[..last] {
        session.numeric(numeric::RPL_HELPTXT, &[wanted, line]);
    }
    session.numeric(numeric::RPL_HELPTXT, &[wanted, lines[last]]);
    session.numeric(numeric::RPL_ENDOFHELP, &[wanted, "End of help"]);
}
