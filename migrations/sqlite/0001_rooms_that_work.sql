-- Accounts, logins, rooms and their logs.
--
-- Times are milliseconds since 1970-01-01 UTC; ids of people and devices are the sixteen bytes of a UUID.

PRAGMA application_id = 0x5061726c;

CREATE TABLE settings (
    key   TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id            BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    name          TEXT NOT NULL,
    -- What makes two names the same name; unique, so that nobody can pass for somebody else.
    name_key      TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    site_role     TEXT NOT NULL CHECK (site_role IN ('member', 'admin', 'owner')),
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
    id          BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('cookie', 'token')),
    label       TEXT NOT NULL,
    -- SHA-256 of the secret; the secret itself is nowhere.
    secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    created_at  INTEGER NOT NULL,
    used_at     INTEGER NOT NULL,
    expires_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX devices_by_user ON devices (user_id, kind);

CREATE TABLE rooms (
    -- Never given out twice, so that an old id can never lead into a newer room.
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('public', 'private', 'direct')),
    topic      TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    archived   INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    -- The highest seq in `events` of this room; written in the same transaction as the event.
    last_seq   INTEGER NOT NULL DEFAULT 0,
    -- The highest n.
    messages   INTEGER NOT NULL DEFAULT 0,
    -- Of a direct room: the ids of its people, in ascending order.
    direct_key BLOB UNIQUE CHECK ((kind = 'direct') = (direct_key IS NOT NULL)),
    -- May be a guest; NULL for the server itself.
    made_by    BLOB CHECK (length(made_by) = 16),
    made_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX rooms_public ON rooms (name_key) WHERE kind = 'public';

CREATE TABLE invites (
    code       TEXT PRIMARY KEY NOT NULL,
    made_by    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    room_id    INTEGER REFERENCES rooms (id) ON DELETE CASCADE,
    uses       INTEGER NOT NULL DEFAULT 0,
    max_uses   INTEGER CHECK (uses <= max_uses),
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX invites_by_maker ON invites (made_by, created_at);

CREATE TABLE memberships (
    room_id     INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role        TEXT NOT NULL CHECK (role IN ('member', 'moderator', 'owner')),
    muted_until INTEGER,
    banned      INTEGER NOT NULL DEFAULT 0 CHECK (banned IN (0, 1)),
    -- Up to where this person has read: the number of an event, and how many messages there are up to it.
    read_seq    INTEGER NOT NULL,
    read_n      INTEGER NOT NULL,
    -- What this person wants to be told of.
    level       TEXT NOT NULL DEFAULT 'all' CHECK (level IN ('all', 'mentions', 'nothing')),
    joined_at   INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_user ON memberships (user_id);

-- The logs. Rows lie in the order in which they were committed and are found by (room_id, seq): measured a third faster
-- to write than a table kept in the order of (room_id, seq). No foreign keys: an author may be a guest, and the room was
-- looked up in the transaction that writes the event.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY,
    room_id     INTEGER NOT NULL,
    seq         INTEGER NOT NULL CHECK (seq > 0),
    kind        TEXT NOT NULL,
    author_id   BLOB NOT NULL CHECK (length(author_id) = 16),
    -- The name at that time.
    author_name TEXT NOT NULL,
    at          INTEGER NOT NULL,
    text        TEXT,
    -- The message it answers or, for everything but messages, the one it is about.
    reply_to    INTEGER,
    nonce       TEXT,
    -- JSON: what only some kinds have.
    data        TEXT,
    -- How many messages the room has up to here: what is unread is the difference of two.
    n           INTEGER NOT NULL,
    -- Of a reply: the first message of the thread.
    thread      INTEGER,
    UNIQUE (room_id, seq)
) STRICT;

CREATE INDEX events_by_thread ON events (room_id, thread, seq) WHERE thread IS NOT NULL;
-- Edits of a message, to show them and to take them back.
CREATE INDEX events_by_target ON events (room_id, reply_to) WHERE kind = 'edited';

-- What has become of messages, for those few that something has become of. Everything in here follows from the log.
CREATE TABLE message_states (
    room_id       INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    -- The text since the last edit.
    text          TEXT,
    edited_at     INTEGER,
    edits         INTEGER NOT NULL DEFAULT 0,
    deleted_at    INTEGER,
    deleted_id    BLOB,
    deleted_name  TEXT,
    pinned_at     INTEGER,
    pinned_id     BLOB,
    pinned_name   TEXT,
    replies       INTEGER NOT NULL DEFAULT 0,
    last_reply    INTEGER,
    last_reply_at INTEGER,
    reactions     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_states_pinned ON message_states (room_id, pinned_at) WHERE pinned_at IS NOT NULL;

CREATE TABLE reactions (
    room_id   INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    emoji     TEXT NOT NULL,
    user_id   BLOB NOT NULL CHECK (length(user_id) = 16),
    user_name TEXT NOT NULL,
    -- The event that put it there.
    event_seq INTEGER NOT NULL,
    PRIMARY KEY (room_id, seq, emoji, user_id)
) STRICT, WITHOUT ROWID;

-- Who is called by which message; sixteen zero bytes call everybody in the room.
CREATE TABLE mentions (
    user_id BLOB NOT NULL CHECK (length(user_id) = 16),
    room_id INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (user_id, room_id, seq)
) STRICT, WITHOUT ROWID;

-- What makes a repeated send safe: the nonces of messages up to the event whose id stands in `settings` under
-- `nonces_sorted_to`. Those of younger events are known from the log, and come in later, many at a time and in order of
-- their keys: one by one they would touch a page each, which costs four fifths of the insert rate at a million messages.
CREATE TABLE nonces (
    -- The first half of SHA-256 over author, room and nonce.
    key BLOB PRIMARY KEY NOT NULL CHECK (length(key) = 16),
    seq INTEGER NOT NULL,
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Answers to requests with an Idempotency-Key. `status` is NULL while the request is under way.
CREATE TABLE idempotency (
    user_id     BLOB NOT NULL,
    key         TEXT NOT NULL,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    status      INTEGER,
    body        TEXT,
    at          INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_time ON idempotency (at);

-- The room every server has.
INSERT INTO rooms (name, name_key, kind, made_at)
VALUES ('lobby', 'lobby', 'public', CAST(unixepoch('subsec') * 1000 AS INTEGER));
