package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"verbatim/analysis"
	"verbatim/api"
	"verbatim/corpora"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/ingest"
	"verbatim/insight"
	"verbatim/models"
	"verbatim/report"
	"verbatim/store"
)

const demoSurvey = "nordvik"

func newDemo() *cobra.Command {
	var svg string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show what Verbatim does on a built-in survey in fifteen languages",
		Long: `Tags the built-in survey of a fictional company, and prints its Net Promoter Score, what moves it, and what people say.
Nothing is stored.`,
		Example: `  verbatim demo
  verbatim demo --svg drivers.svg`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return demo(cmd, svg) },
	}
	cmd.Flags().StringVar(&svg, "svg", "", "also draw the drivers into this file")
	return cmd
}

func demo(cmd *cobra.Command, svg string) error {
	analyzer, err := analysis.New(models.Embedded())
	if err != nil {
		return err
	}
	responses, err := demoResponses(cmd.Context(), &ingest.Analyst{Analyzer: analyzer})
	if err != nil {
		return err
	}
	doc, err := demoDocument(cmd.Context(), analyzer, responses)
	if err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	fmt.Fprintln(w, "Nordvik, a fictional smart-home provider: “How likely are you to recommend us? What is the main reason?”")
	fmt.Fprintln(w)
	table := *doc
	table.Quotes = nil // they come below, with phrases
	if err := report.Drivers(w, report.Table, &table, report.CSVOptions{}); err != nil {
		return err
	}
	quote(w, doc, responses)
	fmt.Fprint(w, "\nOpen the same survey in the server:  verbatim serve --demo   (go run ./cmd/verbatim serve --demo)\n")
	if svg == "" {
		return nil
	}
	return writeFile(svg, func(file *os.File) error { return report.Drivers(file, report.SVG, doc, report.CSVOptions{}) })
}

// demoDocument counts the survey and ranks.
func demoDocument(ctx context.Context, analyzer *analysis.Analyzer, responses []feedback.Analysed) (*report.Document, error) {
	counts := index.OpenMemory(false)
	defer counts.Close() //nolint:errcheck // it is in memory
	changes := make([]feedback.Change, len(responses))
	kept := texts{}
	for i := range responses {
		changes[i] = feedback.Change{Seq: int64(i + 1), Kind: feedback.ChangePut, Key: responses[i].Key(), Analysed: &responses[i]}
		kept[responses[i].Key()] = responses[i]
	}
	if err := counts.Apply(ctx, feedback.DefaultWorkspace, changes); err != nil {
		return nil, err
	}
	c := &counted{index: counts, taxonomy: api.FixedTaxonomy(analyzer.Taxonomy()), texts: kept.get}
	return api.Document(ctx, c.source(), feedback.DefaultWorkspace, feedback.Filter{}, api.DocumentOptions{Quotes: 3, Quoted: quotedDrivers})
}

// demoReader reads the built-in survey like any other file.
func demoReader() (*ingest.Reader, error) {
	return ingest.NewReader(bytes.NewReader(corpora.DemoSurvey()), demoSurvey+".csv", ingest.Options{})
}

func demoResponses(ctx context.Context, analyst *ingest.Analyst) ([]feedback.Analysed, error) {
	reader, err := demoReader()
	if err != nil {
		return nil, err
	}
	var responses []feedback.Analysed
	err = analyst.All(ctx, reader, func(batch []ingest.Analysed) error {
		for i := range batch {
			if batch[i].Err != nil {
				return batch[i].Err
			}
			responses = append(responses, batch[i].Analysed)
		}
		return nil
	})
	return responses, errors.Join(err, reader.Close())
}

// loadDemo stores the built-in survey in a data folder, unless it is there.
func loadDemo(ctx context.Context, f *folder) error {
	record := store.Import{ID: "demo", File: demoSurvey + ".csv"}
	if err := f.store.BeginImport(ctx, feedback.DefaultWorkspace, record); err != nil {
		if feedback.CodeOf(err) == feedback.Conflict {
			return nil
		}
		return err
	}
	reader, err := demoReader()
	if err != nil {
		return err
	}
	counts, err := f.ingester.Import(ctx, feedback.DefaultWorkspace, record.ID, reader, nil)
	if err = errors.Join(err, reader.Close()); err != nil {
		return err
	}
	record.Read, record.Created, record.Updated, record.Unchanged = counts.Read, counts.Created, counts.Updated, counts.Unchanged
	return f.store.FinishImport(ctx, feedback.DefaultWorkspace, record)
}

const quotedDrivers = 3 // on each side

// quote prints what people say about the strongest drivers of either side.
func quote(w io.Writer, doc *report.Document, responses []feedback.Analysed) {
	for _, side := range []struct {
		title     string
		sentiment feedback.Sentiment
	}{
		{"What promoters praise", feedback.Positive},
		{"What detractors complain of", feedback.Negative},
	} {
		fmt.Fprintf(w, "\n%s\n", side.title)
		for _, q := range doc.Quotes {
			if q.Sentiment == side.sentiment {
				quoteDriver(w, doc, &q, responses)
			}
		}
	}
}

func quoteDriver(w io.Writer, doc *report.Document, q *report.DriverQuotes, responses []feedback.Analysed) {
	key := feedback.DriverKey{Theme: q.Theme, Sentiment: q.Sentiment}
	i := slices.IndexFunc(doc.Drivers.Drivers, func(d insight.Driver) bool { return d.Key() == key })
	d := &doc.Drivers.Drivers[i]
	theme, _ := doc.Taxonomy.Theme(q.Theme)
	fmt.Fprintf(w, "  %s (%d mentions, %+.1f points)%s\n", theme.Name("en"), d.Mentions, float64(d.NPSImpact.Value), phrases(responses, key))
	for _, one := range q.Quotes {
		fmt.Fprintf(w, "    %2d  %s  %s\n", one.Score, one.Language, oneLine(one.Text))
	}
}

// phrases lists the phrases that English comments use most for a driver.
func phrases(responses []feedback.Analysed, key feedback.DriverKey) string {
	const most = 3
	count := map[string]int{}
	for i := range responses {
		a := responses[i].Analysis
		if a == nil || a.Language.Code != "en" {
			continue
		}
		for _, s := range a.Statements {
			if slices.Contains(s.Themes, feedback.StatementTheme(key)) {
				for _, p := range analysis.Phrases(s.Text) {
					count[p]++
				}
			}
		}
	}
	var list []string
	for p, n := range count {
		if n > 1 { // what one person says is a quote
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	if len(list) == 0 {
		return ""
	}
	return ": " + strings.Join(list[:min(most, len(list))], ", ")
}
