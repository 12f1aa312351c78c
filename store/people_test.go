package store

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

const goodPassword = "nine blue herons"

// member adds a person with a password.
func member(tb testing.TB, s *Store, workspace, email string, role Role) Person {
	tb.Helper()
	p, link, err := s.AddPerson(tb.Context(), workspace, NewPerson{Email: email, Name: "N", Role: role})
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := s.UseLink(tb.Context(), link, goodPassword, time.Now()); err != nil {
		tb.Fatal(err)
	}
	return p
}

func logIn(tb testing.TB, s *Store, email string) string {
	tb.Helper()
	_, token, err := s.LogIn(tb.Context(), ws, email, goodPassword, "Firefox")
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

func TestPersonLogsIn(t *testing.T) {
	dir := t.TempDir()
	s, ctx := openIn(t, dir), t.Context()
	if some, err := s.Guarded(ctx); some || err != nil {
		t.Errorf("an empty store is guarded: %v", err)
	}
	p, link, err := s.AddPerson(ctx, ws, NewPerson{Email: "  Anna@Example.ORG ", Name: "Anna", Role: Admin})
	if err != nil || p.Email != "anna@example.org" || p.Active || p.LinkUntil.IsZero() || len(link) != tokenLength {
		t.Fatalf("%+v %v", p, err)
	}
	if some, err := s.Guarded(ctx); !some || err != nil {
		t.Errorf("an account does not guard: %v", err)
	}
	refused := func(email, password string) {
		t.Helper()
		if _, token, err := s.LogIn(ctx, ws, email, password, ""); feedback.CodeOf(err) != feedback.Forbidden || token != "" {
			t.Errorf("%q %q: %v", email, password, err)
		}
	}
	refused("anna@example.org", "")
	if who, err := s.Linked(ctx, link, time.Now()); err != nil || who.ID != p.ID {
		t.Errorf("%+v %v", who, err)
	}
	if _, err := s.UseLink(ctx, link, goodPassword, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UseLink(ctx, link, goodPassword+"x", time.Now()); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("a link works twice: %v", err)
	}
	refused("anna@example.org", goodPassword+"x")
	refused("nobody@example.org", goodPassword)
	refused("anna@example.org", strings.Repeat("x", 1<<20))
	who, token, err := s.LogIn(ctx, ws, "ANNA@example.org", goodPassword, "Firefox, Linux")
	if err != nil || who.ID != p.ID {
		t.Fatalf("%+v %v", who, err)
	}
	got, session, err := s.Session(ctx, token, time.Now())
	if err != nil || got.ID != p.ID || got.Role != Admin || session.Client != "Firefox, Linux" || got.SeenAt.IsZero() || got.Sessions != 1 {
		t.Errorf("%+v %+v %v", got, session, err)
	}
	for _, wrong := range []string{"", "x", token[1:] + "A", strings.Repeat("A", tokenLength)} {
		if _, _, err := s.Session(ctx, wrong, time.Now()); feedback.CodeOf(err) != feedback.Forbidden {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, fileName))
	for _, secret := range []string{goodPassword, token, link} {
		if err != nil || bytes.Contains(content, []byte(secret)) {
			t.Errorf("a secret is in the file, %v", err)
		}
	}
	if !bytes.Contains(content, []byte("$argon2id$v=19$m=32768,t=3,p=1$")) {
		t.Error("the hash does not say how it was made")
	}
}

func TestSessionsEnd(t *testing.T) {
	s, ctx := open(t), t.Context()
	boss := member(t, s, ws, "boss@example.org", Admin)
	p := member(t, s, ws, "p@example.org", Viewer)
	works := func(token string, at time.Time, want bool) {
		t.Helper()
		if _, _, err := s.Session(ctx, token, at); (err == nil) != want {
			t.Errorf("works: %v, want %v", err, want)
		}
	}
	now := time.Now()
	a, b := logIn(t, s, p.Email), logIn(t, s, p.Email)
	list, err := s.Sessions(ctx, ws, p.ID)
	if err != nil || len(list) != 2 || a == b {
		t.Fatalf("%+v %v", list, err)
	}
	works(a, now.Add(SessionIdle-time.Minute), true) // and is used then
	works(a, now.Add(SessionIdle+time.Hour), true)
	works(b, now.Add(SessionIdle+time.Hour), false)
	works(a, now.Add(SessionLife+time.Hour), false)
	if err := s.EndSession(ctx, ws, boss.ID, list[0].ID); err != nil {
		t.Error(err)
	}
	if left, _ := s.Sessions(ctx, ws, p.ID); len(left) != 2 {
		t.Error("somebody else's session is ended")
	}
	for _, end := range []func() error{
		func() error { return s.EndSessions(ctx, ws, p.ID) },
		func() error { return s.SetRole(ctx, ws, p.ID, Analyst) },
		func() error {
			link, err := s.NewLink(ctx, ws, p.ID)
			if err == nil {
				_, err = s.UseLink(ctx, link, goodPassword, time.Now())
			}
			return err
		},
		func() error {
			_, err := s.ChangePassword(ctx, ws, p.ID, goodPassword, goodPassword+"2", "")
			return err
		},
	} {
		token := logIn(t, s, p.Email)
		works(token, time.Now(), true)
		if err := end(); err != nil {
			t.Error(err)
		}
		works(token, time.Now(), false)
	}
	if _, err := s.ChangePassword(ctx, ws, p.ID, goodPassword, goodPassword+"3", ""); feedback.CodeOf(err) != feedback.Forbidden {
		t.Errorf("the old password changes it: %v", err)
	}
	_, token, err := s.LogIn(ctx, ws, p.Email, goodPassword+"2", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RemovePerson(ctx, ws, p.ID); err != nil {
		t.Error(err)
	}
	works(token, time.Now(), false)
	for range mostSessions + 3 {
		token = logIn(t, s, boss.Email)
	}
	if list, err := s.Sessions(ctx, ws, boss.ID); err != nil || len(list) != mostSessions {
		t.Errorf("%d sessions, %v", len(list), err)
	}
	works(token, time.Now(), true)
}

func TestLinksEnd(t *testing.T) {
	s, ctx := open(t), t.Context()
	p, first, err := s.AddPerson(ctx, ws, NewPerson{Email: "a@example.org", Role: Admin})
	if err != nil {
		t.Fatal(err)
	}
	late := time.Now().Add(LinkLife)
	if _, err := s.UseLink(ctx, first, goodPassword, late.Add(time.Second)); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("after seven days: %v", err)
	}
	second, err := s.NewLink(ctx, ws, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.UseLink(ctx, first, goodPassword, time.Now()); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("the link before works: %v", err)
	}
	if _, err := s.UseLink(ctx, second, "short", time.Now()); feedback.CodeOf(err) != feedback.Invalid || strings.Contains(err.Error(), "short") {
		t.Errorf("a short password: %v", err)
	}
	if _, err := s.UseLink(ctx, second, goodPassword, late.Add(-time.Minute)); err != nil {
		t.Error(err)
	}
}

func TestLastAdminStays(t *testing.T) {
	s, ctx := open(t), t.Context()
	if _, _, err := s.AddPerson(ctx, ws, NewPerson{Email: "v@example.org", Role: Viewer}); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("a first viewer: %v", err)
	}
	boss := member(t, s, ws, "boss@example.org", Admin)
	invited, _, err := s.AddPerson(ctx, ws, NewPerson{Email: "new@example.org", Role: Admin})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RemovePerson(ctx, ws, boss.ID); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("an admin without a password stands in: %v", err)
	}
	if err := s.SetRole(ctx, ws, boss.ID, Viewer); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("the last admin is demoted: %v", err)
	}
	if err := s.RemovePerson(ctx, ws, invited.ID); err != nil {
		t.Error(err)
	}
	other := member(t, s, ws, "other@example.org", Admin)
	if err := s.SetRole(ctx, ws, boss.ID, Viewer); err != nil {
		t.Error(err)
	}
	if err := s.RemovePerson(ctx, ws, other.ID); feedback.CodeOf(err) != feedback.Conflict {
		t.Errorf("the last admin is removed: %v", err)
	}
}

