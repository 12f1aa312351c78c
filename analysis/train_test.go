package analysis

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
	"verbatim/models"
)

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	data := []byte(text)
	if strings.HasSuffix(path, ".gz") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		data = packed.Bytes()
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadLabelled(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "reviews", "reviews.en.train.jsonl.gz"),
		`{"id":"a","text":"Nice room","lang":"en","sentiment":"positive","rating":9,"rating_max":10,"aspects":[{"category":"ambience_comfort","sentiment":"positive"},{"category":"general"}]}`+"\n\n"+
			`{"id":"b","text":"x","lang":"en","rating":4,"rating_max":5,"kind":"complaint","aspects":[{"raw":"no category"}],"meta":{"machine_translated":true}}`+"\n")
	writeFile(t, filepath.Join(dir, "own.jsonl"), `{"id":"c","comment":"y","lang":"fi","score":3,"themes":[],"kinds":["praise","question"]}`)
	var got []Labelled
	if err := ReadLabelled([]string{filepath.Join(dir, "reviews"), filepath.Join(dir, "own.jsonl")}, func(l Labelled) error {
		got = append(got, l)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := []Labelled{
		{Dataset: "reviews", ID: "a", Text: "Nice room", Lang: "en", Score: 9, Sentiment: "positive", Themes: &[]feedback.StatementTheme{{Theme: "ambience_comfort", Sentiment: "positive"}}},
		{Dataset: "reviews", ID: "b", Text: "x", Lang: "en", Score: feedback.Unscored, Kinds: &[]feedback.Kind{"complaint"}, Weak: true},
		{Dataset: filepath.Base(dir), ID: "c", Text: "y", Lang: "fi", Score: 3, Themes: &[]feedback.StatementTheme{}, Kinds: &[]feedback.Kind{"praise", "question"}, Complete: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadLabelledNamesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		writeFile(t, filepath.Join(dir, "a.jsonl"), "{\"text\":\"x\"}\nnot json"):  "a.jsonl:2: not a JSON object",
		writeFile(t, filepath.Join(dir, "b.jsonl"), `{"id":"x"}`):                  "b.jsonl:1: the field text is missing",
		writeFile(t, filepath.Join(dir, "c", "readme.txt"), "x") + "/..":           "",
		filepath.Join(dir, "missing"):                                              "no such file",
		filepath.Dir(writeFile(t, filepath.Join(dir, "empty", "readme.txt"), "x")): "no *.jsonl",
	} {
		err := ReadLabelled([]string{path}, func(Labelled) error { return nil })
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}

// trainSmall trains English on the hand-written comments and one made-up word that the file teaches.
func trainSmall(t *testing.T) map[string]*models.Linear {
	t.Helper()
	dir := t.TempDir()
	var rows strings.Builder
	for range 40 {
		rows.WriteString(`{"text":"the grunkle was blorpful","lang":"en","sentiment":"positive","themes":[{"theme":"food_drink","sentiment":"positive"}]}` + "\n")
	}
	writeFile(t, filepath.Join(dir, "made", "made.jsonl"), rows.String())
	trained, err := Train(context.Background(), []string{dir}, TrainOptions{Languages: []string{"en"}})
	if err != nil {
		t.Fatal(err)
	}
	return trained
}

func TestTrainLearnsAndIsDeterministic(t *testing.T) {
	first, second := trainSmall(t), trainSmall(t)
	files := fstest.MapFS{}
	for name, m := range first {
		var a, b bytes.Buffer
		if err := errors.Join(m.Write(&a), second[name].Write(&b)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: the same data gave other bytes", name)
		}
		files[name+".bin"] = &fstest.MapFile{Data: a.Bytes()}
	}
	language, err := models.Embedded().File("language.bin")
	if err != nil {
		t.Fatal(err)
	}
	files["language.bin"] = &fstest.MapFile{Data: language}
	a, err := New(models.Open(files))
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Analyze("What a blorpful grunkle you have", Hint{Lang: "en"}, nil)
	if err != nil || !got.Has("food_drink", feedback.Positive) {
		t.Errorf("%+v, %v", got, err)
	}
	if len(a.Languages()) != 1 {
		t.Errorf("languages %v, want en alone", a.Languages())
	}
}

func TestTrainStopsWhenTold(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Train(ctx, nil, TrainOptions{Languages: []string{"en"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestEvaluationCounts(t *testing.T) {
	e := NewEvaluation(analyzer())
	rows := []Labelled{
		{Dataset: "d", Lang: "en", Text: "The staff were rude", Sentiment: "negative", Complete: true, Themes: &[]feedback.StatementTheme{{Theme: "service_staff", Sentiment: "negative"}}, Kinds: &[]feedback.Kind{"complaint"}},
		{Dataset: "d", Lang: "en", Text: "The staff were rude to all of us", Sentiment: "positive", Complete: true, Themes: &[]feedback.StatementTheme{{Theme: "cleanliness", Sentiment: "negative"}}},
	}
	for i := range rows {
		if err := e.Add(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	byTask := map[string]Quality{}
	for _, q := range e.Results() {
		byTask[q.Task] = q
	}
	if q := byTask["sentiment"]; q.N != 2 || q.MicroF1 != 0.5 || len(q.Labels) != 2 || q.Labels[0].F1 != 2.0/3 {
		t.Errorf("sentiment: %+v", q)
	}
	if q := byTask["themes"]; q.N != 2 || q.MicroF1 != 0.5 || q.MacroF1 != (2.0/3)/2 {
		t.Errorf("themes: %+v", q)
	}
	if q := byTask["kinds"]; q.N != 1 || q.MicroF1 != 1 {
		t.Errorf("kinds: %+v", q)
	}
}
