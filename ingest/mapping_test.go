package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"verbatim/feedback"
)

func TestParseMap(t *testing.T) {
	tests := []struct {
		text string
		want map[string]string
	}{
		{"", map[string]string{}},
		{"score=Q1,comment=Q2", map[string]string{"score": "Q1", "comment": "Q2"}},
		{" Score = Q1 , text = Q2 ", map[string]string{"score": "Q1", "comment": "Q2"}},
		{"score=How likely, 0-10, are you?,comment=Why = what for?", map[string]string{"score": "How likely, 0-10, are you?", "comment": "Why = what for?"}},
		{"weight=,lang=", map[string]string{"weight": "", "lang": ""}},
	}
	for _, test := range tests {
		got, err := ParseMap(test.text)
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%q: %v %s", test.text, err, diff)
		}
	}
	bad := []struct{ text, want string }{
		{"rating=Q1", `map names the field "rating", which does not exist: the fields are id, score, comment, suggestion, lang, submitted_at, updated_at, respondent, survey, touchpoint, weight`},
		{"score=Q1,foo=Q2", `map names the field "foo"`},
		{"score", `map "score" is not field=column: write --map score=Q1,comment=Q2`},
		{"score=a,score=b", "map names the field score twice"},
		{"comment=a,text=b", "map names the field comment twice"},
	}
	for _, test := range bad {
		_, err := ParseMap(test.text)
		if feedback.CodeOf(err) != feedback.Invalid || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q: %v", test.text, err)
		}
	}
}

// mapped gives the mapping of a header.
func mapped(t *testing.T, header string, opts Options) (Mapping, error) {
	t.Helper()
	r, err := NewReader(strings.NewReader(header+"\n"), "s.csv", opts)
	if err != nil {
		return Mapping{}, err
	}
	return r.Mapping(), r.Close()
}

