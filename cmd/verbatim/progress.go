package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress shows on a terminal how far a job is that takes over two seconds; elsewhere it says nothing.
type progress struct {
	mu      sync.Mutex
	w       io.Writer
	started time.Time
	last    time.Time
	shown   bool
}

const (
	progressAfter = 2 * time.Second
	progressEvery = 200 * time.Millisecond
)

// newProgress returns a progress that writes to w if it is a terminal.
func newProgress(w io.Writer) *progress {
	p := &progress{started: time.Now()}
	if file, ok := w.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		p.w = w
	}
	return p
}

// stage shows what is being done; a total of 0 means that nobody knows it.
func (p *progress) stage(what string, done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.w == nil || now.Sub(p.started) < progressAfter || now.Sub(p.last) < progressEvery {
		return
	}
	p.last, p.shown = now, true
	if total > 0 {
		fmt.Fprintf(p.w, "\r\x1b[K%s: %d of %d (%d %%)", what, done, total, 100*done/total)
	} else {
		fmt.Fprintf(p.w, "\r\x1b[K%s: %d (%.0f/s)", what, done, float64(done)/now.Sub(p.started).Seconds())
	}
}

// done clears the line.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}
