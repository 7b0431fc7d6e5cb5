//! The tables `profiles` and `preferences`.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::inconsistent;
use super::{SqliteStore, to_json, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::emoji::Emoji;
use crate::domain::ids::UserId;
use crate::domain::membership::Level;
use crate::domain::preferences::{DayTime, Density, Language, Preferences, QuietHours, Theme, ZoneName};
use crate::domain::profile::{PresenceNote, Privacy, Profile};
use crate::domain::status_line::{StatusLine, StatusText};
use crate::storage::{Profiles, StorageResult};

const PROFILE: &str = "
SELECT user_id, status_emoji, status_text, status_until, busy, hide_presence, hide_reads, last_seen_at
FROM profiles WHERE user_id = $1";

const TOLD: &str = "
SELECT user_id, status_emoji, status_text, status_until, busy, hide_presence, hide_reads, last_seen_at
FROM profiles WHERE busy OR hide_presence OR hide_reads OR status_emoji <> '' OR status_text <> ''";

const SET_LINE: &str = "
INSERT INTO profiles (user_id, status_emoji, status_text, status_until) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id) DO UPDATE SET
    status_emoji = excluded.status_emoji, status_text = excluded.status_text, status_until = excluded.status_until";

const SET_PRIVACY: &str = "
INSERT INTO profiles (user_id, hide_presence, hide_reads) VALUES ($1, $2, $3)
ON CONFLICT (user_id) DO UPDATE SET
    hide_presence = excluded.hide_presence, hide_reads = excluded.hide_reads,
    last_seen_at = CASE WHEN excluded.hide_presence THEN NULL ELSE last_seen_at END";

/// `WHERE true` tells the parser that `ON` does not belong to the join.
const NOTE_BUSY: &str = "
INSERT INTO profiles (user_id, busy)
SELECT u.id, n.value->>1 FROM json_each($1) n JOIN users u ON u.id = unhex(n.value->>0) WHERE true
ON CONFLICT (user_id) DO UPDATE SET busy = excluded.busy";

const NOTE_SEEN: &str = "
INSERT INTO profiles (user_id, last_seen_at)
SELECT u.id, n.value->>1 FROM json_each($1) n JOIN users u ON u.id = unhex(n.value->>0) WHERE true
ON CONFLICT (user_id) DO UPDATE SET last_seen_at = excluded.last_seen_at WHERE hide_presence = 0";

const LAST_SEEN: &str = "
SELECT user_id, last_seen_at FROM profiles
WHERE user_id IN (SELECT unhex(value) FROM json_each($1)) AND last_seen_at IS NOT NULL AND hide_presence = 0";

const PREFERENCES: &str = "
SELECT theme, density, language, sound, notify, quiet_from, quiet_to, time_zone FROM preferences WHERE user_id = $1";

const SET_PREFERENCES: &str = "
INSERT INTO preferences (user_id, theme, density, language, sound, notify, quiet_from, quiet_to, time_zone)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (user_id) DO UPDATE SET
    theme = excluded.theme, density = excluded.density, language = excluded.language, sound = excluded.sound,
    notify = excluded.notify, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
    time_zone = excluded.time_zone";

fn profile(row: &SqliteRow, now: Timestamp) -> StorageResult<(UserId, Profile)> {
    let line = StatusLine {
        // One that a later table of Unicode has is none to this one.
        emoji: Emoji::parse(row.try_get(1)?).ok(),
        text: StatusText::trusted(row.try_get(2)?),
        until: row.try_get::<Option<i64>, _>(3)?.map(Timestamp),
    };
    let profile = Profile {
        line: line.at(now),
        busy: row.try_get(4)?,
        privacy: Privacy { hide_presence: row.try_get(5)?, hide_reads: row.try_get(6)? },
        last_seen: row.try_get::<Option<i64>, _>(7)?.map(Timestamp),
    };
    Ok((user_id(row.try_get(0)?)?, profile))
}

/// The quiet hours in two columns that are both NULL or both not.
pub(super) fn quiet(from: Option<i64>, to: Option<i64>) -> StorageResult<Option<QuietHours>> {
    let time = |minutes| DayTime::of_minutes(minutes).ok_or_else(|| inconsistent("a time of no day"));
    from.zip(to).map(|(from, to)| Ok(QuietHours { from: time(from)?, to: time(to)? })).transpose()
}

