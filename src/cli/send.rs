//! `parlor send`: writes one message, or one for each line of standard input, and ends when all are stored.

use std::convert::Infallible;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::pin::pin;

use clap::{Arg, ArgAction, ArgMatches, Command};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::json;
use tokio::sync::mpsc;

use super::connecting::{self, Watch, failed};
use super::{Failure, note};
use crate::client::event::Sent;
use crate::client::{Client, ClientError, Events, JoinOptions, Receipt};
use crate::domain::limits;

/// Lines that wait for their acknowledgement at a time; fewer than the client's outbox holds.
const MOST_WAITING: usize = 200;
/// Where a line is cut that would be refused anyway.
const MOST_BYTES: u64 = limits::TEXT_BYTES as u64 + 16;

pub fn command() -> Command {
    Command::new("send")
        .about("Writes a message into a room, or one for each line of standard input")
        .after_help(
            "Ends with 0 when the server has stored every message, each exactly once, also over a restart of the \
             server. Blank lines are passed over. A line that the server refuses is named, and the others are sent; it \
             then ends with 1.",
        )
        .args(connecting::server())
        .arg(Arg::new("room").value_name("ROOM").required(true).help("Which room"))
        .arg(
            Arg::new("text")
                .value_name("TEXT|-")
                .allow_hyphen_values(true)
                .help("What to write; - or nothing reads lines from standard input"),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Show each acknowledgement as JSON"))
        .arg(Arg::new("create").long("create").action(ArgAction::SetTrue).help("Make the room when it is missing"))
        .args(connecting::who())
        .arg(connecting::patience())
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let start = connecting::start(matches)?;
    let room = matches.get_one::<String>("room").cloned().unwrap_or_default();
    let text = matches.get_one::<String>("text").cloned();
    if text.is_none() && std::io::stdin().is_terminal() {
        return Err(Failure::Usage("say what to write: a TEXT after the room, or - to read lines".to_owned()));
    }
    let identity = connecting::identity(matches, &connecting::address(matches)?)?;
    // An account has to be a member to write; joining makes it one, and makes the room.
    let enters = matches.get_flag("create") || matches!(identity, crate::client::Identity::Token(_));
    let (as_json, create) = (matches.get_flag("json"), matches.get_flag("create"));
    connecting::run(|| async move {
        let (client, events) = start();
        let mut work = Work { client, room, as_json, waiting: 0, refused: 0, stored: 0 };
        tokio::select! {
            outcome = work.carry_out(text, enters, create) => outcome,
            never = watch(events) => match never {},
        }
    })
}

/// Goes on when the client has ended: the work then says why.
async fn watch(mut events: Events) -> Infallible {
    let mut watch = Watch::default();
    while let Some(event) = events.next().await {
        watch.take(&event);
    }
    std::future::pending().await
}

/// One line to send.
struct Line {
    number: u64,
    text: Result<String, String>,
}

struct Work {
    client: Client,
    room: String,
    as_json: bool,
    waiting: usize,
    refused: u64,
    stored: u64,
}

impl Work {
    async fn carry_out(&mut self, text: Option<String>, enters: bool, create: bool) -> Result<(), Failure> {
        if enters {
            let options = JoinOptions { create, ..JoinOptions::default() };
            let joined = self.client.join(&self.room, options).await;
            joined.map_err(|error| failed(&error))?;
            self.client.leave(&self.room).await.map_err(|error| failed(&error))?;
        }
        let mut lines = lines(text.filter(|text| text != "-"));
        let mut acks = FuturesUnordered::new();
        let mut has_more = true;
        let mut interrupted = pin!(tokio::signal::ctrl_c());
        while has_more || !acks.is_empty() {
            self.waiting = acks.len();
            tokio::select! {
                line = lines.recv(), if has_more && acks.len() < MOST_WAITING => match line {
                    Some(line) => {
                        if let Some(receipt) = self.send(line).await? {
                            acks.push(receipt);
                        }
                    }
                    None => has_more = false,
                },
                Some((number, outcome)) = acks.next(), if !acks.is_empty() => self.settled(number, outcome)?,
                _ = &mut interrupted => {
                    let line = format!("interrupted; {} stored, {} given up", self.stored, acks.len());
                    return Err(Failure::Interrupted(Some(line)));
                }
            }
        }
        match self.refused {
            0 => Ok(()),
            refused => Err(Failure::Failed(format!("{refused} refused, {} stored", self.stored))),
        }
    }

    async fn send(
        &mut self,
        line: Line,
    ) -> Result<Option<impl Future<Output = (u64, Result<Sent, ClientError>)> + use<>>, Failure> {
        let number = line.number;
        let receipt: Result<Receipt, ClientError> = match line.text {
            Ok(text) => self.client.send(&self.room, &text).await,
            Err(why) => Err(ClientError::BadText(why)),
        };
        match receipt {
            Ok(receipt) => Ok(Some(async move { (number, receipt.acked().await) })),
            Err(error) => self.settled(number, Err(error)).map(|()| None),
        }
    }

    /// A refusal of one text leaves the others alone; any other ends it.
    fn settled(&mut self, number: u64, outcome: Result<Sent, ClientError>) -> Result<(), Failure> {
        match outcome {
            Ok(sent) => {
                self.stored += 1;
                if self.as_json { self.show(number, &sent) } else { Ok(()) }
            }
            Err(error) if is_about_the_text(&error) => {
                self.refused += 1;
                note(&format!("line {number}: {error}"));
                Ok(())
            }
            Err(ClientError::BadName(why)) => Err(Failure::Usage(why)),
            Err(error) => Err(Failure::Failed(format!(
                "{error}; {} stored, {} not acknowledged",
                self.stored,
                self.waiting.max(1)
            ))),
        }
    }

    fn show(&self, number: u64, sent: &Sent) -> Result<(), Failure> {
        let mut ack = json!({"line": number, "room": self.room, "seq": sent.seq, "at": sent.at});
        if sent.duplicate {
            ack["duplicate"] = true.into();
        }
        match writeln!(std::io::stdout(), "{ack}") {
            // Nobody reads the acknowledgements; the messages go out all the same.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::Failed(format!("the output cannot be written: {error}"))),
            Ok(()) => Ok(()),
        }
    }
}

fn is_about_the_text(error: &ClientError) -> bool {
    match error {
        ClientError::BadText(_) | ClientError::TooLarge => true,
        ClientError::Refused { code, .. } => matches!(code.as_str(), "bad_request" | "too_large"),
        _ => false,
    }
}

/// The one text, or the lines of standard input, which are read on a thread of their own: reading cannot be given up.
fn lines(text: Option<String>) -> mpsc::Receiver<Line> {
    let (found, lines) = mpsc::channel(MOST_WAITING);
    std::thread::spawn(move || match text {
        Some(text) => drop(found.blocking_send(Line { number: 1, text: Ok(text) })),
        None => read_lines(std::io::stdin().lock(), |line| found.blocking_send(line).is_ok()),
    });
    lines
}

/// Hands over each line that is not blank, until `take` wants no more.
fn read_lines(mut input: impl BufRead, mut take: impl FnMut(Line) -> bool) {
    for number in 1.. {
        let mut bytes = Vec::new();
        match input.by_ref().take(MOST_BYTES).read_until(b'\n', &mut bytes) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                take(Line { number, text: Err(format!("standard input cannot be read: {error}")) });
                return;
            }
        }
        let is_cut = bytes.len() as u64 == MOST_BYTES && !bytes.ends_with(b"\n");
        let text = if is_cut {
            // An error here comes again with the next line.
            let _ = input.skip_until(b'\n');
            Err(format!("it has more than {} bytes; send it in parts", limits::TEXT_BYTES))
        } else {
            String::from_utf8(bytes).map_err(|_| "it is no UTF-8".to_owned())
        };
        let text = text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
        let is_blank = text.as_ref().is_ok_and(|text| text.trim().is_empty());
        if !is_blank && !take(Line { number, text }) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_and_what_cannot_be_sent_says_why() {
        let mut input = b"one\r\n\n  \n\xff\n".to_vec();
        input.extend(std::iter::repeat_n(b'x', 40_000));
        input.extend(b"\nlast");
        let mut found = Vec::new();

        read_lines(input.as_slice(), |line| {
            found.push((line.number, line.text));
            true
        });

        let texts: Vec<_> = found.iter().map(|(number, text)| (*number, text.as_deref().ok())).collect();
        assert_eq!(texts, [(1, Some("one")), (4, None), (5, None), (6, Some("last"))]);
        let whys: Vec<_> = found.iter().filter_map(|(_, text)| text.as_deref().err()).collect();
        assert!(whys[0].contains("UTF-8") && whys[1].contains("16384"), "{whys:?}");
    }
}
