package api

import (
	"context"
	"net/http"

	"verbatim/api/reference"
	"verbatim/feedback"
)

func (s *server) routesOfDocs() {
	page := []answer{{http.StatusOK, "The page.", []content{{media: pageType}}}}
	register(s, route{
		method: http.MethodGet, path: reference.Root, id: "docs", tag: "server", summary: "This description for people", answers: page,
	}, s.docs)

	register(s, route{
		method: http.MethodGet, path: reference.Root + "/{page}", id: "docs-page", tag: "server", summary: "A page of it",
		about:   "A page for each tag, `schemas` with every schema, and `problems`, where the `type` of a problem leads.",
		answers: page, errors: []int{http.StatusNotFound},
	}, s.docsPage)
}

const pageType = "text/html; charset=utf-8"

// docsPath is the name of a page of the reference.
type docsPath struct {
	Page string `path:"page" doc:"The name of the page: a tag, schemas or problems." example:"problems"`
}

// pageAnswer is a page without scripts: nothing but the style sheet and the icon of the pages is loaded.
type pageAnswer struct {
	ContentType string `header:"Content-Type"`
	Policy      string `header:"Content-Security-Policy"`
	Frames      string `header:"X-Frame-Options"`
	Referrer    string `header:"Referrer-Policy"`
	Body        []byte
}

// docs answers the first page of the reference.
func (s *server) docs(ctx context.Context, c *call, _ *noPath) (*pageAnswer, error) {
	return s.docsPage(ctx, c, &docsPath{})
}

// docsPage answers a page of the reference.
func (s *server) docsPage(_ context.Context, _ *call, in *docsPath) (*pageAnswer, error) {
	body, ok := s.reference.Page(in.Page)
	if !ok {
		return nil, newProblem(feedback.NotFound, "there is no such page: "+reference.Root+" lists those there are")
	}
	return &pageAnswer{
		ContentType: pageType, Frames: "DENY", Referrer: "same-origin", Body: body,
		Policy: "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}, nil
}
