//! The pieces of a SASL login (IRCv3 "sasl-3.1"): Base64 in lines of 400 bytes, a shorter one ends it. PLAIN is RFC 4616.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes of one piece.
const PIECE: usize = 400;
/// Most bytes of all pieces: the longest password and the longest names fit in easily.
const MOST: usize = 4096;

/// What came of a piece.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    /// More is to come.
    More,
    /// Everything is there.
    Whole(Vec<u8>),
    /// The piece is too long.
    TooLong,
    /// All of them together are too long.
    TooMuch,
    /// It is no Base64.
    Bad,
}

/// Pieces that have come.
#[derive(Debug, Default)]
pub struct Pieces(String);

impl Pieces {
    /// Takes a piece.
    pub fn take(&mut self, piece: &str) -> Taken {
        if piece.len() > PIECE {
            self.0.clear();
            return Taken::TooLong;
        }
        if self.0.len() + piece.len() > MOST {
            self.0.clear();
            return Taken::TooMuch;
        }
        if piece != "+" {
            self.0.push_str(piece);
        }
        if piece.len() == PIECE {
            return Taken::More;
        }
        let whole = std::mem::take(&mut self.0);
        STANDARD.decode(whole).map_or(Taken::Bad, Taken::Whole)
    }
}

/// What PLAIN says.
#[derive(Debug, PartialEq, Eq)]
pub struct Plain {
    /// As whom to act; empty for oneself.
    pub acting_as: String,
    /// The account.
    pub account: String,
    /// The password, or a token.
    pub password: String,
}

impl Plain {
    /// Reads what PLAIN says; `None` for anything else.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut parts = text.split('\0');
        let (acting_as, account, password) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || account.is_empty() || password.is_empty() {
            return None;
        }
        Some(Self { acting_as: acting_as.into(), account: account.into(), password: password.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_has_three_parts() {
        let plain = Plain::parse(b"\0ann\0secret").expect("good");
        assert_eq!((plain.acting_as.as_str(), plain.account.as_str()), ("", "ann"));
        for bad in [&b""[..], b"ann", b"a\0b", b"a\0\0c", b"a\0b\0", b"a\0b\0c\0d", b"\0\xff\0x"] {
            assert_eq!(Plain::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn too_much_is_refused_and_the_next_login_begins_anew() {
        let mut pieces = Pieces::default();
        assert_eq!(pieces.take(&"A".repeat(401)), Taken::TooLong);
        for _ in 0..10 {
            assert_eq!(pieces.take(&"A".repeat(400)), Taken::More);
        }
        assert_eq!(pieces.take(&"A".repeat(400)), Taken::TooMuch);
        assert_eq!(pieces.take("YQ=="), Taken::Whole(b"a".to_vec()));
        assert_eq!(pieces.take("%"), Taken::Bad);
        assert_eq!(pieces.take("+"), Taken::Whole(Vec::new()));
    }

    proptest! {
        #[test]
        fn what_was_cut_into_pieces_comes_out_whole(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let mut pieces = Pieces::default();
            let text = STANDARD.encode(&bytes);
            let mut lines: Vec<&str> = text.as_bytes().chunks(PIECE).map(|c| std::str::from_utf8(c).unwrap()).collect();
            if lines.last().is_none_or(|last| last.len() == PIECE) {
                lines.push("+");
            }
            let last = lines.pop().unwrap();
            for line in lines {
                prop_assert_eq!(pieces.take(line), Taken::More);
            }
            prop_assert_eq!(pieces.take(last), Taken::Whole(bytes));
        }
    }
}
