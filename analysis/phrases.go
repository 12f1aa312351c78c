package analysis

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/jdkato/prose/v2"
)

const (
	mostPhraseTokens  = 1000 // of a text that are read
	longestPhrase     = 4    // words
	negatorReach      = 3    // words after a negator in which a phrase would say the opposite
	longestPhraseWord = 30   // letters: longer ones are keyboards
)

// Phrases returns the key phrases of an English text in lower case, each once, in the order of the text: adjectives with
// the nouns they describe ("late delivery", also from "the delivery was late") and nouns in a row ("call centre"). Names
// and what is negated are left out, but "no" before a phrase is kept. The first call takes about 0.2 s to load the model
// of prose.
func Phrases(text string) []string {
	words := phraseWords(text)
	tags := partsOfSpeech(words)
	if tags == nil {
		return nil
	}
	s := sentenceTags{words, tags}
	var phrases []string
	add := func(phrase string) {
		if phrase != "" && !slices.Contains(phrases, phrase) {
			phrases = append(phrases, phrase)
		}
	}
	for i := 0; i < len(words); {
		end := s.nounPhrase(i)
		if end == i {
			i++
			continue
		}
		add(s.phrase(i, end))
		add(s.described(i, end))
		i = end
	}
	return phrases
}

// proseModel is the tagger of prose, loaded at its first use; without extraction prose leaves out the half that we do not
// need. Tagging only reads it.
var proseModel = sync.OnceValue(func() *prose.Model {
	document, err := prose.NewDocument("", prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		panic(err) // partsOfSpeech recovers
	}
	return document.Model
})

// partsOfSpeech returns a Penn Treebank tag for each word, or nil when prose fails or cuts the words in another way.
func partsOfSpeech(words []string) (tags []string) {
	defer func() {
		if recover() != nil { // prose panics on some texts
			tags = nil
		}
	}()
	if len(words) == 0 {
		return nil
	}
	document, err := prose.NewDocument(strings.Join(words, " "), prose.UsingModel(proseModel()),
		prose.WithExtraction(false), prose.WithSegmentation(false))
	if err != nil {
		return nil
	}
	tokens := document.Tokens()
	if len(tokens) != len(words) {
		return nil
	}
	for _, token := range tokens {
		tags = append(tags, token.Tag)
	}
	return tags
}

// phraseWords cuts a text into words as the Penn Treebank does ("does n't", "it 's"), with "." for whatever ends a
// clause and "," for what parts words. The words are such that prose leaves them whole.
func phraseWords(text string) []string {
	var words []string
	var word strings.Builder
	begins := true // a sentence
	end := func() {
		if word.Len() > 0 {
			trimmed := strings.Trim(word.String(), "'-")
			if word.Reset(); trimmed == "" { // a dash by itself
				words, begins = append(words, "."), true
				return
			}
			words = append(words, splitClitic(trimmed, begins)...)
			begins = false
		}
	}
	sign := func(s string) {
		end()
		if n := len(words); n > 0 && words[n-1] != "." && words[n-1] != s {
			words = append(words, s)
		}
		begins = begins || s == "."
	}
	for i := 0; i < len(text) && len(words) < mostPhraseTokens; {
		r, size := utf8.DecodeRuneInString(text[i:])
		if n := strippedLength(text, i); n > 0 {
			r, size = ',', n
		}
		i += size
		switch {
		case strings.ContainsRune("’‘'", r):
			word.WriteByte('\'')
		case unicode.Is(unicode.Latin, r) || r >= '0' && r <= '9' || r == '-':
			word.WriteRune(r)
		case strings.ContainsRune(" \t\u00A0", r):
			end()
		case strings.ContainsRune(",/\"“”&", r):
			sign(",")
		default: // a sentence's end, a bracket, an emoji
			sign(".")
		}
	}
	end()
	return words
}

// splitClitic parts "n't", "'s" and the like from a word. The capitals of a word that begins a sentence or is shouted say
// nothing, and mislead prose.
func splitClitic(word string, begins bool) []string {
	if word == "" || len(word) > longestPhraseWord {
		return nil
	}
	if upper := strings.ToUpper(word); word != "I" && (begins || word == upper && len(word) > 3) {
		word = strings.ToLower(word)
	}
	lower := strings.ToLower(word)
	if in(" cant dont wont didnt doesnt isnt wasnt ", word) {
		return []string{lower[:len(lower)-2], "n't"}
	}
	if len(lower) != len(word) { // lower case takes another number of bytes
		word = lower
	}
	if n := len(word) - len("n't"); n > 0 && strings.HasSuffix(lower, "n't") {
		return []string{word[:n], "n't"}
	}
	before, after, found := strings.Cut(word, "'")
	if !found || before == "" || after == "" {
		return []string{strings.ReplaceAll(word, "'", "")}
	}
	return []string{before, "'" + strings.ToLower(strings.ReplaceAll(after, "'", ""))}
}

