package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"time"

	"verbatim/feedback"
)

// How long sessions and links work.
const (
	SessionIdle = 12 * time.Hour     // since it was last used
	SessionLife = 7 * 24 * time.Hour // since the log-in
	LinkLife    = 7 * 24 * time.Hour
)

const (
	mostSessions = 20 // of a person; a log-in more ends the oldest
	maxClient    = 100
	tokenBytes   = 32
	tokenLength  = (tokenBytes*8 + 5) / 6
)

// Session is a log-in of a person in a browser.
type Session struct {
	ID        string
	Client    string // which browser, for people
	CreatedAt time.Time
	UsedAt    time.Time // within a minute
}

const (
	sessionColumns = `s.id, s.client, s.created_at, s.used_at`
	selectSession  = `SELECT ` + personColumns + `, ` + sessionColumns + ` FROM sessions s JOIN people p ON p.workspace = s.workspace AND p.id = s.person
		WHERE s.hash = ? AND s.created_at > ? AND s.used_at > ?`
	selectSessions = `SELECT ` + sessionColumns + ` FROM sessions s WHERE s.created_at > ? AND s.used_at > ? AND s.workspace = ? AND s.person = ? ORDER BY s.created_at DESC, s.id`
	insertSession  = `INSERT INTO sessions (workspace, person, id, hash, client, created_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?)`
	touchSession   = `UPDATE sessions SET used_at = max(used_at, ?) WHERE hash = ?`
	dropOld        = `DELETE FROM sessions WHERE created_at <= ? OR used_at <= ?`
	dropMany       = `DELETE FROM sessions WHERE workspace = ? AND person = ? AND id NOT IN
		(SELECT id FROM sessions WHERE workspace = ? AND person = ? ORDER BY created_at DESC, id LIMIT ?)`
	endSession      = `DELETE FROM sessions WHERE workspace = ? AND person = ? AND id = ?`
	endSessions     = `DELETE FROM sessions WHERE workspace = ? AND person = ?`
	seePerson       = `UPDATE people SET seen_at = ? WHERE workspace = ? AND id = ?`
	setPassword     = `UPDATE people SET hash = ? WHERE workspace = ? AND id = ?`
	replacePassword = `UPDATE people SET hash = ? WHERE workspace = ? AND id = ? AND hash = ?`
	upsertLink      = `INSERT INTO links (workspace, person, hash, until) VALUES (?, ?, ?, ?)
		ON CONFLICT (workspace, person) DO UPDATE SET hash = excluded.hash, until = excluded.until`
	selectLink       = `SELECT workspace, person FROM links WHERE hash = ? AND until > ?`
	dropLink         = `DELETE FROM links WHERE hash = ?`
	dropEverySession = `DELETE FROM sessions`
	dropEveryLink    = `DELETE FROM links`
	dropLinks        = `DELETE FROM links WHERE workspace = ? AND person = ?`
)

