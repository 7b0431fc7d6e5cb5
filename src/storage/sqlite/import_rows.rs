//! The rows of an import: what is here already, and what is added.

use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::append::{insert_events, run_for};
use super::error::inconsistent;
use super::import::Fault;
use super::log_rows::EventRow;
use super::room_rows::rules_text;
use super::state_rows::EVERYBODY;
use super::to_sql;
use crate::domain::clock::Timestamp;
use crate::domain::conduct::Network;
use crate::domain::ids::UserId;
use crate::domain::name::{RoomName, UserName};
use crate::storage::archive::{BanLine, DeedLine, EventLine, MemberLine, RoomLine, SettingLine, StateLine, UserLine};
use crate::storage::{StorageError, StorageResult};

/// Events in one statement.
const BATCH: usize = 512;

const ADD_USER: &str = "
INSERT INTO users (id, name, name_key, password_hash, site_role, created_at, suspended_at, suspended_reason, silenced,
    trusted_at, totp_secret, totp_step)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, unhex($11), $12)";

const ADD_PROFILE: &str = "
INSERT INTO profiles (user_id, status_emoji, status_text, status_until, busy, hide_presence, hide_reads, last_seen_at)
VALUES ($1, $2->>'status_emoji', $2->>'status_text', $2->>'status_until', $2->>'busy', $2->>'hide_presence',
    $2->>'hide_reads', $2->>'last_seen_at')";

const ADD_PREFERENCES: &str = "
INSERT INTO preferences (user_id, theme, density, language, sound, notify, quiet_from, quiet_to, time_zone)
VALUES ($1, $2->>'theme', $2->>'density', $2->>'language', $2->>'sound', $2->>'notify', $2->>'quiet_from',
    $2->>'quiet_to', $2->>'time_zone')";

const ADD_BAN: &str = "
INSERT INTO bans (user_id, network, reason, made_by, made_by_name, made_at, ends_at)
SELECT $1, $2, $3, $4, $5, $6, $7
WHERE NOT EXISTS (SELECT 1 FROM bans WHERE user_id IS $1 AND network IS $2 AND made_at = $6)";

const ROOM_HERE: &str = "
SELECT id, last_seq, kind, name_key = $1 FROM rooms WHERE name_key = $1 OR direct_key = $2
ORDER BY name_key = $1 DESC LIMIT 1";

/// The id of the file, unless it was given out here before.
const ADD_ROOM: &str = "
INSERT INTO rooms (id, name, name_key, kind, topic, description, archived, slow_mode, retention_days, direct_key, made_by,
    made_at, rules)
