//! `parlor admin` at the machine itself: it opens the database; while a server holds it, it says so.

use std::sync::Arc;
use std::time::Duration;

use clap::ArgMatches;
use serde_json::{Value, json};

use super::Shown;
use super::wish::{NewToken, RoomAct, UserAct, Wish};
use crate::admin::console::console;
use crate::admin::{Admin, AdminError, By, Places};
use crate::auth::Auth;
use crate::auth::devices::TokenWish;
use crate::cli::{Failure, load};
use crate::domain::clock::Clock;
use crate::domain::conduct::Ban;
use crate::domain::grant::Scope;
use crate::domain::ids::DeviceId;
use crate::domain::person::SiteRole;
use crate::storage::audit::{AuditEntry, AuditFilter};
use crate::storage::order::{AccountFilter, WatchedAccount, WatchedRoom};
use crate::storage::sqlite::SqliteStore;
use crate::storage::users::Account;
use crate::storage::{OpenError, SharedStore, StorageError};
use crate::telemetry::logging;
use crate::telemetry::metrics::Metrics;

/// Does it, with the database to itself.
pub fn run(matches: &ArgMatches, wish: Wish) -> Shown {
    let config = load(matches)?;
    logging::init(&config.log).map_err(|error| Failure::Failed(error.to_string()))?;
    actix::System::new().block_on(async move {
        let url = config.store.database.as_ref().map(|url| url.expose().to_owned());
        let opened = SqliteStore::open(url.as_deref(), &config.store.data).await;
        let store: SharedStore = Arc::new(opened.map_err(cannot_open)?);
        let clock = Clock::System;
        let metrics = Metrics::new(clock.now());
        let auth = Auth::open(&config, store.clone(), clock.clone(), metrics).await.map_err(broken)?;
        let admin = Admin::new(store.clone(), Arc::new(auth), None, clock, Places::of(&config));
        let shown = carry_out(&admin, &console(), wish).await;
        store.close().await;
        shown
    })
}

async fn carry_out(admin: &Admin, by: &By, wish: Wish) -> Shown {
    match wish {
        Wish::Users { part, role, in_trouble } => {
            users(admin, by, AccountFilter { name: part, role, only_in_trouble: in_trouble }).await
        }
        Wish::User { name, act } => user(admin, by, &name, act).await,
        Wish::Rooms { part } => rooms(admin, by, &part).await,
        Wish::Room { room: name, act } => room(admin, by, &name, act).await,
        Wish::Bans => Ok(admin.bans(by).map_err(refused)?.iter().map(Ban::to_json).collect()),
        Wish::Ban { whom, reason, until } => {
            Ok(vec![admin.ban(by, &whom, &reason, until).await.map_err(refused)?.to_json()])
        }
        Wish::LiftBan { id } => {
            admin.lift_ban(by, id).await.map_err(refused)?;
            Ok(vec![json!({ "lifted": id })])
        }
        Wish::Settings => settings(admin, by, None).await,
        Wish::Set { key, value } => {
            admin.set(by, &key, &value).await.map_err(refused)?;
            settings(admin, by, Some(&key)).await
        }
        Wish::Audit { all } => audit(admin, by, all).await,
        Wish::VerifyAudit => verify(admin, by).await,
        Wish::Invites => {
            let invites = admin.open_invites(by).await.map_err(refused)?;
            Ok(invites.iter().map(crate::storage::invites::Invite::to_json).collect())
        }
        Wish::AddInvite { room: Some(_), .. } => Err(needs_server("an invite into a room")),
        Wish::AddInvite { room: None, uses, days } => {
            Ok(vec![admin.make_invite(by, uses, days).await.map_err(refused)?.to_json()])
        }
        Wish::RevokeInvite { code } => {
            admin.take_back_invite(by, &code).await.map_err(refused)?;
            Ok(vec![json!({ "revoked": code })])
        }
        Wish::Bots | Wish::AddBot { .. } | Wish::Tokens { .. } | Wish::AddToken { .. } | Wish::RevokeToken { .. } => {
            bots(admin, by, wish).await
        }
    }
}

async fn user(admin: &Admin, by: &By, name: &str, act: UserAct) -> Shown {
    match act {
        UserAct::Show => {}
        UserAct::Role(role) => admin.set_role(by, name, role).await.map_err(refused)?,
        UserAct::Suspend { reason } => admin.suspend(by, name, &reason).await.map_err(refused)?,
        UserAct::Unsuspend => admin.unsuspend(by, name).await.map_err(refused)?,
        UserAct::Silence(on) => admin.silence(by, name, on).await.map_err(refused)?,
        UserAct::Trust(on) => admin.trust(by, name, on).await.map_err(refused)?,
        UserAct::Logout => {
            let ended = admin.end_logins(by, name).await.map_err(refused)?;
            return Ok(vec![json!({ "ended": ended })]);
        }
        UserAct::Reset => {
            let link = admin.make_reset_link(by, name).await.map_err(refused)?;
            return Ok(vec![json!({ "path": link.path, "expires_at": link.expires_at })]);
        }
        UserAct::Delete => {
            admin.delete_person(by, name, false).await.map_err(refused)?;
            return Ok(vec![json!({ "deleted": name })]);
        }
    }
    Ok(vec![admin.person(by, name).await.map_err(refused)?.to_json()])
}

