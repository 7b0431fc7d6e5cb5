//! `WHO`: who is in a channel, or anywhere, in one line each; with the fields that a client asks for (WHOX).

use std::rc::Rc;
use std::sync::Arc;

use super::super::session::Session;
use super::super::telling::marks;
use super::super::views::channel_of;
use crate::domain::mask;
use crate::domain::membership::Role;
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::{CrowdAct, PeopleAct, Seen};
use crate::protocol::irc::line::Line;
use crate::protocol::irc::{news, numeric};

/// One line of the answer.
struct Row {
    channel: String,
    seen: Arc<Seen>,
    role: Option<Role>,
    voice: bool,
}

pub async fn who(session: &Rc<Session>, line: Line) {
    let target = line.param(0).unwrap_or("*").to_owned();
    let options = line.param(1).unwrap_or_default().to_owned();
    let rows = match channel_of(&target) {
        Some(room) => of_channel(session, room).await,
        None if target.starts_with('#') => Vec::new(),
        None => of_all(session, &target).await,
    };
    for row in rows.into_iter().filter(|row| !options.starts_with('o') || row.seen.runs_server) {
        say(session, &row, &options);
    }
    let shown = if target.is_empty() { "*" } else { &target };
    session.numeric(numeric::RPL_ENDOFWHO, &[shown]);
}

async fn of_channel(session: &Rc<Session>, room: crate::domain::name::RoomName) -> Vec<Row> {
    let channel = news::channel(&room);
    let is_in = session.is_in(&room);
    let Ok(Answer::Inside(inside)) = session.ask(Command::Crowd { room, act: CrowdAct::Inside }).await else {
        return Vec::new();
    };
    let is_found = |seen: &Seen| is_in || !seen.face.as_ref().is_some_and(|face| face.invisible);
    let people = inside.people.into_iter().filter(|present| is_found(&present.seen));
    people.map(|p| Row { channel: channel.clone(), seen: p.seen, role: p.role, voice: p.voice }).collect()
}

async fn of_all(session: &Rc<Session>, pattern: &str) -> Vec<Row> {
    let Ok(Answer::People(all)) = session.ask(Command::People { act: PeopleAct::All }).await else { return Vec::new() };
    let pattern = if pattern == "0" || pattern.is_empty() { "*" } else { pattern };
    let pattern = pattern.to_lowercase();
    let is_name = !pattern.contains(['*', '?']);
    let is_meant = |seen: &Seen| {
        let is_like = |text: &str| mask::matches(&pattern, &text.to_lowercase());
        let is_open = is_name || pattern == "*";
        is_like(seen.name.as_str())
            || (!is_open && (is_like(seen.user()) || is_like(&seen.host()) || is_like(seen.real())))
    };
    let mut rows: Vec<Row> = Vec::new();
    for found in all {
        let is_hidden = found.seen.face.as_ref().is_some_and(|face| face.invisible);
        if !is_meant(&found.seen) || (is_hidden && !found.is_near && !is_name) {
            continue;
        }
        let shared = found.rooms.into_iter().find(|(room, ..)| session.is_in(room));
        let (channel, role, voice) =
            shared.map_or(("*".to_owned(), None, false), |(room, role, voice)| (news::channel(&room), role, voice));
        rows.push(Row { channel, seen: found.seen, role, voice });
    }
    rows.sort_by(|one, other| one.seen.name.as_str().cmp(other.seen.name.as_str()));
    rows
}

fn flags(session: &Session, row: &Row) -> String {
    let mut flags = if row.seen.away.is_some() { "G" } else { "H" }.to_owned();
    if row.seen.runs_server {
        flags.push('*');
    }
    flags.push_str(&marks(session, row.role, row.voice));
    if row.seen.is_bot {
        flags.push('B');
    }
    flags
}

fn say(session: &Session, row: &Row, options: &str) {
    let (seen, server) = (&row.seen, session.state.name());
    let Some((_, fields)) = options.split_once('%') else {
        let (host, flags) = (seen.host(), flags(session, row));
        let real = format!("0 {}", seen.real());
        let params = [&row.channel, seen.user(), &host, server, seen.name.as_str(), &flags, &real];
        return session.numeric(numeric::RPL_WHOREPLY, &params);
    };
    let (fields, token) = fields.split_once(',').unwrap_or((fields, "0"));
    let idle = session.hall.worker.clock().now().since(seen.active).as_secs().to_string();
    let (host, flags) = (seen.host(), flags(session, row));
    let mut params: Vec<&str> = Vec::new();
    // The order is always the same, whatever the client has written.
    for field in "tcuihsnfdlaor".chars().filter(|field| fields.contains(*field)) {
        params.push(match field {
            't' => token,
            'c' => &row.channel,
            'u' => seen.user(),
            'i' => "255.255.255.255",
            'h' => &host,
            's' => server,
            'n' => seen.name.as_str(),
            'f' => &flags,
            'd' => "0",
            'l' => &idle,
            'a' => seen.account().unwrap_or("0"),
            'o' => {
                if row.role >= Some(Role::Moderator) {
                    "999"
                } else {
                    "n/a"
                }
            }
            _ => seen.real(),
        });
    }
    session.numeric(numeric::RPL_WHOSPCRPL, &params);
}
