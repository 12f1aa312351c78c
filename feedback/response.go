package feedback

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// DefaultWorkspace is the workspace of a server without keys.
const DefaultWorkspace = "default"

// DefaultSurvey is the survey of a response that names none.
const DefaultSurvey = "default"

// MaxComment is the longest comment or suggestion that is accepted, in Unicode code points.
const MaxComment = 30000

// Score is the answer on the scale from 0 to 10, or [Unscored].
type Score int8

// Unscored is the score of a response without one. It is not 0: zero is a score.
const Unscored Score = -1

// Scored reports whether there is a score.
func (s Score) Scored() bool { return s >= 0 }

// Group returns the group of the score, or "" when there is no score.
func (s Score) Group() Group {
	switch {
	case s < 0:
		return ""
	case s >= 9:
		return Promoter
	case s >= 7:
		return Passive
	default:
		return Detractor
	}
}

// MarshalJSON writes the number, or null when there is no score.
func (s Score) MarshalJSON() ([]byte, error) {
	if !s.Scored() {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, int64(s), 10), nil
}

// UnmarshalJSON reads an integer from 0 to 10, or null. Anything else is an [Invalid] error.
func (s *Score) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*s = Unscored
		return nil
	}
	var f float64
	if err := json.Unmarshal(data, &f); err != nil {
		return Errorf(Invalid, "score must be a whole number from 0 to 10")
	}
	if f != float64(int(f)) || f < 0 || f > 10 {
		return Errorf(Invalid, "score must be a whole number from 0 to 10")
	}
	*s = Score(f)
	return nil
}

// ParseScore reads a score as surveys export it: "7", "7.0", "7,0", "10/10", "9 - Very likely", "0 (not at all)". Blank
// is [Unscored]. 11, −1, 7.5 and words are an [Invalid] error, never clamped.
func ParseScore(text string) (Score, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\u00a0", " "))
	if text == "" {
		return Unscored, nil
	}
	number, rest := splitNumber(text)
	if number == "" || !scoreSuffix(rest) {
		return Unscored, Errorf(Invalid, "score %q is not a whole number from 0 to 10", clip(text))
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(number, ",", "."), 64)
	if err != nil || f != float64(int(f)) || f < 0 || f > 10 {
		return Unscored, Errorf(Invalid, "score %q is not a whole number from 0 to 10", clip(text))
	}
	return Score(f), nil
}

// splitNumber splits a leading decimal number, sign included, from what follows.
func splitNumber(text string) (number, rest string) {
	i := 0
	for i < len(text) && (text[i] >= '0' && text[i] <= '9' || (text[i] == '.' || text[i] == ',') && i > 0 || i == 0 && (text[i] == '-' || text[i] == '+')) {
		i++
	}
	return text[:i], strings.TrimSpace(text[i:])
}

// scoreSuffix reports whether what follows the number leaves it a score: nothing, "/10", or a label after a dash, colon,
// or in brackets.
func scoreSuffix(rest string) bool {
	if rest == "" {
		return true
	}
	if after, ok := strings.CutPrefix(rest, "/"); ok {
		return strings.TrimSpace(after) == "10"
	}
	for _, lead := range []string{"-", "–", "—", ":", "(", "=", "（", "："} {
		if label, ok := strings.CutPrefix(rest, lead); ok {
			return !strings.ContainsAny(label, "0123456789")
		}
	}
	return false
}

func clip(text string) string {
	const most = 40
	for i := range text {
		if i >= most {
			return text[:i] + "…"
		}
	}
	return text
}

// Group is a band of the score.
type Group string

// The groups.
const (
	Promoter  Group = "promoter"
	Passive   Group = "passive"
	Detractor Group = "detractor"
)

// Groups lists the groups in the order of the contracts.
var Groups = []Group{Promoter, Passive, Detractor}

// Key names a response within a workspace.
type Key struct {
	Survey string `json:"survey"`
	ID     string `json:"id"`
}

// String gives survey/id.
func (k Key) String() string { return k.Survey + "/" + k.ID }

// Response is one respondent's answer to one survey.
type Response struct {
	Survey      string            `json:"survey"`
	ID          string            `json:"id"`
	Score       Score             `json:"score"`
	Comment     string            `json:"comment"`
	Suggestion  string            `json:"suggestion,omitempty"`
	Lang        string            `json:"lang,omitempty"` // a hint: what the platform says the language is
	SubmittedAt time.Time         `json:"submitted_at,omitzero"`
	UpdatedAt   time.Time         `json:"updated_at,omitzero"`
	Respondent  string            `json:"respondent,omitempty"`
	Touchpoint  string            `json:"touchpoint,omitempty"`
	Weight      float64           `json:"weight,omitempty"`     // 0 stands for 1
	Attributes  map[string]string `json:"attributes,omitempty"` // flattened: meta.airline
	Import      string            `json:"import,omitempty"`     // the import it came from
}

// Key returns the response's name within its workspace.
func (r *Response) Key() Key { return Key{Survey: r.Survey, ID: r.ID} }

// Commented reports whether there is a comment that is not blank.
func (r *Response) Commented() bool { return strings.TrimSpace(r.Comment) != "" }

// Attribute returns a value by name; the fields touchpoint and survey answer like attributes.
func (r *Response) Attribute(name string) (string, bool) {
	switch name {
	case "touchpoint":
		return r.Touchpoint, r.Touchpoint != ""
	case "survey":
		return r.Survey, true
	}
	v, ok := r.Attributes[name]
	return v, ok
}

// Analysed is a response with what its texts say.
type Analysed struct {
	Response
	Analysis           *Analysis `json:"analysis,omitempty"`            // of the comment; nil when it is blank
	SuggestionAnalysis *Analysis `json:"suggestion_analysis,omitempty"` // of the suggestion; nil when it is blank
}

// ChangeKind says what a change of the log did.
type ChangeKind string

// The kinds of change.
const (
	ChangePut     ChangeKind = "put"
	ChangeDelete  ChangeKind = "delete"
	ChangeCorrect ChangeKind = "correct"
	ChangeRetag   ChangeKind = "retag"
	// ChangeTaxonomy is of no response: from here on another version of the taxonomy is the current one.
	ChangeTaxonomy ChangeKind = "taxonomy"
)

// Change is an entry of a workspace's change log. Seq starts at 1 and grows in commit order. Analysed is the response as
// it is now, corrections laid over; nil when it no longer exists.
type Change struct {
	Seq      int64
	Kind     ChangeKind
	Key      Key
	Analysed *Analysed
}

// String gives the change for a log line.
func (c Change) String() string { return fmt.Sprintf("%d %s %s", c.Seq, c.Kind, c.Key) }
