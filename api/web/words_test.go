package web

import (
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	keyUsed = regexp.MustCompile(`\bt\(?\s*"([a-z_.]+)"|shell\("([a-z.]+)"|add\("(driver\.[a-z.]+)"|"(problem\.[a-z]+)"|\{"[a-z]+", "([a-z]+\.title)"|settings\("([a-z.]+)"|, "([a-z]+\.[a-z]+\.title)"`)
	verbs   = regexp.MustCompile(`%[a-z]`)
)

// Every language has the same keys with the same verbs, and all keys are used.
func TestWordsAreWhole(t *testing.T) {
	t.Parallel()
	all := map[string]map[string]string{}
	for _, code := range languages {
		l, err := newLook(code)
		if err != nil {
			t.Fatal(err)
		}
		all[code] = l.words
	}
	english := all["en"]
	for code, words := range all {
		for _, key := range slices.Sorted(maps.Keys(english)) {
			text, ok := words[key]
			if !ok {
				t.Errorf("%s lacks %s", code, key)
			} else if got, want := verbs.FindAllString(text, -1), verbs.FindAllString(english[key], -1); !slices.Equal(got, want) {
				t.Errorf("%s: %s has %v, want %v", code, key, got, want)
			}
		}
		for key := range words {
			if _, ok := english[key]; !ok {
				t.Errorf("%s has %s, which English lacks", code, key)
			}
		}
	}
	used := usedKeys(t)
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if _, ok := english[key]; !ok && !strings.HasSuffix(key, ".") {
			t.Errorf("%s is used and has no words", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(english)) {
		family := key[:strings.LastIndex(key, ".")+1]
		if !used[key] && !used[family] {
			t.Errorf("%s is not used", key)
		}
	}
}

// usedKeys reads the keys that templates and code use; families of keys end in a point.
func usedKeys(t *testing.T) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".html") && (!strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go")) {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range keyUsed.FindAllStringSubmatch(string(text), -1) {
			used[strings.Join(m[1:], "")] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

func TestParseWordsRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"no equals", "a = ", "a = b\na = c"} {
		if _, err := parseWords(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
