package analysis

import (
	"runtime"
	"sync"
	"weak"

	"verbatim/feedback"
)

// books are the phrasebooks of the taxonomies in use. One is read at the first text, and let go of with its taxonomy.
type books struct {
	mu   sync.RWMutex
	held map[weak.Pointer[feedback.Taxonomy]]*phrasebook
}

// of returns the phrasebook of a taxonomy.
func (b *books) of(taxonomy *feedback.Taxonomy) (*phrasebook, error) {
	key := weak.Make(taxonomy)
	b.mu.RLock()
	book := b.held[key]
	b.mu.RUnlock()
	if book != nil {
		return book, nil
	}
	book, err := newPhrasebook(taxonomy)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if held := b.held[key]; held != nil { // somebody was faster
		return held, nil
	}
	b.held[key] = book
	runtime.AddCleanup(taxonomy, b.forget, key)
	return book, nil
}

func (b *books) forget(key weak.Pointer[feedback.Taxonomy]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.held, key)
}
