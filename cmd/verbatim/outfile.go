package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"verbatim/feedback"
)

// writeFile writes a file whole or not at all: under another name beside it first, so that a failure or Ctrl-C leaves what
// was there.
func writeFile(path string, write func(f *os.File) error) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return feedback.Errorf(feedback.Invalid, "--out %s cannot be written: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if err := errors.Join(write(file), file.Chmod(0o644), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return fmt.Errorf("--out %s: %w", path, err)
	}
	return nil
}
