//! `parlor tail`: shows what happens in a room, over any number of connections.

use std::io::Write;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::connecting::{self, Watch, failed};
use super::{Failure, note};
use serde_json::Value;

use crate::client::frame::LogEvent;
use crate::client::{Client, Event, Events, JoinOptions};
use crate::protocol::plain::clean;

pub fn command() -> Command {
    Command::new("tail")
        .about("Shows what happens in a room, line by line")
        .after_help(
            "Each event is shown once and in order, also over a restart of the server. Ctrl-C ends it (130); so does \
             whoever reads its output by closing it (0).",
        )
        .args(connecting::server())
        .arg(Arg::new("room").value_name("ROOM").required(true).help("Which room"))
        .arg(
            Arg::new("after")
                .long("after")
                .value_name("SEQ")
                .value_parser(value_parser!(u64).range(0..1 << 53))
                .help("Begin after this event; 0 for all there are [default: only what is new]"),
        )
        .arg(
            Arg::new("count")
                .long("count")
                .value_name("N")
                .value_parser(value_parser!(u64).range(1..))
                .help("End after so many events"),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Show each event as a JSON object"))
        .arg(Arg::new("create").long("create").action(ArgAction::SetTrue).help("Make the room when it is missing"))
        .args(connecting::who())
        .arg(connecting::patience())
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let start = connecting::start(matches)?;
    let room = matches.get_one::<String>("room").cloned().unwrap_or_default();
    let options = JoinOptions {
        after: matches.get_one("after").copied(),
        create: matches.get_flag("create"),
        ..JoinOptions::default()
    };
    let printer =
        Printer { as_json: matches.get_flag("json"), left: matches.get_one("count").copied().unwrap_or(u64::MAX) };
    connecting::run(|| async move {
        let (client, events) = start();
        tokio::select! {
            outcome = join(&client, &room, options) => outcome,
            outcome = show(events, printer) => outcome,
            _ = tokio::signal::ctrl_c() => Err(Failure::Interrupted(None)),
        }
    })
}

/// Never ends when all is well: events come another way.
async fn join(client: &Client, room: &str, options: JoinOptions) -> Result<(), Failure> {
    client.join(room, options).await.map_err(|error| failed(&error))?;
    std::future::pending().await
}

async fn show(mut events: Events, mut printer: Printer) -> Result<(), Failure> {
    let mut watch = Watch::default();
    while let Some(event) = events.next().await {
        watch.take(&event);
        match event {
            Event::Log(event) => match printer.print(&event) {
                Ok(true) => {}
                // Enough, or nobody reads it any more.
                Ok(false) => return Ok(()),
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
                Err(error) => return Err(Failure::Failed(format!("the output cannot be written: {error}"))),
            },
            Event::Reset { room, last_seq } => {
                note(&format!(
                    "the log of {room} is another one than before and ends at {last_seq}; going on from there"
                ));
            }
            Event::Left { why, .. } | Event::Ended(why) => return Err(failed(&why)),
            Event::Connected { .. } | Event::Disconnected { .. } | Event::Other(_) => {}
        }
    }
    Ok(())
}

struct Printer {
    as_json: bool,
    left: u64,
}

impl Printer {
    /// Prints one line; false when it was the last one.
    fn print(&mut self, event: &LogEvent) -> std::io::Result<bool> {
        let mut out = std::io::stdout().lock();
        if self.as_json {
            serde_json::to_writer(&mut out, event)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{}", line(event))?;
        }
        out.flush()?;
        self.left -= 1;
        Ok(self.left > 0)
    }
}

/// An event as people read it; the same lines as those of a plain text session.
fn line(event: &LogEvent) -> String {
    let who = event.author.as_ref().or(event.user.as_ref()).map_or("somebody", |who| who.name.as_str());
    let (room, who) = (clean(&event.room), clean(who));
    let word = |name: &str| event.more.get(name).and_then(Value::as_str).map(clean).unwrap_or_default();
    let target = event.more.get("target").and_then(Value::as_u64).unwrap_or_default();
    let is_on = event.more.get("on").and_then(Value::as_bool).unwrap_or(true);
    match (&event.text, event.kind.as_str()) {
        (Some(_), "message") if event.more.contains_key("deleted") => format!("[{room}] {who}: (deleted)"),
        (Some(text), "message") => format!("[{room}] {who}: {}", clean(text)),
        (Some(text), "edited") => format!("* [{room}] {who} changed message {target}: {}", clean(text)),
        (_, "deleted") => format!("* [{room}] {who} deleted message {target}"),
        (_, "reaction") if is_on => format!("* [{room}] {who} put {} on message {target}", word("emoji")),
        (_, "reaction") => format!("* [{room}] {who} took {} off message {target}", word("emoji")),
        (_, "pinned") => format!("* [{room}] {who} {} message {target}", if is_on { "pinned" } else { "unpinned" }),
        (_, "topic") => format!("* [{room}] {who} set the topic: {}", word("topic")),
        (_, kind) => format!("* [{room}] {who} {}", clean(kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_has_room_name_and_text_and_steers_no_terminal() {
        let event = |value| serde_json::from_value::<LogEvent>(value).unwrap();
        let message = event(json!({"type": "message", "room": "lobby", "seq": 1, "at": "now", "text": "a\u{1b}[2J\nb",
            "author": {"id": "1", "name": "ann"}}));
        assert_eq!(line(&message), "[lobby] ann: a[2J\n  b");
        let joined = event(json!({"type": "joined", "room": "lobby", "seq": 2, "at": "now",
            "user": {"id": "1", "name": "ann"}}));
        assert_eq!(line(&joined), "* [lobby] ann joined");
        let put = event(json!({"type": "reaction", "room": "lobby", "seq": 3, "at": "now", "target": 1, "emoji": "🎉",
            "on": true, "count": 1, "user": {"id": "1", "name": "ann"}}));
        assert_eq!(line(&put), "* [lobby] ann put 🎉 on message 1");
    }
}
