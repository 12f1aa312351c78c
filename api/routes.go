package api

import (
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"verbatim/report"
	"verbatim/store"
)

var tags = []*huma.Tag{
	{Name: "analyze", Description: "Tag texts without storing them."},
	{Name: "responses", Description: "Put, get and delete responses."},
	{Name: "imports", Description: "Import files, follow that, and undo it."},
	{Name: "insight", Description: "Search, count and rank what is stored."},
	{Name: searchTag, Description: "Searches that are kept under a name."},
	{Name: "sources", Description: "Connect survey platforms that post what they receive."},
	{Name: webhookTag, Description: "Tell others what happened."},
	privacyTag,
	{Name: "server", Description: "The server itself."},
}

// routes is the whole API, top to bottom.
func (s *server) routes() {
	s.routesOfTexts()
	s.routesOfBulk()
	s.routesOfImports()
	s.routesOfInsight()
	s.routesOfSearches()
	s.routesOfSlices()
	s.routesOfExports()
	s.routesOfBenchmarks()
	s.routesOfKeys()
	s.routesOfWorkspace()
	s.routesOfSurveys()
	s.routesOfTaxonomy()
	s.routesOfSources()
	s.routesOfWebhooks()
	s.routesOfErasures()
	s.routesOfMetrics()
	s.routesOfServer()
	s.routesOfDocs()
}

func (s *server) routesOfTexts() {
	const problemOfOne = "One object that is refused answers a problem; in an array "
	register(s, route{
		method: http.MethodPost, path: "/v1/analyze", id: "analyze", tag: "analyze", summary: "Tag texts", scope: scopeAny,
		about: "Tells language, sentiment, kinds, themes with the words that decided, statements and urgency of up to 1,000 texts, and " +
			"stores nothing. An object answers an object, an array an array in the same order. " + problemOfOne +
			"`{\"id\",\"line\",\"error\"}` stands in its place.",
		body:    &content{media: jsonType, schema: "NewTextOrTexts", about: "A text, or up to 1,000. Fields: " + fieldsOf(analyzeFields) + ".", example: exampleText},
		answers: []answer{{http.StatusOK, "What the texts say.", []content{{media: jsonType, schema: "TextOrTexts", example: exampleTags}}}},
		errors:  bodyErrors,
	}, s.postAnalyze)

	register(s, route{
		method: http.MethodPost, path: "/v1/responses", id: "put-responses", tag: "responses", summary: "Store responses, get their tags", scope: store.ScopeIngest,
		about: "Validates, analyzes and stores up to 1,000 responses, and answers when they are durably stored. Sending a response again " +
			"replaces it, the newer `updated_at` winning. A deleted response does not come back. An object answers an object, an array an " +
			"array in the same order. " + problemOfOne + "it is `rejected` with its problem and does not stop the others.",
		params: []param{waitParam}, once: true,
		body: &content{media: jsonType, schema: "NewResponseOrMany", about: "A response, or up to 1,000.", example: exampleResponse},
		answers: []answer{
			{http.StatusOK, "Stored, or rejected.", []content{{media: jsonType, schema: "ResponseResultOrAll", example: exampleResult}}},
			{http.StatusAccepted, "With wait=indexed: stored, but not indexed in time.", []content{{media: jsonType, schema: "ResponseResultOrAll"}}},
		},
		errors: append(bodyErrors, http.StatusGone),
	}, s.postResponses)

	register(s, route{
		method: http.MethodGet, path: "/v1/responses/{id}", id: "get-response", tag: "responses", summary: "Get a response with its tags",
		params: []param{surveyParam, fieldsParam}, etag: true,
		answers: []answer{{http.StatusOK, "The response.", []content{{media: jsonType, schema: "StoredResponse"}}}},
		errors:  []int{http.StatusNotFound},
	}, s.getResponse)

	register(s, route{
		method: http.MethodDelete, path: "/v1/responses/{id}", id: "delete-response", tag: "responses", summary: "Delete a response for good",
		about:   "Deletes text, tags and corrections. A salted hash of the id stays, so that a late delivery cannot bring the response back.",
		params:  []param{surveyParam},
		answers: []answer{{http.StatusNoContent, "It is deleted.", nil}},
		errors:  []int{http.StatusNotFound},
	}, s.deleteResponse)
}

