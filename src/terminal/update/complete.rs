//! What Tab makes of the word before the cursor: commands, people, rooms, emoji.

use super::typed::COMMANDS;
use crate::terminal::state::App;

/// More candidates than anybody goes through.
const MOST: usize = 50;

/// The next candidate, or the first ones.
pub fn forward(app: &mut App) {
    if app.composer.complete_next(false) {
        return;
    }
    let (word, is_first) = app.composer.word();
    let before = app.composer.before_word();
    let found = candidates(app, &word, is_first, &before);
    if found.is_empty() {
        if !word.is_empty() {
            app.say("Nothing begins like this. Tab completes @names, #rooms, :emoji: and /commands.");
        }
        return;
    }
    app.composer.complete(found);
}

fn candidates(app: &App, word: &str, is_first: bool, before: &str) -> Vec<String> {
    let mut found = match word.chars().next() {
        Some('/') if is_first => commands(word),
        Some('@') => people(app, &word[1..]).map(|name| format!("@{name}")).collect(),
        Some('#') => rooms(app, &word[1..]).map(|name| format!("#{name}")).collect(),
        Some(':') => emoji(&word[1..], before.trim() == "/react"),
        _ => match before.trim() {
            "/join" | "/j" | "/leave" | "/part" => rooms(app, word).collect(),
            "/msg" => people(app, word).collect(),
            "/theme" => words(&["auto", "light", "dark"], word),
            "/level" => words(&["all", "mentions", "nothing"], word),
            "/mouse" => words(&["on", "off"], word),
            _ => Vec::new(),
        },
    };
    found.truncate(MOST);
    found
}

fn begins(name: &str, word: &str) -> bool {
    name.to_lowercase().starts_with(&word.to_lowercase())
}

fn words(all: &[&str], word: &str) -> Vec<String> {
    all.iter().filter(|one| begins(one, word)).map(|one| (*one).to_owned()).collect()
}

fn commands(word: &str) -> Vec<String> {
    COMMANDS.iter().map(|(name, ..)| format!("/{name}")).filter(|name| begins(name, word)).collect()
}

/// Those who spoke last come first.
fn people<'a>(app: &'a App, word: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let room = app.room();
    let spoke = room.into_iter().flat_map(|room| room.timeline.entries().iter().rev().take(200));
    let spoke = spoke.filter_map(|entry| entry.message()).map(|message| message.author.clone());
    let belong = room.into_iter().flat_map(|room| room.people.iter().map(|person| person.name.clone()));
    let others = app.rooms.iter().filter(|room| room.other.is_some()).map(|room| room.title.clone());
    let mut seen = std::collections::HashSet::new();
    let all = spoke.chain(belong).chain(others).filter(|name| *name != app.name);
    all.filter(move |name| begins(name, word) && seen.insert(name.clone()))
}

fn rooms<'a>(app: &'a App, word: &'a str) -> impl Iterator<Item = String> + use<'a> {
    let word = word.trim_start_matches('#');
    app.rooms
        .iter()
        .filter(|room| room.other.is_none())
        .map(|room| room.name.clone())
        .filter(move |name| begins(name, word))
}

/// Emoji by the beginning of a short name. In a text they are put in themselves; as a reaction the name does.
fn emoji(word: &str, is_reaction: bool) -> Vec<String> {
    if word.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(&str, &str)> = emojis::iter()
        .filter_map(|emoji| Some((emoji.shortcodes().find(|code| code.starts_with(word))?, emoji.as_str())))
        .collect();
    found.sort_by_key(|(code, _)| (code.len(), *code));
    let shown = |(code, emoji): (&str, &str)| if is_reaction { format!(":{code}:") } else { emoji.to_owned() };
    found.into_iter().map(shown).collect()
}
