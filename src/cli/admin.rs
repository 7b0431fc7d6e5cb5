//! `parlor admin`: what those who run the server do, at the machine itself. It opens the database, so that it works when nobody
//! can log in; while a server holds the database it says so.

use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use super::{Failure, load};
use crate::admin::console::console;
use crate::admin::{Admin, AdminError, By, Places};
use crate::auth::Auth;
use crate::config::clap_args;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::conduct::Ban;
use crate::domain::person::SiteRole;
use crate::storage::audit::{AuditEntry, AuditFilter};
use crate::storage::order::{AccountFilter, WatchedAccount, WatchedRoom};
use crate::storage::sqlite::SqliteStore;
use crate::storage::{OpenError, SharedStore, StorageError};
use crate::telemetry::logging;
use crate::telemetry::metrics::Metrics;

/// How a command ends: what it shows, a value for each line.
type Shown = Result<Vec<Value>, Failure>;

pub fn command() -> Command {
    let verb = |name: &'static str, about: &'static str| Command::new(name).about(about);
    let needed = |name: &'static str, help: &'static str| Arg::new(name).value_name(help).required(true);
    let option = |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("TEXT").help(help);
    let on_off = |name: &'static str| {
        Arg::new(name).value_parser(["on", "off"]).default_value("on").value_name("on|off").help("On unless given")
    };
    let user = Command::new("user").about("Accounts").subcommand_required(true).subcommands([
        verb("list", "Lists accounts").arg(option("name", "Only with this in the name")).arg(
            Arg::new("trouble")
                .long("trouble")
                .action(ArgAction::SetTrue)
                .help("Only suspended, silenced or banned ones"),
        ),
        verb("show", "Shows one account").arg(needed("name", "NAME")),
        verb("role", "Gives a role").arg(needed("name", "NAME")).arg(needed("role", "ROLE").value_parser([
            "member",
            "moderator",
            "admin",
            "owner",
        ])),
        verb("suspend", "Lets no login of it work")
            .arg(needed("name", "NAME"))
            .arg(option("reason", "What they are told")),
        verb("unsuspend", "Ends a suspension").arg(needed("name", "NAME")),
        verb("silence", "Lets it read only").arg(needed("name", "NAME")).arg(on_off("switch")),
        verb("trust", "Trusts it although it is new").arg(needed("name", "NAME")).arg(on_off("switch")),
        verb("logout", "Ends all of its logins and tokens").arg(needed("name", "NAME")),
        verb("reset", "Makes a link for a new password; it works once").arg(needed("name", "NAME")),
        verb("delete", "Deletes it; what it wrote stays").arg(needed("name", "NAME")).arg(yes()),
    ]);
    let room = Command::new("room").about("Rooms").subcommand_required(true).subcommands([
        verb("list", "Lists rooms, but no direct ones").arg(option("name", "Only with this in the name")),
        verb("retention", "Keeps messages for so long")
            .arg(needed("room", "ROOM"))
            .arg(needed("days", "DAYS|default").help("0 is for ever; `default` as on the whole server")),
        verb("delete", "Deletes it with everything in it").arg(needed("room", "ROOM")).arg(yes()),
    ]);
    let ban = Command::new("ban").about("Who is shut out").subcommand_required(true).subcommands([
        verb("list", "Lists bans"),
        verb("add", "Shuts somebody out")
            .arg(needed("whom", "WHOM").help("A name, an address or a network such as 192.0.2.0/24"))
            .arg(option("reason", "What they are told"))
            .arg(option("until", "When it ends, such as 2027-01-31T12:00:00Z; never unless given")),
        verb("lift", "Takes a ban back").arg(needed("id", "NUMBER").value_parser(clap::value_parser!(i64))),
    ]);
    let setting =
        Command::new("setting").about("What holds without a restart").subcommand_required(true).subcommands([
            verb("list", "Lists them"),
            verb("set", "Changes one")
                .arg(needed("key", "NAME"))
                .arg(needed("value", "VALUE").allow_hyphen_values(true)),
        ]);
    let audit = Command::new("audit").about("What was done").subcommand_required(true).subcommands([
        verb("list", "Lists the newest hundred entries"),
        verb("verify", "Checks that nothing was changed or cut out"),
        verb("export", "Shows every entry, the newest first, a line of JSON each"),
    ]);
    let nouns = [user, room, ban, setting, audit];
    let nouns = nouns.map(|noun| noun.mut_subcommands(|verb| verb.arg(as_json()).args(clap_args())));
    Command::new("admin")
        .about("Runs the server's affairs at the machine itself, while the server is stopped")
        .after_help("While the server runs, use its pages under /admin, or the API under /api/v1/admin.")
        .subcommand_required(true)
        .subcommands(nouns)
}

