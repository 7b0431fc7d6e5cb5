//! The real program, started as a user starts it: with flags, variables and a working folder of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::{Place, within};

/// A program that runs. It is killed when it is dropped.
pub struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: SocketAddr,
}

/// How a program ended, and what it wrote.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ended {
    /// The one line on standard error.
    pub fn complaint(&self) -> &str {
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(lines.len(), 1, "one line is enough: {self:?}");
        lines[0]
    }
}

/// The program in this folder, with these variables and no others of ours.
pub fn command(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlor"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PARLOR_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    // Nor does it see the logins of whoever runs the tests.
    command.env("XDG_CONFIG_HOME", folder.join("config"));
    command.current_dir(folder).args(arguments).envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Runs the program to its end.
pub async fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let output = within("the end", command(folder, arguments, variables).output()).await.expect("the program runs");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

impl Program {
    /// Starts the server on port 0 in this folder, and waits until it says where it is open.
    pub async fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        Self::start_at("127.0.0.1:0", folder, variables).await
    }

    /// Starts the server at this address, say that of one that was killed.
    pub async fn start_at(listen: &str, folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = command(folder, &["--listen", listen], variables);
        let mut child = command.stderr(Stdio::null()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let line = within("the first line", lines.next_line()).await.expect("UTF-8").expect("a line");
        let url = line.strip_prefix("Parlor is open at ").unwrap_or_else(|| panic!("{line}"));
        let (_, address) = url.split_once("://").expect("a URL");
        Self { address: address.parse().expect("an address"), child, lines }
    }

    /// The next line of standard output.
    pub async fn next_line(&mut self) -> String {
        within("a line", self.lines.next_line()).await.expect("UTF-8").expect("a line")
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Sends a signal: `TERM`, `INT`.
    pub async fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await.expect("kill runs");
        assert!(sent.success(), "signal {name}");
    }

    /// Bytes of memory it has just now, and the most it ever had.
    pub fn memory(&self) -> (usize, usize) {
        let id = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a status");
        let kib = |name: &str| -> usize {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of the status");
            line.trim().trim_end_matches(" kB").parse().expect("a number")
        };
        (kib("VmRSS:") * 1024, kib("VmHWM:") * 1024)
    }

    /// Kills it on the spot, and waits until it is gone.
    pub async fn kill(mut self) {
        within("the death", self.child.kill()).await.expect("killed");
    }

    /// Waits until it has ended; answers with its exit code.
    pub async fn ended(mut self) -> Option<i32> {
        let status = within("the end", self.child.wait()).await.expect("a status");
        let mut rest = String::new();
        let _ = self.lines.into_inner().read_to_string(&mut rest).await;
        status.code()
    }
}

impl Place for Program {
    fn address(&self) -> SocketAddr {
        self.address
    }
}
