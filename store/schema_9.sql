-- The schema, version 9: people who log in to the pages, their sessions, and links to set a password with.

-- An account of a workspace. hash is that of the password as a PHC string, '' until one is set.
CREATE TABLE people (
    workspace  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    hash       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX people_by_email ON people (workspace, email);

-- A session. hash is the SHA-256 of the token in the browser's cookie; client says which browser it is, for people.
CREATE TABLE sessions (
    workspace  TEXT    NOT NULL,
    person     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    client     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    PRIMARY KEY (workspace, person, id),
    FOREIGN KEY (workspace, person) REFERENCES people ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX sessions_by_hash ON sessions (hash);

-- A link that sets a password once: at most one to a person. hash is the SHA-256 of its token.
CREATE TABLE links (
    workspace TEXT    NOT NULL,
    person    TEXT    NOT NULL,
    hash      BLOB    NOT NULL,
    until     INTEGER NOT NULL,
    PRIMARY KEY (workspace, person),
    FOREIGN KEY (workspace, person) REFERENCES people ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX links_by_hash ON links (hash);

CREATE INDEX audit_by_action ON audit (workspace, action, seq);
