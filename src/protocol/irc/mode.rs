//! Mode changes as they are typed: `+ov-k ann bob key` (modern.ircdocs.horse, "MODE message").

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Set, or taken away.
    pub on: bool,
    /// The letter.
    pub letter: char,
    /// What it is about, if the letter takes something.
    pub param: Option<String>,
}

/// Most changes with a parameter in one line; ISUPPORT says so.
pub const MOST: usize = 20;

/// Whether a letter of a channel takes a parameter when it is set, and when it is taken away.
#[must_use]
pub fn takes(letter: char) -> (bool, bool) {
    match letter {
        'q' | 'o' | 'v' | 'b' | 'e' | 'I' | 'k' => (true, true),
        'l' => (true, false),
        _ => (false, false),
    }
}

/// Reads changes. A letter whose parameter is missing comes without one.
#[must_use]
pub fn parse(params: &[String]) -> Vec<Change> {
    let mut params = params.iter();
    let mut changes = Vec::new();
    let Some(letters) = params.next() else { return changes };
    let mut on = true;
    for letter in letters.chars() {
        match letter {
            '+' => on = true,
            '-' => on = false,
            letter => {
                let (set, unset) = takes(letter);
                let param = if (on && set) || (!on && unset) { params.next().cloned() } else { None };
                changes.push(Change { on, letter, param });
                if changes.len() == MOST {
                    return changes;
                }
            }
        }
    }
    changes
}

/// Writes changes that were made, as parameters of a line.
#[must_use]
pub fn write(changes: &[Change]) -> Vec<String> {
    let mut letters = String::new();
    let mut sign = None;
    for change in changes {
        if sign != Some(change.on) {
            letters.push(if change.on { '+' } else { '-' });
            sign = Some(change.on);
        }
        letters.push(change.letter);
    }
    let params = changes.iter().filter_map(|change| change.param.clone());
    std::iter::once(letters).chain(params).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<Change> {
        parse(&text.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn letters_take_their_parameters_in_order() {
        let change = |on, letter, param: Option<&str>| Change { on, letter, param: param.map(str::to_owned) };
        assert_eq!(
            read("+ol-kl+b ann 5 key *!*@x"),
            [
                change(true, 'o', Some("ann")),
                change(true, 'l', Some("5")),
                change(false, 'k', Some("key")),
                change(false, 'l', None),
                change(true, 'b', Some("*!*@x")),
            ]
        );
        assert_eq!(read("b"), [change(true, 'b', None)]);
    }

    proptest! {
        #[test]
        fn what_was_read_can_be_written_and_read_again(letters in "[+-]?[a-zA-Z+-]{0,30}", params in "([a-z]{1,5} ){0,40}x") {
            let changes = read(&format!("{letters} {params}"));
            prop_assert!(changes.len() <= MOST);
            prop_assert_eq!(parse(&write(&changes)), changes);
        }
    }
}
