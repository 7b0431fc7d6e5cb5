//! Reads pages as a browser does, with the tokenizer of html5ever, and says what on them could run or lead away.

use std::cell::RefCell;
use std::collections::BTreeSet;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// The elements and attributes of pages: `a` and `a href`.
pub type Markup = BTreeSet<String>;

/// Attributes whose value is an address.
const ADDRESSES: [&str; 9] = ["href", "src", "action", "formaction", "data", "poster", "cite", "background", "srcset"];

#[derive(Default)]
struct Reader {
    markup: RefCell<Markup>,
    problems: RefCell<Vec<String>>,
    /// Inside of `<script>`, where nothing may stand.
    in_script: RefCell<bool>,
}

/// What a page is made of, and what is wrong with it.
pub fn read(html: &str) -> (Markup, Vec<String>) {
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    (tokenizer.sink.markup.take(), tokenizer.sink.problems.take())
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.open(&tag),
            Token::TagToken(_) => {
                self.in_script.replace(false);
                TokenSinkResult::Continue
            }
            Token::CharacterTokens(text) if *self.in_script.borrow() && !text.trim().is_empty() => {
                self.blame(format!("an inline script: {text:.60}"));
                TokenSinkResult::Continue
            }
            Token::CommentToken(text) => {
                self.blame(format!("a comment: {text:.60}"));
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Reader {
    fn open(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name = tag.name.to_string();
        self.markup.borrow_mut().insert(name.clone());
        for attribute in &tag.attrs {
            let key = attribute.name.local.to_string();
            self.attribute(&name, &key, &attribute.value);
            self.markup.borrow_mut().insert(format!("{name} {key}"));
        }
        if tag.had_duplicate_attributes {
            self.blame(format!("an attribute twice on <{name}>"));
        }
        match name.as_str() {
            "script" => {
                if !tag.attrs.iter().any(|attribute| &*attribute.name.local == "src") {
                    self.blame("a script without an address".to_owned());
                }
                self.in_script.replace(true);
                TokenSinkResult::RawData(RawKind::ScriptData)
            }
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }

    fn attribute(&self, tag: &str, name: &str, value: &str) {
        if name.starts_with("on") || matches!(name, "style" | "srcdoc" | "is" | "nonce") {
            self.blame(format!("<{tag} {name}={value:.60}>"));
        }
        if !ADDRESSES.contains(&name) && !name.ends_with(":href") {
            return;
        }
        // Browsers drop these wherever they stand.
        let bare: String = value.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
        let bare = bare.trim_matches(|c: char| c <= ' ').to_ascii_lowercase();
        let is_ours = bare.is_empty()
            || bare.starts_with(['#', '?'])
            || (bare.starts_with('/') && !bare.starts_with("//") && !bare.contains('\\'));
        let leads_out = tag == "a" && ["http://", "https://", "mailto:"].iter().any(|scheme| bare.starts_with(scheme));
        if !is_ours && !leads_out {
            self.blame(format!("<{tag} {name}={value:.60}>"));
        }
    }

    fn blame(&self, problem: String) {
        self.problems.borrow_mut().push(problem);
    }
}

#[test]
fn the_reader_sees_what_browsers_see() {
    let (markup, problems) = read("<p class=a>x<b>y</b></p><textarea><i></textarea><script src=/x></script>");
    assert_eq!(markup.into_iter().collect::<Vec<_>>(), ["b", "p", "p class", "script", "script src", "textarea"]);
    assert_eq!(problems, [""; 0]);
    for bad in [
        "<img onerror=x>",
        "<p style=x>",
        "<a href=' java\tscript:x'>",
        "<a href=//evil.example>",
        "<img src=https://evil.example>",
        "<form action=https://evil.example>",
        "<script>x</script>",
        "<!-- x -->",
        "<svg xlink:href=data:x>",
        "<a href=x href=y>",
    ] {
        assert_ne!(read(bad).1, [""; 0], "{bad}");
    }
}