/// A level as text.
pub(super) fn level(text: &str) -> StorageResult<Level> {
    Level::parse(text).ok_or_else(|| inconsistent("an unknown level"))
}

fn preferences(row: &SqliteRow) -> StorageResult<Preferences> {
    Ok(Preferences {
        theme: Theme::parse(row.try_get(0)?).ok_or_else(|| inconsistent("an unknown theme"))?,
        density: Density::parse(row.try_get(1)?).ok_or_else(|| inconsistent("an unknown density"))?,
        // A language that a later version knew is none to this one.
        language: Language::parse(row.try_get(2)?).unwrap_or_default(),
        sound: row.try_get(3)?,
        notify: level(row.try_get(4)?)?,
        quiet: quiet(row.try_get(5)?, row.try_get(6)?)?,
        time_zone: ZoneName::trusted(row.try_get(7)?),
    })
}

#[async_trait]
impl Profiles for SqliteStore {
    async fn profile(&self, user: UserId, now: Timestamp) -> StorageResult<Profile> {
        let row = sqlx::query(PROFILE).bind(user.as_bytes().as_slice()).fetch_optional(&self.readers).await?;
        row.map_or_else(|| Ok(Profile::default()), |row| Ok(profile(&row, now)?.1))
    }

    async fn profiles(&self, now: Timestamp) -> StorageResult<Vec<(UserId, Profile)>> {
        let rows = sqlx::query(TOLD).fetch_all(&self.readers).await?;
        rows.iter().map(|row| profile(row, now)).collect()
    }

    async fn set_status_line(&self, user: UserId, line: &StatusLine) -> StorageResult<()> {
        sqlx::query(SET_LINE)
            .bind(user.as_bytes().as_slice())
            .bind(line.emoji.map_or("", Emoji::as_str))
            .bind(line.text.as_str())
            .bind(line.until.map(|until| until.0))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn set_privacy(&self, user: UserId, privacy: Privacy) -> StorageResult<()> {
        sqlx::query(SET_PRIVACY)
            .bind(user.as_bytes().as_slice())
            .bind(privacy.hide_presence)
            .bind(privacy.hide_reads)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn note_presence(&self, notes: &[(UserId, PresenceNote)]) -> StorageResult<()> {
        let key = |user: UserId| user.0.simple();
        let busy: Vec<_> = notes.iter().filter_map(|(user, note)| Some((key(*user), i64::from(note.busy?)))).collect();
        let seen: Vec<_> = notes.iter().filter_map(|(user, note)| Some((key(*user), note.last_seen?.0))).collect();
        for (statement, rows) in [(NOTE_BUSY, busy), (NOTE_SEEN, seen)] {
            if !rows.is_empty() {
                sqlx::query(statement).bind(to_json(&rows)?).execute(&self.writer).await?;
            }
        }
        Ok(())
    }

    async fn last_seen(&self, users: &[UserId]) -> StorageResult<Vec<(UserId, Timestamp)>> {
        let ids: Vec<_> = users.iter().map(|user| user.0.simple()).collect();
        let rows: Vec<(Vec<u8>, i64)> = sqlx::query_as(LAST_SEEN).bind(to_json(&ids)?).fetch_all(&self.readers).await?;
        rows.into_iter().map(|(id, at)| Ok((user_id(&id)?, Timestamp(at)))).collect()
    }

    async fn preferences(&self, user: UserId) -> StorageResult<Preferences> {
        let row = sqlx::query(PREFERENCES).bind(user.as_bytes().as_slice()).fetch_optional(&self.readers).await?;
        row.map_or_else(|| Ok(Preferences::default()), |row| preferences(&row))
    }

    async fn set_preferences(&self, user: UserId, preferences: &Preferences) -> StorageResult<()> {
        sqlx::query(SET_PREFERENCES)
            .bind(user.as_bytes().as_slice())
            .bind(preferences.theme.as_str())
            .bind(preferences.density.as_str())
            .bind(preferences.language.as_str())
            .bind(preferences.sound)
            .bind(preferences.notify.as_str())
            .bind(preferences.quiet.map(|quiet| quiet.from.minutes()))
            .bind(preferences.quiet.map(|quiet| quiet.to.minutes()))
            .bind(preferences.time_zone.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
