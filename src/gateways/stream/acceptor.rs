//! What happens to a connection before anything is said: under TLS, its handshake. It may take so long and no longer, and only so many
//! may be under way at once, of one address few of them, so that nobody can keep others out by beginning many and
//! ending none.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use derive_more::{Display, From};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsStream};

use crate::auth::forwarded::Doorway;
use crate::domain::network::network;
#[cfg(feature = "acme")]
use crate::tls::server::ACME_PROTOCOL;
use crate::tls::{ServerTls, Stream};

/// How long a client may take nothing of what the system has for it.
const TAKES_NOTHING: Duration = Duration::from_secs(30);
/// Handshakes under way on one thread.
const UNDER_WAY: usize = 1024;
/// Of them, those of one address.
const OF_ONE_ADDRESS: usize = 128;

/// Why there is no connection.
#[derive(Debug, Display, From)]
pub enum Refused {
    /// Of everybody, or of this address.
    #[display("too many handshakes are under way")]
    TooMany,
    /// Longer than patience lasts.
    #[display("a handshake of TLS took too long")]
    TooSlow(tokio::time::error::Elapsed),
    /// What TLS says.
    Tls(std::io::Error),
    /// It was all about a certificate.
    #[cfg(feature = "acme")]
    #[display("an authority has seen its proof")]
    Proven,
}

/// Takes the connections of one thread. Cheap to clone; the clones count together.
#[derive(Clone)]
pub struct Acceptor {
    tls: Option<TlsAcceptor>,
    doorway: Arc<Doorway>,
    /// How long a handshake may take; zero is for ever.
    patience: Duration,
    under_way: Rc<RefCell<UnderWay>>,
}

/// Handshakes that have begun and not ended.
#[derive(Default)]
struct UnderWay {
    all: usize,
    of_address: HashMap<IpAddr, usize>,
}

/// The place of one handshake; dropping it gives the place back.
struct Place {
    under_way: Rc<RefCell<UnderWay>>,
    address: Option<IpAddr>,
}

impl Acceptor {
    /// For one thread. `patience` is how long a handshake may take; zero is for ever.
    #[must_use]
    pub fn new(tls: Option<&ServerTls>, doorway: Arc<Doorway>, patience: Duration) -> Self {
        let tls = tls.map(|tls| TlsAcceptor::from(tls.config()));
        Self { tls, doorway, patience, under_way: Rc::default() }
    }

    /// True when connections are under TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    /// A connection that a protocol can begin on.
    ///
    /// # Errors
    /// When there is none: TLS failed or took too long, or too many handshakes are under way.
    pub async fn accept(&self, stream: TcpStream) -> Result<(Stream, Option<SocketAddr>), Refused> {
        // Small frames go out at once; without this they would wait for each other (Nagle). It may be gone already.
        let _ = stream.set_nodelay(true);
        // Neither HTTP nor the system minds a client that never reads its answer. Sessions are cut long before this.
        let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(TAKES_NOTHING));
        let peer = stream.peer_addr().ok();
        let Some(tls) = &self.tls else { return Ok((Stream::Plain(stream), peer)) };
        // Behind a proxy many come from one address.
        let address = peer.map(|peer| peer.ip()).filter(|address| !self.doorway.trusts(*address)).map(network);
        let _place = UnderWay::enter(&self.under_way, address).ok_or(Refused::TooMany)?;
        let handshake = tls.accept(stream);
        let secured = if self.patience.is_zero() {
            handshake.await?
        } else {
            tokio::time::timeout(self.patience, handshake).await??
        };
        #[cfg(feature = "acme")]
        if secured.get_ref().1.alpn_protocol() == Some(ACME_PROTOCOL) {
            // The handshake was all there is to it (RFC 8737, section 3).
            return Err(Refused::Proven);
        }
        Ok((Stream::Tls(Box::new(TlsStream::Server(secured))), peer))
    }
}

impl UnderWay {
    fn enter(this: &Rc<RefCell<Self>>, address: Option<IpAddr>) -> Option<Place> {
        let mut under_way = this.borrow_mut();
        let own = address.and_then(|address| under_way.of_address.get(&address)).copied().unwrap_or(0);
        if under_way.all >= UNDER_WAY || own >= OF_ONE_ADDRESS {
            return None;
        }
        under_way.all += 1;
        if let Some(address) = address {
            *under_way.of_address.entry(address).or_default() += 1;
        }
        Some(Place { under_way: Rc::clone(this), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.under_way.borrow_mut();
        under_way.all -= 1;
        if let Some(address) = self.address
            && let Some(own) = under_way.of_address.get_mut(&address)
        {
            *own -= 1;
            if *own == 0 {
                under_way.of_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_all_places_and_gives_back_what_it_took() {
        let under_way = Rc::new(RefCell::new(UnderWay::default()));
        let (here, there) = ("192.0.2.1".parse().ok(), "192.0.2.2".parse().ok());
        let enter = |address| UnderWay::enter(&under_way, address);

        let held: Vec<Place> = std::iter::from_fn(|| enter(here)).collect();
        assert_eq!(held.len(), OF_ONE_ADDRESS);
        assert!(enter(there).is_some());
        let proxied: Vec<Place> = std::iter::from_fn(|| enter(None)).collect();
        assert_eq!(held.len() + proxied.len(), UNDER_WAY);
        assert!(enter(there).is_none());

        drop((held, proxied));
        assert_eq!((under_way.borrow().all, under_way.borrow().of_address.len()), (0, 0));
    }
}
