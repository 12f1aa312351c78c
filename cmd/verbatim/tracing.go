package main

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"verbatim/analysis"
)

// openTraces sends spans to an OTLP endpoint over HTTP (http://localhost:4318). Without an endpoint it returns no tracer. An
// endpoint that does not answer costs spans, never requests.
func openTraces(ctx context.Context, endpoint string) (tracer trace.Tracer, stop func(), err error) {
	if endpoint == "" {
		return nil, func() {}, nil
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint))
	if err != nil {
		return nil, nil, usagef("--otlp-endpoint: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(resource.NewSchemaless(
		attribute.String("service.name", "verbatim"), attribute.String("service.version", analysis.Version))))
	return provider.Tracer("verbatim"), func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		_ = provider.Shutdown(grace) // a collector that is not there is no failure of ours
	}, nil
}