fn as_json() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Shows a line of JSON for each")
}

fn yes() -> Arg {
    Arg::new("yes")
        .long("yes")
        .action(ArgAction::SetTrue)
        .required(true)
        .help("Nothing brings it back: say that you mean it")
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((noun, matches)) = matches.subcommand() else { unreachable!("clap asks for one") };
    let Some((verb, matches)) = matches.subcommand() else { unreachable!("clap asks for one") };
    let config = load(matches)?;
    logging::init(&config.log).map_err(|error| Failure::Failed(error.to_string()))?;
    let (noun, verb, as_json) = (noun.to_owned(), verb.to_owned(), matches.get_flag("json"));
    let matches = matches.clone();
    actix::System::new().block_on(async move {
        let url = config.store.database.as_ref().map(|url| url.expose().to_owned());
        let opened = SqliteStore::open(url.as_deref(), &config.store.data).await;
        let store: SharedStore = Arc::new(opened.map_err(cannot_open)?);
        let clock = Clock::System;
        let metrics = Metrics::new(clock.now());
        let auth = Auth::open(&config, store.clone(), clock.clone(), metrics).await.map_err(broken)?;
        let admin = Admin::new(store.clone(), Arc::new(auth), None, clock, Places::of(&config));
        let shown = carry_out(&admin, &noun, &verb, &matches).await;
        store.close().await;
        show(&shown?, as_json || verb == "export");
        Ok(())
    })
}

async fn carry_out(admin: &Admin, noun: &str, verb: &str, matches: &ArgMatches) -> Shown {
    let by = console();
    match noun {
        "user" => user(admin, &by, verb, matches).await,
        "room" => room(admin, &by, verb, matches).await,
        "ban" => ban(admin, &by, verb, matches).await,
        "setting" => setting(admin, &by, verb, matches).await,
        _ => audit(admin, &by, verb).await,
    }
}

async fn user(admin: &Admin, by: &By, verb: &str, matches: &ArgMatches) -> Shown {
    if verb == "list" {
        return users(admin, by, matches).await;
    }
    let name = text(matches, "name");
    let is_on = || text(matches, "switch") == "on";
    match verb {
        "show" => {}
        "role" => {
            let role = SiteRole::parse(text(matches, "role")).unwrap_or(SiteRole::Member);
            admin.set_role(by, name, role).await.map_err(refused)?;
        }
        "suspend" => admin.suspend(by, name, text(matches, "reason")).await.map_err(refused)?,
        "unsuspend" => admin.unsuspend(by, name).await.map_err(refused)?,
        "silence" => admin.silence(by, name, is_on()).await.map_err(refused)?,
        "trust" => admin.trust(by, name, is_on()).await.map_err(refused)?,
        "logout" => {
            let ended = admin.end_logins(by, name).await.map_err(refused)?;
            return Ok(vec![json!({ "ended": ended })]);
        }
        "reset" => {
            let link = admin.make_reset_link(by, name).await.map_err(refused)?;
            return Ok(vec![json!({ "path": link.path, "expires_at": link.expires_at })]);
        }
        _ => {
            admin.delete_person(by, name, false).await.map_err(refused)?;
            return Ok(vec![json!({ "deleted": name })]);
        }
    }
    Ok(vec![admin.person(by, name).await.map_err(refused)?.to_json()])
}

