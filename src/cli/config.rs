//! `parlor config`: shows the settings in force, or an example file with every one of them.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Failure, load};
use crate::config::{clap_args, example_toml};

pub fn command() -> Command {
    let example =
        Arg::new("example").long("example").action(ArgAction::SetTrue).help("Shows an example parlor.toml instead");
    Command::new("config").about("Shows the settings in force, with secrets hidden").args(clap_args()).arg(example)
}

#[expect(clippy::print_stdout, reason = "the output of this command")]
pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    if matches.get_flag("example") {
        print!("{}", example_toml());
    } else {
        print!("{}", load(matches)?.shown());
    }
    Ok(())
}
