package ingest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata/exports")

// TestExports reads what the platforms export and compares every response, error and the summary with a golden file.
func TestExports(t *testing.T) {
	files, err := filepath.Glob("testdata/exports/*.csv")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d exports, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r, err := Open(file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			rows, sum := drain(t, r)
			var out bytes.Buffer
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(false)
			for _, row := range rows {
				var value any = row.Response
				if row.Err != nil {
					value = map[string]string{"error": filepath.Base(row.Err.Error())}
				}
				if err := encoder.Encode(value); err != nil {
					t.Fatal(err)
				}
			}
			sum.File = filepath.Base(sum.File)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(sum); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".csv") + ".golden"
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