// newToken makes a secret of 256 bits for a cookie or a link. Plain SHA-256 protects so many, as it does secrets of keys.
func newToken() string {
	var random [tokenBytes]byte
	_, _ = rand.Read(random[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// sessionBounds are after when a link must end, and a session have begun and been used, to work at a time.
func sessionBounds(at time.Time) []any {
	return []any{at.UnixMilli(), at.Add(-SessionLife).UnixMilli(), at.Add(-SessionIdle).UnixMilli()}
}

// errLogIn says nothing about whether there is such an account.
func errLogIn() *feedback.Error {
	return feedback.Errorf(feedback.Forbidden, "address and password do not fit together")
}

// LogIn begins a session of the account with the address and the password in a browser, and returns the token for its
// cookie, which is kept nowhere. It fails with [feedback.Forbidden] when they do not fit, in a time that does not depend on
// whether there is such an account.
func (s *Store) LogIn(ctx context.Context, workspace, email, password, client string) (p Person, token string, err error) {
	email, _ = NormalEmail(email)
	p, hash, err := s.findPerson(ctx, selectByEmail, workspace, email)
	if err != nil && feedback.CodeOf(err) != feedback.NotFound && feedback.CodeOf(err) != feedback.Invalid {
		return p, "", err
	}
	if len(password) > mostPassword {
		password = "" // that long none is
	}
	fits, err := s.fits(ctx, password, hash)
	if err != nil {
		return Person{}, "", err
	}
	if !fits {
		return Person{}, "", errLogIn()
	}
	token = newToken()
	err = s.write(WithActor(ctx, p.ID), "log in", 1, func(t *txn) error {
		// The password may have changed and the account gone meanwhile.
		if same, err := t.exec(replacePassword, hash, workspace, p.ID, hash); err != nil || same == 0 {
			return cmp.Or[error](err, errLogIn())
		}
		return t.begin(workspace, p.ID, token, client)
	})
	if err != nil {
		return Person{}, "", err
	}
	return p, token, nil
}

// begin begins a session, and forgets those that have expired or are too many.
func (t *txn) begin(workspace, person, token, client string) error {
	bounds := sessionBounds(time.UnixMilli(t.at))
	if _, err := t.exec(dropOld, bounds[1], bounds[2]); err != nil {
		return err
	}
	if _, err := t.exec(dropMany, workspace, person, workspace, person, mostSessions-1); err != nil {
		return err
	}
	id := strings.ToLower(rand.Text()[:16])
	if _, err := t.exec(insertSession, workspace, person, id, hashOf(token), cutText(client, maxClient), t.at, t.at); err != nil {
		return err
	}
	if _, err := t.exec(seePerson, t.at, workspace, person); err != nil {
		return err
	}
	return t.audit(workspace, "log-in", person)
}

// cutText cuts a text that comes from outside to what a column takes.
func cutText(text string, most int) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}

// Session returns whose session a token is of, and notes at most once a minute that it was used; if that fails nobody is
// kept out for it. A [feedback.Forbidden] error says that there is none that works at that time.
func (s *Store) Session(ctx context.Context, token string, at time.Time) (p Person, session Session, err error) {
	if len(token) != tokenLength {
		return p, session, feedback.Errorf(feedback.Forbidden, "there is no such session")
	}
	hash := hashOf(token)
	bounds := sessionBounds(at)
	rows, err := s.reads.query(ctx, selectSession, append(sessionBounds(at), hash, bounds[1], bounds[2])...)
	if err == nil {
		err = eachRow(rows, func(values []any) error {
			p, _ = readPerson(values)
			session = readSession(values[10:])
			return nil
		})
	}
	if err != nil {
		return p, session, s.fail("session", err)
	}
	if p.ID == "" {
		return p, session, feedback.Errorf(feedback.Forbidden, "there is no such session")
	}
	if at.Sub(session.UsedAt) >= touchEvery {
		_ = s.write(ctx, "touch session", 1, func(t *txn) error {
			_, err := t.exec(touchSession, at.UnixMilli(), hash)
			return err
		})
	}
	return p, session, nil
}

func readSession(values []any) Session {
	return Session{ID: text(values[0]), Client: text(values[1]), CreatedAt: moment(number(values[2])), UsedAt: moment(number(values[3]))}
}

// Sessions returns the sessions of a person that have not expired, the newest first.
func (s *Store) Sessions(ctx context.Context, workspace, person string) ([]Session, error) {
	var list []Session
	bounds := sessionBounds(time.UnixMilli(now()))
	err := s.read(ctx, "sessions", workspace, selectSessions, []any{bounds[1], bounds[2], workspace, person}, func(values []any) error {
		list = append(list, readSession(values))
		return nil
	})
	return list, err
}

// EndSession ends a session of a person; one that is not there is ended already.
func (s *Store) EndSession(ctx context.Context, workspace, person, id string) error {
	return s.changePerson(ctx, "end session", workspace, person, func(t *txn, _ *Person) error {
		_, err := t.exec(endSession, workspace, person, id)
		return err
	})
}

// EndSessions ends all sessions of a person.
func (s *Store) EndSessions(ctx context.Context, workspace, person string) error {
	return s.changePerson(ctx, "end sessions", workspace, person, func(t *txn, _ *Person) error {
		if _, err := t.exec(endSessions, workspace, person); err != nil {
			return err
		}
		return t.audit(workspace, "end-sessions", person)
	})
}

// endAll ends all sessions and links: those of a backup may have been ended since.
func (s *Store) endAll(ctx context.Context) error {
	return s.write(ctx, "end sessions", 1, func(t *txn) error {
		if _, err := t.exec(dropEverySession); err != nil {
			return err
		}
		_, err := t.exec(dropEveryLink)
		return err
	})
}

// ChangePassword gives a person who knows the old password a new one, ends all their sessions and begins another, whose
// token it returns. It fails with [feedback.Forbidden] for a wrong old password and [feedback.Invalid] for the new one.
func (s *Store) ChangePassword(ctx context.Context, workspace, id, old, password, client string) (token string, err error) {
	p, before, err := s.findPerson(ctx, selectPerson, workspace, id)
	if err != nil {
		return "", err
	}
	if err := checkPassword(password, p.Email); err != nil {
		return "", err
	}
	if fits, err := s.fits(ctx, old[:min(len(old), mostPassword+1)], before); err != nil || !fits {
		return "", cmp.Or[error](err, feedback.Errorf(feedback.Forbidden, "the old password is wrong"))
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return "", err
	}
	token = newToken()
	err = s.write(ctx, "change password", 1, func(t *txn) error {
		if same, err := t.exec(replacePassword, hash, workspace, id, before); err != nil || same == 0 {
			return cmp.Or[error](err, feedback.Errorf(feedback.Conflict, "the password was changed meanwhile"))
		}
		return t.renewed(workspace, id, func() error { return t.begin(workspace, id, token, client) })
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// renewed ends what an old password had opened, the link that would set another included, and goes on.
func (t *txn) renewed(workspace, id string, then func() error) error {
	if _, err := t.exec(endSessions, workspace, id); err != nil {
		return err
	}
	if _, err := t.exec(dropLinks, workspace, id); err != nil {
		return err
	}
	if err := t.audit(workspace, "set-password", id); err != nil {
		return err
	}
	return then()
}

// NewLink makes a link that sets the password of a person, in place of one that was made before, and returns its token.
// The old password works until the link is used.
func (s *Store) NewLink(ctx context.Context, workspace, id string) (link string, err error) {
	link = newToken()
	err = s.changePerson(ctx, "make link", workspace, id, func(t *txn, _ *Person) error {
		if err := t.link(workspace, id, link); err != nil {
			return err
		}
		return t.audit(workspace, "make-link", id)
	})
	if err != nil {
		return "", err
	}
	return link, nil
}

func (t *txn) link(workspace, person, link string) error {
	_, err := t.exec(upsertLink, workspace, person, hashOf(link), t.at+LinkLife.Milliseconds())
	return err
}

// errLink says that a link does not work, whatever the reason.
func errLink() *feedback.Error {
	return feedback.Errorf(feedback.NotFound, "the link was used already, or has expired")
}

// Linked returns whose password a link sets at a time; it fails with [feedback.NotFound] when it sets none.
func (s *Store) Linked(ctx context.Context, link string, at time.Time) (Person, error) {
	var workspace, person string
	rows, err := s.reads.query(ctx, selectLink, hashOf(link), at.UnixMilli())
	if err == nil {
		err = eachRow(rows, func(values []any) error {
			workspace, person = text(values[0]), text(values[1])
			return nil
		})
	}
	if err != nil {
		return Person{}, s.fail("link", err)
	}
	if person == "" {
		return Person{}, errLink()
	}
	return s.Person(ctx, workspace, person)
}

// UseLink sets the password of whom a link is for, and ends the link and all their sessions. It fails with
// [feedback.NotFound] when the link does not work at that time, and with [feedback.Invalid] for the password.
func (s *Store) UseLink(ctx context.Context, link, password string, at time.Time) (Person, error) {
	p, err := s.Linked(ctx, link, at)
	if err != nil {
		return p, err
	}
	if err := checkPassword(password, p.Email); err != nil {
		return p, err
	}
	hash, err := s.hashPassword(ctx, password)
	if err != nil {
		return p, err
	}
	err = s.write(WithActor(ctx, p.ID), "use link", 1, func(t *txn) error {
		if used, err := t.exec(dropLink, hashOf(link)); err != nil || used == 0 {
			return cmp.Or[error](err, errLink())
		}
		if _, err := t.exec(setPassword, hash, p.Workspace, p.ID); err != nil {
			return err
		}
		return t.renewed(p.Workspace, p.ID, func() error { return nil })
	})
	return p, err
}
