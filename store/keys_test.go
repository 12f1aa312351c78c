package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func createKey(tb testing.TB, s *Store, workspace string, scopes ...Scope) (AccessKey, string) {
	tb.Helper()
	key, secret, err := s.CreateKey(tb.Context(), workspace, NewKey{Name: "test", Scopes: scopes})
	if err != nil {
		tb.Fatal(err)
	}
	return key, secret
}

func TestKeyAuthenticates(t *testing.T) {
	dir := t.TempDir()
	s, ctx, at := openIn(t, dir), t.Context(), time.Now()
	if some, err := s.HasKeys(ctx); some || err != nil {
		t.Errorf("keys in an empty store: %v, %v", some, err)
	}
	if err := s.CreateWorkspace(ctx, "acme"); err != nil {
		t.Fatal(err)
	}
	key, secret := createKey(t, s, "acme", ScopeIngest, ScopeRead)
	if len(secret) != secretSize || !strings.HasPrefix(secret, "vb_"+key.ID+"_") {
		t.Errorf("secret %q of %s", secret, key.ID)
	}
	if some, err := s.HasKeys(ctx); !some || err != nil {
		t.Errorf("no keys: %v, %v", some, err)
	}
	got, err := s.Authenticate(ctx, secret, at)
	if err != nil || got.Workspace != "acme" || got.ID != key.ID || !got.Allows(ScopeRead) || got.Allows(ScopeAdmin) {
		t.Errorf("%+v, %v", got, err)
	}
	_, other := createKey(t, s, ws, ScopeAdmin)
	for _, wrong := range []string{
		"", "vb_", secret[:len(secret)-1], secret + "a", "vb_" + key.ID + "_" + other[len("vb_")+idLength+1:], strings.ToUpper(secret),
		"xx_" + secret[3:], secret[:3+idLength] + "-" + secret[4+idLength:], strings.Repeat("a", secretSize),
	} {
		if _, err := s.Authenticate(ctx, wrong, at); feedback.CodeOf(err) != feedback.Forbidden || wrong != "" && strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{fileName} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || bytes.Contains(content, []byte(secret[3+idLength:])) {
			t.Errorf("the secret is in %s, %v", name, err)
		}
	}
	s = openIn(t, dir)
	if got, err := s.Authenticate(ctx, secret, at); err != nil || got.ID != key.ID {
		t.Errorf("after opening again: %v", err)
	}
}

