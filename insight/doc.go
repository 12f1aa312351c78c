// Package insight turns counts into findings: the Net Promoter Score with its interval, what changed between two waves,
// and which themes make promoters and detractors. [Drivers] makes the whole report; the other functions are its parts and
// stand on their own.
//
// Everything here is a pure function of [feedback.Crosstab] and [feedback.Patterns]: no text, no rows, no clock. The
// formulas are those of statistics.md; x stands for +1 (promoter), 0 (passive) and −1 (detractor), an NPS is 100 times the
// mean of x, T are the responses that mention a theme and R are the rest. Scores, impacts and changes are in NPS points
// (−100 to 100), shares and rates in 0–1, p values in 0–1, importance in units of R². No result is ever NaN, infinite or
// negative zero: where a figure is undefined the doc comment says what stands in its place.
package insight
