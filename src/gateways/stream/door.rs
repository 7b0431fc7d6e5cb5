//! A door without HTTP: takes the connections of a listener on one thread, and gives those that may come in to the
//! door's own [`Keeper`].

use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;

use actix_service::{ServiceFactory, fn_service};
use bytes::Bytes;
use tokio::net::TcpStream;

use super::acceptor::Acceptor;
use super::hall::{Hall, Place};
use super::newcomer::refused;
use super::socket::Socket;
use crate::domain::person::Door;
use crate::protocol::error_code::Problem;

/// How long somebody who was refused may take to read why.
const LINGER: Duration = Duration::from_secs(1);

/// Somebody who has come through the door and has a place.
pub struct Arrival {
    /// What to talk over.
    pub socket: Socket,
    /// Where they come from.
    pub address: IpAddr,
    /// Whether nobody between can read along.
    pub is_secure: bool,
    /// Their place; the connection keeps it.
    pub place: Place,
}

/// What is a door's own.
pub trait Keeper: 'static {
    /// Which door it is.
    fn door(&self) -> Door;
    /// Starts the connection.
    fn open(&self, arrival: Arrival);
    /// What somebody is told who does not come in.
    fn refusal(&self, problem: &Problem) -> Bytes;
}

/// The service of one worker thread for the connections of one door.
pub fn serve(
    hall: Rc<Hall>,
    acceptor: Acceptor,
    keeper: Rc<dyn Keeper>,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = (), InitError = ()> {
    fn_service(move |stream: TcpStream| {
        let (hall, acceptor, keeper) = (Rc::clone(&hall), acceptor.clone(), Rc::clone(&keeper));
        async move {
            let (stream, peer) =
                acceptor.accept(stream).await.map_err(|error| log::debug!("no connection: {error}"))?;
            let is_secure = acceptor.is_secure();
            let address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
            let socket = Socket::from(stream);
            let admitted = hall.knock(keeper.door(), address);
            let admitted = admitted.and_then(|place| match hall.auth.let_in(None, Some(address)) {
                Ok(()) => Ok(place),
                Err(error) => Err(refused(error)),
            });
            match admitted {
                Ok(place) => keeper.open(Arrival { socket, address, is_secure, place }),
                Err(problem) => {
                    let words = keeper.refusal(&problem);
                    // Whoever does not take it now will notice all the same.
                    let _ = socket.try_write(&words);
                    actix::spawn(linger(socket));
                }
            }
            Ok(())
        }
    })
}

/// Lets somebody read why: a socket that is dropped with something unread in it takes what was written with it.
async fn linger(socket: Socket) {
    socket.end_writing();
    let mut scratch = [0; 512];
    let drain = async { while let Ok(1..) = poll_fn(|task| socket.poll_read(task, &mut scratch)).await {} };
    // Past that, they have had their time.
    let _ = tokio::time::timeout(LINGER, drain).await;
}
