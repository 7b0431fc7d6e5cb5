//! `parlor login`: name and password for a token, which is kept for the other commands of a client.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::connecting::{self, failed};
use super::{Failure, block_on, note};
use crate::client::framed::{Entry, FramedTcp, Login};
use crate::client::http::{Call, call};
use crate::client::profiles::Profile;
use crate::client::socket::Socket;
use crate::client::{ClientError, Identity, ServerAddress};
use crate::protocol::encoding::Encoding;

pub fn command() -> Command {
    let name =
        Arg::new("name").long("name").value_name("NAME").help("The name of the account, instead of asking for it");
    let token = Arg::new("token").long("token").value_name("TOKEN").conflicts_with("name").help(
        "Keep this token, made on /settings, instead of asking for name and password; - reads it from standard input",
    );
    Command::new("login")
        .about("Logs in to a server, and keeps the login for chat, send, tail, put and get")
        .after_help(
            "Asks for name and password, and for a code where the account has a second factor. What is kept is a token of \
             its own, which can write but not administer: it is in the list on /settings and can be ended there. It lies \
             in parlor/client.toml in your folder for settings (XDG_CONFIG_HOME, else ~/.config), which only you can read.",
        )
        .args(connecting::server())
        .args([name, token, connecting::http()])
}

pub fn run(matches: &ArgMatches) -> Result<(), Failure> {
    // A file that cannot be used is told before anybody types a password.
    let mut profiles = connecting::profiles()?;
    let url = matches.get_one::<String>("url").cloned().unwrap_or_default();
    let tls_ca = matches.get_one::<PathBuf>("tls_ca").cloned();
    let tls_ca = tls_ca.map(|path| std::path::absolute(&path).unwrap_or(path));
    let address = connecting::address_of(&url, tls_ca.clone())?;
    let token = match matches.get_one::<String>("token").map(String::as_str) {
        Some("-") => SecretString::from(line()?),
        Some(token) => token.into(),
        None => by_password(&address, matches.get_one::<String>("name"))?,
    };
    let http = connecting::http_of(matches, &address)?.filter(|_| address.is_framed());
    let name = whose(&address, &token)?;
    let http = http.map(|http| http.url());
    let profile = Profile { url: url.clone(), name: name.clone(), token, tls_ca, http };
    profiles.put(&profile, &address).map_err(|error| Failure::Failed(error.to_string()))?;
    say(&format!("You are logged in to {url} as {}. `parlor chat` opens it.\n", shown(&name)));
    Ok(())
}

/// Name, password, and a code where it takes one.
fn by_password(address: &ServerAddress, name: Option<&String>) -> Result<SecretString, Failure> {
    let name = if let Some(name) = name {
        name.clone()
    } else {
        say("Name: ");
        line()?
    };
    let password = hidden("Password: ")?;
    let label = label();
    if address.is_framed() {
        return by_hello(address, &name, &password, &label);
    }
    let body = json!({"name": name, "password": password.expose_secret(), "label": label});
    let mut answer = ask(address, None, &Call::post("/api/v1/login", body))?;
    while let Some(ticket) = answer["ticket"].as_str().map(str::to_owned) {
        say("Code of your second factor: ");
        let body = json!({"ticket": ticket, "code": line()?, "label": label});
        match block_on(call(address, None, &Call::post("/api/v1/login/code", body)))? {
            // A slip of the finger: the ticket is good for a while.
            Ok(wrong) if wrong.body["field"] == "code" && std::io::stdin().is_terminal() => {
                note(&shown(wrong.body["detail"].as_str().unwrap_or("this code is wrong")));
            }
            other => answer = other.and_then(crate::client::http::Answer::accepted).map_err(|error| failed(&error))?,
        }
    }
    let token = answer["token"].as_str().map(SecretString::from);
    token.ok_or_else(|| Failure::Failed("the answer of the server holds no token".to_owned()))
}

