package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/models"
)

// TestQualityTable scores the models on the test part of the hand-written comments and compares the figures with
// models/quality.txt, part A: a commit that moves one shows it there (make quality).
func TestQualityTable(t *testing.T) {
	unraced(t)
	table, err := models.Embedded().File("quality.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(string(table), "# Part A")
	_, want, _ = strings.Cut(want, "\n")
	want, _, found := strings.Cut(want, "# Part B")
	if !found {
		t.Fatal("models/quality.txt has no parts A and B")
	}
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"eval"}, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatal(code, errs.String())
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(out.String(), "\n")); diff != "" {
		t.Errorf("models/quality.txt does not show what the models do (-table +models):\n%s", diff)
	}
}
