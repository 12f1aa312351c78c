package index

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/char/asciifolding"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ar"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ckb"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/da"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/de"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/en"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/es"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/fa"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/fi"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/fr"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/hi"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/hr"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/hu"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/it"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/nl"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/no"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/pt"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ro"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ru"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/sv"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/tr"
	"github.com/blevesearch/bleve/v2/analysis/token/unicodenorm"
	unicodetokenizer "github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/registry"
)

// The names of the fields that are not a language's.
const (
	plainField = "plain" // every text, word by word as written
	cjkField   = "cjk"   // pairs of characters
)

// foldedMark stands before a word without its accents in the plain field, beside the word itself. It cannot stand in a
// word.
const foldedMark = "\x00"

// fieldOf returns the analyzer that has the language's stems, "" when there is none: then the plain field is all.
// Bleve has mere stop lists for bg, ca, cs, el, eu, ga, gl, hy, id and in, which do not make a search better, and its Polish
// stemmer needs a module of its own.
func fieldOf(language string) string {
	switch language {
	case "ar", "ckb", "da", "de", "en", "es", "fa", "fi", "fr", "hi", "hr", "hu", "it", "nl", "no", "pt", "ro", "ru", "sv", "tr":
		return language
	case "nb", "nn":
		return "no"
	case "zh", "ja", "ko":
		return cjkField
	default:
		return ""
	}
}

// analyzers makes analyzers when they are first asked for. Safe for concurrent use, and so are they.
type analyzers struct {
	mu    sync.Mutex
	cache *registry.Cache
	made  map[string]analysis.Analyzer
}

func newAnalyzers() *analyzers {
	return &analyzers{cache: registry.NewCache(), made: map[string]analysis.Analyzer{plainField: guarded{newPlainAnalyzer()}}}
}

// named returns the analyzer of a field.
func (a *analyzers) named(field string) (analysis.Analyzer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if made, ok := a.made[field]; ok {
		return made, nil
	}
	made, err := a.cache.AnalyzerNamed(field)
	if err != nil {
		return nil, fmt.Errorf("index: analyzer %s: %w", field, err)
	}
	if d, ok := made.(*analysis.DefaultAnalyzer); ok {
		made = mended(field, *d)
	}
	a.made[field] = guarded{made}
	return a.made[field], nil
}

// mended repairs what Bleve's analyzers do wrong for us: Persian's replaces a character of three bytes by one of one, so
// that every offset after it is wrong, and that for Chinese, Japanese and Korean makes pairs of everything but Korean.
func mended(field string, d analysis.DefaultAnalyzer) analysis.Analyzer {
	if len(d.CharFilters) > 0 {
		d.CharFilters = []analysis.CharFilter{nonJoiner{}}
	}
	if last := len(d.TokenFilters) - 1; field == cjkField && last >= 0 {
		d.TokenFilters = slices.Insert(slices.Clone(d.TokenFilters), last, analysis.TokenFilter(hangul{}))
	}
	return &d
}

// hangul marks Korean words to be cut into pairs of syllables, so that a noun is found whatever particle it carries.
type hangul struct{}

func (hangul) Filter(tokens analysis.TokenStream) analysis.TokenStream {
	for _, token := range tokens {
		if r, _ := utf8.DecodeRune(token.Term); unicode.Is(unicode.Hangul, r) && utf8.Valid(token.Term) {
			token.Type = analysis.Ideographic
		}
	}
	return tokens
}

// nonJoiner turns zero-width non-joiners into as many bytes of space.
type nonJoiner struct{}

func (nonJoiner) Filter(text []byte) []byte {
	return bytes.ReplaceAll(text, []byte("\u200c"), []byte("   "))
}

// guarded keeps a text that an analyzer panics on, or gives impossible offsets for, from ending the program: the words
// concerned are then found by the plain field only.
type guarded struct{ analysis.Analyzer }

func (g guarded) Analyze(text []byte) (tokens analysis.TokenStream) {
	defer func() {
		if recover() != nil {
			tokens = nil
		}
	}()
	length := len(text)
	tokens = g.Analyzer.Analyze(text)
	kept := tokens[:0]
	for _, token := range tokens {
		if len(token.Term) > 0 && 0 <= token.Start && token.Start < token.End && token.End <= length {
			kept = append(kept, token)
		}
	}
	return kept
}

// plainAnalyzer gives the words as they are, in lower case and compatibility form, and beside a word with accents the one
// without them. Positions are those of the tokenizer; a folded word has the position of its word.
type plainAnalyzer struct {
	tokenizer analysis.Tokenizer
	normal    analysis.TokenFilter
	folding   analysis.CharFilter
}

func newPlainAnalyzer() *plainAnalyzer {
	return &plainAnalyzer{
		tokenizer: unicodetokenizer.NewUnicodeTokenizer(),
		normal:    unicodenorm.MustNewUnicodeNormalizeFilter(unicodenorm.NFKC),
		folding:   asciifolding.New(),
	}
}

func (a *plainAnalyzer) Analyze(text []byte) analysis.TokenStream {
	words := a.words(text)
	tokens := make(analysis.TokenStream, 0, len(words))
	for _, word := range words {
		tokens = append(tokens, word)
		if folded := a.fold(word.Term); !bytes.Equal(folded, word.Term) && len(folded) > 0 {
			extra := *word
			extra.Term = append([]byte(foldedMark), folded...)
			tokens = append(tokens, &extra)
		}
	}
	return tokens
}

// words tokenizes without folding.
func (a *plainAnalyzer) words(text []byte) analysis.TokenStream {
	words := a.tokenizer.Tokenize(text)
	for _, word := range words {
		word.Term = bytes.ToLower(word.Term)
	}
	if ascii(text) {
		return words
	}
	return a.normal.Filter(words)
}

// fold takes the accents off Latin and Greek letters, and the dots off ё: what people leave out when they type.
func (a *plainAnalyzer) fold(term []byte) []byte {
	if ascii(term) {
		return term
	}
	folded := bytes.Map(foldRune, term)
	return a.folding.Filter(folded)
}

func foldRune(r rune) rune {
	switch r {
	case 'ё':
		return 'е'
	case 'ά':
		return 'α'
	case 'έ':
		return 'ε'
	case 'ή':
		return 'η'
	case 'ί', 'ϊ', 'ΐ':
		return 'ι'
	case 'ό':
		return 'ο'
	case 'ύ', 'ϋ', 'ΰ':
		return 'υ'
	case 'ώ':
		return 'ω'
	case 'ς':
		return 'σ'
	}
	if r >= 0x300 && r < 0x370 && unicode.Is(unicode.Mn, r) {
		return -1
	}
	return r
}

func ascii(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// clean returns a copy of the text for an analyzer to work in, with invalid bytes as spaces so that offsets stay.
func clean(text string) []byte {
	if utf8.ValidString(text) {
		return []byte(text)
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, width := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && width == 1 {
			b.WriteByte(' ')
		} else {
			b.WriteString(text[i : i+width])
		}
		i += width
	}
	return []byte(b.String())
}