VALUES (
    CASE WHEN EXISTS (SELECT 1 FROM rooms WHERE id = $1) OR EXISTS (SELECT 1 FROM events WHERE room_id = $1)
            OR EXISTS (SELECT 1 FROM removed_rooms WHERE room_id = $1) OR $1 < 1
        THEN NULL ELSE $1 END,
    $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
RETURNING id";

const ADOPT_ROOM: &str = "
UPDATE rooms SET name = $2, topic = $3, description = $4, archived = $5, slow_mode = $6, retention_days = $7,
    made_by = $8, made_at = $9, rules = $10 WHERE id = $1";

const ADD_MEMBER: &str = "
INSERT INTO memberships (room_id, user_id, role, muted_until, banned, read_seq, read_n, level, joined_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (room_id, user_id) DO NOTHING";

const ADD_STATES: &str = "
INSERT INTO message_states (room_id, seq, text, edited_at, edits, deleted_at, deleted_id, deleted_name, pinned_at,
    pinned_id, pinned_name, replies, last_reply, last_reply_at, reactions)
SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, unhex(value->>6), value->>7, value->>8,
    unhex(value->>9), value->>10, value->>11, value->>12, value->>13, value->>14
FROM json_each($1)";

const ADD_REACTIONS: &str = "
INSERT INTO reactions (room_id, seq, emoji, user_id, user_name, event_seq)
SELECT value->>0, value->>1, value->>2, unhex(value->>3), value->>4, value->>5 FROM json_each($1)";

const ADD_MENTIONS: &str = "
INSERT OR IGNORE INTO mentions (user_id, room_id, seq)
SELECT unhex(value->>0), value->>1, value->>2 FROM json_each($1)";

fn ms(time: Option<Timestamp>) -> Option<i64> {
    time.map(|time| time.0)
}

fn bytes(id: &UserId) -> &[u8] {
    id.as_bytes().as_slice()
}

/// Whether there is this account (`true`), or another one of this name.
pub(super) async fn user_here(
    connection: &mut SqliteConnection,
    id: UserId,
    name: &UserName,
) -> Result<Option<bool>, Fault> {
    let query = "SELECT id = $1 FROM users WHERE id = $1 OR name_key = $2 ORDER BY id = $1 DESC LIMIT 1";
    let query = sqlx::query_scalar(query).bind(bytes(&id)).bind(name.key().as_str().to_owned());
    Ok(query.fetch_optional(connection).await?)
}

pub(super) async fn add_user(connection: &mut SqliteConnection, line: &UserLine, name: &UserName) -> Result<(), Fault> {
    // Without a hash no password is right.
    let hash = line.secrets.as_ref().map_or("", |secrets| &secrets.password_hash);
    sqlx::query(ADD_USER)
        .bind(bytes(&line.id))
        .bind(name.as_str())
        .bind(name.key().as_str().to_owned())
        .bind(hash)
        .bind(&line.site_role)
        .bind(line.created_at.0)
        .bind(ms(line.suspended_at))
        .bind(&line.suspended_reason)
        .bind(line.silenced)
        .bind(ms(line.trusted_at))
        .bind(line.secrets.as_ref().and_then(|secrets| secrets.totp_secret.as_deref()))
        .bind(line.secrets.as_ref().and_then(|secrets| secrets.totp_step))
        .execute(&mut *connection)
        .await?;
    for (sql, columns) in [(ADD_PROFILE, &line.profile), (ADD_PREFERENCES, &line.preferences)] {
        if let Some(columns) = columns {
            sqlx::query(sql).bind(bytes(&line.id)).bind(columns.to_string()).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Sets it if there is none; answers with the one that was there.
pub(super) async fn setting(connection: &mut SqliteConnection, line: &SettingLine) -> Result<Option<String>, Fault> {
    let here: Option<String> = sqlx::query_scalar("SELECT value FROM settings WHERE key = $1")
        .bind(&line.key)
        .fetch_optional(&mut *connection)
        .await?;
    if here.is_none() {
        let query = sqlx::query("INSERT INTO settings (key, value) VALUES ($1, $2)");
        query.bind(&line.key).bind(&line.value).execute(connection).await?;
    }
    Ok(here)
}

pub(super) async fn ban(connection: &mut SqliteConnection, line: &BanLine) -> Result<bool, Fault> {
    if let Some(network) = &line.network {
        network.parse::<Network>().map_err(|error| Fault::Line(error.to_string()))?;
    }
    let added = sqlx::query(ADD_BAN)
        .bind(line.user.as_ref().map(bytes))
        .bind(&line.network)
        .bind(&line.reason)
        .bind(bytes(&line.by.id))
        .bind(&line.by.name)
        .bind(line.at.0)
        .bind(ms(line.ends_at))
        .execute(connection)
        .await?;
    Ok(added.rows_affected() > 0)
}

/// A room that stands in the way of one of the file, or is that one.
pub(super) struct RoomHere {
    pub(super) id: i64,
    pub(super) last_seq: u64,
    pub(super) kind: String,
    /// It has the same name; otherwise it is a direct room of the same people.
    pub(super) is_namesake: bool,
}

fn direct_key(line: &RoomLine) -> Option<Vec<u8>> {
    let mut people = line.people.clone();
    people.sort_unstable();
    (!people.is_empty()).then(|| people.iter().flat_map(|id| *id.as_bytes()).collect())
}

pub(super) async fn room_here(
    connection: &mut SqliteConnection,
    line: &RoomLine,
    name: &RoomName,
) -> Result<Option<RoomHere>, Fault> {
    let query = sqlx::query_as(ROOM_HERE).bind(name.key().as_str().to_owned()).bind(direct_key(line));
    let found: Option<(i64, i64, String, bool)> = query.fetch_optional(connection).await?;
    Ok(found.map(|(id, last_seq, kind, is_namesake)| {
        let last_seq = u64::try_from(last_seq).unwrap_or(0);
        RoomHere { id, last_seq, kind, is_namesake }
    }))
}

pub(super) async fn add_room(
    connection: &mut SqliteConnection,
    line: &RoomLine,
    name: &RoomName,
) -> Result<i64, Fault> {
    let query = sqlx::query_scalar(ADD_ROOM)
        .bind(line.id)
        .bind(name.as_str())
        .bind(name.key().as_str().to_owned())
        .bind(&line.kind)
        .bind(&line.topic)
        .bind(&line.description)
        .bind(line.archived)
        .bind(line.slow_mode)
        .bind(line.retention_days)
        .bind(direct_key(line))
        .bind(line.made_by.as_ref().map(bytes))
        .bind(line.made_at.0)
        .bind(rules_text(&line.rules)?);
    Ok(query.fetch_one(connection).await?)
}

pub(super) async fn adopt_room(
    connection: &mut SqliteConnection,
    id: i64,
    line: &RoomLine,
    name: &RoomName,
) -> Result<(), Fault> {
    sqlx::query(ADOPT_ROOM)
        .bind(id)
        .bind(name.as_str())
        .bind(&line.topic)
        .bind(&line.description)
        .bind(line.archived)
        .bind(line.slow_mode)
        .bind(line.retention_days)
        .bind(line.made_by.as_ref().map(bytes))
        .bind(line.made_at.0)
        .bind(rules_text(&line.rules)?)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn member(connection: &mut SqliteConnection, room: i64, line: &MemberLine) -> Result<bool, Fault> {
    let added = sqlx::query(ADD_MEMBER)
        .bind(room)
        .bind(bytes(&line.user))
        .bind(&line.role)
        .bind(ms(line.muted_until))
        .bind(line.banned)
        .bind(to_sql(line.read_seq)?)
        .bind(to_sql(line.read_messages)?)
        .bind(&line.level)
        .bind(line.joined_at.0)
        .execute(connection)
        .await?;
    Ok(added.rows_affected() > 0)
}

/// Whether this very event is here.
pub(super) async fn is_here(connection: &mut SqliteConnection, room: i64, line: &EventLine) -> Result<bool, Fault> {
    let query = "SELECT EXISTS (SELECT 1 FROM events
        WHERE room_id = $1 AND seq = $2 AND kind = $3 AND author_id = $4 AND at = $5)";
    let query = sqlx::query_scalar(query).bind(room).bind(to_sql(line.seq)?).bind(&line.kind);
    Ok(query.bind(bytes(&line.author.id)).bind(line.at.0).fetch_one(connection).await?)
}

pub(super) async fn set_end(
    connection: &mut SqliteConnection,
    room: i64,
    last_seq: u64,
    messages: u64,
) -> Result<(), Fault> {
    let query = sqlx::query("UPDATE rooms SET last_seq = $2, messages = $3 WHERE id = $1");
    query.bind(room).bind(to_sql(last_seq)?).bind(to_sql(messages)?).execute(connection).await?;
    Ok(())
}

/// Events that wait to be written, with what belongs to them.
#[derive(Default)]
pub(super) struct Rows {
    events: Vec<EventRow>,
    states: Vec<Value>,
    reactions: Vec<Value>,
    mentions: Vec<Value>,
}

impl Rows {
    pub(super) fn add(&mut self, row: EventRow, line: &EventLine, room: i64) -> StorageResult<()> {
        self.events.push(row);
        let seq = to_sql(line.seq)?;
        if let Some(data) = line.data.as_ref().filter(|_| line.kind == "message") {
            let people = data["mentions"].as_array().into_iter().flatten();
            for id in people.filter_map(|person| UserId::parse(person["id"].as_str()?)) {
                self.mentions.push(json!([id.0.simple().to_string(), room, seq]));
            }
            if data["everyone"] == Value::Bool(true) {
                self.mentions.push(json!([uuid::Uuid::from_bytes(EVERYBODY).simple().to_string(), room, seq]));
            }
        }
        let Some(state) = &line.state else { return Ok(()) };
        self.states.push(state_row(room, seq, state)?);
        for one in &state.reactions {
            let user = one.user.0.simple().to_string();
            self.reactions.push(json!([room, seq, one.emoji, user, one.name, to_sql(one.event)?]));
        }
        Ok(())
    }

    pub(super) fn is_full(&self) -> bool {
        self.events.len() >= BATCH
    }

    pub(super) async fn write(&mut self, connection: &mut SqliteConnection) -> Result<(), Fault> {
        self.insert(connection).await.map_err(|error| match error {
            // The rules of the tables: two reactions that are the same, say.
            StorageError::Unavailable { reason } if reason.contains("constraint failed") => {
                Fault::Line(format!("one of the {BATCH} lines up to here does not fit the others: {reason}"))
            }
            error => Fault::Storage(error),
        })
    }

    async fn insert(&mut self, connection: &mut SqliteConnection) -> StorageResult<()> {
        insert_events(connection, &self.events).await?;
        run_for(connection, ADD_STATES, &self.states).await?;
        run_for(connection, ADD_REACTIONS, &self.reactions).await?;
        run_for(connection, ADD_MENTIONS, &self.mentions).await?;
        *self = Self::default();
        Ok(())
    }
}

fn state_row(room: i64, seq: i64, state: &StateLine) -> StorageResult<Value> {
    let deed = |deed: &Option<DeedLine>| {
        let parts = |deed: &DeedLine| [json!(deed.at.0), json!(deed.by.id.0.simple().to_string()), json!(deed.by.name)];
        deed.as_ref().map_or([Value::Null, Value::Null, Value::Null], parts)
    };
    let last = state.last_reply.map(|(seq, at)| Ok::<_, StorageError>((to_sql(seq)?, at.0)));
    let (last_seq, last_at) = last.transpose()?.unzip();
    let reactions = i64::try_from(state.reactions.len()).map_err(inconsistent)?;
    let [deleted_at, deleted_id, deleted_name] = deed(&state.deleted);
    let [pinned_at, pinned_id, pinned_name] = deed(&state.pinned);
    Ok(json!([
        room,
        seq,
        state.text,
        ms(state.edited_at),
        state.edits,
        deleted_at,
        deleted_id,
        deleted_name,
        pinned_at,
        pinned_id,
        pinned_name,
        state.replies,
        last_seq,
        last_at,
        reactions
    ]))
}
