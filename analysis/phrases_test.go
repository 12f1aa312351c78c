package analysis

import (
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestPhrases(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Late delivery and a rude driver.", []string{"late delivery", "rude driver"}},
		{"The delivery was late and the driver was very rude!", []string{"late delivery", "rude driver"}},
		{"DELIVERY WAS LATE", []string{"late delivery"}},
		{"the response was quick", []string{"quick response"}},
		{"Hidden fees on my bill", []string{"hidden fees"}},
		{"Love the new mobile app, checkout is super easy", []string{"new mobile app", "easy checkout"}},
		{"Speed up ambulance response times", []string{"ambulance response times"}},
		{"Long waiting times, unhelpful staff. Long waiting times again", []string{"long waiting times", "unhelpful staff"}},
		{"Great environment - helpful staff", []string{"great environment", "helpful staff"}},
		{"great food😍helpful staff", []string{"great food", "helpful staff"}},
		// What is negated is not said, but "no" is.
		{"The staff weren't friendly, but the food was great.", []string{"great food"}},
		{"It was not a good experience.", nil},
		{"The room wasn’t clean", nil},
		{"staff isnt helpful", nil},
		{"No hot water in the room", []string{"no hot water"}},
		{"There's no parking space near the store", []string{"no parking space"}},
		{"I can’t reach the call centre", []string{"call centre"}},
		// Names, @names and URLs.
		{"Thanks John Smith for excellent support @acme https://x.com/great-app", []string{"excellent support"}},
		// Nothing to find.
		{"", nil},
		{"10/10", nil},
		{"👍👍", nil},
		{"No, I don't.", nil},
		{"配送很慢", nil},
		{"ȺȺȺȺ's fine", nil},
		{"ȺȺȺȺn't fine", nil},
		{"\xff\xfe\x00", nil},
	} {
		if diff := cmp.Diff(c.want, Phrases(c.text)); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

func TestPhraseWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"No, I don't.", "no , I do n't ."},
		{"It doesn’t work... at all!", "it does n't work . at all ."},
		{"They're slow (really slow)", "they 're slow . really slow ."},
		{"cant log-in", "ca n't log-in"},
		{"NOT OK at ALL times", "not OK at ALL times"},
		{"'quoted' -- dash", "quoted . dash"},
		{"rock'n'roll", "rock 'nroll"},
		{strings.Repeat("a", 100) + " fine", "fine"},
	} {
		if got := strings.Join(phraseWords(c.text), " "); got != c.want {
			t.Errorf("phraseWords(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestPhrasesConcurrent(t *testing.T) {
	text := "The new app has hidden fees, the delivery was late and the support team is great"
	want := Phrases(text)
	if len(want) == 0 {
		t.Fatal("no phrases")
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				if diff := cmp.Diff(want, Phrases(text)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzPhrases(f *testing.F) {
	for _, seed := range []string{"The delivery was late.", "ȺȺȺȺ's fine", "don't won't", "(: :) <3", "İ'll $5 [x]", "\xff's"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		seen := map[string]bool{}
		for _, phrase := range Phrases(text) {
			if !utf8.ValidString(phrase) || !strings.Contains(phrase, " ") || seen[phrase] {
				t.Errorf("Phrases(%q) has %q", text, phrase)
			}
			seen[phrase] = true
		}
	})
}

func BenchmarkPhrases(b *testing.B) {
	Phrases("load the model")
	for b.Loop() {
		Phrases("The delivery was late, the driver was rude and the new app has hidden fees")
	}
}
