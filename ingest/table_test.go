package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestFormatsByNameAndContent(t *testing.T) {
	tests := []struct{ name, asked, text, want string }{
		{"s.csv", "", "a,b\n", formatCSV},
		{"s.CSV", "", "a,b\n", formatCSV},
		{"s.csv.gz", "", "a,b\n", formatCSV},
		{"s.tsv", "", "a\tb\n", formatTSV},
		{"s.tab", "", "a\tb\n", formatTSV},
		{"s.jsonl", "", "{}\n", formatLines},
		{"s.ndjson", "", "{}\n", formatLines},
		{"s.json", "", "[]\n", formatLines},
		{"s.jsonl.gz", "", "{}\n", formatLines},
		{"s", "", " {\"a\":1}\n", formatLines},
		{"s.txt", "", "\n[{}]", formatLines},
		{"s.txt", "", "a,b\n", formatCSV},
		{"s.dat", "", "", formatCSV},
		{"s.csv", "", "{\"a\":1}\n", formatCSV},
		{"s.csv", "jsonl", "{\"a\":1}\n", formatLines},
		{"s.csv", "json", "{\"a\":1}\n", formatLines},
		{"s.jsonl", "csv", "a,b\n", formatCSV},
		{"s.csv", "tsv", "a\tb\n", formatTSV},
		{"s.csv", "text", "a,b\n", formatText},
	}
	for _, test := range tests {
		got, err := formatOf(test.name, test.asked, []byte(test.text))
		if err != nil || got != test.want {
			t.Errorf("%s %s %q: %s %v, want %s", test.name, test.asked, test.text, got, err, test.want)
		}
	}
	bad := []struct{ name, asked, text, want string }{
		{"s.csv", "parquet", "a,b\n", "csv, tsv, xlsx, jsonl, text"},
		{"s.csv", "xlsx", "a,b\n", "s.csv is not an .xlsx file"},
		{"s.csv", "", "<html><body>", "is a web page or XML"},
		{"s.xls", "", "<?xml version=\"1.0\"?><Workbook>", "is a web page or XML"},
	}
	for _, test := range bad {
		_, err := formatOf(test.name, test.asked, []byte(test.text))
		if feedback.CodeOf(err) != feedback.Invalid || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s %q: %v", test.name, test.asked, test.text, err)
		}
	}
}

func TestHeaderLayouts(t *testing.T) {
	ids := []string{`{"ImportId":"a"}`, `{"ImportId": "b"}`}
	tests := []struct {
		name     string
		head     [][]string
		platform string
		rows     int
		columns  []string
		status   int
	}{
		{"plain", [][]string{{"score", "comment"}, {"9", "a"}, {"8", "b"}}, "", 1, []string{"score", "comment"}, -1},
		{"header only", [][]string{{"score", "comment"}}, "", 1, []string{"score", "comment"}, -1},
		{"Qualtrics", [][]string{{"Status", "Q1"}, {"Status", "How?"}, ids}, "qualtrics", 3, []string{"Status", "Q1"}, 0},
		{"Qualtrics without status", [][]string{{"Q1", "Q2"}, {"How?", "Why?"}, ids}, "qualtrics", 3, []string{"Q1", "Q2"}, -1},
		{"import ids too early", [][]string{{"Q1", "Q2"}, ids, {"9", "a"}}, "", 1, []string{"Q1", "Q2"}, -1},
		{"SurveyMonkey", [][]string{{"Respondent ID", "How?", "Why?"}, {"", "Response", "Open-Ended Response"}}, "surveymonkey", 2, []string{"Respondent ID", "How?", "Why?"}, -1},
		{"SurveyMonkey in Finnish", [][]string{{"Vastaajan tunnus", "Miten?"}, {"", "Avoin vastaus"}, {"1", "hyvin"}}, "surveymonkey", 2, []string{"Vastaajan tunnus", "Miten?"}, -1},
		{
			"SurveyMonkey with choices",
			[][]string{{"Respondent ID", "Which?", "", "", "Why?"}, {"", "Web", "App", "Shop", "Response", "more"}},
			"surveymonkey", 2,
			[]string{"Respondent ID", "Which?: Web", "Which?: App", "Which?: Shop", "Why?", "Why?: more"},
			-1,
		},
		{"an answer that says Response", [][]string{{"id", "comment"}, {"1", "Response"}}, "", 1, []string{"id", "comment"}, -1},
	}
	for _, test := range tests {
		got := layoutOf(test.head)
		var columns []string
		for _, c := range got.columns {
			columns = append(columns, c.name)
		}
		if diff := cmp.Diff(test.columns, columns); diff != "" || got.platform != test.platform || got.headerRows != test.rows || got.status != test.status {
			t.Errorf("%s: %+v %s", test.name, got, diff)
		}
	}
}

