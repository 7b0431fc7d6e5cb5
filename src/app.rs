//! The composition root: the only place that knows everybody. It opens the database, starts the actors and the worker
//! threads, and takes it all down again in order.

pub mod doors;
pub mod upkeep;
mod worker;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, Arbiter};
use actix_web::dev::ServerHandle;
use async_trait::async_trait;
use derive_more::{Display, Error, From};
use tokio::task::JoinHandle;

use crate::admin::{self, Admin, Places};
use crate::auth::forwarded::Doorway;
use crate::auth::vouched::JwksError;
use crate::auth::{Auth, AuthError};
use crate::chat::Chat;
use crate::chat::alerts::Alerts;
use crate::chat::journal::Journal;
use crate::chat::server::{ChatServer, Setup};
use crate::config::{Address, Config, PublicUrl, TlsSource};
use crate::domain::clock::Clock;
use crate::domain::ids::UserId;
use crate::domain::profile::Profile;
use crate::gateways::admission::Admission;
use crate::gateways::tcp::files::Exchange;
use crate::gateways::websocket::address_share::AddressShare;
use crate::push::follower::Attendance;
use crate::push::{self, Push, PushError};
use crate::storage::search::follow_log;
use crate::storage::sqlite::{Snapshots, SqliteStore};
use crate::storage::{OpenError, SharedStore, StorageError};
use crate::telemetry::metrics::Metrics;
use crate::tls::{self, ServerTls, TlsError};
use crate::web::middleware::rate_limits::RequestRates;
use crate::web::search::Searcher;
use crate::web::state::Draining;
use crate::web::views::render::{RenderError, Renderer};
use doors::OpenDoor;
use upkeep::Schedule;
use worker::{Parts, worker};

/// Why the server did not start. One line each.
#[derive(Debug, Display, Error, From)]
pub enum StartError {
    /// The database.
    #[display("{_0}")]
    Open(OpenError),
    /// The database, after it was opened.
    #[display("{_0}")]
    Storage(StorageError),
    /// The templates.
    #[display("{_0}")]
    Render(RenderError),
    /// The keys of those who vouch for people.
    #[display("{_0}")]
    Keys(JwksError),
    /// The key of Web Push.
    #[display("{_0}")]
    Push(PushError),
    /// A setting is about something that this program was built without.
    #[display("{setting} is set, but this parlor was built without {what}: build with --features {feature}")]
    #[from(skip)]
    NotBuilt {
        /// The setting.
        setting: &'static str,
        /// What it is about.
        what: &'static str,
        /// What builds it in.
        feature: &'static str,
    },
    /// The certificate.
    #[display("{_0}")]
    Tls(TlsError),
    /// The first account.
    #[display("admin_name, admin_password: {_0}")]
    Admin(AuthError),
    /// The address.
    #[display("cannot listen on {address}: {reason}. Stop the other program, or choose another address with {flag}.")]
    #[from(skip)]
    Listen {
        /// The flag that changes it.
        flag: &'static str,
        /// Which.
        address: String,
        /// The system's words.
        #[error(not(source))]
        reason: String,
    },
    /// A second signal while stopping.
    #[display("stopped at once, because a second signal came")]
    #[from(skip)]
    Interrupted,
}

/// A server that is running.
pub struct Server {
    addresses: Vec<SocketAddr>,
    redirects: Vec<SocketAddr>,
    doors: Vec<OpenDoor>,
    tls: Option<Arc<ServerTls>>,
    clock: Clock,
    handle: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    /// What it does from time to time.
    upkeep: Vec<JoinHandle<()>>,
    renewing: Option<JoinHandle<()>>,
    notifying: [JoinHandle<()>; 2],
    following: JoinHandle<()>,
    hub: Arbiter,
    chat: Chat,
    auth: Arc<Auth>,
    store: SharedStore,
    draining: Draining,
    shutdown: Duration,
}

