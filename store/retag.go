package store

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"verbatim/feedback"
)

// RetagState is how far the tagging of what is stored with a version of the taxonomy is.
type RetagState string

// The states. Only what is done was ever read; what is cancelled, or replaced by a newer version, was not.
const (
	RetagRunning   RetagState = "running"
	RetagDone      RetagState = "done"
	RetagCancelled RetagState = "cancelled"
	RetagReplaced  RetagState = "replaced"
)

// Retag is the tagging of a workspace's responses with a version of its taxonomy: first all of them in the order of survey
// and id, then those that changed meanwhile, in the order of the change log. At its end the version becomes the current
// one.
type Retag struct {
	Workspace  string
	Taxonomy   string // name@version
	State      RetagState
	Total      int // responses when it began
	Done       int
	StartedAt  time.Time
	FinishedAt time.Time // zero while it runs

	last   feedback.Key // tagged last
	walked bool         // all are; what changed meanwhile may not be
	seq    int64        // the change up to which what changed is tagged
}

const (
	upsertCurrent = `INSERT INTO current_taxonomies (workspace, taxonomy, at) VALUES (?, ?, ?)
		ON CONFLICT (workspace) DO UPDATE SET taxonomy = excluded.taxonomy, at = excluded.at`
	selectCurrentRef = `SELECT taxonomy FROM current_taxonomies WHERE workspace = ?`
	upsertRetag      = `INSERT INTO retags (workspace, taxonomy, state, survey, id, walked, seq, total, done, started_at, finished_at)
		VALUES (?, ?, 'running', '', '', ?, ?, ?, 0, ?, NULL) ON CONFLICT (workspace, taxonomy) DO UPDATE SET state = 'running',
		survey = '', id = '', walked = excluded.walked, seq = excluded.seq, total = excluded.total, done = 0, started_at = excluded.started_at, finished_at = NULL`
	reopenRetag  = `UPDATE retags SET state = 'running', seq = ? WHERE workspace = ? AND taxonomy = ? AND state = 'done'`
	endRetags    = `UPDATE retags SET state = ?, finished_at = ? WHERE workspace = ? AND state = 'running' AND taxonomy <> coalesce((` + selectCurrentRef + `), '')`
	finishRetag  = `UPDATE retags SET state = 'done', seq = ?, finished_at = coalesce(finished_at, ?) WHERE workspace = ? AND taxonomy = ?`
	moveRetag    = `UPDATE retags SET survey = ?, id = ?, walked = ?, seq = ?, done = ? WHERE workspace = ? AND taxonomy = ? AND state = 'running'`
	retagColumns = `SELECT workspace, taxonomy, state, survey, id, walked, seq, total, done, started_at, finished_at FROM retags WHERE workspace = ?`
	selectRetag  = retagColumns + ` AND taxonomy = ?`
	selectRetags = retagColumns + ` ORDER BY started_at DESC, taxonomy DESC`
	// The current version comes first: what it lacks is read now.
	selectRunning = retagColumns + ` AND state = 'running' ORDER BY taxonomy = (` + selectCurrentRef + `) DESC, started_at, taxonomy LIMIT 1`
	countAnalysed = `SELECT count(*) FROM responses WHERE workspace = ? AND taxonomy <> ''`
	selectRead    = `SELECT coalesce(r.state, ''), r.finished_at FROM taxonomies t
		LEFT JOIN retags r ON r.workspace = t.workspace AND r.taxonomy = t.name || '@' || t.version
		WHERE t.workspace = ? AND t.name = ? AND t.version = ?`
	selectModel = `SELECT model FROM analyses WHERE workspace = ? AND survey = ? AND id = ? AND taxonomy = ? LIMIT 1`
)

