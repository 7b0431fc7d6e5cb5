//! The languages there are, and which one somebody is shown: what they have chosen, else what their browser asks for.
//!
//! **How to add one:** a variant with its row in each function here, a rule in `plural`, a file in `locales/`, its tag in
//! `domain::preferences`.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Complete at all times: what another language lacks is taken from here.
    #[default]
    English,
    /// German.
    German,
    /// Modern standard Arabic.
    Arabic,
}

impl Language {
    /// Every language there is, in the order of the enum.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Arabic];

    /// Its tag (RFC 5646): in `lang`, in the cookie, and the name of its file in `locales/`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Arabic => "ar",
        }
    }

    /// What it calls itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Arabic => "العربية",
        }
    }

    /// Written from right to left.
    #[must_use]
    pub fn is_rtl(self) -> bool {
        self == Self::Arabic
    }

    /// For `dir`.
    #[must_use]
    pub fn dir(self) -> &'static str {
        if self.is_rtl() { "rtl" } else { "ltr" }
    }

    /// What stands between groups of digits. Arabic is written with the digits 0 to 9 here, on pages and by scripts.
    #[must_use]
    pub fn group_sign(self) -> char {
        match self {
            Self::English | Self::Arabic => ',',
            Self::German => '.',
        }
    }

    /// The language of a tag, regions and scripts aside: `de-AT` is German.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first of these that is a language of ours: the setting of the account, the cookie, the header
    /// `Accept-Language`. English otherwise.
    #[must_use]
    pub fn choose(setting: Option<&str>, cookie: Option<&str>, accept: Option<&str>) -> Self {
        let chosen = setting.and_then(Self::parse).or_else(|| cookie.and_then(Self::parse));
        chosen.or_else(|| accept.and_then(wanted)).unwrap_or_default()
    }
}

/// The best of a list with weights (RFC 9110, section 12.5.4); of equal ones the first. `q=0` is "not this one".
fn wanted(accept: &str) -> Option<Language> {
    let mut best: Option<(Language, u16)> = None;
    for part in accept.split(',') {
        let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight(parameters);
        let language = if tag.trim() == "*" { Some(Language::default()) } else { Language::parse(tag) };
        if let Some(language) = language.filter(|_| weight > best.map_or(0, |(_, weight)| weight)) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// `q=0.7` as 700; nothing is 1000, and what cannot be read is 0.
fn weight(parameters: &str) -> u16 {
    let Some((name, value)) = parameters.split_once('=') else { return 1000 };
    if !name.trim().eq_ignore_ascii_case("q") {
        return 1000;
    }
    let (whole, parts) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let digits = format!("{parts:0<3}");
    match (whole, digits.parse::<u16>()) {
        ("1", _) => 1000,
        ("0", Ok(parts)) if digits.len() == 3 => parts,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_counts_before_what_the_browser_asks_for() {
        let all = (Some("ar"), Some("de"), Some("en"));
        assert_eq!(Language::choose(all.0, all.1, all.2), Language::Arabic);
        assert_eq!(Language::choose(None, all.1, all.2), Language::German);
        assert_eq!(Language::choose(Some("tlh"), Some("none"), Some("de")), Language::German);
        assert_eq!(Language::choose(None, None, None), Language::English);
    }

    #[test]
    fn every_language_can_be_chosen() {
        let choices = crate::domain::preferences::Language::ALL.into_iter().filter(|tag| !tag.is_empty());
        assert_eq!(choices.collect::<Vec<_>>(), Language::ALL.map(Language::tag));
    }

    #[test]
    fn the_browser_is_given_what_it_likes_best() {
        let asked = |accept: &str| Language::choose(None, None, Some(accept)).tag();
        for (accept, language) in [
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"),
            ("en;q=0.2, ar-EG;q=0.3", "ar"),
            ("DE;Q=1.0", "de"),
            ("fr", "en"),
            ("de;q=0, ar;q=0.001", "ar"),
            ("de;q=0", "en"),
            ("de;q=9, ar;q=x, en;q=0.1", "en"),
            ("*, de;q=0.5", "en"),
            ("", "en"),
            (";;,,=q", "en"),
        ] {
            assert_eq!(asked(accept), language, "{accept}");
        }
    }
}
