-- The schema, version 3: keys, surveys, the audit log.

-- A key of a workspace. hash is the SHA-256 of the secret; old_hash is that of the one before, which works until
-- old_until. scopes is a list with commas. Revoked keys stay for a while, for the log.
CREATE TABLE access_keys (
    workspace  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    old_hash   BLOB,
    old_until  INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    rotated_at INTEGER,
    revoked_at INTEGER,
    used_at    INTEGER,
    PRIMARY KEY (workspace, id)
) STRICT;

CREATE UNIQUE INDEX access_keys_by_id ON access_keys (id);

-- What is known of a survey beside its responses. languages is a list with commas; retention_days is 0 for no limit.
CREATE TABLE surveys (
    workspace      TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    touchpoint     TEXT    NOT NULL,
    question       TEXT    NOT NULL,
    languages      TEXT    NOT NULL,
    retention_days INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT;

-- Who changed what: actor is the id of a key, or local. No texts, and no ids of responses or respondents.
CREATE TABLE audit (
    workspace TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    object    TEXT    NOT NULL,
    PRIMARY KEY (workspace, seq)
) STRICT, WITHOUT ROWID;
