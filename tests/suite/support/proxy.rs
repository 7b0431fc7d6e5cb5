//! A proxy of the kind that people sit behind: it passes on everything as it comes, but a
//! `WebSocket` only when it is told to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One proxy before one server.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    lets_through: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A proxy that answers WebSocket handshakes with 403.
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (lets_through, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (lets, count) = (Arc::clone(&lets_through), Arc::clone(&refused));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, server, Arc::clone(&lets), Arc::clone(&count)));
            }
        });
        Self { address, lets_through, refused, task }
    }

    /// From now on every `WebSocket` passes, too.
    pub fn let_through(&self) {
        self.lets_through.store(true, Ordering::SeqCst);
    }

    /// How many handshakes it has refused.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A browser makes a connection of its own for each WebSocket, so the first request says what it is for.
async fn pass(mut client: TcpStream, server: SocketAddr, lets: Arc<AtomicBool>, refused: Arc<AtomicUsize>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match client.read_buf(&mut head).await {
            Ok(1..) => {}
            _ => return,
        }
    }
    let is_websocket = String::from_utf8_lossy(&head).to_lowercase().contains("\r\nupgrade: websocket");
    if is_websocket && !lets.load(Ordering::SeqCst) {
        refused.fetch_add(1, Ordering::SeqCst);
        let _ = client.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
        return;
    }
    let Ok(mut upstream) = TcpStream::connect(server).await else { return };
    if upstream.write_all(&head).await.is_ok() {
        let _ = copy_bidirectional(&mut client, &mut upstream).await;
    }
}
