//! Settings that take effect at once, without a restart.

use serde_json::json;

use super::rooms::MOST_DAYS;
use super::{Admin, AdminError, By};
use crate::domain::office::Power;
use crate::storage::settings::{
    ACCENT, GUESTS, LOGIN_TRIES_PER_MINUTE, MESSAGE_BURST, MESSAGE_OF_THE_DAY, MESSAGE_RATE, QUARANTINE_HOURS,
    REGISTRATION, REQUEST_BURST, REQUESTS_PER_SECOND, RETENTION_DAYS, SERVER_NAME, SIGN_INS_PER_MINUTE,
};

/// One setting that can be changed while the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveSetting {
    /// Its name, on pages, in the database and on the command line.
    pub key: &'static str,
    /// What it says, in one line.
    pub about: &'static str,
    /// What it can be.
    pub values: Values,
}

/// What a setting can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// One of these; empty for what the program was started with.
    OneOf(&'static [&'static str]),
    /// A line of at most so many characters.
    Line(usize),
    /// A whole number from 0 to this one.
    UpTo(u32),
    /// A whole number between these two; empty for what the program was started with.
    Between(u32, u32),
    /// A colour, as `#rrggbb`, or nothing.
    Colour,
}

/// All of them.
pub const LIVE: [LiveSetting; 13] = [
    LiveSetting { key: SERVER_NAME, about: "the name of the server", values: Values::Line(64) },
    LiveSetting { key: MESSAGE_OF_THE_DAY, about: "a line that everybody reads", values: Values::Line(500) },
    LiveSetting { key: ACCENT, about: "the colour of buttons and links", values: Values::Colour },
    LiveSetting { key: GUESTS, about: "what guests may do", values: Values::OneOf(&["off", "lobby", "open"]) },
    LiveSetting {
        key: REGISTRATION,
        about: "how accounts come into being",
        values: Values::OneOf(&["open", "invite", "closed"]),
    },
    LiveSetting {
        key: QUARANTINE_HOURS,
        about: "for how many hours new accounts send no links and begin no direct rooms",
        values: Values::UpTo(24 * 365),
    },
    LiveSetting {
        key: RETENTION_DAYS,
        about: "after how many days messages go; 0 for never",
        values: Values::Between(0, MOST_DAYS),
    },
    LiveSetting {
        key: MESSAGE_RATE,
        about: "messages that one account may send each second, in the long run",
        values: Values::Between(1, 100_000),
    },
    LiveSetting {
        key: MESSAGE_BURST,
        about: "messages that one account may send at once",
        values: Values::Between(1, 1_000_000),
    },
    LiveSetting {
        key: REQUESTS_PER_SECOND,
        about: "requests that one address may make each second, in the long run",
        values: Values::Between(1, 1_000_000),
    },
    LiveSetting {
        key: REQUEST_BURST,
        about: "requests that one address may make at once",
        values: Values::Between(1, 10_000_000),
    },
    LiveSetting {
        key: SIGN_INS_PER_MINUTE,
        about: "logins, registrations and guests that one address may try each minute",
        values: Values::Between(1, 1_000_000),
    },
    LiveSetting {
        key: LOGIN_TRIES_PER_MINUTE,
        about: "wrong passwords for one account from one address, each minute",
        values: Values::Between(1, 1_000),
    },
];

