//! The words of a text, as they are looked up. What is stored and what is asked for go through here alike, and so do the
//! texts in which matches are marked: the three can never disagree.
//!
//! A word is a run of letters, digits and their marks. Case, accents, Arabic and Hebrew vowel signs and the width of a
//! letter make no difference. Scripts that put no space between words, and emoji, give one word for each character;
//! looked for as a phrase, these find any part of a text.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// Longer words are cut: nobody types more of one, and an index keeps every word whole.
const WORD_CHARS: usize = 64;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As it is looked up.
    pub folded: String,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

/// What a character does to the word it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Part of a word.
    Letter,
    /// A word of its own.
    Single,
    /// Goes with the character before it; alone it is nothing.
    Mark,
    /// Changes how letters join, not what they say.
    Ignored,
    /// Between words.
    Space,
}

/// The words of a text, in order.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut open: Option<Range<usize>> = None;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        match class(character) {
            Class::Letter => match &mut open {
                Some(word) => word.end = end,
                None => open = Some(at..end),
            },
            Class::Single => {
                close(text, &mut open, &mut words);
                words.extend(word(text, at..end));
            }
            Class::Mark => match (&mut open, words.last_mut()) {
                (Some(word), _) => word.end = end,
                (None, Some(last)) if last.range.end == at => {
                    last.range.end = end;
                    last.folded = fold(&text[last.range.clone()]);
                }
                _ => {}
            },
            Class::Ignored => match (&mut open, words.last_mut()) {
                (Some(word), _) => word.end = end,
                (None, Some(last)) if last.range.end == at => last.range.end = end,
                _ => {}
            },
            Class::Space => close(text, &mut open, &mut words),
        }
    }
    close(text, &mut open, &mut words);
    words
}

/// The words of a text, separated by spaces: what the index is given.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in words(text) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&word.folded);
    }
    folded
}

fn close(text: &str, open: &mut Option<Range<usize>>, words: &mut Vec<Word>) {
    if let Some(range) = open.take() {
        words.extend(word(text, range));
    }
}

fn word(text: &str, range: Range<usize>) -> Option<Word> {
    let folded = fold(&text[range.clone()]);
    (!folded.is_empty()).then_some(Word { folded, range })
}

fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word[..word.len().min(WORD_CHARS)].to_ascii_lowercase();
    }
    let decomposed = word.chars().flat_map(char::to_lowercase).nfkd().filter(|c| !is_left_out(*c));
    // Once more: a mathematical capital is a letter only now.
    let lower = decomposed.flat_map(char::to_lowercase).map(same_letter).nfc();
    let kept = lower.filter(|c| matches!(class(*c), Class::Letter | Class::Single | Class::Mark));
    kept.take(WORD_CHARS).collect::<String>().replace('ß', "ss")
}

fn class(character: char) -> Class {
    if character.is_ascii() {
        return if character.is_ascii_alphanumeric() { Class::Letter } else { Class::Space };
    }
    match character {
        // Soft hyphen, joiners, invisible signs, Arabic lengthening, variation selectors, skin tones.
        '\u{ad}'
        | '\u{200c}'
        | '\u{200d}'
        | '\u{2060}'
        | '\u{feff}'
        | '\u{640}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f3fb}'..='\u{1f3ff}' => Class::Ignored,
        _ if is_combining_mark(character) => Class::Mark,
        _ if character.is_alphanumeric() => {
            if is_unspaced(character) {
                Class::Single
            } else {
                Class::Letter
            }
        }
        // Emoji and other pictures; flags are two letters of their own.
        '\u{231a}'..='\u{231b}'
        | '\u{23e9}'..='\u{23fa}'
        | '\u{2600}'..='\u{27bf}'
        | '\u{2b00}'..='\u{2bff}'
        | '\u{1f000}'..='\u{1faff}' => Class::Single,
        _ => Class::Space,
    }
}

