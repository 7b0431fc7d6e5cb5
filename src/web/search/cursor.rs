//! Where the next page of results begins. What is in it is nobody's business.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Order;
use crate::protocol::error_code::Problem;
use crate::storage::search::LogPlace;

/// Where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Only what stands before this place in the log: what is written in between moves nothing.
    pub below: LogPlace,
    /// So many of the best were shown.
    pub shown: usize,
}

impl Cursor {
    /// Reads the `next` of an answer before.
    ///
    /// # Errors
    /// When it is none of ours, or belongs to another order.
    pub fn read(text: &str, order: Order) -> Result<Self, Problem> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            let (kind, rest) = text.split_once('.')?;
            let (below, shown) = rest.split_once('.')?;
            let cursor = Self { below: LogPlace(below.parse().ok()?), shown: shown.parse().ok()? };
            (kind == letter(order)).then_some(cursor)
        };
        read().ok_or_else(|| {
            Problem::field(
                "cursor",
                "`cursor` must be the `next` of the answer before, in the same order; leave it out to start",
            )
        })
    }

    /// As an answer gives it.
    #[must_use]
    pub fn write(self, order: Order) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}.{}", letter(order), self.below.0, self.shown))
    }
}

fn letter(order: Order) -> &'static str {
    match order {
        Order::Newest => "n",
        Order::Best => "b",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_as_it_was_written_and_in_its_order_only() {
        let cursor = Cursor { below: LogPlace(7), shown: 20 };
        let text = cursor.write(Order::Best);
        assert_eq!(Cursor::read(&text, Order::Best), Ok(cursor));
        assert!(Cursor::read(&text, Order::Newest).is_err());
        for bad in ["", "!", "bm90aGluZw", &text[1..]] {
            assert!(Cursor::read(bad, Order::Best).is_err(), "{bad}");
        }
    }
}
