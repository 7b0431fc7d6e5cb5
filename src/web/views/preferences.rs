//! The sections of `pages/settings.html` about what one says, how pages look, and what is notified.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::time;
use crate::domain::clock::Timestamp;
use crate::domain::emoji::Emoji;
use crate::domain::preferences::{Language, Preferences};
use crate::domain::profile::{Privacy, Profile};
use crate::web::words::{Words, language};

/// What somebody says of themselves.
#[derive(Debug, Default, Serialize)]
pub struct StatusForm {
    /// The emoji, or what was typed.
    pub emoji_value: String,
    /// What is wrong with it.
    pub emoji_error: String,
    /// The words, or what was typed.
    pub text_value: String,
    /// What is wrong with them.
    pub text_error: String,
    /// When it ends, inside a sentence, or nothing.
    pub until: String,
    /// There is one.
    pub is_set: bool,
}

impl StatusForm {
    /// The form with what is said now.
    #[must_use]
    pub fn new(profile: &Profile, words: &Words, now: Timestamp, zone: &TimeZone) -> Self {
        let line = &profile.line;
        Self {
            emoji_value: line.emoji.map_or("", Emoji::as_str).to_owned(),
            text_value: line.text.as_str().to_owned(),
            until: line.until.map(|until| time::moment(until, now, zone, words)).unwrap_or_default(),
            is_set: !line.is_empty(),
            ..Self::default()
        }
    }
}

/// How pages look.
#[derive(Debug, Serialize)]
pub struct AppearanceForm {
    /// `auto`, `light` or `dark`.
    pub theme: &'static str,
    /// `cosy` or `compact`.
    pub density: &'static str,
    /// The tag of a language, or nothing for the browser's.
    pub language: &'static str,
    /// What can be chosen: the tag, and what the language calls itself.
    pub languages: Vec<(&'static str, &'static str)>,
}

impl AppearanceForm {
    /// The form with what is set now.
    #[must_use]
    pub fn new(preferences: &Preferences) -> Self {
        let name = |tag: &'static str| language::Language::parse(tag).map(|language| (tag, language.name()));
        Self {
            theme: preferences.theme.as_str(),
            density: preferences.density.as_str(),
            language: preferences.language.as_str(),
            languages: Language::ALL.into_iter().filter_map(name).collect(),
        }
    }
}

/// What is notified, and when.
#[derive(Debug, Serialize)]
pub struct NotificationsForm {
    /// `all`, `mentions` or `nothing`.
    pub notify: &'static str,
    /// A tone besides.
    pub sound: bool,
    /// When the quiet hours begin, or nothing, or what was typed.
    pub quiet_from: String,
    /// When they end.
    pub quiet_to: String,
    /// What is wrong with them.
    pub quiet_error: String,
    /// Where their clock hangs, or what was typed.
    pub time_zone: String,
    /// What is wrong with it.
    pub time_zone_error: String,
}

impl NotificationsForm {
    /// The form with what is set now.
    #[must_use]
    pub fn new(preferences: &Preferences) -> Self {
        Self {
            notify: preferences.notify.as_str(),
            sound: preferences.sound,
            quiet_from: preferences.quiet.map(|quiet| quiet.from.to_string()).unwrap_or_default(),
            quiet_to: preferences.quiet.map(|quiet| quiet.to.to_string()).unwrap_or_default(),
            quiet_error: String::new(),
            time_zone: preferences.time_zone.as_str().to_owned(),
            time_zone_error: String::new(),
        }
    }
}

/// Where somebody is notified.
#[derive(Debug, Default, Serialize)]
pub struct PushSection {
    /// What browsers subscribe with.
    pub key: String,
    /// The devices that are notified.
    pub devices: Vec<PushDeviceView>,
}

/// A device that is notified.
#[derive(Debug, Serialize)]
pub struct PushDeviceView {
    /// The id of its subscription.
    pub id: String,
    /// What the login is called.
    pub label: String,
    /// Since when, inside a sentence.
    pub created: String,
    /// It is the one that is looking.
    pub current: bool,
}

/// What somebody keeps to themselves.
#[derive(Debug, Default, Serialize)]
pub struct PrivacyForm {
    /// Looks offline to everybody.
    pub hide_presence: bool,
    /// Nobody is told what they have read.
    pub hide_reads: bool,
}

impl From<Privacy> for PrivacyForm {
    fn from(Privacy { hide_presence, hide_reads }: Privacy) -> Self {
        Self { hide_presence, hide_reads }
    }
}