var (
	selectToWalk = `SELECT r.survey, r.id, ` + columnsOfRecord + ` FROM responses r
		WHERE r.workspace = ? AND (r.survey, r.id) > (?, ?) ORDER BY r.survey, r.id LIMIT ?`
	// A tagging logs what it does to the current version: only what came in is tagged again.
	selectToFollow = `SELECT DISTINCT r.survey, r.id, ` + columnsOfRecord + ` FROM
		(SELECT survey, id FROM changes WHERE workspace = ? AND seq > ? AND seq <= ? AND kind = 'put') l
		JOIN responses r ON r.workspace = ? AND r.survey = l.survey AND r.id = l.id ORDER BY r.survey, r.id`
)

// CurrentTaxonomy returns the version of the taxonomy (name@version) that a workspace reads, "" when none was ever set: then
// each response has the analyses that came with it.
func (s *Store) CurrentTaxonomy(ctx context.Context, workspace string) (ref string, err error) {
	err = s.read(ctx, "current taxonomy", workspace, selectCurrentRef, []any{workspace}, func(values []any) error {
		ref = text(values[0])
		return nil
	})
	return ref, err
}

// WasRead reports whether a version of the taxonomy (name@version) is or was the one that a workspace reads.
func (s *Store) WasRead(ctx context.Context, workspace, taxonomy string) (was bool, err error) {
	name, version, _ := strings.Cut(taxonomy, "@")
	n, _ := strconv.Atoi(version) // there is no version 0
	err = s.read(ctx, "taxonomy", workspace, selectRead, []any{workspace, name, n}, func(values []any) error {
		state := RetagState(text(values[0]))
		was = state == "" || state == RetagDone || state == RetagRunning && number(values[1]).Valid
		return nil
	})
	return was, err
}

// Retags returns the taggings of a workspace, the newest first.
func (s *Store) Retags(ctx context.Context, workspace string) ([]Retag, error) {
	return s.retags(ctx, workspace, selectRetags, workspace)
}

// RunningRetag returns the tagging of a workspace that is to go on; ok is false when there is none.
func (s *Store) RunningRetag(ctx context.Context, workspace string) (r Retag, ok bool, err error) {
	list, err := s.retags(ctx, workspace, selectRunning, workspace, workspace)
	if err != nil || len(list) == 0 {
		return r, false, err
	}
	return list[0], true, nil
}

func (s *Store) retags(ctx context.Context, workspace, query string, args ...any) ([]Retag, error) {
	list := []Retag{}
	err := s.read(ctx, "retags", workspace, query, args, func(values []any) error {
		list = append(list, readRetag(values))
		return nil
	})
	return list, err
}

func readRetag(values []any) Retag {
	return Retag{
		Workspace: text(values[0]), Taxonomy: text(values[1]), State: RetagState(text(values[2])),
		last: feedback.Key{Survey: text(values[3]), ID: text(values[4])}, walked: number(values[5]).Int64 != 0, seq: number(values[6]).Int64,
		Total: int(number(values[7]).Int64), Done: int(number(values[8]).Int64),
		StartedAt: moment(number(values[9])), FinishedAt: moment(number(values[10])),
	}
}

// ToRetag returns the next responses that a tagging has to do, about limit of them, and the tagging as it will be once
// they are done. None, and end, mean that it has caught up with what is stored.
func (s *Store) ToRetag(ctx context.Context, r Retag, limit int) (responses []feedback.Response, next Retag, end bool, err error) {
	next = r
	if !r.walked {
		responses, err = s.plainResponses(ctx, r.Workspace, selectToWalk, r.Workspace, r.last.Survey, r.last.ID, limit)
		if next.walked = len(responses) < limit; len(responses) > 0 {
			next.last = responses[len(responses)-1].Key()
		}
		next.Done = min(next.Total, next.Done+len(responses))
		return responses, next, false, err
	}
	last, err := s.LastSeq(ctx, r.Workspace)
	if err != nil || r.seq >= last {
		return nil, next, true, err
	}
	next.seq = min(last, r.seq+int64(limit))
	responses, err = s.plainResponses(ctx, r.Workspace, selectToFollow, r.Workspace, r.seq, next.seq, r.Workspace)
	return responses, next, false, err
}

