//! Capabilities (IRCv3 "capability-negotiation", version 302): what there is, what a client has asked for, and the part of
//! it that changes how news are written for many.

/// Capabilities as a set of bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps(u32);

macro_rules! caps {
    ($($name:ident = $bit:literal, $text:literal;)*) => {
        impl Caps {
            $(
                #[doc = concat!("`", $text, "`")]
                pub const $name: Self = Self(1 << $bit);
            )*
            /// Every capability by its name.
            pub const ALL: &'static [(&'static str, Self)] = &[$(($text, Self::$name)),*];
        }
    };
}

caps! {
    ACCOUNT_NOTIFY = 0, "account-notify";
    ACCOUNT_TAG = 1, "account-tag";
    AWAY_NOTIFY = 2, "away-notify";
    BATCH = 3, "batch";
    CAP_NOTIFY = 4, "cap-notify";
    CHATHISTORY = 5, "draft/chathistory";
    MESSAGE_REDACTION = 6, "draft/message-redaction";
    MULTILINE = 7, "draft/multiline";
    READ_MARKER = 8, "draft/read-marker";
    ECHO_MESSAGE = 9, "echo-message";
    EXTENDED_JOIN = 10, "extended-join";
    EVENT_PLAYBACK = 21, "draft/event-playback";
    EXTENDED_MONITOR = 11, "extended-monitor";
    INVITE_NOTIFY = 12, "invite-notify";
    LABELED_RESPONSE = 13, "labeled-response";
    MESSAGE_TAGS = 14, "message-tags";
    MULTI_PREFIX = 15, "multi-prefix";
    SASL = 16, "sasl";
    SERVER_TIME = 17, "server-time";
    SETNAME = 18, "setname";
    STANDARD_REPLIES = 19, "standard-replies";
    USERHOST_IN_NAMES = 20, "userhost-in-names";
}

/// Most bytes and lines of one message that is sent in lines (IRCv3 "multiline").
pub const MULTILINE_BYTES: usize = 8192;
/// See [`MULTILINE_BYTES`].
pub const MULTILINE_LINES: usize = 64;

impl Caps {
    /// The capability of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(own, _)| *own == name).map(|(_, cap)| *cap)
    }

    /// Whether all of these are in it.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With these.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without these.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The names of what is in it.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().filter(move |(_, cap)| self.has(*cap)).map(|(name, _)| *name)
    }

    /// What of it changes how news are written for many.
    #[must_use]
    pub fn dialect(self) -> Dialect {
        Dialect {
            // Whoever gets any tag can read all of them.
            tags: self.has(Self::MESSAGE_TAGS),
            time: self.has(Self::SERVER_TIME),
            account: self.has(Self::ACCOUNT_TAG),
            redact: self.has(Self::MESSAGE_REDACTION),
            multiline: self.has(Self::BATCH) && self.has(Self::MULTILINE),
        }
    }
}

/// How news are written for a kind of client. All clients of one kind share the bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own that a client can read or not")]
pub struct Dialect {
    /// Tags: ids, answers, reactions, typing.
    pub tags: bool,
    /// The time of each message.
    pub time: bool,
    /// The account of whoever says it.
    pub account: bool,
    /// Messages that are taken back.
    pub redact: bool,
    /// Messages of several lines in one piece.
    pub multiline: bool,
}

/// The capabilities as `CAP LS` lists them; values only for clients that know them (version 302).
#[must_use]
pub fn listed(version: u32, has_accounts: bool) -> Vec<String> {
    Caps::ALL
        .iter()
        .filter(|(_, cap)| has_accounts || *cap != Caps::SASL)
        .map(|(name, cap)| match *cap {
            Caps::SASL if version >= 302 => format!("{name}=PLAIN"),
            Caps::MULTILINE if version >= 302 => {
                format!("{name}=max-bytes={MULTILINE_BYTES},max-lines={MULTILINE_LINES}")
            }
            _ => (*name).to_owned(),
        })
        .collect()
}

/// What a `CAP REQ` asks for: the set as it would be, or nothing if it names something that is not there. A word with a
/// `-` before it takes a capability off.
#[must_use]
pub fn requested(present: Caps, words: &str) -> Option<Caps> {
    words.split_whitespace().try_fold(present, |caps, word| {
        let (is_off, name) = word.strip_prefix('-').map_or((false, word), |name| (true, name));
        let cap = Caps::by_name(name)?;
        // It comes with the protocol version and cannot be taken off.
        if is_off && cap == Caps::CAP_NOTIFY {
            return None;
        }
        Some(if is_off { caps.without(cap) } else { caps.with(cap) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_request_is_taken_whole_or_not_at_all() {
        let some = requested(Caps::default(), "batch  sasl").expect("good");
        assert_eq!(some.names().collect::<Vec<_>>(), ["batch", "sasl"]);
        assert_eq!(requested(some, "-batch"), Some(Caps::SASL));
        assert_eq!(requested(some, "server-time nonsense"), None);
        assert_eq!(requested(some, "SASL"), None, "names are in lower case");
        assert_eq!(requested(some, "-cap-notify"), None);
    }

    #[test]
    fn values_are_for_clients_that_know_them() {
        assert!(listed(301, true).iter().all(|cap| !cap.contains('=')));
        assert!(listed(302, true).contains(&"sasl=PLAIN".to_owned()));
        assert!(!listed(302, false).iter().any(|cap| cap.starts_with("sasl")));
    }

    #[test]
    fn each_has_a_bit_of_its_own() {
        let all = Caps::ALL.iter().fold(Caps::default(), |all, (_, cap)| all.with(*cap));
        assert_eq!(all.0.count_ones() as usize, Caps::ALL.len());
    }

    proptest! {
        #[test]
        fn no_request_panics(words in "[-a-z/ ]{0,60}") {
            let _ = requested(Caps::default(), &words);
        }
    }
}