// sentenceTags is a text's words with their parts of speech.
type sentenceTags struct{ words, tags []string }

// Words that the tagger takes for adjectives or nouns but that describe nothing. Words of kinds are parted by spaces.
const (
	emptyAdjectives = " other same such many few several own much more most less least whole certain able due sure various only full-on "
	emptyNouns      = " thing things lot lots bit way ways kind sort type couple n't anything everything something nothing one ones today " +
		"tomorrow yesterday someone anyone everyone i u ur im pls plz etc ok "
	mistagged    = " long late early slow fast waiting parking booking billing opening shopping cleaning charging shipping ordering boarding seating damaged broken missing "
	copulas      = " is are was were be been being 's 're seems seemed seem feels felt looks looked gets got became "
	negators     = " not n't never no nothing without hardly barely neither nor "
	intensifiers = " very so really too extremely quite always rather pretty incredibly absolutely super just also a bit little again "
)

func in(list, word string) bool {
	return strings.Contains(list, " "+strings.ToLower(word)+" ")
}

func (s *sentenceTags) isAdjective(i int) bool {
	if i < len(s.tags) && in(mistagged, s.words[i]) && (s.isNoun(i+1) || s.isAdjective(i+1)) {
		return true
	}
	return i < len(s.tags) && strings.HasPrefix(s.tags[i], "JJ") && isPhraseWord(s.words[i]) && !in(emptyAdjectives, s.words[i])
}

func (s *sentenceTags) isNoun(i int) bool {
	return i < len(s.tags) && (s.tags[i] == "NN" || s.tags[i] == "NNS") && isPhraseWord(s.words[i]) && !in(emptyNouns, s.words[i])
}

func isPhraseWord(word string) bool {
	letters := 0
	for _, r := range word {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters >= 2
}

// nounPhrase returns where the adjectives and nouns that begin at i end; i when there is no noun among them.
func (s *sentenceTags) nounPhrase(i int) int {
	end := i
	for s.isAdjective(end) {
		end++
	}
	first := end
	for s.isNoun(end) {
		end++
	}
	if end == first {
		return i
	}
	return end
}

// phrase returns the phrase from i up to end unless it is one word, too long or negated.
func (s *sentenceTags) phrase(i, end int) string {
	i = max(i, end-longestPhrase)
	if end-i < 2 {
		return ""
	}
	words := s.words[i:end]
	if i > 0 && strings.EqualFold(s.words[i-1], "no") {
		words = s.words[i-1 : end]
	} else if s.isAdjective(i) && s.negated(i) {
		return ""
	}
	return strings.ToLower(strings.Join(words, " "))
}

// described returns the nouns up to end with the adjective that is said of them ("the delivery was late"), or "".
func (s *sentenceTags) described(i, end int) string {
	k := end
	for k < len(s.words) && in(" has have had ", s.words[k]) {
		k++
	}
	if k >= len(s.words) || !in(copulas, s.words[k]) || s.negated(i) {
		return ""
	}
	for k++; k < len(s.words) && (in(intensifiers, s.words[k]) || in(copulas, s.words[k])); {
		k++
	}
	says := s.isAdjective(k) || k < len(s.words) && in(" late early slow fast ", s.words[k])
	if !says || s.isNoun(k+1) || s.isAdjective(k+1) {
		return ""
	}
	for !s.isNoun(i) {
		i++
	}
	i = max(i, end-longestPhrase+1)
	return strings.ToLower(s.words[k] + " " + strings.Join(s.words[i:end], " "))
}

// negated reports whether a negator stands in the few words before i, in the same clause.
func (s *sentenceTags) negated(i int) bool {
	for k := i - 1; k >= 0 && k >= i-negatorReach; k-- {
		if s.words[k] == "." || s.words[k] == "," {
			return false
		}
		if in(negators, s.words[k]) {
			return true
		}
	}
	return false
}
