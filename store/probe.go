package store

import (
	"context"
	"path/filepath"

	"verbatim/feedback"
)

// leastFree is how much disk space must be left for writing with an easy mind.
const leastFree = 64 << 20

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

// Free returns how many bytes the disk of the store has left for us, and whether that is known.
func (s *Store) Free() (bytes uint64, known bool) { return diskFree(s.Folder()) }

// Room returns an [feedback.Unavailable] error that says how much is left when the disk of the store is nearly full.
func (s *Store) Room() error {
	if free, known := s.Free(); known && free < leastFree {
		return feedback.Errorf(feedback.Unavailable, "the disk is nearly full: %d MB are left, %d are needed", free>>20, leastFree>>20)
	}
	return nil
}
