// Package api is the REST API: Gin routes requests, Huma describes them (OpenAPI 3.1) and writes the answers.
//
// routes.go lists every route from top to bottom; there is a file for each noun. A handler parses, calls and renders: what
// the API says about drivers or an analysis is the value that the command line renders, too.
//
// Requests are read here and not by Huma, because its validation answers with the submitted values and reads every body
// twice: query.go and filter.go read query strings, body.go and fields.go read bodies. Errors become problem details
// (RFC 9457) in problem.go, which alone knows HTTP statuses. They never hold what was submitted: comments are personal data.
// Logs never do, either.
package api
