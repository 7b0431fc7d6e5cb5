//! What of a text is a match: the part of it that is shown, with the words to mark, and how good a match it is.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::query::Term;
use super::words::{Word, words};

/// About so many characters of a text are shown.
const SHOWN_CHARS: usize = 240;
/// Of these about so many before the first match.
const LEAD_CHARS: usize = 60;
/// So much of a text counts for how good a match it is: comparing hundreds of long ones must not take long.
const SCORED_BYTES: usize = 2048;
/// The constants of BM25 (Robertson and Zaragoza 2009, section 3.2), as most engines have them.
const K1: f64 = 1.2;
const B: f64 = 0.75;
/// What words that stand side by side are worth, in words that occur once more.
const NEARNESS: f64 = 1.0;

/// The part of a text that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// The text, in order; runs of white space are one space.
    pub pieces: Vec<Piece>,
    /// Something was left out before it.
    pub is_cut_before: bool,
    /// Something was left out behind it.
    pub is_cut_after: bool,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Somebody looked for it.
    pub is_match: bool,
}

/// The part of a text with the most matches, or its beginning when there is none.
#[must_use]
pub fn snippet(text: &str, terms: &[Term]) -> Snippet {
    let found = merged(matches(&words(text), terms));
    let window = window(text, &found);
    let mut pieces = Vec::new();
    let mut at = window.start;
    for range in found {
        let range = range.start.max(at)..range.end.min(window.end);
        if !range.is_empty() {
            push(&mut pieces, &text[at..range.start], false);
            push(&mut pieces, &text[range.clone()], true);
            at = range.end;
        }
    }
    push(&mut pieces, &text[at..window.end], false);
    let is_something = |part: &str| !part.trim().is_empty();
    Snippet {
        pieces,
        is_cut_before: is_something(&text[..window.start]),
        is_cut_after: is_something(&text[window.end..]),
    }
}

/// How good a match a text is; more is better. `usual` is how many words texts have on average. Every word counts alike:
/// each result has all of them, so how rare one is makes no difference between two.
#[must_use]
pub fn score(text: &str, terms: &[Term], usual: f64) -> f64 {
    let words = words(beginning(text));
    let length = amount(words.len()) / usual.max(1.0);
    let places: Vec<Vec<usize>> = terms.iter().map(|term| places(&words, term).collect()).collect();
    let frequency = |places: &Vec<usize>| {
        let count = amount(places.len());
        count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length))
    };
    let together =
        places.windows(2).zip(terms).filter_map(|(pair, term)| distance(&pair[0], &pair[1], term.words.len()));
    places.iter().map(frequency).sum::<f64>() + together.map(|gap| NEARNESS / (1.0 + amount(gap))).sum::<f64>()
}

/// How many words a text has, as far as they count for the score.
#[must_use]
pub fn length(text: &str) -> usize {
    words(beginning(text)).len()
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(SCORED_BYTES)]
}

/// How many words lie between two terms where they are nearest to each other in the order they were typed.
fn distance(first: &[usize], second: &[usize], length: usize) -> Option<usize> {
    let gaps = first.iter().filter_map(|at| {
        let behind = second.partition_point(|other| *other < at + length);
        second.get(behind).map(|other| other - at - length)
    });
    gaps.min()
}

#[expect(clippy::cast_precision_loss, reason = "a text has fewer words than a float has digits")]
fn amount(count: usize) -> f64 {
    count as f64
}

/// Where a term stands among the words.
fn places<'a>(words: &'a [Word], term: &'a Term) -> impl Iterator<Item = usize> + 'a {
    let last = term.words.len().saturating_sub(1);
    let is_same = move |(at, (found, wanted)): (usize, (&Word, &String))| {
        let begins = term.is_prefix && at == last && found.folded.starts_with(wanted.as_str());
        begins || found.folded == *wanted
    };
    let windows = words.windows(term.words.len().max(1)).enumerate();
    windows.filter(move |(_, part)| part.iter().zip(&term.words).enumerate().all(is_same)).map(|(at, _)| at)
}

/// Where the matches stand in the text.
fn matches(words: &[Word], terms: &[Term]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = terms
        .iter()
        .filter(|term| !term.words.is_empty())
        .flat_map(|term| {
            places(words, term).map(|at| words[at].range.start..words[at + term.words.len() - 1].range.end)
        })
        .collect();
    found.sort_unstable_by_key(|range| (range.start, range.end));
    found
}

