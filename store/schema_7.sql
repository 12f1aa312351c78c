-- The schema, version 7: erasures, and after how many days the responses of a survey go.

-- An erasure: of a person (respondent is the salted hash of the id, never the id) or of what became too old (NULL). gone is
-- JSON: how many of each kind of row went. finished_at is NULL until nothing of it is left on the disk.
CREATE TABLE erasures (
    workspace    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    respondent   BLOB,
    requested_at INTEGER NOT NULL,
    finished_at  INTEGER,
    gone         TEXT    NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

-- The keys of an erasure that is not finished: what is left of them elsewhere goes, and then they do.
CREATE TABLE erasing (
    workspace TEXT NOT NULL,
    erasure   TEXT NOT NULL,
    survey    TEXT NOT NULL,
    id        TEXT NOT NULL,
    PRIMARY KEY (workspace, erasure, survey, id)
) STRICT, WITHOUT ROWID;

-- After how many days the responses of a survey are erased; '' stands for all surveys that have no row of their own.
CREATE TABLE retention (
    workspace TEXT    NOT NULL,
    survey    TEXT    NOT NULL,
    days      INTEGER NOT NULL,
    PRIMARY KEY (workspace, survey)
) STRICT, WITHOUT ROWID;

-- One row, written to find out whether the store can be written.
CREATE TABLE probe (
    one INTEGER NOT NULL PRIMARY KEY,
    at  INTEGER NOT NULL
) STRICT;
