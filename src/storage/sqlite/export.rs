//! Reads everything out, as lines: on a connection of its own and in one transaction, so that it is one moment, also of a
//! database that a server holds.

use std::io;
use std::path::Path;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::backup::reading;
use super::error::{inconsistent, open_error};
use super::examine::{Depth, verdict};
use super::open::file_of;
use super::removal::EVENTS_REMOVED;
use super::room_rows::rules;
use super::{SqliteStore, export_rows, from_sql, user_id};
use crate::domain::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::name::NameKey;
use crate::storage::archive::{
    BanLine, DeedLine, EventLine, ExportError, ExportOptions, Exports, FORMAT, Header, IdentityLine, Line, MemberLine,
    Person, ReactionLine, Reading, RoomLine, Secrets, SettingLine, StateLine, UserLine, VERSION,
};
use crate::storage::settings::{SECRET, VAPID_KEY};
use crate::storage::{BackupError, StorageResult};

/// Events read at a time.
const PAGE: i64 = 1000;

const USERS: &str = "
SELECT u.id, u.name, u.site_role, u.created_at, u.suspended_at, u.suspended_reason, u.silenced, u.trusted_at,
    u.password_hash, lower(hex(u.totp_secret)), u.totp_step,
    (SELECT json_object('status_emoji', p.status_emoji, 'status_text', p.status_text, 'status_until', p.status_until,
        'busy', p.busy, 'hide_presence', p.hide_presence, 'hide_reads', p.hide_reads, 'last_seen_at', p.last_seen_at)
        FROM profiles p WHERE p.user_id = u.id),
    (SELECT json_object('theme', s.theme, 'density', s.density, 'language', s.language, 'sound', s.sound,
        'notify', s.notify, 'quiet_from', s.quiet_from, 'quiet_to', s.quiet_to, 'time_zone', s.time_zone)
        FROM preferences s WHERE s.user_id = u.id),
    (SELECT json_group_array(json_array(i.issuer, i.subject, i.created_at) ORDER BY i.issuer, i.subject)
        FROM identities i WHERE i.user_id = u.id AND $1 IS NULL),
    (SELECT json_group_array(lower(hex(c.hash)) ORDER BY c.hash) FROM recovery_codes c WHERE c.user_id = u.id)
FROM users u
WHERE $1 IS NULL OR u.id IN (SELECT m.user_id FROM memberships m WHERE m.room_id = $1)
ORDER BY u.id";

const SETTINGS: &str = "SELECT key, value FROM settings ORDER BY key";

const BANS: &str = "
SELECT user_id, network, reason, made_by, made_by_name, made_at, ends_at FROM bans ORDER BY made_at, id";

const ROOMS: &str = "
SELECT id, name, kind, topic, description, archived, slow_mode, retention_days, direct_key, made_by, made_at, last_seq,
    rules
FROM rooms WHERE $1 IS NULL OR id = $1 ORDER BY id";

const MEMBERS: &str = "
SELECT room_id, user_id, role, muted_until, banned, read_seq, read_n, level, joined_at FROM memberships
WHERE $1 IS NULL OR room_id = $1 ORDER BY room_id, user_id";

const INVITES: &str = "
SELECT code, made_by, room_id, uses, max_uses, created_at, expires_at FROM invites ORDER BY created_at, code";

const LOGINS: &str = "
SELECT id, user_id, kind, label, lower(hex(secret_hash)), created_at, used_at, expires_at, scope, rooms, fixed FROM devices
ORDER BY id";

const REPORTS: &str = "
SELECT room_id, seq, text, author_id, author_name, reporter_id, reporter_name, reason, at, closed_at, closed_by, outcome
FROM reports ORDER BY id";

const AUDIT: &str = "
SELECT id, at, actor_id, actor_name, origin, action, target, details, lower(hex(hash)) FROM audit ORDER BY id";

const EVENTS: &str = "
SELECT e.id, e.room_id, e.seq, e.kind, e.author_id, e.author_name, e.at, e.text, e.reply_to, e.thread, e.nonce, e.data,
    s.seq, s.text, s.edited_at, s.edits, s.deleted_at, s.deleted_id, s.deleted_name, s.pinned_at, s.pinned_id,
    s.pinned_name, s.replies, s.last_reply, s.last_reply_at,
    CASE WHEN s.reactions > 0 THEN (
        SELECT json_group_array(json_array(x.emoji, hex(x.user_id), x.user_name, x.event_seq) ORDER BY x.event_seq)
        FROM reactions x WHERE x.room_id = e.room_id AND x.seq = e.seq) END
