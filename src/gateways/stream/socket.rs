//! The stream under a session. The session reads it in its own task; the fan-out of the thread writes to it directly,
//! without a task. The only file of the sessions that knows which kinds of streams there are.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

use crate::tls::Stream;
use crate::tls::secured::{self, Records};

/// A connected stream. Nobody holds a borrow of it beyond one call, so that both may use it.
pub struct Socket(RefCell<Kind>);

enum Kind {
    Plain(TcpStream),
    Tls(Box<(TcpStream, Records)>),
}

impl From<Stream> for Socket {
    fn from(stream: Stream) -> Self {
        Self(RefCell::new(match stream {
            Stream::Plain(stream) => Kind::Plain(stream),
            Stream::Tls(stream) => Kind::Tls(Box::new(secured::into_parts(*stream))),
        }))
    }
}

impl Socket {
    /// Reads what is there; `Ok(0)` is the end. The task is woken when there is something, or the end has come.
    ///
    /// # Errors
    /// Those of the system.
    pub fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        match &mut *self.0.borrow_mut() {
            Kind::Plain(stream) => {
                let mut buffer = ReadBuf::new(buffer);
                let read = Pin::new(stream).poll_read(cx, &mut buffer);
                read.map_ok(|()| buffer.filled().len())
            }
            Kind::Tls(secured) => {
                let (stream, records) = &mut **secured;
                records.poll_read(stream, cx, buffer)
            }
        }
    }

    /// Writes what the system takes at once. Under TLS the last record of it may still wait here: see
    /// [`has_unsent`](Self::has_unsent).
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when it takes nothing now, and those of the system.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *self.0.borrow_mut() {
            Kind::Plain(stream) => secured::send(stream, bytes),
            Kind::Tls(secured) => {
                let (stream, records) = &mut **secured;
                records.try_write(stream, bytes)
            }
        }
    }

    /// True when something that was written has not gone out yet.
    pub fn has_unsent(&self) -> bool {
        match &*self.0.borrow() {
            Kind::Plain(_) => false,
            Kind::Tls(secured) => secured.1.has_unsent(),
        }
    }

    /// Goes on with what was written and has not gone out yet.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when the system takes no more for now, and those of the system.
    pub fn flush(&self) -> io::Result<()> {
        match &mut *self.0.borrow_mut() {
            Kind::Plain(_) => Ok(()),
            Kind::Tls(secured) => {
                let (stream, records) = &mut **secured;
                records.flush(stream)
            }
        }
    }

    /// Ready when the system may take more; the task is woken when it does.
    ///
    /// # Errors
    /// Those of the system.
    pub fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &*self.0.borrow() {
            Kind::Plain(stream) => stream.poll_write_ready(cx),
            Kind::Tls(secured) => secured.0.poll_write_ready(cx),
        }
    }

    /// Tells the other end that nothing more comes. What it has sent can still be read.
    pub fn end_writing(&self) {
        match &mut *self.0.borrow_mut() {
            Kind::Plain(stream) => {
                // It may be gone already.
                let _ = socket2::SockRef::from(&*stream).shutdown(std::net::Shutdown::Write);
            }
            Kind::Tls(secured) => {
                let (stream, records) = &mut **secured;
                records.end_writing(stream);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_without_tls_is_no_larger_for_those_that_have_it() {
        assert_eq!(size_of::<Socket>(), size_of::<RefCell<TcpStream>>());
    }
}
