-- The schema, version 4: survey platforms that are connected, and what they have sent.

-- hook_hash is the SHA-256 of hook: addresses are looked up by it, so that the time of a look-up tells nothing about one.
-- secret and token are as the platform has them, since signatures are computed from the one and requests made with the
-- other. last_payload numbers the payloads; mapping is JSON.
CREATE TABLE sources (
    workspace    TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    hook         TEXT    NOT NULL,
    hook_hash    BLOB    NOT NULL,
    survey       TEXT    NOT NULL,
    secret       TEXT    NOT NULL,
    client_id    TEXT    NOT NULL,
    token        TEXT    NOT NULL,
    base_url     TEXT    NOT NULL,
    mapping      TEXT    NOT NULL,
    keep_days    INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    last_payload INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT;

CREATE UNIQUE INDEX sources_by_hook ON sources (hook_hash);

-- A payload as it came. body is NULL once erased; next_at is when a pending one is tried; survey and id are the key of the
-- response that it became, '' before; erase_at is when what is left of the body goes, NULL while it is pending.
CREATE TABLE payloads (
    workspace   TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    delivery    TEXT    NOT NULL,
    media       TEXT    NOT NULL,
    body        BLOB,
    size        INTEGER NOT NULL,
    remote      INTEGER NOT NULL,
    status      TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    attempts    INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    next_at     INTEGER,
    survey      TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    erase_at    INTEGER,
    PRIMARY KEY (workspace, source, seq),
    FOREIGN KEY (workspace, source) REFERENCES sources ON DELETE CASCADE
) STRICT;

CREATE UNIQUE INDEX payloads_by_delivery ON payloads (workspace, source, delivery) WHERE delivery <> '';
CREATE INDEX payloads_by_response ON payloads (workspace, survey, id) WHERE id <> '';
CREATE INDEX payloads_due ON payloads (remote, next_at) WHERE status = 'pending';
CREATE INDEX payloads_to_erase ON payloads (erase_at) WHERE erase_at IS NOT NULL;
CREATE INDEX payloads_with_body ON payloads (workspace, source) WHERE body IS NOT NULL;
CREATE INDEX payloads_by_age ON payloads (received_at);
