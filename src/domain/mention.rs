//! `@name`, `@room` and `#room` in what people write. [`candidates`] finds whom a text may mention when it is sent;
//! [`words`] finds the same words once more in each piece of text when it is shown, so that both agree.

use std::collections::HashMap;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use super::limits::{MENTIONS, ROOM_NAME_CHARS, USER_NAME_CHARS};
use super::name::{EVERYONE, NameKey, is_room_name_char, is_user_name_char};
use super::person::Author;

/// Whom a message mentions: known when it was sent, kept with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Mentions {
    /// The people, under the names they had then.
    pub people: Vec<Author>,
    /// Everybody in the room.
    pub everyone: bool,
}

impl Mentions {
    /// Nobody.
    pub const NONE: Self = Self { people: Vec::new(), everyone: false };

    /// Who is meant by the word behind an `@`, and how much of it is the name: `ann.` may be Ann and a full stop.
    #[must_use]
    pub fn person<'a>(&self, word: &'a str) -> Option<(&Author, &'a str)> {
        if self.people.is_empty() {
            return None;
        }
        forms(word).find_map(|form| Some((self.named(form)?, form)))
    }

    fn named(&self, name: &str) -> Option<&Author> {
        let same = |person: &&Author| person.name.as_str().eq_ignore_ascii_case(name);
        self.people.iter().find(same).or_else(|| {
            let key = NameKey::of(name);
            self.people.iter().find(|person| person.name.key() == key)
        })
    }
}

/// Whom a text may mention, before anybody has looked who they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates<'a> {
    /// What may be names, each once, at most [`MENTIONS`]: `@ann.` gives `ann.` and `ann`.
    pub names: Vec<&'a str>,
    /// `@room` is among the words.
    pub everyone: bool,
}

/// The words behind an `@` that a text holds outside its code.
#[must_use]
pub fn candidates(text: &str) -> Candidates<'_> {
    let mut found = Candidates::default();
    if !text.contains('@') {
        return found;
    }
    for piece in pieces_without_code(text) {
        for word in words(piece).filter(|word| word.sign == Sign::Person) {
            found.take(word.name);
        }
    }
    found
}

impl<'a> Candidates<'a> {
    fn take(&mut self, word: &'a str) {
        if everyone(word).is_some() {
            self.everyone = true;
            return;
        }
        for form in forms(word) {
            if self.names.len() < MENTIONS && !self.names.contains(&form) {
                self.names.push(form);
            }
        }
    }
}

/// The part of a word behind an `@` that means everybody, if it does.
#[must_use]
pub fn everyone(word: &str) -> Option<&str> {
    forms(word).find(|form| form.eq_ignore_ascii_case(EVERYONE))
}

/// The ways to read a word: whole, and without the marks a sentence may have put behind it.
fn forms(word: &str) -> impl Iterator<Item = &str> {
    let bare = without_stops(word);
    let whole = is_short(word, USER_NAME_CHARS).then_some(word);
    [whole, (bare.len() < word.len()).then_some(bare)].into_iter().flatten()
}

/// What a word of a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `@`
    Person,
    /// `#`
    Room,
}

/// A word that begins with `@` or `#` and may go on as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// Where its sign stands, in bytes.
    pub start: usize,
    /// Its sign.
    pub sign: Sign,
    /// What follows the sign: characters that such names may have, not too many.
    pub name: &'a str,
}

impl Word<'_> {
    /// Where it ends, in bytes.
    #[must_use]
    pub fn end(&self) -> usize {
        self.start + 1 + self.name.len()
    }
}

/// The words of a piece of text that begin with `@` or `#`. Addresses of mail and of the web hold none.
#[must_use]
pub fn words(text: &str) -> Words<'_> {
    Words { text, at: 0, last_end: 0, in_address: false }
}

/// See [`words`]. Looks at each byte once.
#[derive(Debug)]
pub struct Words<'a> {
    text: &'a str,
    at: usize,
    last_end: usize,
    in_address: bool,
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        while let Some(byte) = self.text.as_bytes().get(self.at).copied() {
            let start = self.at;
            self.at += 1;
            let sign = match byte {
                b'@' => Sign::Person,
                b'#' => Sign::Room,
                b' ' | b'\n' | b'\t' => {
                    self.in_address = false;
                    continue;
                }
                b':' => {
                    self.in_address |= self.text[self.at..].starts_with("//");
                    continue;
                }
                _ => continue,
            };
            if self.in_address || !self.may_begin(start) {
                continue;
            }
            if let Some(name) = self.name_behind(sign) {
                self.at += name.len();
                self.last_end = self.at;
                if fits(sign, name) && !self.text[self.at..].starts_with('@') {
                    return Some(Word { start, sign, name });
                }
            }
        }
        None
    }
}