func (s *server) routesOfInsight() {
	register(s, route{
		method: http.MethodGet, path: "/v1/search", id: "search", tag: "insight", summary: "Search responses",
		about:  "A page of the responses that the filter chooses, each with its tags and where the words of `match` stand, and counts over all of them.",
		params: append(slices.Clone(filterParams), sortParam, limitParam, cursorParam, fieldsParam), etag: true,
		answers: []answer{{http.StatusOK, "The page.", []content{{media: jsonType, schema: "SearchPage"}}}},
		errors:  searchErrors,
	}, s.search)

	register(s, route{
		method: http.MethodGet, path: "/v1/nps", id: "nps", tag: "insight", summary: "Net Promoter Score with its interval",
		params: filterParams, etag: true,
		answers: []answer{{http.StatusOK, "The score.", []content{{media: jsonType, schema: "NPSReport"}}}},
		errors:  searchErrors,
	}, s.nps)

	register(s, route{
		method: http.MethodGet, path: "/v1/drivers", id: "drivers", tag: "insight", summary: "Rank what makes promoters and detractors",
		about:  "The ranking of `verbatim drivers` over the stored responses, byte for byte: impacts with intervals and tests, false-discovery control, and the method.",
		params: slices.Concat(filterParams, rankingParams, []param{formatParam}), etag: true,
		answers: []answer{{
			http.StatusOK, "The ranking.",
			[]content{{media: jsonType, schema: "DriverReport"}, {media: "text/csv", example: exampleCSV}},
		}},
		errors: searchErrors,
	}, s.drivers)
}

func (s *server) routesOfSlices() {
	sliceAnswers := func(about, schema string) []answer {
		return []answer{{http.StatusOK, about, []content{{media: jsonType, schema: schema}, {media: "text/csv"}}}}
	}
	register(s, route{
		method: http.MethodGet, path: "/v1/nps/trend", id: "nps-trend", tag: "insight", summary: "The score and the drivers by period",
		about:  "The NPS of every period with its interval and its change against the period before, and the share of every driver.",
		params: append(slices.Clone(filterParams), periodParam, zoneParam, formatParam), etag: true,
		answers: sliceAnswers("The trend.", "TrendReport"), errors: searchErrors,
	}, s.trend)

	register(s, route{
		method: http.MethodGet, path: "/v1/nps/segments", id: "nps-segments", tag: "insight", summary: "The score by the values of an attribute",
		about:  "Every segment with its interval and its difference to all the others; under ten scored responses it is suppressed.",
		params: append(slices.Clone(filterParams), needed(byParam), besideParam, formatParam), etag: true,
		answers: sliceAnswers("The segments.", "SegmentsReport"), errors: searchErrors,
	}, s.segments)

	register(s, route{
		method: http.MethodGet, path: "/v1/compare", id: "compare", tag: "insight", summary: "Compare two choices of responses",
		about: "Whether the change of the score is more than chance, how large samples would have to be, which drivers changed, and what " +
			"that did to the score: volume, severity and the rest add up exactly.",
		params: append(slices.Clone(filterParams), beforeParam, afterParam, mixParam, formatParam), etag: true,
		answers: sliceAnswers("The comparison.", "ComparisonReport"), errors: searchErrors,
	}, s.compare)

	register(s, route{
		method: http.MethodGet, path: "/v1/emerging", id: "emerging", tag: "insight", summary: "What is mentioned more than before, beyond chance",
		about:  "The drivers whose share rose, in all responses and in every segment, with the false discovery rate controlled over all of them.",
		params: append(slices.Clone(filterParams), recentParam, earlierParam, byParam, formatParam), etag: true,
		answers: sliceAnswers("The drivers that rose.", "EmergingReport"), errors: searchErrors,
	}, s.emerging)

	register(s, route{
		method: http.MethodGet, path: "/v1/words", id: "words", tag: "insight", summary: "Words that tell detractors from promoters",
		about: "Words that one group uses more than the other (log-odds with an informative Dirichlet prior), by language: those of the filter, or " +
			"the five with the most comments.",
		params:  append(slices.Clone(filterParams), formatParam),
		answers: sliceAnswers("The words.", "WordsReport"), errors: searchErrors,
	}, s.words)

	register(s, route{
		method: http.MethodGet, path: "/v1/attributes", id: "attributes", tag: "insight", summary: "What responses can be filtered and cut by",
		answers: []answer{{http.StatusOK, "The attributes.", []content{{media: jsonType, schema: "AttributeList"}}}},
	}, s.attributes)
}

