//! What people say of themselves and how they like their pages.

use std::time::Duration;

use parlor::domain::emoji::Emoji;
use parlor::domain::membership::Level;
use parlor::domain::preferences::{Density, Language, Preferences, QuietHours, Theme, ZoneName};
use parlor::domain::profile::{PresenceNote, Privacy, Profile};
use parlor::domain::status_line::{StatusLine, StatusText};
use parlor::storage::Store;

use crate::storage::samples::{NOW, account, person};

fn line() -> StatusLine {
    StatusLine {
        emoji: Emoji::parse(":palm_tree:").ok(),
        text: StatusText::parse("on holiday").unwrap(),
        until: Some(NOW.plus(Duration::from_hours(1))),
    }
}

pub async fn who_has_said_nothing_has_what_everybody_has(store: &dyn Store) {
    let ann = account(store, "ann").await;

    assert_eq!(store.profile(ann.id, NOW).await.unwrap(), Profile::default());
    assert_eq!(store.preferences(ann.id).await.unwrap(), Preferences::default());
    assert_eq!(store.profiles(NOW).await.unwrap(), []);
    assert_eq!(store.last_seen(&[ann.id]).await.unwrap(), []);
}

pub async fn a_status_is_kept_until_its_time_is_over(store: &dyn Store) {
    let ann = account(store, "ann").await;
    store.set_status_line(ann.id, &line()).await.unwrap();

    let told = Profile { line: line(), ..Profile::default() };
    assert_eq!(store.profile(ann.id, NOW).await.unwrap(), told);
    assert_eq!(store.profiles(NOW).await.unwrap(), [(ann.id, told)]);
    let later = NOW.plus(Duration::from_hours(1));
    assert_eq!(store.profile(ann.id, later).await.unwrap(), Profile::default());

    store.set_status_line(ann.id, &StatusLine::default()).await.unwrap();
    assert_eq!(store.profile(ann.id, NOW).await.unwrap(), Profile::default());
}

pub async fn what_is_noted_of_presence_is_kept_and_changes_nothing_else(store: &dyn Store) {
    let (ann, bob, guest) = (account(store, "ann").await, account(store, "bob").await, person("eve"));
    store.set_status_line(ann.id, &line()).await.unwrap();
    let later = NOW.plus(Duration::from_mins(1));
    let note = |busy, last_seen| PresenceNote { busy, last_seen };

    let first = [(ann.id, note(Some(true), None)), (bob.id, note(None, Some(NOW))), (guest.id, note(None, Some(NOW)))];
    store.note_presence(&first).await.unwrap();
    store.note_presence(&[(ann.id, note(None, Some(later))), (bob.id, note(Some(true), None))]).await.unwrap();
    store.note_presence(&[(bob.id, note(Some(false), None))]).await.unwrap();
    store.note_presence(&[]).await.unwrap();

    let told = Profile { line: line(), busy: true, last_seen: Some(later), ..Profile::default() };
    assert_eq!(store.profile(ann.id, NOW).await.unwrap(), told);
    assert_eq!(store.profile(bob.id, NOW).await.unwrap(), Profile { last_seen: Some(NOW), ..Profile::default() });
    let mut seen = store.last_seen(&[ann.id, bob.id, guest.id]).await.unwrap();
    seen.sort_by_key(|(_, at)| *at);
    assert_eq!(seen, [(bob.id, NOW), (ann.id, later)]);
}

pub async fn whoever_hides_was_never_seen(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let note = PresenceNote { last_seen: Some(NOW), ..PresenceNote::default() };
    store.note_presence(&[(ann.id, note)]).await.unwrap();

    let hidden = Privacy { hide_presence: true, hide_reads: true };
    store.set_privacy(ann.id, hidden).await.unwrap();
    store.note_presence(&[(ann.id, note)]).await.unwrap();

    assert_eq!(store.profile(ann.id, NOW).await.unwrap(), Profile { privacy: hidden, ..Profile::default() });
    assert_eq!(store.last_seen(&[ann.id]).await.unwrap(), []);
    store.set_privacy(ann.id, Privacy::default()).await.unwrap();
    assert_eq!(store.profile(ann.id, NOW).await.unwrap(), Profile::default(), "what was forgotten stays forgotten");
}

pub async fn preferences_come_back_as_they_were_set(store: &dyn Store) {
    let ann = account(store, "ann").await;
    let preferences = Preferences {
        theme: Theme::Dark,
        density: Density::Compact,
        language: Language::parse("de").unwrap(),
        sound: true,
        notify: Level::Mentions,
        quiet: QuietHours::parse("22:30", "07:00").unwrap(),
        time_zone: ZoneName::parse("Europe/Berlin").unwrap(),
    };

    store.set_preferences(ann.id, &preferences).await.unwrap();
    assert_eq!(store.preferences(ann.id).await.unwrap(), preferences);

    store.set_preferences(ann.id, &Preferences::default()).await.unwrap();
    assert_eq!(store.preferences(ann.id).await.unwrap(), Preferences::default());
}
