//! A server with nothing but pages, and a browser that keeps cookies and follows no redirect by itself.

use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, AsyncContext, Context};
use actix_web::{App, HttpServer, web};
use jiff::tz::TimeZone;
use parlor::auth::Auth;
use parlor::chat::Chat;
use parlor::chat::journal::Journal;
use parlor::chat::server::{ChatServer, Setup};
use parlor::config::Config;
use parlor::domain::clock::Clock;
use parlor::storage::SharedStore;
use parlor::storage::sqlite::SqliteStore;
use parlor::telemetry::metrics::Metrics;
use parlor::web::state::{Draining, WebState};
use parlor::web::views::render::Renderer;
use parlor::web::{pages, static_files};
use tempfile::TempDir;

/// A running server.
pub struct Server {
    address: String,
    _folder: TempDir,
}

impl Server {
    /// A fresh one, in demo mode.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store: SharedStore = Arc::new(SqliteStore::open(None, folder.path()).await.expect("a database"));
        let (clock, config) = (Clock::System, Config::defaults());
        let metrics = Metrics::new(clock.now());
        let auth = Auth::open(&config, store.clone(), clock.clone(), metrics.clone()).await.expect("auth");
        let auth = Arc::new(auth);
        let (inlet, journal, health) = Journal::new(store.clone(), metrics.clone());
        let setup = Setup {
            clock: clock.clone(),
            access: auth.follow_access(),
            journal: inlet,
            store: store.clone(),
            metrics: metrics.clone(),
            room_idle: Duration::from_secs(60),
            heartbeat_seconds: 20,
        };
        let server = ChatServer::create(|ctx: &mut Context<ChatServer>| ChatServer::new(setup, ctx.address()));
        actix::spawn(journal.run(server.clone().recipient(), server.clone().recipient()));
        let chat = Chat::new(server, auth.follow_access(), health);
        let renderer = Arc::new(Renderer::new(TimeZone::UTC).expect("good templates"));
        let http = HttpServer::new(move || {
            let state = WebState {
                auth: auth.clone(),
                chat: chat.clone(),
                store: store.clone(),
                renderer: renderer.clone(),
                clock: clock.clone(),
                metrics: metrics.clone(),
                public_url: None,
                draining: Draining::default(),
            };
            App::new().app_data(web::Data::new(state)).configure(pages::configure).configure(static_files::configure)
        });
        let http = http.workers(1).disable_signals().bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", http.addrs()[0]);
        actix::spawn(http.run());
        Self { address, _folder: folder }
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        let client = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
        Browser { address: self.address.clone(), client: client.build().expect("a client") }
    }

    /// A browser in which somebody has set the server up.
    pub async fn owner(&self) -> Browser {
        let browser = self.browser();
        let form = [("server_name", "Our place"), ("name", "ann"), ("password", "correct horse")];
        assert_eq!(browser.post("/setup", &form).await.location, "/rooms/lobby");
        browser
    }
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub location: String,
    pub headers: reqwest::header::HeaderMap,
    pub html: String,
}

/// A browser with cookies of its own.
pub struct Browser {
    pub address: String,
    pub client: reqwest::Client,
}

impl Browser {
    /// Opens a page.
    pub async fn get(&self, path: &str) -> Page {
        page(self.client.get(format!("{}{path}", self.address))).await
    }

    /// Sends a form.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        page(self.client.post(format!("{}{path}", self.address)).form(form)).await
    }
}

/// Sends a request.
pub async fn page(request: reqwest::RequestBuilder) -> Page {
    let response = request.send().await.expect("an answer");
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Page {
        status: response.status().as_u16(),
        location: header("location").to_owned(),
        headers: response.headers().clone(),
        html: response.text().await.expect("text"),
    }
}
