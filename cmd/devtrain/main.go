package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"verbatim/analysis"
	"verbatim/models"
)

// devtrain OUT LANGS|all LEAVEOUT EVALPATHS...
func main() {
	out := os.Args[1]
	o := analysis.TrainOptions{}
	if os.Args[2] != "all" {
		o.Languages = strings.Split(os.Args[2], ",")
	}
	if os.Args[3] != "none" {
		o.LeaveOut = strings.Split(os.Args[3], ",")
	}
	t := time.Now()
	o.Progress = func(s string, a, b int) { fmt.Fprintln(os.Stderr, s, a, b, time.Since(t).Round(time.Second)) }
	if os.Getenv("NOTRAIN") == "" {
		ms, err := analysis.Train(context.Background(), []string{"/work/shared/data"}, o)
		if err != nil {
			panic(err)
		}
		os.MkdirAll(out, 0o755)
		for n, m := range ms {
			f, _ := os.Create(out + "/" + n + ".bin")
			if err := m.Write(f); err != nil {
				panic(err)
			}
			f.Close()
		}
	}
	data, _ := os.ReadFile("/work/main/models/language.bin")
	if data != nil {
		os.WriteFile(out+"/language.bin", data, 0o644)
	}
	set := models.Open(os.DirFS(out))
	a, err := analysis.New(set)
	if err != nil {
		panic(err)
	}
	e := analysis.NewEvaluation(a)
	for _, l := range a.Languages() {
		rows, _ := analysis.HandWritten(l, true)
		for i := range rows {
			if err := e.Add(&rows[i]); err != nil {
				panic(err)
			}
		}
	}
	sup := map[string]bool{}
	for _, l := range a.Languages() {
		sup[l] = true
	}
	analysis.ReadLabelled(os.Args[4:], func(r analysis.Labelled) error {
		if sup[r.Lang] {
			return e.Add(&r)
		}
		return nil
	})
	for _, q := range e.Results() {
		fmt.Println(q)
		if os.Getenv("LABELS") != "" {
			for _, l := range q.Labels {
				fmt.Printf("      %-28s n %4d P %5.1f R %5.1f F %5.1f\n", l.Label, l.N, 100*l.Precision, 100*l.Recall, 100*l.F1)
			}
		}
	}
}
