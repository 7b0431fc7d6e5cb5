//! Makes lines of an export out of an export of Slack. People become accounts without a password; public and private rooms
//! come with their topics, members, threads, reactions and edits. Direct messages and emoji of their own are left out,
//! files stay where they are and are linked.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};

use super::own_lines::{event, fitting, header, id_of, one_line, room};
use super::slack_text::{People, text_of};
use super::slack_zip::{Channel, Export, Message, User};
use crate::domain::clock::Timestamp;
use crate::domain::limits;
use crate::domain::name::{NameKey, RoomName, UserName, is_room_name_char, is_user_name_char};
use crate::storage::archive::{EventLine, Line, MemberLine, Person, ReactionLine, RoomLine, StateLine, UserLine};

/// Everything, in the order of an export: all events by their time.
pub(super) fn lines(export: Export, now: Timestamp) -> Vec<Line> {
    let Export { users, channels, private, mut messages } = export;
    let people = people(&users);
    let mut lines = vec![header(now)];
    lines.extend(users.iter().filter_map(|user| account(user, &people, now)));
    let (mut logs, mut taken): (Vec<EventLine>, HashSet<NameKey>) = (Vec::new(), HashSet::new());
    let (mut rooms, mut members) = (Vec::new(), Vec::new());
    let kinds = channels.iter().map(|channel| (channel, "public")).chain(private.iter().map(|one| (one, "private")));
    for (id, (channel, kind)) in (1..).zip(kinds) {
        let days = messages.remove(&channel.name).or_else(|| messages.remove(&channel.id)).unwrap_or_default();
        let log = Log::new(id, &people).read(days);
        let made = made_room(channel, kind, id, &log, &people, &mut taken);
        members.extend(memberships(channel, &made, &log, &people));
        rooms.push(Line::Room(Box::new(made)));
        logs.extend(log);
    }
    lines.append(&mut rooms);
    lines.append(&mut members);
    // Each log is in order already, and stays so.
    logs.sort_by_key(|event| event.at);
    lines.extend(logs.into_iter().map(|event| Line::Event(Box::new(event))));
    lines
}

/// Names that may stand here, no two of which look alike.
fn people(users: &[User]) -> People {
    let mut taken = HashSet::new();
    let named = users.iter().map(|user| {
        let shown = user.profile.display_name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&user.name);
        let name = free_name(shown, is_user_name_char, limits::USER_NAME_CHARS, &user.id, |name| {
            UserName::parse(name).is_ok_and(|name| taken.insert(name.key()))
        });
        (user.id.clone(), (id_of("slack", &user.id), name))
    });
    named.collect()
}

/// The name with other signs in place of those that are not allowed, with a number if it is taken.
fn free_name(
    wanted: &str,
    is_good: fn(char) -> bool,
    most: usize,
    otherwise: &str,
    mut take: impl FnMut(&str) -> bool,
) -> String {
    let signs: String = wanted.trim().chars().map(|c| if is_good(c) { c } else { '-' }).collect();
    let base: String = signs.trim_matches(['-', '.']).chars().take(most - 6).collect();
    let base = if base.is_empty() { otherwise.chars().filter(char::is_ascii_alphanumeric).collect() } else { base };
    let numbered = (2..1000).map(|number| format!("{base}-{number}"));
    let mut names = std::iter::once(base.clone()).chain(numbered);
    names.find(|name| take(name)).unwrap_or(base)
}

fn account(user: &User, people: &People, now: Timestamp) -> Option<Line> {
    let (id, name) = people.get(&user.id)?.clone();
    Some(Line::User(Box::new(UserLine {
        id,
        name,
        site_role: if user.is_bot { "bot" } else { "member" }.to_owned(),
        created_at: now,
        suspended_at: user.deleted.then_some(now),
        suspended_reason: String::new(),
        silenced: false,
        trusted_at: None,
        profile: None,
        preferences: None,
        identities: Vec::new(),
        secrets: None,
    })))
}

