package analysis

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"verbatim/feedback"
)

// Limits of a taxonomy of one's own.
const (
	MaxThemes      = 256
	MaxPhrases     = 5000 // of all themes together
	MaxPhrase      = 100  // code points
	MaxThemeName   = 200  // bytes
	MaxDescription = 1000 // bytes
)

var (
	themeID      = regexp.MustCompile(`^[a-z0-9_]{1,64}(/[a-z0-9_]{1,64})?$`)
	languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// NewTaxonomy makes a taxonomy of themes as somebody wrote them: built-in ones, which keep their names in the languages
// that are left out, and others with phrases. The themes are put in the order of their ids, phrases are trimmed and those
// that repeat left out. An error is a [feedback.Invalid] one that begins with the place that is wrong ("themes[3].id") and
// holds nothing of what was written.
func (a *Analyzer) NewTaxonomy(themes []feedback.Theme) (feedback.Taxonomy, error) {
	out := feedback.Taxonomy{Name: a.taxonomy.Name}
	if len(themes) == 0 {
		return out, feedback.Errorf(feedback.Invalid, "themes must have at least one theme")
	}
	if len(themes) > MaxThemes {
		return out, feedback.Errorf(feedback.Invalid, "themes must be at most %d", MaxThemes)
	}
	ids, phrases := map[string]bool{}, 0
	for i := range themes {
		theme, wrong := a.ownTheme(&themes[i])
		if wrong == "" && ids[theme.ID] {
			wrong = "id stands twice"
		}
		if wrong != "" {
			return out, feedback.Errorf(feedback.Invalid, "themes[%d].%s", i, wrong)
		}
		ids[theme.ID] = true
		for _, list := range theme.Phrases {
			phrases += len(list)
		}
		out.Themes = append(out.Themes, theme)
	}
	for i := range themes {
		if parent := feedback.ParentTheme(themes[i].ID); !ids[parent] {
			return out, feedback.Errorf(feedback.Invalid, "themes[%d].id is a subtheme of a theme that is not there: add its parent, or leave it out", i)
		}
	}
	if phrases > MaxPhrases {
		return out, feedback.Errorf(feedback.Invalid, "themes have %d phrases together: %d are allowed", phrases, MaxPhrases)
	}
	slices.SortFunc(out.Themes, func(a, b feedback.Theme) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// ownTheme checks and completes one theme; wrong says what is the matter with it.
func (a *Analyzer) ownTheme(in *feedback.Theme) (theme feedback.Theme, wrong string) {
	theme = feedback.Theme{ID: in.ID, Names: map[string]string{}, Description: in.Description}
	if !themeID.MatchString(in.ID) {
		return theme, "id must be 1 to 64 of a-z, 0-9 and _, or parent/child of two such"
	}
	builtIn, known := a.taxonomy.Theme(in.ID)
	maps.Copy(theme.Names, builtIn.Names)
	for _, code := range sortedKeys(in.Names) {
		name := in.Names[code]
		switch {
		case !languageCode.MatchString(code):
			return theme, "names must have language codes like fi as names of its fields"
		case strings.TrimSpace(name) == "" || len(name) > MaxThemeName || !isLine(name):
			return theme, fmt.Sprintf("names must be texts of 1 to %d bytes", MaxThemeName)
		}
		theme.Names[code] = name
	}
	if len(in.Description) > MaxDescription || !isLine(in.Description) {
		return theme, fmt.Sprintf("description must be a text of at most %d bytes", MaxDescription)
	}
	phrases := 0
	for _, code := range sortedKeys(in.Phrases) {
		list, wrong := a.ownPhrases(code, in.Phrases[code])
		if wrong != "" {
			return theme, wrong
		}
		if len(list) > 0 {
			if theme.Phrases == nil {
				theme.Phrases = map[string][]string{}
			}
			theme.Phrases[code] = list
			phrases += len(list)
		}
	}
	if phrases == 0 && !known {
		return theme, "phrases must have at least one phrase: without any, nothing is tagged with a theme that the models do not know"
	}
	theme.AcrossLanguages = in.AcrossLanguages && phrases > 0
	return theme, ""
}

// ownPhrases checks the phrases of a language.
func (a *Analyzer) ownPhrases(code string, phrases []string) (list []string, wrong string) {
	if code != feedback.EveryLanguage && a.taggers[code] == nil || code == feedback.Undetermined {
		return nil, "phrases must have codes of supported languages, or * for every language, as names of its fields"
	}
	if len(phrases) > MaxPhrases {
		return nil, fmt.Sprintf("phrases must be at most %d of all themes together", MaxPhrases)
	}
	seen := map[string]bool{}
	for i, phrase := range phrases {
		phrase = strings.TrimSpace(phrase)
		at := fmt.Sprintf("phrases.%s[%d]", code, i)
		if wrong := a.wrongPhrase(code, phrase); wrong != "" {
			return nil, at + " " + wrong
		}
		if !seen[phrase] {
			seen[phrase] = true
			list = append(list, phrase)
		}
	}
	return list, ""
}

// wrongPhrase says what is wrong with a phrase, "" for nothing.
func (a *Analyzer) wrongPhrase(code, phrase string) string {
	if n := utf8.RuneCountInString(phrase); n == 0 || n > MaxPhrase || !isLine(phrase) {
		return fmt.Sprintf("must be a text of 1 to %d characters", MaxPhrase)
	}
	text, prefix, _ := readPhrase(phrase)
	var f folded
	f.fold(text)
	words, common, letters := 0, 0, 0
	for i := range f.tokens {
		t := &f.tokens[i]
		if t.kind > symbol {
			continue
		}
		words++
		letters += int(t.to - t.from)
		if code != feedback.EveryLanguage && t.kind == word && a.language.common(code, f.text[t.start:t.end]) {
			common++
		}
	}
	switch {
	case words == 0:
		return "has no word: punctuation alone is in every text"
	case words > longestPhraseTokens:
		return fmt.Sprintf("has more than %d words", longestPhraseTokens)
	case words == common:
		return "consists of words that are in every other text: name what the theme is about"
	case prefix && letters < 2:
		return "is too short to go on: write two letters at least before the *"
	}
	return ""
}

// isLine reports whether a text is one line of readable characters: nothing that controls a terminal or turns the
// direction of what follows.
func isLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
	})
}

// commonShare is the share of a language's words from which a word says nothing by itself ("the", "но").
const commonShare = 0.008

// common reports whether a word is among the most used of a language. Of languages with a script of their own no words
// are known.
func (d *Detector) common(lang, text string) bool {
	column := slices.Index(d.words.languages, lang)
	if column < 0 {
		return false
	}
	x := d.scratch.Get().(*detection)
	defer d.scratch.Put(x)
	x.read(text, d.letters)
	s, _ := x.dominant()
	found := false
	eachWord(s, x.of(s), func(hash uint32) {
		at, ok := d.words.find(hash)
		for k := 0; ok && k < int(d.words.from[at+1]-d.words.from[at]); k++ {
			entry := int(d.words.from[at]) + k
			found = found || int(d.words.column[entry]) == column && math.Exp(-float64(d.words.cost[entry])/costsPerNat) >= commonShare
		}
	})
	return found
}
