package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"verbatim/feedback"
)

// sourcePath is the name of a source in the path.
type sourcePath struct {
	Name string `path:"name" doc:"The name of the source." example:"website" minLength:"1" maxLength:"200"`
}

// name is the name as it was before the path was made.
func (p *sourcePath) name() string {
	if name, err := url.PathUnescape(p.Name); err == nil {
		return name
	}
	return p.Name
}

// ConnectedSource is a source as it is shown: without its secret and its token.
type ConnectedSource struct {
	Name      string                 `json:"name" doc:"Its name." example:"website"`
	Kind      string                 `json:"kind" doc:"The platform." enum:"formbricks,typeform,delighted,surveymonkey,qualtrics,generic"`
	Hook      string                 `json:"hook" doc:"The path that the platform posts to, behind the address of the server." example:"/v1/hooks/4QKPX2V6ZLZ5M3T7B2J6R4N5DA"`
	Survey    string                 `json:"survey,omitempty" doc:"The survey that its responses belong to; absent: what the platform calls it."`
	Signed    bool                   `json:"signed" doc:"Whether there is a secret, so that signatures are checked."`
	ClientID  string                 `json:"client_id,omitempty" doc:"The client id of SurveyMonkey's app."`
	HasToken  bool                   `json:"has_token" doc:"Whether there is a token for fetching."`
	BaseURL   string                 `json:"base_url,omitempty" doc:"Where responses are fetched; absent: the platform's usual address."`
	Mapping   feedback.SourceMapping `json:"mapping" doc:"Which element is which field."`
	KeepDays  int                    `json:"keep_days" doc:"How many days payloads are kept once they are responses; 0 erases them at once."`
	CreatedAt time.Time              `json:"created_at" doc:"When it was connected."`
	UpdatedAt time.Time              `json:"updated_at" doc:"When it was changed."`
}

func shownSource(src *feedback.Source) ConnectedSource {
	return ConnectedSource{
		Name: src.Name, Kind: string(src.Kind), Hook: hooksPath + src.Hook, Survey: src.Survey, Signed: src.Secret != "", ClientID: src.ClientID,
		HasToken: src.Token != "", BaseURL: src.BaseURL, Mapping: src.Mapping, KeepDays: src.KeepDays, CreatedAt: src.CreatedAt, UpdatedAt: src.UpdatedAt,
	}
}

// ConnectedSources are all sources of the workspace.
type ConnectedSources struct {
	Sources []ConnectedSource `json:"sources" doc:"By name."`
}

type (
	sourceAnswer  struct{ Body ConnectedSource }
	sourcesAnswer struct{ Body ConnectedSources }
)

// sources lists the sources of the workspace.
func (s *server) sources(ctx context.Context, c *call, _ *noPath) (*sourcesAnswer, error) {
	list, err := s.Store.Sources(ctx, c.workspace)
	if err != nil {
		return nil, err
	}
	out := ConnectedSources{Sources: []ConnectedSource{}}
	for i := range list {
		out.Sources = append(out.Sources, shownSource(&list[i]))
	}
	return &sourcesAnswer{out}, nil
}

// getSource answers a source.
func (s *server) getSource(ctx context.Context, c *call, in *sourcePath) (*sourceAnswer, error) {
	src, err := s.Store.Source(ctx, c.workspace, in.name())
	if err != nil {
		return nil, err
	}
	return &sourceAnswer{shownSource(&src)}, nil
}

// putSource connects a source or replaces it. Its address, its secret and its token stay unless new ones are sent.
func (s *server) putSource(ctx context.Context, c *call, in *sourcePath) (*sourceAnswer, error) {
	it, err := c.object()
	if err != nil {
		return nil, err
	}
	name := in.name()
	if unreadable(name) {
		return nil, fieldProblem(feedback.Invalid, FieldError{"path.name", "name is not valid UTF-8 or holds a control character"})
	}
	var src feedback.Source
	secret, token := (*string)(nil), (*string)(nil)
	if problem := it.fields(sourceFields(&src, &secret, &token)); problem != nil {
		return nil, problem
	}
	if err := s.Connector.CheckBase(src.Kind, src.BaseURL); err != nil {
		return nil, err
	}
	stored, err := s.Store.PutSource(ctx, c.workspace, name, func(old *feedback.Source) (feedback.Source, error) {
		return merged(src, old, secret, token)
	})
	if err != nil {
		return nil, err
	}
	return &sourceAnswer{shownSource(&stored)}, nil
}

// merged lays what was sent over what is there. A token goes to the address and the platform that it was set for only.
func merged(src feedback.Source, old *feedback.Source, secret, token *string) (feedback.Source, error) {
	src.Hook = rand.Text()
	if old != nil {
		src.Hook = old.Hook
		if old.Kind == src.Kind {
			src.Secret = old.Secret
		}
		if old.Kind == src.Kind && old.BaseURL == src.BaseURL {
			src.Token = old.Token
		}
	}
	if secret != nil {
		src.Secret = *secret
	}
	if token != nil {
		src.Token = *token
	}
	return src, nil
}

func sourceFields(src *feedback.Source, secret, token **string) map[string]bodyField {
	word := func(to any) func(json.RawMessage) bool {
		return func(raw json.RawMessage) bool { return json.Unmarshal(raw, to) == nil }
	}
	return map[string]bodyField{
		"kind":      {word(&src.Kind), "one of formbricks, typeform, delighted, surveymonkey, qualtrics, generic"},
		"survey":    {word(&src.Survey), "a string"},
		"secret":    {word(secret), "a string"},
		"client_id": {word(&src.ClientID), "a string"},
		"token":     {word(token), "a string"},
		"base_url":  {word(&src.BaseURL), "a string"},
		"keep_days": {word(wholeNumber(&src.KeepDays)), "a whole number from 0 to 30"},
		"mapping":   {func(raw json.RawMessage) bool { return strictly(raw, &src.Mapping) }, "an object of elements by field"},
	}
}

// strictly reads a value that may hold nothing unknown; what was there before is gone.
func strictly[T any](raw json.RawMessage, to *T) bool {
	var read T
	in := json.NewDecoder(bytes.NewReader(raw))
	in.DisallowUnknownFields()
	if in.Decode(&read) != nil {
		return false
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return false
	}
	*to = read
	return true
}

// bodyField reads a field of a body; want says what it must be.
type bodyField struct {
	read func(json.RawMessage) bool
	want string
}

// fields reads the fields of an item; another one is refused.
func (it *item) fields(known map[string]bodyField) *Problem {
	members, problem := it.members()
	if problem != nil {
		return problem
	}
	for _, m := range members {
		field, ok := known[m.name]
		if !ok {
			return it.problem(feedback.Invalid, nameOf(m.name), nameOf(m.name)+" is no field here: there is "+strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		if !m.none() && !field.read(m.raw) {
			return it.problem(feedback.Invalid, m.name, m.name+" must be "+field.want)
		}
	}
	return nil
}

// deleteSource disconnects a source.
func (s *server) deleteSource(ctx context.Context, c *call, in *sourcePath) (*struct{}, error) {
	return nil, s.Store.DeleteSource(ctx, c.workspace, in.name())
}
