//! Which form of a text goes with a number: the cardinal plural rules of Unicode CLDR 46
//! (`common/supplemental/plurals.xml`, UTS 35 part 3, section 5), for whole numbers.

use super::language::Language;

/// The forms a language may have. Not every language has all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plural {
    /// `.zero`
    Zero,
    /// `.one`
    One,
    /// `.two`
    Two,
    /// `.few`
    Few,
    /// `.many`
    Many,
    /// `.other`: every language has this one.
    Other,
}

impl Plural {
    /// All forms.
    pub const ALL: [Self; 6] = [Self::Zero, Self::One, Self::Two, Self::Few, Self::Many, Self::Other];

    /// The form for so many things.
    #[must_use]
    pub fn of(language: Language, count: u64) -> Self {
        match language {
            // `one`: i = 1 and v = 0
            Language::English | Language::German => {
                if count == 1 {
                    Self::One
                } else {
                    Self::Other
                }
            }
            // `few`: n % 100 = 3..10, `many`: n % 100 = 11..99
            Language::Arabic => match (count, count % 100) {
                (0, _) => Self::Zero,
                (1, _) => Self::One,
                (2, _) => Self::Two,
                (_, 3..=10) => Self::Few,
                (_, 11..=99) => Self::Many,
                _ => Self::Other,
            },
        }
    }

    /// The forms that texts of this language come in.
    #[must_use]
    pub fn forms(language: Language) -> &'static [Self] {
        match language {
            Language::English | Language::German => &[Self::One, Self::Other],
            Language::Arabic => &Self::ALL,
        }
    }

    /// How keys of this form end.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Zero => ".zero",
            Self::One => ".one",
            Self::Two => ".two",
            Self::Few => ".few",
            Self::Many => ".many",
            Self::Other => ".other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_cldr() {
        for language in [Language::English, Language::German] {
            assert_eq!(Plural::of(language, 1), Plural::One);
            for count in [0, 2, 11, 21, 100, 101, 1_000_000] {
                assert_eq!(Plural::of(language, count), Plural::Other, "{count}");
            }
        }
        // The integer samples of `ar` in plurals.xml.
        let samples: [(Plural, &[u64]); 6] = [
            (Plural::Zero, &[0]),
            (Plural::One, &[1]),
            (Plural::Two, &[2]),
            (Plural::Few, &[3, 10, 103, 110, 1003]),
            (Plural::Many, &[11, 26, 99, 111, 1011]),
            (Plural::Other, &[100, 102, 200, 202, 300, 1000, 10_000, 1_000_000]),
        ];
        for (form, counts) in samples {
            for count in counts {
                assert_eq!(Plural::of(Language::Arabic, *count), form, "{count}");
            }
        }
    }
}
