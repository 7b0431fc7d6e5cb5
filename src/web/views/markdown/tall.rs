//! Which messages are so tall that only their beginning is shown at first. An estimate: the server does not know how wide
//! the window is.

/// Characters of a line in the column of text.
const COLUMNS: usize = 72;
/// More lines than this are tall.
const LINES: usize = 40;
/// A block of code is never taller than this: it scrolls.
const CODE_LINES: usize = 20;

/// True for a message that would push all others off the page.
#[must_use]
pub fn is_tall(text: &str) -> bool {
    // Most messages are shorter than one line for each line that is allowed.
    if text.len() <= LINES {
        return false;
    }
    let mut lines = 0;
    let mut code: Option<usize> = None;
    for line in text.split('\n') {
        let is_fence = line.trim_start_matches([' ', '>']).starts_with("```");
        code = match (code, is_fence) {
            (None, true) => Some(CODE_LINES),
            (Some(_), true) => None,
            (Some(left), false) if left > 0 => {
                lines += 1;
                Some(left - 1)
            }
            (Some(_), false) => Some(0),
            (None, false) => {
                lines += 1 + width(line) / COLUMNS;
                None
            }
        };
        if lines > LINES {
            return true;
        }
    }
    false
}

/// Columns, roughly: whatever is no Latin, Greek or Cyrillic letter and the like counts as two.
fn width(line: &str) -> usize {
    if line.is_ascii() { line.len() } else { line.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_lines_and_long_ones_are_tall_and_code_scrolls() {
        assert!(is_tall(&"a\n".repeat(50)));
        assert!(is_tall(&"word ".repeat(1000)));
        assert!(is_tall(&"莉".repeat(1600)));
        assert!(!is_tall(&"word ".repeat(100)));
        assert!(!is_tall(&"a\n".repeat(30)));
        assert!(!is_tall(&format!("```\n{}```", "a\n".repeat(500))));
        assert!(is_tall(&format!("```\n{0}```\n```\n{0}```\n```\n{0}```", "a\n".repeat(500))));
    }
}
