-- The schema, version 10: searches that are kept under a name.

-- A search: query is the query string of its filter and its order.
CREATE TABLE searches (
    workspace  TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, name)
) STRICT, WITHOUT ROWID;
