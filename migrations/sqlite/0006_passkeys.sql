-- More ways to log in.

-- A login whose end no use of it puts off: that of whom another system vouched for.
ALTER TABLE devices ADD COLUMN fixed INTEGER NOT NULL DEFAULT 0 CHECK (fixed IN (0, 1));

-- Passkeys (WebAuthn): keys on people's devices by which they log in.

CREATE TABLE passkeys (
    -- As the device calls it.
    credential BLOB PRIMARY KEY NOT NULL CHECK (length(credential) BETWEEN 1 AND 1023),
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What its owner calls it.
    label      TEXT NOT NULL,
    -- JSON: the public key, the counter, and what the device said of itself.
    key        TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- NULL as long as nobody has logged in with it.
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX passkeys_by_user ON passkeys (user_id);
