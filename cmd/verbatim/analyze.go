package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"verbatim/analysis"
	"verbatim/feedback"
	"verbatim/ingest"
	"verbatim/models"
	"verbatim/report"
)

// JSONL is the format of one object a line.
const formatJSONL report.Format = "jsonl"

func newAnalyze() *cobra.Command {
	var input inputFlags
	var format string
	cmd := &cobra.Command{
		Use:   "analyze [FILE|-]",
		Short: "Tag comments: language, sentiment, kinds, themes with the words that decided, statements",
		Long: `Tags every comment of a file (CSV, TSV, XLSX, JSON Lines, each plain or gzipped) or of standard input: one line out for
each line in, in the same order. No score is needed. Offsets count Unicode code points. Lines that are neither JSON nor
a table with a header are read as comments with --input text.`,
		Example: `  verbatim analyze comments.csv --format jsonl
  echo '{"id":"r1","comment":"Great staff, but prices rose"}' | verbatim analyze - --format jsonl
  echo 'Toimitus kesti kolme viikkoa' | verbatim analyze --input text`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("one file at a time (see: %s --help)", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := formatOf(cmd, format, []report.Format{formatJSONL, report.Table, report.CSV}, formatJSONL)
			if err != nil {
				return err
			}
			return analyze(cmd, &input, f, append(slices.Clone(args), "-")[0])
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "table, jsonl or csv (default: table on a terminal, else jsonl)")
	input.register(cmd, "off")
	return cmd
}

func analyze(cmd *cobra.Command, input *inputFlags, format report.Format, path string) error {
	options, err := input.options()
	if err != nil {
		return err
	}
	options.ScoreOptional, options.EveryRow = true, true
	redact, err := input.redactor()
	if err != nil {
		return err
	}
	analyzer, err := analysis.New(models.Embedded())
	if err != nil {
		return err
	}
	rows := newFiles(cmd, input, []string{path}, options)
	out := bufio.NewWriterSize(cmd.OutOrStdout(), 1<<16)
	lines := newLines(format, out)
	taxonomy, err := input.ownTaxonomy(analyzer)
	if err != nil {
		return err
	}
	analyst := &ingest.Analyst{Analyzer: analyzer, Redact: redact, Taxonomy: taxonomy}
	err = analyst.All(cmd.Context(), rows, func(batch []ingest.Analysed) error {
		for i := range batch {
			if err := lines.write(&batch[i]); err != nil {
				return fmt.Errorf("analyze: %w", err)
			}
		}
		return out.Flush()
	})
	rows.progress.done()
	return err
}

// lines writes one line for each row.
type lines interface {
	write(row *ingest.Analysed) error
}

func newLines(format report.Format, w io.Writer) lines {
	switch format {
	case report.Table:
		return &tableLines{w}
	case report.CSV:
		out := csv.NewWriter(w)
		out.UseCRLF = true
		return &csvLines{out: out}
	default:
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return &jsonLines{encoder}
	}
}

// analysedLine is a line of the contract.
type analysedLine struct {
	ID string `json:"id"`
	*feedback.Analysis
}

// refusedLine stands in the place of a line that was refused.
type refusedLine struct {
	ID    string       `json:"id"`
	Line  int          `json:"line"`
	Error refusedError `json:"error"`
}

type refusedError struct {
	Code    feedback.Code `json:"code"`
	Message string        `json:"message"`
}

type jsonLines struct{ encoder *json.Encoder }

func (l *jsonLines) write(row *ingest.Analysed) error {
	if row.Err != nil {
		return l.encoder.Encode(refusedLine{ID: row.Err.ID, Line: row.Err.Line, Error: refusedError{row.Err.Code, row.Err.Error()}})
	}
	return l.encoder.Encode(analysedLine{ID: row.ID, Analysis: tags(row).CodePoints(row.Comment)})
}

// tags returns the analysis, and for a blank comment one that says so.
func tags(row *ingest.Analysed) *feedback.Analysis {
	if row.Analysis != nil {
		return row.Analysis
	}
	return &feedback.Analysis{
		Language:  feedback.Language{Code: feedback.Undetermined},
		Sentiment: &feedback.SentimentScore{Label: feedback.Neutral},
		Kinds:     []feedback.Kind{feedback.Other},
		Model:     analysis.Version, Taxonomy: "default@1",
	}
}

type tableLines struct{ w io.Writer }

func (l *tableLines) write(row *ingest.Analysed) error {
	if row.Err != nil {
		_, err := fmt.Fprintf(l.w, "line %d refused: %s\n", row.Err.Line, row.Err.Error())
		return err
	}
	a := tags(row)
	label := "–"
	if a.Sentiment != nil {
		label = fmt.Sprintf("%s %+.2f", a.Sentiment.Label, a.Sentiment.Score)
	}
	_, err := fmt.Fprintf(l.w, "%s  %s  %-14s  %s\n    %s\n", row.ID, a.Language.Code, label, themesText(a), oneLine(row.Comment))
	return err
}

// themesText writes themes as "+service_staff −price_value", with the kinds that are not praise or complaint.
func themesText(a *feedback.Analysis) string {
	signs := map[feedback.Sentiment]string{feedback.Positive: "+", feedback.Negative: "−", feedback.Neutral: "0"}
	var words []string
	for _, t := range a.Themes {
		words = append(words, signs[t.Sentiment]+t.Theme)
	}
	for _, k := range a.Kinds {
		if k == feedback.Suggestion || k == feedback.Question {
			words = append(words, string(k))
		}
	}
	for _, u := range a.Urgency {
		words = append(words, "!"+string(u))
	}
	return strings.Join(words, " ")
}

func oneLine(text string) string {
	const most = 160
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

type csvLines struct {
	out    *csv.Writer
	header bool
}

func (l *csvLines) write(row *ingest.Analysed) error {
	if !l.header {
		l.header = true
		if err := l.out.Write([]string{"id", "line", "language", "sentiment", "sentiment_score", "kinds", "themes", "urgency", "error"}); err != nil {
			return err
		}
	}
	cells := []string{row.ID, strconv.Itoa(row.Line), "", "", "", "", "", "", ""}
	if row.Err != nil {
		cells[0], cells[1], cells[8] = row.Err.ID, strconv.Itoa(row.Err.Line), row.Err.Error()
	} else {
		fillCells(cells, tags(row))
	}
	for i := range cells {
		cells[i] = report.Defuse(cells[i])
	}
	if err := l.out.Write(cells); err != nil {
		return err
	}
	l.out.Flush()
	return l.out.Error()
}

func fillCells(cells []string, a *feedback.Analysis) {
	cells[2] = a.Language.Code
	if a.Sentiment != nil {
		cells[3], cells[4] = string(a.Sentiment.Label), strconv.FormatFloat(a.Sentiment.Score, 'f', -1, 64)
	}
	cells[5] = join(a.Kinds, func(k feedback.Kind) string { return string(k) })
	cells[6] = join(a.Themes, func(t feedback.ThemeTag) string { return t.Theme + ":" + string(t.Sentiment) })
	cells[7] = join(a.Urgency, func(u feedback.Urgency) string { return string(u) })
}

func join[T any](list []T, text func(T) string) string {
	words := make([]string, len(list))
	for i, item := range list {
		words[i] = text(item)
	}
	return strings.Join(words, ";")
}
