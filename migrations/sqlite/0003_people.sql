-- What people say of themselves, how they like their pages, and where they are notified.

CREATE TABLE profiles (
    user_id       BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    status_emoji  TEXT NOT NULL DEFAULT '',
    status_text   TEXT NOT NULL DEFAULT '',
    -- From then on the two above count as empty.
    status_until  INTEGER,
    -- Outlives the session in which it was said: the next page must not make somebody who is busy disturbable.
    busy          INTEGER NOT NULL DEFAULT 0 CHECK (busy IN (0, 1)),
    hide_presence INTEGER NOT NULL DEFAULT 0 CHECK (hide_presence IN (0, 1)),
    hide_reads    INTEGER NOT NULL DEFAULT 0 CHECK (hide_reads IN (0, 1)),
    -- When the last session ended; not kept of those who hide their presence.
    last_seen_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE preferences (
    user_id    BLOB PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    theme      TEXT NOT NULL CHECK (theme IN ('auto', 'light', 'dark')),
    density    TEXT NOT NULL CHECK (density IN ('cosy', 'compact')),
    -- Empty: what the browser asks for.
    language   TEXT NOT NULL,
    sound      INTEGER NOT NULL CHECK (sound IN (0, 1)),
    notify     TEXT NOT NULL CHECK (notify IN ('all', 'mentions', 'nothing')),
    -- Minutes of the day in `time_zone`; both or neither.
    quiet_from INTEGER CHECK (quiet_from BETWEEN 0 AND 1439),
    quiet_to   INTEGER CHECK (quiet_to BETWEEN 0 AND 1439),
    -- A name such as Europe/Berlin; empty is the server's own.
    time_zone  TEXT NOT NULL,
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE push_subscriptions (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- A login that ends takes its subscriptions with it: whoever logs out somewhere is no longer notified there.
    device_id  BLOB NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    endpoint   TEXT NOT NULL UNIQUE,
    -- What the browser made for us (RFC 8291, section 2): its public key and a shared secret.
    p256dh     BLOB NOT NULL CHECK (length(p256dh) = 65),
    auth       BLOB NOT NULL CHECK (length(auth) = 16),
    created_at INTEGER NOT NULL,
    -- How often in a row nothing could be delivered.
    failures   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX push_subscriptions_by_user ON push_subscriptions (user_id);
CREATE INDEX push_subscriptions_by_device ON push_subscriptions (device_id);
