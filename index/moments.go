package index

import (
	"math"
	"math/bits"
	"time"
)

// noTime is the time of a response without one.
const noTime = math.MinInt64

// moments holds a time for each row in milliseconds, in four bytes while all are whole seconds between 1970 and 2106, in
// six while they are between those, else in eight. It may be shorter than the rows: no time beyond its end.
type moments struct {
	seconds []uint32 // since 1970, plus one; 0 for no time
	millis  []uint16 // beside the seconds; may be shorter
	wide    []int64  // in use instead of both when a time is further away; Unix milliseconds, or noTime
}

// put sets a row's time, in Unix milliseconds.
func (m *moments) put(row int, at int64) {
	if at == noTime && row >= m.size() {
		return
	}
	second, milli := at/1000+1, at%1000
	switch {
	case m.wide == nil && at == noTime:
		second, milli = 0, 0
	case m.wide == nil && (at < 0 || second > math.MaxUint32):
		m.widen()
	}
	if m.wide != nil {
		fill(&m.wide, row, noTime)
		put(&m.wide, row, at)
		return
	}
	put(&m.seconds, row, uint32(second))
	if milli != 0 || row < len(m.millis) {
		put(&m.millis, row, uint16(milli))
	}
}

func (m *moments) widen() {
	wide := make([]int64, len(m.seconds), len(m.seconds)+1)
	for row := range wide {
		wide[row] = m.at(row)
	}
	*m = moments{wide: wide}
}

// size is how many rows the column reaches.
func (m *moments) size() int { return max(len(m.seconds), len(m.wide)) }

// at returns a row's time in Unix milliseconds, or noTime.
func (m *moments) at(row int) int64 {
	switch {
	case row < len(m.seconds):
		if m.seconds[row] == 0 {
			return noTime
		}
		at := (int64(m.seconds[row]) - 1) * 1000
		if row < len(m.millis) {
			at += int64(m.millis[row])
		}
		return at
	case row < len(m.wide):
		return m.wide[row]
	default:
		return noTime
	}
}

// span is the first and the last time of the rows, which ascend; first is after last when none has a time.
func (m *moments) span(rows []uint32) (first, last int64) {
	first, last = math.MaxInt64, math.MinInt64
	if m.wide == nil && len(m.millis) == 0 { // the usual case, in a shorter loop
		rows, _ = within(rows, len(m.seconds))
		low, high := uint32(math.MaxUint32), uint32(0)
		for _, row := range rows {
			second := m.seconds[row]
			low, high = min(low, second-1), max(high, second) // no time is the highest when one is taken off
		}
		if high > 0 {
			first, last = int64(low)*1000, (int64(high)-1)*1000
		}
		return first, last
	}
	for _, row := range rows {
		if at := m.at(int(row)); at != noTime {
			first, last = min(first, at), max(last, at)
		}
	}
	return first, last
}

// keep drops the rows that are not from one moment up to but without the other; a row without a time is in no range.
func (m *moments) keep(set bitset, first, end int64) {
	for w, word := range set {
		for rest := word; rest != 0; rest &= rest - 1 {
			lowest := rest & -rest
			if at := m.at(w<<6 + bits.TrailingZeros64(rest)); at == noTime || at < first || at >= end {
				word &^= lowest
			}
		}
		set[w] = word
	}
}

// moment is the time of Unix milliseconds.
func moment(at int64) time.Time { return time.UnixMilli(at).UTC() }