/// Starts a server in the running actix system. It serves from now on.
///
/// # Errors
/// What stood in the way; nothing is left running then.
pub async fn start(config: Config, clock: Clock) -> Result<Server, StartError> {
    check_features(&config)?;
    let url = config.store.database.as_ref().map(|url| url.expose().to_owned());
    let snapshots = Snapshots { folder: config.upkeep.folder(&config.store.data), now: clock.now() };
    let store = SqliteStore::open_with(url.as_deref(), &config.store.data, &snapshots).await?;
    let store: SharedStore = Arc::new(store);
    match serve(config, clock, store.clone()).await {
        Ok(server) => Ok(server),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

async fn serve(config: Config, clock: Clock, store: SharedStore) -> Result<Server, StartError> {
    let metrics = Metrics::new(clock.now());
    let tls = open_tls(&config, &clock)?;
    let auth = Auth::open(&config, store.clone(), clock.clone(), metrics.clone()).await?;
    let auth = Arc::new(auth.believing(&config)?);
    auth.set_up_from_settings().await?;
    let renderer = Arc::new(Renderer::new(config.pages.time_zone.clone())?);
    // Before the actors: a port in use is the most common reason not to start.
    let listeners = listen("--listen", &config.listen.listen)?;
    let doors = doors::listen_all(&config.doors)?;
    let redirecting = config.tls.http_redirect.as_ref().map(|address| listen("--http-redirect", address));
    let redirecting = redirecting.transpose()?.unwrap_or_default();
    let hub = Arbiter::new();
    let profiles = store.profiles(clock.now()).await?;
    let (push, sender) = Push::open(&config, store.clone(), clock.clone(), metrics.clone()).await?;
    let wanted = push.wanted();
    let (alerts, stored) = Alerts::new(move || wanted.is_on(), metrics.clone());
    let chat = start_chat(&config, &clock, &metrics, &store, &auth, Before { profiles, alerts }, &hub);
    let draining = Draining::default();
    let schedule = Schedule::new(&config, store.clone(), metrics.clone());
    let doorway = Arc::new(Doorway { trusted: config.listen.trusted_proxies.clone(), is_tls: tls.is_some() });
    let share = AddressShare {
        admission: Arc::new(Admission::new(&config.limits)),
        doorway: Arc::clone(&doorway),
        clock: clock.clone(),
    };
    let parts = Parts {
        tls: tls.clone(),
        doorway,
        clock: clock.clone(),
        metrics: metrics.clone(),
        store: store.clone(),
        auth: auth.clone(),
        chat: chat.clone(),
        push: push.clone(),
        admission: Arc::new(Admission::new(&config.limits)),
        share,
        request_rates: RequestRates::new(auth.follow_limits()),
        searcher: Arc::new(Searcher::new(store.clone(), &config.limits)),
        exchange: Exchange::new(config.doors.files, clock.clone(), metrics.clone()),
        admin: Admin::new(store.clone(), auth.clone(), Some(chat.clone()), clock.clone(), Places::of(&config)),
        renderer,
        draining: draining.clone(),
        next_worker: Arc::default(),
        config: config.clone(),
    };
    let mut builder = actix_server::Server::build()
        .workers(config.listen.workers)
        .disable_signals()
        // A request that is stuck must not outlive the stop: once this waits, nothing can hurry it.
        .shutdown_timeout((config.listen.shutdown.as_secs() / 3).max(1));
    let stopping = builder.graceful_shutdown_signal();
    let mut addresses = Vec::new();
    for listener in listeners {
        let (parts, stopping) = (parts.clone(), stopping.clone());
        let cannot = |error| cannot_listen("--listen", &config.listen.listen, &error);
        addresses.push(listener.local_addr().map_err(cannot)?);
        builder = builder.listen("http", listener, move || worker(&parts, &stopping)).map_err(cannot)?;
    }
    let (builder, doors) = doors::serve_all(builder, doors, &parts)?;
    let port = addresses.first().map_or(443, SocketAddr::port);
    let (builder, redirects) = doors::serve_redirects(builder, redirecting, &config, port, &stopping)?;
    let server = builder.run();
    let (handle, serving) = (server.handle(), actix::spawn(server));
    let upkeep = begin_upkeep(&config, &clock, metrics, &store, &auth, schedule);
    let renewing = tls.clone().map(|tls| actix::spawn(tls::server::look_after(tls, clock.clone())));
    #[cfg(feature = "acme")]
    let upkeep = upkeep.into_iter().chain(tls.clone().and_then(|tls| ask_authority(&config, tls, &clock))).collect();
    let zone = config.pages.time_zone.clone();
    let notifying =
        [actix::spawn(sender.run()), actix::spawn(push::follower::follow(push, zone, chat.clone(), stored))];
    let following = actix::spawn(follow_log(store.clone()));
    Ok(Server {
        addresses,
        redirects,
        doors,
        tls,
        clock,
        renewing,
        handle,
        serving,
        upkeep,
        notifying,
        following,
        hub,
        chat,
        auth,
        store,
        draining,
        shutdown: config.listen.shutdown,
    })
}

/// What goes on by itself.
fn begin_upkeep(
    config: &Config,
    clock: &Clock,
    metrics: Metrics,
    store: &SharedStore,
    auth: &Auth,
    schedule: Option<Schedule>,
) -> Vec<JoinHandle<()>> {
    let days = config.upkeep.retention_days;
    let mut upkeep = vec![
        actix::spawn(upkeep::prune(store.clone(), clock.clone())),
        actix::spawn(upkeep::clear_away(store.clone())),
        actix::spawn(upkeep::retain(store.clone(), clock.clone(), days, auth.follow_house())),
        actix::spawn(admin::watch::watch(store.clone(), metrics, clock.clone(), config.store.data.clone())),
    ];
    upkeep.extend(schedule.map(|schedule| actix::spawn(schedule.run(clock.clone()))));
    upkeep
}

/// What was left out of this program must not be wanted.
fn check_features(config: &Config) -> Result<(), StartError> {
    let oidc = config.identity.oidc.is_some() && cfg!(not(feature = "oidc"));
    let acme = matches!(config.tls.source, TlsSource::Acme(_)) && cfg!(not(feature = "acme"));
    let missing = [(oidc, "oidc_issuer", "OIDC", "oidc"), (acme, "acme_domains", "ACME", "acme")];
    match missing.into_iter().find(|(is_missing, ..)| *is_missing) {
        Some((_, setting, what, feature)) => Err(StartError::NotBuilt { setting, what, feature }),
        None => Ok(()),
    }
}

fn open_tls(config: &Config, clock: &Clock) -> Result<Option<Arc<ServerTls>>, TlsError> {
    let host = config.listen.public_url.as_ref().map(PublicUrl::host);
    let opened = ServerTls::open(&config.tls, &config.store.data.join("tls"), host, clock.now())?;
    Ok(opened.map(Arc::new))
}

/// Has an authority asked for certificates, if the settings name one.
#[cfg(feature = "acme")]
fn ask_authority(config: &Config, tls: Arc<ServerTls>, clock: &Clock) -> Option<JoinHandle<()>> {
    let TlsSource::Acme(acme) = &config.tls.source else { return None };
    Some(actix::spawn(tls::acme::keep(tls, acme.clone(), config.store.data.join("tls"), clock.clone())))
}

/// What the chat starts with beside the database.
struct Before {
    profiles: Vec<(UserId, Profile)>,
    alerts: Alerts,
}

/// The chat knows who is looking.
#[async_trait(?Send)]
impl Attendance for Chat {
    async fn absent(&self, users: Vec<UserId>) -> Vec<UserId> {
        Self::absent(self, users).await
    }
}

fn start_chat(
    config: &Config,
    clock: &Clock,
    metrics: &Metrics,
    store: &SharedStore,
    auth: &Auth,
    Before { profiles, alerts }: Before,
    hub: &Arbiter,
) -> Chat {
    let (inlet, journal, health) = Journal::new(store.clone(), metrics.clone());
    let setup = Setup {
        clock: clock.clone(),
        access: auth.follow_access(),
        conduct: auth.follow_conduct(),
        journal: inlet,
        store: store.clone(),
        profiles,
        alerts,
        metrics: metrics.clone(),
        room_idle: config.limits.room_idle,
        heartbeat_seconds: config.heartbeat.interval.as_secs(),
        limits: auth.follow_limits(),
    };
    let server: Addr<ChatServer> = ChatServer::start_in_arbiter(&hub.handle(), move |ctx| {
        ChatServer::new(setup, actix::AsyncContext::address(ctx))
    });
    // On the thread of the server: they hand everything to each other.
    hub.spawn(journal.run(server.clone().recipient(), server.clone().recipient()));
    Chat::new(server, auth.follow_access(), health)
}

fn listen(flag: &'static str, address: &Address) -> Result<Vec<std::net::TcpListener>, StartError> {
    let resolved = address.resolve().map_err(|error| cannot_listen(flag, address, &error))?;
    resolved.into_iter().map(|one| bind(one).map_err(|error| cannot_listen(flag, address, &error))).collect()
}

/// A listener whose address can be taken again right after a restart, with room for a rush of connections.
fn bind(address: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(4096)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

fn cannot_listen(flag: &'static str, address: &Address, error: &std::io::Error) -> StartError {
    StartError::Listen { flag, address: address.to_string(), reason: error.to_string() }
}

impl Server {
    /// Where it can be opened.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        match self.addresses.first() {
            Some(address) if address.ip().is_unspecified() => format!("{scheme}://localhost:{}", address.port()),
            Some(address) => format!("{scheme}://{address}"),
            None => String::new(),
        }
    }

    /// The address it listens on.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The doors beside HTTP.
    #[must_use]
    pub fn doors(&self) -> &[OpenDoor] {
        &self.doors
    }

    /// The addresses where plain HTTP is led to TLS.
    #[must_use]
    pub fn redirects(&self) -> &[SocketAddr] {
        &self.redirects
    }

    /// The certificate, if TLS is spoken.
    #[must_use]
    pub fn tls(&self) -> Option<&ServerTls> {
        self.tls.as_deref()
    }

    /// Takes a new certificate from its files now, if TLS is spoken; a broken one is logged, and changes nothing.
    pub fn reload_certificate(&self) {
        if let Some(tls) = &self.tls {
            tls.reload_or_complain(self.clock.now());
        }
    }

    /// The code for set-up from another machine, while there is no account.
    #[must_use]
    pub fn setup_code(&self) -> Option<&str> {
        self.auth.access().demo.then(|| self.auth.setup_code())
    }

    /// Stops in order: `/readyz` says so, what was accepted is written and answered, every session is told, then the
    /// doors close. `notice` is how long `/readyz` says so at least.
    pub async fn stop(self, notice: Duration) {
        self.draining.begin();
        let drained = tokio::time::timeout(self.shutdown.saturating_sub(notice) / 2, self.chat.drain());
        if tokio::join!(tokio::time::sleep(notice), drained).1.is_err() {
            log::warn!("some sessions did not close in time; they are cut");
        }
        if let Some(renewing) = &self.renewing {
            renewing.abort();
        }
        for task in self.upkeep.iter().chain(&self.notifying) {
            task.abort();
        }
        // What is not in the index yet is taken in after the next start.
        self.following.abort();
        // Bounded by the `shutdown_timeout` that was set at the start.
        self.handle.stop(true).await;
        // Its outcome is of no use any more.
        let _ = self.serving.await;
        self.hub.stop();
        self.store.close().await;
    }
}
