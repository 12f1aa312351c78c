package report

import (
	"math"
	"unicode"

	"golang.org/x/text/width"
)

// scale maps figures to the width of a chart in percent, with a margin on both sides. Charts of pages are drawn in percent
// so that text keeps its size on a phone.
type scale struct {
	low, high float64
	margin    float64 // percent
}

// at gives the place of x in percent; what lies outside is moved to the edge.
func (s scale) at(x float64) float64 {
	part := 0.5
	if s.high > s.low {
		part = (x - s.low) / (s.high - s.low)
	}
	return hundredths(s.margin + min(1, max(0, part))*(100-2*s.margin))
}

// ticks are the round figures within the scale, about most of them. Their labels are for the caller to write.
func (s scale) ticks(most float64) []float64 {
	step := roundStep(s.high-s.low, most)
	var list []float64
	for k := math.Ceil(s.low/step - 1e-9); k*step <= s.high+1e-9*step; k++ {
		list = append(list, k*step+0) // + 0 turns −0 into 0
	}
	return list
}

// roundStep is the smallest 1, 2 or 5 times a power of ten of which at most so many fit into the reach, which is above 0.
func roundStep(reach, most float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(reach/most)))
	for _, m := range []float64{1, 2, 5} {
		if reach/(power*m) <= most {
			return power * m
		}
	}
	return power * 10
}

// stepDecimals is how many decimals tell ticks a step apart.
func stepDecimals(step float64) int {
	return max(0, -int(math.Floor(math.Log10(step)+1e-9)))
}

// hundredths rounds, and has no −0.
func hundredths(x float64) float64 { return math.Round(100*x)/100 + 0 }

// textWidth is how wide a text is at most in a usual sans-serif of the size, in the units of the size. It errs on the
// wide side: fonts differ.
func textWidth(text string, size float64) float64 {
	em := 0.0
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			em++
		case unicode.IsSpace(r) || unicode.IsPunct(r):
			em += 0.36
		case unicode.IsUpper(r) || r == 'm' || r == 'w' || r > unicode.MaxLatin1:
			em += 0.72
		default:
			em += 0.58
		}
	}
	return em * size
}

// clipWidth cuts a text that is wider than the room, in the units of the size.
func clipWidth(text string, size, room float64) string {
	if textWidth(text, size) <= room {
		return text
	}
	room -= textWidth("…", size)
	for i, r := range text {
		if room -= textWidth(string(r), size); room < 0 {
			return text[:i] + "…"
		}
	}
	return text
}
