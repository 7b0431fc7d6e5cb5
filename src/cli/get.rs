//! `parlor get`: takes a file that somebody hands over.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::handing::{self, Bar};
use super::{Failure, connecting, note};
use crate::client::files::{self, Offer};

pub fn command() -> Command {
    Command::new("get")
        .about("Takes a file that somebody hands over with `parlor put`")
        .after_help(
            "Asks before it takes anything, unless --from says from whom, and before it overwrites, unless --force does. \
             What was interrupted goes on where it stopped. Ends with 0 when one file is there and its SHA-256 is right.",
        )
        .arg(Arg::new("from").long("from").value_name("USER").help("Take it without asking if it comes from this account"))
        .arg(
            Arg::new("into")
                .long("into")
                .value_name("FOLDER")
                .default_value(".")
                .value_parser(value_parser!(PathBuf))
                .help("Where to put it"),
        )
        .arg(Arg::new("force").long("force").action(ArgAction::SetTrue).help("Overwrite a file of the same name"))
        .args(handing::arguments())
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let target = handing::target(matches)?;
    let folder = matches.get_one::<PathBuf>("into").cloned().unwrap_or_default();
    if !folder.is_dir() {
        return Err(Failure::Usage(format!("--into: there is no folder {}", folder.display())));
    }
    let from = matches.get_one::<String>("from").cloned();
    let may_overwrite = matches.get_flag("force");
    let bar = Bar::new(matches);
    connecting::run(|| async move {
        let wants = async |offer: &Offer| decide(offer, from.as_deref(), &folder, may_overwrite).await;
        let outcome = handing::or_interrupted(files::get(&target, &folder, wants, &bar)).await;
        bar.finish();
        let path = outcome?;
        note(&format!("{} is there", path.display()));
        Ok(())
    })
}

/// Whether a file is taken. Nothing is taken, and nothing overwritten, that nobody has said yes to.
async fn decide(offer: &Offer, from: Option<&str>, folder: &Path, may_overwrite: bool) -> bool {
    let Offer { from: sender, filename, size, .. } = offer;
    let is_expected = from == Some(sender.as_str());
    if from.is_some() && !is_expected {
        note(&format!("{sender} wants to hand over {filename}; it was not taken"));
        return false;
    }
    let is_new = may_overwrite || !folder.join(filename).exists();
    if is_expected && is_new {
        return true;
    }
    if !std::io::stdin().is_terminal() {
        let way = if is_new { "--from takes it" } else { "it is there already, and --force overwrites it" };
        note(&format!("{sender} wants to hand over {filename}; {way}"));
        return false;
    }
    let overwrites = if is_new { "" } else { " and OVERWRITE the one that is there" };
    let question = format!("{sender} hands over {filename} ({size} bytes). Take it{overwrites}? [y/N] ");
    tokio::task::spawn_blocking(move || asked(&question)).await.unwrap_or(false)
}

fn asked(question: &str) -> bool {
    let mut answer = String::new();
    let is_asked = write!(std::io::stderr(), "{question}").and_then(|()| std::io::stderr().flush()).is_ok();
    is_asked && std::io::stdin().lock().read_line(&mut answer).is_ok() && answer.trim().eq_ignore_ascii_case("y")
}
