package index

import (
	"encoding/base64"
	"encoding/binary"
	"testing"

	"verbatim/feedback"
)

// FuzzCursor asks for pages behind cursors that no page gave, also such with a right checksum: they are refused, or give a page.
func FuzzCursor(f *testing.F) {
	f.Add("", uint64(0), uint32(0))
	f.Add("AQ", uint64(1)<<63, uint32(1))
	f.Add("????", ^uint64(0), ^uint32(0))
	x := OpenMemory(true)
	f.Cleanup(func() { x.Close() })
	apply(f, x, ws, puts(0, comment("a", 1, "en", "late delivery"), comment("b", 9, "en", "delivery was fine")))
	f.Fuzz(func(t *testing.T, text string, rank uint64, row uint32) {
		for _, order := range []Sort{Newest, Oldest, LowestScore, Relevance} {
			filter := feedback.Filter{Match: "delivery"}
			p, err := newPage(&filter, SearchOptions{Sort: order})
			if err != nil {
				t.Fatal(err)
			}
			forged := binary.BigEndian.AppendUint64([]byte{cursorVersion}, p.search)
			forged = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(forged, rank), row)
			forged = binary.BigEndian.AppendUint32(forged, cursorSum(forged))
			for _, cursor := range []string{text, base64.RawURLEncoding.EncodeToString(forged)} {
				found, err := x.Search(t.Context(), ws, filter, SearchOptions{Sort: order, Cursor: cursor, Limit: 1})
				if err != nil && feedback.CodeOf(err) != feedback.Invalid || err == nil && found.Total != 2 {
					t.Fatalf("%q: %d hits, %v", cursor, found.Total, err)
				}
			}
		}
	})
}
