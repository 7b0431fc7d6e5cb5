//! Framed TCP, version 1: what a client says. It is made for scripts of ten lines, so fields that are not known are passed
//! over: a client may send a message as it has read one.

use serde_json::{Map, Value};

use super::decode::{Fields, Refused, shown, status};
use super::encoding::{Body, Packing};
use super::error_code::{ErrorCode, Problem, bad_name};
use super::file_word::FileWord;
use super::framed::VERSIONS;
use crate::domain::ids::Seq;
use crate::domain::limits;
use crate::domain::name::{DIRECT_PREFIX, RoomName, UserName};
use crate::domain::person::Status;
use crate::domain::room_rules::KEY_BYTES;
use crate::domain::text::MessageText;

/// What the ids of clients begin with inside, so that they are never taken for ids that the door gives.
const OWN_ID: &str = "c:";
/// More than any code has, also with spaces in it.
const CODE_BYTES: usize = 64;
const TYPES: &str = "Login, Hello, ChatMessage, Join, Leave, UserList, Status, Ping, Pong, FileTransferRequest, \
    FileTransferResponse, FileChunk or FileTransferComplete";

/// One word of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Who somebody is; with it begins version 1.
    Login(Claim),
    /// Who somebody is; with it begins version 2.
    Hello(Hello),
    /// A message.
    Say {
        /// Where to.
        to: Addressee,
        /// What.
        text: MessageText,
        /// A name for this message, so that it may be repeated safely.
        nonce: Option<String>,
        /// What the acknowledgement repeats, see [`shown_id`].
        id: Option<String>,
    },
    /// Listens to a room, and makes it if that is asked for.
    Join {
        /// Which.
        room: RoomName,
        /// The last message already seen.
        after: Option<Seq>,
        /// Make it when there is none.
        create: bool,
        /// What the room's key is thought to be.
        key: Option<String>,
    },
    /// Stops listening.
    Leave {
        /// To which room.
        room: RoomName,
    },
    /// Who is there?
    List {
        /// In which room; where the client talks, if none is named.
        room: Option<RoomName>,
    },
    /// How present somebody is.
    Status(Status),
    /// Are you there?
    Ping,
    /// I am.
    Pong,
    /// A word about a file.
    File(FileWord),
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressee {
    /// To the room that was joined last.
    Here,
    /// To this room.
    Room(RoomName),
    /// To this person.
    Person(UserName),
}

/// Who somebody says they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// A guest of this name.
    Guest(String),
    /// The account with this name and password, which may also be a token.
    Password(String, String),
    /// Whoever has this token.
    Token(String),
}

/// The beginning of version 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// How bodies are written.
    pub body: Body,
    /// What is done with them.
    pub packing: Packing,
    /// Who somebody is.
    pub claim: Claim,
    /// A code of the second factor, where an account has one.
    pub code: Option<String>,
    /// What the token is called that is to be made of name and password, so that they need not be given again.
    pub label: Option<String>,
}

/// The id as the client gave it; `None` for an id that the door gave.
#[must_use]
pub fn shown_id(id: Option<&str>) -> Option<&str> {
    id?.strip_prefix(OWN_ID)
}

/// The id that a client gave, as it is known inside.
#[must_use]
pub fn own_id(id: &str) -> String {
    format!("{OWN_ID}{id}")
}

/// Reads one word.
///
/// # Errors
/// Says what was not understood.
pub fn read(bytes: &[u8]) -> Result<Word, Refused> {
    let refused = |problem| Refused { id: None, problem };
    let bad = |message: String| refused(Problem::new(ErrorCode::BadRequest, message));
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| bad(format!("this is not JSON: {}", shown(&error.to_string(), 120))))?;
    let Value::Object(map) = value else { return Err(bad("a frame is an object with a `type`".to_owned())) };
    let mut fields = Fields::new(map);
    let id = fields.optional_string("id", limits::COMMAND_ID_BYTES).map_err(refused)?;
    let id = id.map(|id| own_id(&id));
    word(fields, id.clone()).map_err(|problem| Refused { id, problem })
}

