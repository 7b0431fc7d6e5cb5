//! How a client becomes somebody: `PASS`, `NICK` and `USER`, and how it goes: `QUIT` (RFC 2812, section 3.1).

use std::rc::Rc;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::super::session::{Login, Me, Session};
use super::house;
use crate::auth::{AuthError, secret};
use crate::domain::name::{NameKey, UserName};
use crate::domain::person::{Door, Origin, Person};
use crate::domain::room::RoomKind;
use crate::gateways::stream::newcomer::{self, Word};
use crate::protocol::answer::Answer;
use crate::protocol::command::Command;
use crate::protocol::crowd::{Face, PeopleAct};
use crate::protocol::error_code::{ErrorCode, Problem};
use crate::protocol::irc::line::{Line, Reply, cut};
use crate::protocol::irc::numeric;

/// Longest user name, in characters; ISUPPORT says so.
pub const USER_CHARS: usize = 20;
/// Longest real name, in bytes.
pub const REAL_BYTES: usize = 150;

pub fn pass(session: &Rc<Session>, line: &Line) {
    if session.is_registered() {
        return session.numeric(numeric::ERR_ALREADYREGISTERED, &[]);
    }
    session.stranger.borrow_mut().pass = Some(line.params[0].clone());
}

pub async fn nick(session: &Rc<Session>, line: Line) {
    let Some(wanted) = line.param(0).filter(|wanted| !wanted.is_empty()) else {
        return session.numeric(numeric::ERR_NONICKNAMEGIVEN, &[]);
    };
    let Ok(name) = UserName::parse(wanted) else {
        let shown: String = wanted.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(32).collect();
        let shown = if shown.is_empty() || shown.starts_with(':') { "*".to_owned() } else { shown };
        return session.numeric(numeric::ERR_ERRONEUSNICKNAME, &[&shown]);
    };
    if session.is_registered() {
        return change(session, name).await;
    }
    let is_nobody = session.login.borrow().person.is_none();
    if is_nobody && !session.stranger.borrow().is_agreeing && is_taken(session, &name).await {
        return session.numeric(numeric::ERR_NICKNAMEINUSE, &[wanted]);
    }
    session.stranger.borrow_mut().nick = Some(name.to_string());
    finish(session).await;
}

/// Somebody is connected under the name. That accounts own theirs is found out at the end: a login may still come.
async fn is_taken(session: &Session, name: &UserName) -> bool {
    let Ok(guest) = session.hall.auth.new_guest(name.as_str()) else { return false };
    let look = Command::People { act: PeopleAct::Look(vec![name.clone()]) };
    matches!(session.hall.chat.ask(Arc::new(guest), look).await, Ok(Answer::People(found)) if !found.is_empty())
}

/// A guest takes another name; an account's is its own.
async fn change(session: &Rc<Session>, name: UserName) {
    let Some(person) = session.person() else { return };
    if name == person.name {
        return;
    }
    let source = session.source();
    match session.ask(Command::Nick { name: name.clone() }).await {
        Ok(Answer::Renamed { name }) => {
            if let Some(me) = session.me.borrow_mut().as_mut() {
                me.person = Arc::new(Person { name: name.clone(), ..(*me.person).clone() });
            }
            session.send(Reply::new(&source, "NICK", &[name.as_str()]));
        }
        Err(problem) if problem.code == ErrorCode::Conflict => {
            session.numeric(numeric::ERR_NICKNAMEINUSE, &[name.as_str()]);
        }
        Err(problem) => session.numeric_saying(numeric::ERR_ERRONEUSNICKNAME, &[name.as_str()], &problem.message),
        Ok(_) => {}
    }
}

pub async fn user(session: &Rc<Session>, line: Line) {
    if session.is_registered() {
        return session.numeric(numeric::ERR_ALREADYREGISTERED, &[]);
    }
    let (user, real) = (line.params[0].as_str(), line.params[3].as_str());
    let user: String = user
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !"!@:".contains(*c))
        .take(USER_CHARS)
        .collect();
    if user.is_empty() || real.is_empty() {
        return session.numeric(numeric::ERR_NEEDMOREPARAMS, &["USER"]);
    }
    let mut real = real.to_owned();
    cut(&mut real, REAL_BYTES);
    session.stranger.borrow_mut().user = Some((user, real));
    finish(session).await;
}

/// The chat answers, so that whatever happened before it is told before it.
pub async fn ping(session: &Rc<Session>, line: Line) {
    let Some(token) = line.param(0).filter(|token| !token.is_empty()) else {
        let number = if line.params.is_empty() { numeric::ERR_NEEDMOREPARAMS } else { numeric::ERR_NOORIGIN };
        let named: &[&str] = if line.params.is_empty() { &["PING"] } else { &[] };
        return session.numeric(number, named);
    };
    if session.is_registered() {
        // Whatever it is, the client is alive and so is the server.
        let _ = session.ask(Command::Ping).await;
    }
    let server = session.state.name().to_owned();
    session.send(Reply::new(&server, "PONG", &[&server, token]));
}

/// Everybody is told before the client is: whoever sees it gone finds its name free.
pub async fn quit(session: &Rc<Session>, line: Line) {
    let word = line.param(0).filter(|word| !word.is_empty());
    let word = word.map_or_else(|| "Quit".to_owned(), |word| format!("Quit: {word}"));
    *session.last_word.borrow_mut() = Some(word.clone());
    if let Some(person) = session.person() {
        session.depart();
        // What a thread has to say leaves when its sessions have had their turn.
        tokio::task::yield_now().await;
        let _ = session.hall.chat.ask(person, Command::Ping).await;
    }
    session.say_goodbye(&word);
}

