//! Reads an export of this program: one JSON object a line.

use std::io::{BufRead, Read};

use crate::storage::archive::Line;

/// Longer than any line that is written; what is longer is no export.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The lines of the file. After one that cannot be read there are no more.
pub(super) fn lines(mut reader: Box<dyn BufRead + Send>) -> impl Iterator<Item = Result<Line, String>> + Send {
    let mut text = Vec::new();
    let mut is_over = false;
    std::iter::from_fn(move || {
        if is_over {
            return None;
        }
        text.clear();
        let read = (&mut reader).take(LONGEST).read_until(b'\n', &mut text);
        match read {
            Ok(0) => None,
            Ok(_) if text.len() as u64 == LONGEST => {
                is_over = true;
                Some(Err("a line that is too long for an export".to_owned()))
            }
            Ok(_) => Some(serde_json::from_slice(&text).map_err(|error| plainly(&error))),
            Err(error) => {
                is_over = true;
                Some(Err(error.to_string()))
            }
        }
    })
}

/// The place within the line helps; its number there is always 1.
fn plainly(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_makes_no_sense_is_told_and_the_next_one_is_read() {
        let text = "{\"type\":\"setting\",\"key\":\"a\",\"value\":\"b\"}\nnonsense\n{\"type\":\"cat\"}\n\
                    {\"type\":\"setting\",\"key\":\"a\",\"value\":\"b\",\"colour\":\"red\"}\n";

        let read: Vec<_> = lines(Box::new(text.as_bytes())).collect();

        assert_eq!(read.len(), 4);
        assert!(matches!(&read[0], Ok(Line::Setting(_))));
        for (at, word) in [(1, "expected"), (2, "cat"), (3, "colour")] {
            assert!(read[at].as_ref().is_err_and(|line| line.contains(word) && !line.contains('\n')), "{:?}", read[at]);
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_kept_in_memory() {
        let endless = std::io::BufReader::new(std::io::repeat(b'x'));

        let read: Vec<_> = lines(Box::new(endless)).collect();

        assert_eq!(read, [Err("a line that is too long for an export".to_owned())]);
    }
}
