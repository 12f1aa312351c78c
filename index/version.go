package index

import (
	"context"
	"fmt"
	"strings"

	"verbatim/feedback"
)

// version is the tagging of a workspace's rows with another version of the taxonomy than the current one. It is made when
// somebody asks for it, or when it is about to become the current one.
type version struct {
	tagging
	has   bitset                    // the rows that it is a tagging of
	ready bool                      // it was made
	stale map[feedback.Key]struct{} // changed since, or not tagged yet; nil when too many
	used  int64                     // the higher the later
}

const (
	mostVersions = 2       // of a workspace, beside the current one
	mostStale    = 100_000 // changes after which a version is made anew
	freshChunk   = 1_000
)

// view are the columns with the tags of the version, and with the rows that it is of. The caller holds mu.
func (v *version) view(c *columns) *columns {
	view := *c
	view.main, view.tagging = c, v.tagging
	view.live = c.live.clone()
	view.live.and(v.has)
	return &view
}

// set writes what a version says of a response.
func (v *version) set(row int, a *feedback.Analysed) {
	v.tag(row, a)
	if complete(a) {
		v.has.add(row)
	} else {
		v.has.remove(row)
	}
}

// complete reports whether all texts of a response are analysed.
func complete(a *feedback.Analysed) bool {
	return (a.Analysis != nil || !a.Commented()) && (a.SuggestionAnalysis != nil || strings.TrimSpace(a.Suggestion) == "")
}

// versionOf returns the version that a filter names, brought up to date; nil for the current one.
func (s *space) versionOf(ctx context.Context, taxonomy string) (*version, error) {
	if taxonomy == "" || s.index.versions == nil {
		return nil, nil //nolint:nilnil // the current one needs none
	}
	if current := s.current(); current == "" || taxonomy == current {
		return nil, nil //nolint:nilnil // the current one needs none
	}
	known, err := s.index.versions.WasRead(ctx, s.name, taxonomy)
	if err != nil {
		return nil, fmt.Errorf("index: taxonomy: %w", err)
	}
	if !known {
		return nil, feedback.Errorf(feedback.Invalid, "taxonomy names no version that was ever read here")
	}
	return s.version(ctx, taxonomy)
}

// version makes a version, or brings it up to date.
func (s *space) version(ctx context.Context, taxonomy string) (*version, error) {
	s.versioning.Lock()
	defer s.versioning.Unlock()
	v := s.startVersion(taxonomy)
	if !v.ready {
		if err := s.fillVersion(ctx, v); err != nil {
			s.mu.Lock()
			delete(s.versions, taxonomy)
			s.mu.Unlock()
			return nil, err
		}
	}
	return v, s.freshen(ctx, v)
}

// startVersion returns the version; from now on changes make it stale. The one that was not used for the longest time makes
// room for a new one.
func (s *space) startVersion(taxonomy string) *version {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest, oldest := int64(0), (*version)(nil)
	for _, v := range s.versions {
		newest = max(newest, v.used)
		if oldest == nil || v.used < oldest.used {
			oldest = v
		}
	}
	v := s.versions[taxonomy]
	if v == nil {
		if len(s.versions) >= mostVersions {
			delete(s.versions, oldest.taxonomy)
		}
		if s.versions == nil {
			s.versions = map[string]*version{}
		}
		v = &version{tagging: newTagging(), stale: map[feedback.Key]struct{}{}}
		v.taxonomy = taxonomy
		s.versions[taxonomy] = v
	}
	v.used = newest + 1
	return v
}

// fillVersion reads all responses with the tags of the version. Those whose rows come later are stale then.
func (s *space) fillVersion(ctx context.Context, v *version) error {
	err := s.index.versions.ScanTaxonomy(ctx, s.name, v.taxonomy, func(a feedback.Analysed) error {
		s.mu.RLock()
		row, found := s.columns.row(a.Key())
		s.mu.RUnlock()
		if found {
			v.set(row, &a)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("index: taxonomy: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v.ready = true
	return nil
}

// outdate notes in the versions which responses changed. The caller holds mu.
func (s *space) outdate(operations []operation) {
	for name, v := range s.versions {
		for i := range operations {
			v.stale[operations[i].key] = struct{}{}
		}
		if len(v.stale) > mostStale {
			delete(s.versions, name)
		}
	}
}

// freshen reads again what changed since the version was made. What is not tagged with it yet stays stale. The caller holds
// versioning.
func (s *space) freshen(ctx context.Context, v *version) error {
	s.mu.RLock()
	keys := make([]feedback.Key, 0, len(v.stale))
	for key := range v.stale {
		keys = append(keys, key)
	}
	s.mu.RUnlock()
	for len(keys) > 0 {
		chunk := keys[:min(freshChunk, len(keys))]
		keys = keys[len(chunk):]
		found, err := s.index.versions.GetTaxonomy(ctx, s.name, v.taxonomy, chunk)
		if err != nil {
			return fmt.Errorf("index: taxonomy: %w", err)
		}
		s.refresh(v, chunk, found)
	}
	return nil
}

func (s *space) refresh(v *version, keys []feedback.Key, found []feedback.Analysed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		delete(v.stale, key)
	}
	for i := range found {
		a := &found[i]
		row, ok := s.columns.row(a.Key())
		if ok {
			v.set(row, a)
		}
		if !complete(a) {
			v.stale[a.Key()] = struct{}{}
		}
	}
}

// Prepare makes the tagging with a version of the taxonomy that is about to become the current one, so that the counts
// change at once when it does. Nothing is to be prepared where the log has one version only.
func (x *Index) Prepare(ctx context.Context, ws, taxonomy string) error {
	s, err := x.space(ctx, ws)
	if err != nil || x.versions == nil {
		return err
	}
	if s.current() == taxonomy {
		return nil
	}
	_, err = s.version(ctx, taxonomy)
	return err
}

func (s *space) current() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.columns.taxonomy
}

// followTaxonomy changes over to the log's current version of the taxonomy. The caller holds writing.
func (x *Index) followTaxonomy(ctx context.Context, s *space) (switched bool, err error) {
	if x.versions == nil {
		return false, nil
	}
	current, err := x.versions.CurrentTaxonomy(ctx, s.name)
	if err != nil {
		return false, fmt.Errorf("index: follow: %w", err)
	}
	if current == "" || current == s.columns.taxonomy {
		return false, nil
	}
	if s.columns.size() == 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.columns.taxonomy = current
		return false, nil
	}
	v, err := s.version(ctx, current)
	if err != nil {
		return false, err
	}
	s.changeOver(v)
	return true, nil
}

// changeOver makes a version the current one, and keeps the one before as a version. The caller holds writing.
func (s *space) changeOver(v *version) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.columns
	old := &version{tagging: c.tagging, ready: true, stale: map[feedback.Key]struct{}{}, used: v.used + 1}
	for row := range c.live.rows() {
		from := c.origins.list[c.origin.at(row)]
		if from.taxonomy == c.taxonomy || from.taxonomy == "" && c.answers[row]&markCommented == 0 {
			old.has.add(row)
		}
	}
	delete(s.versions, v.taxonomy)
	if s.versions != nil && old.taxonomy != "" {
		s.versions[old.taxonomy] = old
	}
	c.tagging = v.tagging
	if last := c.size() - 1; len(c.answers) <= last { // rows that the store does not have any more
		put(&c.answers, last, 0)
		put(&c.tones, last, 0)
	}
	s.unsaved = max(s.unsaved, saveWhenQuiet)
	s.signal()
}