// plainResponses reads responses without what their texts say.
func (s *Store) plainResponses(ctx context.Context, workspace, query string, args ...any) (list []feedback.Response, err error) {
	d := newDecoder()
	err = s.read(ctx, "responses", workspace, query, args, func(values []any) error {
		row := readRecord(values[2:])
		r, err := d.response(feedback.Key{Survey: text(values[0]), ID: text(values[1])}, &row)
		list = append(list, r)
		return err
	})
	return list, err
}

// SaveRetagged stores analyses that a tagging made beside those that are read, and how far it is: next is what ToRetag
// returned. Responses that are gone or have another text by now are left out. It fails with [feedback.Conflict] when the
// tagging does not run any more.
func (s *Store) SaveRetagged(ctx context.Context, next Retag, batch []feedback.Analysed) error {
	entries := Prepare(batch).entries
	return s.write(ctx, "retag", max(1, len(entries)), func(t *txn) error {
		moved, err := t.exec(moveRetag, next.last.Survey, next.last.ID, next.walked, next.seq, next.Done, next.Workspace, next.Taxonomy)
		if err != nil {
			return err
		}
		if moved == 0 {
			return feedback.Errorf(feedback.Conflict, "the responses are not tagged with this version any more")
		}
		entries := slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return e.problem != nil || !e.analysed() })
		for i := range entries {
			if err := t.saveRetagged(next.Workspace, next.Taxonomy, &entries[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *txn) saveRetagged(workspace, taxonomy string, e *entry) error {
	old, found, err := t.load(workspace, e.key)
	if err != nil || !found || e.row.taxonomy != taxonomy || old.comment != e.row.comment || old.suggestion != e.row.suggestion {
		return err
	}
	for _, part := range [][2]string{{partComment, e.comment}, {partSuggestion, e.suggest}} {
		if _, err := t.exec(dropVersion, workspace, e.key.Survey, e.key.ID, part[0], taxonomy); err != nil {
			return err
		}
		if part[1] == "" {
			continue
		}
		if _, err := t.exec(insertAnalysis, workspace, e.key.Survey, e.key.ID, part[0], taxonomy, e.row.model, part[1]); err != nil {
			return err
		}
	}
	return t.changedIfCurrent(workspace, taxonomy, e.key)
}

// changedIfCurrent logs that a response has other tags when they are those that are read: it came in with tags of another
// version.
func (t *txn) changedIfCurrent(workspace, taxonomy string, key feedback.Key) error {
	current, err := t.currentTaxonomy(workspace)
	if err != nil || current != taxonomy {
		return err
	}
	return t.log(workspace, feedback.ChangeRetag, key)
}

// FinishRetag makes the version of a tagging that has caught up the current one, in one transaction: from then on every
// read has it. finished is false when something has changed since.
func (s *Store) FinishRetag(ctx context.Context, r Retag) (finished bool, err error) {
	err = s.write(ctx, "finish retag", 1, func(t *txn) error {
		finished = false
		sp, err := t.enter(r.Workspace)
		if err != nil {
			return err
		}
		var now Retag
		found, err := t.one(selectRetag, []any{r.Workspace, r.Taxonomy}, func(values []any) error {
			now = readRetag(values)
			return nil
		})
		if err != nil || !found || now.State != RetagRunning || !now.walked || now.seq != sp.seq {
			return err
		}
		finished = true
		return t.makeCurrent(r.Workspace, r.Taxonomy, true)
	})
	s.settings.forget()
	return finished, err
}

// makeCurrent makes a version the one that is read; tagged says whether what is stored was tagged with it.
func (t *txn) makeCurrent(workspace, taxonomy string, tagged bool) error {
	current, err := t.currentTaxonomy(workspace)
	if err != nil {
		return err
	}
	sp := t.spaces[workspace]
	if current != taxonomy {
		if _, err := t.exec(upsertCurrent, workspace, taxonomy, t.at); err != nil {
			return err
		}
		sp.current = taxonomy
		if err := t.log(workspace, feedback.ChangeTaxonomy, feedback.Key{}); err != nil {
			return err
		}
	}
	if !tagged {
		if _, err := t.exec(upsertRetag, workspace, taxonomy, 1, sp.seq, 0, t.at); err != nil {
			return err
		}
	}
	_, err = t.exec(finishRetag, sp.seq, t.at, workspace, taxonomy)
	return err
}

// CancelRetag ends a tagging that runs: its version does not become the current one. It fails with [feedback.NotFound] when
// none runs.
func (s *Store) CancelRetag(ctx context.Context, workspace string) error {
	if err := validWorkspace(workspace); err != nil {
		return err
	}
	return s.write(ctx, "cancel retag", 1, func(t *txn) error {
		ended, err := t.exec(endRetags, string(RetagCancelled), t.at, workspace, workspace)
		if err != nil {
			return err
		}
		if ended == 0 {
			return feedback.Errorf(feedback.NotFound, "nothing is being tagged anew")
		}
		return t.audit(workspace, "cancel-retag", "")
	})
}

// beginRetag begins the tagging with a version, in place of the one that runs. Where nothing is stored that could be tagged
// the version is the current one at once.
func (t *txn) beginRetag(workspace, taxonomy string) error {
	sp, err := t.enter(workspace)
	if err != nil {
		return err
	}
	if _, err := t.exec(endRetags, string(RetagReplaced), t.at, workspace, workspace); err != nil {
		return err
	}
	total := 0
	if _, err := t.one(countAnalysed, []any{workspace}, func(values []any) error {
		total = int(number(values[0]).Int64)
		return nil
	}); err != nil {
		return err
	}
	if total == 0 {
		return t.makeCurrent(workspace, taxonomy, false)
	}
	t.logged = true // so that whoever tags is woken
	_, err = t.exec(upsertRetag, workspace, taxonomy, 0, sp.seq, total, t.at)
	return err
}

// currentTaxonomy is CurrentTaxonomy within a transaction.
func (t *txn) currentTaxonomy(workspace string) (string, error) {
	sp, err := t.enter(workspace)
	if err != nil || sp.known {
		return sp.currentOrNone(), err
	}
	sp.known = true
	_, err = t.one(selectCurrentRef, []any{workspace}, func(values []any) error {
		sp.current = text(values[0])
		return nil
	})
	return sp.current, err
}

func (sp *space) currentOrNone() string {
	if sp == nil {
		return ""
	}
	return sp.current
}

// restamp gives a row the stamps of the analyses that are read, when those are not the ones that it came with.
func (t *txn) restamp(workspace string, key feedback.Key, row *record) error {
	current, err := t.currentTaxonomy(workspace)
	if err != nil || current == "" || row.taxonomy == "" || row.taxonomy == current {
		return err
	}
	row.taxonomy = current
	_, err = t.one(selectModel, []any{workspace, key.Survey, key.ID, current}, func(values []any) error {
		row.model = text(values[0])
		return nil
	})
	return err
}

// straggle notes that something was put which another taxonomy than the current one tagged: its tags are not read, so it is
// tagged anew. That happens to what was on its way in while the current one changed.
func (t *txn) straggle(workspace string, e *entry) error {
	if !e.analysed() {
		return nil
	}
	current, err := t.currentTaxonomy(workspace)
	if err != nil || current == "" || e.row.taxonomy == current {
		return err
	}
	sp := t.spaces[workspace]
	if sp.straggle {
		return nil
	}
	sp.straggle = true
	_, err = t.exec(reopenRetag, sp.seq, workspace, current)
	return err
}
