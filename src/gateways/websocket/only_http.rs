//! HTTP and nothing else: for a small application beside the server's own, such as the one that leads to TLS.

use actix_http::HttpService;
use actix_http::body::MessageBody;
use actix_http::{Request, Response};
use actix_server::GracefulShutdownSignal;
use actix_service::{Service, ServiceFactory, ServiceFactoryExt as _, map_config};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::rt::net::TcpStream;

use super::upgrade::{DISCONNECT, Patience};

/// The service of one worker thread for the TCP connections of such an application.
pub fn serve<F, S, B>(
    app: F,
    patience: Patience,
    stopping: GracefulShutdownSignal,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = (), InitError = ()>
where
    F: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = actix_web::Error,
            Service = S,
            InitError = (),
        > + 'static,
    F::Future: 'static,
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    HttpService::build()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(patience.keep_alive)
        .client_request_timeout(patience.headers)
        .client_disconnect_timeout(DISCONNECT)
        .finish(map_config(app, |()| AppConfig::default()).map(Response::<B>::from))
        .tcp()
        .map_err(drop)
        .map_init_err(drop)
}
