//! Takes sockets over from HTTP. Wraps a whole web application: requests that want to become a WebSocket go through it
//! like all others, with its routes, its checks and its log; if the answer is 101, the socket leaves HTTP with all of
//! its buffers and becomes a [`Connection`].

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_codec::Framed;
use actix_http::body::{BodySize, BoxBody, MessageBody};
use actix_http::h1::{self, Codec};
use actix_http::{ConnectionType, HttpMessage, HttpService, Protocol, Request, Response};
use actix_server::GracefulShutdownSignal;
use actix_service::{Service, ServiceFactory, ServiceFactoryExt as _, fn_factory, fn_service};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::rt::net::TcpStream;
use derive_more::{Display, From};
use futures_util::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::address_share::AddressShare;
use super::assembler::{Assembler, MessageLimits};
use super::echo::Echo;
use super::framed::Framed as Frames;
use super::handshake::{Agreed, Offer, Purpose};
use super::inbox::Inbox;
use super::session::Session;
use super::state::WebsocketState;
use super::wire::WebsocketWire;
use crate::auth::forwarded::Doorway;
use crate::chat::fanout::Sink;
use crate::domain::limits;
use crate::gateways::stream::acceptor::Acceptor;
use crate::gateways::stream::socket::Socket;
use crate::gateways::stream::typed_rooms::TypedRooms;
use crate::gateways::stream::{Connection, Outbox};
use crate::protocol::encoding::Encoding;
use crate::tls::{ServerTls, Stream};

/// Echoed messages may come in this many fragments; conformance suites send one byte each.
const ECHO_FRAGMENTS: usize = 1 << 20;
/// What an answer to a handshake may take; after that the connection is dropped.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// What ending an HTTP connection may take.
pub(super) const DISCONNECT: Duration = Duration::from_secs(1);

/// How long others are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the headers of a request, and for a handshake of TLS before them.
    pub headers: Duration,
    /// For the next request of a connection.
    pub keep_alive: Duration,
}

/// Why a socket could not be taken over. The client has gone, or will notice.
#[derive(Debug, Display, From)]
enum UpgradeError {
    Io(std::io::Error),
    #[display("the answer to a handshake was not taken in time")]
    TooSlow(tokio::time::error::Elapsed),
    #[display("the answer to a handshake broke off")]
    Body,
}

type AppFuture<S> = Pin<Box<dyn Future<Output = Result<Rc<S>, ()>>>>;

/// What is below HTTP.
pub struct Line {
    /// TLS, if it is spoken here.
    pub tls: Option<Arc<ServerTls>>,
    /// Whose word is taken.
    pub doorway: Arc<Doorway>,
    /// How long others are waited for.
    pub patience: Patience,
    /// How many connections one address may have.
    pub share: AddressShare,
    /// Tells when to stop.
    pub stopping: GracefulShutdownSignal,
}

/// The service of one worker thread for its TCP connections.
pub fn serve<F, S, B>(
    app: F,
    state: Rc<WebsocketState>,
    Line { tls, doorway, patience, share, stopping }: Line,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = (), InitError = ()>
where
    F: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = actix_web::Error,
            Service = S,
            InitError = (),
        >,
    F::Future: 'static,
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    // One application for both ways in, made when the first of them asks.
    let made: AppFuture<S> = Box::pin(app.new_service(AppConfig::default()).map(|app| app.map(Rc::new)));
    let made = made.shared();
    let (plain, upgraded) = (made.clone(), made);
    let upgrade = fn_factory(move || {
        let (app, state) = (upgraded.clone(), Rc::clone(&state));
        async move {
            let app = app.await?;
            Ok::<_, ()>(fn_service(move |(request, framed): (Request, Framed<Stream, Codec>)| {
                let taken = take_over(Rc::clone(&app), Rc::clone(&state), request, framed);
                taken.map(|outcome| {
                    if let Err(error) = outcome {
                        log::debug!("a socket could not be taken over: {error}");
                    }
                    Ok::<_, Infallible>(())
                })
            }))
        }
    });
    let acceptor = Acceptor::new(tls.as_deref(), doorway, patience.headers);
    let http = HttpService::build()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(patience.keep_alive)
        .client_request_timeout(patience.headers)
        .client_disconnect_timeout(DISCONNECT)
        .upgrade(upgrade)
        .finish(fn_factory(move || plain.clone()))
        .map_err(drop)
        .map_init_err(drop);
    let http = Rc::new(http);
    fn_factory(move || {
        let (http, acceptor, share) = (Rc::clone(&http), acceptor.clone(), share.clone());
        async move {
            let http = Rc::new(http.new_service(()).await?);
            Ok::<_, ()>(fn_service(move |stream: TcpStream| {
                let (http, acceptor, share) = (Rc::clone(&http), acceptor.clone(), share.clone());
                async move {
                    // The place is kept for as long as HTTP has the connection.
                    let _place = share.enter(&stream).map_err(|problem| log::debug!("no connection: {problem}"))?;
                    let accepted = acceptor.accept(stream).await;
                    let (stream, peer) = accepted.map_err(|error| log::debug!("no connection: {error}"))?;
                    http.call((stream, Protocol::Http1, peer)).await
                }
            }))
        }
    })
}