func TestPeopleBelongToTheirWorkspace(t *testing.T) {
	s, ctx := open(t), t.Context()
	if err := s.CreateWorkspace(ctx, "acme"); err != nil {
		t.Fatal(err)
	}
	p := member(t, s, ws, "p@example.org", Admin)
	member(t, s, "acme", "p@example.org", Admin) // the same address, another account
	for name, err := range map[string]error{
		"role": s.SetRole(ctx, "acme", p.ID, Viewer), "remove": s.RemovePerson(ctx, "acme", p.ID), "sessions": s.EndSessions(ctx, "acme", p.ID),
		"link": func() error { _, err := s.NewLink(ctx, "acme", p.ID); return err }(),
	} {
		if feedback.CodeOf(err) != feedback.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := s.People(ctx, "acme"); err != nil || len(list) != 1 || list[0].ID == p.ID {
		t.Errorf("%+v %v", list, err)
	}
	if _, _, err := s.LogIn(ctx, "typo", "p@example.org", goodPassword, ""); feedback.CodeOf(err) != feedback.Forbidden {
		t.Errorf("another workspace: %v", err)
	}
}

func TestPersonRefused(t *testing.T) {
	s, ctx := open(t), t.Context()
	member(t, s, ws, "there@example.org", Admin)
	for name, c := range map[string]struct {
		workspace string
		person    NewPerson
		want      feedback.Code
	}{
		"no address": {ws, NewPerson{Role: Viewer}, feedback.Invalid}, "no at": {ws, NewPerson{Email: "a.example", Role: Viewer}, feedback.Invalid},
		"space": {ws, NewPerson{Email: "a b@x.org", Role: Viewer}, feedback.Invalid}, "NUL": {ws, NewPerson{Email: "a\x00@x.org", Role: Viewer}, feedback.Invalid},
		"two": {ws, NewPerson{Email: "a@x.org,b@x.org", Role: Viewer}, feedback.Invalid}, "long": {ws, NewPerson{Email: strings.Repeat("a", 250) + "@x.org", Role: Viewer}, feedback.Invalid},
		"role": {ws, NewPerson{Email: "a@x.org", Role: "root"}, feedback.Invalid}, "twice": {ws, NewPerson{Email: "THERE@example.org", Role: Viewer}, feedback.Conflict},
		"no workspace": {"typo", NewPerson{Email: "a@x.org", Role: Admin}, feedback.NotFound}, "long name": {ws, NewPerson{Email: "a@x.org", Name: strings.Repeat("x", 201), Role: Viewer}, feedback.TooLarge},
	} {
		if _, link, err := s.AddPerson(ctx, c.workspace, c.person); feedback.CodeOf(err) != c.want || link != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	for password, want := range map[string]PasswordFault{
		"": PasswordShort, "elevenchars": PasswordShort, "twelve chars": PasswordFine, "пароль такой": PasswordFine, strings.Repeat("ab cde fgh ij", 20): PasswordLong,
		"aaaaaaaaaaaa": PasswordCommon, "abcabcabcabcab": PasswordCommon, "Password1234": PasswordCommon, "verbatimverbatim": PasswordCommon,
		"Anna@example.org": PasswordCommon, "四字密码四字密码很长吧": PasswordShort, "salasana12345": PasswordCommon,
	} {
		if got := CheckPassword(password, "anna@example.org"); got != want {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
}

// However many log in at once, only so many passwords are hashed at a time.
func TestHashingIsBounded(t *testing.T) {
	s := open(t)
	member(t, s, ws, "p@example.org", Admin)
	for range hashesAtOnce {
		s.hashing <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		waiting.Go(func() { _, _, results[i] = s.LogIn(ctx, ws, fmt.Sprintf("p%d@example.org", i), goodPassword, "") })
	}
	cancel()
	waiting.Wait()
	for _, err := range results {
		if err == nil || feedback.CodeOf(err) == feedback.Forbidden {
			t.Errorf("hashed without a place: %v", err)
		}
	}
	for range hashesAtOnce {
		<-s.hashing
	}
	logIn(t, s, "p@example.org")
}

// A backup brings accounts back, but no session and no link: they may have been ended since.
func TestRestoreEndsSessions(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := openIn(t, dir)
	p := member(t, s, ws, "p@example.org", Admin)
	token := logIn(t, s, p.Email)
	link, err := s.NewLink(ctx, ws, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	file, to := filepath.Join(t.TempDir(), "backup.db"), t.TempDir()
	if err := Backup(ctx, dir, file); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, file, to, RestoreOptions{}, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	restored := openIn(t, to)
	if _, _, err := restored.Session(ctx, token, time.Now()); feedback.CodeOf(err) != feedback.Forbidden {
		t.Errorf("a session works: %v", err)
	}
	if _, err := restored.Linked(ctx, link, time.Now()); feedback.CodeOf(err) != feedback.NotFound {
		t.Errorf("a link works: %v", err)
	}
	logIn(t, restored, p.Email)
}

func TestChangesOfPeopleAreAudited(t *testing.T) {
	s, ctx := open(t), t.Context()
	boss := member(t, s, ws, "boss@example.org", Admin)
	ctx = WithActor(ctx, boss.ID)
	p, _, err := s.AddPerson(ctx, ws, NewPerson{Email: "p@example.org", Role: Viewer})
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.CreateWebhook(ctx, ws, Webhook{URL: "https://example.org", Events: []WebhookEvent{ResponseAnalysed}})
	for _, err := range []error{
		err, s.SetRole(ctx, ws, p.ID, Analyst), s.RemovePerson(ctx, ws, p.ID), s.SetRetention(ctx, ws, []Retention{{"", 30}}),
		s.DisableWebhook(ctx, ws, w.ID), s.DisableWebhook(ctx, ws, w.ID), s.DeleteWebhook(ctx, ws, w.ID),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	entries, err := s.Audit(ctx, ws, 0, 7)
	for _, e := range entries {
		if e.Actor != boss.ID {
			t.Errorf("%+v", e)
		}
		got = append(got, e.Action+" "+e.Object)
	}
	want := []string{
		"delete-webhook " + w.ID, "disable-webhook " + w.ID, "set-retention ", "remove-person " + p.ID + " p@example.org", "set-role " + p.ID + " analyst",
		"create-webhook " + w.ID, "add-person " + p.ID + " p@example.org",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%s %v", diff, err)
	}
	only, err := s.AuditOf(ctx, ws, "set-role", 0, 10)
	if err != nil || len(only) != 1 {
		t.Errorf("%+v %v", only, err)
	}
	if actions, err := s.AuditActions(ctx, ws); err != nil || len(actions) != 8 {
		t.Errorf("%v %v", actions, err)
	}
}

func TestExpiringCountsWhatExpireErases(t *testing.T) {
	s, ctx := open(t), t.Context()
	put(t, s, Created, samples(40)...)
	undated := sample(50)
	undated.Survey, undated.SubmittedAt, undated.UpdatedAt = "other", time.Time{}, time.Time{}
	put(t, s, Created, undated)
	list := []Retention{{"", 10}, {"nps", 400}}
	if err := s.SetRetention(ctx, ws, list); err != nil {
		t.Fatal(err)
	}
	for _, moment := range []time.Time{start, start.AddDate(0, 0, 400).Add(20 * time.Minute), time.Now().AddDate(2, 0, 0)} {
		expected, err := s.Expiring(ctx, ws, list, moment)
		if err != nil || len(expected) == 0 {
			t.Fatal(expected, err)
		}
		due := 0
		for _, e := range expected {
			due += e.Due
		}
		gone, _, err := s.Expire(ctx, ws, moment)
		if err != nil || gone.Gone["responses"] != due {
			t.Errorf("%v: %d are gone, %d were due: %v", moment, gone.Gone["responses"], due, err)
		}
	}
}
