//! Reads the headers of WebSocket frames as bytes pass by, without keeping the frames (RFC 6455, section 5.2).
//!
//! It refuses what a client must not send at the first byte that shows it, before anybody buffers the rest. Used by
//! `inbox`; knows no stream and no actor.

use derive_more::{Display, Error};

/// Most bytes of a control frame's payload (RFC 6455, section 5.5).
const CONTROL_BYTES: u64 = 125;
/// Two fixed bytes, eight of length, four of mask.
const LONGEST_HEADER: usize = 14;

/// Why a client has to be cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum Violation {
    /// A frame is longer than allowed.
    #[display("a frame is longer than allowed")]
    TooBig,
    /// A frame breaks a rule of RFC 6455; the words say which.
    #[display("{_0}")]
    Protocol(#[error(not(source))] &'static str),
}

impl Violation {
    /// The code to close with (RFC 6455, section 7.4.1).
    #[must_use]
    pub fn close_code(self) -> u16 {
        match self {
            Self::TooBig => 1009,
            Self::Protocol(_) => 1002,
        }
    }
}

/// How far one look went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that belong to the frame looked at.
    pub bytes: usize,
    /// True when it ends with them.
    pub frame_ended: bool,
}

/// Where in the stream of frames we are.
#[derive(Debug, Clone)]
pub struct HeaderScanner {
    max_payload: u64,
    header: [u8; LONGEST_HEADER],
    header_read: u8,
    payload_left: u64,
    refused: Option<Violation>,
}

impl HeaderScanner {
    /// Starts at the border of a frame; `max_payload` is the longest payload of one frame, in bytes.
    #[must_use]
    pub fn new(max_payload: usize) -> Self {
        Self {
            max_payload: max_payload as u64,
            header: [0; LONGEST_HEADER],
            header_read: 0,
            payload_left: 0,
            refused: None,
        }
    }

    /// Looks at everything.
    ///
    /// # Errors
    /// The first violation; it stays, whatever follows.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Violation> {
        while !bytes.is_empty() {
            let progress = self.advance(bytes)?;
            bytes = &bytes[progress.bytes..];
        }
        self.refused.map_or(Ok(()), Err)
    }

    /// Looks as far as the end of the frame that begins or goes on here, or of the bytes.
    ///
    /// # Errors
    /// The first violation; it stays, whatever follows.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<Progress, Violation> {
        if let Some(violation) = self.refused {
            return Err(violation);
        }
        let mut used = 0;
        while self.payload_left == 0 {
            let Some(&byte) = bytes.get(used) else { return Ok(Progress { bytes: used, frame_ended: false }) };
            used += 1;
            match self.take_header_byte(byte) {
                Ok(None) => {}
                Ok(Some(0)) => return Ok(Progress { bytes: used, frame_ended: true }),
                Ok(Some(payload)) => self.payload_left = payload,
                Err(violation) => {
                    self.refused = Some(violation);
                    return Err(violation);
                }
            }
        }
        let here = bytes.len() - used;
        let taken = usize::try_from(self.payload_left).map_or(here, |left| left.min(here));
        self.payload_left -= taken as u64;
        Ok(Progress { bytes: used + taken, frame_ended: self.payload_left == 0 })
    }

    /// The length of the payload once the header is complete.
    fn take_header_byte(&mut self, byte: u8) -> Result<Option<u64>, Violation> {
        self.header[usize::from(self.header_read)] = byte;
        self.header_read += 1;
        match self.header_read {
            1 => check_first(byte)?,
            2 => self.check_second()?,
            _ => {}
        }
        let Some(length_bytes) = self.length_bytes() else { return Ok(None) };
        // The length is judged before the mask has come: nothing more needs to be read to refuse it.
        if usize::from(self.header_read) == 2 + length_bytes {
            self.check_length(self.length(length_bytes), length_bytes)?;
        }
        if usize::from(self.header_read) < 2 + length_bytes + 4 {
            return Ok(None);
        }
        self.header_read = 0;
        Ok(Some(self.length(length_bytes)))
    }

    fn check_second(&self) -> Result<(), Violation> {
        let (first, second) = (self.header[0], self.header[1]);
        if second & 0x80 == 0 {
            return Err(Violation::Protocol("a frame of a client must be masked (section 5.1)"));
        }
        if is_control(first) && u64::from(second & 0x7f) > CONTROL_BYTES {
            return Err(Violation::Protocol("a control frame is longer than 125 bytes (section 5.5)"));
        }
        Ok(())
    }

    /// How many bytes of extended length follow the first two; none while those are not there.
    fn length_bytes(&self) -> Option<usize> {
        (self.header_read >= 2).then(|| match self.header[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        })
    }

    fn length(&self, length_bytes: usize) -> u64 {
        match length_bytes {
            0 => u64::from(self.header[1] & 0x7f),
            _ => self.header[2..2 + length_bytes].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        }
    }

    fn check_length(&self, length: u64, length_bytes: usize) -> Result<(), Violation> {
        let shortest = match length_bytes {
            0 => 0,
            2 => 126,
            _ => 1 << 16,
        };
        if length < shortest {
            return Err(Violation::Protocol("a length takes more bytes than it needs (section 5.2)"));
        }
        if length >> 63 == 1 {
            return Err(Violation::Protocol("a length has its highest bit set (section 5.2)"));
        }
        if length > self.max_payload { Err(Violation::TooBig) } else { Ok(()) }
    }
}

fn check_first(byte: u8) -> Result<(), Violation> {
    if byte & 0x70 != 0 {
        return Err(Violation::Protocol("a reserved bit is set and no extension was agreed on (section 5.2)"));
    }
    if matches!(byte & 0x0f, 0x3..=0x7 | 0xb..=0xf) {
        return Err(Violation::Protocol("an opcode is reserved (section 5.2)"));
    }
    if is_control(byte) && byte & 0x80 == 0 {
        return Err(Violation::Protocol("a control frame must not be fragmented (section 5.5)"));
    }
    Ok(())
}

/// Close, ping and pong have the highest bit of the opcode set.
fn is_control(first: u8) -> bool {
    first & 0x08 != 0
}

#[cfg(test)]
pub(super) mod tests;
