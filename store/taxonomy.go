package store

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"verbatim/feedback"
)

const (
	selectLatest = `SELECT body FROM taxonomies WHERE workspace = ? ORDER BY position DESC LIMIT 1`
	// The current one is the one that is set, else the latest that nothing is being tagged anew with.
	selectCurrent = `SELECT t.body FROM taxonomies t
		LEFT JOIN current_taxonomies c ON c.workspace = t.workspace
		LEFT JOIN retags r ON r.workspace = t.workspace AND r.taxonomy = t.name || '@' || t.version
		WHERE t.workspace = ? AND CASE WHEN c.taxonomy IS NULL THEN r.taxonomy IS NULL ELSE c.taxonomy = t.name || '@' || t.version END
		ORDER BY t.position DESC LIMIT 1`
	selectVersions = `SELECT t.body, t.at, coalesce(r.state, ''), coalesce(c.taxonomy, '') FROM taxonomies t
		LEFT JOIN current_taxonomies c ON c.workspace = t.workspace
		LEFT JOIN retags r ON r.workspace = t.workspace AND r.taxonomy = t.name || '@' || t.version
		WHERE t.workspace = ? ORDER BY t.position DESC LIMIT ?`
	selectNewest   = `SELECT body FROM taxonomies WHERE workspace = ? AND name = ? ORDER BY version DESC LIMIT 1`
	selectNumbered = `SELECT body FROM taxonomies WHERE workspace = ? AND name = ? AND version = ?`
	selectPosition = `SELECT coalesce(max(position), 0), coalesce(max(CASE WHEN name = ? THEN version END), 0)
		FROM taxonomies WHERE workspace = ?`
	insertTaxonomy = `INSERT INTO taxonomies (workspace, name, version, position, body, at) VALUES (?, ?, ?, ?, ?, ?)`
)

// taxonomyName is what a taxonomy may be called; @ comes before its version.
var taxonomyName = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)

// PutTaxonomy stores a taxonomy as the next version of its name; the version it comes with is ignored. In a workspace
// without responses it is the current one at once, else what is stored has to be tagged with it first (see [Retag]), and a
// tagging with a version before it ends. It returns what is stored: the latest when that is the same but for its version;
// a tagging with that one that was cancelled begins anew. It fails
// with [feedback.Invalid] for a bad name, or themes without or with repeated ids. The workspace is made if need be.
func (s *Store) PutTaxonomy(ctx context.Context, workspace string, taxonomy feedback.Taxonomy) (feedback.Taxonomy, error) {
	if err := validWorkspace(workspace); err != nil {
		return feedback.Taxonomy{}, err
	}
	if err := checkTaxonomy(&taxonomy); err != nil {
		return feedback.Taxonomy{}, err
	}
	err := s.write(ctx, "put taxonomy", 1, func(t *txn) error { return t.replaceTaxonomy(workspace, &taxonomy) })
	s.settings.forget()
	if err != nil {
		return feedback.Taxonomy{}, err
	}
	return taxonomy, nil
}

// ReplaceTaxonomy stores a taxonomy as PutTaxonomy does; in a workspace without any, base is stored before it, so that the
// versions count from there.
func (s *Store) ReplaceTaxonomy(ctx context.Context, workspace string, base, taxonomy feedback.Taxonomy) (feedback.Taxonomy, error) {
	if err := validWorkspace(workspace); err != nil {
		return feedback.Taxonomy{}, err
	}
	for _, one := range []*feedback.Taxonomy{&base, &taxonomy} {
		if err := checkTaxonomy(one); err != nil {
			return feedback.Taxonomy{}, err
		}
	}
	err := s.write(ctx, "put taxonomy", 1, func(t *txn) error {
		some, err := t.one(selectLatest, []any{workspace}, func([]any) error { return nil })
		if err != nil {
			return err
		}
		if !some {
			if _, err := t.putTaxonomy(workspace, &base); err != nil {
				return err
			}
		}
		return t.replaceTaxonomy(workspace, &taxonomy)
	})
	s.settings.forget()
	if err != nil {
		return feedback.Taxonomy{}, err
	}
	return taxonomy, nil
}

func checkTaxonomy(taxonomy *feedback.Taxonomy) error {
	if !taxonomyName.MatchString(taxonomy.Name) {
		return feedback.Errorf(feedback.Invalid, "the taxonomy's name must be 1 to 64 of a-z, 0-9, _ and -")
	}
	seen := map[string]bool{}
	for i, theme := range taxonomy.Themes {
		if err := checkText("a theme's id", theme.ID, maxName); err != nil {
			return err
		}
		if theme.ID == "" || seen[theme.ID] {
			return feedback.Errorf(feedback.Invalid, "theme %d of the taxonomy has no id, or that of another", i+1)
		}
		seen[theme.ID] = true
	}
	return nil
}

