//! `parlor export`: writes what the server knows as lines of JSON, also while it runs.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Failure, block_on, database_url, load, note};
use crate::config::clap_args;
use crate::domain::clock::Clock;
use crate::storage::archive::{ExportOptions, Line};
use crate::storage::sqlite::export;

pub fn command() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("export")
        .about("Writes accounts, rooms, logs and settings as lines of JSON, also while a server runs on them")
        .after_help(
            "`parlor import` takes them in again. Logins and invites are exported with --with-secrets only; `parlor backup` \
             has everything.",
        )
        .arg(Arg::new("file").value_name("FILE|-").required(true).help("The file to write; - for standard output"))
        .arg(Arg::new("only_room").long("room").value_name("ROOM").help("This room only, with its people"))
        .arg(flag("with-secrets").help("Also what lets somebody in: hashes of passwords, secrets of second factors, logins, invites"))
        .arg(flag("force").help("Replace the file when it is there already"))
        .args(clap_args())
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let config = load(matches)?;
    let url = database_url(&config);
    let options = ExportOptions {
        room: matches.get_one::<String>("only_room").cloned(),
        secrets: matches.get_flag("with-secrets"),
    };
    let file = matches.get_one::<String>("file").map(String::as_str).unwrap_or_default();
    let mut target = Target::open(file, matches.get_flag("force"))?;
    let mut sink = |line: &Line| {
        serde_json::to_writer(&mut target.out, line)?;
        target.out.write_all(b"\n")
    };
    let work = export(url.as_deref(), &config.store.data, &options, Clock::System.now(), &mut sink);
    let lines = block_on(work)?.map_err(|error| Failure::Failed(error.to_string()))?;
    target.finish()?;
    note(&format!("{lines} lines were written"));
    Ok(())
}

/// Where the lines go. A file gets its name when it is whole.
struct Target {
    out: Box<dyn Write + Send>,
    /// The file as it is called meanwhile, and then.
    names: Option<(PathBuf, PathBuf)>,
}

impl Target {
    fn open(file: &str, force: bool) -> Result<Self, Failure> {
        if file == "-" {
            return Ok(Self { out: Box::new(BufWriter::new(io::stdout())), names: None });
        }
        if Path::new(file).exists() && !force {
            return Err(Failure::Failed(format!("{file} is already there; choose another name, or add --force")));
        }
        let part = PathBuf::from(format!("{file}.{}.part", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.open(&part).map_err(|error| failed(file, &error))?;
        Ok(Self { out: Box::new(BufWriter::new(opened)), names: Some((part, PathBuf::from(file))) })
    }

    fn finish(mut self) -> Result<(), Failure> {
        let shown = self.names.as_ref().map_or("standard output".into(), |(_, file)| file.display().to_string());
        self.out.flush().map_err(|error| failed(&shown, &error))?;
        if let Some((part, file)) = self.names.take() {
            let named =
                File::open(&part).and_then(|written| written.sync_all()).and_then(|()| fs::rename(&part, &file));
            named.map_err(|error| failed(&shown, &error))?;
        }
        Ok(())
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some((part, _)) = &self.names {
            // It is not whole, and nobody will ask for it.
            let _ = fs::remove_file(part);
        }
    }
}

fn failed(file: &str, error: &io::Error) -> Failure {
    Failure::Failed(format!("cannot write {file}: {error}"))
}
