package feedback

import (
	"strings"
	"testing"
)

func TestSurveyValidate(t *testing.T) {
	good := Survey{Name: "nps 2026/é", Kind: Relationship, Touchpoint: "app", Question: "Why?", Languages: []string{"fi", "sv"}, RetentionDays: 730}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	if err := (&Survey{Name: "x"}).Validate(); err != nil {
		t.Error(err)
	}
	for field, spoil := range map[string][]func(s *Survey){
		"name":           {func(s *Survey) { s.Name = " " }, func(s *Survey) { s.Name = "a\nb" }, func(s *Survey) { s.Name = strings.Repeat("x", 257) }, func(s *Survey) { s.Name = "\xff" }},
		"kind":           {func(s *Survey) { s.Kind = "SECRETMARK" }},
		"touchpoint":     {func(s *Survey) { s.Touchpoint = strings.Repeat("x", 257) }},
		"question":       {func(s *Survey) { s.Question = strings.Repeat("x", 2001) }, func(s *Survey) { s.Question = "a\x00" }},
		"languages":      {func(s *Survey) { s.Languages = []string{"SECRETMARK"} }, func(s *Survey) { s.Languages = []string{"fi", "fi"} }, func(s *Survey) { s.Languages = make([]string, 17) }},
		"retention_days": {func(s *Survey) { s.RetentionDays = -1 }, func(s *Survey) { s.RetentionDays = 36501 }},
	} {
		for i, f := range spoil {
			bad := good
			f(&bad)
			err := bad.Validate()
			if CodeOf(err) != Invalid || !strings.HasPrefix(err.Error(), field+":") || strings.Contains(err.Error(), "SECRETMARK") {
				t.Errorf("%s %d: %v", field, i, err)
			}
		}
	}
}
