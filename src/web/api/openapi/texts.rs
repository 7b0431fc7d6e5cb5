//! What texts and numbers of requests have to look like, where their type in the program says no more than `String`. The
//! rules themselves are kept where the values are read; the numbers are taken from there.

use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::limits::{
    DESCRIPTION_BYTES, EMOJI_BYTES, LABEL_BYTES, NONCE_BYTES, PASSWORD_MAX_BYTES, REASON_CHARS, ROOM_NAME_CHARS,
    SEARCH_BYTES, STATUS_TEXT_CHARS, TEXT_BYTES, TOPIC_BYTES, USER_NAME_CHARS,
};
use crate::domain::room_rules::{KEY_BYTES, MOST_PEOPLE};

/// The largest number JavaScript counts exactly up to.
const MAX_NUMBER: u64 = (1 << 53) - 1;
/// One visible sign at least, and no NUL: see `domain::text`.
const VISIBLE: &str = "^[^\\u0000]*[^\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u1680\\u180e\\u2000-\\u200f\
    \\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufe00-\\ufe0f\\ufeff][^\\u0000]*$";
/// No control characters.
const LINE: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$";
/// The same with something in it.
const SEEN_LINE: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]\
    [^\\u0000-\\u001f\\u007f-\\u009f]*$";
/// Base64url without padding (RFC 4648, section 5), and nothing left over in the last sign.
const BASE64URL: &str = "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$";

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $schema:expr;)*) => { $(
        $(#[$doc])*
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                schema($schema)
            }
        }

        impl ToSchema for $name {}
    )* };
}

/// The schema that is written like this.
fn schema(written: Value) -> RefOr<Schema> {
    RefOr::T(serde_json::from_value(written).expect("a schema"))
}

texts! {
    /// A whole number.
    Number = json!({ "type": "integer", "minimum": 0, "maximum": MAX_NUMBER });
    /// A place in a log.
    Place = json!({ "type": "integer", "minimum": 1, "maximum": MAX_NUMBER,
        "description": "The number of an event: from 1, without gaps." });
    /// Where a page begins.
    Cursor = json!({ "type": "string", "pattern": BASE64URL,
        "description": "The `next` of the answer before. What is in it is nobody's business." });
    /// A name of a person that is to be.
    NewUserName = json!({ "type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        "maxLength": USER_NAME_CHARS,
        "description": "Letters and digits of any script, `_`, `-` and `.`, beginning with a letter or a digit. `room` is taken." });
    /// A name of a room that is to be.
    NewRoomName = json!({ "type": "string", "minLength": 1, "pattern": "^#?[A-Za-z0-9][A-Za-z0-9_-]*$",
        "maxLength": ROOM_NAME_CHARS,
        "description": "Letters and digits of any script, `_` and `-`, beginning with a letter or a digit; letters become lower case. Names that begin with `direct-` are the server's." });
    /// A room there is.
    KnownRoom = json!({ "type": "string", "minLength": 1, "description": "The name of a room." });
    /// An account there is.
    KnownUser = json!({ "type": "string", "minLength": 1, "description": "The name or the id of an account." });
    /// The text of a message.
    MessageText = json!({ "type": "string", "minLength": 1, "pattern": VISIBLE,
        "description": format!("Markdown; at most {TEXT_BYTES} bytes of UTF-8 with something in it to see.") });
    /// What a client calls a message.
    Nonce = json!({ "type": "string", "minLength": 1, "maxLength": NONCE_BYTES,
        "description": format!("A name for this message, for safe retries; at most {NONCE_BYTES} bytes of UTF-8.") });
    /// A key.
    RoomKeyText = json!({ "type": "string", "minLength": 1, "maxLength": KEY_BYTES, "pattern": "^[!-+\\--9;-~][!-+\\--~]*$",
        "description": "The key of a room: one word without commas, which does not begin with a colon." });
    /// Most people of a room.
    MostPeople = json!({ "type": "integer", "minimum": 1, "maximum": MOST_PEOPLE });
    /// A topic.
    NewTopic = json!({ "type": "string", "maxLength": TOPIC_BYTES, "pattern": LINE,
        "description": format!("One line of at most {TOPIC_BYTES} bytes of UTF-8.") });
    /// A description.
    NewDescription = json!({ "type": "string", "maxLength": DESCRIPTION_BYTES, "pattern": "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*$",
        "description": format!("At most {DESCRIPTION_BYTES} bytes of UTF-8, without control characters.") });
    /// Why.
    Reason = json!({ "type": "string", "minLength": 1, "maxLength": REASON_CHARS, "pattern": SEEN_LINE, "description": "One line." });
    /// Why, or nothing.
    SomeReason = json!({ "type": "string", "maxLength": REASON_CHARS, "pattern": LINE, "description": "One line, or nothing." });
    /// One emoji.
    OneEmoji = json!({ "type": "string", "minLength": 1, "maxLength": EMOJI_BYTES,
        "description": "One emoji, or its name such as `:thumbsup:`." });
    /// Words beside a name.
    StatusWords = json!({ "type": "string", "maxLength": STATUS_TEXT_CHARS, "pattern": LINE, "description": "One line." });
    /// The label of a token.
    Label = json!({ "type": "string", "minLength": 1, "maxLength": LABEL_BYTES, "pattern": SEEN_LINE, "description": "One line, for people." });
    /// A password there is.
    Password = json!({ "type": "string", "format": "password", "maxLength": PASSWORD_MAX_BYTES });
    /// A search.
    Words = json!({ "type": "string", "description": format!("At most {SEARCH_BYTES} bytes of UTF-8.") });
    /// When a status ends.
    Until = json!({ "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "string", "maxLength": 0 }],
        "description": "A time to come; nothing, or an empty text, for no end." });
    /// A row of the list of emoji.
    EmojiRow = json!({ "type": "array", "minItems": 5, "maxItems": 5, "items": { "type": ["string", "integer"] },
        "description": "The sign, its name, its short codes, the number of its group, and 1 if it has skin tones." });
    /// The order of what was found.
    Sort = json!({ "type": "string", "enum": ["newest", "best"] });
    /// A time of the day.
    DayTime = json!({ "type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9])?$",
        "description": "Such as `22:30`; empty for none." });
}
