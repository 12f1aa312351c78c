package ingest

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPlatformFiles reads what platforms export without being told a column.
func TestPlatformFiles(t *testing.T) {
	delivered := []string{"cm5survey0007 cm5resp00042 4 The courier never rang the bell", "cm5survey0007 cm5resp00043 10 Quick, easy, cheap"}
	lime := func(file string) []string {
		return []string{file + " 12 9 Nopea toimitus; hyvä palvelu", file + " 13 2 Dyrt\noch långsamt"}
	}
	tests := map[string]struct {
		want     []string
		first    string // when the first was submitted
		platform string
	}{
		"formbricks.csv":         {delivered, "2026-03-02T09:15:00Z", ""},
		"formbricks.json":        {delivered, "2026-03-02T09:15:00.12Z", "formbricks"},
		"delighted.json":         {[]string{"delighted 5435 9 送货很快", "delighted 5436 0 "}, "2026-01-31T10:00:00Z", ""},
		"qualtrics.json":         {[]string{"qualtrics R_1 8 Setup took five minutes", "qualtrics R_3 10 Nopea ja halpa"}, "2026-03-03T09:12:41.337Z", "qualtrics"},
		"limesurvey.json":        {lime("limesurvey"), "2026-02-01T10:00:00Z", ""},
		"limesurvey_nested.json": {lime("limesurvey_nested"), "2026-02-01T10:00:00Z", ""},
		"limesurvey_base64.txt":  {lime("limesurvey_base64"), "2026-02-01T10:00:00Z", ""},
		"limesurvey_rpc.json":    {lime("limesurvey_rpc"), "2026-02-01T10:00:00Z", ""},
		"googleforms_en.csv":     {[]string{"googleforms_en 9 Always friendly", "googleforms_en 0 Waited an hour, nobody came"}, "2026-02-13T09:01:15Z", ""},
	}
	for file, test := range tests {
		t.Run(file, func(t *testing.T) {
			r, err := Open(filepath.Join("testdata", "platforms", file), Options{})
			if err != nil {
				t.Fatal(err)
			}
			rows, sum := drain(t, r)
			var got []string
			for i, row := range accepted(t, rows) {
				line := texts([]Row{{Response: row}})[0]
				if strings.HasPrefix(file, "googleforms") { // without ids
					line = line[strings.Index(line, " ")+1:]
				}
				got = append(got, row.Survey+" "+line)
				if at := row.SubmittedAt.Format("2006-01-02T15:04:05.999Z07:00"); i == 0 && at != test.first {
					t.Errorf("submitted %s", at)
				}
				for name, value := range row.Attributes {
					if strings.Contains(value, "example.com") && !strings.Contains(value, "https") {
						t.Errorf("contact data in %s", name)
					}
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff, sum.Mapping)
			}
		})
	}
}

// A text that only looks like Base64 stays what it is.
func TestCodedIsNoGuess(t *testing.T) {
	plainText := base64.StdEncoding.EncodeToString([]byte(`{"comments":[{"id":"1"}]}`))
	rows, _ := readAll(t, "s.txt", "comment\n"+plainText+"\n", Options{ScoreOptional: true})
	if got := accepted(t, rows); len(got) != 1 || got[0].Comment != plainText {
		t.Errorf("%+v", got)
	}
	long := `{"responses":[{"id":"1","score":"9","comment":"` + strings.Repeat("ä?>", 9000) + `"}]}`
	for name, data := range map[string]string{
		"alone": base64.StdEncoding.EncodeToString([]byte(long)), "lines": wrap(base64.StdEncoding.EncodeToString([]byte(long))),
		"escaped": `{"error":null,"result":"` + strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(long)), "/", `\/`) + `","id":1}`,
	} {
		rows, sum := readAll(t, "s.json", data, Options{})
		if got := accepted(t, rows); len(got) != 1 || got[0].Score != 9 || len(got[0].Comment) != 9000*4 || sum.Format != formatArray {
			t.Errorf("%s: %d rows", name, len(got))
		}
	}
	for _, cut := range []int{1, 2, 3, 50} {
		data := base64.StdEncoding.EncodeToString([]byte(long))
		r, err := NewReader(strings.NewReader(data[:len(data)-cut]), "s.json", Options{})
		if err != nil {
			continue
		}
		rows, _ := drain(t, r)
		if len(rows) != 1 || rows[0].Err == nil && cut > 4 {
			t.Errorf("cut by %d: %+v", cut, rows)
		}
	}
}

func wrap(text string) string {
	var out strings.Builder
	for len(text) > 76 {
		out.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	return out.String() + text
}
