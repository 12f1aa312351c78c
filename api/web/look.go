package web

import (
	"embed"
	"fmt"
	"html/template"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"verbatim/feedback"
	"verbatim/report"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed words/*.txt
var wordFiles embed.FS

// pageNames are the pages that have a template of their own.
var pageNames = []string{
	"overview", "drivers", "driver", "compare", "search", "response", "imports", "mapping", "themes", "theme", "themesdiff", "problem",
	"login", "welcome", "account", "people", "keys", "webhooks", "webhook", "retention", "redaction", "audit", "confirm", "secret",
}

// fragments are the charts and figures in the language of a visit.
type fragments = *report.Fragments

// look is everything that a language decides: words, templates, names of languages.
type look struct {
	code      string
	words     map[string]string
	templates map[string]*template.Template
	tongues   display.Namer
}

func newLook(code string) (*look, error) {
	l := &look{code: code, templates: map[string]*template.Template{}, tongues: display.Languages(language.MustParse(code))}
	text, err := wordFiles.ReadFile("words/" + code + ".txt")
	if err != nil {
		return nil, fmt.Errorf("web: words: %w", err)
	}
	if l.words, err = parseWords(string(text)); err != nil {
		return nil, fmt.Errorf("web: words of %s: %w", code, err)
	}
	base, err := template.New("").Funcs(template.FuncMap{
		"t": l.say, "count": l.fragmentsOf(nil).Count, "lang": func() string { return htmlLanguage(code) },
	}).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	for _, name := range pageNames {
		own, err := base.Clone()
		if err == nil {
			own, err = own.ParseFS(templateFiles, "templates/"+name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		l.templates[name] = own
	}
	return l, nil
}

func (l *look) fragmentsOf(taxonomy *feedback.Taxonomy) fragments {
	return report.NewFragments(l.code, taxonomy)
}

// parseWords reads lines of "key = text". Blank lines and those that begin with # say nothing.
func parseWords(text string) (map[string]string, error) {
	words := map[string]string{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, " = ")
		if _, twice := words[key]; !ok || twice || value == "" {
			return nil, fmt.Errorf("line %d is not key = text, or its key is there already", i+1)
		}
		words[key] = value
	}
	return words, nil
}

// say gives the words of a key, with arguments in the place of its verbs. A key that is missing is an error of ours,
// which a test finds.
func (l *look) say(key string, args ...any) (string, error) {
	text, ok := l.words[key]
	if !ok {
		return "", fmt.Errorf("web: no words for %q in %s", key, l.code)
	}
	if len(args) == 0 {
		return text, nil
	}
	return fmt.Sprintf(text, args...), nil
}

// t is say for Go; a key that is missing shows itself.
func (l *look) t(key string, args ...any) string {
	text, err := l.say(key, args...)
	if err != nil {
		return key
	}
	return text
}

// tongue names a language of comments.
func (l *look) tongue(code string) string {
	if code == "" || code == feedback.Undetermined {
		return l.t("language.und")
	}
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	if name := l.tongues.Name(tag); name != "" {
		return name
	}
	return code
}