impl LiveSetting {
    /// The setting of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(key: &str) -> Result<Self, AdminError> {
        let missing = || AdminError::NotFound { what: "setting", name: key.to_owned() };
        LIVE.into_iter().find(|setting| setting.key == key).ok_or_else(missing)
    }

    /// The value as it is stored.
    ///
    /// # Errors
    /// When it cannot be one, with what it can be.
    pub fn check(self, text: &str) -> Result<String, AdminError> {
        let text = text.trim();
        let bad = |message: String| Err(AdminError::Bad { field: self.key, message });
        match self.values {
            Values::OneOf(known) if text.is_empty() || known.contains(&text) => Ok(text.to_owned()),
            Values::OneOf(known) => {
                bad(format!("choose one of {}, or nothing for the start setting", known.join(", ")))
            }
            Values::Line(most) if text.chars().count() > most || text.chars().any(char::is_control) => {
                bad(format!("write one line of at most {most} characters"))
            }
            Values::Line(_) if text.is_empty() && self.key == SERVER_NAME => bad("give the server a name".to_owned()),
            Values::Line(_) => Ok(text.to_owned()),
            Values::UpTo(most) => match text.parse::<u32>() {
                Ok(number) if number <= most => Ok(number.to_string()),
                _ => bad(format!("write a whole number from 0 to {most}")),
            },
            Values::Between(..) if text.is_empty() => Ok(String::new()),
            Values::Between(least, most) => match text.parse::<u32>() {
                Ok(number) if (least..=most).contains(&number) => Ok(number.to_string()),
                _ => bad(format!("write a whole number from {least} to {most}, or nothing for the start setting")),
            },
            Values::Colour => {
                let digits = text.strip_prefix('#').unwrap_or_default();
                let is_colour = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                if is_colour || text.is_empty() {
                    Ok(text.to_ascii_lowercase())
                } else {
                    bad("write a colour as #rrggbb, or nothing".to_owned())
                }
            }
        }
    }
}

impl Admin {
    /// What a limit is where nothing was decided; `None` for a setting that is none.
    ///
    /// # Errors
    /// When the role is not enough.
    pub fn started_limit(&self, by: &By, key: &str) -> Result<Option<u32>, AdminError> {
        self.allow(by, Power::Settings)?;
        let started = self.auth.started_limits();
        Ok(match key {
            MESSAGE_RATE => Some(started.message_rate),
            MESSAGE_BURST => Some(started.message_burst),
            REQUESTS_PER_SECOND => Some(started.requests_per_second),
            REQUEST_BURST => Some(started.request_burst),
            SIGN_INS_PER_MINUTE => Some(started.sign_ins_per_minute),
            LOGIN_TRIES_PER_MINUTE => Some(started.login_tries_per_minute),
            _ => None,
        })
    }

    /// Every live setting with its stored value; empty where nothing was decided.
    ///
    /// # Errors
    /// When the role is not enough.
    pub async fn settings(&self, by: &By) -> Result<Vec<(LiveSetting, String)>, AdminError> {
        self.allow(by, Power::Settings)?;
        let mut all = Vec::new();
        for setting in LIVE {
            all.push((setting, self.store.setting(setting.key).await?.unwrap_or_default()));
        }
        Ok(all)
    }

    /// Changes a setting; it holds at once.
    ///
    /// # Errors
    /// When the role is not enough, or the value cannot be.
    pub async fn set(&self, by: &By, key: &str, value: &str) -> Result<(), AdminError> {
        self.allow(by, Power::Settings)?;
        let setting = LiveSetting::named(key)?;
        let value = setting.check(value)?;
        let before = self.store.setting(key).await?.unwrap_or_default();
        // Nothing stored is the same as none.
        let is_none = matches!(setting.values, Values::UpTo(_)) && before.is_empty() && value == "0";
        if before == value || is_none {
            return Ok(());
        }
        self.store.set_setting(key, &value).await?;
        self.auth.reload_house().await?;
        self.note(by, "setting.change", format!("setting:{key}"), json!({ "from": before, "to": value })).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_before_they_are_kept() {
        for (key, good, kept) in [
            (GUESTS, "open", "open"),
            (GUESTS, "", ""),
            (SERVER_NAME, "  The house ", "The house"),
            (QUARANTINE_HOURS, "024", "24"),
            (ACCENT, "#AABBCC", "#aabbcc"),
            (ACCENT, "", ""),
        ] {
            assert_eq!(LiveSetting::named(key).expect("known").check(good).expect("good"), kept, "{key}");
        }
        for (key, bad) in [
            (GUESTS, "maybe"),
            (SERVER_NAME, " "),
            (SERVER_NAME, "a\nb"),
            (QUARANTINE_HOURS, "-1"),
            (QUARANTINE_HOURS, "99999999"),
            (ACCENT, "red"),
            (ACCENT, "#12345g"),
            (ACCENT, "#123456;}"),
        ] {
            let error = LiveSetting::named(key).expect("known").check(bad).expect_err(bad);
            assert!(matches!(error, AdminError::Bad { field, .. } if field == key), "{key} {bad}");
        }
        assert!(LiveSetting::named("secret").is_err(), "what the server keeps for itself cannot be set");
    }
}
