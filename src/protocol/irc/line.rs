//! One line of IRC, read and written (RFC 1459, section 2.3.1; tags as IRCv3 "message-tags" has them).

use std::fmt::Write;

/// Most bytes of the tags of a client, with the `@` and the space behind them (IRCv3 "message-tags").
pub const TAGS_BYTES: usize = 4096;
/// Most bytes of a line without its tags, with the line end (RFC 1459, section 2.3).
pub const BODY_BYTES: usize = 512;
/// Most parameters (RFC 1459, section 2.3.1); what follows belongs to the last.
const PARAMS: usize = 15;

/// A line as a client sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Keys with values, unescaped, in their order; of a key that came twice the last one.
    pub tags: Vec<(String, String)>,
    /// In upper case.
    pub command: String,
    /// The parameters.
    pub params: Vec<String>,
}

/// Why a line is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadLine {
    /// There is nothing on it.
    Empty,
    /// It is not UTF-8.
    NotText,
    /// It is too long, or its tags are.
    TooLong,
}

impl Line {
    /// Reads a line without its line end.
    ///
    /// # Errors
    /// When there is nothing to read.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadLine> {
        let tags_end = if bytes.first() == Some(&b'@') { bytes.iter().position(|b| *b == b' ') } else { Some(0) };
        let tags_bytes = tags_end.map_or(bytes.len(), |end| if end == 0 { 0 } else { end + 1 });
        if tags_bytes > TAGS_BYTES || bytes.len() - tags_bytes > BODY_BYTES - 2 {
            return Err(BadLine::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadLine::NotText)?;
        // NUL has no place in a line (RFC 1459, section 2.3.1); a lone CR would end it for some readers.
        if text.contains(['\0', '\r', '\n']) {
            return Err(BadLine::NotText);
        }
        let mut line = Self::default();
        let mut rest = text;
        if let Some(tagged) = rest.strip_prefix('@') {
            let (tags, after) = tagged.split_once(' ').ok_or(BadLine::Empty)?;
            tags.split(';').filter(|tag| !tag.is_empty()).for_each(|tag| line.add_tag(tag));
            rest = after.trim_start_matches(' ');
        }
        if let Some(sourced) = rest.strip_prefix(':') {
            // Who a client says that it is counts for nothing.
            rest = sourced.split_once(' ').ok_or(BadLine::Empty)?.1.trim_start_matches(' ');
        }
        let (command, mut rest) = rest.split_once(' ').unwrap_or((rest, ""));
        line.command = command.to_ascii_uppercase();
        if line.command.is_empty() {
            return Err(BadLine::Empty);
        }
        loop {
            rest = rest.trim_start_matches(' ');
            if let Some(trailing) = rest.strip_prefix(':') {
                line.params.push(trailing.to_owned());
                return Ok(line);
            }
            if rest.is_empty() {
                return Ok(line);
            }
            if line.params.len() + 1 == PARAMS {
                line.params.push(rest.to_owned());
                return Ok(line);
            }
            let (param, after) = rest.split_once(' ').unwrap_or((rest, ""));
            line.params.push(param.to_owned());
            rest = after;
        }
    }

    /// A parameter; nothing for one that is not there.
    #[must_use]
    pub fn param(&self, at: usize) -> Option<&str> {
        self.params.get(at).map(String::as_str)
    }

    /// A tag.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
    }

    fn add_tag(&mut self, tag: &str) {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        if key.is_empty() {
            return;
        }
        self.tags.retain(|(own, _)| own != key);
        self.tags.push((key.to_owned(), unescape(value)));
    }
}

/// A value of a tag as it is meant.
#[must_use]
pub fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some(':') => text.push(';'),
            Some('s') => text.push(' '),
            Some('r') => text.push('\r'),
            Some('n') => text.push('\n'),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}

/// A value of a tag as it is written.
#[must_use]
pub fn escape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            ';' => text.push_str("\\:"),
            ' ' => text.push_str("\\s"),
            '\\' => text.push_str("\\\\"),
            '\r' => text.push_str("\\r"),
            '\n' => text.push_str("\\n"),
            '\0' => {}
            other => text.push(other),
        }
    }
    text
}

/// A line to a client, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Keys with values, not escaped yet; an empty value is left out.
    pub tags: Vec<(&'static str, String)>,
    /// Tags whose keys came from a client.
    pub client_tags: Vec<(String, String)>,
    /// Who says it.
    pub source: String,
    /// A command or a number.
    pub command: &'static str,
    /// The parameters.
    pub params: Vec<String>,
}

impl Reply {
    /// A line without tags.
    #[must_use]
    pub fn new(source: &str, command: &'static str, params: &[&str]) -> Self {
        Self {
            tags: Vec::new(),
            client_tags: Vec::new(),
            source: source.to_owned(),
            command,
            params: params.iter().map(|param| (*param).to_owned()).collect(),
        }
    }

    /// With one more tag.
    #[must_use]
    pub fn tagged(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.tags.push((key, value.into()));
        self
    }

    /// With tags that a client has sent.
    #[must_use]
    pub fn with_client_tags(mut self, tags: &[(String, String)]) -> Self {
        self.client_tags.extend_from_slice(tags);
        self
    }

