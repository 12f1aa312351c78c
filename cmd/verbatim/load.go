package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
)

// loader drives a server and measures what it answers.
type loader struct {
	url     string
	clients int
	length  time.Duration
	only    string
	count   int64 // responses to fill the server with
	visit   bool  // measure the pages
	http    *http.Client
	begun   int64 // part of the ids, so that every run makes new responses
	next    atomic.Int64
}

func newLoad() *cobra.Command {
	l := &loader{}
	cmd := &cobra.Command{
		Use:    "load",
		Hidden: true,
		Short:  "Measure a running server: single posts, bulk, analyze and search",
		Long: `Sends a running server responses and requests for as long as it is told to, and prints how many it answers a second and how
long the answers take. Client and server share the machine. The responses stay in the server's data folder.`,
		Example: "  verbatim serve --data /tmp/load & verbatim load --url http://127.0.0.1:8080 --clients 64 --for 20s",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if address, err := url.Parse(l.url); err != nil || address.Host == "" || l.clients < 1 || l.length <= 0 {
				return usagef("load needs --url, --clients above 0 and --for above 0s")
			}
			return l.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&l.url, "url", "http://127.0.0.1:8080", "the server")
	cmd.Flags().IntVar(&l.clients, "clients", 64, "clients that post at the same time")
	cmd.Flags().DurationVar(&l.length, "for", 20*time.Second, "how long each part takes")
	cmd.Flags().StringVar(&l.only, "only", "", "measure only the parts whose name holds this")
	cmd.Flags().Int64Var(&l.count, "fill", 0, "first send so many responses made of the demo survey's words, in one stream")
	cmd.Flags().BoolVar(&l.visit, "pages", false, "measure searches and the web pages only")
	return cmd
}

// run fills the server and measures what was asked for.
func (l *loader) run(ctx context.Context, w io.Writer) error {
	l.begun = time.Now().UnixNano()
	l.http = &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: l.clients, DisableCompression: true,
		DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
	}}
	defer l.http.CloseIdleConnections()
	if l.count > 0 {
		if err := l.fill(ctx, w, l.count); err != nil {
			return err
		}
	}
	if !l.visit {
		return l.measure(ctx, w)
	}
	l.only = "search"
	if err := l.measure(ctx, w); err != nil {
		return err
	}
	return l.pages(ctx, w)
}

// measured is what a part of the measurement found.
type measured struct {
	done     int // requests, or lines
	took     time.Duration
	latency  []time.Duration // of requests
	failures int
	first    error
}

func (l *loader) measure(ctx context.Context, w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "part\tclients\tper second\tp50\tp99\tfailed\t")
	for _, part := range []struct {
		name    string
		clients int
		run     func(ctx context.Context, clients int) measured
	}{
		{"single posts", l.clients, l.requests(func(n int64) (string, string) { return "/v1/responses", l.response(n) })},
		{"bulk lines, with tags", 1, l.bulk("")},
		{"bulk lines, analysis=false", 1, l.bulk("?analysis=false")},
		{"analyze, 25 comments", 8, l.requests(func(n int64) (string, string) { return "/v1/analyze", analyzeBody(n) })},
		{"search, up to a tenth", 1, l.searching(narrowSearches)},
		{"search, more", 1, l.searching(broadSearches)},
		{"search, newest first", 1, l.searching(newestSearches)},
	} {
		if !strings.Contains(part.name, l.only) {
			continue
		}
		if err := l.awaitIndex(ctx); err != nil { // what came before is still being indexed
			return err
		}
		m := part.run(ctx, part.clients)
		if m.first != nil && m.done == 0 {
			return fmt.Errorf("%s: %w", part.name, m.first)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%d\t%.0f\t%s\t%s\t%d\t\n", part.name, part.clients, float64(m.done)/m.took.Seconds(), m.quantile(0.5), m.quantile(0.99), m.failures)
	}
	return table.Flush()
}

// quantile is in milliseconds, "-" where nothing was timed.
func (m *measured) quantile(q float64) string {
	if len(m.latency) == 0 {
		return "-"
	}
	slices.Sort(m.latency)
	return fmt.Sprintf("%.1f ms", float64(m.latency[int(q*float64(len(m.latency)-1))].Microseconds())/1000)
}

