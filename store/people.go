package store

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"
	"unicode"

	"verbatim/feedback"
)

// Role is what a person may do with the pages of a workspace; each may also do what those before it may.
type Role string

// The roles.
const (
	Viewer  Role = "viewer"  // reads
	Analyst Role = "analyst" // corrects, imports, saves searches, edits themes
	Admin   Role = "admin"   // settings: people, keys, webhooks, retention
)

// Roles lists the roles, the least first.
var Roles = []Role{Viewer, Analyst, Admin}

// Allows reports whether whoever has the role may do what takes another.
func (r Role) Allows(need Role) bool {
	return slices.Contains(Roles, need) && slices.Index(Roles, r) >= slices.Index(Roles, need)
}

// Person is an account of a workspace. Times have milliseconds and are zero when it has not happened.
type Person struct {
	ID        string    `json:"id"`
	Workspace string    `json:"workspace"`
	Email     string    `json:"email"` // in lower case; what they log in with
	Name      string    `json:"name"`
	Role      Role      `json:"role"`
	Active    bool      `json:"active"` // a password is set
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at,omitzero"`    // the last log-in
	LinkUntil time.Time `json:"link_until,omitzero"` // until then a link that was made for them works
	Sessions  int       `json:"sessions"`            // that have not expired
}

// NewPerson says whom to invite.
type NewPerson struct {
	Email, Name string
	Role        Role
}

// Limits of people.
const (
	mostPeople = 1000 // in a workspace
	maxEmail   = 254
)

const (
	personColumns = `p.id, p.workspace, p.email, p.name, p.role, p.hash, p.created_at, p.seen_at,
		(SELECT until FROM links l WHERE l.workspace = p.workspace AND l.person = p.id AND l.until > ?),
		(SELECT count(*) FROM sessions s WHERE s.workspace = p.workspace AND s.person = p.id AND s.created_at > ? AND s.used_at > ?)`
	selectPeople  = `SELECT ` + personColumns + ` FROM people p WHERE p.workspace = ? ORDER BY p.email`
	selectPerson  = `SELECT ` + personColumns + ` FROM people p WHERE p.workspace = ? AND p.id = ?`
	selectByEmail = `SELECT ` + personColumns + ` FROM people p WHERE p.workspace = ? AND p.email = ?`
	somePeople    = `SELECT 1 FROM people LIMIT 1`
	countPeople   = `SELECT count(*) FROM people WHERE workspace = ?`
	countAdmins   = `SELECT count(*) FROM people WHERE workspace = ? AND id <> ? AND role = 'admin' AND (hash <> '' OR ?)`
	insertPerson  = `INSERT INTO people (workspace, id, email, name, role, hash, created_at) VALUES (?, ?, ?, ?, ?, '', ?)`
	updateRole    = `UPDATE people SET role = ? WHERE workspace = ? AND id = ?`
	deletePerson  = `DELETE FROM people WHERE workspace = ? AND id = ?`
)

// Why an account cannot be made, changed or removed, for whoever words it anew.
var (
	ErrTaken      = feedback.Errorf(feedback.Conflict, "there is an account with this address already")
	ErrFirstAdmin = feedback.Errorf(feedback.Conflict, "the first account must be an admin: nobody could invite others else")
	ErrLastAdmin  = feedback.Errorf(feedback.Conflict, "this is the last admin: make somebody else admin first")
)

// NormalEmail is an e-mail address as accounts have it: in lower case, without space around. ok is false for what is none.
func NormalEmail(address string) (email string, ok bool) {
	email = strings.ToLower(strings.TrimSpace(address))
	at := strings.LastIndexByte(email, '@')
	odd := func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune(`<>,;"\()[]`, r)
	}
	ok = at > 0 && at < len(email)-1 && len(email) <= maxEmail && !strings.ContainsFunc(email, odd) && strings.Count(email, "@") == 1
	return email, ok
}