func (s *server) routesOfExports() {
	files := func(formats []report.Format, schemas map[report.Format]string) answer {
		a := answer{http.StatusOK, "The file.", nil}
		for _, f := range formats {
			a.bodies = append(a.bodies, content{media: mediaTypes[f], schema: schemas[f], binary: f == report.Workbook || f == report.Parquet})
		}
		return a
	}
	register(s, route{
		method: http.MethodGet, path: "/v1/export/drivers", id: "export-drivers", tag: "insight", visitor: store.Viewer, summary: "The ranking as a file",
		about:   "The ranking as CSV, JSON, Parquet or picture, or as a whole report with quotes, trend, segments and method: a workbook or a page that prints well.",
		params:  slices.Concat(filterParams, rankingParams, []param{driverFileParam, wordsParam}),
		answers: []answer{files(driverFormats, map[report.Format]string{report.JSON: "DriverReport"})}, errors: searchErrors,
	}, s.exportDrivers)

	register(s, route{
		method: http.MethodGet, path: "/v1/export/responses", id: "export-responses", tag: "insight", visitor: store.Viewer, summary: "Responses with their tags as a file",
		about:   "Every response that the filter chooses, as they are at this moment. When it fails in the middle the connection is cut.",
		params:  append(slices.Clone(filterParams), responseFileParam, respondentParam),
		answers: []answer{files(report.ResponseFormats, nil)}, errors: searchErrors,
	}, s.exportResponses)
}

func (s *server) routesOfBenchmarks() {
	register(s, route{
		method: http.MethodGet, path: "/v1/benchmarks", id: "benchmarks", tag: "insight", summary: "Our score beside those of others",
		about:   "Every stored benchmark with the difference of our score to it, under the filter.",
		params:  filterParams,
		answers: []answer{{http.StatusOK, "The benchmarks.", []content{{media: jsonType, schema: "BenchmarkReport"}}}},
		errors:  searchErrors,
	}, s.benchmarks)

	register(s, route{
		method: http.MethodPut, path: "/v1/benchmarks/{name}", id: "put-benchmark", tag: "insight", summary: "Store a benchmark",
		about:   "Stores the score of an industry, a competitor or a target, in place of the one that has the name.",
		body:    &content{media: jsonType, schema: "NewBenchmark", about: "The benchmark.", example: exampleBenchmark},
		answers: []answer{{http.StatusOK, "It is stored.", []content{{media: jsonType, schema: "Benchmark"}}}},
		errors:  bodyErrors,
	}, s.putBenchmark)

	register(s, route{
		method: http.MethodDelete, path: "/v1/benchmarks/{name}", id: "delete-benchmark", tag: "insight", summary: "Remove a benchmark",
		answers: []answer{{http.StatusNoContent, "It is removed.", nil}},
		errors:  []int{http.StatusNotFound},
	}, s.deleteBenchmark)
}

func (s *server) routesOfServer() {
	register(s, route{
		method: http.MethodGet, path: "/openapi.json", id: "openapi", tag: "server", summary: "This description (OpenAPI 3.1)",
		answers: []answer{{http.StatusOK, "The document.", []content{{media: jsonType, schema: "OpenAPIDocument"}}}},
	}, s.openapi)

	register(s, route{
		method: http.MethodGet, path: "/healthz", id: "healthz", tag: "server", summary: "Whether the process answers",
		answers: []answer{{http.StatusOK, "It does.", []content{{media: jsonType, schema: "Health"}}}},
	}, s.healthz)

	register(s, route{
		method: http.MethodGet, path: "/readyz", id: "readyz", tag: "server", summary: "Whether the server is ready",
		about:   "Ready when the models are loaded, the index has caught up with what was stored when the server started, the store can be written and the disk has room; else 503 with the reason.",
		answers: []answer{{http.StatusOK, "It is, and how far the index is.", []content{{media: jsonType, schema: "ReadinessOrReady"}}}},
	}, s.readyz)
}

// Statuses of problems.
var (
	bodyErrors   = []int{http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}
	searchErrors = []int{http.StatusRequestEntityTooLarge}
)