fn made_room(
    channel: &Channel,
    kind: &str,
    id: i64,
    log: &[EventLine],
    people: &People,
    taken: &mut HashSet<NameKey>,
) -> RoomLine {
    let name =
        free_name(&channel.name.to_lowercase(), is_room_name_char, limits::ROOM_NAME_CHARS, &channel.id, |name| {
            RoomName::parse(name).is_ok_and(|name| taken.insert(name.key()))
        });
    let purpose = text_of(&channel.purpose.value, people).markdown;
    let made_at = Timestamp(channel.created.saturating_mul(1000));
    RoomLine {
        kind: kind.to_owned(),
        topic: one_line(&text_of(&channel.topic.value, people).markdown, limits::TOPIC_BYTES),
        description: one_line(&purpose, limits::DESCRIPTION_BYTES),
        archived: channel.is_archived,
        made_by: people.get(&channel.creator).map(|(id, _)| *id),
        ..room(id, &name, made_at, log.len())
    }
}

/// They have read everything.
fn memberships(channel: &Channel, made: &RoomLine, log: &[EventLine], people: &People) -> Vec<Line> {
    let messages = log.iter().filter(|event| event.kind == "message").count() as u64;
    let mut seen = HashSet::new();
    let known = channel.members.iter().filter_map(|member| Some((member, people.get(member)?.0)));
    let members = known.filter(|(_, user)| seen.insert(*user)).map(|(member, user)| MemberLine {
        room: made.id,
        user,
        role: if *member == channel.creator { "owner" } else { "member" }.to_owned(),
        muted_until: None,
        banned: false,
        read_seq: made.events,
        read_messages: messages,
        level: "all".to_owned(),
        joined_at: made.made_at,
    });
    members.map(Line::Member).collect()
}

/// A log that is being made.
struct Log<'a> {
    room: i64,
    people: &'a People,
    events: Vec<EventLine>,
    /// Messages by the time that Slack knows them by.
    places: HashMap<String, usize>,
}

impl<'a> Log<'a> {
    fn new(room: i64, people: &'a People) -> Self {
        Self { room, people, events: Vec::new(), places: HashMap::new() }
    }

    fn read(mut self, messages: Vec<Message>) -> Vec<EventLine> {
        let mut by_time: Vec<(Timestamp, Message)> =
            messages.into_iter().filter_map(|message| Some((time(&message.ts)?, message))).collect();
        by_time.sort_by(|one, other| (one.0, &one.1.ts).cmp(&(other.0, &other.1.ts)));
        for (at, message) in by_time {
            if !self.places.contains_key(&message.ts) {
                self.take(at, &message);
            }
        }
        self.events
    }

    fn push(&mut self, kind: &str, author: &Person, at: Timestamp, fill: impl FnOnce(&mut EventLine)) -> usize {
        let mut line = event(&self.events, self.room, kind, author.clone(), at);
        fill(&mut line);
        self.events.push(line);
        self.events.len() - 1
    }

    fn take(&mut self, at: Timestamp, message: &Message) {
        let author = self.author(message);
        match message.subtype.as_deref() {
            Some("channel_join" | "group_join") => {
                self.push("joined", &author, at, |line| line.data = Some(json!({ "role": "member" })));
            }
            Some("channel_leave" | "group_leave") => {
                self.push("left", &author, at, |line| line.data = Some(json!({})));
            }
            Some("channel_topic" | "group_topic") => {
                let topic = text_of(message.topic.as_deref().unwrap_or_default(), self.people).markdown;
                self.push("topic", &author, at, |line| line.text = Some(one_line(&topic, limits::TOPIC_BYTES)));
            }
            None | Some("bot_message" | "me_message" | "thread_broadcast" | "file_share" | "file_comment") => {
                self.message(at, message, &author);
            }
            // Names, purposes, pins, calls: nobody wrote them.
            Some(_) => {}
        }
    }

    fn author(&self, message: &Message) -> Person {
        let known = message.user.as_ref().and_then(|user| self.people.get(user));
        if let Some((id, name)) = known {
            return Person { id: *id, name: name.clone() };
        }
        let id = message.user.as_ref().or(message.bot_id.as_ref()).or(message.username.as_ref());
        let name = message.username.as_deref().or(id.map(String::as_str)).unwrap_or("somebody");
        let name = one_line(name, limits::USER_NAME_CHARS);
        let name = if name.is_empty() { "somebody".to_owned() } else { name };
        Person { id: id_of("slack", id.map_or("somebody", String::as_str)), name }
    }