FROM events e JOIN rooms r ON r.id = e.room_id
LEFT JOIN message_states s ON s.room_id = e.room_id AND s.seq = e.seq
WHERE e.id > $2 AND ($1 IS NULL OR e.room_id = $1) ORDER BY e.id LIMIT $3";

/// Writes the database that these settings name as lines. Answers how many.
///
/// # Errors
/// What was written then is not whole.
pub async fn export(
    url: Option<&str>,
    data_dir: &Path,
    options: &ExportOptions,
    now: Timestamp,
    sink: &mut (dyn FnMut(&Line) -> io::Result<()> + Send),
) -> Result<u64, ExportError> {
    let (path, _) = file_of(url, data_dir).map_err(BackupError::from)?;
    if !path.exists() {
        return Err(BackupError::NothingThere { path }.into());
    }
    let mut exporter = Exporter::begin(&path, options.clone(), now).await?;
    let mut written = 0;
    while let Some(lines) = exporter.next().await? {
        for line in &lines {
            sink(line)?;
        }
        written += lines.len() as u64;
    }
    Ok(written)
}

#[async_trait]
impl Exports for SqliteStore {
    async fn export(&self, options: &ExportOptions, now: Timestamp) -> Result<Box<dyn Reading>, ExportError> {
        Ok(Box::new(Exporter::begin(&self.path, options.clone(), now).await?))
    }
}

/// True for what is nobody's business outside of this database: secrets, and places in its own tables.
pub(super) fn stays_here(key: &str) -> bool {
    const OWN: [&str; 6] = [SECRET, VAPID_KEY, "nonces_sorted_to", "search_indexed_to", "last_probe", EVENTS_REMOVED];
    OWN.contains(&key)
        || key.starts_with("retention:")
        || ["secret", "password", "private", "token"].iter().any(|word| key.contains(word))
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
enum Part {
    Header,
    /// A table that is read at once: its place in [`TABLES`].
    Table(usize),
    /// Events after this one.
    Events(i64),
    End,
}

/// A table: how it is read, how a row becomes a line, and whether the export of one room has it.
struct Table {
    sql: &'static str,
    line: fn(&SqliteRow) -> StorageResult<Option<Line>>,
    of_rooms: bool,
    is_secret: bool,
}

const TABLES: [Table; 8] = [
    Table { sql: SETTINGS, line: setting, of_rooms: false, is_secret: false },
    Table { sql: BANS, line: ban, of_rooms: false, is_secret: false },
    Table { sql: ROOMS, line: room_line, of_rooms: true, is_secret: false },
    Table { sql: MEMBERS, line: member, of_rooms: true, is_secret: false },
    Table { sql: INVITES, line: export_rows::invite, of_rooms: false, is_secret: true },
    Table { sql: LOGINS, line: export_rows::login, of_rooms: false, is_secret: true },
    Table { sql: REPORTS, line: export_rows::report, of_rooms: false, is_secret: false },
    Table { sql: AUDIT, line: export_rows::audit, of_rooms: false, is_secret: false },
];

/// An export that is under way. Its connection is closed when it is dropped, which ends its transaction.
struct Exporter {
    connection: SqliteConnection,
    options: ExportOptions,
    now: Timestamp,
    room: Option<i64>,
    next: Part,
}

impl Exporter {
    async fn begin(path: &Path, options: ExportOptions, now: Timestamp) -> Result<Self, ExportError> {
        let mut connection = reading(path).await.map_err(BackupError::from)?;
        let schema = verdict(&mut connection, path, Depth::Start).await.map_err(BackupError::from)?;
        if schema != super::migrations::newest() {
            return Err(ExportError::Older);
        }
        let begun = sqlx::query("BEGIN").execute(&mut connection).await;
        begun.map_err(|error| BackupError::from(open_error(path, &error)))?;
        let mut exporter = Self { connection, options, now, room: None, next: Part::Header };
        if let Some(name) = exporter.options.room.clone() {
            exporter.room = Some(exporter.find(&name).await?);
        }
        Ok(exporter)
    }

    async fn find(&mut self, name: &str) -> Result<i64, ExportError> {
        let query = sqlx::query_scalar("SELECT id FROM rooms WHERE name_key = $1");
        let found = query.bind(NameKey::of(name).as_str()).fetch_optional(&mut self.connection).await;
        let found = found.map_err(crate::storage::StorageError::from)?;
        found.ok_or_else(|| ExportError::NoRoom { name: name.to_owned() })
    }

    fn header(&self) -> Line {
        Line::Header(Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            made_at: self.now,
            secrets: self.options.secrets,
            room: self.options.room.clone(),
        })
    }

    async fn users(&mut self) -> StorageResult<Vec<Line>> {
        let rows = sqlx::query(USERS).bind(self.room).fetch_all(&mut self.connection).await?;
        rows.iter().map(|row| user(row, self.options.secrets)).filter_map(Result::transpose).collect()
    }

    async fn table(&mut self, table: &Table) -> StorageResult<Vec<Line>> {
        if (self.room.is_some() && !table.of_rooms) || (table.is_secret && !self.options.secrets) {
            return Ok(Vec::new());
        }
        let query = sqlx::query(table.sql);
        let query = if table.of_rooms { query.bind(self.room) } else { query };
        let rows = query.fetch_all(&mut self.connection).await?;
        rows.iter().map(table.line).filter_map(Result::transpose).collect()
    }

    /// The next events, and the last of them.
    async fn events(&mut self, after: i64) -> StorageResult<Option<(Vec<Line>, i64)>> {
        let query = sqlx::query(EVENTS).bind(self.room).bind(after).bind(PAGE);
        let rows = query.fetch_all(&mut self.connection).await?;
        let Some(newest) = rows.last() else { return Ok(None) };
        let last = newest.try_get(0)?;
        let lines: StorageResult<Vec<Line>> = rows.iter().map(event).filter_map(Result::transpose).collect();
        Ok(Some((lines?, last)))
    }
}

