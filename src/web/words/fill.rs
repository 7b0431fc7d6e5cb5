//! Puts values into a text: `{name}` for each. Numbers and directions as the language writes them.

use super::language::Language;

/// A name between braces for which there is no value, or a brace without its other half.
#[derive(Debug, PartialEq, Eq)]
pub struct Unfilled(pub String);

/// The text with each `{name}` replaced.
pub fn fill(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> Result<String, Unfilled> {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { return Err(Unfilled(after.to_owned())) };
        filled.push_str(before);
        filled.push_str(&value(name).ok_or_else(|| Unfilled(name.to_owned()))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// A whole number with this sign between groups of three digits.
pub fn number(number: u64, group_sign: char) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(group_sign);
        }
        grouped.push(digit);
    }
    grouped
}

/// A value that cannot turn the direction of the sentence around it (UAX 9, section 2.4: isolates). One of the same
/// direction stays as it is.
pub fn isolated(value: String, language: Language) -> String {
    let is_foreign = |char: char| char.is_alphabetic() && is_rtl(char) != language.is_rtl();
    if value.chars().any(is_foreign) { format!("\u{2068}{value}\u{2069}") } else { value }
}

/// In one of the blocks with right-to-left scripts (UAX 9, section 3.2, table 4: R and AL), roughly.
fn is_rtl(char: char) -> bool {
    matches!(char, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_replaced_and_a_missing_one_is_told() {
        let ann = |name: &str| (name == "name").then(|| "{ann}".to_owned());
        assert_eq!(fill("{name} and {name}", ann), Ok("{ann} and {ann}".to_owned()));
        assert_eq!(fill("plain", ann), Ok("plain".to_owned()));
        assert_eq!(fill("{other}", ann), Err(Unfilled("other".to_owned())));
        assert_eq!(fill("open { brace", ann), Err(Unfilled(" brace".to_owned())));
    }

    #[test]
    fn digits_are_grouped_by_three() {
        for (plain, grouped) in [(0, "0"), (999, "999"), (1_000, "1.000"), (1_234_567, "1.234.567")] {
            assert_eq!(number(plain, '.'), grouped);
        }
    }
}
