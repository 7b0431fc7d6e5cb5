//! Which of the known words was probably meant.

/// The word nearest to what was typed, if it is near enough to be meant.
pub(super) fn nearest<'a>(typed: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A word longer than any name of ours is a mistake of another kind, and the table below would be big.
    if typed.len() > 64 {
        return None;
    }
    let typed = typed.to_lowercase().replace('-', "_");
    let (distance, word) = words.map(|word| (distance(&typed, word), word)).min_by_key(|(distance, _)| *distance)?;
    (distance <= (word.chars().count() / 3).clamp(1, 3)).then_some(word)
}

/// Insertions, deletions, changes and swaps of neighbours that lead from one word to the other.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![vec![0; right.len() + 1]; left.len() + 1];
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = usize::from(left[i - 1] != right[j - 1]);
                let mut best = (rows[i - 1][j - 1] + changed).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let words = ["workers", "listen", "log"];

        assert_eq!(nearest("wrokers", words.into_iter()), Some("workers"));
        assert_eq!(nearest("LISTENS", words.into_iter()), Some("listen"));
        assert_eq!(nearest("lgo", words.into_iter()), Some("log"));
        assert_eq!(nearest("colour", words.into_iter()), None);
    }

    #[test]
    fn distances_count_single_slips() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("abc", "acb"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
