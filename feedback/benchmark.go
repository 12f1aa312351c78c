package feedback

import (
	"math"
	"strings"
	"time"
)

// Benchmark is a Net Promoter Score that somebody published or measured before: an industry's, a competitor's, a target.
type Benchmark struct {
	Name   string  `json:"name"`        // 1–200 bytes; a workspace has one of the name
	NPS    float64 `json:"nps"`         // −100 to 100
	Source string  `json:"source"`      // who says so
	Date   string  `json:"date"`        // when it was measured or published, as 2026-03-31
	N      int     `json:"n,omitempty"` // the responses behind it; 0 when unknown
}

// Validate checks the benchmark; an [Invalid] error names the field.
func (b *Benchmark) Validate() error {
	switch {
	case strings.TrimSpace(b.Name) == "" || len(b.Name) > 200:
		return Errorf(Invalid, "name: a benchmark needs a name of at most 200 bytes")
	case math.IsNaN(b.NPS) || b.NPS < -100 || b.NPS > 100:
		return Errorf(Invalid, "nps: an NPS lies between -100 and 100")
	case strings.TrimSpace(b.Source) == "" || len(b.Source) > 500:
		return Errorf(Invalid, "source: say where the figure comes from, in at most 500 bytes")
	case b.N < 0:
		return Errorf(Invalid, "n: the number of responses is 0 (unknown) or more")
	}
	if _, err := time.Parse(time.DateOnly, b.Date); err != nil {
		return Errorf(Invalid, "date: write the day as 2026-03-31")
	}
	return nil
}
