//! Reads logs of IRC clients, of `WeeChat` and of irssi. What people said and did (`/me`) becomes messages; who came and
//! went is left out. Nobody gets an account: a nick on IRC is nobody's for good.

use std::io::BufRead;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::own_lines::{event, fitting, header, id_of, one_line, room};
use crate::domain::clock::Timestamp;
use crate::domain::name::RoomName;
use crate::storage::archive::{EventLine, Line, Person};

/// Bytes of a nick that are kept.
const NICK_BYTES: usize = 64;
/// Of the room within the file that is made.
const ROOM: i64 = 1;

/// Whose log it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Format {
    Weechat,
    Irssi,
}

/// Something that was said.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    nick: String,
    text: String,
    at: DateTime,
}

/// The lines of an export that has this log in this room.
pub(super) fn lines(
    reader: impl BufRead,
    format: Format,
    name: &RoomName,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<Line>, String> {
    let mut log: Vec<EventLine> = Vec::new();
    let mut day = None;
    for (number, text) in (1_u64..).zip(reader.split(b'\n')) {
        let text = text.map_err(|error| format!("line {number}: {error}"))?;
        // Logs of long ago are not always UTF-8.
        let text = String::from_utf8_lossy(&text);
        let said = match format {
            Format::Weechat => weechat(text.trim_end()),
            Format::Irssi => irssi(text.trim_end(), &mut day),
        };
        let Some(said) = said.map_err(|reason| format!("line {number}: {reason}"))? else { continue };
        let at = zone.to_timestamp(said.at).map_err(|error| format!("line {number}: {error}"))?;
        let author = Person { id: id_of("irc", &said.nick.to_lowercase()), name: said.nick };
        // Clocks are set back in autumn, and by hand; a log is told in order.
        let at = Timestamp(at.as_millisecond()).max(log.last().map_or(Timestamp(i64::MIN), |last| last.at));
        for part in fitting(&said.text) {
            let mut line = event(&log, ROOM, "message", author.clone(), at);
            line.text = Some(part.to_owned());
            log.push(line);
        }
    }
    let Some(first) = log.first() else {
        return Err("nobody says anything in it; is it a log of the kind named with --from?".to_owned());
    };
    let mut lines = vec![header(now), Line::Room(Box::new(room(ROOM, name.as_str(), first.at, log.len())))];
    lines.extend(log.into_iter().map(|line| Line::Event(Box::new(line))));
    Ok(lines)
}

/// `2026-11-21 09:05:03`, a tab, the nick or a sign, a tab, the text.
fn weechat(line: &str) -> Result<Option<Said>, String> {
    if line.is_empty() {
        return Ok(None);
    }
    let mut parts = line.splitn(3, '\t');
    let (Some(time), Some(who), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("there are no three columns with tabs between".to_owned());
    };
    let at = DateTime::strptime("%Y-%m-%d %H:%M:%S", time).map_err(|_| format!("{time:?} is no date and time"))?;
    Ok(match who.trim() {
        "-->" | "<--" | "--" | "=!=" | "" => None,
        "*" => action(text, at),
        nick => said(nick, text, at),
    })
}

/// `09:05 <@ann> hello`; the day stands in lines of its own.
fn irssi(line: &str, day: &mut Option<Date>) -> Result<Option<Said>, String> {
    if let Some(rest) = line.strip_prefix("--- Log opened ").or_else(|| line.strip_prefix("--- Log closed ")) {
        let opened = DateTime::strptime("%a %b %d %H:%M:%S %Y", rest);
        *day = Some(opened.map_err(|_| format!("{rest:?} is no date and time"))?.date());
        return Ok(None);
    }
    if let Some(rest) = line.strip_prefix("--- Day changed ") {
        *day = Some(Date::strptime("%a %b %d %Y", rest).map_err(|_| format!("{rest:?} is no day"))?);
        return Ok(None);
    }
    let Some((time, rest)) = line.split_once(' ') else {
        return if line.is_empty() { Ok(None) } else { Err("there is no time in it".to_owned()) };
    };
    let time = Time::strptime("%H:%M:%S", time).or_else(|_| Time::strptime("%H:%M", time));
    let time = time.map_err(|_| "it does not begin with a time".to_owned())?;
    let day = day.ok_or("no day stands before it (--- Log opened ...)")?;
    let at = day.to_datetime(time);
    if let Some((nick, text)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        return Ok(said(nick.trim(), text.strip_prefix(' ').unwrap_or(text), at));
    }
    Ok(rest.trim_start().strip_prefix("* ").and_then(|text| action(text, at)))
}

/// `@ann` is ann with a sign of her power.
fn said(nick: &str, text: &str, at: DateTime) -> Option<Said> {
    let nick = one_line(nick.trim_start_matches(['@', '+', '%', '&', '~', '!', ' ']), NICK_BYTES);
    let text = without_codes(text);
    (!nick.is_empty() && !text.trim().is_empty()).then_some(Said { nick, text, at })
}

fn action(text: &str, at: DateTime) -> Option<Said> {
    let (nick, deed) = text.trim().split_once(' ')?;
    let deed = deed.trim();
    (!deed.is_empty()).then(|| said(nick, &format!("_{deed}_"), at))?
}

/// Colours and the like: control characters, and up to two numbers of two digits behind the one for colour.
fn without_codes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\u{3}' {
            for is_second in [false, true] {
                if is_second && characters.next_if_eq(&',').is_none() {
                    break;
                }
                for _ in 0..2 {
                    if characters.next_if(char::is_ascii_digit).is_none() {
                        break;
                    }
                }
            }
        } else if !character.is_control() || character == '\t' {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: Format) -> Result<Vec<(String, String, String)>, String> {
        let name = RoomName::parse("old-days").expect("a good name");
        let zone = TimeZone::get("Europe/Berlin").expect("a known zone");
        let lines = lines(text.as_bytes(), format, &name, &zone, Timestamp(0))?;
        let told = lines.into_iter().filter_map(|line| match line {
            Line::Event(event) => Some((event.at.rfc3339(), event.author.name, event.text.unwrap_or_default())),
            _ => None,
        });
        Ok(told.collect())
    }

    fn told(at: &str, nick: &str, text: &str) -> (String, String, String) {
        (at.to_owned(), nick.to_owned(), text.to_owned())
    }

    #[test]
    fn a_log_of_weechat_is_read() {
        let log = "2026-11-21 10:05:03\t-->\tann (~ann@host) has joined #tea\n\
                   2026-11-21 10:05:04\t@ann\thello \u{3}04,12red\u{3} \u{2}bold\u{2}\n\
                   2026-11-21 10:05:05\t *\tbob waves\n\
                   2026-11-21 10:05:06\t--\tNotice\n\n";

        let read = read(log, Format::Weechat);

        assert_eq!(
            read,
            Ok(vec![
                told("2026-11-21T09:05:04.000Z", "ann", "hello red bold"),
                told("2026-11-21T09:05:05.000Z", "bob", "_waves_"),
            ])
        );
    }

    #[test]
    fn a_log_of_irssi_is_read_over_midnight() {
        let log = "--- Log opened Sat Nov 21 23:58:00 2026\n\
                   23:58 -!- ann [~ann@host] has joined #tea\n\
                   23:58 <@ann> late\n\
                   23:59  * bob yawns\n\
                   --- Day changed Sun Nov 22 2026\n\
                   00:01 < bob> <good> night\n\
                   00:02:30 <+eve> yes\n\
                   --- Log closed Sun Nov 22 00:03:00 2026\n";

        let read = read(log, Format::Irssi);

        assert_eq!(
            read,
            Ok(vec![
                told("2026-11-21T22:58:00.000Z", "ann", "late"),
                told("2026-11-21T22:59:00.000Z", "bob", "_yawns_"),
                told("2026-11-21T23:01:00.000Z", "bob", "<good> night"),
                told("2026-11-21T23:02:30.000Z", "eve", "yes"),
            ])
        );
    }

    #[test]
    fn what_is_no_such_log_is_refused_with_its_line() {
        for (text, format, place) in [
            ("dear ann,\n", Format::Weechat, "line 1"),
            ("2026-11-21 10:05:03\tann\thi\n2026-13-41 10:05:03\tann\thi", Format::Weechat, "line 2"),
            ("10:05 <ann> hi\n", Format::Irssi, "line 1"),
            ("--- Log opened yesterday\n", Format::Irssi, "line 1"),
            ("", Format::Weechat, "nobody"),
            ("\u{0}\u{1}\u{ff}\n", Format::Irssi, "line 1"),
        ] {
            let refused = read(text, format);
            assert!(refused.as_ref().is_err_and(|line| line.contains(place)), "{text:?}: {refused:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_turn_the_log_round() {
        let log = "2026-10-25 02:59:00\tann\tone\n2026-10-25 02:01:00\tann\ttwo\n";

        let read = read(log, Format::Weechat).expect("read");

        assert!(read[0].0 <= read[1].0, "{read:?}");
    }
}
