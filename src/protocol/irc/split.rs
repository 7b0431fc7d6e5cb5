//! Long texts in lines that fit (a line has 512 bytes, RFC 1459, section 2.3): between words where there are some, never
//! within a character.

use unicode_segmentation::UnicodeSegmentation;

/// Cuts a text into lines of at most `most` bytes. Empty lines are left out: no client can show them.
#[must_use]
pub fn lines(text: &str, most: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut rest = line;
        while rest.len() > most {
            let (head, tail) = rest.split_at(place(rest, most));
            lines.push(head.trim_end());
            rest = tail.trim_start();
        }
        if !rest.is_empty() {
            lines.push(rest);
        }
    }
    lines
}

/// Where to cut a line that is longer than `most`.
fn place(line: &str, most: usize) -> usize {
    let fits = |at: &usize| *at > 0 && *at <= most;
    let spaces = line.match_indices(' ').map(|(at, _)| at).take_while(|at| *at <= most);
    // A word that is longer than half a line is cut itself.
    if let Some(space) = spaces.last().filter(|at| *at > most / 2) {
        return space;
    }
    let clusters = line.grapheme_indices(true).map(|(at, _)| at).take_while(|at| *at <= most);
    let cluster = clusters.last().filter(fits);
    // A heap of combining marks may be longer than a line.
    cluster.unwrap_or_else(|| (1..=most).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_is_cut_between_words() {
        assert_eq!(lines("one two three\n\nfour", 9), ["one two", "three", "four"]);
        assert_eq!(lines("onetwothree", 4), ["onet", "woth", "ree"]);
        assert_eq!(lines("ä€", 4), ["ä", "€"]);
    }

    proptest! {
        #[test]
        fn every_line_fits_and_no_sign_is_lost(text in "\\PC{0,200}", most in 4_usize..60) {
            let cut = lines(&text, most);
            prop_assert!(cut.iter().all(|line| line.len() <= most && !line.is_empty()));
            let signs = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(signs(&cut.concat()), signs(&text));
        }
    }
}
