package ingest

import (
	"context"

	"verbatim/feedback"
	"verbatim/store"
)

// Imported counts what became of the rows of an import so far; Read is the sum of the others. Rejected are those that the
// file got wrong and those that the store refuses, such as a response that was deleted.
type Imported struct {
	Read, Created, Updated, Unchanged, Rejected int
}

// Import analyses rows and stores them under the import's id, batch by batch, each durable before it is counted. It calls
// after behind each batch (may be nil). When it ends early, by an error of [Analyst.All] or the store or by the context,
// exactly what was counted is stored, and the same import can be run again: rows that are there are unchanged.
func (i *Ingester) Import(ctx context.Context, workspace, id string, rows Rows, after func(Imported)) (Imported, error) {
	return i.importRows(ctx, workspace, id, rows, after, nil)
}

// importRows is Import that also tells of each row that the store refuses.
func (i *Ingester) importRows(ctx context.Context, workspace, id string, rows Rows, after func(Imported),
	refused func(line int, problem *feedback.Error),
) (Imported, error) {
	var counts Imported
	analyst, err := i.analyst(ctx, workspace)
	if err != nil {
		return counts, err
	}
	err = analyst.All(ctx, rows, func(batch []Analysed) error {
		puts, lines := make([]feedback.Analysed, 0, len(batch)), make([]int, 0, len(batch))
		for k := range batch {
			if batch[k].Err != nil {
				continue
			}
			batch[k].Import = id
			puts, lines = append(puts, batch[k].Analysed), append(lines, batch[k].Line)
		}
		results, err := i.Store.Put(ctx, workspace, puts) // all of them or none, even when the context ends meanwhile
		if err != nil {
			return err
		}
		counts.Read += len(batch)
		counts.Rejected += len(batch) - len(puts)
		for k := range results {
			counts.add(results[k].Status)
			if refused != nil && results[k].Problem != nil {
				refused(lines[k], results[k].Problem)
			}
		}
		if after != nil {
			after(counts)
		}
		return nil
	})
	return counts, err
}

func (c *Imported) add(status store.Status) {
	switch status {
	case store.Created:
		c.Created++
	case store.Updated:
		c.Updated++
	case store.Unchanged:
		c.Unchanged++
	case store.Rejected:
		c.Rejected++
	}
}
