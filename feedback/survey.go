package feedback

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SurveyKind says whom a survey asks, and about what.
type SurveyKind string

// The kinds of survey.
const (
	Transactional SurveyKind = "transactional" // customers, after one contact
	Relationship  SurveyKind = "relationship"  // customers, about the whole
	Employee      SurveyKind = "employee"      // our own people
	Competitive   SurveyKind = "competitive"   // customers of others as well
)

// SurveyKinds lists the kinds of survey.
var SurveyKinds = []SurveyKind{Transactional, Relationship, Employee, Competitive}

// Survey is what is known of a survey beside its responses. Responses need no survey to be described; every field but the
// name may be empty.
type Survey struct {
	Name          string     `json:"name"` // 1–256 bytes; a workspace has one of the name
	Kind          SurveyKind `json:"kind,omitempty"`
	Touchpoint    string     `json:"touchpoint,omitempty"` // where it is asked
	Question      string     `json:"question,omitempty"`   // as respondents read it
	Languages     []string   `json:"languages"`            // ISO 639-1 codes that it is asked in; none for unknown
	RetentionDays int        `json:"retention_days"`       // days that responses are to be kept; 0 for no limit
}

// Limits of a survey, in bytes, languages and days.
const (
	maxSurveyName     = 256
	maxSurveyText     = 2000
	maxSurveyLanguage = 16
	maxRetention      = 36500
)

var languageCode = regexp.MustCompile(`^[a-z]{2}$`)

// Validate checks the survey; an [Invalid] error begins with the field and repeats no value.
func (s *Survey) Validate() error {
	switch {
	case strings.TrimSpace(s.Name) == "" || len(s.Name) > maxSurveyName || unprintable(s.Name):
		return Errorf(Invalid, "name: a survey needs a name of at most %d bytes, without control characters", maxSurveyName)
	case s.Kind != "" && !slices.Contains(SurveyKinds, s.Kind):
		return Errorf(Invalid, "kind: a survey is transactional, relationship, employee or competitive")
	case len(s.Touchpoint) > maxSurveyName || unprintable(s.Touchpoint):
		return Errorf(Invalid, "touchpoint: at most %d bytes, without control characters", maxSurveyName)
	case len(s.Question) > maxSurveyText || unprintable(s.Question):
		return Errorf(Invalid, "question: at most %d bytes, without control characters", maxSurveyText)
	case len(s.Languages) > maxSurveyLanguage:
		return Errorf(Invalid, "languages: at most %d", maxSurveyLanguage)
	case s.RetentionDays < 0 || s.RetentionDays > maxRetention:
		return Errorf(Invalid, "retention_days: 0 (no limit) to %d", maxRetention)
	}
	for i, code := range s.Languages {
		if !languageCode.MatchString(code) || slices.Contains(s.Languages[:i], code) {
			return Errorf(Invalid, "languages: ISO 639-1 codes like fi, each once")
		}
	}
	return nil
}

func unprintable(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl)
}