// HasPeople reports whether any workspace has an account. There is one from the first on, since the last admin cannot be
// removed.
func (s *Store) HasPeople(ctx context.Context) (bool, error) {
	return s.people.get("", func() (some bool, err error) {
		rows, err := s.reads.query(context.WithoutCancel(ctx), somePeople)
		if err == nil {
			err = eachRow(rows, func([]any) error { some = true; return nil })
		}
		return some, s.fail("people", err)
	})
}

// Guarded reports whether there is a key or an account: from the first of either on nobody is let in without.
func (s *Store) Guarded(ctx context.Context) (bool, error) {
	keys, err := s.HasKeys(ctx)
	if keys || err != nil {
		return keys, err
	}
	return s.HasPeople(ctx)
}

// AddPerson makes an account and returns it with the token of the link that sets its password, which is kept nowhere. It
// fails with [feedback.Invalid] for a bad field, [feedback.Conflict] when the workspace has an account of the address or
// would have none of an admin, [feedback.NotFound] when there is no such workspace (the default one is made if need be), and
// [feedback.TooLarge] past 1,000 accounts.
func (s *Store) AddPerson(ctx context.Context, workspace string, n NewPerson) (person Person, link string, err error) {
	if err := validWorkspace(workspace); err != nil {
		return person, "", err
	}
	if err := n.normalise(); err != nil {
		return person, "", err
	}
	id, link := "ac_"+strings.ToLower(rand.Text()[:16]), newToken()
	err = s.write(ctx, "add person", 1, func(t *txn) error {
		if err := t.roomForPerson(workspace, &n); err != nil {
			return err
		}
		if _, err := t.enter(workspace); err != nil {
			return err
		}
		if _, err := t.exec(insertPerson, workspace, id, n.Email, n.Name, string(n.Role), t.at); err != nil {
			return err
		}
		if err := t.link(workspace, id, link); err != nil {
			return err
		}
		if person, err = t.person(selectPerson, workspace, id); err != nil {
			return err
		}
		return t.audit(workspace, "add-person", id+" "+n.Email)
	})
	s.people.forget()
	if err != nil {
		return Person{}, "", err
	}
	return person, link, nil
}

func (n *NewPerson) normalise() error {
	email, ok := NormalEmail(n.Email)
	if !ok {
		return feedback.Errorf(feedback.Invalid, "email: it must be an e-mail address")
	}
	n.Email, n.Name = email, strings.TrimSpace(n.Name)
	if err := checkText("name", n.Name, maxKeyName); err != nil {
		return err
	}
	return checkRole(n.Role)
}

func checkRole(role Role) error {
	if !slices.Contains(Roles, role) {
		return feedback.Errorf(feedback.Invalid, "role: one of viewer, analyst, admin")
	}
	return nil
}

// roomForPerson checks that a person can be added.
func (t *txn) roomForPerson(workspace string, n *NewPerson) error {
	there, err := t.one(isWorkspace, []any{workspace}, func([]any) error { return nil })
	if err != nil {
		return err
	}
	if !there && workspace != feedback.DefaultWorkspace {
		return feedback.Errorf(feedback.NotFound, "there is no workspace of this name: make it first")
	}
	all, err := t.count(countPeople, workspace)
	if err != nil {
		return err
	}
	admins, err := t.count(countAdmins, workspace, "", true)
	if err != nil {
		return err
	}
	taken, err := t.one(selectByEmail, t.personArgs(workspace, n.Email), func([]any) error { return nil })
	switch {
	case err != nil:
		return err
	case taken:
		return ErrTaken
	case admins == 0 && n.Role != Admin:
		return ErrFirstAdmin
	case all >= mostPeople:
		return feedback.Errorf(feedback.TooLarge, "there are %d accounts already: remove some", all)
	}
	return nil
}

// personArgs are those of the queries with personColumns.
func (t *txn) personArgs(workspace, which string) []any {
	return append(sessionBounds(time.UnixMilli(t.at)), workspace, which)
}

// person reads an account; [feedback.NotFound] when there is none.
func (t *txn) person(query, workspace, which string) (p Person, err error) {
	found, err := t.one(query, t.personArgs(workspace, which), func(values []any) error {
		p, _ = readPerson(values)
		return nil
	})
	if err == nil && !found {
		err = noPerson()
	}
	return p, err
}

