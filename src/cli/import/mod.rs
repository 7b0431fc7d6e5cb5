//! `parlor import`: takes in an export of this program, of Slack, or a log of an IRC client. Nothing or all of it.
//!
//! **How to add a kind:** a file here that makes lines of it (`storage::archive::Line`), and its word in [`Kind`].

mod irc;
mod ndjson;
mod own_lines;
mod slack;
mod slack_text;
mod slack_zip;

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};

use clap::{Arg, ArgAction, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, block_on, database_url, load, note};
use crate::admin::settings::LiveSetting;
use crate::config::{Config, clap_args};
use crate::domain::clock::Clock;
use crate::domain::name::RoomName;
use crate::storage::archive::{ImportError, Line, Report, SettingLine, Tally};
use crate::storage::sqlite::SqliteStore;

/// Problems shown one by one.
const SHOWN: usize = 50;

/// What a file may be.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Parlor,
    Slack,
    Weechat,
    Irssi,
}

const KINDS: [(&str, Kind); 4] =
    [("parlor", Kind::Parlor), ("slack", Kind::Slack), ("weechat", Kind::Weechat), ("irssi", Kind::Irssi)];

type Lines = Box<dyn Iterator<Item = Result<Line, String>> + Send>;

pub fn command() -> Command {
    Command::new("import")
        .about("Takes in an export of this program or of Slack, or a log of an IRC client; the server must not run")
        .after_help(
            "All of the file or nothing is taken in; what is there already is passed over, so a file may come again. \
             Slack: a zip file; people become accounts without a password, threads, reactions and edits stay. \
             IRC: one log goes into one room (--room), its authors get no accounts; times are of time_zone.",
        )
        .arg(Arg::new("file").value_name("FILE|-").required(true).help("The file; - for standard input"))
        .arg(
            Arg::new("from")
                .long("from")
                .value_name("KIND")
                .value_parser(KINDS.map(|(word, _)| word))
                .default_value("parlor")
                .help("What the file is"),
        )
        .arg(Arg::new("into_room").long("room").value_name("ROOM").help("Where a log of an IRC client goes"))
        .arg(Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help("Only tell what it would do"))
        .args(clap_args())
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let config = load(matches)?;
    let word = matches.get_one::<String>("from").map_or("parlor", String::as_str);
    let kind = KINDS.into_iter().find(|(name, _)| *name == word).map_or(Kind::Parlor, |(_, kind)| kind);
    let file = matches.get_one::<String>("file").map(String::as_str).unwrap_or_default();
    let room = matches.get_one::<String>("into_room").map(String::as_str);
    let lines = lines_of(kind, file, room, &config)?;
    let dry_run = matches.get_flag("dry-run");
    let bar = progress();
    let outcome = block_on(async {
        let url = database_url(&config);
        let store = SqliteStore::open(url.as_deref(), &config.store.data).await;
        let store = store.map_err(|error| Failure::Failed(error.to_string()))?;
        let outcome = store.import(lines, dry_run, &mut |number| bar.set_position(number)).await;
        crate::storage::Store::close(&store).await;
        Ok::<_, Failure>(outcome)
    })??;
    bar.finish_and_clear();
    match outcome {
        Ok(report) => tell(&report, dry_run),
        Err(ImportError::Malformed { problems }) => {
            for problem in &problems {
                note(&format!("{file}: {problem}"));
            }
            Err(Failure::Failed(format!("{file} is not right, so nothing was imported")))
        }
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}

fn lines_of(kind: Kind, file: &str, room: Option<&str>, config: &Config) -> Result<Lines, Failure> {
    let refused = |error: String| Failure::Failed(format!("{file}: {error}"));
    if room.is_some() != matches!(kind, Kind::Weechat | Kind::Irssi) {
        let line = match kind {
            Kind::Weechat | Kind::Irssi => "say with --room where the log should go",
            Kind::Parlor | Kind::Slack => "--room is for logs of IRC clients; the others know their rooms",
        };
        return Err(Failure::Usage(line.to_owned()));
    }
    let lines = match kind {
        Kind::Parlor => return Ok(Box::new(ndjson::lines(reader(file)?).map(|line| line.and_then(with_good_setting)))),
        Kind::Slack => {
            let archive = File::open(file).map_err(|error| refused(error.to_string()))?;
            slack::lines(slack_zip::read(archive, slack_zip::Bounds::default()).map_err(refused)?, Clock::System.now())
        }
        Kind::Weechat | Kind::Irssi => {
            let name = RoomName::parse(room.unwrap_or_default());
            let name = name.map_err(|error| Failure::Usage(format!("--room: {error}")))?;
            let format = if matches!(kind, Kind::Weechat) { irc::Format::Weechat } else { irc::Format::Irssi };
            irc::lines(reader(file)?, format, &name, &config.pages.time_zone, Clock::System.now()).map_err(refused)?
        }
    };
    Ok(Box::new(lines.into_iter().map(Ok)))
}

/// A setting has to be one that could be made here.
fn with_good_setting(line: Line) -> Result<Line, String> {
    if let Line::Setting(SettingLine { key, value }) = &line
        && let Ok(known) = LiveSetting::named(key)
    {
        known.check(value).map_err(|error| error.to_string())?;
    }
    Ok(line)
}

fn reader(file: &str) -> Result<Box<dyn BufRead + Send>, Failure> {
    if file == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let opened = File::open(file).map_err(|error| Failure::Failed(format!("{file}: {error}")))?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, opened)))
}

/// Shown on a terminal only.
fn progress() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{elapsed_precise} {pos} lines ({per_sec})");
    style.map_or_else(|_| ProgressBar::hidden(), |style| ProgressBar::no_length().with_style(style))
}

#[expect(clippy::print_stdout, reason = "the output of this command")]
fn tell(report: &Report, dry_run: bool) -> Result<(), Failure> {
    for problem in report.left_out.iter().take(SHOWN) {
        note(&format!("left out: {problem}"));
    }
    if report.left_out.len() > SHOWN {
        note(&format!("left out: {} more", report.left_out.len() - SHOWN));
    }
    let all = [
        ("accounts", report.users),
        ("rooms", report.rooms),
        ("memberships", report.members),
        ("events", report.events),
        ("settings and bans", report.others),
    ];
    println!("{}", if dry_run { "It would be imported:" } else { "Imported:" });
    for (what, Tally { added, present }) in all {
        println!("  {what}: {added} new, {present} there already");
    }
    let is_useless = all.iter().all(|(_, tally)| tally.added + tally.present == 0) && !report.left_out.is_empty();
    if is_useless { Err(Failure::Failed("all of it was left out".to_owned())) } else { Ok(()) }
}
