package index

import (
	"errors"
	"slices"
	"strconv"
	"testing"

	"verbatim/feedback"
)

func TestEach(t *testing.T) {
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			var all []feedback.Analysed
			for i := range 50 {
				all = append(all, comment(strconv.Itoa(i), feedback.Score(i%11), "en", "text"))
			}
			apply(t, x, "w", puts(0, all...))
			detractors := feedback.Filter{Groups: []feedback.Group{feedback.Detractor}}
			var got []string
			deleted := false
			err := x.Each(t.Context(), "w", detractors, 4, func(keys []feedback.Key) error {
				if len(keys) > 4 {
					t.Errorf("%d keys at a time", len(keys))
				}
				for _, key := range keys {
					got = append(got, key.ID)
				}
				if !deleted { // one that was chosen goes, another comes
					deleted = true
					apply(t, x, "w", []feedback.Change{{Seq: 51, Kind: feedback.ChangeDelete, Key: all[46].Key()}})
					late := comment("late", 0, "en", "text")
					apply(t, x, "w", []feedback.Change{{Seq: 52, Kind: feedback.ChangePut, Key: late.Key(), Analysed: &late}})
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for i := range 50 {
				if i%11 <= 6 && i != 46 {
					want = append(want, strconv.Itoa(i))
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
			stop := errors.New("stop")
			if err := x.Each(t.Context(), "w", detractors, 4, func([]feedback.Key) error { return stop }); !errors.Is(err, stop) {
				t.Errorf("error %v", err)
			}
		})
	}
}
