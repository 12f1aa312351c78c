package reference

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed templates/*.html
var templateFiles embed.FS

// Root is the path of the first page; the others lie below it.
const Root = "/docs"

// Names of pages beside those of tags.
const (
	schemasPage  = "schemas"
	problemsPage = "problems"
)

// ProblemKind explains a code that problems have.
type ProblemKind struct {
	Code     string
	Statuses []int
	Means    string // what it means; `code` stands between backticks
	Do       string // what to do about it
}

// Pages are the pages, ready to be sent.
type Pages struct {
	bodies map[string][]byte
}

// New renders the pages of a document. The error is a mistake in a template.
func New(spec *huma.OpenAPI, problems []ProblemKind) (*Pages, error) {
	templates, err := template.New("").Funcs(template.FuncMap{"parts": parts, "paragraphs": paragraphs}).ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	b := &builder{spec: spec, problems: problems}
	p := &Pages{bodies: map[string][]byte{}}
	render := func(name, title, kind string, content any) {
		if err != nil {
			return
		}
		var body bytes.Buffer
		err = templates.ExecuteTemplate(&body, "layout", layout{Title: title, Here: address(name), Links: b.links(), Kind: kind, Content: content})
		p.bodies[name] = body.Bytes()
	}
	groups := b.groups()
	render("", "API reference", "overview", overview{About: spec.Info.Description, Groups: groups})
	for i := range groups {
		render(groups[i].Name, groups[i].Name, "group", &groups[i])
	}
	render(schemasPage, "Schemas", schemasPage, b.schemas())
	render(problemsPage, "Problems", problemsPage, problems)
	if err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	return p, nil
}

// Page returns a page by its name: "" is the first one, the others are named in Names.
func (p *Pages) Page(name string) (body []byte, ok bool) {
	body, ok = p.bodies[name]
	return body, ok
}

// Names lists the pages but the first one.
func (p *Pages) Names() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.bodies)), func(name string) bool { return name == "" })
}

// layout is what stands around the content of a page.
type layout struct {
	Title, Here, Kind string
	Links             []link
	Content           any
}

type link struct{ Name, To string }

func address(name string) string {
	if name == "" {
		return Root
	}
	return Root + "/" + name
}

// links are those to all pages.
func (b *builder) links() []link {
	list := []link{{"Overview", Root}}
	for _, tag := range b.spec.Tags {
		list = append(list, link{tag.Name, address(tag.Name)})
	}
	return append(list, link{"schemas", address(schemasPage)}, link{"problems", address(problemsPage)})
}

// part is a piece of prose: words, or code.
type part struct {
	Text string
	Code bool
}

// parts cuts prose at its backticks.
func parts(text string) []part {
	var list []part
	for i, piece := range strings.Split(text, "`") {
		if piece != "" {
			list = append(list, part{piece, i%2 == 1})
		}
	}
	return list
}

// paragraphs cuts prose at its blank lines.
func paragraphs(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n\n")
}