    fn message(&mut self, at: Timestamp, message: &Message, author: &Person) {
        let mut made = text_of(message.text.as_deref().unwrap_or_default(), self.people);
        for file in &message.files {
            let address = file.url_private.as_deref().unwrap_or_default();
            made.markdown = format!("{}\n{} {address}", made.markdown, file.name.as_deref().unwrap_or("file"));
        }
        let text = made.markdown.trim();
        if text.is_empty() {
            return;
        }
        let parent = message.thread_ts.as_ref().filter(|thread| **thread != message.ts);
        let parent = parent.and_then(|thread| self.places.get(thread).copied());
        let people: Vec<Value> =
            made.people.iter().take(limits::MENTIONS).map(|(id, name)| json!({ "id": id, "name": name })).collect();
        for (part, text) in fitting(text).into_iter().enumerate() {
            let target = parent.map(|at| self.events[at].seq);
            let mut calls = serde_json::Map::new();
            if !people.is_empty() {
                calls.insert("mentions".to_owned(), Value::Array(people.clone()));
            }
            if made.everyone {
                calls.insert("everyone".to_owned(), Value::Bool(true));
            }
            let place = self.push("message", author, at, |line| {
                line.text = Some(text.to_owned());
                (line.target, line.thread) = (target, target);
                if part == 0 {
                    line.nonce = Some(format!("slack-{}", message.ts)).filter(|n| n.len() <= limits::NONCE_BYTES);
                    line.data = (!calls.is_empty()).then_some(Value::Object(calls));
                }
            });
            if let Some(parent) = parent {
                let seq = self.events[place].seq;
                let state = self.events[parent].state.get_or_insert_default();
                state.replies += 1;
                state.last_reply = Some((seq, at));
            }
            if part == 0 {
                self.places.insert(message.ts.clone(), place);
                self.become_of(place, message, at);
            }
        }
    }

    /// Edits and reactions.
    fn become_of(&mut self, place: usize, message: &Message, at: Timestamp) {
        if let Some(edited_at) = message.edited.as_ref().and_then(|edited| time(&edited.ts)) {
            // What it said before is not in the file.
            let text = self.events[place].text.clone();
            let state = self.events[place].state.get_or_insert_default();
            *state = StateLine { text, edited_at: Some(edited_at), edits: 1, ..std::mem::take(state) };
        }
        let mut by_emoji: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for reaction in &message.reactions {
            let name = reaction.name.split("::").next().unwrap_or_default();
            if let Some(emoji) = emojis::get_by_shortcode(name) {
                let users = by_emoji.entry(emoji.as_str()).or_default();
                users.extend(reaction.users.iter());
            }
        }
        let target = self.events[place].seq;
        for (emoji, users) in by_emoji {
            let mut seen = HashSet::new();
            for (id, name) in users.into_iter().filter_map(|user| self.people.get(user)) {
                if !seen.insert(*id) {
                    continue;
                }
                let person = Person { id: *id, name: name.clone() };
                let event = self.push("reaction", &person, at, |line| {
                    line.target = Some(target);
                    line.data = Some(json!({ "emoji": emoji, "on": true, "count": seen.len() }));
                });
                let event = self.events[event].seq;
                let one = ReactionLine { emoji: emoji.to_owned(), user: person.id, name: person.name, event };
                self.events[place].state.get_or_insert_default().reactions.push(one);
            }
        }
    }
}

/// `1512085950.000216`: seconds, and a number that tells two messages of one second apart.
fn time(ts: &str) -> Option<Timestamp> {
    let (seconds, rest) = ts.split_once('.').unwrap_or((ts, "0"));
    let seconds: i64 = seconds.parse().ok().filter(|seconds| (0..100_000_000_000).contains(seconds))?;
    let thousandths: i64 = rest.get(..3).unwrap_or("0").parse().ok().filter(|ms| *ms >= 0)?;
    Some(Timestamp(seconds * 1000 + thousandths))
}

#[cfg(test)]
mod tests;