// requests makes a part that sends one request after the other from each client. An empty body makes it a GET.
func (l *loader) requests(of func(n int64) (path, body string)) func(context.Context, int) measured {
	return func(ctx context.Context, clients int) measured {
		ctx, cancel := context.WithTimeout(ctx, l.length)
		defer cancel()
		var mu sync.Mutex
		var m measured
		began := time.Now()
		var group sync.WaitGroup
		for range clients {
			group.Go(func() {
				var mine []time.Duration
				for ctx.Err() == nil {
					path, body := of(l.next.Add(1))
					at := time.Now()
					if err := l.send(ctx, path, body); err == nil {
						mine = append(mine, time.Since(at))
					} else if ctx.Err() == nil {
						mu.Lock()
						m.failures, m.first = m.failures+1, errors.Join(m.first, err)
						mu.Unlock()
						return
					}
				}
				mu.Lock()
				defer mu.Unlock()
				m.latency = append(m.latency, mine...)
			})
		}
		group.Wait()
		m.done, m.took = len(m.latency), time.Since(began)
		return m
	}
}

func (l *loader) send(ctx context.Context, path, body string) error {
	method, reader := http.MethodGet, io.Reader(nil)
	if body != "" {
		method, reader = http.MethodPost, strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, l.url+path, reader)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := l.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", path, answer.Status)
	}
	return nil
}

// bulk makes a part that sends one stream and counts the lines that are acknowledged in time.
func (l *loader) bulk(query string) func(context.Context, int) measured {
	return func(ctx context.Context, _ int) measured {
		var m measured
		began := time.Now()
		m.done, m.first = l.stream(ctx, query, func(out io.Writer) error {
			for until := began.Add(l.length); time.Now().Before(until); {
				if _, err := io.WriteString(out, l.response(l.next.Add(1))+"\n"); err != nil {
					return err
				}
			}
			return nil
		})
		m.took = time.Since(began)
		if m.first != nil {
			m.failures = 1
		}
		return m
	}
}

// stream sends what lines writes as one bulk request and counts the answers.
func (l *loader) stream(ctx context.Context, query string, lines func(io.Writer) error) (acknowledged int, err error) {
	reader, writer := io.Pipe()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		out := bufio.NewWriterSize(writer, 64<<10)
		err := lines(out)
		return errors.Join(err, out.Flush(), writer.CloseWithError(err))
	})
	group.Go(func() error {
		defer reader.Close() //nolint:errcheck // it is a pipe of ours
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url+"/v1/responses/bulk"+query, reader)
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/x-ndjson")
		answer, err := l.http.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("bulk answers %s", answer.Status)
		}
		for lines := bufio.NewReaderSize(answer.Body, 64<<10); ; acknowledged++ {
			if _, err := lines.ReadSlice('\n'); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
		}
	})
	return acknowledged, group.Wait()
}

// loadClauses are what the measured responses are made of: five languages, with and without words that decide.
var loadClauses = []string{
	"The delivery took three weeks and nobody told me why", "Friendly staff, I was helped at once", "Toimitus kesti liian kauan eikä kukaan vastannut",
	"Приложение постоянно вылетает после обновления", "价格很实惠，但是客服的态度不好", "Support answered within minutes and solved it",
	"Die Rechnung war falsch und niemand ruft zurück", "Great prices but the app is slow", "Nothing to complain about", "The box arrived broken, again",
}

func loadComment(n int64) string {
	count := int64(len(loadClauses))
	return fmt.Sprintf("%s. %s (%d)", loadClauses[n%count], loadClauses[n/count%count], n)
}

func (l *loader) response(n int64) string {
	return fmt.Sprintf(`{"id":"%x-%d","survey":"load","score":%d,"comment":%q,"submitted_at":"2026-%02d-%02d","attributes":{"region":%q,"plan":%q}}`,
		l.begun, n, n%11, loadComment(n), 1+n%12, 1+n%28, []string{"EU", "US", "APAC"}[n%3], []string{"pro", "free"}[n%2])
}

func analyzeBody(n int64) string {
	const comments = 25
	var out strings.Builder
	for i := range int64(comments) {
		out.WriteString(map[bool]string{true: "[", false: ","}[i == 0])
		fmt.Fprintf(&out, `{"text":%q}`, loadComment(n*comments+i))
	}
	return out.String() + "]"
}

// Searches, by how much they have to do: those that hit up to a tenth of the comments, the others, and the newest first.
var (
	narrowSearches = []string{
		"/v1/search?match=courier", "/v1/search?match=%22turned+up%22", "/v1/search?match=deliver*&group=detractor", "/v1/search?language=fi&match=sovellus",
		"/v1/search?theme=delivery_logistics&sentiment=negative", "/v1/search?match=refund~1",
	}
	broadSearches  = []string{"/v1/search?match=a*", "/v1/search?match=the+app", "/v1/search?group=promoter&sort=score", "/v1/search?match=-app"}
	newestSearches = []string{"/v1/search?limit=20", "/v1/search?limit=20&group=detractor"}
)

// searching makes a part that asks for the addresses in turn.
func (l *loader) searching(paths []string) func(context.Context, int) measured {
	return l.requests(func(n int64) (string, string) { return paths[n%int64(len(paths))], "" })
}
