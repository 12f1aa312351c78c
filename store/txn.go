package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"maps"
	"slices"

	"verbatim/feedback"
)

// txn is a write transaction: the writer's queries with what they share.
type txn struct {
	ctx        context.Context //nolint:containedctx // the life of one transaction, in which nothing is cancelled
	statements *statements
	spaces     map[string]*space
	at         int64  // when it began, Unix milliseconds
	actor      string // of the job that runs
	logged     bool
	deleted    bool
}

// space is what a transaction knows of a workspace.
type space struct {
	seq     int64 // of the newest change, those of this transaction included
	moved   bool  // seq has grown
	salt    []byte
	deleted bool // there are tombstones

	current  string // the taxonomy that is read, "" for none that is set
	known    bool   // current was read
	straggle bool   // something was put that another taxonomy tagged
}

func (t *txn) exec(query string, args ...any) (changed int64, err error) {
	return t.statements.exec(t.ctx, query, args...)
}

// each hands every row to a function.
func (t *txn) each(query string, args []any, row func(values []any) error) error {
	rows, err := t.statements.query(t.ctx, query, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, row)
}

// one hands the first row to a function and reports whether there was one.
func (t *txn) one(query string, args []any, row func(values []any) error) (found bool, err error) {
	err = t.each(query, args, func(values []any) error {
		if found {
			return nil
		}
		found = true
		return row(values)
	})
	return found, err
}

// Writing the workspace's row even when it is there locks it: its changes are numbered in the order of commits.
const (
	enterWorkspace = `INSERT INTO workspaces (workspace, salt, last_seq) VALUES (?, ?, 0)
		ON CONFLICT (workspace) DO UPDATE SET last_seq = workspaces.last_seq
		RETURNING salt, last_seq, EXISTS (SELECT 1 FROM tombstones t WHERE t.workspace = workspaces.workspace)`
	moveWorkspace = `UPDATE workspaces SET last_seq = ? WHERE workspace = ?`
	addChange     = `INSERT INTO changes (workspace, seq, survey, id, kind, at) VALUES (?, ?, ?, ?, ?, ?)`
	addTombstone  = `INSERT INTO tombstones (workspace, hash, at) VALUES (?, ?, ?) ON CONFLICT (workspace, hash) DO NOTHING`
	findTombstone = `SELECT 1 FROM tombstones WHERE workspace = ? AND hash = ?`
)

// enter returns the workspace, which it makes if need be.
func (t *txn) enter(workspace string) (*space, error) {
	if sp, ok := t.spaces[workspace]; ok {
		return sp, nil
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	sp := &space{}
	_, err := t.one(enterWorkspace, []any{workspace, salt}, func(values []any) error {
		sp.salt, _ = values[0].([]byte)
		sp.seq, sp.deleted = number(values[1]).Int64, number(values[2]).Int64 != 0
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.spaces[workspace] = sp
	return sp, nil
}

// log appends to the workspace's change log.
func (t *txn) log(workspace string, kind feedback.ChangeKind, key feedback.Key) error {
	sp, err := t.enter(workspace)
	if err != nil {
		return err
	}
	sp.seq++
	sp.moved, t.logged = true, true
	_, err = t.exec(addChange, workspace, sp.seq, key.Survey, key.ID, string(kind), t.at)
	return err
}

// bury keeps a key from coming back without keeping the key.
func (t *txn) bury(workspace string, key feedback.Key) error {
	sp, err := t.enter(workspace)
	if err != nil {
		return err
	}
	sp.deleted = true
	_, err = t.exec(addTombstone, workspace, sp.hash(key), t.at)
	return err
}

// buried reports whether a key must not come back.
func (t *txn) buried(workspace string, key feedback.Key) (bool, error) {
	sp, err := t.enter(workspace)
	if err != nil || !sp.deleted {
		return false, err
	}
	return t.one(findTombstone, []any{workspace, sp.hash(key)}, func([]any) error { return nil })
}

// hash is the salted SHA-256 of a key. Neither part of a key holds a NUL.
func (sp *space) hash(key feedback.Key) []byte {
	h := sha256.New()
	h.Write(sp.salt)
	h.Write([]byte(key.Survey))
	h.Write([]byte{0})
	h.Write([]byte(key.ID))
	return h.Sum(nil)
}

// finish writes what was only counted.
func (t *txn) finish() error {
	for _, name := range slices.Sorted(maps.Keys(t.spaces)) {
		if sp := t.spaces[name]; sp.moved {
			if _, err := t.exec(moveWorkspace, sp.seq, name); err != nil {
				return err
			}
		}
	}
	return nil
}
