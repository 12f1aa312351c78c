-- The schema: webhooks that others are told through, and what they are to be told.

-- A webhook. events is a JSON array; cursor is the newest change that its deliveries were made of; watched is what was
-- seen of the drivers, as JSON, '' for nothing; failing_since is NULL after a success.
CREATE TABLE webhooks (
    workspace       TEXT    NOT NULL,
    id              TEXT    NOT NULL,
    url             TEXT    NOT NULL,
    events          TEXT    NOT NULL,
    filter          TEXT    NOT NULL,
    include_text    INTEGER NOT NULL,
    secret          TEXT    NOT NULL,
    old_secret      TEXT    NOT NULL,
    old_until       INTEGER,
    created_at      INTEGER NOT NULL,
    cursor          INTEGER NOT NULL,
    failing_since   INTEGER,
    disabled_at     INTEGER,
    disabled_reason TEXT    NOT NULL,
    watched         TEXT    NOT NULL,
    watched_at      INTEGER,
    watched_seq     INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT;

-- A delivery. survey and response name what it is about, '' for nothing or when that was deleted; payload is '' when it is
-- made of the response as it is stored at the time of sending. due is NULL once it is settled.
CREATE TABLE deliveries (
    number     INTEGER PRIMARY KEY,
    workspace  TEXT    NOT NULL,
    webhook    TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    event      TEXT    NOT NULL,
    survey     TEXT    NOT NULL,
    response   TEXT    NOT NULL,
    payload    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    status     TEXT    NOT NULL,
    due        INTEGER,
    attempts   INTEGER NOT NULL,
    first_at   INTEGER,
    last_at    INTEGER,
    code       INTEGER NOT NULL,
    problem    TEXT    NOT NULL,
    UNIQUE (workspace, webhook, id),
    FOREIGN KEY (workspace, webhook) REFERENCES webhooks ON DELETE CASCADE
) STRICT;

CREATE INDEX deliveries_due ON deliveries (workspace, webhook, due) WHERE due IS NOT NULL;
CREATE INDEX deliveries_by_webhook ON deliveries (workspace, webhook, number);
CREATE INDEX deliveries_by_response ON deliveries (workspace, survey, response) WHERE response <> '';
CREATE INDEX deliveries_by_age ON deliveries (created_at);
