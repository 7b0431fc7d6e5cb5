//! Lines out of bytes, within bounds. Knows no socket.
//!
//! A line ends with LF, CR LF or CR NUL. What telnet negotiates (RFC 854, "TELNET COMMAND STRUCTURE", and RFC 855) is taken
//! out, as are other NULs; bytes that are no UTF-8 are replaced. A line that is too long is thrown away to its end.

/// Telnet's bytes with a meaning.
const IAC: u8 = 255;
const DONT: u8 = 254;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

/// What comes out.
#[derive(Debug, PartialEq, Eq)]
pub enum Split {
    /// A whole line, without its end.
    Line(String),
    /// One that was longer than is allowed; it is gone.
    TooLong,
}

/// The lines of one connection.
#[derive(Debug)]
pub struct Splitter {
    longest: usize,
    line: Vec<u8>,
    is_too_long: bool,
    telnet: Telnet,
    after_cr: bool,
}

/// Where in a telnet command the stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telnet {
    /// In none.
    Data,
    /// After IAC.
    Command,
    /// After WILL, WONT, DO or DONT: the option follows.
    Option,
    /// In a subnegotiation, which ends with IAC SE.
    Within,
    /// After IAC in a subnegotiation.
    Ending,
}

impl Splitter {
    /// Nothing has been read. `longest` is the longest line, in bytes.
    #[must_use]
    pub fn new(longest: usize) -> Self {
        Self { longest, line: Vec::new(), is_too_long: false, telnet: Telnet::Data, after_cr: false }
    }

    /// The next line; `bytes` is moved on to what follows it. `None` when all bytes are used up.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Option<Split> {
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            if let Some(byte) = self.data(byte)
                && let Some(split) = self.take(byte)
            {
                return Some(split);
            }
        }
        None
    }

    /// The byte, if it is not telnet's.
    fn data(&mut self, byte: u8) -> Option<u8> {
        let (next, data) = match (self.telnet, byte) {
            (Telnet::Data, IAC) => (Telnet::Command, None),
            (Telnet::Data, byte) => (Telnet::Data, Some(byte)),
            // Twice: the byte itself.
            (Telnet::Command, IAC) => (Telnet::Data, Some(IAC)),
            (Telnet::Command, WILL..=DONT) => (Telnet::Option, None),
            (Telnet::Command, SB) => (Telnet::Within, None),
            (Telnet::Within, IAC) => (Telnet::Ending, None),
            (Telnet::Command | Telnet::Option, _) | (Telnet::Ending, SE) => (Telnet::Data, None),
            (Telnet::Within | Telnet::Ending, _) => (Telnet::Within, None),
        };
        self.telnet = next;
        data
    }

    fn take(&mut self, byte: u8) -> Option<Split> {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        match byte {
            b'\n' => return Some(self.end()),
            0 if after_cr => return Some(self.end()),
            b'\r' | 0 => {}
            byte if self.line.len() < self.longest => self.line.push(byte),
            _ => {
                self.is_too_long = true;
                self.line = Vec::new();
            }
        }
        None
    }

    fn end(&mut self) -> Split {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.is_too_long) {
            return Split::TooLong;
        }
        Split::Line(String::from_utf8_lossy(&line).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(chunks: &[&[u8]], longest: usize) -> Vec<Split> {
        let (mut splitter, mut out) = (Splitter::new(longest), Vec::new());
        for chunk in chunks {
            let mut bytes = *chunk;
            while let Some(split) = splitter.next(&mut bytes) {
                out.push(split);
            }
        }
        out
    }

    fn line(text: &str) -> Split {
        Split::Line(text.to_owned())
    }

    #[test]
    fn a_line_ends_with_any_of_the_three_ends() {
        assert_eq!(split(&[b"a\nb\r\nc\r\0d"], 10), [line("a"), line("b"), line("c")]);
    }

    #[test]
    fn what_telnet_negotiates_is_no_text() {
        let hello = [&[IAC, WILL, 24, IAC, SB, 24, 0, b'x', IAC, SE][..], b"hi", &[IAC, 241], b"\n"].concat();
        assert_eq!(split(&[&hello], 10), [line("hi")]);
        assert_eq!(split(&[&hello[..5], &hello[5..]], 10), [line("hi")], "also in two pieces");
    }

    #[test]
    fn bad_bytes_are_replaced_and_nuls_left_out() {
        assert_eq!(split(&[&[b'a', 0, 0xc3, b'b', IAC, IAC, b'\n']], 10), [line("a\u{fffd}b\u{fffd}")]);
    }

    #[test]
    fn a_line_that_is_too_long_goes_and_the_next_one_is_good() {
        assert_eq!(
            split(&[b"12345\n123456\n1234567890123\nok\n"], 5),
            [line("12345"), Split::TooLong, Split::TooLong, line("ok")]
        );
        let mut splitter = Splitter::new(5);
        assert_eq!(splitter.next(&mut &[b'x'; 1000][..]), None);
        assert!(splitter.line.capacity() <= 8, "nothing of it is kept");
    }

    proptest! {
        #[test]
        fn borders_of_chunks_change_nothing(bytes in prop::collection::vec(prop_oneof![
            Just(b'\n'), Just(b'\r'), Just(0), Just(IAC), Just(SB), Just(SE), Just(WILL), Just(b'a'), any::<u8>()
        ], 0..200), cut in 0_usize..200) {
            let (one, two) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(split(&[one, two], 20), split(&[&bytes], 20));
        }
    }
}