/// Lets the client in, once it has said all that is needed.
pub async fn finish(session: &Rc<Session>) {
    if session.is_registered() {
        return;
    }
    let (nick, (user, real)) = {
        let stranger = session.stranger.borrow();
        let (Some(nick), Some(user), false) = (&stranger.nick, &stranger.user, stranger.is_agreeing) else { return };
        (nick.clone(), user.clone())
    };
    if !knows_password(session) {
        session.numeric(numeric::ERR_PASSWDMISMATCH, &[]);
        return session.say_goodbye("the password of the server is wrong or missing");
    }
    let Some(person) = identify(session, &nick).await else { return };
    if let Err(error) = session.hall.auth.let_in(Some(person.id), Some(session.address)) {
        session.numeric_saying(numeric::ERR_YOUREBANNEDCREEP, &[], &error.to_string());
        return session.say_goodbye("you are shut out of this server");
    }
    let origin = Origin { door: Door::Irc, address: session.address };
    let Ok(name) = session.open(&person, origin).await else {
        return session.say_goodbye("the server is busy; try again");
    };
    if person.is_guest() && name != person.name {
        // Somebody was quicker.
        session.depart();
        session.stranger.borrow_mut().nick = None;
        return session.numeric(numeric::ERR_NICKNAMEINUSE, &[person.name.as_str()]);
    }
    let person = Arc::new(Person { name, ..(*person).clone() });
    let secure = session.is_secure;
    let face = Face { user: user.into(), real: real.into(), bot: false, invisible: true, secure, oper: false };
    *session.face.borrow_mut() = Some(face.clone());
    let me = Me { person, channels: Vec::new(), direct: Vec::new(), watched: Vec::new(), is_oper: false };
    *session.me.borrow_mut() = Some(Box::new(me));
    *session.stranger.borrow_mut() = super::super::session::Stranger::default();
    // Told before the first question: a client expects nothing before it.
    house::welcome(session).await;
    let _ = session.ask(Command::People { act: PeopleAct::Present(face) }).await;
    listen_to_conversations(session).await;
}

fn knows_password(session: &Session) -> bool {
    let Some(password) = &session.state.password else { return true };
    session.stranger.borrow().pass.as_deref().is_some_and(|pass| secret::same(pass, password.expose_secret()))
}

/// Who it is: whoever has logged in, an account whose password came with `PASS`, or a guest.
async fn identify(session: &Rc<Session>, nick: &str) -> Option<Arc<Person>> {
    if let Some(person) = session.login.borrow().person.clone() {
        return Some(person);
    }
    let auth = Arc::clone(&session.hall.auth);
    let pass = session.stranger.borrow().pass.clone().filter(|_| session.state.password.is_none());
    let is_account = UserName::parse(nick).is_ok_and(|name| auth.has_account(&name));
    if let Some(pass) = pass.filter(|_| is_account) {
        return match log_in(session, nick, &pass).await {
            Ok(login) => {
                let person = login.person.clone();
                *session.login.borrow_mut() = login;
                person
            }
            Err(problem) => {
                session.numeric_saying(numeric::ERR_PASSWDMISMATCH, &[], &problem.message);
                session.say_goodbye("the login has failed");
                None
            }
        };
    }
    match auth.new_guest(nick) {
        Ok(guest) => {
            let name = guest.name.clone();
            if is_taken(session, &name).await {
                session.stranger.borrow_mut().nick = None;
                session.numeric(numeric::ERR_NICKNAMEINUSE, &[nick]);
                return None;
            }
            Some(Arc::new(guest))
        }
        Err(AuthError::NameTaken) => {
            session.stranger.borrow_mut().nick = None;
            session.numeric_saying(
                numeric::ERR_NICKNAMEINUSE,
                &[nick],
                "Nickname belongs to an account; log in with SASL",
            );
            None
        }
        Err(error) => {
            session.numeric_saying(numeric::ERR_PASSWDMISMATCH, &[], &error.to_string());
            session.say_goodbye("guests are not welcome here; log in with SASL");
            None
        }
    }
}

/// Finds out whether somebody is who they say: by a token of the account, or its password.
///
/// # Errors
/// Says what was wrong.
pub async fn log_in(session: &Rc<Session>, account: &str, password: &str) -> Result<Login, Problem> {
    let hall = &session.hall;
    let is_own = |person: &Person| !person.is_guest() && NameKey::of(account) == person.name.key();
    // A token is long and begins with a word of its own; passwords are asked for last, because they are counted.
    let by_token = newcomer::identify(hall, Word::Token(password), Door::Irc, session.address).await;
    let found = if let Some(found) = by_token.ok().filter(|found| is_own(&found.visit.person)) {
        found
    } else {
        let word = Word::Password { name: account, password: SecretString::from(password), code: None, kept_as: None };
        newcomer::identify(hall, word, Door::Irc, session.address).await?
    };
    Ok(Login { pieces: None, person: Some(Arc::new(found.visit.person)), device: found.login })
}

/// What others write to an account reaches it without asking.
pub async fn listen_to_conversations(session: &Rc<Session>) {
    if session.person().is_none_or(|person| person.is_guest()) {
        return;
    }
    let Ok(Answer::Rooms { rooms }) = session.ask(Command::Rooms).await else { return };
    for entry in rooms.into_iter().filter(|entry| entry.kind == RoomKind::Direct) {
        if let (Some(me), Some(other)) = (session.me.borrow_mut().as_mut(), &entry.other) {
            me.direct.push((entry.room.clone(), other.name.clone()));
        }
        let _ = session.ask(Command::Listen { room: entry.room, after: None, create: false, key: None }).await;
    }
}
