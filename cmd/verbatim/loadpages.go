package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"
)

// visits is how often each page is asked for.
const visits = 20

// pages measures the web pages over what the server holds: the first answer, which nothing has been kept for, and those after it.
func (l *loader) pages(ctx context.Context, w io.Writer) error {
	addresses, err := l.addresses(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "page\tfirst\tp50\tp95\tKB\t")
	for _, address := range addresses {
		var m measured
		size := 0
		for range visits {
			at := time.Now()
			n, err := l.page(ctx, address)
			if err != nil {
				return err
			}
			m.latency, size = append(m.latency, time.Since(at)), n
		}
		first := measured{latency: m.latency[:1:1]}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t\n", address, first.quantile(0.5), m.quantile(0.5), m.quantile(0.95), size>>10)
	}
	return table.Flush()
}

// addresses are one of each page, with a response that is stored.
func (l *loader) addresses(ctx context.Context) ([]string, error) {
	body, err := l.get(ctx, "/v1/search?match=courier&limit=1")
	if err != nil {
		return nil, err
	}
	var found struct {
		Hits []struct{ Response struct{ Survey, ID string } }
	}
	if err := json.Unmarshal(body, &found); err != nil || len(found.Hits) == 0 {
		return nil, fmt.Errorf("no response speaks of a courier: load --fill comes first (%s)", body)
	}
	r := found.Hits[0].Response
	return []string{
		"/", "/?where=region%3DNordics", "/drivers", "/drivers?group=detractor&language=fi", "/drivers/delivery_logistics/negative", "/drivers/service_staff/positive",
		"/compare?before=region%3DNordics&after=region%3DDACH", "/search", "/search?match=c", "/search?match=cour", "/search?match=courier", "/search?match=the",
		"/search?match=%22turned+up%22&group=detractor", "/search?theme=delivery_logistics%3Anegative&sort=score",
		"/responses/" + url.PathEscape(r.Survey) + "/" + url.PathEscape(r.ID), "/import", "/themes", "/settings/keys", "/settings/retention", "/settings/audit",
	}, nil
}

// page gets a page as a browser does, and returns its size in bytes.
func (l *loader) page(ctx context.Context, path string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url+path, http.NoBody)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Accept", "text/html")
	answer, err := l.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", path, answer.Status)
	}
	return int(n), err
}
