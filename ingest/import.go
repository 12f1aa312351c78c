package ingest

import (
	"context"

	"verbatim/feedback"
	"verbatim/store"
)

// Imported counts what became of the rows of an import so far.
type Imported struct {
	Read, Created, Updated, Unchanged, Rejected int
}

// Import analyses rows and stores them under the import's id, batch by batch, each durable before the next is counted.
// It calls after each batch (may be nil). When it ends early, by an error or by the context, what was counted is stored
// and the same import can be run again: rows that are there are unchanged.
func (i *Ingester) Import(ctx context.Context, workspace, id string, rows Rows, after func(Imported)) (Imported, error) {
	var counts Imported
	err := i.Analyst.All(ctx, rows, func(batch []Analysed) error {
		puts := make([]feedback.Analysed, 0, len(batch))
		for k := range batch {
			counts.Read++
			if batch[k].Err != nil {
				counts.Rejected++
				continue
			}
			batch[k].Analysed.Import = id
			puts = append(puts, batch[k].Analysed)
		}
		// A batch that is being written is finished whatever happens: half of it would be neither stored nor counted.
		results, err := i.Store.Put(context.WithoutCancel(ctx), workspace, puts)
		if err != nil {
			return err
		}
		for k := range results {
			counts.add(results[k].Status)
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
