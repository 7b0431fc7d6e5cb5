//! From the text of Slack to ours: links and calls in angle brackets, three escapes, and two signs that mean something
//! else in Markdown.

use std::collections::HashMap;

use crate::domain::ids::UserId;

/// Everybody by the id Slack gives them: the id and the name here.
pub(super) type People = HashMap<String, (UserId, String)>;

/// A text as people write it here, and whom it calls.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) markdown: String,
    pub(super) people: Vec<(UserId, String)>,
    pub(super) everyone: bool,
}

/// Turns one into the other.
pub(super) fn text_of(slack: &str, people: &People) -> Text {
    let mut made = Text::default();
    // Code stays as it is: every second part stands between a pair of signs.
    for (at, block) in slack.split("```").enumerate() {
        if at > 0 {
            made.markdown.push_str("```");
        }
        if at % 2 == 1 {
            made.words(block, people, false);
            continue;
        }
        for (at, part) in block.split('`').enumerate() {
            if at > 0 {
                made.markdown.push('`');
            }
            made.words(part, people, at % 2 == 0);
        }
    }
    made
}

impl Text {
    /// A part without code signs.
    fn words(&mut self, mut part: &str, people: &People, is_prose: bool) {
        while let Some(start) = part.find('<') {
            let (before, rest) = part.split_at(start);
            self.plain(before, is_prose);
            let Some(end) = rest.find('>') else {
                self.plain(rest, is_prose);
                return;
            };
            self.bracket(&rest[1..end], people, is_prose);
            part = &rest[end + 1..];
        }
        self.plain(part, is_prose);
    }

    fn plain(&mut self, text: &str, is_prose: bool) {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        if is_prose { self.markdown.push_str(&emphasis(&text)) } else { self.markdown.push_str(&text) }
    }

    /// What stood between `<` and `>`.
    fn bracket(&mut self, inside: &str, people: &People, is_prose: bool) {
        let (what, label) = inside.split_once('|').map_or((inside, None), |(what, label)| (what, Some(label)));
        let label = label.filter(|label| !label.is_empty());
        match what.split_at_checked(1) {
            Some(("@", id)) => {
                let known = people.get(id);
                self.markdown.push('@');
                self.markdown.push_str(known.map_or(label.unwrap_or(id), |(_, name)| name));
                if let Some(person) = known.filter(|person| !self.people.contains(person)) {
                    self.people.push(person.clone());
                }
            }
            Some(("#", id)) => {
                self.markdown.push('#');
                self.markdown.push_str(label.unwrap_or(id));
            }
            Some(("!", "channel" | "here" | "everyone" | "group")) => {
                self.everyone = true;
                self.markdown.push_str("@room");
            }
            Some(("!", other)) => self.markdown.push_str(label.unwrap_or(other)),
            _ => self.link(what, label, is_prose),
        }
    }

    fn link(&mut self, address: &str, label: Option<&str>, is_prose: bool) {
        let address = address.replace("&amp;", "&");
        match label {
            Some(label) if is_prose && label != address && !label.contains(['[', ']']) => {
                // A bracket would end the link early.
                let address = address.replace('(', "%28").replace(')', "%29");
                self.markdown.push('[');
                self.plain(label, false);
                self.markdown.push_str("](");
                self.markdown.push_str(&address);
                self.markdown.push(')');
            }
            _ => self.markdown.push_str(&address),
        }
    }
}

/// `*bold*` is `**bold**` here, `~gone~` is `~~gone~~`: where a word begins behind the first sign and one ends before the
/// second.
fn emphasis(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut made = String::with_capacity(text.len() + 8);
    let mut open: Option<char> = None;
    for (at, character) in characters.iter().copied().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1).copied();
        let is_sign = matches!(character, '*' | '~');
        let can_close = open == Some(character)
            && before.is_some_and(|c| !c.is_whitespace())
            && !after.is_some_and(char::is_alphanumeric);
        let can_open = open.is_none()
            && !before.is_some_and(|c| c.is_alphanumeric() || c == character)
            && after.is_some_and(|c| !c.is_whitespace() && c != character)
            && closes(&characters[at + 1..], character);
        made.push(character);
        if is_sign && (can_close || can_open) {
            made.push(character);
            open = if can_close { None } else { Some(character) };
        }
    }
    made
}

/// Whether there is a sign in the same line that ends what begins here.
fn closes(rest: &[char], sign: char) -> bool {
    let line = rest.iter().position(|c| *c == '\n').map_or(rest, |end| &rest[..end]);
    line.iter().enumerate().skip(1).any(|(at, c)| {
        *c == sign && !line[at - 1].is_whitespace() && !line.get(at + 1).is_some_and(|c| c.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::super::own_lines::id_of;
    use super::*;

    fn people() -> People {
        HashMap::from([("U1".to_owned(), (id_of("slack", "U1"), "ann".to_owned()))])
    }

    #[test]
    fn texts_are_turned_into_ours() {
        for (slack, ours) in [
            ("hi <@U1>, and <@U1|annie>", "hi @ann, and @ann"),
            ("<@U9|gone> and <@U8>", "@gone and @U8"),
            ("see <#C1|general>", "see #general"),
            ("<!here> tea &amp; cake &lt;3", "@room tea & cake <3"),
            ("<!subteam^S1|@cooks>", "@cooks"),
            ("<https://example.org/a?b=1&amp;c=2>", "https://example.org/a?b=1&c=2"),
            ("<https://example.org/a_(b)|the page>", "[the page](https://example.org/a_%28b%29)"),
            ("<mailto:a@b.org|a@b.org>", "[a@b.org](mailto:a@b.org)"),
            ("*bold* _leaning_ ~gone~ 2*3*4 * star", "**bold** _leaning_ ~~gone~~ 2*3*4 * star"),
            ("`*code* <@U1>` and ```a * b *c*```", "`*code* @ann` and ```a * b *c*```"),
            ("*one\ntwo*", "*one\ntwo*"),
            ("an open < bracket", "an open < bracket"),
            ("", ""),
        ] {
            assert_eq!(text_of(slack, &people()).markdown, ours, "{slack}");
        }
    }

    #[test]
    fn whoever_is_called_is_called_once() {
        let made = text_of("<@U1> <@U1> <!channel> <@U9>", &people());

        assert_eq!(made.people, [(id_of("slack", "U1"), "ann".to_owned())]);
        assert!(made.everyone);
    }
}
