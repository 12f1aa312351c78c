package store

import (
	"context"
	"path/filepath"
)

const writeProbe = `INSERT INTO probe (one, at) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET at = excluded.at`

// Probe writes a row durably, and so finds out whether the store can be written. Errors as of every write.
func (s *Store) Probe(ctx context.Context) error {
	return s.write(ctx, "probe", 1, func(t *txn) error {
		_, err := t.exec(writeProbe, t.at)
		return err
	})
}

// Queued returns how many writes wait for the writer at this moment.
func (s *Store) Queued() int { return int(s.queued.Load()) }

// Folder returns the folder that the store is in.
func (s *Store) Folder() string { return filepath.Dir(s.path) }
