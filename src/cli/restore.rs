//! `parlor restore`: puts a backup in the place of the database, while no server runs on it.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::backup::told;
use super::{Failure, block_on, database_url, load};
use crate::config::clap_args;
use crate::domain::clock::Clock;
use crate::storage::BackupError;
use crate::storage::sqlite::{Restored, restore};

pub fn command() -> Command {
    let file = Arg::new("file").value_name("FILE").required(true).help("The backup");
    let yes = Arg::new("yes")
        .long("yes")
        .action(ArgAction::SetTrue)
        .help("Replace a database that is there without asking; it is kept beside the restored one");
    Command::new("restore")
        .about("Puts a backup in the place of the database, while no server runs on it")
        .arg(file)
        .arg(yes)
        .args(clap_args())
}

#[expect(clippy::print_stdout, reason = "the output of this command")]
pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let config = load(matches)?;
    let file = matches.get_one::<String>("file").map(String::as_str).unwrap_or_default();
    let url = database_url(&config);
    let attempt = |replace: bool| {
        let work = restore(Path::new(file), url.as_deref(), &config.store.data, replace, Clock::System.now());
        block_on(work)
    };
    let outcome = match attempt(matches.get_flag("yes"))? {
        Err(BackupError::WouldReplace { path }) if io::stdin().is_terminal() => {
            if !agreed(&path)? {
                return Err(Failure::Failed("nothing was changed".to_owned()));
            }
            attempt(true)?
        }
        outcome => outcome,
    };
    let Restored { inventory, database, kept } = outcome.map_err(|error| Failure::Failed(error.to_string()))?;
    println!("{}: {}", database.display(), told(&inventory));
    if let Some(kept) = kept {
        println!("The database that was there is kept as {}", kept.display());
    }
    Ok(())
}

/// Asks on the terminal.
#[expect(clippy::print_stdout, reason = "a question to whoever typed the command")]
fn agreed(database: &Path) -> Result<bool, Failure> {
    print!("There is a database at {}. Replace it, and keep it beside? [y/N] ", database.display());
    let failed = |error: io::Error| Failure::Failed(format!("cannot ask: {error}; use --yes"));
    io::stdout().flush().map_err(failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