impl<'a> Words<'a> {
    /// The sign begins a word: it is not in the middle of one, of an address of mail or of a path.
    fn may_begin(&self, start: usize) -> bool {
        let before = &self.text[..start];
        match before.chars().next_back() {
            None => true,
            // `@ann/@bob`, but not `packages/@ann`.
            Some('/') => self.last_end > 0 && self.last_end + 1 == start,
            Some('@' | '#' | '\\' | '&') => false,
            // `_@ann_` is Ann in italics, `mr_@ann` is an address.
            Some('_' | '-' | '.' | '+') => {
                before.trim_end_matches(['_', '-', '.', '+']).chars().next_back().is_none_or(|c| !is_user_name_char(c))
            }
            Some(before) => !is_user_name_char(before),
        }
    }

    fn name_behind(&self, sign: Sign) -> Option<&'a str> {
        let rest = &self.text[self.at..];
        let belongs: fn(char) -> bool = if sign == Sign::Person { is_user_name_char } else { is_room_name_char };
        let name = &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())];
        name.starts_with(char::is_alphanumeric).then_some(name)
    }
}

fn fits(sign: Sign, name: &str) -> bool {
    match sign {
        Sign::Person => is_short(without_stops(name), USER_NAME_CHARS),
        Sign::Room => is_short(name, ROOM_NAME_CHARS) && !is_number_or_colour(name),
    }
}

fn without_stops(word: &str) -> &str {
    word.trim_end_matches(['.', '-', '_'])
}

fn is_short(name: &str, max: usize) -> bool {
    name.len() <= max || (!name.is_ascii() && name.graphemes(true).nth(max).is_none())
}

/// `#12` is a number of something, `#a1b2c3` a colour.
fn is_number_or_colour(name: &str) -> bool {
    let has_digit = name.bytes().any(|byte| byte.is_ascii_digit());
    let is_colour = matches!(name.len(), 3 | 4 | 6 | 8) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.chars().all(char::is_numeric) || (has_digit && is_colour)
}

/// A text without its code, as well as one can tell without reading all of its Markdown.
fn pieces_without_code(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for paragraph in paragraphs_without_blocks(text) {
        without_spans(paragraph, &mut pieces);
    }
    pieces
}

/// What stands between blank lines and fenced blocks.
fn paragraphs_without_blocks(text: &str) -> Vec<&str> {
    let mut paragraphs = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches([' ', '\t', '>']).trim_end();
        let mark = bare.chars().next().filter(|c| matches!(c, '`' | '~'));
        let run = mark.map_or(0, |mark| bare.len() - bare.trim_start_matches(mark).len());
        let is_code = match (fence, mark) {
            (Some((open, least)), Some(mark)) if mark == open && run >= least && run == bare.len() => {
                fence = None;
                true
            }
            (Some(_), _) => true,
            (None, Some(mark)) if run >= 3 && !(mark == '`' && bare[run..].contains('`')) => {
                fence = Some((mark, run));
                true
            }
            (None, _) => false,
        };
        let end = at + line.len();
        if is_code || bare.is_empty() {
            paragraphs.push(&text[start..at]);
            start = end;
        }
        at = end;
    }
    paragraphs.push(&text[start..]);
    paragraphs
}

