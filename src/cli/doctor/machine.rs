//! What `parlor doctor` looks at on the machine and the network.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Finding;
use crate::config::Config;
use crate::config::tls::TlsSource;
use crate::domain::clock::Clock;
use crate::tls::ServerTls;

/// How long a server may take to say that it is ready.
const PATIENCE: Duration = Duration::from_secs(5);
/// A certificate that ends this soon should be on its way out already.
const SOON: Duration = Duration::from_hours(24 * 14);
/// Files for everything but connections.
const OTHER_FILES: u64 = 256;
/// Bytes of an answer that are read.
const ANSWER_BYTES: u64 = 4096;

/// Are there open files enough for the connections that are allowed?
pub(super) fn open_files(connections: u64) -> Finding {
    const CHECK: &str = "open files";
    let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let says = format!("{most} may be open, {connections} connections are allowed");
    if connections.saturating_add(OTHER_FILES) > most {
        return Finding::fault(CHECK, format!("{says}: raise LimitNOFILE or ulimit -Hn, or lower max_connections"));
    }
    if most < 4096 {
        return Finding::note(CHECK, format!("{says}: few for a busy server; raise LimitNOFILE or ulimit -Hn"));
    }
    Finding::ok(CHECK, says)
}

/// Is the address free, or does a server answer there?
pub(super) async fn port(config: &Config) -> Finding {
    const CHECK: &str = "port";
    let address = &config.listen.listen;
    let resolved = match address.resolve() {
        Ok(resolved) => resolved,
        Err(error) => return Finding::fault(CHECK, format!("{address}: {error}; choose another with --listen")),
    };
    for one in resolved {
        match TcpListener::bind(one).await {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::AddrInUse && config.tls.source != TlsSource::Off => {
                return Finding::note(
                    CHECK,
                    format!("{one} is taken; ask https://{one}/readyz whether by a server that is ready"),
                );
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                return match status_of(reachable(one)).await {
                    Some(200) => Finding::ok(CHECK, format!("a server is ready at {one}")),
                    Some(503) => {
                        Finding::fault(CHECK, format!("the server at {one} is not ready; http://{one}/readyz says why"))
                    }
                    _ => Finding::fault(
                        CHECK,
                        format!("another program has {one}; stop it, or choose another address with --listen"),
                    ),
                };
            }
            Err(error) => return Finding::fault(CHECK, format!("cannot listen on {one}: {error}")),
        }
    }
    Finding::ok(CHECK, format!("{address} is free"))
}

/// Where a server that listens on every address is reached from here.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        let local: std::net::IpAddr = match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        address.set_ip(local);
    }
    address
}

/// What `/readyz` answers there, if it is one of ours.
async fn status_of(address: SocketAddr) -> Option<u16> {
    let ask = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES).read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        // Both of its answers have this word; another program would hardly.
        answer.contains("\"status\"").then_some(())?;
        answer.split(' ').nth(1)?.parse().ok()
    };
    tokio::time::timeout(PATIENCE, ask).await.ok().flatten()
}

/// With a certificate in files: can it be used, and for how long? One that the server makes for itself it renews.
pub(super) fn certificate(config: &Config) -> Finding {
    const CHECK: &str = "certificate";
    let now = Clock::System.now();
    let TlsSource::Files(files) = &config.tls.source else {
        return Finding::ok(CHECK, "none in files to look at");
    };
    let shown = files.cert.display();
    match ServerTls::open(&config.tls, &config.store.data, None, now) {
        Ok(Some(tls)) if tls.expires_at() <= now => {
            Finding::fault(CHECK, format!("{shown} was good until {}; put a new one in its place", tls.expires_at()))
        }
        Ok(Some(tls)) if tls.expires_at() <= now.plus(SOON) => {
            Finding::note(CHECK, format!("{shown} is good until {} only; put a new one in its place", tls.expires_at()))
        }
        Ok(Some(tls)) => Finding::ok(CHECK, format!("{shown} is good until {}", tls.expires_at())),
        Ok(None) => Finding::ok(CHECK, "none in files to look at"),
        Err(error) => Finding::fault(CHECK, error.to_string()),
    }
}

/// Does it say where people reach the server?
pub(super) fn public_url(config: &Config) -> Finding {
    const CHECK: &str = "public_url";
    let is_local = config.listen.listen.resolve().is_ok_and(|all| all.iter().all(|one| one.ip().is_loopback()));
    match &config.listen.public_url {
        Some(url) if url.is_secure() => Finding::ok(CHECK, url.origin()),
        Some(url) => Finding::note(
            CHECK,
            format!("{} is not https: passwords travel in clear, and browsers give no notifications", url.origin()),
        ),
        None if is_local => Finding::ok(CHECK, "not set; only this machine reaches the server"),
        None => Finding::note(CHECK, "not set: behind a proxy that changes Host, forms and WebSockets fail"),
    }
}