fn word(mut fields: Fields, id: Option<String>) -> Result<Word, Problem> {
    let kind = fields.string("type")?;
    match kind.as_str() {
        "Login" => Ok(Word::Login(claim(&mut fields)?)),
        "Hello" => hello(&mut fields).map(Word::Hello),
        "ChatMessage" => Ok(Word::Say {
            to: addressee(&mut fields)?,
            text: MessageText::parse(&fields.string("content")?).map_err(|error| about_content(error.into()))?,
            nonce: fields.nonce()?,
            id,
        }),
        "Join" => Ok(Word::Join {
            room: fields.room()?,
            after: fields.optional_number("after")?,
            create: fields.optional_bool("create")?.unwrap_or(false),
            key: fields.optional_string("key", KEY_BYTES)?,
        }),
        "Leave" => Ok(Word::Leave { room: fields.room()? }),
        "UserList" => Ok(Word::List { room: room(&mut fields)? }),
        "Status" => Ok(Word::Status(status(&fields.string("status")?)?)),
        "Ping" => Ok(Word::Ping),
        "Pong" => Ok(Word::Pong),
        word if word.starts_with("File") => {
            let mut map: Map<String, Value> = fields.rest();
            map.insert("type".to_owned(), kind.into());
            if let Some(id) = shown_id(id.as_deref()) {
                map.insert("id".to_owned(), id.into());
            }
            FileWord::from_json(&serde_json::to_vec(&map).unwrap_or_default()).map(Word::File)
        }
        other => Err(Problem::field("type", format!("`type`: {:?} is not known; send {TYPES}", shown(other, 40)))),
    }
}

/// Without a password it is a guest; a token may stand for the password.
fn claim(fields: &mut Fields) -> Result<Claim, Problem> {
    if let Some(token) = fields.text("token")?.filter(|token| !token.is_empty()) {
        return Ok(Claim::Token(token));
    }
    let (name, password) = (fields.string("username")?, fields.text("password")?.unwrap_or_default());
    Ok(if password.is_empty() { Claim::Guest(name) } else { Claim::Password(name, password) })
}

fn hello(fields: &mut Fields) -> Result<Hello, Problem> {
    let version = fields.number("version")?;
    if version != 2 {
        let [one, two] = VERSIONS;
        let message = format!(
            "version {version} is not spoken here; versions {one} and {two} are: begin with Login for {one}, with Hello \
             and `version` {two} for {two}"
        );
        return Err(Problem::field("version", message));
    }
    let body = chosen(fields, "encoding", Body::NAMED)?;
    let packing = chosen(fields, "compression", Packing::NAMED)?;
    let claim = claim(fields)?;
    let code = fields.optional_string("code", CODE_BYTES)?;
    let label = fields.optional_string("label", limits::LABEL_BYTES)?;
    if label.is_some() && !matches!(claim, Claim::Password(..)) {
        return Err(Problem::field("label", "`label` asks for a token instead of a name and a password; give both"));
    }
    Ok(Hello { body, packing, claim, code, label })
}

/// The first one is what is taken when nothing is said.
fn chosen<T: Copy>(fields: &mut Fields, name: &'static str, known: [(T, &'static str); 2]) -> Result<T, Problem> {
    let Some(given) = fields.text(name)? else { return Ok(known[0].0) };
    let found = known.iter().find(|(_, known)| *known == given).map(|(value, _)| *value);
    found.ok_or_else(|| Problem::field(name, format!("`{name}` must be {} or {}", known[0].1, known[1].1)))
}

fn room(fields: &mut Fields) -> Result<Option<RoomName>, Problem> {
    let given = fields.text("room")?.filter(|room| !room.is_empty());
    given.map(|room| RoomName::parse_existing(&room)).transpose().map_err(|error| bad_name("room", &error))
}

fn addressee(fields: &mut Fields) -> Result<Addressee, Problem> {
    let (room, to) = (room(fields)?, fields.text("to")?.filter(|to| !to.is_empty()));
    match (room, to) {
        (Some(_), Some(_)) => Err(Problem::field("to", "give `room` or `to`, not both")),
        (Some(room), None) => Ok(Addressee::Room(room)),
        (None, None) => Ok(Addressee::Here),
        // The conversation of a direct message, as it was shown.
        (None, Some(to)) if to.starts_with(DIRECT_PREFIX) => {
            RoomName::parse_existing(&to).map(Addressee::Room).map_err(|error| bad_name("to", &error))
        }
        (None, Some(to)) => UserName::parse(&to).map(Addressee::Person).map_err(|error| bad_name("to", &error)),
    }
}

