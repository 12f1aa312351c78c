package index

import (
	"slices"
	"strings"

	"verbatim/feedback"
)

// origin is what an analysis says about where it comes from. Few are distinct, so that a row has the number of one in
// place of three columns.
type origin struct{ language, model, taxonomy string }

// origins gives origins small numbers, in the order of their first appearance. Number 0 is that of responses without an
// analysed comment.
type origins struct {
	list   []origin
	byName map[origin]uint32
}

func newOrigins() origins {
	return origins{list: []origin{{}}, byName: map[origin]uint32{{}: 0}}
}

// code returns the number of the origin, a new one if there is none yet.
func (o *origins) code(name origin) uint32 {
	code, ok := o.byName[name]
	if !ok {
		code = uint32(len(o.list))
		o.list = append(o.list, name)
		o.byName[name] = code
	}
	return code
}

// originOf tells where an analysis comes from.
func originOf(a *feedback.Analysis) origin {
	if a == nil {
		return origin{}
	}
	return origin{language: a.Language.Code, model: a.Model, taxonomy: a.Taxonomy}
}

// passLanguages tells for every origin whether its language is one of the names.
func (o *origins) passLanguages(names []string) []uint64 {
	pass := make([]uint64, len(o.list))
	for code, name := range o.list {
		pass[code] = bit(slices.Contains(names, name.language))
	}
	return pass
}

// join lists the distinct names that the origins counted have, in order, the empty one apart.
func (o *origins) join(counts []uint32, name func(origin) string) string {
	var list []string
	for code, n := range counts {
		if part := name(o.list[code]); n > 0 && part != "" {
			list = append(list, part)
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ",")
}
