package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"verbatim/analysis"
	"verbatim/api"
	"verbatim/feedback"
	"verbatim/index"
	"verbatim/ingest"
	"verbatim/insight"
	"verbatim/models"
)

// aspects are what reviewers of airlines rate from 1 to 5 beside their overall score, with the theme that stands for it in
// their text. Ground service is check-in, boarding and baggage: no one theme, so it has two. Wi-Fi is rated by few and
// left out.
var aspects = []struct {
	rating string
	themes []string
}{
	{"seat_comfort", []string{"ambience_comfort"}},
	{"cabin_staff_service", []string{"service_staff"}},
	{"food_beverages", []string{"food_drink"}},
	{"ground_service", []string{"ordering_payment", "delivery_logistics"}},
	{"value_for_money", []string{"price_value"}},
	{"inflight_entertainment", []string{"features"}},
}

// review is an airline review: what its text is tagged with, and what its writer rated. Ratings are in the order of
// aspects, 0 for none.
type review struct {
	airline  string
	score    feedback.Score
	positive []bool
	negative []bool
	ratings  []int
}

// TestSkytrax compares drivers read from text with what the same people rated: over aspects by their importance, and
// review by review. `make skytrax DATA=<folder>` writes the table into docs/statistics.md.
func TestSkytrax(t *testing.T) {
	folder := os.Getenv("VERBATIM_DATA")
	if folder == "" {
		t.Skip("VERBATIM_DATA names no folder with skytrax_airline: nothing to compare (make skytrax DATA=<folder>)")
	}
	report, reviews := readReviews(t, filepath.Join(folder, "skytrax_airline", "skytrax_airline.en.train.jsonl.gz"))
	var out strings.Builder
	writeImportances(&out, report, reviews)
	out.WriteString("\n")
	writeAgreement(&out, reviews)
	const doc = "../../docs/statistics.md"
	data, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(data), "<!-- skytrax: begin -->\n")
	section, after, closed := strings.Cut(rest, "<!-- skytrax: end -->\n")
	if !found || !closed {
		t.Fatal(doc + " has no section skytrax")
	}
	if os.Getenv("VERBATIM_UPDATE") == "1" {
		section = out.String()
		text := before + "<!-- skytrax: begin -->\n" + section + "<!-- skytrax: end -->\n" + after
		if err := os.WriteFile(doc, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := gocmp.Diff(strings.Split(out.String(), "\n"), strings.Split(section, "\n")); diff != "" {
		t.Errorf("%s shows other figures; make skytrax writes them (-ours +docs):\n%s", doc, diff)
	}
}

// readReviews analyses, counts and ranks as `verbatim drivers` does. VERBATIM_MODELS names a folder of models that have
// not been trained on these reviews; without it the built-in ones are used.
func readReviews(t *testing.T, path string) (*insight.DriverReport, []review) {
	t.Helper()
	set := models.Embedded()
	if folder := os.Getenv("VERBATIM_MODELS"); folder != "" {
		set = models.Open(os.DirFS(folder))
	}
	analyzer, err := analysis.New(set)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := ingest.ParseMap("score=rating")
	if err != nil {
		t.Fatal(err)
	}
	reader, err := ingest.Open(path, ingest.Options{Map: columns})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	counts := index.OpenMemory(false)
	defer counts.Close()
	var reviews []review
	seq := int64(0)
	analyst := &ingest.Analyst{Analyzer: analyzer}
	err = analyst.All(t.Context(), reader, func(batch []ingest.Analysed) error {
		var changes []feedback.Change
		for i := range batch {
			b := &batch[i]
			if b.Err != nil {
				return b.Err
			}
			seq++
			changes = append(changes, feedback.Change{Seq: seq, Kind: feedback.ChangePut, Key: b.Key(), Analysed: &b.Analysed})
			if b.Score.Scored() {
				reviews = append(reviews, reviewOf(t, &b.Analysed))
			}
		}
		return counts.Apply(t.Context(), feedback.DefaultWorkspace, changes)
	})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := api.Document(t.Context(), &api.Source{Index: counts}, feedback.DefaultWorkspace, feedback.Filter{}, api.DocumentOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return doc.Drivers, reviews
}

func reviewOf(t *testing.T, a *feedback.Analysed) review {
	t.Helper()
	r := review{airline: a.Attributes["meta.airline"], score: a.Score}
	for _, aspect := range aspects {
		positive, negative, rating := false, false, 0
		for _, theme := range aspect.themes {
			positive = positive || a.Analysis.Has(theme, feedback.Positive)
			negative = negative || a.Analysis.Has(theme, feedback.Negative)
		}
		if text := a.Attributes["meta.ratings."+aspect.rating]; text != "" {
			var err error
			if rating, err = strconv.Atoi(text); err != nil {
				t.Fatal(err)
			}
		}
		r.positive, r.negative, r.ratings = append(r.positive, positive), append(r.negative, negative), append(r.ratings, rating)
	}
	return r
}

// writeImportances compares importances: LMG of text drivers, both polarities and all themes of an aspect together, with
// LMG of the ratings, where 1–2 counts as a negative and 4–5 as a positive mention, and with the plain correlation.
func writeImportances(w io.Writer, report *insight.DriverReport, reviews []review) {
	text, impact := make([]float64, len(aspects)), make([]float64, len(aspects))
	for i := range report.Drivers {
		d := &report.Drivers[i]
		for a, aspect := range aspects {
			if slices.Contains(aspect.themes, d.Theme) {
				if d.Importance != nil {
					text[a] += float64(*d.Importance)
				}
				impact[a] += math.Abs(float64(d.NPSImpact.Value))
			}
		}
	}
	rated := ratingImportance(reviews)
	correlation := make([]float64, len(aspects))
	fmt.Fprintf(w, "| aspect | themes | rated by | text: importance | text: \\|impact\\| | ratings: importance | ratings: correlation with score |\n|---|---|---|---|---|---|---|\n")
	for a, aspect := range aspects {
		var x, y []float64
		for i := range reviews {
			if r := reviews[i].ratings[a]; r > 0 {
				x, y = append(x, float64(r)), append(y, float64(reviews[i].score))
			}
		}
		correlation[a] = pearson(x, y)
		fmt.Fprintf(w, "| %s | %s | %d | %.3f | %.1f | %.3f | %.2f |\n", aspect.rating, strings.Join(aspect.themes, ", "), len(x),
			text[a], impact[a], rated[a], correlation[a])
	}
	fmt.Fprintf(w, "\n%d reviews, %d aspects. Spearman's rank correlation, with its exact permutation p (two-sided):\n", len(reviews), len(aspects))
	for _, c := range []struct {
		name        string
		text, rated []float64
	}{
		{"importance of text and importance of ratings", text, rated},
		{"importance of text and correlation of ratings", text, correlation},
		{"|impact| of text and importance of ratings", impact, rated},
		{"|impact| of text and correlation of ratings", impact, correlation},
	} {
		rho, p := spearman(c.text, c.rated)
		fmt.Fprintf(w, "- %s: ρ = %.2f, p = %.2f\n", c.name, rho, p)
	}
}

// ratingImportance is what the drivers' importance would be if the ratings were the text.
func ratingImportance(reviews []review) []float64 {
	patterns := feedback.Patterns{Strata: []string{"en"}}
	for _, aspect := range aspects {
		for _, sentiment := range []feedback.Sentiment{feedback.Positive, feedback.Negative} {
			patterns.Keys = append(patterns.Keys, feedback.DriverKey{Theme: aspect.rating, Sentiment: sentiment})
		}
	}
	for i := range reviews {
		p := feedback.Pattern{Score: reviews[i].score, N: 1, W: 1, W2: 1}
		for a, rating := range reviews[i].ratings {
			switch {
			case rating >= 4:
				p.Drivers = append(p.Drivers, 2*a)
			case rating == 1 || rating == 2:
				p.Drivers = append(p.Drivers, 2*a+1)
			}
		}
		patterns.Patterns = append(patterns.Patterns, p)
	}
	shares := insight.Importance(patterns, patterns.Keys).Shares
	out := make([]float64, len(aspects))
	for a := range out {
		out[a] = shares[2*a] + shares[2*a+1]
	}
	return out
}

// writeAgreement says per aspect whether those whose text complains of it rated it lower, as AUCs.
func writeAgreement(w io.Writer, reviews []review) {
	fmt.Fprintf(w, "| aspect | text complains, rated | text praises, rated | mean rating | complaint against none | complaint against praise | against praise, alike | against none, alike | other aspects, alike |\n|---|---|---|---|---|---|---|---|---|\n")
	for a, aspect := range aspects {
		var complains, praises, all, none []rated
		for i := range reviews {
			r := &reviews[i]
			if r.ratings[a] == 0 {
				continue
			}
			one := rated{r.ratings[a], r.score, r.airline}
			all = append(all, one)
			if r.negative[a] {
				complains = append(complains, one)
			} else {
				none = append(none, one)
			}
			if r.positive[a] && !r.negative[a] {
				praises = append(praises, one)
			}
		}
		fmt.Fprintf(w, "| %s | %d, %.1f | %d, %.1f | %.1f | %.2f | %.2f | %.2f | %.2f | %.2f |\n", aspect.rating,
			len(complains), meanRating(complains), len(praises), meanRating(praises), meanRating(all),
			auc(complains, none, anyPair), auc(complains, praises, anyPair), auc(complains, praises, alike), auc(complains, none, alike), otherAspects(reviews, a))
	}
}

// otherAspects is the AUC among alike reviews of complaints of the aspect for the ratings of the other aspects, on
// average: what a tag tells that is not about its own aspect.
func otherAspects(reviews []review, aspect int) float64 {
	sum, n := 0.0, 0.0
	for other := range aspects {
		var complains, none []rated
		for i := range reviews {
			r := &reviews[i]
			if r.ratings[other] == 0 {
				continue
			}
			if one := (rated{r.ratings[other], r.score, r.airline}); r.negative[aspect] {
				complains = append(complains, one)
			} else {
				none = append(none, one)
			}
		}
		if other != aspect {
			sum, n = sum+auc(complains, none, alike), n+1
		}
	}
	return sum / n
}

// rated is a rating with the overall score and the airline of the same review.
type rated struct {
	rating  int
	score   feedback.Score
	airline string
}

// alike reviews have the same score and airline: what is left is not how the flight was in all, nor who has no food.
func alike(a, b rated) bool { return a.score == b.score && a.airline == b.airline }

func anyPair(rated, rated) bool { return true }

func meanRating(list []rated) float64 {
	sum := 0
	for _, r := range list {
		sum += r.rating
	}
	return float64(sum) / float64(max(1, len(list)))
}

// auc is the probability that a rating of low is below one of high, over the pairs that may be compared; ties count half.
func auc(low, high []rated, paired func(low, high rated) bool) float64 {
	won, pairs := 0.0, 0.0
	for _, l := range low {
		for _, h := range high {
			if !paired(l, h) {
				continue
			}
			pairs++
			switch {
			case l.rating < h.rating:
				won++
			case l.rating == h.rating:
				won += 0.5
			}
		}
	}
	return won / max(1, pairs)
}

func pearson(x, y []float64) float64 {
	n := float64(len(x))
	var sx, sy, sxx, syy, sxy float64
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
		sxx, syy, sxy = sxx+x[i]*x[i], syy+y[i]*y[i], sxy+x[i]*y[i]
	}
	return (sxy - sx*sy/n) / math.Sqrt((sxx-sx*sx/n)*(syy-sy*sy/n))
}

// spearman is the rank correlation, and the share of all orders in which it is at least as far from 0.
func spearman(x, y []float64) (rho, p float64) {
	rx, ry := ranks(x), ranks(y)
	rho = pearson(rx, ry)
	extreme, orders := 0.0, 0.0
	permutations(len(x), func(order []int) {
		shuffled := make([]float64, len(order))
		for i, j := range order {
			shuffled[i] = ry[j]
		}
		orders++
		if math.Abs(pearson(rx, shuffled)) >= math.Abs(rho)-1e-9 {
			extreme++
		}
	})
	return rho, extreme / orders
}

// ranks from 1; ties share their mean.
func ranks(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		for _, other := range x {
			switch cmp.Compare(other, v) {
			case -1:
				out[i]++
			case 0:
				out[i] += 0.5
			}
		}
		out[i] += 0.5
	}
	return out
}

// permutations calls each with every order of 0 … n−1.
func permutations(n int, each func(order []int)) {
	order := make([]int, 0, n)
	var extend func()
	extend = func() {
		if len(order) == n {
			each(order)
		}
		for i := range n {
			if !slices.Contains(order, i) {
				order = append(order, i)
				extend()
				order = order[:len(order)-1]
			}
		}
	}
	extend()
}

// TestSpearman checks against cor.test(x, y, method = "spearman") of R.
func TestSpearman(t *testing.T) {
	rho, p := spearman([]float64{1, 2, 3, 4, 5, 6}, []float64{2, 1, 4, 3, 6, 5})
	if math.Abs(rho-0.8285714286) > 1e-9 || math.Abs(p-0.05833333333) > 1e-9 {
		t.Errorf("ρ %v, p %v", rho, p)
	}
}
