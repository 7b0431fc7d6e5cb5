-- Who runs the server, who is shut out of it, and what was done about whom.

-- Two more roles. A column with a check cannot be changed, only replaced.
ALTER TABLE users RENAME COLUMN site_role TO former_role;
ALTER TABLE users ADD COLUMN site_role TEXT NOT NULL DEFAULT 'member'
    CHECK (site_role IN ('bot', 'member', 'moderator', 'admin', 'owner'));
UPDATE users SET site_role = former_role;
ALTER TABLE users DROP COLUMN former_role;

-- Since when no login of this account works.
ALTER TABLE users ADD COLUMN suspended_at INTEGER;
ALTER TABLE users ADD COLUMN suspended_reason TEXT NOT NULL DEFAULT '';
-- What this account writes is accepted and shown to nobody else.
ALTER TABLE users ADD COLUMN silenced INTEGER NOT NULL DEFAULT 0 CHECK (silenced IN (0, 1));
-- A moderator has ended the quarantine of this new account before its time.
ALTER TABLE users ADD COLUMN trusted_at INTEGER;

-- The second factor (RFC 6238): the shared secret, and the last step that was accepted, so that no code works twice.
ALTER TABLE users ADD COLUMN totp_secret BLOB CHECK (length(totp_secret) >= 16);
ALTER TABLE users ADD COLUMN totp_step INTEGER;

-- Each works once instead of a code; SHA-256 of what was shown.
CREATE TABLE recovery_codes (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash    BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;

-- Links by which somebody chooses a new password; SHA-256 of the secret in the link.
CREATE TABLE reset_links (
    hash       BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whom other systems vouch for: the issuer of a token or the name of a proxy, and what it calls the person.
CREATE TABLE identities (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_by_user ON identities (user_id);

-- What a token may do. Everything in it is also bounded by the role of its account.
ALTER TABLE devices ADD COLUMN scope TEXT NOT NULL DEFAULT 'admin' CHECK (scope IN ('read', 'write', 'admin'));
-- JSON: the ids of the rooms it is good for; NULL for all.
ALTER TABLE devices ADD COLUMN rooms TEXT;

-- Seconds between two messages of one person; 0 for none.
ALTER TABLE rooms ADD COLUMN slow_mode INTEGER NOT NULL DEFAULT 0 CHECK (slow_mode >= 0);
-- Days after which messages go; NULL as the whole server, 0 never.
ALTER TABLE rooms ADD COLUMN retention_days INTEGER CHECK (retention_days >= 0);

-- Who is shut out of the whole server.
CREATE TABLE bans (
    id           INTEGER PRIMARY KEY,
    -- An account, or else a network in CIDR notation; one address is a network of full length.
    user_id      BLOB REFERENCES users (id) ON DELETE CASCADE,
    network      TEXT,
    reason       TEXT NOT NULL DEFAULT '',
    made_by      BLOB NOT NULL,
    made_by_name TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    -- NULL for ever.
    ends_at      INTEGER,
    CHECK ((user_id IS NULL) <> (network IS NULL))
) STRICT;

-- What people found wrong with a message.
CREATE TABLE reports (
    id            INTEGER PRIMARY KEY,
    room_id       INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    seq           INTEGER NOT NULL,
    -- As it was when it was reported: an edit does not make it go away.
    text          TEXT NOT NULL,
    author_id     BLOB NOT NULL,
    author_name   TEXT NOT NULL,
    reporter_id   BLOB NOT NULL,
    reporter_name TEXT NOT NULL,
    reason        TEXT NOT NULL,
    at            INTEGER NOT NULL,
    closed_at     INTEGER,
    closed_by     TEXT,
    -- What was done about it.
    outcome       TEXT,
    -- One report of one message by one person.
    UNIQUE (room_id, seq, reporter_id)
) STRICT;

CREATE INDEX reports_open ON reports (id) WHERE closed_at IS NULL;

-- Every act of those who run the server, and every look of theirs into a room that is not theirs. Rows are only ever added;
-- each carries the hash of the one before it, so that a change or a gap shows.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor_id   BLOB NOT NULL CHECK (length(actor_id) = 16),
    actor_name TEXT NOT NULL,
    -- Where from: an address, or `console`.
    origin     TEXT NOT NULL,
    -- Such as `user.suspend`.
    action     TEXT NOT NULL,
    -- Whom or what: `user:ann`, `room:lobby`.
    target     TEXT NOT NULL,
    -- JSON: what else there is to say.
    details    TEXT NOT NULL,
    -- SHA-256 over the hash of the row before (32 zero bytes for the first) and this row's fields, see `storage::audit`.
    hash       BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is never shortened'); END;
