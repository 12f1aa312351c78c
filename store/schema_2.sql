-- The schema, version 2: scores of others to compare with.
CREATE TABLE benchmarks (
    workspace TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    nps       REAL    NOT NULL,
    source    TEXT    NOT NULL,
    date      TEXT    NOT NULL,
    n         INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT;
