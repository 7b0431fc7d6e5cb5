//! What each worker thread is made of: its share of everything, its routes, its doors.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix::Actor;
use actix_server::GracefulShutdownSignal;
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::rt::net::TcpStream;
use actix_web::web;

use crate::admin::Admin;
use crate::auth::Auth;
use crate::auth::forwarded::Doorway;
use crate::chat::Chat;
use crate::chat::fanout::{Fanout, Worker};
use crate::chat::turn::WorkerId;
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::gateways::admission::Admission;
use crate::gateways::stream::Hall;
use crate::gateways::tcp::files::Exchange;
use crate::gateways::websocket::WebsocketState;
use crate::gateways::websocket::address_share::AddressShare;
use crate::gateways::websocket::upgrade::{self, Line, Patience};
use crate::push::Push;
use crate::storage::SharedStore;
use crate::telemetry::metrics::Metrics;
use crate::tls::ServerTls;
use crate::web::middleware::rate_limits::RequestRates;
use crate::web::routes;
use crate::web::search::Searcher;
use crate::web::state::{Draining, WebState};
use crate::web::views::render::Renderer;

/// What every worker thread starts from.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) config: Config,
    pub(super) tls: Option<Arc<ServerTls>>,
    pub(super) doorway: Arc<Doorway>,
    pub(super) clock: Clock,
    pub(super) metrics: Metrics,
    pub(super) store: SharedStore,
    pub(super) auth: Arc<Auth>,
    pub(super) chat: Chat,
    pub(super) push: Push,
    pub(super) admission: Arc<Admission>,
    /// Connections of HTTP, apart from the WebSockets.
    pub(super) share: AddressShare,
    pub(super) searcher: Arc<Searcher>,
    pub(super) exchange: Arc<Exchange>,
    pub(super) admin: Admin,
    pub(super) request_rates: RequestRates,
    pub(super) renderer: Arc<Renderer>,
    pub(super) draining: Draining,
    pub(super) next_worker: Arc<AtomicUsize>,
}

thread_local! {
    /// What all doors of this thread share, listeners of HTTP included. A worker thread belongs to one server.
    static HALL: RefCell<Option<Rc<Hall>>> = const { RefCell::new(None) };
}

impl Parts {
    /// What all doors of this thread share. The first one that asks opens the thread's fan-out.
    pub(super) fn hall(&self) -> Rc<Hall> {
        let make = || {
            let id = WorkerId(self.next_worker.fetch_add(1, Ordering::Relaxed));
            let (clock, renderer, metrics) = (self.clock.clone(), self.renderer.clone(), self.metrics.clone());
            let worker = Worker::new(id, clock, renderer, metrics, self.chat.uplink());
            self.chat.open_worker(id, Fanout::new(worker.clone()).start());
            let (auth, admission) = (self.auth.clone(), self.admission.clone());
            Rc::new(Hall::new(&self.config, auth, self.chat.clone(), admission, worker))
        };
        HALL.with(|hall| Rc::clone(hall.borrow_mut().get_or_insert_with(make)))
    }
}

/// One worker thread: its fan-out, its sessions, its routes.
pub(super) fn worker(
    parts: &Parts,
    stopping: &GracefulShutdownSignal,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = (), InitError = ()> + use<> {
    let sessions = WebsocketState::new(&parts.config, parts.hall());
    let state = WebState {
        auth: parts.auth.clone(),
        chat: parts.chat.clone(),
        push: parts.push.clone(),
        store: parts.store.clone(),
        searcher: parts.searcher.clone(),
        admin: parts.admin.clone(),
        renderer: parts.renderer.clone(),
        clock: parts.clock.clone(),
        metrics: parts.metrics.clone(),
        request_rates: parts.request_rates.clone(),
        body_timeout: if parts.config.limits.rate_limits { parts.config.listen.body_timeout } else { Duration::ZERO },
        tls: parts.tls.clone(),
        public_url: parts.config.listen.public_url.clone(),
        draining: parts.draining.clone(),
    };
    let sessions = Rc::new(sessions);
    let app = routes::app(web::Data::new(state)).app_data(Rc::clone(&sessions)).app_data(Arc::clone(&parts.doorway));
    let line = Line {
        tls: parts.tls.clone(),
        doorway: Arc::clone(&parts.doorway),
        patience: patience(&parts.config),
        share: parts.share.clone(),
        stopping: stopping.clone(),
    };
    upgrade::serve(app.into_factory(), sessions, line)
}

pub(super) fn patience(config: &Config) -> Patience {
    // Zero is for ever.
    let headers = if config.limits.rate_limits { config.listen.header_timeout } else { Duration::ZERO };
    Patience { headers, keep_alive: config.listen.keep_alive }
}
