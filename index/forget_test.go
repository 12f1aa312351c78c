package index

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"verbatim/feedback"
)

// inFolder reports whether a text is in any file under the folder.
func inFolder(t *testing.T, dir, text string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		found = found || bytes.Contains(content, []byte(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// inDictionaries reports whether a word is in a segment, be it of deleted documents only.
func inDictionaries(t *testing.T, x *Index, word string) bool {
	t.Helper()
	s, err := x.space(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	session, err := s.texts.session()
	if err != nil {
		t.Fatal(err)
	}
	defer session.close()
	for _, field := range session.fields {
		dictionary, err := session.reader.FieldDict(field)
		if err != nil {
			t.Fatal(err)
		}
		list, err := entries(nil, dictionary)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range list {
			if entry.Term == word {
				return true
			}
		}
	}
	return false
}

func TestForget(t *testing.T) {
	for _, others := range []int{0, 1, 300} { // with one segment, and with several
		t.Run(strconv.Itoa(others), func(t *testing.T) {
			dir := t.TempDir()
			x := openDisk(t, dir, nil)
			var kept []feedback.Analysed
			for i := range others {
				kept = append(kept, comment(fmt.Sprint("r", i), 5, "en", fmt.Sprint("ordinary words number", i)))
			}
			person := comment("marker-id", 3, "en", "zanzibarquell was late", tag("support", feedback.Negative))
			person.Attributes = map[string]string{"name": "marker-name", "region": "EU"}
			apply(t, x, ws, puts(0, person))
			if others > 0 {
				kept[0].Attributes = map[string]string{"region": "US"}
				apply(t, x, ws, puts(1, kept...))
			}
			if err := x.Close(); err != nil { // so that the name is in a snapshot
				t.Fatal(err)
			}
			x = openDisk(t, dir, nil)
			if !inFolder(t, dir, "marker-name") || !inDictionaries(t, x, "zanzibarquell") {
				t.Fatal("this test would not see what is left")
			}
			apply(t, x, ws, []feedback.Change{{Seq: int64(others) + 2, Kind: feedback.ChangeDelete, Key: person.Key()}})
			for range 2 { // the second has nothing to do
				if err := x.Forget(t.Context(), ws); err != nil {
					t.Fatal(err)
				}
			}
			for _, text := range []string{"marker-id", "marker-name", "zanzibarquell"} {
				if inFolder(t, dir, text) {
					t.Errorf("%s is on the disk", text)
				}
			}
			if inDictionaries(t, x, "zanzibarquell") {
				t.Error("the word is in a segment")
			}
			if got := search(t, x, feedback.Filter{Match: "ordinary"}, SearchOptions{}); got.Total != others {
				t.Fatalf("%d of %d are found", got.Total, others)
			}
			if others > 0 {
				got := search(t, x, feedback.Filter{Where: []feedback.Condition{{Attribute: "region", Op: feedback.Equal, Values: []string{"US"}}}}, SearchOptions{})
				if got.Total != 1 {
					t.Errorf("%d in the region", got.Total)
				}
			}
			if list := check(t, x, kept); len(list) != 0 {
				t.Errorf("%v", list)
			}
		})
	}
}

// check compares the index with responses.
func check(t *testing.T, x *Index, all []feedback.Analysed) (list []Difference) {
	t.Helper()
	_, err := x.Check(t.Context(), ws, func(each func(feedback.Analysed) error) error {
		for _, a := range all {
			if err := each(a); err != nil {
				return err
			}
		}
		return nil
	}, func(d Difference) { list = append(list, d) })
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Random puts, replacements, deletions and forgetting never make index and store differ, and a snapshot keeps that.
func TestForgetAndCheckAtRandom(t *testing.T) {
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 7))
		dir := t.TempDir()
		x := openDisk(t, dir, nil)
		stored := map[feedback.Key]feedback.Analysed{}
		seq := int64(0)
		for range 5 {
			for range 40 {
				seq++
				a := randomResponse(r, r.IntN(60))
				a.Survey = "s"
				if r.IntN(3) == 0 {
					delete(stored, a.Key())
					apply(t, x, ws, []feedback.Change{{Seq: seq, Kind: feedback.ChangeDelete, Key: a.Key()}})
					continue
				}
				stored[a.Key()] = a
				apply(t, x, ws, puts(seq-1, a))
			}
			if err := x.Forget(t.Context(), ws); err != nil {
				t.Fatal(err)
			}
			var all []feedback.Analysed
			for _, a := range stored {
				all = append(all, a)
			}
			if list := check(t, x, all); len(list) != 0 {
				t.Fatalf("seed %d: %v", seed, list)
			}
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheckSeesEveryDifference(t *testing.T) {
	x := openDisk(t, t.TempDir(), nil)
	a := comment("a", 3, "en", "The delivery was late", tag("support", feedback.Negative))
	a.Attributes, a.Touchpoint = map[string]string{"region": "EU"}, "shop"
	gone, extra := comment("gone", 3, "en", "words"), comment("extra", 3, "en", "words")
	apply(t, x, ws, puts(0, a, gone))
	if list := check(t, x, []feedback.Analysed{a, gone}); len(list) != 0 {
		t.Fatalf("%v", list)
	}
	want := []Difference{{extra.Key(), "is not in the index"}, {gone.Key(), "is not in the store"}}
	if list := check(t, x, []feedback.Analysed{a, extra}); !slices.Equal(list, want) {
		t.Errorf("%v", list)
	}
	for _, c := range []struct {
		what   string
		change func(*feedback.Analysed)
	}{
		{"the score or what is marked with it differs", func(a *feedback.Analysed) { a.Score = 4 }},
		{"the time differs", func(a *feedback.Analysed) { a.SubmittedAt = time.Unix(1, 0) }},
		{"the weight differs", func(a *feedback.Analysed) { a.Weight = 2 }},
		{"the attribute region differs", func(a *feedback.Analysed) { a.Attributes = map[string]string{"region": "US"} }},
		{"the attribute plan differs", func(a *feedback.Analysed) { a.Attributes = map[string]string{"region": "EU", "plan": "x"} }},
		{"the attribute touchpoint differs", func(a *feedback.Analysed) { a.Touchpoint = "" }},
		{"has other words in the index", func(a *feedback.Analysed) { a.Comment = "The delivery was late, late" }},
		{"a theme of the comment differs", func(a *feedback.Analysed) {
			other := *a.Analysis
			other.Themes = []feedback.ThemeTag{tag("support", feedback.Positive)}
			a.Analysis = &other
		}},
		{"the language or a version differs", func(a *feedback.Analysed) {
			other := *a.Analysis
			other.Model = "m2"
			a.Analysis = &other
		}},
		{"the sentiment or a kind differs", func(a *feedback.Analysed) {
			other := *a.Analysis
			other.Kinds = []feedback.Kind{feedback.Praise}
			a.Analysis = &other
		}},
	} {
		other := a
		c.change(&other)
		if list := check(t, x, []feedback.Analysed{other, gone}); len(list) != 1 || list[0] != (Difference{a.Key(), c.what}) {
			t.Errorf("%s: %v", c.what, list)
		}
	}
}
