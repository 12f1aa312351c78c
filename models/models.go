// Package models holds the trained models, embedded, with their card (README.md) and quality table (quality.txt), and
// reads and writes them. Nothing is loaded before it is asked for.
package models

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"
)

//go:embed *.bin README.md quality.txt
var files embed.FS

// Names of the models that are no language's own: Signs weighs what means the same in every language, Shared the n-grams
// of texts whose language is not known.
const (
	Signs  = "signs"
	Shared = "shared"
)

// Set is a folder of models. It loads each at its first use and keeps it. Safe for concurrent use.
type Set struct {
	files fs.FS
	mu    sync.Mutex
	byKey map[string]*entry
}

type entry struct {
	once  sync.Once
	model *Linear
	err   error
}

// Embedded returns the models that are built in.
func Embedded() *Set { return Open(files) }

// Open returns the models of a folder.
func Open(folder fs.FS) *Set { return &Set{files: folder, byKey: map[string]*entry{}} }

// Has reports whether there is a model of that name.
func (s *Set) Has(name string) bool {
	_, err := fs.Stat(s.files, name+".bin")
	return err == nil
}

// Linear returns the model of a language, or Shared. An error wraps ErrDamaged when its file is, and names it.
func (s *Set) Linear(name string) (*Linear, error) {
	s.mu.Lock()
	e := s.byKey[name]
	if e == nil {
		e = &entry{}
		s.byKey[name] = e
	}
	s.mu.Unlock()
	e.once.Do(func() {
		data, err := s.File(name + ".bin")
		if err != nil {
			e.err = err
			return
		}
		if e.model, e.err = ReadLinear(data); e.err != nil {
			e.err = fmt.Errorf("models: %s.bin: %w", name, e.err)
		}
	})
	return e.model, e.err
}

// With returns a set in which the models of that name are replaced, or added.
func (s *Set) With(replaced map[string]*Linear) *Set {
	out := Open(s.files)
	for name, m := range replaced {
		e := &entry{model: m}
		e.once.Do(func() {})
		out.byKey[name] = e
	}
	return out
}

// File returns a file of the folder as it is.
func (s *Set) File(name string) ([]byte, error) {
	data, err := fs.ReadFile(s.files, name)
	if err != nil {
		return nil, fmt.Errorf("models: %w", err)
	}
	return data, nil
}