#[async_trait]
impl Reading for Exporter {
    async fn next(&mut self) -> Result<Option<Vec<Line>>, ExportError> {
        let (lines, next) = match self.next {
            Part::Header => {
                let mut lines = vec![self.header()];
                lines.extend(self.users().await?);
                (lines, Part::Table(0))
            }
            Part::Table(at) => match TABLES.get(at) {
                Some(table) => (self.table(table).await?, Part::Table(at + 1)),
                None => (Vec::new(), Part::Events(0)),
            },
            Part::Events(after) => match self.events(after).await? {
                Some((lines, last)) => (lines, Part::Events(last)),
                None => (Vec::new(), Part::End),
            },
            Part::End => return Ok(None),
        };
        self.next = next;
        Ok(Some(lines))
    }
}

pub(super) fn time(row: &SqliteRow, column: usize) -> StorageResult<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp))
}

pub(super) fn id(row: &SqliteRow, column: usize) -> StorageResult<Option<UserId>> {
    row.try_get::<Option<&[u8]>, _>(column)?.map(user_id).transpose()
}

pub(super) fn whose(row: &SqliteRow, first: usize) -> StorageResult<Person> {
    let id = id(row, first)?.ok_or_else(|| inconsistent("somebody without an id"))?;
    Ok(Person { id, name: row.try_get(first + 1)? })
}

pub(super) fn parsed<T: serde::de::DeserializeOwned>(row: &SqliteRow, column: usize) -> StorageResult<Option<T>> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(|text| serde_json::from_str(text).map_err(inconsistent)).transpose()
}

fn user(row: &SqliteRow, with_secrets: bool) -> StorageResult<Option<Line>> {
    let secrets = with_secrets.then(|| {
        let totp_secret: Option<String> = row.try_get(9)?;
        let totp_secret = totp_secret.filter(|hex| !hex.is_empty());
        let recovery_codes = parsed(row, 14)?.unwrap_or_default();
        let (password_hash, totp_step) = (row.try_get(8)?, row.try_get(10)?);
        Ok::<_, crate::storage::StorageError>(Secrets { password_hash, totp_secret, totp_step, recovery_codes })
    });
    let identities: Option<Vec<(String, String, i64)>> = parsed(row, 13)?;
    let identity =
        |(issuer, subject, at): (String, String, i64)| IdentityLine { issuer, subject, created_at: Timestamp(at) };
    Ok(Some(Line::User(Box::new(UserLine {
        id: user_id(row.try_get(0)?)?,
        name: row.try_get(1)?,
        site_role: row.try_get(2)?,
        created_at: Timestamp(row.try_get(3)?),
        suspended_at: time(row, 4)?,
        suspended_reason: row.try_get(5)?,
        silenced: row.try_get(6)?,
        trusted_at: time(row, 7)?,
        secrets: secrets.transpose()?,
        profile: parsed(row, 11)?,
        preferences: parsed(row, 12)?,
        identities: identities.unwrap_or_default().into_iter().map(identity).collect(),
    }))))
}

