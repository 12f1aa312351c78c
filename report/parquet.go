package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"

	"verbatim/insight"
)

// driverRow is a row of a Parquet file of drivers: the columns of the CSV, in its order. What the CSV leaves blank is null.
type driverRow struct {
	Text          string   `parquet:"text,dict"`
	Rank          *int64   `parquet:"rank,optional"`
	Status        string   `parquet:"status,dict"`
	Theme         string   `parquet:"theme,dict"`
	Sentiment     string   `parquet:"sentiment,dict"`
	Mentions      int64    `parquet:"mentions"`
	Share         float64  `parquet:"share"`
	Promoters     int64    `parquet:"promoters"`
	Passives      int64    `parquet:"passives"`
	Detractors    int64    `parquet:"detractors"`
	NPSImpact     float64  `parquet:"nps_impact"`
	NPSImpactLow  float64  `parquet:"nps_impact_low"`
	NPSImpactHigh float64  `parquet:"nps_impact_high"`
	OddsRatio     float64  `parquet:"odds_ratio"`
	OddsRatioLow  float64  `parquet:"odds_ratio_low"`
	OddsRatioHigh float64  `parquet:"odds_ratio_high"`
	PValue        float64  `parquet:"p_value"`
	QValue        *float64 `parquet:"q_value,optional"`
	AssociationP  float64  `parquet:"association_p"`
	Importance    *float64 `parquet:"importance,optional"`
}

// DriversParquet writes a row for each driver of the comments, then for each of the suggestions, in the columns of the
// CSV. Figures are not rounded. The metadata of the file hold, each as JSON, the report's method, its summary (the report
// without its drivers), and the choice of responses. The same report gives the same bytes. An error wraps that of the writer.
func DriversParquet(w io.Writer, r *insight.DriverReport, choice Choice) error {
	summary := *r
	summary.Drivers, summary.Neutral, summary.Suggestions = []insight.Driver{}, []insight.Neutral{}, nil
	metadata, err := parquetMetadata([]namedValue{{"method", r.Method}, {"summary", &summary}, {"choice", choiceOf(choice)}})
	if err != nil {
		return err
	}
	out := parquet.NewGenericWriter[driverRow](w, append(metadata, parquet.Compression(&parquet.Zstd))...)
	rows := driverRows("comment", r.Drivers)
	if r.Suggestions != nil {
		rows = append(rows, driverRows("suggestion", r.Suggestions.Drivers)...)
	}
	if _, err := out.Write(rows); err != nil {
		return fmt.Errorf("report: parquet: %w", err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("report: parquet: %w", err)
	}
	return nil
}

func driverRows(text string, drivers []insight.Driver) []driverRow {
	rows := make([]driverRow, len(drivers))
	for i := range drivers {
		d := &drivers[i]
		rows[i] = driverRow{
			Text: text, Status: string(d.Status), Theme: d.Theme, Sentiment: string(d.Sentiment),
			Mentions: int64(d.Mentions), Share: float64(d.Share),
			Promoters: int64(d.Promoters), Passives: int64(d.Passives), Detractors: int64(d.Detractors),
			NPSImpact: float64(d.NPSImpact.Value), NPSImpactLow: float64(d.NPSImpact.Low), NPSImpactHigh: float64(d.NPSImpact.High),
			OddsRatio: float64(d.OddsRatio.Value), OddsRatioLow: float64(d.OddsRatio.Low), OddsRatioHigh: float64(d.OddsRatio.High),
			PValue: float64(d.PValue), AssociationP: float64(d.AssociationP),
			QValue: (*float64)(d.QValue), Importance: (*float64)(d.Importance),
		}
		if d.Rank != nil {
			rank := int64(*d.Rank)
			rows[i].Rank = &rank
		}
	}
	return rows
}

// choiceJSON is a [Choice] as files carry it.
type choiceJSON struct {
	Filter []string `json:"filter"`
	Dates  string   `json:"dates"`
}

func choiceOf(c Choice) choiceJSON {
	return choiceJSON{Filter: append([]string{}, c.Filter...), Dates: c.Dates.String()}
}

type namedValue struct {
	name  string
	value any
}

// parquetMetadata makes an entry of the file's metadata of each value.
func parquetMetadata(values []namedValue) ([]parquet.WriterOption, error) {
	var options []parquet.WriterOption
	for _, v := range values {
		text, err := json.Marshal(v.value)
		if err != nil {
			return nil, fmt.Errorf("report: parquet: %w", err)
		}
		options = append(options, parquet.KeyValueMetadata(v.name, string(text)))
	}
	return options, nil
}
