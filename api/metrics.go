package api

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"verbatim/ingest"
)

// metrics are what Prometheus collects. No label names a workspace, a survey or a person, or holds a text.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec   // by route, method, status
	seconds   *prometheus.HistogramVec // by route
	problems  *prometheus.CounterVec   // by operation and code
	responses *prometheus.CounterVec   // by what became of them
	analysing prometheus.Histogram
	storing   prometheus.Histogram
	searching *prometheus.HistogramVec // by operation
}

// fast are the buckets of what takes milliseconds, in seconds.
var fast = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "verbatim", Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "verbatim", Name: name, Help: help, Buckets: fast}, labels)
	}
	m.requests = counter("http_requests_total", "Requests that were answered.", "route", "method", "status")
	m.seconds = histogram("http_request_seconds", "How long requests took until they were answered.", "route")
	m.problems = counter("problems_total", "Problems that were answered, by operation and code.", "operation", "code")
	m.responses = counter("responses_total", "Responses that came in, by what became of them.", "status")
	analysing := histogram("analysis_seconds", "How long the analysis of a batch of responses took.")
	storing := histogram("store_seconds", "How long storing a batch took, until it was durable.")
	m.searching = histogram("search_seconds", "How long searching and counting took, by operation.", "operation")
	m.registry.MustRegister(m.requests, m.seconds, m.problems, m.responses, analysing, storing, m.searching,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.analysing, _ = analysing.WithLabelValues().(prometheus.Histogram)
	m.storing, _ = storing.WithLabelValues().(prometheus.Histogram)
	return m
}

// observe begins to measure. What the index lags behind and what waits is looked up when somebody collects.
func (s *server) observe() {
	s.metrics = newMetrics()
	in := *s.Ingester
	before := in.Observe
	in.Observe = func(outcomes []ingest.Outcome, analysing, storing time.Duration) {
		s.metrics.ingested(outcomes, analysing, storing)
		if before != nil {
			before(outcomes, analysing, storing)
		}
	}
	s.Ingester = &in
	gauge := func(name, help string, value func() float64) {
		s.metrics.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "verbatim", Name: name, Help: help}, value))
	}
	gauge("index_lag", "Changes that are stored and not indexed yet.", func() float64 {
		progress, err := s.progress(context.Background())
		if err != nil {
			return -1
		}
		return float64(progress.Lag)
	})
	gauge("store_queue", "Writes that wait for the store.", func() float64 { return float64(s.Store.Queued()) })
	gauge("erasures_running", "Erasures that are not finished.", func() float64 {
		list, err := s.Store.Unfinished(context.Background())
		if err != nil {
			return -1
		}
		return float64(len(list))
	})
	gauge("disk_free_bytes", "Free space of the disk that the data folder is on; -1 when it is unknown.", func() float64 {
		free, ok := s.Store.Free()
		if !ok {
			return -1
		}
		return float64(free)
	})
}

func (m *metrics) ingested(outcomes []ingest.Outcome, analysing, storing time.Duration) {
	for i := range outcomes {
		m.responses.WithLabelValues(string(outcomes[i].Status)).Inc()
	}
	m.analysing.Observe(analysing.Seconds())
	m.storing.Observe(storing.Seconds())
}

// answered counts a request.
func (m *metrics) answered(c *gin.Context, took time.Duration) {
	route := routeOf(c)
	m.requests.WithLabelValues(route, knownMethod(c.Request.Method), strconv.Itoa(c.Writer.Status())).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// routeOf names the route of a request: few values, whatever paths clients think of.
func routeOf(c *gin.Context) string { return cmp.Or(c.FullPath(), "none") }

// timed measures one operation of search or count.
func (m *metrics) timed(operation string, began time.Time) {
	m.searching.WithLabelValues(operation).Observe(time.Since(began).Seconds())
}

// trace makes a span of a request, under the one that the client names. It holds no path, query or text.
func (s *server) trace(c *gin.Context) {
	if s.Tracer == nil {
		return
	}
	ctx, span := s.Tracer.Start(c.Request.Context(), knownMethod(c.Request.Method)+" "+routeOf(c), trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
	status := c.Writer.Status()
	span.SetAttributes(
		attribute.String("http.route", routeOf(c)), attribute.String("http.request.method", knownMethod(c.Request.Method)),
		attribute.Int("http.response.status_code", status), attribute.String("request_id", c.Writer.Header().Get(requestID)),
	)
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
	}
}

// getMetrics answers the figures in Prometheus's text format.
func (s *server) getMetrics(context.Context, *call, *noPath) (*specAnswer, error) {
	families, err := s.metrics.registry.Gather()
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	var buf bytes.Buffer
	out := expfmt.NewEncoder(&buf, format)
	for _, family := range families {
		if err := out.Encode(family); err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
	}
	return &specAnswer{string(format), buf.Bytes()}, nil
}

func (s *server) routesOfMetrics() {
	register(s, route{
		method: http.MethodGet, path: metricsPath, id: "metrics", tag: "server", summary: "Figures for Prometheus",
		about:   "Requests, problems, responses, times, lag of the index, queue and disk, in Prometheus's text format. No label names a workspace or a person.",
		answers: []answer{{http.StatusOK, "The figures.", []content{{media: "text/plain"}}}},
	}, s.getMetrics)
}
