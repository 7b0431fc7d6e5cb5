//! Lines of IRC, what is read out of them, and the lines that are written of it.

use parlor::domain::mask::Mask;
use parlor::protocol::irc::cap::{Caps, requested};
use parlor::protocol::irc::line::{BODY_BYTES, Line, Reply, TAGS_BYTES, escape, unescape};
use parlor::protocol::irc::sasl::{Pieces, Plain, Taken};
use parlor::protocol::irc::{mode, msgid, split, style};

pub fn run(data: &[u8]) {
    let mut pieces = Pieces::default();
    for bytes in data.split(|byte| *byte == b'\n') {
        let Ok(line) = Line::parse(bytes) else { continue };
        assert!(bytes.len() <= TAGS_BYTES + BODY_BYTES && !line.command.is_empty() && line.params.len() <= 15);
        check_reply(&line);
        let changes = mode::parse(&line.params);
        assert_eq!(mode::parse(&mode::write(&changes)), changes);
        for param in &line.params {
            check_text(param);
            let _ = requested(Caps::default(), param);
            if let Taken::Whole(whole) = pieces.take(param) {
                let _ = Plain::parse(&whole);
            }
            if let Some((room, seq)) = msgid::parse(param) {
                assert_eq!(msgid::parse(&msgid::of(&room, seq)), Some((room, seq)));
            }
            if let Some(mask) = Mask::parse(param) {
                assert_eq!(Mask::parse(&mask.to_string()).map(|again| again.to_string()), Some(mask.to_string()));
            }
        }
    }
}

/// Whatever a client has sent, it cannot write a second line.
fn check_reply(line: &Line) {
    let params: Vec<&str> = line.params.iter().map(String::as_str).collect();
    let reply = Reply::new("irc.example", "PRIVMSG", &params).with_client_tags(&line.tags);
    let mut out = String::new();
    reply.write(&mut out);
    assert!(out.ends_with("\r\n") && out.matches(['\r', '\n', '\0']).count() == 2, "{out:?}");
    for (_, value) in &line.tags {
        assert_eq!(unescape(&escape(value)), value.replace('\0', ""));
    }
}

fn check_text(text: &str) {
    let markdown = style::to_markdown(text);
    assert!(markdown.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n')) || markdown == text);
    for line in split::lines(&style::to_irc(&markdown), 100) {
        assert!(line.len() <= 100 && !line.contains('\n'));
    }
}
