package index

import (
	"context"

	"verbatim/feedback"
)

// Each hands over the keys of all responses that the filter chooses at this moment, up to chunk of them at a time, in the
// order in which the index first saw them. One that is deleted meanwhile is left out; what comes meanwhile is not there. An
// error of each ends it and is returned as it is. Errors as for [Index.Search].
func (x *Index) Each(ctx context.Context, ws string, f feedback.Filter, chunk int, each func(keys []feedback.Key) error) error {
	var chosen []uint32
	var from *columns
	err := x.counting(ctx, ws, &f, func(c *columns, rows bitset) error {
		from = c
		if c.main != nil {
			from = c.main
		}
		chosen = make([]uint32, 0, rows.count())
		for row := range rows.rows() {
			chosen = append(chosen, uint32(row))
		}
		return nil
	})
	if err != nil {
		return err
	}
	s, err := x.space(ctx, ws)
	if err != nil {
		return err
	}
	for len(chosen) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(len(chosen), max(1, chunk))
		keys, err := s.keys(from, chosen[:n])
		if err == nil && len(keys) > 0 {
			err = each(keys)
		}
		if err != nil {
			return err
		}
		chosen = chosen[n:]
	}
	return nil
}

// keys names the rows that are still live.
func (s *space) keys(from *columns, rows []uint32) ([]feedback.Key, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.columns != from {
		return nil, feedback.Errorf(feedback.Unavailable, "the index of workspace %s was made anew meanwhile: start again", s.name)
	}
	keys := make([]feedback.Key, 0, len(rows))
	for _, row := range rows {
		if from.live.has(int(row)) {
			keys = append(keys, from.key(int(row)))
		}
	}
	return keys, nil
}
