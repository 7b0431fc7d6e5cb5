//! `parlor backup`: copies the database into one file, also while a server runs on it.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Failure, block_on, database_url, load};
use crate::config::clap_args;
use crate::storage::backup::Inventory;
use crate::storage::sqlite::copy_database;

pub fn command() -> Command {
    let file = Arg::new("file").value_name("FILE").required(true).help("The file to write");
    let force =
        Arg::new("force").long("force").action(ArgAction::SetTrue).help("Replace the file when it is there already");
    Command::new("backup")
        .about("Copies the database into one file, also while a server runs on it")
        .after_help(
            "The copy gets its name when it is whole and was checked. Nobody waits for it. It holds everything, in \
             clear: keep it as safe as the server.",
        )
        .arg(file)
        .arg(force)
        .args(clap_args())
}

#[expect(clippy::print_stdout, reason = "the output of this command")]
pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let config = load(matches)?;
    let file = matches.get_one::<String>("file").map(String::as_str).unwrap_or_default();
    let url = database_url(&config);
    let copied = copy_database(url.as_deref(), &config.store.data, Path::new(file), matches.get_flag("force"));
    let inventory = block_on(copied)?.map_err(|error| Failure::Failed(error.to_string()))?;
    println!("{file}: {}", told(&inventory));
    Ok(())
}

/// What a copy holds, for people.
pub(super) fn told(found: &Inventory) -> String {
    let Inventory { schema, users, rooms, events, bytes } = found;
    format!("{users} accounts, {rooms} rooms, {events} events, {bytes} bytes, schema {schema}; checked")
}
