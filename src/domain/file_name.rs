//! The name of a file that somebody hands over: a name and nothing else, whatever they made of it.

use derive_more::{Display, Error};

/// Longest name, in bytes. Systems take 255; the rest is for what is put behind it while the file is not whole.
pub const FILE_NAME_BYTES: usize = 200;

/// Why a name is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum FileNameError {
    /// Nothing is left of it.
    #[display("this is no name of a file")]
    Empty,
    /// Too long.
    #[display("a name has at most {FILE_NAME_BYTES} bytes")]
    TooLong,
}

/// The name, without folders, control characters, marks that turn the direction of text, and what some system takes for
/// something else than a part of a name. It never begins with a dot: nobody hands over a hidden file.
///
/// # Errors
/// When nothing is left, or too much.
pub fn clean(name: &str) -> Result<String, FileNameError> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_bad = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    let plain = |c: char| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c };
    let kept: String = last.chars().filter(|c| !is_bad(*c)).map(plain).collect();
    let kept = kept.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
    let kept = kept.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    match kept.len() {
        0 => Err(FileNameError::Empty),
        1..=FILE_NAME_BYTES => Ok(kept.to_owned()),
        _ => Err(FileNameError::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_name_is_left() {
        for (given, kept) in [
            ("holiday.jpg", "holiday.jpg"),
            ("../../etc/passwd", "passwd"),
            ("D:\\ann\\a b.txt", "a b.txt"),
            (".bashrc", "bashrc"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("x\u{1b}[2Jy\n", "x[2Jy"),
            ("a:b?.txt ", "a_b_.txt"),
        ] {
            assert_eq!(clean(given).as_deref(), Ok(kept), "{given:?}");
        }
        for given in ["", ".", "..", "/", "a/", " . ", "\u{1}"] {
            assert_eq!(clean(given), Err(FileNameError::Empty), "{given:?}");
        }
        assert_eq!(clean(&"x".repeat(FILE_NAME_BYTES + 1)), Err(FileNameError::TooLong));
    }

    proptest! {
        #[test]
        fn what_is_clean_stays_so_and_leads_nowhere(name in "\\PC{0,60}|[./\\\\a-z\u{0}-\u{1f}]{0,40}") {
            if let Ok(kept) = clean(&name) {
                prop_assert!(!kept.contains(['/', '\\']) && !kept.starts_with('.') && !kept.contains(char::is_control));
                prop_assert_eq!(clean(&kept), Ok(kept.clone()));
            }
        }
    }
}
