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
	"unicode/utf8"

	"github.com/spf13/cobra"

	"verbatim/analysis"
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
	counts := index.OpenMemory(false)
	defer counts.Close() //nolint:errcheck // it is in memory
	changes := make([]feedback.Change, len(responses))
	for i := range responses {
		changes[i] = feedback.Change{Seq: int64(i + 1), Kind: feedback.ChangePut, Key: responses[i].Key(), Analysed: &responses[i]}
	}
	if err := counts.Apply(cmd.Context(), feedback.DefaultWorkspace, changes); err != nil {
		return err
	}
	result, err := rank(cmd.Context(), counts, feedback.Filter{})
	if err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	fmt.Fprintln(w, "Nordvik, a fictional smart-home provider: “How likely are you to recommend us? What is the main reason?”")
	fmt.Fprintln(w)
	if err := report.Drivers(w, report.Table, result, analyzer.Taxonomy()); err != nil {
		return err
	}
	quote(w, result, responses, analyzer.Taxonomy())
	fmt.Fprint(w, "\nOpen the same survey in the server:  verbatim serve --demo   (go run ./cmd/verbatim serve --demo)\n")
	if svg != "" {
		return drawDemo(svg, result, analyzer.Taxonomy())
	}
	return nil
}

func drawDemo(path string, result *insight.DriverReport, taxonomy *feedback.Taxonomy) error {
	var picture bytes.Buffer
	if err := report.Drivers(&picture, report.SVG, result, taxonomy); err != nil {
		return err
	}
	if err := os.WriteFile(path, picture.Bytes(), 0o644); err != nil { //nolint:gosec // a picture for everybody
		return fmt.Errorf("demo: %w", err)
	}
	return nil
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

const (
	quotedDrivers = 3 // on each side
	quotes        = 3 // for each driver
	shortestQuote = 20
	longestQuote  = 170 // characters
)

// quote prints what people say about the strongest drivers of either side.
func quote(w io.Writer, result *insight.DriverReport, responses []feedback.Analysed, taxonomy *feedback.Taxonomy) {
	for _, side := range []struct {
		title     string
		sentiment feedback.Sentiment
		group     feedback.Group
	}{
		{"What promoters praise", feedback.Positive, feedback.Promoter},
		{"What detractors complain of", feedback.Negative, feedback.Detractor},
	} {
		fmt.Fprintf(w, "\n%s\n", side.title)
		shown := 0
		for i := range result.Drivers {
			d := &result.Drivers[i]
			if d.Rank == nil || d.Sentiment != side.sentiment || shown == quotedDrivers {
				continue
			}
			shown++
			theme, _ := taxonomy.Theme(d.Theme)
			fmt.Fprintf(w, "  %s (%d mentions, %+.1f points)%s\n", theme.Name("en"), d.Mentions, float64(d.NPSImpact.Value), phrases(responses, d.Key()))
			for _, r := range bestQuotes(responses, d.Key(), side.group) {
				fmt.Fprintf(w, "    %2d  %s  %s\n", r.Score, r.Analysis.Language.Code, oneLine(r.Comment))
			}
		}
	}
}

// bestQuotes picks the comments of the group whose tag is surest and that speak of little else, from different languages
// first.
func bestQuotes(responses []feedback.Analysed, key feedback.DriverKey, group feedback.Group) []*feedback.Analysed {
	type candidate struct {
		response *feedback.Analysed
		worth    float64
	}
	var all []candidate
	for i := range responses {
		r := &responses[i]
		n := utf8.RuneCountInString(r.Comment)
		if r.Analysis == nil || r.Score.Group() != group || n < shortestQuote || n > longestQuote {
			continue
		}
		for _, tag := range r.Analysis.Themes {
			if tag.Theme == key.Theme && tag.Sentiment == key.Sentiment {
				all = append(all, candidate{r, tag.Confidence / float64(len(r.Analysis.Themes))})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.worth, a.worth) })
	var best []*feedback.Analysed
	languages := map[string]bool{}
	for _, c := range all {
		if lang := c.response.Analysis.Language.Code; len(best) < quotes && !languages[lang] {
			languages[lang] = true
			best = append(best, c.response)
		}
	}
	return best
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
