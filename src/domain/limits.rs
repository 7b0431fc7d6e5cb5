//! The one table of limits. It is shown in `welcome`, in docs/PROTOCOL.md and in error messages.

use serde::Serialize;

/// Longest text of one message, in bytes of UTF-8.
pub const TEXT_BYTES: usize = 16 * 1024;
/// Longest WebSocket frame, and longest message assembled from frames, in bytes.
pub const FRAME_BYTES: usize = 64 * 1024;
/// Most frames one message may be cut into.
pub const FRAGMENTS: usize = 1024;
/// Most rooms one session may have joined at a time.
pub const ROOMS_PER_SESSION: usize = 100;
/// Longest name of a person, in characters (grapheme clusters, UAX #29).
pub const USER_NAME_CHARS: usize = 32;
/// Longest name of a room, in characters.
pub const ROOM_NAME_CHARS: usize = 64;
/// Longest search, in bytes of UTF-8.
pub const SEARCH_BYTES: usize = 1000;
/// Most words and filters of a search; in scripts without spaces each character is a word.
pub const SEARCH_WORDS: usize = 64;
/// Longest topic of a room, in bytes of UTF-8.
pub const TOPIC_BYTES: usize = 500;
/// Longest emoji, in bytes of UTF-8; the longest one of Unicode 18 has 35.
pub const EMOJI_BYTES: usize = 40;
/// Most people one message may mention.
pub const MENTIONS: usize = 50;
/// Longest description of a room, in bytes of UTF-8.
pub const DESCRIPTION_BYTES: usize = 2000;
/// Most people in a direct room.
pub const DIRECT_PEOPLE: usize = 10;
/// Most different emoji on one message.
pub const EMOJI_PER_MESSAGE: u64 = 50;
/// Longest status of a person, in characters.
pub const STATUS_TEXT_CHARS: usize = 100;
/// Most devices of one account that are notified.
pub const PUSH_DEVICES: usize = 20;
/// Longest nonce or idempotency key, in bytes.
pub const NONCE_BYTES: usize = 64;
/// Longest `id` of a command, in bytes.
pub const COMMAND_ID_BYTES: usize = 64;
/// Most events of one page of history.
pub const HISTORY_PAGE: usize = 200;
/// Events of a page of history when nothing is said.
pub const HISTORY_DEFAULT: usize = 50;
/// Most events replayed to a session that joins with `after`; further behind is a reset.
pub const RESUME_EVENTS: u64 = 1000;
/// Shortest and longest password, in characters and bytes.
pub const PASSWORD_MIN_CHARS: usize = 8;
/// Longest password, in bytes.
pub const PASSWORD_MAX_BYTES: usize = 1024;
/// Longest reason of a ban, a suspension or a report, in characters.
pub const REASON_CHARS: usize = 300;
/// Longest label of a token, in bytes.
pub const LABEL_BYTES: usize = 100;
/// Longest body of a request to a page or to the API, in bytes.
pub const BODY_BYTES: usize = 64 * 1024;
/// Bytes that may wait for one connection before it is cut off.
pub const OUTBOX_BYTES: usize = 256 * 1024;

/// The limits a client has to know, as `welcome` gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ShownLimits {
    /// [`TEXT_BYTES`]
    pub text_bytes: usize,
    /// [`FRAME_BYTES`]
    pub frame_bytes: usize,
    /// [`FRAGMENTS`]
    pub fragments: usize,
    /// [`ROOMS_PER_SESSION`]
    pub rooms_per_session: usize,
    /// [`USER_NAME_CHARS`]
    pub user_name_chars: usize,
    /// [`ROOM_NAME_CHARS`]
    pub room_name_chars: usize,
    /// [`TOPIC_BYTES`]
    pub topic_bytes: usize,
    /// [`NONCE_BYTES`]
    pub nonce_bytes: usize,
    /// [`HISTORY_PAGE`]
    pub history_page: usize,
    /// [`RESUME_EVENTS`]
    pub resume_events: u64,
}

/// The table as a value.
pub const SHOWN: ShownLimits = ShownLimits {
    text_bytes: TEXT_BYTES,
    frame_bytes: FRAME_BYTES,
    fragments: FRAGMENTS,
    rooms_per_session: ROOMS_PER_SESSION,
    user_name_chars: USER_NAME_CHARS,
    room_name_chars: ROOM_NAME_CHARS,
    topic_bytes: TOPIC_BYTES,
    nonce_bytes: NONCE_BYTES,
    history_page: HISTORY_PAGE,
    resume_events: RESUME_EVENTS,
};
