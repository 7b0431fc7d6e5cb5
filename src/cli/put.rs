//! `parlor put`: hands a file to somebody.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};

use super::handing::{self, Bar};
use super::{Failure, connecting};
use crate::client::files;

pub fn command() -> Command {
    Command::new("put")
        .about("Hands a file to somebody who takes it with `parlor get`")
        .after_help(
            "The server passes the file on and keeps nothing of it. Waits until they take it, goes on where it stopped after \
             a lost connection, and ends with 0 when they have it and its SHA-256 is right.",
        )
        .arg(Arg::new("file").value_name("FILE").required(true).value_parser(value_parser!(PathBuf)).help("Which file"))
        .arg(Arg::new("to").long("to").value_name("USER").required(true).help("To whom: the name of an account"))
        .args(handing::arguments())
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let target = handing::target(matches)?;
    let file = matches.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    let to = matches.get_one::<String>("to").cloned().unwrap_or_default();
    let bar = Bar::new(matches);
    connecting::run(|| async move {
        let outcome = handing::or_interrupted(files::put(&target, &file, &to, &bar)).await;
        bar.finish();
        outcome
    })
}
