//! A connection under TLS for whoever asks the system directly: nothing here waits, and what the system does not take at
//! once is kept, at most one record of it.
//!
//! A record has to be written whole before the next one is made, so what was taken may still be on its way here:
//! [`Records::has_unsent`] tells, and [`Records::flush`] goes on.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::task::{Context, Poll, ready};

use rustix::io::Errno;
use rustix::net::SendFlags;
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;
use tokio_rustls::rustls::Connection;

/// The longest text of one record (RFC 8446, section 5.1).
const RECORD: usize = 16 * 1024;
/// What may wait inside, in bytes: the record that is being written, with what stands around it.
const WAITING: usize = 2 * RECORD;
/// Reads in a row that bring nothing to whoever reads (tickets, empty records) before others get their turn.
const EMPTY_READS: usize = 16;

/// What a connection keeps of TLS after its handshake: the keys, and the record under way. The socket is given to each
/// call, so that whoever has it can wait for it.
#[derive(Debug)]
pub struct Records(Connection);

/// Takes a stream apart after its handshake.
#[must_use]
pub fn into_parts(stream: TlsStream<TcpStream>) -> (TcpStream, Records) {
    let (stream, mut connection) = match stream {
        TlsStream::Client(stream) => {
            let (stream, connection) = stream.into_inner();
            (stream, Connection::Client(connection))
        }
        TlsStream::Server(stream) => {
            let (stream, connection) = stream.into_inner();
            (stream, Connection::Server(connection))
        }
    };
    connection.set_buffer_limit(Some(WAITING));
    (stream, Records(connection))
}

impl Records {
    /// Reads some of what is there; `Ok(0)` is the end.
    ///
    /// # Errors
    /// [`ErrorKind::WouldBlock`] when nothing is there, [`ErrorKind::Interrupted`] when it is worth asking again at once,
    /// those of the system, and of TLS.
    pub fn try_read(&mut self, stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        for _ in 0..EMPTY_READS {
            match self.0.reader().read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // The other end has gone without a word of TLS. Frames tell by themselves whether they are whole.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                read => return read,
            }
            self.0.read_tls(&mut Bytes(stream))?;
            if let Err(error) = self.0.process_new_packets() {
                // The alert that tells why; nobody waits until it is heard.
                let _ = self.flush(stream);
                return Err(io::Error::new(ErrorKind::InvalidData, error));
            }
        }
        Err(ErrorKind::Interrupted.into())
    }

    /// Reads some of what is there; `Ok(0)` is the end. The task is woken when there is something, or the end has come.
    ///
    /// # Errors
    /// Those of the system, and of TLS.
    pub fn poll_read(
        &mut self,
        stream: &TcpStream,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            match self.try_read(stream, buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => ready!(stream.poll_read_ready(cx))?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                read => return Poll::Ready(read),
            }
        }
    }

    /// Takes what can be on its way at once.
    ///
    /// # Errors
    /// [`ErrorKind::WouldBlock`] when nothing was taken, and those of the system.
    pub fn try_write(&mut self, stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        self.flush(stream)?;
        let mut taken = 0;
        while taken < bytes.len() {
            let end = bytes.len().min(taken + RECORD);
            taken += self.0.writer().write(&bytes[taken..end])?;
            match self.flush(stream) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                flushed => flushed?,
            }
        }
        Ok(taken)
    }

    /// True when something that was taken has not gone out yet.
    #[must_use]
    pub fn has_unsent(&self) -> bool {
        self.0.wants_write()
    }

    /// Writes what was taken.
    ///
    /// # Errors
    /// [`ErrorKind::WouldBlock`] when the system takes no more for now, and those of the system.
    pub fn flush(&mut self, stream: &TcpStream) -> io::Result<()> {
        while self.0.wants_write() {
            self.0.write_tls(&mut Bytes(stream))?;
        }
        Ok(())
    }

    /// Tells the other end that nothing more comes.
    pub fn end_writing(&mut self, stream: &TcpStream) {
        self.0.send_close_notify();
        if !matches!(self.flush(stream), Err(error) if error.kind() == ErrorKind::WouldBlock) {
            // It may be gone already.
            let _ = socket2::SockRef::from(stream).shutdown(Shutdown::Write);
        }
    }
}

/// Writes what the system takes at once. Asks the system directly: nearly always it takes everything, and what the
/// runtime keeps in mind of a socket that is ready says nothing new.
///
/// # Errors
/// [`ErrorKind::WouldBlock`] when it takes nothing now, and those of the system.
pub fn send(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    match rustix::net::send(stream, bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
        // The runtime has to see it for itself, or it would not wait.
        Err(Errno::AGAIN) => stream.try_write(bytes),
        sent => Ok(sent?),
    }
}

/// The socket as rustls reads and writes it.
struct Bytes<'a>(&'a TcpStream);

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buffer)
    }
}

impl Write for Bytes<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        send(self.0, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