func TestKeyEnds(t *testing.T) {
	s, ctx, at := open(t), t.Context(), time.Now()
	soon := at.Add(time.Hour)
	key, secret, err := s.CreateKey(ctx, ws, NewKey{Name: "short", Scopes: []Scope{ScopeRead}, ExpiresAt: soon})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Authenticate(ctx, secret, soon.Add(-time.Second)); err != nil {
		t.Error(err)
	}
	if _, err := s.Authenticate(ctx, secret, soon); feedback.CodeOf(err) != feedback.Forbidden || !strings.Contains(err.Error(), "expired") {
		t.Errorf("expired: %v", err)
	}
	if err := s.RevokeKey(ctx, "other", key.ID); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("another workspace revokes it: %v", err)
	}
	for range 2 {
		if err := s.RevokeKey(ctx, ws, key.ID); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Authenticate(ctx, secret, at); feedback.CodeOf(err) != feedback.Forbidden || !strings.Contains(err.Error(), "revoked") {
		t.Errorf("revoked: %v", err)
	}
	if some, err := s.HasKeys(ctx); !some || err != nil {
		t.Errorf("revoking the last key opens the door: %v", err)
	}
	if _, _, err := s.RotateKey(ctx, ws, key.ID, 0); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("a revoked key is rotated: %v", err)
	}
	list, err := s.Keys(ctx, ws)
	if err != nil || len(list) != 1 || list[0].RevokedAt.IsZero() || !list[0].ExpiresAt.Equal(soon.Truncate(time.Millisecond)) {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestKeyRotates(t *testing.T) {
	s, ctx := open(t), t.Context()
	key, first := createKey(t, s, ws, ScopeAdmin)
	rotated, second, err := s.RotateKey(ctx, ws, key.ID, time.Hour)
	if err != nil || rotated.ID != key.ID || second == first || rotated.OldSecretUntil.IsZero() {
		t.Fatalf("%+v, %v", rotated, err)
	}
	until := rotated.OldSecretUntil
	works := func(secret string, at time.Time, want bool) {
		t.Helper()
		if _, err := s.Authenticate(ctx, secret, at); (err == nil) != want {
			t.Errorf("works: %v, want %v", err, want)
		}
	}
	works(first, until.Add(-time.Millisecond), true)
	works(first, until, false)
	works(second, until.Add(time.Hour), true)
	_, third, err := s.RotateKey(ctx, ws, key.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Add(time.Second)
	works(first, now, false)
	works(second, now, false)
	works(third, now, true)
	for _, c := range []struct {
		workspace, id string
		overlap       time.Duration
		want          feedback.Code
	}{{"other", key.ID, 0, feedback.NotFound}, {ws, "none", 0, feedback.NotFound}, {ws, key.ID, -1, feedback.Invalid}, {ws, key.ID, MaxOverlap + 1, feedback.Invalid}} {
		if _, secret, err := s.RotateKey(ctx, c.workspace, c.id, c.overlap); feedback.CodeOf(err) != c.want || secret != "" {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestKeyUseIsWrittenOnceAMinute(t *testing.T) {
	s, ctx := open(t), t.Context()
	_, secret := createKey(t, s, ws, ScopeRead)
	used := func() time.Time {
		t.Helper()
		list, err := s.Keys(ctx, ws)
		if err != nil {
			t.Fatal(err)
		}
		return list[0].LastUsedAt
	}
	if !used().IsZero() {
		t.Error("used before it was")
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ at, want time.Time }{
		{at, at},
		{at.Add(59 * time.Second), at},
		{at.Add(time.Minute), at.Add(time.Minute)},
		{at, at.Add(time.Minute)},
	} {
		if _, err := s.Authenticate(ctx, secret, c.at); err != nil {
			t.Fatal(err)
		}
		if got := used(); !got.Equal(c.want) {
			t.Errorf("at %v: %v, want %v", c.at, got, c.want)
		}
	}
}

func TestKeyRefused(t *testing.T) {
	s, ctx := open(t), t.Context()
	good := []Scope{ScopeRead}
	for name, c := range map[string]struct {
		workspace string
		key       NewKey
		want      feedback.Code
	}{
		"no name":          {ws, NewKey{Scopes: good}, feedback.Invalid},
		"NUL":              {ws, NewKey{Name: "a\x00", Scopes: good}, feedback.Invalid},
		"long name":        {ws, NewKey{Name: strings.Repeat("x", 201), Scopes: good}, feedback.TooLarge},
		"no scope":         {ws, NewKey{Name: "a"}, feedback.Invalid},
		"unknown scope":    {ws, NewKey{Name: "a", Scopes: []Scope{"root"}}, feedback.Invalid},
		"scope twice":      {ws, NewKey{Name: "a", Scopes: []Scope{ScopeRead, ScopeRead}}, feedback.Invalid},
		"expired":          {ws, NewKey{Name: "a", Scopes: good, ExpiresAt: time.Unix(1, 0)}, feedback.Invalid},
		"no workspace":     {"typo", NewKey{Name: "a", Scopes: good}, feedback.NotFound},
		"bad workspace":    {"A B", NewKey{Name: "a", Scopes: good}, feedback.Invalid},
		"workspace of SQL": {"'", NewKey{Name: "a", Scopes: good}, feedback.Invalid},
	} {
		if _, secret, err := s.CreateKey(ctx, c.workspace, c.key); feedback.CodeOf(err) != c.want || secret != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if some, err := s.HasKeys(ctx); some || err != nil {
		t.Errorf("a refused key is there: %v", err)
	}
}

func TestKeysAreBounded(t *testing.T) {
	s, ctx := open(t), t.Context()
	first, _ := createKey(t, s, ws, ScopeRead)
	fill := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
		INSERT INTO access_keys (workspace, id, name, scopes, hash, created_at) SELECT 'default', 'k' || i, 'x', 'read', x'00', 0 FROM n`
	if _, err := s.writer.ExecContext(ctx, fill); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.CreateKey(ctx, ws, NewKey{Name: "one more", Scopes: []Scope{ScopeRead}}); feedback.CodeOf(err) != feedback.TooLarge {
		t.Errorf("key 1,001: %v", err)
	}
	if _, err := s.writer.ExecContext(ctx, "UPDATE access_keys SET revoked_at = 1 WHERE id = ?", first.ID); err != nil {
		t.Fatal(err)
	}
	createKey(t, s, ws, ScopeRead) // in place of the one that was revoked long ago
	if list, err := s.Keys(ctx, ws); err != nil || len(list) != 1000 {
		t.Errorf("%d keys, %v", len(list), err)
	}
}

func TestCreateWorkspace(t *testing.T) {
	s, ctx := open(t), t.Context()
	if err := s.CreateWorkspace(ctx, "acme"); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]feedback.Code{"acme": feedback.Conflict, "A": feedback.Invalid, "": feedback.Invalid} {
		if err := s.CreateWorkspace(ctx, name); feedback.CodeOf(err) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
	if names, err := s.Workspaces(ctx); err != nil || !cmp.Equal(names, []string{"acme"}) {
		t.Errorf("%v, %v", names, err)
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	s := open(b)
	var secret string
	for range 100 {
		_, secret = createKey(b, s, ws, ScopeRead)
	}
	at := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Authenticate(b.Context(), secret, at); err != nil {
			b.Fatal(err)
		}
	}
}
