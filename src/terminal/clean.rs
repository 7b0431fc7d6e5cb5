//! What others wrote, made harmless for a terminal: no control characters, no escape sequences, nothing that turns the
//! direction of what stands around it, and no letter under a heap of marks.
//!
//! Everything that comes from a server passes through here once, when it is taken into the state.

use unicode_segmentation::UnicodeSegmentation;

/// More characters in one grapheme than any script or emoji needs. A heap of marks would reach into the lines above it.
const MOST_IN_ONE: usize = 12;

/// A text of several lines.
#[must_use]
pub fn text(dirty: &str) -> String {
    let mut clean = String::with_capacity(dirty.len());
    let mut kept = String::with_capacity(dirty.len());
    let unified = dirty.replace("\r\n", "\n");
    for character in unified.chars() {
        match character {
            '\n' | '\u{2028}' | '\u{2029}' | '\r' => kept.push('\n'),
            '\t' => kept.push_str("    "),
            other if steers(other) => {}
            other => kept.push(other),
        }
    }
    for grapheme in kept.graphemes(true) {
        clean.extend(grapheme.chars().take(MOST_IN_ONE));
    }
    clean
}

/// A text of one line: a name, a topic, a quote.
#[must_use]
pub fn line(dirty: &str) -> String {
    let clean = text(dirty);
    clean.split('\n').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Characters that do something instead of showing something.
fn steers(character: char) -> bool {
    match character {
        // Left-to-right and right-to-left marks, embeddings, overrides and isolates (UAX #9): with them a text could
        // show what stands beside it in another order.
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // Without a width, and no use in a terminal: spaces, marks of order, annotations, tags.
        | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        // How an emoji is drawn: terminals do not agree how wide it is then, and lines would be torn.
        | '\u{fe0e}' | '\u{fe0f}' => true,
        other => other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_and_control_characters_are_gone() {
        assert_eq!(text("a\u{1b}[2Jb"), "a[2Jb");
        assert_eq!(text("\u{1b}]0;title\u{7}x\u{9b}31my\u{7f}"), "]0;titlex31my");
        assert_eq!(text("one\r\ntwo\rthree\tfour"), "one\ntwo\nthree    four");
    }

    #[test]
    fn nothing_turns_the_direction_of_a_line() {
        assert_eq!(text("abc\u{202e}fdp.exe\u{2066}x\u{2069}\u{200f}"), "abcfdp.exex");
        assert_eq!(text("شكرا"), "شكرا", "letters keep their own direction");
    }

    #[test]
    fn a_heap_of_marks_is_cut() {
        let heap = format!("a{}b", "\u{301}".repeat(500));
        assert_eq!(text(&heap).chars().count(), MOST_IN_ONE + 1);
        assert_eq!(text("👨‍👩‍👧"), "👨‍👩‍👧");
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(line(" a\n\n b \u{2028}c\t"), "a b c");
    }

    proptest! {
        #[test]
        fn what_is_clean_has_nothing_that_steers(dirty: String) {
            let clean = text(&dirty);
            prop_assert!(clean.chars().all(|character| character == '\n' || !steers(character)));
            prop_assert!(!line(&dirty).contains('\n'));
        }
    }
}