func TestColumnNamesAreUnique(t *testing.T) {
	tests := []struct{ names, want []string }{
		{[]string{"a", "b", "a", "a"}, []string{"a", "b", "a (2)", "a (3)"}},
		{[]string{"a", "a (2)", "a"}, []string{"a", "a (2)", "a (3)"}},
		{[]string{"a (2)", "a", "a", "a (2)"}, []string{"a (2)", "a", "a (3)", "a (2) (2)"}},
		{[]string{"", "a", ""}, []string{"", "a", ""}},
		{[]string{"A", "a"}, []string{"A", "a"}},
	}
	for _, test := range tests {
		var got []string
		for _, c := range makeColumns(test.names, nil) {
			got = append(got, c.name)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestKnownNamesAreFound holds the table to itself: a name that is not written as plain writes it is never found, and one
// that two fields claim is a riddle.
func TestKnownNamesAreFound(t *testing.T) {
	owner := map[string]string{}
	for f := range fieldCount {
		known := &knownColumns[f]
		if _, ok := known.rankIn(plain(known.name)); !ok {
			t.Errorf("%s is not among its own names", known.name)
		}
		for _, names := range known.ranks {
			for name := range strings.FieldsSeq(names) {
				if plain(name) != name {
					t.Errorf("%s: %q is written %q", known.name, name, plain(name))
				}
				if owner[name] != "" {
					t.Errorf("%q is a name of %s and of %s", name, owner[name], known.name)
				}
				owner[name] = known.name
			}
		}
	}
	for name := range owner {
		if namesContact(name) {
			t.Errorf("%q is a field and contact data", name)
		}
	}
}

func TestPlainNames(t *testing.T) {
	for name, want := range map[string]string{
		"Submitted At": "submittedat", "submitted_at": "submittedat", "SUBMITTED-AT ": "submittedat", "Учёт": "учет", "Ｓｃｏｒｅ": "score", "#": "#", " # ": "#",
		"#1": "1", "Pa\u0308iva\u0308": "päivä", "评分（0-10）": "评分010", "": "", "?!": "",
	} {
		if got := plain(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestQuestions(t *testing.T) {
	const score, reason, suggestion, none = "score", "comment", "suggestion", ""
	tests := []struct{ text, want string }{
		{"How likely are you to recommend Acme to a friend or colleague?", score},
		{"How likely is it that you would recommend this company?", score},
		{"On a scale from 0 to 10, would you recommend us?", score},
		{"What is the primary reason for your score?", reason},
		{"What's the most important reason for your rating?", reason},
		{"Why did you give us that score?", reason},
		{"Why would you not recommend us?", reason},
		{"Please tell us more about your answer", reason},
		{"What should we do better?", suggestion},
		{"How can we improve your experience?", suggestion},
		{"Any suggestions for our team?", suggestion},
		{"Which products do you use?", none},
		{"How satisfied are you with the delivery?", none},
		{"reason code", none},
		{"recommended", none},
		{"您有多大可能把我们推荐给朋友或同事？", score},
		{"您愿意向他人推荐我们的产品吗？", score},
		{"您给出这个评分的主要原因是什么？", reason},
		{"您为什么不愿意推荐我们？", reason},
		{"您对我们有什么改进建议？", suggestion},
		{"您使用哪些产品？", none},
		{"原因代码", none},
		{"Насколько вероятно, что Вы порекомендуете нас друзьям или коллегам?", score},
		{"Готовы ли вы рекомендовать нас своим знакомым?", score},
		{"Назовите основную причину вашей оценки", reason},
		{"Почему вы не порекомендуете нас?", reason},
		{"Что нам следует улучшить в первую очередь?", suggestion},
		{"Какими продуктами вы пользуетесь?", none},
		{"Kuinka todennäköisesti suosittelisit yritystämme ystävälle?", score},
		{"Miten todennäköisesti suosittelet meitä asteikolla 0–10?", score},
		{"Mikä on tärkein syy antamallesi arvosanalle?", reason},
		{"Perustele arvosanasi muutamalla sanalla, kiitos", reason},
		{"Miten voisimme tehdä asiat paremmin?", suggestion},
		{"Mitä tuotteita käytät?", none},
	}
	for _, test := range tests {
		var found []string
		for _, f := range []field{fieldScore, fieldComment, fieldSuggestion} {
			if isQuestion(test.text) && knownColumns[f].question(plain(test.text)) {
				found = append(found, knownColumns[f].name)
			}
		}
		if got := strings.Join(found, " and "); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

func TestWordsOfNames(t *testing.T) {
	for name, want := range map[string]string{
		"recipientEmail": "recipient email", "E-mail": "email", "First_Name": "first name", "IPAddress": "ip address", "person.phoneNumber": "person phone number",
		"IP-osoite": "ip osoite", "HTTPServer2": "http server2", "": "", "эл. почта": "эл почта",
	} {
		if got := strings.Join(wordsOf(name), " "); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