fn setting(row: &SqliteRow) -> StorageResult<Option<Line>> {
    let key: String = row.try_get(0)?;
    Ok(if stays_here(&key) { None } else { Some(Line::Setting(SettingLine { key, value: row.try_get(1)? })) })
}

fn ban(row: &SqliteRow) -> StorageResult<Option<Line>> {
    Ok(Some(Line::Ban(BanLine {
        user: id(row, 0)?,
        network: row.try_get(1)?,
        reason: row.try_get(2)?,
        by: whose(row, 3)?,
        at: Timestamp(row.try_get(5)?),
        ends_at: time(row, 6)?,
    })))
}

fn room_line(row: &SqliteRow) -> StorageResult<Option<Line>> {
    let people: Option<&[u8]> = row.try_get(8)?;
    Ok(Some(Line::Room(Box::new(RoomLine {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        kind: row.try_get(2)?,
        topic: row.try_get(3)?,
        description: row.try_get(4)?,
        archived: row.try_get(5)?,
        slow_mode: row.try_get(6)?,
        retention_days: row.try_get(7)?,
        people: people.unwrap_or_default().chunks(16).map(user_id).collect::<StorageResult<_>>()?,
        made_by: id(row, 9)?,
        made_at: Timestamp(row.try_get(10)?),
        events: from_sql(row.try_get(11)?)?,
        rules: rules(row.try_get(12)?)?,
    }))))
}

fn member(row: &SqliteRow) -> StorageResult<Option<Line>> {
    Ok(Some(Line::Member(MemberLine {
        room: row.try_get(0)?,
        user: user_id(row.try_get(1)?)?,
        role: row.try_get(2)?,
        muted_until: time(row, 3)?,
        banned: row.try_get(4)?,
        read_seq: from_sql(row.try_get(5)?)?,
        read_messages: from_sql(row.try_get(6)?)?,
        level: row.try_get(7)?,
        joined_at: Timestamp(row.try_get(8)?),
    })))
}

fn event(row: &SqliteRow) -> StorageResult<Option<Line>> {
    let number = |column: usize| row.try_get::<Option<i64>, _>(column)?.map(from_sql).transpose();
    Ok(Some(Line::Event(Box::new(EventLine {
        room: row.try_get(1)?,
        seq: from_sql(row.try_get(2)?)?,
        kind: row.try_get(3)?,
        author: whose(row, 4)?,
        at: Timestamp(row.try_get(6)?),
        text: row.try_get(7)?,
        target: number(8)?,
        thread: number(9)?,
        nonce: row.try_get(10)?,
        data: parsed(row, 11)?,
        state: number(12)?.map(|_| state(row)).transpose()?,
    }))))
}

fn state(row: &SqliteRow) -> StorageResult<StateLine> {
    let deed = |first: usize| {
        let at = time(row, first)?;
        at.map(|at| Ok::<_, crate::storage::StorageError>(DeedLine { by: whose(row, first + 1)?, at })).transpose()
    };
    let last_reply: (Option<i64>, Option<i64>) = (row.try_get(23)?, row.try_get(24)?);
    let last_reply = match last_reply {
        (Some(seq), Some(at)) => Some((from_sql(seq)?, Timestamp(at))),
        _ => None,
    };
    let reactions: Option<Vec<(String, UserId, String, u64)>> = parsed(row, 25)?;
    let reactions = reactions.unwrap_or_default().into_iter();
    Ok(StateLine {
        text: row.try_get(13)?,
        edited_at: time(row, 14)?,
        edits: row.try_get(15)?,
        deleted: deed(16)?,
        pinned: deed(19)?,
        replies: row.try_get(22)?,
        last_reply,
        reactions: reactions.map(|(emoji, user, name, event)| ReactionLine { emoji, user, name, event }).collect(),
    })
}
