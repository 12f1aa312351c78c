package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"verbatim/feedback"
)

// folderLock keeps other processes out of a folder. It is a transaction on an empty database of its own: the system ends
// it when the process dies, on every platform.
type folderLock struct {
	db *sql.DB
	tx *sql.Tx
}

// lockFolder locks dir, or fails with [feedback.Unavailable] when somebody else has.
func lockFolder(ctx context.Context, dir string) (*folderLock, error) {
	db, err := openDatabase(filepath.Join(dir, lockName), lockSettings, "exclusive")
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil) // it outlives what ctx is for
	if err == nil {
		return &folderLock{db: db, tx: tx}, nil
	}
	code, advice, ok := diagnose(err)
	if !ok {
		code, advice = feedback.Unavailable, "it cannot be locked"
	}
	return nil, errors.Join(feedback.Errorf(code, "store: open: the folder %s: %s: %w", dir, advice, err), db.Close())
}

func (l *folderLock) close() error {
	return errors.Join(l.tx.Rollback(), l.db.Close())
}
