//! The doors beside HTTP: which are open, where they listen, and what each thread does with who comes.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;

use actix_server::{GracefulShutdownSignal, ServerBuilder};
use actix_service::IntoServiceFactory;
use async_trait::async_trait;

use super::worker::{Parts, patience};
use super::{StartError, cannot_listen, listen};
use crate::admin::{Admin, By};
use crate::config::{Address, Config, DoorAddresses, DoorsConfig};
use crate::domain::ids::UserId;
use crate::domain::person::Door;
use crate::gateways::irc::{IrcKeeper, Office};
use crate::gateways::lines::LinesKeeper;
use crate::gateways::stream::acceptor::Acceptor;
use crate::gateways::stream::door::{Keeper, serve};
use crate::gateways::tcp::TcpKeeper;
use crate::gateways::websocket::only_http;
use crate::web::redirect::{self, Target};

/// A door that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenDoor {
    /// Which.
    pub door: Door,
    /// Whether it is under TLS.
    pub is_secure: bool,
    /// Where.
    pub address: SocketAddr,
}

/// A door that has its listener already.
pub(super) struct Listening {
    open: OpenDoor,
    flag: &'static str,
    listener: TcpListener,
}

/// Takes the addresses of all doors that have one.
pub(super) fn listen_all(config: &DoorsConfig) -> Result<Vec<Listening>, StartError> {
    let doors: [(Door, [&str; 2], &DoorAddresses); 3] = [
        (Door::Tcp, ["--tcp", "--tcp-tls"], &config.tcp),
        (Door::Lines, ["--lines", "--lines-tls"], &config.lines),
        (Door::Irc, ["--irc", "--irc-tls"], &config.irc),
    ];
    let mut listening = Vec::new();
    for (door, flags, addresses) in doors {
        for (flag, is_secure, address) in [(flags[0], false, &addresses.plain), (flags[1], true, &addresses.tls)] {
            let Some(address) = address else { continue };
            for listener in listen(flag, address)? {
                let bound = listener.local_addr().map_err(|error| cannot_listen(flag, address, &error))?;
                listening.push(Listening { open: OpenDoor { door, is_secure, address: bound }, flag, listener });
            }
        }
    }
    Ok(listening)
}

/// Has the server accept for these doors.
pub(super) fn serve_all(
    mut builder: ServerBuilder,
    listening: Vec<Listening>,
    parts: &Parts,
) -> Result<(ServerBuilder, Vec<OpenDoor>), StartError> {
    let mut open = Vec::new();
    for Listening { open: door, flag, listener } in listening {
        let parts = parts.clone();
        let cannot = |error| {
            let address = Address { host: door.address.ip().to_string(), port: door.address.port() };
            cannot_listen(flag, &address, &error)
        };
        let service = move || {
            let hall = parts.hall();
            let tls = parts.tls.as_deref().filter(|_| door.is_secure);
            let acceptor = Acceptor::new(tls, Arc::clone(&parts.doorway), patience(&parts.config).headers);
            serve(hall, acceptor, keeper(&parts, door.door))
        };
        builder = builder.listen(door.door.as_str(), listener, service).map_err(cannot)?;
        open.push(door);
    }
    Ok((builder, open))
}

/// Has the server lead plain HTTP to TLS, where that was asked for; `port` is where TLS is spoken.
pub(super) fn serve_redirects(
    mut builder: ServerBuilder,
    listeners: Vec<TcpListener>,
    config: &Config,
    port: u16,
    stopping: &GracefulShutdownSignal,
) -> Result<(ServerBuilder, Vec<SocketAddr>), StartError> {
    let mut addresses = Vec::new();
    for listener in listeners {
        let cannot = |error: std::io::Error| {
            let address = config.tls.http_redirect.as_ref().map(Address::to_string).unwrap_or_default();
            StartError::Listen { flag: "--http-redirect", address, reason: error.to_string() }
        };
        addresses.push(listener.local_addr().map_err(cannot)?);
        let target = Target { public_url: config.listen.public_url.clone(), port };
        let (patience, stopping) = (patience(config), stopping.clone());
        let serve = move || only_http::serve(redirect::app(target.clone()).into_factory(), patience, stopping.clone());
        builder = builder.listen("redirect", listener, serve).map_err(cannot)?;
    }
    Ok((builder, addresses))
}

/// What is this door's own.
fn keeper(parts: &Parts, door: Door) -> Rc<dyn Keeper> {
    let doors = &parts.config.doors;
    match door {
        Door::Lines => Rc::new(LinesKeeper { idle: doors.lines_idle }),
        Door::Tcp => Rc::new(TcpKeeper { exchange: Arc::clone(&parts.exchange) }),
        Door::Irc => Rc::new(IrcKeeper::new(doors, Rc::new(Operators(parts.admin.clone())), parts.clock.now())),
        Door::Websocket | Door::Events => {
            unreachable!("only doors of `listen_all` are asked for")
        }
    }
}

/// What operators of IRC do, done as those who run the server do it.
struct Operators(Admin);

#[async_trait(?Send)]
impl Office for Operators {
    async fn kill(&self, who: &str, from: IpAddr, user: UserId, name: &str, reason: &str) -> Result<(), String> {
        let by = By::operator(who, from);
        self.0.cut_person(&by, user, name, reason).await.map_err(|error| error.to_string())
    }
}