// A column that is named like one of scores and holds none gives way to one that does.
func TestScoresAreFoundByContent(t *testing.T) {
	for header, want := range map[string]string{
		"NPS rating,rating,text\nDetractor,3,Late\nPromoter,10,Great": "rating",
		"NPS rating,rating,text\n3,5,Late\n10,5,Great":                "NPS rating",
		"NPS rating,text\nDetractor,Late":                             "NPS rating",
		"NPS rating,rating,text\n,5,Late\n,,Great":                    "NPS rating",
		"npsscore,npsvalue,text\nlow,3,Late":                          "npsvalue",
	} {
		if m, err := mapped(t, header, Options{}); err != nil || m.Fields["score"] != want {
			t.Errorf("%q: %q, %v", header, m.Fields["score"], err)
		}
	}
	const unclear = "rating,评分,text\n3,4,Late"
	if _, err := mapped(t, unclear, Options{}); feedback.CodeOf(err) != feedback.Invalid {
		t.Errorf("a choice is made: %v", err)
	}
	if m, err := mapped(t, unclear, Options{LeaveUnclear: true, ScoreOptional: true}); err != nil || m.Fields["score"] != "" || m.Fields["comment"] != "text" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestColumnsByName(t *testing.T) {
	tests := []struct {
		header string
		want   map[string]string
	}{
		{
			"id,score,comment,suggestion,lang,submitted_at,updated_at,respondent,survey,touchpoint,weight,region",
			map[string]string{
				"id": "id", "score": "score", "comment": "comment", "suggestion": "suggestion", "lang": "lang", "submitted_at": "submitted_at",
				"updated_at": "updated_at", "respondent": "respondent", "survey": "survey", "touchpoint": "touchpoint", "weight": "weight",
			},
		},
		{"Response ID, SCORE ,Comment,User Language", map[string]string{"id": "Response ID", "score": "SCORE", "comment": "Comment", "lang": "User Language"}},
		{"token,nps,rating,text,feedback", map[string]string{"id": "token", "score": "nps", "comment": "text"}},
		{"编号,评分,评论,建议,提交时间", map[string]string{"id": "编号", "score": "评分", "comment": "评论", "suggestion": "建议", "submitted_at": "提交时间"}},
		{
			"Номер ответа;Оценка;Комментарий;Язык;Дата отправки;Точка контакта",
			map[string]string{"id": "Номер ответа", "score": "Оценка", "comment": "Комментарий", "lang": "Язык", "submitted_at": "Дата отправки", "touchpoint": "Точка контакта"},
		},
		{
			"Tunniste;Arvosana;Perustelu;Kehitysehdotus;Kieli;Päivämäärä",
			map[string]string{"id": "Tunniste", "score": "Arvosana", "comment": "Perustelu", "suggestion": "Kehitysehdotus", "lang": "Kieli", "submitted_at": "Päivämäärä"},
		},
		{
			"Timestamp,How likely are you to recommend us to a friend?,What is the main reason for your score?,What could we do better?",
			map[string]string{
				"submitted_at": "Timestamp", "score": "How likely are you to recommend us to a friend?",
				"comment": "What is the main reason for your score?", "suggestion": "What could we do better?",
			},
		},
		{
			"您有多大可能向朋友推荐我们？,您打分的主要原因是什么？,您希望我们改进什么？",
			map[string]string{"score": "您有多大可能向朋友推荐我们？", "comment": "您打分的主要原因是什么？", "suggestion": "您希望我们改进什么？"},
		},
		{
			"С какой вероятностью вы порекомендуете нас друзьям?;Почему вы поставили такую оценку?;Что нам улучшить?",
			map[string]string{
				"score": "С какой вероятностью вы порекомендуете нас друзьям?", "comment": "Почему вы поставили такую оценку?",
				"suggestion": "Что нам улучшить?",
			},
		},
		{
			"Kuinka todennäköisesti suosittelisit meitä ystävällesi?;Miksi annoit tämän arvosanan?;Miten voisimme parantaa?",
			map[string]string{
				"score": "Kuinka todennäköisesti suosittelisit meitä ystävällesi?", "comment": "Miksi annoit tämän arvosanan?",
				"suggestion": "Miten voisimme parantaa?",
			},
		},
	}
	for _, test := range tests {
		got, err := mapped(t, test.header, Options{ScoreOptional: true})
		if err != nil {
			t.Errorf("%s: %v", test.header, err)
			continue
		}
		if diff := cmp.Diff(test.want, got.Fields); diff != "" {
			t.Errorf("%s: %s", test.header, diff)
		}
	}
}

func TestMapOverrides(t *testing.T) {
	header := "Q1,Q2,score,comment,weight"
	got, err := mapped(t, header, Options{Map: map[string]string{"score": "q 1", "comment": "Q2", "weight": ""}})
	if err != nil {
		t.Fatal(err)
	}
	want := Mapping{
		Fields:     map[string]string{"score": "Q1", "comment": "Q2"},
		Attributes: []string{"score", "comment", "weight"}, Dropped: []Dropped{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestColumnsThatDoNotTell(t *testing.T) {
	tests := []struct {
		header string
		opts   Options
		want   string
	}{
		{"id,Q1,Q2", Options{}, `s.csv has no score column: its columns are "id", "Q1", "Q2"; name it with --map score=COLUMN`},
		{"id,score,Q2", Options{}, `s.csv has no comment column: its columns are "id", "score", "Q2"; name it with --map comment=COLUMN`},
		{"id,Q1,Q2", Options{ScoreOptional: true}, `s.csv has no comment column`},
		{"id,score,score,comment", Options{}, `s.csv: the score could be any of "score (1)" (column 2), "score (2)" (column 3): choose one with --map score=COLUMN`},
		{"id,score,review,feedback", Options{}, `s.csv: the comment could be any of "review", "feedback": choose one with --map comment=COLUMN`},
		{"id,score,comment", Options{Map: map[string]string{"score": "Q1"}}, `s.csv has no column "Q1": its columns are "id", "score", "comment"`},
		{"id,Q1,Q1,comment", Options{Map: map[string]string{"score": "Q1"}}, `s.csv: column "Q1" could be any of "Q1 (1)" (column 2), "Q1 (2)" (column 3): name one of these`},
		{"id,Q 1,q_1,comment", Options{Map: map[string]string{"score": "Q1"}}, `s.csv: column "Q1" could be any of "Q 1", "q_1": name one of these`},
		{"id,Q1,comment", Options{Map: map[string]string{"score": "Q1", "comment": "Q1"}}, `s.csv: map takes column "Q1" for both score and comment`},
		{"id,score,comment", Options{Map: map[string]string{"points": "score"}}, `map names the field "points", which does not exist`},
		{"id,score,comment", Options{Keep: []string{"mail"}}, `s.csv has no column "mail"`},
		{`"id,score,comment`, Options{}, "s.csv:1: the header cannot be read"},
	}
	for _, test := range tests {
		_, err := mapped(t, test.header, test.opts)
		if feedback.CodeOf(err) != feedback.Invalid || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v\nwant %s", test.header, err, test.want)
		}
	}
	many := "id" + strings.Repeat(",c", 100)
	if _, err := mapped(t, many, Options{}); !strings.Contains(err.Error(), `"c (30)", and 71 more;`) && !strings.Contains(err.Error(), "and 71 more") {
		t.Error(err)
	}
}

func TestRepeatedNames(t *testing.T) {
	rows, sum := readAll(t, "s.csv", "id,score,comment,region,region,score,region (2),,\n1,9,a,EU,US,3,AS,x,y\n", Options{Map: map[string]string{"score": "score (2)"}})
	want := map[string]string{"score": "9", "region": "EU", "region (3)": "US", "region (2)": "AS"}
	if got := accepted(t, rows)[0]; got.Score != 3 || cmp.Diff(want, got.Attributes) != "" {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]Dropped{{Reason: "no name"}, {Reason: "no name"}}, sum.Mapping.Dropped); diff != "" {
		t.Error(diff)
	}
	rows, _ = readAll(t, "s.csv", "id,score,comment,score\n1,9,a,3\n", Options{Map: map[string]string{"score": "score (1)"}})
	if got := accepted(t, rows)[0]; got.Score != 9 || got.Attributes["score (2)"] != "3" {
		t.Errorf("%+v", got)
	}
}

func TestQualtrics(t *testing.T) {
	data := strings.Join([]string{
		"StartDate,EndDate,Status,IPAddress,RecordedDate,ResponseId,RecipientEmail,LocationLatitude,UserLanguage,Q1_NPS_GROUP,Q1,Q2,Plan",
		`Start Date,End Date,Response Type,IP Address,Recorded Date,Response ID,Recipient Email,Location Latitude,User Language,"How likely are you to recommend us? - Group","How likely are you to recommend us?","What is the reason for your score?
Please tell.",Plan`,
		`"{""ImportId"":""startDate"",""timeZone"":""Z""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}","{""ImportId"":""ipAddress""}",x,x,x,x,x,x,x,x,x`,
		"2026-01-01 10:00:00,2026-01-01 10:05:00,IP Address,10.0.0.1,2026-01-01 10:05:01,R_1,a@example.com,60.1,EN,3,9,\"Quick,\nkind\",Pro",
		"2026-01-01 10:00:00,2026-01-01 10:05:00,Survey Preview,10.0.0.1,2026-01-01 10:05:01,R_2,,60.1,EN,3,9,a test,Pro",
		"2026-01-01 10:00:00,2026-01-01 10:05:00,1,10.0.0.1,2026-01-01 10:05:01,R_3,,60.1,EN,3,9,a test,Pro",
		"2026-01-01 10:00:00,2026-01-01 10:05:00,0,10.0.0.1,2026-01-01 10:05:01,R_4,b@example.com,60.1,FI,1,0,Hidas,Free",
	}, "\r\n")
	rows, sum := readAll(t, "q.csv", data, Options{})
	if diff := cmp.Diff([]string{"R_1 9 Quick,\nkind", "R_4 0 Hidas"}, texts(rows)); diff != "" {
		t.Error(diff)
	}
	if sum.Platform != "qualtrics" || sum.Previews != 2 || sum.Read != 2 {
		t.Errorf("%+v", sum)
	}
	if got := rows[0].Response; got.Lang != "EN" || got.SubmittedAt.Format("15:04:05") != "10:05:01" || got.Attributes["Plan"] != "Pro" || got.Attributes["Q1_NPS_GROUP"] != "3" {
		t.Errorf("%+v", got)
	}
	want := []Dropped{{"IPAddress", "contact data"}, {"RecipientEmail", "contact data"}, {"LocationLatitude", "contact data"}}
	if diff := cmp.Diff(want, sum.Mapping.Dropped); diff != "" {
		t.Error(diff)
	}
	if rows[0].Line != 5 {
		t.Errorf("line %d, want 5: the second header row has two lines", rows[0].Line)
	}
}

func TestSurveyMonkey(t *testing.T) {
	data := strings.Join([]string{
		"Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,How likely is it that you would recommend us?,What is the reason for your score?,Which do you use?,,Other",
		",,,,,,,Response,Open-Ended Response,Web,App,Response",
		"118,4,01/02/2026 10:00:00 AM,01/31/2026 10:05:00 PM,1.2.3.4,a@example.com,Ann,10,Great,Web,,x",
		"119,4,01/02/2026 10:00:00 AM,02/03/2026 10:05:00 AM,1.2.3.4,b@example.com,Bo,3,Slow,,App,",
	}, "\n")
	rows, sum := readAll(t, "sm.csv", data, Options{})
	if diff := cmp.Diff([]string{"118 10 Great", "119 3 Slow"}, texts(rows)); diff != "" {
		t.Error(diff)
	}
	if sum.Platform != "surveymonkey" || rows[0].Response.SubmittedAt.Format("2006-01-02 15:04") != "2026-01-31 22:05" || rows[1].Response.SubmittedAt.Month() != 2 {
		t.Errorf("%+v", rows)
	}
	want := []string{"Collector ID", "Start Date", "Which do you use?: Web", "Which do you use?: App", "Other"}
	if diff := cmp.Diff(want, sum.Mapping.Attributes); diff != "" {
		t.Error(diff)
	}
}

func TestOtherPlatforms(t *testing.T) {
	tests := []struct {
		name, header, row string
		want              string
		fields            string // of the mapping: id, submitted_at, lang
	}{
		{
			"Typeform", `#,"How likely are you to recommend us, 0 to 10?","What's the main reason for your score?",Response Type,Start Date (UTC),Submit Date (UTC),Network ID,Tags`,
			`abc,9,Good,completed,2026-01-31 10:00:00,2026-01-31 10:01:00,f00d,`, "abc 9 Good", "#|Submit Date (UTC)|",
		},
		{
			"Delighted", "Response ID,Person ID,Name,Email,Score,Comment,Created at,Updated at,Permalink",
			"5435,77,Ann,a@example.com,0,,1769853600,2026-01-31 10:00:00 UTC,https://example.com/r/1", "5435 0 ", "Response ID|Created at|",
		},
		{
			"LimeSurvey", `"Response ID";"Date submitted";"Last page";"Start language";"Seed";"NPS";"G01Q02. Why did you give this score?"`,
			`"12";"2026-01-31 10:00:00";"3";"fi";"1234";"8";"Hyvä"`, "12 8 Hyvä", "Response ID|Date submitted|Start language",
		},
		{
			"Google Forms", "Timestamp,How likely are you to recommend us to a colleague?,Why did you choose this score?",
			"2026/01/31 10:15:20 am GMT+2,7,ok", "7 ok", "|Timestamp|",
		},
	}
	for _, test := range tests {
		rows, sum := readAll(t, "s.csv", test.header+"\n"+test.row+"\n", Options{})
		f := sum.Mapping.Fields
		if got := strings.Join([]string{f["id"], f["submitted_at"], f["lang"]}, "|"); got != test.fields {
			t.Errorf("%s: %s", test.name, got)
		}
		if got := texts(rows); len(got) != 1 || !strings.HasSuffix(got[0], test.want) || rows[0].Err != nil || rows[0].Response.SubmittedAt.Year() != 2026 {
			t.Errorf("%s: %+v", test.name, rows)
		}
	}
}

func TestContactData(t *testing.T) {
	contact := []string{
		"email", "E-mail address", "customer_email", "person.email", "Phone", "phone number", "Mobile number", "tel", "Name", "First Name", "lastName",
		"customer name", "RecipientFirstName", "IP address", "ipaddr", "IPAddress", "Street", "home address", "Network ID", "邮箱", "手机号码", "客户姓名", "地址",
		"Телефон", "Эл. почта", "ФИО", "Имя", "Адрес доставки", "Sähköposti", "Puhelinnumero", "Sukunimi", "IP-osoite", "Nimi",
	}
	for _, name := range contact {
		if !namesContact(name) {
			t.Errorf("%q is contact data", name)
		}
	}
	for _, name := range []string{
		"region", "product name", "store name", "phone model", "email domain", "mobile", "Mobile app rating", "How was the phone support you got?", "shipping",
		"手机型号", "модель телефона", "puhelinmalli", "campaign name", "street_food", "street food", "airline", "country", "renamed", "meta.title", "Tags", "",
	} {
		if namesContact(name) {
			t.Errorf("%q is no contact data", name)
		}
	}
}

func TestContactDataByContent(t *testing.T) {
	data := "score,comment,reach,alt,order,when,note,email\n" + strings.Repeat(
		"9,call me at a@example.com,a.b@example.com,+358 40 123 4567,20260131123,01.02.2026,no\"@\",x@example.com\n", 60)
	rows, sum := readAll(t, "s.csv", data, Options{Keep: []string{"E-Mail"}})
	want := Mapping{
		Fields:     map[string]string{"score": "score", "comment": "comment"},
		Attributes: []string{"order", "when", "note", "email"},
		Dropped:    []Dropped{{"reach", "contact data"}, {"alt", "contact data"}},
	}
	if diff := cmp.Diff(want, sum.Mapping); diff != "" {
		t.Error(diff)
	}
	if rows[0].Response.Attributes["email"] != "x@example.com" {
		t.Errorf("%+v", rows[0].Response)
	}
	for value, want := range map[string]bool{
		"+49 170 1234567": true, "(555) 123-4567": true, "555-123-4567": true, "13812345678": true, "89161234567": true, "040 123 4567": true, "8 (916) 123-45-67": true,
		"2026-01-02": false, "2026-01-02 10": false, "12345678": false, "1769853600": false, "20260131": false, "0.123456789": false, "12.5": false, "01.02.2026": false,
		"1.2.3.4": false, "": false, "call 555-123-4567": false,
	} {
		if value != "" && isPhone([]byte(value)) != want {
			t.Errorf("%q is a telephone number: %v", value, !want)
		}
	}
}

func TestTooManyValuesToCount(t *testing.T) {
	var data strings.Builder
	data.WriteString("score,comment,few,many,just\n")
	for i := range 1200 {
		data.WriteString("9,a,")
		data.WriteString([]string{"x", "y"}[i%2])
		data.WriteString(",v")
		data.WriteString(strings.Repeat("i", i%40) + strings.Repeat("j", i/40))
		data.WriteString(",w" + strings.Repeat("i", i%40) + strings.Repeat("j", min(i/40, 24)) + "\n")
	}
	rows, sum := readAll(t, "s.csv", data.String(), Options{})
	if diff := cmp.Diff([]string{"many"}, sum.Uncountable); diff != "" {
		t.Error(diff)
	}
	if got := rows[1199].Response.Attributes["many"]; got != "v"+strings.Repeat("i", 39)+strings.Repeat("j", 29) {
		t.Errorf("the value of an uncountable attribute is %q", got)
	}
}
