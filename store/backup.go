package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"verbatim/feedback"
)

// Backup writes the store in the folder dir, as it is at this moment, into a new file that only its owner reads. The store
// may be open, in this process or another, and goes on meanwhile. It fails with [feedback.Conflict] when the file exists,
// and [feedback.NotFound] when there is no store.
func Backup(ctx context.Context, dir, file string) (err error) {
	if _, err := os.Stat(filepath.Join(dir, fileName)); err != nil {
		return feedback.Errorf(feedback.NotFound, "there is no store in %s: %w", dir, err)
	}
	if _, err := os.Lstat(file); err == nil {
		return feedback.Errorf(feedback.Conflict, "%s exists already: choose another name", file)
	}
	unfinished := file + ".unfinished"
	if err := os.Remove(unfinished); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(unfinished, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return feedback.Errorf(feedback.Unavailable, "the backup cannot be written: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			os.Remove(unfinished)
		}
	}()
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := copyInto(ctx, filepath.Join(dir, fileName), unfinished); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(unfinished, file); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(file))
}

func copyInto(ctx context.Context, from, to string) (err error) {
	db, err := openDatabase(from, backupSettings, "deferred")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := schemaVersion(ctx, db, from); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := writeInto(ctx, db, to); err != nil {
		if code, advice, ok := diagnose(err); ok {
			return feedback.Errorf(code, "backup: %s: %w", advice, err)
		}
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// RestoreOptions say how [Restore] goes about it. Force overwrites a store that is there. Erasures names a file like
// erasures.jsonl to apply beside the folder's own, "" for none.
type RestoreOptions struct {
	Force    bool
	Erasures string
}

// Restore puts a backup in the place of the store in the folder dir, which need not exist, after it has erased again whom
// the folder's erasures.jsonl names: until that is done the folder is as it was. It returns how many responses it erased.
// The index in the folder is not of this store and must be removed by before, which is called when nothing can fail any
// more but the disk. It fails with [feedback.Conflict] when there is a store and Force is not set, with
// [feedback.Unavailable] when a process has it open, and [feedback.Corrupt] for a damaged backup.
func Restore(ctx context.Context, file, dir string, o RestoreOptions, before func() error) (erased int, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, feedback.Errorf(feedback.Unavailable, "the folder cannot be used: %w", err)
	}
	lock, err := lockFolder(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, lock.close()) }()
	there := filepath.Join(dir, fileName)
	if _, err := os.Stat(there); err == nil && !o.Force {
		return 0, feedback.Errorf(feedback.Conflict, "there is a store in %s already: restore into another folder, or overwrite it with --force", dir)
	}
	beside := filepath.Join(dir, "restoring")
	if err := os.RemoveAll(beside); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(beside)) }()
	erased, err = prepare(ctx, file, beside, o.Erasures, filepath.Join(dir, ErasuresFile))
	if err != nil {
		return 0, err
	}
	for _, list := range []string{o.Erasures, filepath.Join(beside, ErasuresFile)} { // also those that were under way in the backup
		if err := keepErasures(list, filepath.Join(dir, ErasuresFile)); err != nil {
			return 0, err
		}
	}
	if err := before(); err != nil {
		return 0, err
	}
	for _, tail := range []string{"-wal", "-shm"} { // of the old store: they must not be read into the new one
		if err := os.Remove(there + tail); err != nil && !errors.Is(err, os.ErrNotExist) {
			return 0, err
		}
	}
	if err := os.Rename(filepath.Join(beside, fileName), there); err != nil {
		return 0, err
	}
	return erased, syncFolder(dir)
}

// prepare makes a store of the backup in a folder of its own.
func prepare(ctx context.Context, file, beside string, lists ...string) (n int, err error) {
	var list []erased
	for _, name := range lists {
		if name == "" {
			continue
		}
		if name == lists[0] {
			if _, err := os.Stat(name); err != nil {
				return 0, feedback.Errorf(feedback.NotFound, "the list of erasures cannot be read: %w", err)
			}
		}
		part, err := readErasures(name)
		if err != nil {
			return 0, err
		}
		list = append(list, part...)
	}
	if err := os.Mkdir(beside, 0o700); err != nil {
		return 0, err
	}
	if err := copyFile(file, filepath.Join(beside, fileName)); err != nil {
		return 0, feedback.Errorf(feedback.Unavailable, "the backup cannot be read: %w", err)
	}
	s, err := Open(ctx, beside)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Check(ctx); err != nil {
		return 0, err
	}
	if err := s.endAll(ctx); err != nil {
		return 0, err
	}
	return s.replay(ctx, list)
}

// keepErasures appends the lines of another list to the folder's own.
func keepErasures(from, to string) error {
	lines, err := os.ReadFile(from)
	if from == "" || errors.Is(err, os.ErrNotExist) || err == nil && len(lines) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	return appendTo(to, lines)
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}