/// Adds what stands outside the code spans of a paragraph: a run of backticks goes to the next run of the same length.
fn without_spans<'a>(paragraph: &'a str, pieces: &mut Vec<&'a str>) {
    if !paragraph.contains('@') {
        return;
    }
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in paragraph.match_indices('`') {
        match runs.last_mut() {
            Some((start, len)) if *start + *len == at => *len += 1,
            _ => runs.push((at, 1)),
        }
    }
    let mut closing = vec![None; runs.len()];
    let mut next: HashMap<usize, usize> = HashMap::new();
    for (index, (_, len)) in runs.iter().enumerate().rev() {
        closing[index] = next.insert(*len, index);
    }
    let (mut start, mut index) = (0, 0);
    while index < runs.len() {
        let Some(close) = closing[index] else {
            index += 1;
            continue;
        };
        pieces.push(&paragraph[start..runs[index].0]);
        start = runs[close].0 + runs[close].1;
        index = close + 1;
    }
    pieces.push(&paragraph[start..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::UserId;
    use crate::domain::name::UserName;

    fn names(text: &str) -> Vec<&str> {
        candidates(text).names
    }

    fn people(names: &[&str]) -> Mentions {
        let person =
            |name: &&str| Author { id: UserId(Uuid::from_u128(1)), name: UserName::trusted((*name).to_owned()) };
        Mentions { people: names.iter().map(person).collect(), everyone: false }
    }

    #[test]
    fn names_are_found_as_people_type_them() {
        let cases: [(&str, &[&str]); 22] = [
            ("@ann", &["ann"]),
            ("hello @ann, @bob: look", &["ann", "bob"]),
            ("(@ann) **@bob** ~~@cid~~ _@dan_", &["ann", "bob", "cid", "dan_", "dan"]),
            ("thanks @ann.", &["ann.", "ann"]),
            ("@ann...", &["ann...", "ann"]),
            ("is it @r2.d2?", &["r2.d2"]),
            ("@ann's", &["ann"]),
            ("@jean-luc @o_brien", &["jean-luc", "o_brien"]),
            ("@Žofie @莉莉 @محمد", &["Žofie", "莉莉", "محمد"]),
            ("@ann/@bob", &["ann", "bob"]),
            ("@ann @ann", &["ann"]),
            ("cc:@ann\n@bob", &["ann", "bob"]),
            ("> @ann\n\n- @bob", &["ann", "bob"]),
            ("ann@example.org mr.@x a_@b", &[]),
            ("https://example.org/@ann?x=@bob @cid", &["cid"]),
            ("@ann@example.org", &[]),
            ("packages/@ann \\@bob @@cid", &[]),
            ("`@ann` ``a ` @bob`` @cid", &["cid"]),
            ("```\n@ann\n```\n@bob", &["bob"]),
            ("~~~\n@ann\n```\n@bob", &[]),
            ("a ` b @ann", &["ann"]),
            ("@ @. @- @_a", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(names(text), expected, "{text:?}");
        }
        assert_eq!(names(&format!("@{}", "a".repeat(32))), ["a".repeat(32)]);
        assert_eq!(names(&format!("@{}...", "a".repeat(32))), ["a".repeat(32)]);
        assert_eq!(names(&format!("@{}", "a".repeat(33))), [""; 0]);
    }

    #[test]
    fn everybody_is_one_word() {
        for text in ["@room", "hey @room!", "@Room.", "(@room)"] {
            assert!(candidates(text).everyone && names(text).is_empty(), "{text:?}");
        }
        for text in ["room", "@rooms", "a@room", "`@room`", "#room"] {
            assert!(!candidates(text).everyone, "{text:?}");
        }
    }

    #[test]
    fn a_text_mentions_at_most_fifty() {
        let text = (0..200).map(|number| format!("@p{number}")).collect::<Vec<_>>().join(" ");
        assert_eq!(names(&text).len(), MENTIONS);
    }

    #[test]
    fn rooms_are_words_and_numbers_and_colours_are_not() {
        let rooms = |text| words(text).filter(|word| word.sign == Sign::Room).map(|word| word.name).collect::<Vec<_>>();
        assert_eq!(rooms("see #dev and #ops/#qa, (#über-uns)."), ["dev", "ops", "qa", "über-uns"]);
        assert_eq!(rooms("#12 #000 #a1b2c3 C#dev https://a.example/#dev ##dev &#x27; #"), [""; 0]);
        assert_eq!(rooms("#2026-plan #feed"), ["2026-plan", "feed"]);
    }

    #[test]
    fn a_word_is_the_name_with_or_without_its_full_stop() {
        let found = |mentions: &Mentions, word| {
            mentions.person(word).map(|(person, name)| (person.name.to_string(), String::from(name)))
        };
        let ann = people(&["ann"]);
        assert_eq!(found(&ann, "ann"), Some(("ann".to_owned(), "ann".to_owned())));
        assert_eq!(found(&ann, "Ann..."), Some(("ann".to_owned(), "Ann".to_owned())));
        assert_eq!(found(&ann, "аnn"), Some(("ann".to_owned(), "аnn".to_owned())), "a look-alike is the same name");
        assert_eq!(found(&ann, "anna"), None);
        let both = people(&["ann", "ann."]);
        assert_eq!(found(&both, "ann."), Some(("ann.".to_owned(), "ann.".to_owned())));
        assert_eq!(found(&Mentions::NONE, "ann"), None);
    }

    proptest! {
        #[test]
        fn words_are_where_they_say(text in "[@#a-c. _\\-/`\n0é👍:\\\\]{0,60}") {
            let mut end = 0;
            for word in words(&text) {
                prop_assert!(word.start >= end);
                prop_assert_eq!(&text[word.start + 1..word.end()], word.name);
                end = word.end();
            }
            for name in candidates(&text).names {
                let sign = format!("@{name}");
                prop_assert!(text.contains(&sign));
            }
        }
    }

    #[test]
    fn hostile_texts_cost_little() {
        for part in ["@", "@a", "/@a", "`", "``a`", "_@", ".@a", "```\n", "@a ", "#", "é@", "@a/"] {
            let begun = std::time::Instant::now();
            let text = part.repeat(16 * 1024 / part.len());
            let found = candidates(&text);
            assert!(found.names.len() <= MENTIONS);
            assert!(begun.elapsed().as_millis() < 500, "{part:?} took {:?}", begun.elapsed());
        }
    }
}
