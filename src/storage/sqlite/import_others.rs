//! What an import takes in beside rooms and their logs: identities, invites, logins, reports, the audit log.

use serde_json::json;
use sqlx::SqliteConnection;

use super::import::{Fate, Fault, Import, wrong};
use super::to_sql;
use crate::domain::name::UserName;
use crate::domain::person::Author;
use crate::storage::archive::{AuditLine, InviteLine, LoginLine, ReportLine, UserLine};
use crate::storage::audit::{Act, BEGINNING, hex};

const ADD_IDENTITY: &str = "
INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (issuer, subject) DO NOTHING";

const ADD_CODE: &str = "INSERT OR IGNORE INTO recovery_codes (user_id, hash) VALUES ($1, unhex($2))";

const ADD_INVITE: &str = "
INSERT INTO invites (code, made_by, room_id, uses, max_uses, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (code) DO NOTHING";

const ADD_LOGIN: &str = "
INSERT INTO devices (id, user_id, kind, label, secret_hash, created_at, used_at, expires_at, scope, rooms, fixed)
VALUES ($1, $2, $3, $4, unhex($5), $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING";

const ADD_REPORT: &str = "
INSERT INTO reports (room_id, seq, text, author_id, author_name, reporter_id, reporter_name, reason, at, closed_at,
    closed_by, outcome)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (room_id, seq, reporter_id) DO NOTHING";

const ADD_AUDIT: &str = "
INSERT INTO audit (id, at, actor_id, actor_name, origin, action, target, details, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, unhex($9))";

/// The audit log of a file, beside the one that is here.
pub(super) struct AuditLog {
    /// The hash of the last entry of the file.
    last: [u8; 32],
    /// Its number.
    id: i64,
    /// The log here is another one: that was told.
    is_other: bool,
}

/// Adds what other systems call a new account, and its recovery codes; answers with what is left out.
pub(super) async fn add_identities(connection: &mut SqliteConnection, line: &UserLine) -> Result<Vec<String>, Fault> {
    let id = line.id.as_bytes().as_slice();
    let mut left_out = Vec::new();
    for identity in &line.identities {
        let query = sqlx::query(ADD_IDENTITY).bind(&identity.issuer).bind(&identity.subject).bind(id);
        let added = query.bind(identity.created_at.0).execute(&mut *connection).await?;
        if added.rows_affected() == 0 {
            let (issuer, name) = (&identity.issuer, &line.name);
            left_out.push(format!("{issuer} vouches for somebody else here under a name that {name} had"));
        }
    }
    for code in line.secrets.iter().flat_map(|secrets| &secrets.recovery_codes) {
        sqlx::query(ADD_CODE).bind(id).bind(code).execute(&mut *connection).await?;
    }
    Ok(left_out)
}

impl Import<'_> {
    pub(super) async fn invite(&mut self, line: &InviteLine) -> Result<(), Fault> {
        let room = match line.room.map(|room| self.rooms.get(&room)) {
            None => None,
            Some(None) => return Err(wrong("an invite into a room that is not before it")),
            Some(Some(room)) if room.fate == Fate::LeftOut => {
                self.leave_out("an invite into a room that was left out".to_owned());
                return Ok(());
            }
            Some(Some(room)) => Some(room.id),
        };
        if !self.users.contains(&line.made_by) {
            self.leave_out("an invite of an account that is not here".to_owned());
            return Ok(());
        }
        let added = sqlx::query(ADD_INVITE)
            .bind(&line.code)
            .bind(line.made_by.as_bytes().as_slice())
            .bind(room)
            .bind(line.uses)
            .bind(line.max_uses)
            .bind(line.created_at.0)
            .bind(line.expires_at.map(|time| time.0))
            .execute(&mut *self.connection)
            .await?;
        self.report.others.count(added.rows_affected() > 0);
        Ok(())
    }

    /// A login goes on working where its account goes on: for the same rooms, as they are called here.
    pub(super) async fn login(&mut self, line: &LoginLine) -> Result<(), Fault> {
        if !self.users.contains(&line.user) {
            self.leave_out("a login of an account that is not here".to_owned());
            return Ok(());
        }
        let here = |room: &i64| self.rooms.get(room).filter(|room| room.fate != Fate::LeftOut).map(|room| room.id);
        let rooms = line.rooms.as_ref().map(|rooms| rooms.iter().filter_map(here).collect::<Vec<i64>>());
        let added = sqlx::query(ADD_LOGIN)
            .bind(line.id.as_bytes().as_slice())
            .bind(line.user.as_bytes().as_slice())
            .bind(&line.kind)
            .bind(&line.label)
            .bind(&line.secret_hash)
            .bind(line.created_at.0)
            .bind(line.used_at.0)
            .bind(line.expires_at.map(|time| time.0))
            .bind(&line.scope)
            .bind(rooms.map(|rooms| json!(rooms).to_string()))
            .bind(line.fixed)
            .execute(&mut *self.connection)
            .await?;
        self.report.others.count(added.rows_affected() > 0);
        Ok(())
    }

    pub(super) async fn report(&mut self, line: &ReportLine) -> Result<(), Fault> {
        let Some(room) = self.rooms.get(&line.room) else {
            return Err(wrong(format!("there is no room with the id {} before it", line.room)));
        };
        if line.seq > room.expected {
            return Err(wrong(format!("a report of message {}, of {}", line.seq, room.expected)));
        }
        if room.fate == Fate::LeftOut {
            self.leave_out("a report of a message in a room that was left out".to_owned());
            return Ok(());
        }
        let added = sqlx::query(ADD_REPORT)
            .bind(room.id)
            .bind(to_sql(line.seq)?)
            .bind(&line.text)
            .bind(line.author.id.as_bytes().as_slice())
            .bind(&line.author.name)
            .bind(line.reporter.id.as_bytes().as_slice())
            .bind(&line.reporter.name)
            .bind(&line.reason)
            .bind(line.at.0)
            .bind(line.closed_at.map(|time| time.0))
            .bind(&line.closed_by)
            .bind(&line.outcome)
            .execute(&mut *self.connection)
            .await?;
        self.report.others.count(added.rows_affected() > 0);
        Ok(())
    }

    /// Entries come with their hashes. The log of the file has to be whole, and goes on from the one that is here, or that
    /// one stays as it is: two chains cannot be made one.
    pub(super) async fn audit(&mut self, line: &AuditLine) -> Result<(), Fault> {
        let log = self.audit.get_or_insert(AuditLog { last: BEGINNING, id: 0, is_other: false });
        let actor = Author { id: line.actor.id, name: UserName::trusted(line.actor.name.clone()) };
        let act = Act {
            at: line.at,
            actor,
            origin: line.origin.clone(),
            action: line.action.clone(),
            target: line.target.clone(),
            details: line.details.clone(),
        };
        let hash = act.hash(&log.last, line.id);
        if line.id != log.id + 1 || hex(&hash) != line.hash {
            let id = line.id;
            return Err(wrong(format!("entry {id} of the audit log does not follow from those before it")));
        }
        (log.last, log.id) = (hash, line.id);
        if log.is_other {
            return Ok(());
        }
        let here: Option<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM audit WHERE id = $1")
            .bind(line.id)
            .fetch_optional(&mut *self.connection)
            .await?;
        match here {
            Some(here) if here == hash => self.report.others.count(false),
            Some(_) => {
                log.is_other = true;
                let id = line.id;
                self.leave_out(format!("the audit log here is another one from entry {id} on, and stays as it is"));
            }
            None => {
                self.add_entry(line).await?;
                self.report.others.count(true);
            }
        }
        Ok(())
    }

    async fn add_entry(&mut self, line: &AuditLine) -> Result<(), Fault> {
        sqlx::query(ADD_AUDIT)
            .bind(line.id)
            .bind(line.at.0)
            .bind(line.actor.id.as_bytes().as_slice())
            .bind(&line.actor.name)
            .bind(&line.origin)
            .bind(&line.action)
            .bind(&line.target)
            .bind(&line.details)
            .bind(&line.hash)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }
}