/// The same places, each once.
fn merged(found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// The part to show, cut between characters and where possible between words.
fn window(text: &str, found: &[Range<usize>]) -> Range<usize> {
    let Some(first) = densest(found) else { return 0..forwards(text, 0, SHOWN_CHARS) };
    let start = backwards(text, found[first].start, LEAD_CHARS);
    start..forwards(text, start, SHOWN_CHARS).max(found[first].end)
}

/// The match behind which the most others stand near, the first of them if there are several.
fn densest(found: &[Range<usize>]) -> Option<usize> {
    let behind = |at: usize| {
        let reach = found[at].start + SHOWN_CHARS - LEAD_CHARS;
        found[at..].iter().take_while(|other| other.end <= reach).count()
    };
    (0..found.len()).rev().max_by_key(|at| behind(*at))
}

/// The place so many characters behind `from`, or the last gap before it.
fn forwards(text: &str, from: usize, chars: usize) -> usize {
    let Some((at, _)) = text[from..].grapheme_indices(true).nth(chars) else { return text.len() };
    let part = &text[from..from + at];
    from + part.rfind(char::is_whitespace).filter(|gap| *gap > at / 2).unwrap_or(at)
}

/// The place so many characters before `from`, or the first gap behind it.
fn backwards(text: &str, from: usize, chars: usize) -> usize {
    let before = &text[..from];
    let Some((at, _)) = before.grapheme_indices(true).rev().nth(chars - 1) else { return 0 };
    if at == 0 {
        return 0;
    }
    before[at..].find(char::is_whitespace).map_or(at, |gap| at + gap)
}

/// Adds a piece, every run of white space as one space, and none at the beginning.
fn push(pieces: &mut Vec<Piece>, text: &str, is_match: bool) {
    let mut shown = String::with_capacity(text.len());
    let ends_in_gap = |shown: &str, pieces: &[Piece]| match (shown, pieces.last()) {
        ("", None) => true,
        ("", Some(last)) => last.text.ends_with(' '),
        (shown, _) => shown.ends_with(' '),
    };
    for character in text.chars() {
        if !character.is_whitespace() && !character.is_control() {
            shown.push(character);
        } else if !ends_in_gap(&shown, pieces) {
            shown.push(' ');
        }
    }
    if !shown.is_empty() {
        pieces.push(Piece { text: shown, is_match });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn term(text: &str) -> Term {
        let is_prefix = text.ends_with('*');
        Term { words: words(text).into_iter().map(|word| word.folded).collect(), is_prefix }
    }

    /// The snippet with its matches in brackets.
    fn shown(text: &str, terms: &[&str]) -> String {
        let terms: Vec<Term> = terms.iter().map(|text| term(text)).collect();
        let snippet = snippet(text, &terms);
        let pieces: String = snippet
            .pieces
            .iter()
            .map(|piece| if piece.is_match { format!("[{}]", piece.text) } else { piece.text.clone() })
            .collect();
        let dots = |is_cut| if is_cut { "…" } else { "" };
        format!("{}{pieces}{}", dots(snippet.is_cut_before), dots(snippet.is_cut_after))
    }

    #[test]
    fn matches_are_marked_as_they_were_written() {
        assert_eq!(shown("The Café\n is  open", &["cafe", "OPEN"]), "The [Café] is [open]");
        assert_eq!(shown("deploy deploys redeploy", &["deploy"]), "[deploy] deploys redeploy");
        assert_eq!(shown("deploy deploys redeploy", &["deploy*"]), "[deploy] [deploys] redeploy");
        assert_eq!(shown("to be or not to be", &["\"to be\""]), "[to be] or not [to be]");
        assert_eq!(shown("東京タワー", &["京タ"]), "東[京タ]ワー");
        assert_eq!(shown("nothing here", &["else"]), "nothing here");
        assert_eq!(shown("<b>bold</b> & so", &["bold"]), "<b>[bold]</b> & so");
    }

    #[test]
    fn of_a_long_text_the_part_with_the_most_matches_is_shown() {
        let filler = "one thing and another ".repeat(100);
        let text = format!("tea {filler} tea and cake, more tea {filler}");
        let shown = shown(&text, &["tea", "cake"]);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("[tea] and [cake], more [tea]"), "{shown}");
        assert!(shown.chars().count() < SHOWN_CHARS + 20, "{shown}");
    }

    #[test]
    fn a_text_without_gaps_is_cut_between_characters() {
        let text = "👨‍👩‍👧".repeat(500);
        let shown = shown(&text, &["x"]);
        assert_eq!(shown, format!("{}…", "👨‍👩‍👧".repeat(SHOWN_CHARS)));
    }

    #[test]
    fn more_often_shorter_and_nearer_is_better() {
        let score = |text, terms: &[&str]| {
            let terms: Vec<Term> = terms.iter().map(|text| term(text)).collect();
            score(text, &terms, 8.0)
        };
        assert!(score("tea tea", &["tea"]) > score("tea time", &["tea"]));
        assert!(score("tea", &["tea"]) > score("tea and a lot of other things that nobody needs", &["tea"]));
        assert!(score("green tea for all", &["green", "tea"]) > score("green for all tea", &["green", "tea"]));
        assert!(score("green tea for all", &["green", "tea"]) > score("tea green for all", &["green", "tea"]));
    }

    proptest! {
        #[test]
        fn a_snippet_is_a_part_of_the_text_and_is_short(
            text in "(\\PC{0,40}[ \n]?){0,30}",
            wanted in "\\PC{1,6}",
        ) {
            let found = snippet(&text, &[term(&wanted)]);
            let plain: String = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
            let part: String = found.pieces.iter().flat_map(|piece| piece.text.chars()).filter(|c| *c != ' ').collect();
            prop_assert!(plain.contains(&part), "{part:?} is not in {plain:?}");
            prop_assert!(found.pieces.iter().all(|piece| !piece.text.is_empty()));
            prop_assert!(score(&text, &[term(&wanted)], 8.0).is_finite());
        }
    }
}
