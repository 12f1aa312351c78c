package insight

import (
	"math"
	"strconv"
	"strings"
)

// Number is a figure of a report: a score in points, a share, an odds ratio, an importance. It is written with six
// decimals, trailing zeros dropped and never as −0, in JSON and as a string alike.
type Number float64

// PValue is a probability from 0 to 1 that is written with six significant digits, in JSON and as a string alike.
type PValue float64

// number drops the sign of a negative zero, which formats of the caller would otherwise show.
func number(x float64) Number {
	if x == 0 {
		return 0
	}
	return Number(x)
}

// String gives the number with up to six decimals.
func (n Number) String() string {
	text := strconv.FormatFloat(float64(n), 'f', 6, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}

// MarshalJSON writes the number as [Number.String] does. What is not finite, which no function of this package returns,
// becomes null: JSON has no word for it.
func (n Number) MarshalJSON() ([]byte, error) { return marshalFloat(float64(n), n.String()) }

// String gives the probability with up to six significant digits, 0.0123457 or 1.2e-90.
func (p PValue) String() string {
	text := strconv.FormatFloat(float64(p), 'g', 6, 64)
	if i := strings.Index(text, "e-0"); i >= 0 {
		text = text[:i+2] + text[i+3:]
	}
	return text
}

// MarshalJSON writes the probability as [PValue.String] does, and null for what is not finite.
func (p PValue) MarshalJSON() ([]byte, error) { return marshalFloat(float64(p), p.String()) }

func marshalFloat(f float64, text string) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return []byte(text), nil
}

// Interval is a figure with its 95 % interval.
type Interval struct {
	Value Number `json:"value"`
	Low   Number `json:"low"`
	High  Number `json:"high"`
}

func interval(value, low, high float64) Interval {
	return Interval{Value: number(value), Low: number(low), High: number(high)}
}