/// Scripts that are written without spaces, or, as Korean, join what other languages write apart.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        // Thai, Lao, Myanmar, Khmer
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{19e0}'..='\u{19ff}'
        // Han with its radicals, kana, Bopomofo, Hangul
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// Accents, and the vowel signs of Hebrew and Arabic, which most people leave out. Marks that make another letter, as in
/// the scripts of India, stay.
fn is_left_out(character: char) -> bool {
    class(character) == Class::Ignored || matches!(canonical_combining_class(character), 10..=36 | 200..=240)
}

/// Letters that are written one way or the other from country to country.
fn same_letter(character: char) -> char {
    match character {
        'ς' => 'σ',
        // Arabic: alef maksura and Persian yeh, Persian kaf, teh marbuta.
        '\u{649}' | '\u{6cc}' => '\u{64a}',
        '\u{6a9}' => '\u{643}',
        '\u{629}' => '\u{647}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn letters_and_digits_make_words_and_everything_else_parts_them() {
        assert_eq!(list("Deploy v2.1 to *prod*, don't_wait!"), ["deploy", "v2", "1", "to", "prod", "don", "t", "wait"]);
        assert_eq!(list("https://example.com/a-b"), ["https", "example", "com", "a", "b"]);
        assert!(list(" \0\n.,;:!?()[]{}<>\"'`*^~-+|\\/@#$%&= ").is_empty());
    }

    #[test]
    fn case_accents_and_width_make_no_difference() {
        for (one, other) in [
            ("ŽOFIE", "zofie"),
            ("e\u{301}té", "ete"),
            ("ＡＢＣ１", "abc1"),
            ("Straße", "STRASSE"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("İstanbul", "istanbul"),
            ("ﬁne", "fine"),
            ("soft\u{ad}ware", "software"),
            ("tiếng Việt", "tieng viet"),
        ] {
            assert_eq!(list(one), list(other), "{one}");
        }
    }

    #[test]
    fn arabic_and_hebrew_are_found_with_and_without_vowel_signs() {
        assert_eq!(list("مُحَمَّدٌ"), list("محمد"));
        assert_eq!(list("أحمد إلى آخر"), list("احمد الى اخر"));
        assert_eq!(list("محـــمد"), list("محمد"));
        assert_eq!(list("می\u{200c}خواهم"), list("ميخواهم"));
        assert_eq!(list("שָׁלוֹם"), list("שלום"));
    }

    #[test]
    fn marks_that_make_another_letter_stay() {
        assert_eq!(list("नमस्ते दुनिया"), ["नमस्ते", "दुनिया"]);
        assert_ne!(list("कि"), list("की"));
        assert_ne!(list("が"), list("か"));
        assert_eq!(list("か\u{3099}"), list("が"));
    }

    #[test]
    fn scripts_without_spaces_and_emoji_give_a_word_for_each_character() {
        assert_eq!(list("東京タワーABC"), ["東", "京", "タ", "ワ", "ー", "abc"]);
        assert_eq!(list("서울에서"), ["서", "울", "에", "서"]);
        assert_eq!(list("สวัสดี"), ["ส", "วั", "ส", "ดี"]);
        assert_eq!(list("great😀👍🏽"), ["great", "😀", "👍"]);
        assert_eq!(list("❤\u{fe0f}"), list("❤"));
    }

    #[test]
    fn a_word_without_end_is_cut() {
        assert_eq!(list(&"x".repeat(16_384)), ["x".repeat(WORD_CHARS)]);
        assert!(list(&"é".repeat(5_000))[0].chars().count() <= WORD_CHARS);
    }

    proptest! {
        #[test]
        fn words_stand_in_the_text_one_behind_the_other_and_hold_no_sign_that_parts_them(text in "\\PC{0,60}|(?s).{0,60}") {
            let mut end = 0;
            for word in words(&text) {
                prop_assert!(word.range.start >= end && word.range.end <= text.len() && !word.range.is_empty());
                prop_assert!(text.is_char_boundary(word.range.start) && text.is_char_boundary(word.range.end));
                prop_assert!(word.folded.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric()), "{:?}", word);
                prop_assert!(!word.folded.is_empty());
                end = word.range.end;
            }
            prop_assert_eq!(folded(&text).split(' ').filter(|part| !part.is_empty()).count(), words(&text).len());
        }
    }
}
