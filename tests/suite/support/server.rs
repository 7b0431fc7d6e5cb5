//! A server for one test: port 0, a data folder of its own, a clock turned by hand. It runs in its own thread and
//! stops when it is dropped.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parlor::app;
use parlor::app::doors::OpenDoor;
use parlor::config::{Address, Config};
use parlor::domain::access::Registration;
use parlor::domain::clock::{Clock, Timestamp};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::{Api, Browser, Client, PASSWORD, Place, Terminal};

/// 2026-11-21 09:00 UTC, where every test begins.
pub const MORNING: Timestamp = Timestamp(1_795_251_600_000);

/// A running server.
pub struct TestServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it leads plain HTTP to TLS, if it does.
    pub redirect: Option<SocketAddr>,
    /// Its doors beside HTTP.
    pub doors: Vec<OpenDoor>,
    /// Its clock.
    pub clock: Clock,
    /// The code for set-up, if there is no account.
    pub setup_code: Option<String>,
    data: Arc<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    /// A fresh server in demo mode.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A fresh server with other settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let data = Arc::new(TempDir::new().expect("a temporary folder"));
        Self::open(data, Clock::manual(MORNING), change).await.expect("the server starts")
    }

    /// A fresh server in demo mode on the clock of this machine, as a browser has no other. It lets people be quick.
    pub async fn start_today() -> Self {
        let data = Arc::new(TempDir::new().expect("a temporary folder"));
        Self::open(data, Clock::System, |config| config.limits.rate_limits = false).await.expect("the server starts")
    }

    /// A fresh server whose owner is `owner`, with the password [`PASSWORD`].
    pub async fn owned_by(owner: &str) -> (Self, Browser) {
        let server = Self::start().await;
        let browser = server.browser();
        browser.set_up(owner).await;
        (server, browser)
    }

    /// A fresh server where everybody may register, with its owner.
    pub async fn open_to_all(owner: &str) -> (Self, Browser) {
        let server = Self::start_with(|config| {
            config.access.registration = Registration::Open;
            config.limits.rate_limits = false;
        })
        .await;
        let browser = server.browser();
        browser.set_up(owner).await;
        (server, browser)
    }

    /// Stops it and starts another one on the same data.
    pub async fn restart(mut self) -> Self {
        let (data, clock) = (self.data.clone(), self.clock.clone());
        self.stop().await;
        Self::open(data, clock, |_| {}).await.expect("the server starts again")
    }

    /// Starts it again after a stop: the same data at the same address.
    pub async fn start_again(&mut self) {
        self.start_again_with(|_| {}).await;
    }

    /// Starts it again after a stop, with other settings.
    pub async fn start_again_with(&mut self, change: impl FnOnce(&mut Config)) {
        let (data, clock, address) = (self.data.clone(), self.clock.clone(), self.address.to_string());
        let listen = Address::parse(&address).expect("a good address");
        let change = |config: &mut Config| {
            change(config);
            config.listen.listen = listen;
        };
        *self = Self::open(data, clock, change).await.expect("the server starts again");
    }

    /// A server on this folder; the error as the command line would show it.
    pub async fn open(data: Arc<TempDir>, clock: Clock, change: impl FnOnce(&mut Config)) -> Result<Self, String> {
        let mut config = Config::defaults();
        config.listen.listen = Address::parse("127.0.0.1:0").expect("a good address");
        config.listen.workers = 2;
        config.store.data = data.path().to_owned();
        // Two cores, many tests at once: the hashing itself is not what they test.
        config.limits.hash_concurrency = 2;
        change(&mut config);
        let (started, starting) = oneshot::channel();
        let (stop, stopping) = oneshot::channel::<()>();
        let thread_clock = clock.clone();
        let thread = std::thread::spawn(move || {
            actix::System::new().block_on(async move {
                let server = match app::start(config, thread_clock).await {
                    Ok(server) => server,
                    Err(error) => return drop(started.send(Err(error.to_string()))),
                };
                let _ = started.send(Ok((
                    server.addresses()[0],
                    server.redirects().first().copied(),
                    server.doors().to_vec(),
                    server.setup_code().map(str::to_owned),
                )));
                let _ = stopping.await;
                server.stop(Duration::ZERO).await;
            });
        });
        let (address, redirect, doors, setup_code) =
            super::within("the start of the server", starting).await.expect("the thread answers")?;
        Ok(Self { address, redirect, doors, clock, setup_code, data, stop: Some(stop), thread: Some(thread) })
    }

    /// Stops it in order and waits until it is gone.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            tokio::task::spawn_blocking(|| thread.join()).await.expect("joined").expect("the server did not panic");
        }
    }

    /// Begins to stop it, without waiting.
    pub fn begin_stop(&mut self) {
        drop(self.stop.take());
    }

    /// The address of a page or an endpoint.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The folder with its data.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// A file in the folder with its data.
    pub fn file(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// Lets time pass on the server's clock.
    pub fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// A browser without a login.
    pub fn browser(&self) -> Browser {
        Browser::new(self)
    }

    /// A browser of a new account, where everybody may register.
    pub async fn register(&self, name: &str) -> Browser {
        let browser = self.browser();
        let page = browser.post("/register", &[("name", name), ("password", PASSWORD)]).await;
        assert_eq!(page.status, 303, "registration: {}", page.body);
        browser
    }

    /// A program with a token of this browser's account.
    pub async fn api(&self, browser: &Browser) -> Api {
        Api::new(self, &browser.token().await)
    }

    /// A guest on a WebSocket with JSON, after the welcome.
    pub async fn guest(&self, name: &str) -> Client {
        Client::connect(self, &format!("/ws?name={name}"), &[("Sec-WebSocket-Protocol", "parlor.v1.json")]).await
    }

    /// A guest who types, after the welcome.
    pub async fn terminal(&self, query: &str) -> Terminal {
        Terminal::connect(self, query).await
    }
}

impl Place for TestServer {
    fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        // The thread ends by itself; joining here would block a test's runtime.
    }
}
