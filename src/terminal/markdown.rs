//! The text of a message as lines of a terminal: emphasis, code, links, lists and quotes as people mean them. A small
//! reader of its own: what it does not know stays as it was typed, and the work for a text is bounded by its length.

use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use super::theme::Theme;
use super::wrap::{Piece, chop, wrap};

/// Emphasis in emphasis: deeper is shown as it was typed.
const DEPTH: usize = 6;
/// Signs of one text that may open something; each costs a search through its line.
const OPENERS: usize = 300;

/// How texts are shown.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The colours.
    pub theme: Theme,
    /// Who reads: calls of this name stand out.
    pub me: &'a str,
}

impl Reader<'_> {
    /// The lines of a text, at most so wide.
    #[must_use]
    pub fn lines(&self, text: &str, most: usize) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        let mut openers = OPENERS;
        let mut fence: Option<&str> = None;
        for line in text.split('\n') {
            let trimmed = line.trim_start();
            if let Some(sign) = fence {
                if trimmed.trim_end() == sign {
                    fence = None;
                } else {
                    lines.extend(chop(line, self.theme.code(), most, &self.bar()));
                }
                continue;
            }
            if let Some(sign) = ["```", "~~~"].into_iter().find(|sign| trimmed.starts_with(sign)) {
                let rest = &trimmed[sign.len()..];
                // A whole block on one line is code in the line.
                if !rest.contains(sign) {
                    fence = Some(sign);
                    continue;
                }
            }
            lines.extend(self.block(line, most, &mut openers));
        }
        while lines.len() > 1 && lines.last().is_some_and(|line| line.width() == 0) {
            lines.pop();
        }
        lines
    }

    /// A text as one line, without marks: for quotes and lists.
    #[must_use]
    pub fn plain(&self, text: &str) -> String {
        let mut plain = String::new();
        let mut openers = OPENERS;
        for line in text.split('\n').filter(|line| !line.trim_start().starts_with("```")) {
            let mut pieces = Vec::new();
            self.inline(line.trim(), Style::new(), 0, &mut openers, &mut pieces);
            if !plain.is_empty() && !pieces.is_empty() {
                plain.push(' ');
            }
            plain.extend(pieces.into_iter().map(|(text, _)| text));
        }
        plain
    }

    fn bar(&self) -> Vec<Piece> {
        vec![("│ ".to_owned(), self.theme.rule())]
    }

    fn block(&self, line: &str, most: usize, openers: &mut usize) -> Vec<Line<'static>> {
        let text = self.theme.text();
        let trimmed = line.trim_start();
        let indent: Piece = (" ".repeat((line.len() - trimmed.len()).min(8)), text);
        let mut read = |words: &str, style: Style| {
            let mut pieces = Vec::new();
            self.inline(words, style, 0, openers, &mut pieces);
            pieces
        };
        if let Some(quoted) = trimmed.strip_prefix('>') {
            let pieces = read(quoted.trim_start_matches(['>', ' ']), self.theme.quiet());
            return wrap(&pieces, most, &self.bar(), &self.bar());
        }
        let heading = trimmed.trim_start_matches('#');
        if (1..=6).contains(&(trimmed.len() - heading.len())) && heading.starts_with(' ') {
            let pieces = read(heading.trim(), text.add_modifier(Modifier::BOLD));
            return wrap(&pieces, most, &[], &[]);
        }
        if let Some((sign, words)) = list_item(trimmed) {
            let pieces = read(words, text);
            let rest = [indent.clone(), (" ".repeat(super::wrap::width(&sign)), text)];
            return wrap(&pieces, most, &[indent, (sign, self.theme.quiet())], &rest);
        }
        let pieces = read(trimmed, text);
        wrap(&pieces, most, std::slice::from_ref(&indent), &[])
    }

    /// Reads a line from left to right.
    fn inline(&self, line: &str, style: Style, depth: usize, openers: &mut usize, out: &mut Vec<Piece>) {
        let mut plain = String::new();
        let mut at = 0;
        while let Some(character) = line[at..].chars().next() {
            let is_start = line[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
            let found = if *openers == 0 || depth > DEPTH {
                None
            } else {
                self.element(&line[at..], character, is_start, style, depth, openers)
            };
            if let Some((length, pieces)) = found {
                if !plain.is_empty() {
                    out.push((std::mem::take(&mut plain), style));
                }
                out.extend(pieces);
                at += length;
            } else {
                plain.push(character);
                at += character.len_utf8();
            }
        }
        if !plain.is_empty() {
            out.push((plain, style));
        }
    }

    /// What begins here, and how many bytes of the line it takes.
    fn element(
        &self,
        rest: &str,
        sign: char,
        is_start: bool,
        style: Style,
        depth: usize,
        openers: &mut usize,
    ) -> Option<(usize, Vec<Piece>)> {
        match sign {
            '\\' => {
                let next = rest[1..].chars().next().filter(char::is_ascii_punctuation)?;
                Some((2, vec![(next.to_string(), style)]))
            }
            '`' => {
                *openers -= 1;
                let run = rest.len() - rest.trim_start_matches('`').len();
                let end = rest[run..].find(&rest[..run])?;
                let code = &rest[run..run + end];
                let code = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' ')).unwrap_or(code);
                (!code.is_empty()).then(|| (2 * run + end, vec![(code.to_owned(), style.patch(self.theme.code()))]))
            }
            '*' | '_' | '~' => {
                *openers -= 1;
                if sign == '_' && !is_start {
                    return None;
                }
                let (mark, modifier) = match () {
                    () if rest.starts_with("**") || rest.starts_with("__") => (&rest[..2], Modifier::BOLD),
                    () if rest.starts_with("~~") => (&rest[..2], Modifier::CROSSED_OUT),
                    () if sign == '~' => return None,
                    () => (&rest[..1], Modifier::ITALIC),
                };
                let inner = enclosed(rest, mark)?;
                let mut pieces = Vec::new();
                self.inline(inner, style.add_modifier(modifier), depth + 1, openers, &mut pieces);
                Some((inner.len() + 2 * mark.len(), pieces))
            }
            '[' => {
                *openers -= 1;
                self.link(rest, style, depth, openers)
            }
            'h' if is_start => self.address(rest, style),
            '@' | '#' if is_start => {
                *openers -= 1;
                self.call(rest, sign, style)
            }
            ':' => {
                *openers -= 1;
                let end = rest[1..].find(':').filter(|end| *end < 40)?;
                let emoji = emojis::get_by_shortcode(&rest[1..=end])?;
                Some((end + 2, vec![(super::clean::line(emoji.as_str()), style)]))
            }
            _ => None,
        }
    }

    /// `[text](address)`: the address is shown, so that nobody is led elsewhere than they think.
    fn link(&self, rest: &str, style: Style, depth: usize, openers: &mut usize) -> Option<(usize, Vec<Piece>)> {
        let middle = rest.find("](")?;
        let end = middle + 2 + rest[middle + 2..].find(')')?;
        let (words, address) = (&rest[1..middle], rest[middle + 2..end].trim());
        if words.is_empty() || words.contains('[') || address.is_empty() || address.contains(' ') {
            return None;
        }
        let mut pieces = Vec::new();
        let linked = style.patch(self.theme.accent()).add_modifier(Modifier::UNDERLINED);
        self.inline(words, linked, depth + DEPTH, openers, &mut pieces);
        if words != address {
            pieces.push((format!(" <{address}>"), self.theme.quiet()));
        }
        Some((end + 1, pieces))
    }

    fn address(&self, rest: &str, style: Style) -> Option<(usize, Vec<Piece>)> {
        if !rest.starts_with("http://") && !rest.starts_with("https://") {
            return None;
        }
        let end = rest.find(|c: char| c.is_whitespace() || "<>\"`".contains(c)).unwrap_or(rest.len());
        let mut address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~']);
        // A bracket at the end belongs to the sentence, unless it was opened in the address.
        if address.ends_with(')') && !address.contains('(') {
            address = address.trim_end_matches(')');
        }
        let is_whole = address.len() > "https://".len();
        let linked = style.patch(self.theme.accent()).add_modifier(Modifier::UNDERLINED);
        is_whole.then(|| (address.len(), vec![(address.to_owned(), linked)]))
    }

    /// `@name` and `#room`.
    fn call(&self, rest: &str, sign: char, style: Style) -> Option<(usize, Vec<Piece>)> {
        let is_part = |c: char| c.is_alphanumeric() || "_-".contains(c) || (sign == '@' && c == '.');
        let end = rest[1..].find(|c| !is_part(c)).map_or(rest.len(), |end| end + 1);
        let name = rest[1..end].trim_end_matches(['.', '-']);
        let is_name = name.chars().next().is_some_and(char::is_alphanumeric);
        let is_number = sign == '#' && name.chars().all(|c| c.is_ascii_hexdigit());
        if !is_name || is_number {
            return None;
        }
        let calls_me = sign == '@' && (name.eq_ignore_ascii_case(self.me) || name.eq_ignore_ascii_case("room"));
        let accent = style.patch(self.theme.accent());
        let shown = if calls_me { accent.add_modifier(Modifier::BOLD | Modifier::REVERSED) } else { accent };
        Some((name.len() + 1, vec![(format!("{sign}{name}"), shown)]))
    }
}

