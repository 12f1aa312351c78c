-- The schema, version 8: which version of the taxonomy a workspace reads, and how far the tagging with another one is.

-- The version (name@version) that is read and tagged with. A workspace without a row has the newest one that nothing was
-- tagged anew with, and each response the analyses that its own row names.
CREATE TABLE current_taxonomies (
    workspace TEXT    NOT NULL PRIMARY KEY,
    taxonomy  TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT;

-- A version that what is stored is tagged with anew. survey and id are of the response that was tagged last; walked is 1
-- once all are, and seq is the change up to which those that changed meanwhile are, too. state is running, done, cancelled,
-- replaced (by a newer version) or failed.
CREATE TABLE retags (
    workspace   TEXT    NOT NULL,
    taxonomy    TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    survey      TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    walked      INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    done        INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (workspace, taxonomy)
) STRICT, WITHOUT ROWID;