    /// Writes it with its line end. What lies beyond the limit of a line is cut off, between characters.
    pub fn write(&self, out: &mut String) {
        let mut sign = '@';
        let own = self.tags.iter().map(|(key, value)| (*key, value));
        let clients = self.client_tags.iter().map(|(key, value)| (key.as_str(), value));
        for (key, value) in own.chain(clients) {
            out.push(sign);
            out.push_str(key);
            if !value.is_empty() {
                let _ = write!(out, "={}", escape(value));
            }
            sign = ';';
        }
        if sign == ';' {
            out.push(' ');
        }
        let start = out.len();
        if !self.source.is_empty() {
            let _ = write!(out, ":{} ", self.source);
        }
        out.push_str(self.command);
        let last = self.params.len().saturating_sub(1);
        for (at, param) in self.params.iter().enumerate() {
            out.push(' ');
            if at == last && (self.ends_in_text() || needs_colon(param)) {
                out.push(':');
                out.extend(param.chars().filter(|c| !matches!(c, '\0' | '\r' | '\n')));
            } else if param.is_empty() || needs_colon(param) {
                out.push('*');
            } else {
                out.push_str(param);
            }
        }
        cut(out, start + BODY_BYTES - 2);
        out.push_str("\r\n");
    }

    /// Simple clients expect a colon before what people read.
    fn ends_in_text(&self) -> bool {
        const TEXTS: [&str; 11] =
            ["PRIVMSG", "NOTICE", "TOPIC", "PART", "KICK", "QUIT", "ERROR", "AWAY", "SETNAME", "FAIL", "WALLOPS"];
        self.params.len() > 1 && (TEXTS.contains(&self.command) || self.command.as_bytes()[0].is_ascii_digit())
            || matches!(self.command, "ERROR" | "QUIT" | "AWAY" | "SETNAME" | "CAP")
    }
}

fn needs_colon(param: &str) -> bool {
    param.is_empty() || param.starts_with(':') || param.contains([' ', '\0', '\r', '\n'])
}

/// Cuts a text to so many bytes, between characters.
pub fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(line: &str) -> Line {
        Line::parse(line.as_bytes()).expect("good")
    }

    #[test]
    fn a_line_has_tags_a_source_a_command_and_params() {
        let line = parsed("@label=1;+draft/react=\\:\\s\\\\;x :me  privmsg  #room   :hello  you");
        assert_eq!(
            (line.command.as_str(), line.params.as_slice()),
            ("PRIVMSG", &["#room".into(), "hello  you".into()][..])
        );
        assert_eq!(line.tag("+draft/react"), Some("; \\"));
        assert_eq!((line.tag("x"), line.tag("y"), line.param(2)), (Some(""), None, None));
    }

    #[test]
    fn of_a_tag_that_comes_twice_the_last_one_counts() {
        assert_eq!(parsed("@a=1;a=2 PING").tags, [("a".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn the_fifteenth_parameter_takes_the_rest() {
        let many = (1..=17).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        let line = parsed(&format!("X {many}"));
        assert_eq!((line.params.len(), line.param(14)), (15, Some("15 16 17")));
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for (bad, why) in [
            (&b""[..], BadLine::Empty),
            (b"   ", BadLine::Empty),
            (b"@a=1", BadLine::Empty),
            (b":source", BadLine::Empty),
            (b"@a=1 ", BadLine::Empty),
            (b"PING \xff", BadLine::NotText),
            (b"PING a\0b", BadLine::NotText),
            (b"PING a\rQUIT", BadLine::NotText),
        ] {
            assert_eq!(Line::parse(bad), Err(why), "{bad:?}");
        }
    }

    #[test]
    fn a_line_and_its_tags_have_their_own_limits() {
        let tags = format!("@{}", "a".repeat(TAGS_BYTES - 2));
        let body = format!("PING {}", "b".repeat(BODY_BYTES - 2 - 5));
        assert!(Line::parse(format!("{tags} {body}").as_bytes()).is_ok());
        assert_eq!(Line::parse(format!("{tags}a {body}").as_bytes()), Err(BadLine::TooLong));
        assert_eq!(Line::parse(format!("{tags} {body}b").as_bytes()), Err(BadLine::TooLong));
        assert_eq!(Line::parse(&vec![b'@'; 20_000]), Err(BadLine::TooLong));
    }

    #[test]
    fn a_reply_cannot_be_broken_out_of() {
        let mut out = String::new();
        let reply = Reply::new("srv", "PRIVMSG", &["a b", "x\r\nQUIT :y"]).tagged("k", "a; b\r\n");
        reply.write(&mut out);
        assert_eq!(out, "@k=a\\:\\sb\\r\\n :srv PRIVMSG * :xQUIT :y\r\n");
    }

    #[test]
    fn a_reply_that_is_too_long_is_cut_between_characters() {
        let mut out = String::new();
        Reply::new("srv", "NOTICE", &["a", &"ä".repeat(400)]).write(&mut out);
        assert!(out.len() <= BODY_BYTES && out.ends_with("ä\r\n"), "{}", out.len());
    }

    proptest! {
        #[test]
        fn a_value_survives_escaping(value in "\\PC{0,40}") {
            let value = value.replace('\0', "");
            prop_assert_eq!(unescape(&escape(&value)), value);
        }

        #[test]
        fn nothing_panics_and_what_is_written_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(line) = Line::parse(&bytes) {
                let params: Vec<&str> = line.params.iter().map(String::as_str).collect();
                let mut out = String::new();
                Reply::new("", "PRIVMSG", &params).write(&mut out);
                prop_assert!(out.ends_with("\r\n") && out.matches(['\r', '\n']).count() == 2);
                let again = Line::parse(out.trim_end().as_bytes());
                prop_assert!(again.is_ok() || out.trim_end().len() > BODY_BYTES - 2, "{:?}", out);
            }
        }
    }
}
