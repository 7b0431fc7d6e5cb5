//! The stream under a session. The session reads it in its own task; the fan-out of the thread writes to it directly,
//! without a task. The only file that knows which kinds of streams there are.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::rt::net::TcpStream;
use rustix::io::Errno;
use rustix::net::SendFlags;
use tokio::io::{AsyncRead, ReadBuf};

/// A connected stream. Nobody holds a borrow of it beyond one call, so that both may use it.
pub struct Socket(RefCell<TcpStream>);

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Self(RefCell::new(stream))
    }
}

impl Socket {
    /// Reads what is there; `Ok(0)` is the end. The task is woken when there is something, or the end has come.
    ///
    /// # Errors
    /// Those of the system.
    pub fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        let read = Pin::new(&mut *self.0.borrow_mut()).poll_read(cx, &mut buffer);
        read.map_ok(|()| buffer.filled().len())
    }

    /// Writes what the system takes at once. Asks the system directly: nearly always it takes everything, and what the
    /// runtime keeps in mind of a socket that is ready says nothing new.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when it takes nothing now, and those of the system.
    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let stream = self.0.borrow();
        match rustix::net::send(&*stream, bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
            // The runtime has to see it for itself, or it would not wait.
            Err(Errno::AGAIN) => stream.try_write(bytes),
            sent => Ok(sent?),
        }
    }

    /// Ready when the system may take more; the task is woken when it does.
    ///
    /// # Errors
    /// Those of the system.
    pub fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.borrow().poll_write_ready(cx)
    }

    /// Tells the other end that nothing more comes. What it has sent can still be read.
    pub fn end_writing(&self) {
        // It may be gone already.
        let _ = socket2::SockRef::from(&*self.0.borrow()).shutdown(std::net::Shutdown::Write);
    }
}
