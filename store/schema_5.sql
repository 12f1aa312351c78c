-- The schema, version 5: files that were uploaded, and requests that must not count twice.

-- The file behind an import: spool is its name in the folder of uploads, options (JSON) say how it is read. state is
-- queued, running, done or failed; problem says why it failed; summary (JSON) is what the reader says of the file.
CREATE TABLE uploads (
    workspace TEXT NOT NULL,
    id        TEXT NOT NULL,
    spool     TEXT NOT NULL,
    options   TEXT NOT NULL,
    state     TEXT NOT NULL,
    problem   TEXT NOT NULL,
    summary   TEXT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, id) REFERENCES imports
) STRICT, WITHOUT ROWID;

-- Requests with a key that were answered: hashes of the key and of the request, what became of each response (a letter
-- each, no text), and when. position counts up, so that the oldest can be forgotten.
CREATE TABLE once (
    workspace TEXT    NOT NULL,
    key       BLOB    NOT NULL,
    request   BLOB    NOT NULL,
    position  INTEGER NOT NULL,
    answer    TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (workspace, key)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX once_by_position ON once (workspace, position);