/// The same over framed TCP, which has no tickets: the password is said again with each code.
fn by_hello(
    address: &ServerAddress,
    name: &str,
    password: &SecretString,
    label: &str,
) -> Result<SecretString, Failure> {
    let mut code: Option<String> = None;
    loop {
        let login = Login { name, password, code: code.as_deref(), label };
        match block_on(FramedTcp::log_in(address, login))?.map_err(|error| failed(&error))? {
            Entry::In(token) => return Ok(token),
            Entry::CodeNeeded(why) if code.is_some() => {
                // A slip of the finger can be mended by whoever sits here.
                if !std::io::stdin().is_terminal() {
                    return Err(Failure::Failed(shown(&why)));
                }
                note(&shown(&why));
            }
            Entry::CodeNeeded(_) => {}
        }
        say("Code of your second factor: ");
        code = Some(line()?);
    }
}

/// The name of the account that a token opens.
fn whose(address: &ServerAddress, token: &SecretString) -> Result<String, Failure> {
    if !address.is_framed() {
        let me = ask(address, Some(token), &Call::get("/api/v1/me"))?;
        return Ok(me["name"].as_str().unwrap_or_default().to_owned());
    }
    let opened = block_on(Socket::open(address, Identity::Token(token.clone()), Encoding::Json))?;
    Ok(opened.map_err(|error| failed(&error))?.welcome.user.name)
}

/// What the login is called in the list on `/settings`.
fn label() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String = host.trim().chars().filter(|c| !c.is_control()).take(60).collect();
    if host.is_empty() { "parlor login".to_owned() } else { format!("parlor login on {host}") }
}

/// Asks the server, and explains what an older one does not know.
fn ask(address: &ServerAddress, token: Option<&SecretString>, asked: &Call) -> Result<Value, Failure> {
    let answer = block_on(call(address, token, asked))?.map_err(|error| failed(&error))?;
    if matches!(answer.status, 404 | 405) && asked.path.ends_with("/login") {
        let line =
            "this server gives no tokens for passwords; make a token on its page /settings and give it with --token -";
        return Err(Failure::Failed(line.to_owned()));
    }
    answer.accepted().map_err(|error| match error {
        ClientError::Refused { message, .. } => Failure::Failed(message),
        other => failed(&other),
    })
}

/// A line of standard input, without its end.
fn line() -> Result<String, Failure> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    match read {
        Ok(0) => Err(Failure::Interrupted(None)),
        Ok(_) => Ok(line.trim_end_matches(['\r', '\n']).trim().to_owned()),
        Err(error) => Err(Failure::Failed(format!("cannot read: {error}"))),
    }
}

/// A line that nobody sees being typed. From a pipe it is read as it is.
fn hidden(prompt: &str) -> Result<SecretString, Failure> {
    if !std::io::stdin().is_terminal() {
        return line().map(SecretString::from);
    }
    say(prompt);
    let cannot = |error: std::io::Error| Failure::Failed(format!("the terminal cannot be used: {error}"));
    enable_raw_mode().map_err(cannot)?;
    let typed = typed();
    let restored = disable_raw_mode();
    say("\n");
    restored.map_err(cannot)?;
    typed.map_err(cannot)?.ok_or(Failure::Interrupted(None))
}

/// `None` when it was interrupted.
fn typed() -> std::io::Result<Option<SecretString>> {
    let mut text = String::new();
    loop {
        match read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => match key.code {
                KeyCode::Enter => return Ok(Some(text.into())),
                KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => return Ok(None),
                KeyCode::Char('u') if key.modifiers.contains(KeyModifiers::CONTROL) => text.clear(),
                KeyCode::Char(character) => text.push(character),
                KeyCode::Backspace => drop(text.pop()),
                _ => {}
            },
            Event::Paste(pasted) => text.push_str(&pasted),
            _ => {}
        }
    }
}

/// What a server says of itself must not steer the terminal.
fn shown(text: &str) -> String {
    crate::terminal::clean::line(text)
}

#[expect(clippy::print_stdout, reason = "this is where the user is asked")]
fn say(words: &str) {
    print!("{words}");
    // Whoever has closed the output does not read it.
    let _ = std::io::stdout().flush();
}