func noPerson() *feedback.Error {
	return feedback.Errorf(feedback.NotFound, "there is no such account")
}

func readPerson(values []any) (p Person, hash string) {
	hash = text(values[5])
	return Person{
		ID: text(values[0]), Workspace: text(values[1]), Email: text(values[2]), Name: text(values[3]), Role: Role(text(values[4])), Active: hash != "",
		CreatedAt: moment(number(values[6])), SeenAt: moment(number(values[7])), LinkUntil: moment(number(values[8])), Sessions: int(number(values[9]).Int64),
	}, hash
}

// People returns the accounts of a workspace, by address.
func (s *Store) People(ctx context.Context, workspace string) ([]Person, error) {
	list := []Person{}
	err := s.read(ctx, "people", workspace, selectPeople, append(sessionBounds(time.UnixMilli(now())), workspace), func(values []any) error {
		p, _ := readPerson(values)
		list = append(list, p)
		return nil
	})
	return list, err
}

// Person returns an account by its id; it fails with [feedback.NotFound] when the workspace has none.
func (s *Store) Person(ctx context.Context, workspace, id string) (Person, error) {
	p, _, err := s.findPerson(ctx, selectPerson, workspace, id)
	return p, err
}

// PersonByEmail returns an account by its address; it fails with [feedback.NotFound] when the workspace has none.
func (s *Store) PersonByEmail(ctx context.Context, workspace, email string) (Person, error) {
	email, _ = NormalEmail(email)
	p, _, err := s.findPerson(ctx, selectByEmail, workspace, email)
	return p, err
}

func (s *Store) findPerson(ctx context.Context, query, workspace, which string) (p Person, hash string, err error) {
	err = s.read(ctx, "person", workspace, query, append(sessionBounds(time.UnixMilli(now())), workspace, which), func(values []any) error {
		p, hash = readPerson(values)
		return nil
	})
	if err == nil && p.ID == "" {
		err = noPerson()
	}
	return p, hash, err
}

// SetRole gives a person another role, which ends their sessions. It fails with [feedback.NotFound], and with
// [feedback.Conflict] when nobody would be admin then.
func (s *Store) SetRole(ctx context.Context, workspace, id string, role Role) error {
	if err := checkRole(role); err != nil {
		return err
	}
	return s.changePerson(ctx, "set role", workspace, id, func(t *txn, p *Person) error {
		if p.Role == role {
			return nil
		}
		if err := t.keepsAdmin(p); err != nil {
			return err
		}
		if _, err := t.exec(updateRole, string(role), workspace, id); err != nil {
			return err
		}
		if _, err := t.exec(endSessions, workspace, id); err != nil {
			return err
		}
		return t.audit(workspace, "set-role", id+" "+string(role))
	})
}

// RemovePerson removes an account with its sessions. It fails with [feedback.NotFound], and with [feedback.Conflict] when
// nobody would be admin then.
func (s *Store) RemovePerson(ctx context.Context, workspace, id string) error {
	err := s.changePerson(ctx, "remove person", workspace, id, func(t *txn, p *Person) error {
		if err := t.keepsAdmin(p); err != nil {
			return err
		}
		if _, err := t.exec(deletePerson, workspace, id); err != nil {
			return err
		}
		return t.audit(workspace, "remove-person", id+" "+p.Email)
	})
	s.people.forget()
	return err
}

// changePerson changes an account that is there.
func (s *Store) changePerson(ctx context.Context, action, workspace, id string, change func(*txn, *Person) error) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	return s.write(ctx, action, 1, func(t *txn) error {
		p, err := t.person(selectPerson, workspace, id)
		if err != nil {
			return err
		}
		return change(t, &p)
	})
}

// keepsAdmin refuses to do without a person who is the last admin. Somebody who has not set a password yet is none who
// could help.
func (t *txn) keepsAdmin(p *Person) error {
	if p.Role != Admin {
		return nil
	}
	others, err := t.count(countAdmins, p.Workspace, p.ID, !p.Active)
	if err == nil && others == 0 {
		return ErrLastAdmin
	}
	return err
}
