package store

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"verbatim/feedback"
)

// ErasuresFile is the file beside the store that every erasure of a person is appended to: what a restored backup must
// forget again. It holds salted hashes, no ids.
const ErasuresFile = "erasures.jsonl"

// erased is a line of it. The hashes are hexadecimal; Responses are those of keys.
type erased struct {
	ID         string   `json:"id"`
	Workspace  string   `json:"workspace"`
	At         int64    `json:"at"`
	Respondent string   `json:"respondent"`
	Responses  []string `json:"responses"`
}

// recordErasures appends those of persons, durably. A line that is there twice does no harm.
func (s *Store) recordErasures(ctx context.Context, list []Erasure) error {
	var lines []byte
	for _, e := range list {
		if !e.Person {
			continue
		}
		line, err := s.lineOf(ctx, &e)
		if err != nil {
			return err
		}
		b, err := json.Marshal(line)
		if err != nil {
			return err
		}
		lines = append(append(lines, b...), '\n')
	}
	if len(lines) == 0 {
		return nil
	}
	return appendTo(filepath.Join(filepath.Dir(s.path), ErasuresFile), lines)
}

func (s *Store) lineOf(ctx context.Context, e *Erasure) (erased, error) {
	line := erased{ID: e.ID, Workspace: e.Workspace, At: e.RequestedAt.UnixMilli(), Responses: []string{}}
	sp := space{}
	err := s.read(ctx, "erasure", e.Workspace, `SELECT w.salt, e.respondent FROM erasures e JOIN workspaces w ON w.workspace = e.workspace
		WHERE e.workspace = ? AND e.id = ?`, []any{e.Workspace, e.ID}, func(values []any) error {
		hash, _ := values[1].([]byte)
		sp.salt, _ = values[0].([]byte)
		line.Respondent = hex.EncodeToString(hash)
		return nil
	})
	if err != nil {
		return line, err
	}
	err = s.read(ctx, "erasure", e.Workspace, selectErasing, []any{e.Workspace, e.ID}, func(values []any) error {
		key := feedback.Key{Survey: text(values[0]), ID: text(values[1])}
		line.Responses = append(line.Responses, hex.EncodeToString(sp.hash(key)))
		return nil
	})
	return line, err
}

// appendTo appends to a file that only its owner reads. A line that a crash cut off before stays alone on its line.
func appendTo(path string, lines []byte) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if size := info.Size(); size > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			lines = append([]byte{'\n'}, lines...)
		}
	}
	if _, err := f.Write(lines); err != nil {
		return err
	}
	if err := f.Sync(); err != nil || info.Size() > 0 {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readErasures reads such a file; one that does not exist is empty. A last line without an end was cut off by a crash
// before the erasure was acknowledged, and is left out.
func readErasures(path string) (list []erased, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return list, nil // its end
		}
		var e erased
		if len(line) > 1 && json.Unmarshal(line, &e) == nil {
			list = append(list, e)
		} else if next, _ := lines.Peek(1); len(line) > 1 && len(next) == 0 {
			return list, nil
		} else if len(line) > 1 && !cutOff(line) {
			return nil, feedback.Errorf(feedback.Corrupt, "%s: line %d cannot be read: nothing was restored", path, n)
		}
	}
}

// cutOff reports whether a line is the beginning of one: JSON that ends too early.
func cutOff(line []byte) bool {
	var syntax *json.SyntaxError
	err := json.Unmarshal(line, &erased{})
	return errors.As(err, &syntax) && syntax.Offset >= int64(len(line)-1)
}

// replay erases again what was erased after the store was backed up, and returns how many responses that were. Nobody may
// follow the store.
func (s *Store) replay(ctx context.Context, list []erased) (int, error) {
	byWorkspace := map[string][]erased{}
	for _, e := range list {
		byWorkspace[e.Workspace] = append(byWorkspace[e.Workspace], e)
	}
	names, err := s.Workspaces(ctx)
	if err != nil {
		return 0, err
	}
	total := 0
	for _, ws := range names {
		n, err := s.replayIn(ctx, ws, byWorkspace[ws])
		if err != nil {
			return total, err
		}
		total += n
	}
	unfinished, err := s.Unfinished(ctx)
	if err == nil {
		_, err = s.FinishErasures(ctx, unfinished)
	}
	return total, err
}

func (s *Store) replayIn(ctx context.Context, ws string, list []erased) (int, error) {
	people, keys, err := hashesOf(list)
	if err != nil || len(people)+len(keys) == 0 {
		return 0, err
	}
	erasures := 0
	err = s.write(ctx, "replay erasures", maxGroup, func(t *txn) error {
		sp, err := t.enter(ws)
		if err != nil {
			return err
		}
		var found []feedback.Key
		err = t.each(`SELECT survey, id, respondent FROM responses WHERE workspace = ?`, []any{ws}, func(values []any) error {
			key, person := feedback.Key{Survey: text(values[0]), ID: text(values[1])}, text(values[2])
			if keys[string(sp.hash(key))] || person != "" && people[string(sp.hashPerson(person))] {
				found = append(found, key)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for hash := range keys {
			if _, err := t.exec(addTombstone, ws, []byte(hash), t.at); err != nil {
				return err
			}
		}
		if erasures = len(found); erasures == 0 {
			return nil
		}
		e := newErasure(ws, t.at)
		if _, err := t.exec(insertErasure, ws, e.ID, nil, t.at); err != nil {
			return err
		}
		return t.erase(&e, found)
	})
	return erasures, err
}

func hashesOf(list []erased) (people, keys map[string]bool, err error) {
	people, keys = map[string]bool{}, map[string]bool{}
	add := func(to map[string]bool, hash string) {
		b, e := hex.DecodeString(hash)
		if e != nil {
			err = fmt.Errorf("an erasure's hash cannot be read: %w", e)
		}
		to[string(b)] = true
	}
	for _, e := range list {
		add(people, e.Respondent)
		for _, hash := range e.Responses {
			add(keys, hash)
		}
	}
	return people, keys, err
}
