package feedback

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// SourceKind is what kind of platform a source is.
type SourceKind string

// The kinds of sources.
const (
	Formbricks   SourceKind = "formbricks"
	Typeform     SourceKind = "typeform"
	Delighted    SourceKind = "delighted"
	SurveyMonkey SourceKind = "surveymonkey"
	Qualtrics    SourceKind = "qualtrics"
	Generic      SourceKind = "generic"
)

// SourceKinds lists the kinds in the order of the documentation.
var SourceKinds = []SourceKind{Formbricks, Typeform, Delighted, SurveyMonkey, Qualtrics, Generic}

// Remote reports whether the platform sends ids alone, so that its responses have to be fetched.
func (k SourceKind) Remote() bool { return k == SurveyMonkey || k == Qualtrics }

// Signed reports whether the platform always signs what it sends, so that a source without a secret would be a mistake.
func (k SourceKind) Signed() bool { return k == Formbricks || k == Typeform || k == SurveyMonkey }

// Source is a survey platform that is connected to a workspace. Secret and Token are in no JSON and in no log.
type Source struct {
	Name      string // 1–200 bytes; a workspace has one of the name
	Kind      SourceKind
	Hook      string // the unguessable part of the address that the platform posts to
	Survey    string // the survey of its responses; "" for what the platform calls it
	Secret    string `json:"-"` // what the platform signs with; "" when the address alone is the proof
	ClientID  string // of SurveyMonkey's app: its signatures are made with it and the secret
	Token     string `json:"-"` // for fetching from the platform
	BaseURL   string // where to fetch; "" for the platform's usual address
	Mapping   SourceMapping
	KeepDays  int // how long payloads that became responses are kept, 0–30 days; 0 erases them at once
	CreatedAt time.Time
	UpdatedAt time.Time
}

// SourceMapping says which element of a payload is which field: the id (or name, or question) of an element, for generic
// sources a path like data.answers.nps. "" leaves it to Verbatim to find the element, "-" leaves the field unread.
type SourceMapping struct {
	ID          string            `json:"id,omitempty"`
	Score       string            `json:"score,omitempty"`
	Comment     string            `json:"comment,omitempty"`
	Suggestion  string            `json:"suggestion,omitempty"`
	Lang        string            `json:"lang,omitempty"`
	SubmittedAt string            `json:"submitted_at,omitempty"`
	UpdatedAt   string            `json:"updated_at,omitempty"`
	Respondent  string            `json:"respondent,omitempty"`
	Touchpoint  string            `json:"touchpoint,omitempty"`
	Attributes  map[string]string `json:"attributes,omitempty"` // by the attribute's name
}

// maxKeepDays is the longest that a payload may be kept once it has become a response.
const maxKeepDays = 30

// Validate checks the source; an [Invalid] error names the field and holds no value.
func (s *Source) Validate() error {
	switch {
	case strings.TrimSpace(s.Name) == "" || len(s.Name) > 200:
		return Errorf(Invalid, "name: a source needs a name of at most 200 bytes")
	case !slices.Contains(SourceKinds, s.Kind):
		return Errorf(Invalid, "kind: it is one of formbricks, typeform, delighted, surveymonkey, qualtrics, generic")
	case s.Kind.Signed() && s.Secret == "":
		return Errorf(Invalid, "secret: this platform signs what it sends: set the secret it signs with")
	case s.Kind == SurveyMonkey && s.ClientID == "":
		return Errorf(Invalid, "client_id: SurveyMonkey signs with the client id of its app and the secret: set both")
	case s.Kind.Remote() && s.Token == "":
		return Errorf(Invalid, "token: this platform sends ids alone: set the token that responses can be fetched with")
	case s.Kind == Qualtrics && s.BaseURL == "":
		return Errorf(Invalid, "base_url: set the address of your data center, like https://fra1.qualtrics.com")
	case s.KeepDays < 0 || s.KeepDays > maxKeepDays:
		return Errorf(Invalid, "keep_days: it is 0 to %d", maxKeepDays)
	}
	return s.Mapping.validate()
}

// Limits of a mapping.
const (
	maxMapped = 100 // attributes
	maxPath   = 500 // bytes
)

func (m *SourceMapping) validate() error {
	if len(m.Attributes) > maxMapped {
		return Errorf(Invalid, "mapping.attributes: there may be at most %d", maxMapped)
	}
	for _, path := range []string{m.ID, m.Score, m.Comment, m.Suggestion, m.Lang, m.SubmittedAt, m.UpdatedAt, m.Respondent, m.Touchpoint} {
		if len(path) > maxPath {
			return Errorf(Invalid, "mapping: an element's name has at most %d bytes", maxPath)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
		if path := m.Attributes[name]; strings.TrimSpace(name) == "" || len(name) > 200 || path == "" || len(path) > maxPath {
			return Errorf(Invalid, "mapping.attributes: a name has 1 to 200 bytes and an element 1 to %d", maxPath)
		}
	}
	return nil
}

// PayloadStatus says what became of a payload.
type PayloadStatus string

// The statuses of payloads.
const (
	PayloadPending PayloadStatus = "pending" // not looked at yet, or waiting for another try
	PayloadStored  PayloadStatus = "stored"  // it is a stored response now
	PayloadSkipped PayloadStatus = "skipped" // there is nothing to store in it
	PayloadFailed  PayloadStatus = "failed"  // it could not be read: replay it when the mapping is right
)

// PayloadStatuses lists the statuses in the order of a payload's life.
var PayloadStatuses = []PayloadStatus{PayloadPending, PayloadStored, PayloadSkipped, PayloadFailed}

// Payload is what a platform has sent, as it came. Detail says why it has its status and holds no text of a respondent.
type Payload struct {
	Workspace  string
	Source     string
	Seq        int64  // its number within the source, from 1
	Delivery   string // the platform's name for the delivery, by which a repeated one is known; "" without one
	Media      string // its media type
	Body       []byte // nil once erased
	Size       int    // of the body as it came, in bytes
	Remote     bool   // the response has to be fetched
	Status     PayloadStatus
	Detail     string
	Attempts   int
	ReceivedAt time.Time
	NextAt     time.Time // when it is tried next, while pending
	Response   Key       // of the response that it became
}