// replaceTaxonomy stores a taxonomy and begins the tagging with it, unless it is the latest and that has begun or ended.
func (t *txn) replaceTaxonomy(workspace string, taxonomy *feedback.Taxonomy) error {
	stored, err := t.putTaxonomy(workspace, taxonomy)
	if err != nil {
		return err
	}
	state := RetagDone // the built-in one, and those of before there were taggings
	_, err = t.one(selectRetag, []any{workspace, taxonomy.Ref()}, func(values []any) error {
		state = readRetag(values).State
		return nil
	})
	if err != nil || !stored && (state == RetagRunning || state == RetagDone) {
		return err
	}
	return t.beginRetag(workspace, taxonomy.Ref())
}

// putTaxonomy sets the version, and stores what is not the latest already.
func (t *txn) putTaxonomy(workspace string, taxonomy *feedback.Taxonomy) (stored bool, err error) {
	var latest string
	_, err = t.one(selectLatest, []any{workspace}, func(values []any) error {
		latest = text(values[0])
		return nil
	})
	if err != nil {
		return false, err
	}
	var position, version int64
	_, err = t.one(selectPosition, []any{taxonomy.Name, workspace}, func(values []any) error {
		position, version = number(values[0]).Int64, number(values[1]).Int64
		return nil
	})
	if err != nil {
		return false, err
	}
	taxonomy.Version = int(version)
	if body, err := json.Marshal(taxonomy); err != nil || string(body) == latest {
		return false, err
	}
	taxonomy.Version++
	body, err := json.Marshal(taxonomy)
	if err != nil {
		return false, err
	}
	if _, err := t.enter(workspace); err != nil {
		return false, err
	}
	if _, err = t.exec(insertTaxonomy, workspace, taxonomy.Name, taxonomy.Version, position+1, string(body), t.at); err != nil {
		return false, err
	}
	return true, t.audit(workspace, "put-taxonomy", taxonomy.Ref())
}

// TaxonomyVersion is a version of a taxonomy that is stored. State is "" for one that nothing was tagged anew with; Current
// says that it is the one that is read, as far as one was ever set.
type TaxonomyVersion struct {
	Taxonomy feedback.Taxonomy
	At       time.Time
	State    RetagState
	Current  bool
}

// TaxonomyVersions returns the newest versions of the workspace's taxonomies, at most limit.
func (s *Store) TaxonomyVersions(ctx context.Context, workspace string, limit int) ([]TaxonomyVersion, error) {
	list := []TaxonomyVersion{}
	err := s.read(ctx, "taxonomies", workspace, selectVersions, []any{workspace, max(limit, 0)}, func(values []any) error {
		v := TaxonomyVersion{At: moment(number(values[1])), State: RetagState(text(values[2]))}
		if err := json.Unmarshal([]byte(text(values[0])), &v.Taxonomy); err != nil {
			return damaged("taxonomy", err)
		}
		v.Current = text(values[3]) == v.Taxonomy.Ref()
		list = append(list, v)
		return nil
	})
	return list, err
}

// Taxonomy returns a taxonomy by its reference: name@version, or name for the newest of that name, or "" for the
// workspace's current one. It fails with [feedback.NotFound] when there is none, and [feedback.Invalid] when the version
// is not a number.
func (s *Store) Taxonomy(ctx context.Context, workspace, ref string) (feedback.Taxonomy, error) {
	query, args := selectCurrent, []any{workspace}
	if name, version, numbered := strings.Cut(ref, "@"); numbered {
		n, err := strconv.Atoi(version)
		if err != nil {
			return feedback.Taxonomy{}, feedback.Errorf(feedback.Invalid, "a taxonomy is named name@version, with a number for the version")
		}
		query, args = selectNumbered, []any{workspace, name, n}
	} else if ref != "" {
		query, args = selectNewest, []any{workspace, ref}
	}
	var found []feedback.Taxonomy
	err := s.read(ctx, "taxonomy", workspace, query, args, func(values []any) error {
		var taxonomy feedback.Taxonomy
		if err := json.Unmarshal([]byte(text(values[0])), &taxonomy); err != nil {
			return damaged("taxonomy", err)
		}
		found = append(found, taxonomy)
		return nil
	})
	if err == nil && len(found) == 0 {
		err = feedback.Errorf(feedback.NotFound, "there is no such taxonomy")
	}
	if err != nil {
		return feedback.Taxonomy{}, err
	}
	return found[0], nil
}