/// What stands between two marks: something that neither begins nor ends with a space.
fn enclosed<'t>(rest: &'t str, mark: &str) -> Option<&'t str> {
    let inside = &rest[mark.len()..];
    if inside.starts_with(char::is_whitespace) {
        return None;
    }
    let ends = inside.match_indices(mark).map(|(end, _)| end);
    let mut good = ends.filter(|end| {
        let (inner, behind) = (&inside[..*end], &inside[*end + mark.len()..]);
        let is_longer = mark.len() == 1 && (behind.starts_with(mark) || inner.ends_with(mark));
        let is_inside_word = mark.starts_with('_') && behind.starts_with(char::is_alphanumeric);
        !inner.is_empty() && !inner.ends_with(char::is_whitespace) && !is_longer && !is_inside_word
    });
    good.next().map(|end| &inside[..end])
}

/// The sign to show, and the words behind it.
fn list_item(line: &str) -> Option<(String, &str)> {
    if let Some(words) = ["- ", "* ", "+ "].iter().find_map(|sign| line.strip_prefix(sign)) {
        return Some(("• ".to_owned(), words.trim_start()));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let words = line[digits..].strip_prefix(['.', ')'])?.strip_prefix(' ')?;
    (1..=9).contains(&digits).then(|| (format!("{}. ", &line[..digits]), words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::theme::{Abilities, Depth, ThemeChoice};
    use proptest::prelude::*;

    fn reader() -> Reader<'static> {
        let abilities = Abilities { depth: Depth::True, is_light: None };
        Reader { theme: Theme::new(ThemeChoice::Auto, abilities), me: "ann" }
    }

    fn shown(text: &str) -> Vec<String> {
        reader().lines(text, 40).iter().map(ToString::to_string).collect()
    }

    /// The style of the piece that has these words.
    fn style_of(text: &str, words: &str) -> Style {
        let lines = reader().lines(text, 80);
        let spans = lines.iter().flat_map(|line| line.spans.iter());
        spans.into_iter().find(|span| span.content == words).unwrap_or_else(|| panic!("{words} in {lines:?}")).style
    }

    #[test]
    fn emphasis_and_code_are_shown_without_their_marks() {
        assert_eq!(shown("a **bold** and *thin* ~~old~~ `code` _x_"), ["a bold and thin old code x"]);
        assert!(style_of("a **bold** b", "bold").add_modifier.contains(Modifier::BOLD));
        assert!(style_of("*all **of** it*", "of").add_modifier.contains(Modifier::BOLD | Modifier::ITALIC));
        assert!(style_of("~~old~~", "old").add_modifier.contains(Modifier::CROSSED_OUT));
        assert_eq!(style_of("`a*b*`", "a*b*"), reader().theme.code());
    }

    #[test]
    fn what_is_no_emphasis_stays_as_it_was_typed() {
        for text in ["2 * 3 * 4", "snake_case_name", "a ** b", "**", "`", "[x]", "\u{5c}", "~5~", "#12", "a@b.org"] {
            assert_eq!(shown(text), [text]);
        }
        assert_eq!(shown(r"\*no\*"), ["*no*"]);
    }

    #[test]
    fn blocks_of_code_keep_their_spaces_and_lists_hang() {
        assert_eq!(
            shown("look:\n```rust\nfn  main() {\n    x\n}\n```\nend"),
            ["look:", "│ fn  main() {", "│     x", "│ }", "end"]
        );
        assert_eq!(shown("- one\n2) two\n> said"), ["• one", "2. two", "│ said"]);
        assert_eq!(shown(&format!("- {}", "word ".repeat(9)))[1], "  word word");
    }

    #[test]
    fn a_link_shows_where_it_leads() {
        assert_eq!(shown("see [here](https://e.org)."), ["see here <https://e.org>."]);
        assert_eq!(style_of("go https://e.org/a(b), now", "https://e.org/a(b)").fg, reader().theme.accent().fg);
        assert_eq!(shown("(https://e.org)"), ["(https://e.org)"]);
    }

    #[test]
    fn calls_and_emoji_are_known() {
        assert!(style_of("hi @ann.", "@ann").add_modifier.contains(Modifier::REVERSED));
        assert!(!style_of("hi @bob", "@bob").add_modifier.contains(Modifier::REVERSED));
        assert_eq!(style_of("in #lobby", "#lobby").fg, reader().theme.accent().fg);
        assert_eq!(shown("yes :tada: :nope: 10:30"), ["yes 🎉 :nope: 10:30"]);
        assert_eq!(reader().plain("**a**\n```\nx\n```\nb"), "a x b");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_too_wide(text in "[a-z*_~`\\[\\]()<>#@:!\\\\\n é日 -]{0,120}", most in 4_usize..60) {
            for line in reader().lines(&text, most) {
                prop_assert!(line.width() <= most.max(12), "{:?}", line);
            }
        }

        #[test]
        fn no_characters_make_it_panic(text: String) {
            let _ = reader().lines(&text, 20);
            let _ = reader().plain(&text);
        }
    }
}
