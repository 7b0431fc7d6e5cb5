//! Refusals and mistakes as sentences for people, in their language. Programs are told in English, by the texts of the
//! errors themselves.

use super::Words;
use super::language::Language;
use crate::domain::emoji::EmojiError;
use crate::domain::limits;
use crate::domain::name::NameError;
use crate::domain::permission::Refusal;
use crate::domain::preferences::PreferenceError;
use crate::domain::room::TopicError;
use crate::domain::status_line::StatusError;
use crate::domain::text::TextError;
use crate::protocol::error_code::{ErrorCode, Problem, Saying};

/// Why somebody may not do something.
#[must_use]
pub fn refusal(words: &Words, refusal: Refusal) -> String {
    let key = match refusal {
        Refusal::NotFound => "refusal.not_found",
        Refusal::GuestsOff => "refusal.guests_off",
        Refusal::AccountNeeded => "refusal.account_needed",
        Refusal::Banned => "refusal.banned",
        Refusal::Muted { until } => return words.with("refusal.muted", &[("until", &until)]),
        Refusal::NotMember => "refusal.not_member",
        Refusal::RoleNeeded => "refusal.role_needed",
        Refusal::AdminNeeded => "refusal.admin_needed",
        Refusal::ModeratorNeeded => "refusal.moderator_needed",
        Refusal::Silenced => "refusal.silenced",
        Refusal::Quarantined => "refusal.quarantined",
        Refusal::SlowMode { seconds } => return words.with("refusal.slow_mode", &[("seconds", &seconds)]),
        Refusal::DirectRoom => "refusal.direct_room",
        Refusal::Archived => "refusal.archived",
        Refusal::NoSuchMessage => "refusal.no_such_message",
        Refusal::NotAuthor => "refusal.not_author",
        Refusal::TooManyEmoji => {
            return words.with("refusal.too_many_emoji", &[("max", &limits::EMOJI_PER_MESSAGE)]);
        }
        Refusal::OwnerNeeded => "refusal.owner_needed",
        Refusal::CannotArchive => "refusal.cannot_archive",
        Refusal::CannotDelete => "refusal.cannot_delete",
        Refusal::NotBelow => "refusal.not_below",
        Refusal::OwnerStays => "refusal.owner_stays",
        Refusal::ScopeNeeded { needed } => return words.with("refusal.scope_needed", &[("scope", &needed)]),
        Refusal::SomeRoomsOnly => "refusal.some_rooms_only",
        Refusal::Moderated => "refusal.moderated",
        Refusal::InviteNeeded => "refusal.invite_needed",
        Refusal::KeyNeeded => "refusal.key_needed",
        Refusal::RoomFull => "refusal.room_full",
        Refusal::NotHere => "refusal.not_here",
        Refusal::Absent => "refusal.absent",
        Refusal::LoginEnded => "auth.unknown_token",
    };
    words.get(key)
}

/// What is wrong with a name that was typed.
#[must_use]
pub fn name_error(words: &Words, error: &NameError) -> String {
    match error {
        NameError::Empty => words.get("name.empty"),
        NameError::TooLong { chars, max } => words.with("name.too_long", &[("chars", chars), ("max", max)]),
        NameError::BadCharacter { character, allowed } => {
            words.with("name.bad_character", &[("character", &format!("{character:?}")), ("allowed", allowed)])
        }
        NameError::BadStart => words.get("name.bad_start"),
        NameError::Reserved => words.get("name.reserved"),
    }
}

/// What is wrong with a text that was typed.
#[must_use]
pub fn text_error(words: &Words, error: TextError) -> String {
    match error {
        TextError::Empty => words.get("text.empty"),
        TextError::TooLong { bytes, max } => words.with("text.too_long", &[("bytes", &bytes), ("max", &max)]),
        TextError::Nul => words.get("text.nul"),
    }
}

/// What is wrong with a topic that was typed.
#[must_use]
pub fn topic_error(words: &Words, TopicError: TopicError) -> String {
    words.with("text.topic", &[("max", &limits::TOPIC_BYTES)])
}

/// What is wrong with a status that was typed.
#[must_use]
pub fn status_error(words: &Words, error: StatusError) -> String {
    match error {
        StatusError::TooLong { chars } => {
            words.with("status.too_long", &[("chars", &chars), ("max", &limits::STATUS_TEXT_CHARS)])
        }
        StatusError::Control => words.get("status.control"),
    }
}

/// What is wrong with an emoji that was typed.
#[must_use]
pub fn emoji_error(words: &Words, _: EmojiError) -> String {
    words.get("status.no_emoji")
}

/// What is wrong with a preference that was typed.
#[must_use]
pub fn preference_error(words: &Words, error: PreferenceError) -> String {
    words.get(match error {
        PreferenceError::BadTime => "preference.bad_time",
        PreferenceError::HalfQuiet => "preference.half_quiet",
        PreferenceError::BadZone => "preference.bad_zone",
        PreferenceError::BadLanguage => "preference.bad_language",
    })
}

/// A problem. Where the chat says more than other languages have words for, English readers get it whole, and the others
/// one sentence for each code.
#[must_use]
pub fn problem(words: &Words, problem: &Problem) -> String {
    match problem.saying {
        Saying::Translated => problem.message.clone(),
        Saying::Refusal(known) => refusal(words, known),
        Saying::English if words.language() == Language::English => sentence(&problem.message),
        Saying::English => words.get(match problem.code {
            ErrorCode::BadRequest => "js.problem.bad_request",
            ErrorCode::Unauthorized => "js.problem.unauthorized",
            ErrorCode::Forbidden => "js.problem.forbidden",
            ErrorCode::NotFound => "js.problem.not_found",
            ErrorCode::Conflict => "js.problem.conflict",
            ErrorCode::TooLarge => "js.problem.too_large",
            ErrorCode::RateLimited => "js.problem.rate_limited",
            ErrorCode::Unavailable => "js.problem.unavailable",
        }),
    }
}

/// A problem with a text of the catalogue.
#[must_use]
pub fn told(words: &Words, code: ErrorCode, key: &str) -> Problem {
    Problem { saying: Saying::Translated, ..Problem::new(code, words.get(key)) }
}

/// A message for programs as a sentence for people: a capital first, a full stop last.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut sentence: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    sentence.push_str(chars.as_str());
    if !sentence.is_empty() && !sentence.ends_with(['.', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_a_capital_and_a_stop() {
        assert_eq!(sentence("join the room first"), "Join the room first.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn refusals_are_told_in_the_language_of_the_reader() {
        let problem_of = |language| problem(&Words::of(language), &Refusal::NotMember.into());
        assert_eq!(problem_of(Language::English), "Join the room first.");
        assert_eq!(problem_of(Language::German), "Tritt dem Raum zuerst bei.");
        let odd = Problem::new(ErrorCode::Conflict, "the moon is full");
        assert_eq!(problem(&Words::of(Language::English), &odd), "The moon is full.");
        assert_eq!(problem(&Words::of(Language::German), &odd), "Das gibt es schon.");
    }
}
