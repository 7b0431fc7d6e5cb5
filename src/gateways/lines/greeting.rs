//! The first words, in both directions.

use crate::domain::access::GuestAccess;

/// What somebody reads who has come.
#[must_use]
pub fn question(server: &str, guests: GuestAccess) -> String {
    match guests {
        GuestAccess::Off => format!("* This is {server}. Log in with: token YOUR-TOKEN"),
        _ => format!("* This is {server}. What is your name? With an account: token YOUR-TOKEN"),
    }
}

/// What somebody said of who they are, and where they want to go.
#[derive(Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// A name, or a token.
    pub who: &'a str,
    /// Whether it is a token.
    pub is_token: bool,
    /// The room to begin in, if one was named.
    pub room: Option<&'a str>,
}

/// Reads `NAME [ROOM]` or `token TOKEN [ROOM]`; `None` for an empty line.
#[must_use]
pub fn read(line: &str) -> Option<Said<'_>> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let (who, is_token) = match words.clone().next() {
        Some(token) if first.eq_ignore_ascii_case("token") => {
            words.next();
            (token, true)
        }
        _ => (first, false),
    };
    Some(Said { who, is_token, room: words.next() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_a_token_and_perhaps_a_room() {
        let said = |who, is_token, room| Some(Said { who, is_token, room });
        assert_eq!(read(" ann "), said("ann", false, None));
        assert_eq!(read("ann dev"), said("ann", false, Some("dev")));
        assert_eq!(read("Token parlor_x dev"), said("parlor_x", true, Some("dev")));
        assert_eq!(read("token"), said("token", false, None));
        assert_eq!(read("  "), None);
    }

    #[test]
    fn where_guests_are_not_welcome_nobody_is_asked_for_a_name() {
        assert!(!question("Parlor", GuestAccess::Off).contains("name?"));
        assert!(question("Parlor", GuestAccess::Lobby).contains("name?"));
    }
}
