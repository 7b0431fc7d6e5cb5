//! `parlor admin`: what those who run the server do, at the machine itself (`here`: it opens the database, so that it works when
//! nobody can log in) or at a running server (`there`: over REST). `tree` is what can be typed, `wish` what was meant.

mod here;
mod shown;
mod there;
mod tree;
mod wish;

use clap::ArgMatches;
use serde_json::Value;

use super::Failure;
use wish::Wish;

pub use tree::command;

/// How a command ends: what it shows, a value for each line.
type Shown = Result<Vec<Value>, Failure>;

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((noun, matches)) = matches.subcommand() else { unreachable!("clap asks for one") };
    let Some((verb, matches)) = matches.subcommand() else { unreachable!("clap asks for one") };
    let wish = Wish::read(noun, verb, matches)?;
    let as_json = matches.get_flag("json") || matches!(wish, Wish::Audit { all: true });
    let shown = if there::is_meant(matches) { there::run(matches, wish) } else { here::run(matches, wish) };
    shown::show(&shown?, as_json);
    Ok(())
}
