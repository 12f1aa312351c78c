package analysis

// clause is a run of tokens, from up to but without to, that is one statement.
type clause struct{ from, to int }

// fewestWords is how many words a clause needs on its own; shorter ones join their neighbour.
const (
	fewestWords = 2
	fewestSolid = 3
)

// clauses cuts a text into statements: at the end of a sentence, at a line break, before a word of contrast ("but"), and
// at a comma when both sides could stand alone.
func clauses(f *folded, found []match, out []clause) []clause {
	out = out[:0]
	from := 0
	for i := 0; i < len(f.tokens); i++ {
		end := f.boundary(i, found)
		if end <= from {
			continue
		}
		out = append(out, clause{from, end})
		from = end
		i = end - 1
	}
	if from < len(f.tokens) {
		out = append(out, clause{from, len(f.tokens)})
	}
	return f.join(out)
}

// boundary returns where the clause that holds token i ends if a boundary lies at i, else 0.
func (f *folded) boundary(i int, found []match) int {
	t := &f.tokens[i]
	switch t.kind {
	case newline:
		return i + 1
	case stop:
		if f.endsSentence(i) {
			end := i + 1
			for end < len(f.tokens) && f.closes(end) {
				end++
			}
			return end
		}
	case symbol:
		if i+1 < len(f.tokens) && f.tokens[i+1].kind <= number { // an emoji ends what it comments on
			return i + 1
		}
	case comma:
		if f.runes[t.from] != ':' {
			return i + 1
		}
	case word, solid:
		for k := range found {
			if m := &found[k]; int(m.from) == i && m.phrase.sign == signContrast && i > 0 {
				return i
			}
		}
	}
	return 0
}

// endsSentence tells a full stop from the dot of an abbreviation, a number, an initial or a web address.
func (f *folded) endsSentence(i int) bool {
	t := &f.tokens[i]
	if f.runes[t.from] != '.' || i == 0 {
		return true
	}
	before := &f.tokens[i-1]
	if i+1 < len(f.tokens) && f.tokens[i+1].start == t.end { // nothing between: 4.5, e.g., example.com, "bad.Never again"
		after := &f.tokens[i+1]
		if before.kind == number || after.kind == number {
			return false
		}
		if after.kind == word {
			return before.kind == word && before.to-before.from > 2 && after.to-after.from > 2 && upperAt(f.text, int(after.start))
		}
	}
	if before.end == t.start && before.kind == word {
		n := before.to - before.from
		if n == 1 && i+1 < len(f.tokens) && f.tokens[i+1].kind <= number {
			return false
		}
		return !abbreviations[string(f.runes[before.from:before.to])]
	}
	return true
}

var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "st": true, "vs": true, "etc": false, "approx": true, "no": false, "nr": true,
	"tel": true, "bzw": true, "ca": true, "inkl": true, "zzgl": true, "usw": true, "str": true, "evtl": true, "ggf": true,
	"esim": true, "mm": true, "ym": true, "jne": false, "klo": true, "kpl": true, "noin": false, "min": false, "puh": true,
	"руб": true, "тыс": true, "ул": true, "стр": true, "др": false, "тд": false, "тп": false, "мин": true, "сек": true,
	"sr": true, "sra": true, "pág": true, "núm": true, "mme": true, "mlle": true, "env": true, "bijv": true, "incl": true,
	"excl": true, "ang": true, "bl": true, "kl": true, "ok": true, "np": true, "tzn": true, "zł": false, "tzv": true, "např": true,
	"örn": true, "vb": false, "vd": true, "tp": true, "ths": true, "dott": true, "sig": true, "dn": true,
}

func upperAt(text string, i int) bool { return text[i] >= 'A' && text[i] <= 'Z' || text[i] >= 0x80 }

// closes reports whether the token belongs to the end of the sentence before it: more marks, a quote, an emoji.
func (f *folded) closes(i int) bool {
	t := &f.tokens[i]
	switch t.kind {
	case stop, symbol:
		return true
	case mark:
		return t.start == f.tokens[i-1].end
	}
	return false
}

// join joins clauses that are too short to stand alone with their neighbour in the same sentence.
func (f *folded) join(in []clause) []clause {
	out := in[:0]
	for _, c := range in {
		if n := len(out); n > 0 && f.joins(out[n-1], c) {
			out[n-1].to = c.to
			continue
		}
		out = append(out, c)
	}
	return out
}

// joins reports whether b continues a: one of them has no words, or a comma parts them and one is too short.
func (f *folded) joins(a, b clause) bool {
	wordsA, solidA := f.count(a)
	wordsB, solidB := f.count(b)
	if wordsA+solidA == 0 || wordsB+solidB == 0 {
		return true
	}
	if f.tokens[a.to-1].kind != comma {
		return false
	}
	return wordsA < fewestWords && solidA < fewestSolid || wordsB < fewestWords && solidB < fewestSolid
}

func (f *folded) count(c clause) (words, solids int) {
	for i := c.from; i < c.to; i++ {
		switch f.tokens[i].kind {
		case word, number, symbol:
			words++
		case solid:
			solids++
		}
	}
	return words, solids
}

// span returns the bytes of a clause, line breaks around it left out.
func (f *folded) span(c clause) (start, end int32) {
	for c.from < c.to-1 && f.tokens[c.from].kind == newline {
		c.from++
	}
	for c.to > c.from+1 && f.tokens[c.to-1].kind == newline {
		c.to--
	}
	return f.tokens[c.from].start, f.tokens[c.to-1].end
}