fn about_content(problem: Problem) -> Problem {
    Problem { field: Some("content"), ..problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn good(json: &str) -> Word {
        read(json.as_bytes()).unwrap_or_else(|refused| panic!("{json}: {refused:?}"))
    }

    fn bad(json: &str) -> Option<&'static str> {
        read(json.as_bytes()).expect_err(json).problem.field
    }

    #[test]
    fn a_login_is_a_guest_a_password_or_a_token() {
        let login = |json| match good(json) {
            Word::Login(claim) => claim,
            other => panic!("{other:?}"),
        };
        assert_eq!(login(r#"{"type":"Login","username":"ann"}"#), Claim::Guest("ann".into()));
        assert_eq!(login(r#"{"type":"Login","username":"ann","password":""}"#), Claim::Guest("ann".into()));
        let password = Claim::Password("ann".into(), "p".into());
        assert_eq!(login(r#"{"type":"Login","username":"ann","password":"p"}"#), password);
        assert_eq!(login(r#"{"type":"Login","token":"t"}"#), Claim::Token("t".into()));
    }

    #[test]
    fn a_message_goes_here_to_a_room_or_to_somebody() {
        let to = |json| match good(json) {
            Word::Say { to, .. } => to,
            other => panic!("{other:?}"),
        };
        assert_eq!(to(r#"{"type":"ChatMessage","from":"x","seq":"?","content":"hi"}"#), Addressee::Here);
        let lobby = RoomName::parse("lobby").unwrap();
        assert_eq!(to(r#"{"type":"ChatMessage","content":"hi","room":"lobby"}"#), Addressee::Room(lobby));
        let bob = UserName::parse("bob").unwrap();
        assert_eq!(to(r#"{"type":"ChatMessage","content":"hi","to":"bob"}"#), Addressee::Person(bob));
        assert!(matches!(to(r#"{"type":"ChatMessage","content":"hi","to":"direct-0a"}"#), Addressee::Room(_)));
    }

    #[test]
    fn a_hello_chooses_and_a_newer_one_is_told_what_there_is() {
        let claim = Claim::Token("t".into());
        let hello = Hello { body: Body::MsgPack, packing: Packing::Zstd, claim, code: None, label: None };
        let json = r#"{"type":"Hello","version":2,"encoding":"msgpack","compression":"zstd","token":"t"}"#;
        assert_eq!(good(json), Word::Hello(hello));
        let refused = read(br#"{"type":"Hello","version":3,"new":true}"#).unwrap_err();
        assert!(refused.problem.message.contains("versions 1 and 2"), "{}", refused.problem.message);
    }

    #[test]
    fn every_refusal_names_its_field() {
        assert_eq!(bad("{"), None);
        assert_eq!(bad("[]"), None);
        assert_eq!(bad(r#"{"type":7}"#), Some("type"));
        assert_eq!(bad(r#"{"type":"Dance"}"#), Some("type"));
        assert_eq!(bad(r#"{"type":"Login","username":7}"#), Some("username"));
        assert_eq!(bad(r#"{"type":"Login","username":"a","password":[]}"#), Some("password"));
        assert_eq!(bad(r#"{"type":"ChatMessage"}"#), Some("content"));
        assert_eq!(bad(r#"{"type":"ChatMessage","content":" "}"#), Some("content"));
        assert_eq!(bad(r#"{"type":"ChatMessage","content":"x","room":"a","to":"b"}"#), Some("to"));
        assert_eq!(bad(r#"{"type":"Join","room":{}}"#), Some("room"));
        assert_eq!(bad(r#"{"type":"Status","status":"offline"}"#), Some("status"));
        assert_eq!(bad(r#"{"type":"Hello","version":2,"encoding":"xml","token":"t"}"#), Some("encoding"));
        assert_eq!(bad(r#"{"type":"Hello","version":2,"username":"a","password":"p","label":""}"#), Some("label"));
        assert_eq!(bad(r#"{"type":"Hello","version":2,"username":"a","label":"x"}"#), Some("label"));
        assert_eq!(bad(r#"{"type":"Hello","version":2,"token":"t","code":7}"#), Some("code"));
        assert_eq!(bad(r#"{"type":"FileTransferRequest"}"#), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