async fn users(admin: &Admin, by: &By, matches: &ArgMatches) -> Shown {
    let filter = AccountFilter {
        name: text(matches, "name").to_owned(),
        role: None,
        only_in_trouble: matches.get_flag("trouble"),
    };
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

async fn room(admin: &Admin, by: &By, verb: &str, matches: &ArgMatches) -> Shown {
    if verb == "retention" {
        let (name, days) = (text(matches, "room"), text(matches, "days"));
        let bad = || Failure::Usage("write a whole number of days, or `default`".to_owned());
        let days = if days == "default" { None } else { Some(days.parse().map_err(|_| bad())?) };
        admin.keep_messages(by, name, days).await.map_err(refused)?;
        return Ok(vec![json!({ "room": name, "retention_days": days })]);
    }
    if verb == "delete" {
        admin.delete_room(by, text(matches, "room")).await.map_err(refused)?;
        return Ok(vec![json!({ "deleted": text(matches, "room") })]);
    }
    let (mut shown, mut after) = (Vec::new(), String::new());
    loop {
        let (rooms, more) = admin.rooms(by, text(matches, "name"), &after).await.map_err(refused)?;
        shown.extend(rooms.iter().map(WatchedRoom::to_json));
        match rooms.last().filter(|_| more) {
            Some(last) => after = last.info.name.to_string(),
            None => return Ok(shown),
        }
    }
}

async fn ban(admin: &Admin, by: &By, verb: &str, matches: &ArgMatches) -> Shown {
    match verb {
        "list" => Ok(admin.bans(by).map_err(refused)?.iter().map(Ban::to_json).collect()),
        "add" => {
            let bad = || Failure::Usage("--until takes a time such as 2027-01-31T12:00:00Z".to_owned());
            let until = matches.get_one::<String>("until");
            let until = until.map(|text| Timestamp::parse(text).ok_or_else(bad)).transpose()?;
            let made = admin.ban(by, text(matches, "whom"), text(matches, "reason"), until).await;
            Ok(vec![made.map_err(refused)?.to_json()])
        }
        _ => {
            let id = matches.get_one::<i64>("id").copied().unwrap_or_default();
            admin.lift_ban(by, id).await.map_err(refused)?;
            Ok(vec![json!({ "lifted": id })])
        }
    }
}

async fn setting(admin: &Admin, by: &By, verb: &str, matches: &ArgMatches) -> Shown {
    if verb == "set" {
        admin.set(by, text(matches, "key"), text(matches, "value")).await.map_err(refused)?;
    }
    let all = admin.settings(by).await.map_err(refused)?;
    let meant = all.iter().filter(|(setting, _)| verb == "list" || setting.key == text(matches, "key"));
    Ok(meant.map(|(setting, value)| json!({ "key": setting.key, "value": value })).collect())
}

async fn audit(admin: &Admin, by: &By, verb: &str) -> Shown {
    if verb == "verify" {
        let verified = admin.verify_audit(by).await.map_err(refused)?;
        return match verified.broken_at {
            None => Ok(vec![verified.to_json()]),
            Some(id) => Err(Failure::Failed(format!(
                "entry {id} of the audit log does not follow from those before it: somebody has changed the database"
            ))),
        };
    }
    let (mut shown, mut before) = (Vec::new(), None);
    loop {
        let (entries, more) = admin.audit(by, &AuditFilter::default(), before).await.map_err(refused)?;
        shown.extend(entries.iter().map(AuditEntry::to_json));
        match entries.last().filter(|_| more && verb == "export") {
            Some(last) => before = Some(last.id),
            None => return Ok(shown),
        }
    }
}

/// An argument; nothing when this command has none of the name, or it was not given.
fn text<'a>(matches: &'a ArgMatches, name: &str) -> &'a str {
    matches.try_get_one::<String>(name).ok().flatten().map_or("", String::as_str)
}

#[expect(clippy::print_stdout, reason = "the output of this command")]
fn show(lines: &[Value], as_json: bool) {
    for line in lines {
        if as_json {
            println!("{line}");
        } else {
            println!("{}", readable(line));
        }
    }
}

/// `name=ann role=owner`: what is `null`, false or empty is left out.
fn readable(line: &Value) -> String {
    let fields = line.as_object().into_iter().flatten();
    let shown = fields.filter_map(|(name, value)| match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) if !text.contains([' ', '"', '=']) => Some(format!("{name}={text}")),
        Value::Bool(true) => Some(name.clone()),
        other => Some(format!("{name}={other}")),
    });
    shown.collect::<Vec<_>>().join("  ")
}

fn refused(error: AdminError) -> Failure {
    Failure::Failed(error.to_string())
}

fn broken(error: StorageError) -> Failure {
    Failure::Failed(error.to_string())
}

fn cannot_open(error: OpenError) -> Failure {
    Failure::Failed(match error {
        OpenError::Locked { path, holder } => format!(
            "a server (process {holder}) holds {}: use its pages under /admin or its API under /api/v1/admin, or stop it first",
            path.display()
        ),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_fit_together() {
        command().debug_assert();
    }

    #[test]
    fn a_line_shows_what_there_is() {
        let line = json!({ "name": "ann", "role": "owner", "silenced": false, "why": "too loud", "used_at": null });
        assert_eq!(readable(&line), "name=ann  role=owner  why=\"too loud\"");
    }
}
