package store

import (
	"context"
	"database/sql"
	"errors"

	"verbatim/feedback"
)

// migrate brings the database from version to the newest: each step in a transaction of its own, so that a crash between
// two leaves a version that the next start continues from.
func migrate(ctx context.Context, db *sql.DB, version int, steps []string) error {
	if version > len(steps) {
		return feedback.Errorf(feedback.Unsupported,
			"store: open: the store has version %d and this program knows up to %d: use a newer Verbatim", version, len(steps))
	}
	for ; version < len(steps); version++ {
		if err := migrateOnce(ctx, db, version+1, steps[version]); err != nil {
			return err
		}
	}
	return nil
}

// schemaVersion returns 0 for an empty database and refuses somebody else's; path is for the message.
func schemaVersion(ctx context.Context, db *sql.DB, path string) (int, error) {
	some, ours, err := hasTables(ctx, db)
	if err != nil || !some {
		return 0, err
	}
	if !ours {
		return 0, feedback.Errorf(feedback.Corrupt, "store: open: %s is a database of another program: choose another folder", path)
	}
	var version int
	err = db.QueryRowContext(ctx, "SELECT max(version) FROM verbatim_schema").Scan(&version)
	return version, err
}

func migrateOnce(ctx context.Context, db *sql.DB, version int, step string) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	if version == 1 {
		if _, err := tx.ExecContext(ctx, "CREATE TABLE verbatim_schema (version INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL)"); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, step); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO verbatim_schema (version, at) VALUES (?, ?)", version, now()); err != nil {
		return err
	}
	return tx.Commit()
}
