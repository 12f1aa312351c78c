package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"

	"verbatim/feedback"
)

// How long Forget waits for readers of old files, and how often it looks.
const (
	goneWithin = 30 * time.Second
	goneLook   = 20 * time.Millisecond
)

// Forget leaves nothing of deleted responses in the index of a workspace, in memory or on disk: Bleve's segments are merged
// without them, old files are removed, values of attributes that only they had are forgotten, and the columns are written
// anew. Changes wait while it runs; searches and counts do not. It fails with [feedback.Unavailable] when a reader keeps
// an old file in use for too long, and may then be called again.
func (x *Index) Forget(ctx context.Context, ws string) error {
	s, err := x.space(ctx, ws)
	if err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.texts != nil {
		if err := guard(func() error { return s.texts.compact(ctx) }); err != nil {
			return fmt.Errorf("index: forget: %w", err)
		}
	}
	s.mu.Lock()
	s.columns.forget()
	s.versions = nil
	s.mu.Unlock()
	s.unsaved = max(1, s.unsaved)
	return s.save()
}

// forget blanks the rows that are no longer live, and lets go of values that no row has any more.
func (c *columns) forget() {
	for row := range c.size() {
		if !c.live.has(row) {
			c.blank(row)
		}
	}
	for name, a := range c.attributes {
		a.forget()
		if name != "touchpoint" && a.countable() && len(a.names) == 1 {
			delete(c.attributes, name)
		}
	}
}

func (c *columns) blank(row int) {
	if row < len(c.answers) {
		c.answers[row], c.tones[row] = 0, 0
	}
	if row < len(c.weights) {
		c.weights[row] = 0
	}
	c.times.put(row, noTime)
	for _, column := range []*codes{&c.origin, &c.comment, &c.suggestion} {
		column.put(row, 0)
	}
	for _, a := range c.attributes {
		a.set(row, "", false)
	}
}

// forget numbers the values anew, in their order, without those that no row has.
func (a *attribute) forget() {
	if !a.countable() {
		return
	}
	used := make([]bool, len(a.names))
	for row := range a.size() {
		used[a.at(row)] = true
	}
	names, renumbered := newDictionary(), make([]uint32, len(a.names))
	for code := 1; code < len(a.names); code++ {
		if used[code] {
			renumbered[code] = uint32(names.code(a.names[code], maxValues))
		}
	}
	if len(names.names) == len(a.names) {
		return
	}
	var column codes
	for row := range a.size() {
		column.put(row, renumbered[a.at(row)])
	}
	a.dictionary, a.codes = names, column
}

// fillerID is that of a document without words. Bleve merges nothing when there is one segment only, so that a second one
// is made with it; no row has this number, and no query finds it.
var fillerID = documentID(1<<32 - 1)

// compact merges all segments into new ones without deleted documents, and waits until the old files are gone.
func (t *texts) compact(ctx context.Context) error {
	advanced, err := t.index.Advanced()
	if err != nil {
		return err
	}
	merger, ok := advanced.(interface {
		ForceMerge(ctx context.Context, options *mergeplan.MergePlanOptions) error
	})
	if !ok {
		return nil // in memory there is nothing to merge
	}
	const tries = 5
	deleted := -1
	for range tries {
		if deleted, err = t.deletedDocuments(); err != nil || deleted == 0 {
			break
		}
		filler := t.index.NewBatch()
		if err := filler.IndexAdvanced(document.NewDocument(fillerID)); err != nil {
			return err
		}
		if err := t.index.Batch(filler); err != nil {
			return err
		}
		if err := merger.ForceMerge(ctx, nil); err != nil {
			return err
		}
	}
	if err == nil && deleted > 0 {
		err = feedback.Errorf(feedback.Unavailable, "%d deleted documents are still in Bleve's segments", deleted)
	}
	return errors.Join(err, t.dropFiller(), t.awaitFiles(ctx))
}

func (t *texts) dropFiller() error {
	batch := t.index.NewBatch()
	batch.Delete(fillerID)
	return t.index.Batch(batch)
}

// deletedDocuments counts what was deleted and is still in a segment.
func (t *texts) deletedDocuments() (n int, err error) {
	return n, t.eachSegment(func(s *scorch.SegmentSnapshot) { n += int(s.FullSize() - s.LiveSize()) })
}

func (t *texts) eachSegment(each func(*scorch.SegmentSnapshot)) error {
	reader, err := t.reader()
	if err != nil {
		return err
	}
	if snapshot, ok := reader.(*scorch.IndexSnapshot); ok {
		for _, s := range snapshot.Segments() {
			each(s)
		}
	}
	return reader.Close()
}

// awaitFiles waits until there are no files but those of the segments in use. Bleve looks for old files when something
// changes, so something is changed now and then.
func (t *texts) awaitFiles(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, goneWithin)
	defer cancel()
	for try := 1; ; try++ {
		old, err := t.oldFiles()
		if err != nil || old == 0 {
			return err
		}
		if try%10 == 0 {
			batch := t.index.NewBatch()
			batch.SetInternal([]byte("verbatim-compacted"), []byte{byte(try)})
			if err := t.index.Batch(batch); err != nil {
				return err
			}
		}
		select {
		case <-time.After(goneLook):
		case <-ctx.Done():
			return feedback.Errorf(feedback.Unavailable, "%d old files of Bleve are still in use: %w", old, ctx.Err())
		}
	}
}

// oldFiles counts the files of segments that are not in use.
func (t *texts) oldFiles() (n int, err error) {
	inUse := map[string]bool{}
	folder := ""
	err = t.eachSegment(func(s *scorch.SegmentSnapshot) {
		if file, ok := s.Segment().(interface{ Path() string }); ok {
			inUse[filepath.Base(file.Path())] = true
			folder = filepath.Dir(file.Path())
		}
	})
	if err != nil || folder == "" {
		return 0, err
	}
	files, err := os.ReadDir(folder)
	for _, f := range files {
		if filepath.Ext(f.Name()) == ".zap" && !inUse[f.Name()] {
			n++
		}
	}
	return n, err
}