async fn users(admin: &Admin, by: &By, filter: AccountFilter) -> Shown {
    let (mut shown, mut after) = (Vec::new(), String::new());
    loop {
        let (people, more) = admin.people(by, &filter, &after).await.map_err(refused)?;
        shown.extend(people.iter().map(WatchedAccount::to_json));
        match people.last().filter(|_| more) {
            Some(last) => after = last.account.name.to_string(),
            None => return Ok(shown),
        }
    }
}

async fn rooms(admin: &Admin, by: &By, part: &str) -> Shown {
    let (mut shown, mut after) = (Vec::new(), String::new());
    loop {
        let (rooms, more) = admin.rooms(by, part, &after).await.map_err(refused)?;
        shown.extend(rooms.iter().map(WatchedRoom::to_json));
        match rooms.last().filter(|_| more) {
            Some(last) => after = last.info.name.to_string(),
            None => return Ok(shown),
        }
    }
}

async fn room(admin: &Admin, by: &By, name: &str, act: RoomAct) -> Shown {
    match act {
        RoomAct::Retention(days) => {
            admin.keep_messages(by, name, days).await.map_err(refused)?;
            Ok(vec![json!({ "room": name, "retention_days": days })])
        }
        RoomAct::Delete => {
            admin.delete_room(by, name).await.map_err(refused)?;
            Ok(vec![json!({ "deleted": name })])
        }
        RoomAct::Archive(_) | RoomAct::Owner(_) => Err(needs_server("this")),
    }
}

async fn settings(admin: &Admin, by: &By, key: Option<&str>) -> Shown {
    let all = admin.settings(by).await.map_err(refused)?;
    let meant = all.iter().filter(|(setting, _)| key.is_none_or(|key| setting.key == key));
    Ok(meant.map(|(setting, value)| json!({ "key": setting.key, "value": value })).collect())
}

async fn verify(admin: &Admin, by: &By) -> Shown {
    let verified = admin.verify_audit(by).await.map_err(refused)?;
    match verified.broken_at {
        None => Ok(vec![verified.to_json()]),
        Some(id) => Err(broken_log(id)),
    }
}

/// Bots and tokens.
async fn bots(admin: &Admin, by: &By, wish: Wish) -> Shown {
    match wish {
        Wish::AddBot { name } => {
            let bot = admin.make_bot(by, &name).await.map_err(refused)?;
            Ok(vec![json!({ "id": bot.id, "name": bot.name, "created_at": bot.created_at })])
        }
        Wish::Tokens { owner } => tokens(admin, by, &owner.to_lowercase()).await,
        Wish::AddToken { bot, token: NewToken { label, scope, rooms, days } } => {
            let life = days.map(|days| Duration::from_hours(24 * u64::from(days)));
            let scope = Scope::parse(&scope).unwrap_or(Scope::Write);
            let wish = TokenWish { label: label.clone(), scope, rooms: None, life };
            let login = admin.make_token_at_console(by, &bot, wish, &rooms).await.map_err(refused)?;
            Ok(vec![json!({ "id": login.person.device, "label": label, "token": login.secret })])
        }
        Wish::RevokeToken { id } => {
            let bad = || Failure::Usage("`token list` shows the ids of tokens".to_owned());
            admin.revoke_token(by, DeviceId::parse(&id).ok_or_else(bad)?).await.map_err(refused)?;
            Ok(vec![json!({ "revoked": id })])
        }
        _ => {
            users(admin, by, AccountFilter { name: String::new(), role: Some(SiteRole::Bot), only_in_trouble: false })
                .await
        }
    }
}

async fn tokens(admin: &Admin, by: &By, owner: &str) -> Shown {
    let (mut shown, mut after) = (Vec::new(), None);
    loop {
        let (tokens, more) = admin.tokens(by, after).await.map_err(refused)?;
        let is_meant = |account: &Account| account.name.as_str().to_lowercase().contains(owner);
        shown.extend(tokens.iter().filter(|(_, account)| is_meant(account)).map(|(token, account)| {
            json!({
                "id": token.id,
                "user": account.name,
                "label": token.label,
                "scope": token.grant.scope,
                "created_at": token.created_at,
                "used_at": token.used_at,
                "expires_at": token.grant.until,
            })
        }));
        match tokens.last().filter(|_| more) {
            Some((last, _)) => after = Some(last.id),
            None => return Ok(shown),
        }
    }
}

/// The log was changed behind our back.
pub fn broken_log(id: i64) -> Failure {
    Failure::Failed(format!(
        "entry {id} of the audit log does not follow from those before it: somebody has changed the database"
    ))
}

async fn audit(admin: &Admin, by: &By, all: bool) -> Shown {
    let (mut shown, mut before) = (Vec::<Value>::new(), None);
    loop {
        let (entries, more) = admin.audit(by, &AuditFilter::default(), before).await.map_err(refused)?;
        shown.extend(entries.iter().map(AuditEntry::to_json));
        match entries.last().filter(|_| more && all) {
            Some(last) => before = Some(last.id),
            None => return Ok(shown),
        }
    }
}

fn needs_server(what: &str) -> Failure {
    Failure::Usage(format!("{what} needs the chat: start the server, and name it with --server URL"))
}

/// What the acts refused.
pub fn refused(error: AdminError) -> Failure {
    Failure::Failed(error.to_string())
}

fn broken(error: StorageError) -> Failure {
    Failure::Failed(error.to_string())
}

fn cannot_open(error: OpenError) -> Failure {
    Failure::Failed(match error {
        OpenError::Locked { path, holder } => format!(
            "a server (process {holder}) holds {}: name it with --server URL and a token, use its pages under /admin, or \
             stop it first",
            path.display()
        ),
        other => other.to_string(),
    })
}
