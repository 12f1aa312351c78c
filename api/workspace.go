package api

import (
	"context"
	"net/http"
	"strconv"

	"verbatim/feedback"
	"verbatim/store"
)

// Workspace is the workspace that the key belongs to.
type Workspace struct {
	Workspace    string        `json:"workspace" doc:"Its name." example:"default"`
	KeysRequired bool          `json:"keys_required" doc:"Whether a key is needed: from the first key or account on."`
	Key          string        `json:"key,omitempty" doc:"The id of the key that asks." example:"k3b5x2m7qa"`
	Scopes       []store.Scope `json:"scopes" doc:"What it may do; without keys everything."`
	Taxonomy     string        `json:"taxonomy" doc:"The current taxonomy and its version." example:"default@1"`
}

// AuditPage is a page of the audit log.
type AuditPage struct {
	Entries []store.AuditEntry `json:"entries" doc:"The newest first."`
	Next    *int64             `json:"next" doc:"The cursor of the next page; null on the last one." example:"17"`
}

var (
	auditLimit = param{
		name: "limit", number: true, least: 1, most: store.MaxAudit, want: "a whole number from 1 to 200",
		about: "How many entries a page has; 50 by default.",
	}
	auditCursor = param{
		name: "cursor", number: true, least: 1, most: 1 << 53, want: "the next of the page before",
		about: "The `next` of the page before, to get the following one. Entries that come meanwhile do not shift it.",
	}
)

func (s *server) routesOfWorkspace() {
	register(s, route{
		method: http.MethodGet, path: "/v1/workspace", id: "workspace", tag: keyTag, summary: "The workspace of the key", scope: scopeAny,
		answers: []answer{{http.StatusOK, "The workspace.", []content{{media: jsonType, schema: "Workspace"}}}},
	}, s.getWorkspace)

	register(s, route{
		method: http.MethodGet, path: "/v1/audit", id: "audit", tag: keyTag, summary: "Who changed what", scope: store.ScopeAdmin,
		about: "Changes of accounts, keys, webhooks, retention, surveys, taxonomies and benchmarks, log-ins, corrections and deletions, the newest " +
			"first. It holds no texts and no ids of responses or respondents.",
		params:  []param{auditLimit, auditCursor},
		answers: []answer{{http.StatusOK, "The page.", []content{{media: jsonType, schema: "AuditPage"}}}},
	}, s.audit)
}

type workspaceAnswer struct{ Body Workspace }

// getWorkspace answers the workspace of the key.
func (s *server) getWorkspace(ctx context.Context, c *call, _ *noPath) (*workspaceAnswer, error) {
	taxonomy, err := s.taxonomy(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	out := Workspace{Workspace: c.workspace, Scopes: store.Scopes, Taxonomy: taxonomy.Ref(), KeysRequired: c.key != nil}
	if c.key != nil {
		out.Key, out.Scopes = c.key.ID, c.key.Scopes
	}
	return &workspaceAnswer{out}, nil
}

type auditAnswer struct{ Body AuditPage }

// audit answers a page of the audit log.
func (s *server) audit(ctx context.Context, c *call, _ *noPath) (*auditAnswer, error) {
	limit, err := c.number(&auditLimit, 50)
	if err != nil {
		return nil, err
	}
	before, err := c.number(&auditCursor, 0)
	if err != nil {
		return nil, err
	}
	entries, err := s.Store.Audit(ctx, c.workspace, before, int(limit))
	if err != nil {
		return nil, err
	}
	page := AuditPage{Entries: entries}
	if last := len(entries) - 1; int64(len(entries)) == limit && entries[last].Seq > 1 {
		page.Next = &entries[last].Seq
	}
	return &auditAnswer{page}, nil
}

// number reads a parameter that is a whole number; other is what holds without it.
func (c *call) number(p *param, other int64) (int64, error) {
	text := c.query.Get(p.name)
	if text == "" {
		return other, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < int64(p.least) || n > int64(p.most) {
		return 0, fieldProblem(feedback.Invalid, p.wrong())
	}
	return n, nil
}
