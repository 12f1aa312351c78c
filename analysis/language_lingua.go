package analysis

import (
	"math"
	"strings"
	"sync"

	"github.com/pemistahl/lingua-go"
)

const (
	mostCandidates = 4
	mostDetectors  = 2000 // sets of candidates that are kept
)

// secondOpinion asks lingua about unclear texts. It keeps a detector for each set of candidates; they share lingua's
// models (low accuracy: letters in threes), which it loads at the first text that needs them. Safe for concurrent use.
type secondOpinion struct {
	mu        sync.Mutex
	detectors map[uint64]*linguaDetector // by the bits of their columns, and the script above them
}

type linguaDetector struct {
	lingua  lingua.LanguageDetector
	columns map[lingua.Language]int
}

// weigh multiplies the probabilities of the likeliest columns with what lingua says of them, tempered, and drops the
// others. It reports whether there was a choice.
func (o *secondOpinion) weigh(x *detection, s script, t *scriptTable) bool {
	var columns [mostCandidates]int
	n := 0
	for i := range t.codes {
		if x.p[i] < likelyEnough {
			continue
		}
		k := n
		for k > 0 && x.p[columns[k-1]] < x.p[i] {
			k--
		}
		if k < mostCandidates {
			n = min(n+1, mostCandidates)
			copy(columns[k+1:n], columns[k:n-1])
			columns[k] = i
		}
	}
	if n < 2 {
		return false
	}
	d := o.detector(s, t, columns[:n])
	before := x.p
	x.p = [maxColumns]float64{}
	for _, v := range d.lingua.ComputeLanguageConfidenceValues(x.spelled(s, t)) {
		// Lingua sums in the order of maps: what differs from run to run is rounded away.
		says := max(1e-6, math.Round(v.Value()*1e6)/1e6)
		i := d.columns[v.Language()]
		x.p[i] = before[i] * math.Pow(says, linguaWeight)
	}
	return true
}

func (o *secondOpinion) detector(s script, t *scriptTable, columns []int) *linguaDetector {
	key := uint64(s) << 56
	for _, i := range columns {
		key |= 1 << i
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if d := o.detectors[key]; d != nil {
		return d
	}
	if o.detectors == nil || len(o.detectors) >= mostDetectors {
		o.detectors = map[uint64]*linguaDetector{}
	}
	d := &linguaDetector{columns: map[lingua.Language]int{}}
	var isos []lingua.IsoCode639_1
	for _, i := range columns {
		iso := lingua.GetIsoCode639_1FromValue(t.languages[i])
		isos = append(isos, iso)
		d.columns[lingua.GetLanguageFromIsoCode639_1(iso)] = i
	}
	d.lingua = lingua.NewLanguageDetectorBuilder().FromIsoCodes639_1(isos...).WithLowAccuracyMode().Build()
	o.detectors[key] = d
	return d
}

// spelled returns the letters of a script again as lower case words.
func (l *letters) spelled(s script, t *scriptTable) string {
	var b strings.Builder
	for _, f := range l.found {
		if f.script == s && f.position > 0 {
			b.WriteRune(t.alphabet[f.position-1])
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}
