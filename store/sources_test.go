package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"verbatim/feedback"
)

// connect stores a source as it is.
func connect(tb testing.TB, s *Store, workspace string, src feedback.Source) feedback.Source {
	tb.Helper()
	stored, err := s.PutSource(tb.Context(), workspace, src.Name, func(*feedback.Source) (feedback.Source, error) { return src, nil })
	if err != nil {
		tb.Fatal(err)
	}
	return stored
}

func TestSources(t *testing.T) {
	s, ctx := open(t), t.Context()
	shop := feedback.Source{
		Name: "shop", Kind: feedback.SurveyMonkey, Hook: "HOOK1", Survey: "nps", Secret: "s", ClientID: "c", Token: "t", BaseURL: "https://api.surveymonkey.com", KeepDays: 3,
		Mapping: feedback.SourceMapping{Score: "901", Attributes: map[string]string{"plan": "x"}},
	}
	kiosk := feedback.Source{Name: "kiosk", Kind: feedback.Generic, Hook: "HOOK2"}
	first := connect(t, s, "acme", shop)
	connect(t, s, "acme", kiosk)
	got, err := s.Sources(ctx, "acme")
	if diff := cmp.Diff([]feedback.Source{kiosk, shop}, got, cmpopts.IgnoreFields(feedback.Source{}, "CreatedAt", "UpdatedAt")); diff != "" || err != nil {
		t.Error(diff, err)
	}
	again, err := s.PutSource(ctx, "acme", "shop", func(old *feedback.Source) (feedback.Source, error) {
		changed := *old
		changed.Mapping.Comment, changed.Hook = "902", "HOOK3"
		return changed, nil
	})
	if err != nil || !again.CreatedAt.Equal(first.CreatedAt) || again.Secret != "s" {
		t.Errorf("%+v, %v", again, err)
	}
	for hook, want := range map[string]string{"HOOK3": "shop", "HOOK2": "kiosk", "HOOK1": "", "": ""} {
		workspace, src, err := s.SourceByHook(ctx, hook)
		if src.Name != want || want == "" && feedback.CodeOf(err) != feedback.NotFound || want != "" && workspace != "acme" {
			t.Errorf("%q: %s %+v, %v", hook, workspace, src, err)
		}
	}
	// Nothing crosses workspaces.
	if list, err := s.Sources(ctx, "other"); len(list) != 0 || err != nil {
		t.Error(list, err)
	}
	for _, err := range []error{s.DeleteSource(ctx, "other", "shop"), errOf(s.Source(ctx, "other", "shop")), errOf(s.Payloads(ctx, "other", "shop", "", 9, 9)), errOf(s.ReplayPayloads(ctx, "other", "shop", nil, 0))} {
		if feedback.CodeOf(err) != feedback.NotFound {
			t.Error(err)
		}
	}
	if err := s.DeleteSource(ctx, "acme", "shop"); err != nil {
		t.Error(err)
	}
	if _, err := s.Source(ctx, "acme", "shop"); feedback.CodeOf(err) != feedback.NotFound {
		t.Error(err)
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestSourceRefused(t *testing.T) {
	s := open(t)
	tests := map[string]feedback.Source{
		"no name":        {Kind: feedback.Generic, Hook: "x"},
		"no kind":        {Name: "a", Hook: "x"},
		"no hook":        {Name: "a", Kind: feedback.Generic},
		"no secret":      {Name: "a", Kind: feedback.Formbricks, Hook: "x"},
		"no client":      {Name: "a", Kind: feedback.SurveyMonkey, Hook: "x", Secret: "s", Token: "t"},
		"no token":       {Name: "a", Kind: feedback.SurveyMonkey, Hook: "x", Secret: "s", ClientID: "c"},
		"no data center": {Name: "a", Kind: feedback.Qualtrics, Hook: "x", Token: "t"},
		"kept for ever":  {Name: "a", Kind: feedback.Generic, Hook: "x", KeepDays: 31},
		"NUL":            {Name: "a", Kind: feedback.Generic, Hook: "x", Survey: "\x00"},
		"attribute":      {Name: "a", Kind: feedback.Generic, Hook: "x", Mapping: feedback.SourceMapping{Attributes: map[string]string{"": "x"}}},
	}
	for name, src := range tests {
		_, err := s.PutSource(t.Context(), "acme", src.Name, func(*feedback.Source) (feedback.Source, error) { return src, nil })
		if feedback.CodeOf(err) != feedback.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range mostSources {
		connect(t, s, "acme", feedback.Source{Name: fmt.Sprint("s", i), Kind: feedback.Generic, Hook: fmt.Sprint("h", i)})
	}
	src := feedback.Source{Name: "more", Kind: feedback.Generic, Hook: "more"}
	if _, err := s.PutSource(t.Context(), "acme", "more", func(*feedback.Source) (feedback.Source, error) { return src, nil }); feedback.CodeOf(err) != feedback.TooLarge {
		t.Error(err)
	}
}

// deliver adds a payload.
func deliver(tb testing.TB, s *Store, source, delivery, body string) int64 {
	tb.Helper()
	seq, repeated, err := s.AddPayload(tb.Context(), &feedback.Payload{Workspace: "acme", Source: source, Delivery: delivery, Media: "application/json", Body: []byte(body)})
	if err != nil || repeated {
		tb.Fatal(repeated, err)
	}
	return seq
}

func settleOne(tb testing.TB, s *Store, keep time.Duration, p feedback.Payload) {
	tb.Helper()
	p.Workspace, p.Source = "acme", "kiosk"
	if err := s.SettlePayloads(tb.Context(), []SettledPayload{{Payload: p, Keep: keep}}); err != nil {
		tb.Fatal(err)
	}
}

func TestPayloads(t *testing.T) {
	s, ctx := open(t), t.Context()
	connect(t, s, "acme", feedback.Source{Name: "kiosk", Kind: feedback.Generic, Hook: "h"})
	for i, delivery := range []string{"d1", "d2", "", "", "d5"} {
		if seq := deliver(t, s, "kiosk", delivery, fmt.Sprintf("body %d", i+1)); seq != int64(i+1) {
			t.Errorf("number %d", seq)
		}
	}
	if seq, repeated, err := s.AddPayload(ctx, &feedback.Payload{Workspace: "acme", Source: "kiosk", Delivery: "d2", Body: []byte("again")}); seq != 2 || !repeated || err != nil {
		t.Error(seq, repeated, err)
	}
	if _, _, err := s.AddPayload(ctx, &feedback.Payload{Workspace: "acme", Source: "none", Body: []byte("x")}); feedback.CodeOf(err) != feedback.NotFound {
		t.Error(err)
	}
	now := time.Now().Add(time.Second)
	due, err := s.DuePayloads(ctx, false, now, 3)
	if len(due) != 3 || err != nil || string(due[2].Body) != "body 3" || due[0].Media != "application/json" || due[0].Status != feedback.PayloadPending {
		t.Errorf("%+v, %v", due, err)
	}
	if due, err := s.DuePayloads(ctx, true, now, 3); len(due) != 0 || err != nil {
		t.Errorf("to be fetched: %+v, %v", due, err)
	}
	later := now.Add(time.Hour).UTC().Truncate(time.Millisecond)
	settleOne(t, s, 0, feedback.Payload{Seq: 1, Status: feedback.PayloadStored, Detail: "created", Response: feedback.Key{Survey: "nps", ID: "r1"}})
	settleOne(t, s, time.Hour, feedback.Payload{Seq: 2, Status: feedback.PayloadStored, Response: feedback.Key{Survey: "nps", ID: "r2"}})
	settleOne(t, s, KeepUnread, feedback.Payload{Seq: 3, Status: feedback.PayloadFailed, Detail: "no score"})
	settleOne(t, s, 0, feedback.Payload{Seq: 4, Status: feedback.PayloadPending, Attempts: 2, NextAt: later})
	settleOne(t, s, 0, feedback.Payload{Seq: 5, Status: feedback.PayloadSkipped})
	if next, err := s.NextPayload(ctx, false); err != nil || !next.Equal(later) {
		t.Error(next, err)
	}
	check := func(want string) {
		t.Helper()
		list, err := s.Payloads(ctx, "acme", "kiosk", "", 1<<40, 100)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, p := range list {
			fmt.Fprintf(&out, "%d %s %v, ", p.Seq, p.Status, p.Body != nil)
		}
		if got := out.String(); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	check("5 skipped false, 4 pending true, 3 failed true, 2 stored true, 1 stored false, ")
	if page, err := s.Payloads(ctx, "acme", "kiosk", feedback.PayloadStored, 2, 1); len(page) != 1 || err != nil || page[0].Seq != 1 || page[0].Response.ID != "r1" {
		t.Errorf("%+v, %v", page, err)
	}
	if p, err := s.Payload(ctx, "acme", "kiosk", 3); err != nil || string(p.Body) != "body 3" || p.Detail != "no score" {
		t.Errorf("%+v, %v", p, err)
	}
	if n, err := s.ReplayPayloads(ctx, "acme", "kiosk", []feedback.PayloadStatus{feedback.PayloadFailed, feedback.PayloadStored}, 3); n != 1 || err != nil {
		t.Error(n, err)
	}
	if n, err := s.ReplayPayloads(ctx, "acme", "kiosk", []feedback.PayloadStatus{feedback.PayloadFailed, feedback.PayloadStored}, 0); n != 1 || err != nil {
		t.Error(n, err) // the one whose body is still there
	}
	check("5 skipped false, 4 pending true, 3 pending true, 2 pending true, 1 stored false, ")
	settleOne(t, s, time.Hour, feedback.Payload{Seq: 2, Status: feedback.PayloadStored, Response: feedback.Key{Survey: "nps", ID: "r2"}})
	if err := s.PrunePayloads(ctx, now.Add(30*time.Minute)); err != nil {
		t.Fatal(err)
	}
	check("5 skipped false, 4 pending true, 3 pending true, 2 stored true, 1 stored false, ")
	if err := s.PrunePayloads(ctx, now.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	check("5 skipped false, 4 pending true, 3 pending true, 2 stored false, 1 stored false, ")
	if err := s.PrunePayloads(ctx, now.Add(keepTrace+time.Hour)); err != nil {
		t.Fatal(err)
	}
	check("4 pending true, 3 pending true, ")
}

// Who deletes a response deletes what it came in.
func TestDeleteErasesPayloads(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	connect(t, s, "acme", feedback.Source{Name: "kiosk", Kind: feedback.Generic, Hook: "h"})
	deliver(t, s, "kiosk", "", "SECRET-WORDS of r000001")
	a := sample(1)
	if _, err := s.Put(t.Context(), "acme", []feedback.Analysed{a}); err != nil {
		t.Fatal(err)
	}
	settleOne(t, s, time.Hour, feedback.Payload{Seq: 1, Status: feedback.PayloadStored, Response: a.Key()})
	if err := s.Delete(t.Context(), "acme", a.Key()); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Payloads(t.Context(), "acme", "kiosk", "", 9, 9); len(list) != 0 || err != nil {
		t.Errorf("%+v, %v", list, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil || bytes.Contains(data, []byte("SECRET-WORDS")) {
		t.Error("the payload is still in the file", err)
	}
}

func TestPayloadsAreBounded(t *testing.T) {
	s := open(t)
	connect(t, s, "acme", feedback.Source{Name: "kiosk", Kind: feedback.Generic, Hook: "h"})
	if err := s.write(t.Context(), "fill", 1, func(t *txn) error {
		_, err := t.exec(`INSERT INTO payloads (`+payloadColumns+`, body) WITH RECURSIVE n(i) AS (SELECT 1000000 UNION ALL SELECT i+1 FROM n LIMIT ?)
			SELECT 'acme', 'kiosk', i, '', '', 1, 0, 'failed', '', 0, 0, NULL, '', '', x'00' FROM n`, mostWaiting)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.AddPayload(t.Context(), &feedback.Payload{Workspace: "acme", Source: "kiosk", Body: []byte("x")})
	if feedback.CodeOf(err) != feedback.Unavailable {
		t.Error(err)
	}
}

func BenchmarkAddPayload(b *testing.B) {
	s := open(b)
	connect(b, s, "acme", feedback.Source{Name: "kiosk", Kind: feedback.Generic, Hook: "h"})
	body := bytes.Repeat([]byte("x"), 2000)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, _, err := s.AddPayload(b.Context(), &feedback.Payload{Workspace: "acme", Source: "kiosk", Body: body}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
