//! A server to measure: the program itself, with all doors open, on one core.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::thread::{CpuSet, sched_setaffinity};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// Parts of a second in which the kernel counts processor time for programs (proc(5), `USER_HZ`); 100 everywhere.
const TICKS: f64 = 100.0;
const KIB: u64 = 1024;

/// It ends with this value.
pub struct Server {
    program: Child,
    /// Where browsers come in.
    pub web: SocketAddr,
    /// Framed TCP.
    pub tcp: SocketAddr,
    /// Plain lines.
    pub lines: SocketAddr,
    /// IRC.
    pub irc: SocketAddr,
    _data: TempDir,
}

impl Server {
    /// One that has begun to listen.
    pub async fn start() -> Self {
        let [web, tcp, lines, irc] = free();
        let data = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        pin(0);
        let program = Command::new(env!("CARGO_BIN_EXE_parlor"))
            .env_clear()
            .env("PARLOR_DATA", data.path())
            .env("PARLOR_LISTEN", web.to_string())
            .env("PARLOR_TCP", tcp.to_string())
            .env("PARLOR_LINES", lines.to_string())
            .env("PARLOR_IRC", irc.to_string())
            .env("PARLOR_WORKERS", "1")
            .env("PARLOR_GUESTS", "open")
            .env("PARLOR_RATE_LIMITS", "off")
            .env("PARLOR_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        pin(1);
        let server = Self { program, web, tcp, lines, irc, _data: data };
        for door in [web, tcp, lines, irc] {
            while TcpStream::connect(door).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        server
    }

    /// Processor time so far, user and system.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = self.read("stat");
        // Behind the name, which is in parentheses.
        let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
        let ticks = |field: usize| fields[field].parse::<f64>().expect("a number");
        (ticks(11) + ticks(12)) / TICKS
    }

    /// Memory that is in use.
    pub fn resident_bytes(&self) -> u64 {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * KIB
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.program.id())).expect("the server runs")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Addresses that nobody listens at.
fn free() -> [SocketAddr; 4] {
    let held = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    held.map(|listener| listener.local_addr().expect("an address"))
}

/// This thread, and what it starts, runs on this core only, if there is one of this number.
fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    let _ = sched_setaffinity(None, &cores);
}