/// Answers one request that may become a WebSocket, and lets it become one.
async fn take_over<S, B>(
    app: Rc<S>,
    state: Rc<WebsocketState>,
    request: Request,
    mut framed: Framed<Stream, Codec>,
) -> Result<(), UpgradeError>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody + 'static,
{
    let offer = Offer::default();
    request.extensions_mut().insert(offer.clone());
    let response: Response<BoxBody> = match app.call(request).await {
        Ok(response) => Response::from(response).map_into_boxed_body(),
        Err(error) => actix_web::HttpResponse::from_error(error).into(),
    };
    let agreed = offer.take().filter(|_| response.status() == StatusCode::SWITCHING_PROTOCOLS);
    tokio::time::timeout(ANSWER_TIME, answer(&mut framed, response, agreed.is_some())).await??;
    if let Some(agreed) = agreed {
        let parts = framed.into_parts();
        start(state, agreed, Socket::from(parts.io), &parts.read_buf);
    } else {
        let _ = tokio::time::timeout(DISCONNECT, linger(framed.into_parts().io)).await;
    }
    Ok(())
}

/// Lets the client read its answer: a socket that is dropped with something unread in it takes the answer with it.
async fn linger(mut socket: Stream) -> std::io::Result<()> {
    socket.shutdown().await?;
    let mut scratch = [0; 1024];
    while socket.read(&mut scratch).await? > 0 {}
    Ok(())
}

/// Writes the answer. One that does not switch protocols is the last of its connection.
async fn answer(
    framed: &mut Framed<Stream, Codec>,
    response: Response<BoxBody>,
    switches: bool,
) -> Result<(), UpgradeError> {
    let (mut head, body) = response.into_parts();
    if !switches {
        head.head_mut().set_connection_type(ConnectionType::Close);
        // The codec writes bodies here as they are; the end of the connection is the end of the body.
        head.head_mut().no_chunking(true);
    }
    let size = if switches { BodySize::None } else { body.size() };
    Pin::new(&mut *framed).write(h1::Message::Item((head, size)))?;
    if !switches {
        let mut body = Box::pin(body);
        while let Some(chunk) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
            Pin::new(&mut *framed).write(h1::Message::Chunk(Some(chunk.map_err(|_| UpgradeError::Body)?)))?;
            flush(framed).await?;
        }
        if size.is_eof() {
            return flush(framed).await;
        }
        Pin::new(&mut *framed).write(h1::Message::Chunk(None))?;
    }
    flush(framed).await
}

async fn flush(framed: &mut Framed<Stream, Codec>) -> Result<(), UpgradeError> {
    poll_fn(|cx| Pin::new(&mut *framed).flush::<h1::Message<(Response<()>, BodySize)>>(cx)).await?;
    Ok(())
}

/// The socket becomes a connection of this thread.
fn start(state: Rc<WebsocketState>, agreed: Agreed, socket: Socket, early: &[u8]) {
    let Agreed { place, purpose } = agreed;
    let hall = Rc::clone(&state.hall);
    match purpose {
        Purpose::Session { visit, encoding, rooms } => {
            let bounds = MessageLimits { bytes: limits::FRAME_BYTES, fragments: limits::FRAGMENTS };
            let typed = (encoding == Encoding::Plain).then(Rc::<TypedRooms>::default);
            let wire = WebsocketWire { typed: typed.clone() };
            let outbox = Rc::new(Outbox::new(socket, hall.outbox_bytes, wire, Rc::clone(&hall)));
            let session = Session::open(hall, outbox, encoding, visit, typed, rooms);
            let (inbox, assembler) = (Inbox::new(limits::FRAME_BYTES), Assembler::new(bounds));
            Connection::open(Frames::new(session, inbox, assembler), early, place);
        }
        Purpose::Echo => {
            let max_bytes = state.echo_max_bytes;
            let bounds = MessageLimits { bytes: max_bytes, fragments: ECHO_FRAGMENTS };
            // A message is echoed as a whole, so the way out has to hold one beside what is read at once.
            let limit = max_bytes.saturating_mul(3).max(hall.outbox_bytes);
            let outbox = Rc::new(Outbox::new(socket, limit, WebsocketWire { typed: None }, Rc::clone(&hall)));
            let sink: Rc<dyn Sink> = outbox.clone();
            hall.worker.look_after(Rc::downgrade(&sink));
            let (inbox, assembler) = (Inbox::new(max_bytes), Assembler::new(bounds));
            Connection::open(Frames::new(Echo(outbox), inbox, assembler), early, place);
        }
    }
}
