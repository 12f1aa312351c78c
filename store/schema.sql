-- The schema, version 1, for SQLite. The workspace is the first column of every key. Times are Unix milliseconds, NULL for
-- none. Another database gets a file of its own beside this one; the queries are the same.

-- A tenant. last_seq is the newest entry of its change log; the row is what serialises its writers. salt goes into the
-- hashes of its tombstones.
CREATE TABLE workspaces (
    workspace TEXT    NOT NULL PRIMARY KEY,
    salt      BLOB    NOT NULL,
    last_seq  INTEGER NOT NULL
) STRICT;

-- A response. model and taxonomy name its current analyses, '' when it has none. score is NULL without one; attributes is
-- a JSON object with sorted names, '' for none; import_id is the import that delivered this content first.
CREATE TABLE responses (
    workspace    TEXT    NOT NULL,
    survey       TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    score        INTEGER,
    comment      TEXT    NOT NULL,
    suggestion   TEXT    NOT NULL,
    lang         TEXT    NOT NULL,
    submitted_at INTEGER,
    updated_at   INTEGER,
    respondent   TEXT    NOT NULL,
    touchpoint   TEXT    NOT NULL,
    weight       REAL    NOT NULL,
    attributes   TEXT    NOT NULL,
    import_id    TEXT    NOT NULL,
    model        TEXT    NOT NULL,
    taxonomy     TEXT    NOT NULL,
    PRIMARY KEY (workspace, survey, id)
) STRICT;

CREATE INDEX responses_by_respondent ON responses (workspace, respondent) WHERE respondent <> '';
CREATE INDEX responses_by_import ON responses (workspace, import_id) WHERE import_id <> '';

-- What else delivered the same content ('' for the API): undoing one import must not take what another one holds.
CREATE TABLE also_from (
    workspace TEXT NOT NULL,
    survey    TEXT NOT NULL,
    id        TEXT NOT NULL,
    import_id TEXT NOT NULL,
    PRIMARY KEY (workspace, survey, id, import_id),
    FOREIGN KEY (workspace, survey, id) REFERENCES responses ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX also_from_by_import ON also_from (workspace, import_id);

-- An analysis of a part of a response (comment, suggestion): JSON with offsets in bytes. One for each taxonomy version.
CREATE TABLE analyses (
    workspace TEXT NOT NULL,
    survey    TEXT NOT NULL,
    id        TEXT NOT NULL,
    part      TEXT NOT NULL,
    taxonomy  TEXT NOT NULL,
    model     TEXT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (workspace, survey, id, part, taxonomy, model),
    FOREIGN KEY (workspace, survey, id) REFERENCES responses ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What people say an analysis should have been: JSON. Putting and retagging leave it alone.
CREATE TABLE corrections (
    workspace TEXT NOT NULL,
    survey    TEXT NOT NULL,
    id        TEXT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (workspace, survey, id),
    FOREIGN KEY (workspace, survey, id) REFERENCES responses ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The change log: seq starts at 1 in each workspace and has no gaps.
CREATE TABLE changes (
    workspace TEXT    NOT NULL,
    seq       INTEGER NOT NULL,
    survey    TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (workspace, seq)
) STRICT, WITHOUT ROWID;

-- Keys that were deleted and must not come back, as salted hashes.
CREATE TABLE tombstones (
    workspace TEXT    NOT NULL,
    hash      BLOB    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (workspace, hash)
) STRICT, WITHOUT ROWID;

-- Versions of taxonomies: body is JSON; position counts the versions of all names, and the highest is the current one.
CREATE TABLE taxonomies (
    workspace TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    position  INTEGER NOT NULL,
    body      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (workspace, name, version)
) STRICT;

CREATE UNIQUE INDEX taxonomies_by_position ON taxonomies (workspace, position);

CREATE TABLE imports (
    workspace   TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    file        TEXT    NOT NULL,
    digest      TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    undone_at   INTEGER,
    read        INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    updated     INTEGER NOT NULL,
    unchanged   INTEGER NOT NULL,
    rejected    INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;
