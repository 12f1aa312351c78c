package web

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"verbatim/api"
	"verbatim/feedback"
	"verbatim/report"
)

// mostKept is how many values are kept: pages of one visit share them.
const mostKept = 64

// documents keep what was counted, for as long as nothing changes: their keys hold the number of the last change.
type documents struct {
	mu     sync.Mutex
	flight singleflight.Group
	values map[string]any
	order  []string // the oldest first
}

func newDocuments() *documents { return &documents{values: map[string]any{}} }

// keep returns what is kept under the key, or computes it, once however many ask at the same time.
func keep[T any](ctx context.Context, d *documents, key string, compute func(ctx context.Context) (T, error)) (T, error) {
	d.mu.Lock()
	value, ok := d.values[key].(T)
	d.mu.Unlock()
	if ok {
		return value, nil
	}
	made, err, _ := d.flight.Do(key, func() (any, error) { return compute(context.WithoutCancel(ctx)) })
	if err != nil {
		var none T
		return none, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, there := d.values[key]; !there {
		d.order = append(d.order, key)
	}
	d.values[key] = made
	if len(d.order) > mostKept {
		delete(d.values, d.order[0])
		d.order = d.order[1:]
	}
	value, _ = made.(T)
	return value, nil
}

// key names a value of the moment: kind, workspace, last change, filter.
func (v *visit) key(kind string, f *feedback.Filter) string {
	return strings.Join(append([]string{kind, v.workspace, strconv.FormatInt(v.p.Index.Seq(v.ctx, v.workspace), 10)}, f.Conditions()...), "\x00")
}

// document is the ranking of what the filter chooses, with its trend.
func (v *visit) document(f feedback.Filter) (*report.Document, error) {
	return keep(v.ctx, v.p.documents, v.key("document", &f), func(ctx context.Context) (*report.Document, error) {
		return api.Document(ctx, v.p.source, v.workspace, f, api.DocumentOptions{Around: true, Segments: []string{}})
	})
}
