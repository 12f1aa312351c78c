package ingest

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// field is what a column can be.
type field int

// The fields, in the order of the contracts.
const (
	fieldID field = iota
	fieldScore
	fieldComment
	fieldSuggestion
	fieldLang
	fieldSubmittedAt
	fieldUpdatedAt
	fieldRespondent
	fieldSurvey
	fieldTouchpoint
	fieldWeight
	fieldCount
)

// columnNames says by which names a field is known.
type columnNames struct {
	name string
	// ranks hold normalised names (see plain), best first; the names of one rank are equals.
	ranks []string
	// question recognises the text of a question; it comes after all ranks.
	question func(text string) bool
}

// knownColumns is the table of names: ours, then those of the platforms and the usual ones in English, Chinese, Russian
// and Finnish. Only for score and comment are several names equals, so that a choice between two is left to people.
var knownColumns = [fieldCount]columnNames{
	fieldID: {name: "id", ranks: []string{
		"id", "responseid", "responseuuid", "submissionid", "recordid", "entryid", "token", "#", "uuid", "guid", "uniqueid",
		"答卷编号", "编号", "序号", "номерответа", "idответа", "ид", "идентификатор", "vastausid", "vastaustunnus", "vastauksentunnus", "tunniste",
	}},
	fieldScore: {name: "score", question: asksScore, ranks: []string{
		"score", "nps npsscore npsrating npsvalue", "likelihoodtorecommend likelytorecommend recommendscore recommendationscore ltr",
		"rating 评分 打分 得分 分数 推荐分 推荐度 推荐值 推荐意愿 nps评分 nps得分 nps分数 " +
			"оценка балл баллы рейтинг оценкаnps баллnps npsоценка " +
			"arvosana pisteet pistemäärä suositteluarvosana suositteluhalukkuus suositteluindeksi npsarvosana npspisteet",
	}},
	fieldComment: {name: "comment", question: asksReason, ranks: []string{
		"comment", "text", "reason reasonforscore scorereason npsreason npscomment npsfeedback verbatim",
		"comments feedback customercomment customercomments customerfeedback commenttext feedbacktext review reviewtext message openended " +
			"openendedresponse opentext freetext 评论 评价 评语 原因 理由 意见 留言 反馈 打分原因 评分原因 主要原因 文本 " +
			"комментарий комментарии отзыв причина причинаоценки текст текстотзыва пояснение " +
			"kommentti kommentit perustelu perustelut palaute syy vapaateksti avoinvastaus avoinpalaute teksti",
	}},
	fieldSuggestion: {name: "suggestion", question: asksSuggestion, ranks: []string{
		"suggestion", "suggestions", "improvement", "improvements", "建议", "改进建议", "改进意见", "改善建议", "предложение", "предложения",
		"пожелание", "пожелания", "чтоулучшить", "ehdotus", "ehdotukset", "kehitysehdotus", "kehitysehdotukset", "parannusehdotus",
		"parannusehdotukset", "kehitysidea", "toiveet",
	}},
	fieldLang: {name: "lang", ranks: []string{
		"lang", "language", "languagecode", "langcode", "userlanguage", "startlanguage", "responselanguage", "surveylanguage", "locale", "语言",
		"язык", "языкответа", "kieli",
	}},
	fieldSubmittedAt: {name: "submitted_at", ranks: []string{
		"submittedat", "submittedon", "submitdate", "submitdateutc", "datesubmitted", "submissiondate", "submissiontime", "recordeddate",
		"completedat", "completeddate", "completiondate", "completiontime", "enddate", "endtime", "createdat", "datecreated", "created",
		"responsedate", "responsetime", "customerresponsedate", "respondedat", "surveydate", "timestamp", "date", "datetime", "提交时间", "提交日期", "提交答卷时间", "答题时间", "填写时间", "回答时间",
		"时间戳记", "时间戳", "日期", "датаотправки", "датазавершения", "датаответа", "отметкавремени", "времяотправки", "датаивремя", "дата", "lähetetty",
		"lähetysaika", "vastausaika", "vastauspäivä", "aikaleima", "päivämäärä", "pvm", "startdate", "startdateutc", "startedat",
	}},
	fieldUpdatedAt: {name: "updated_at", ranks: []string{
		"updatedat", "modifiedat", "datemodified", "modifieddate", "lastmodified", "lastupdated", "datelastaction", "更新时间", "修改时间", "обновлено",
		"датаобновления", "изменено", "датаизменения", "päivitetty", "muokattu",
	}},
	fieldRespondent: {name: "respondent", ranks: []string{
		"respondent", "respondentid", "personid", "person", "customerid", "userid", "contactid", "clientid", "memberid", "externalreference",
		"externaldatareference", "externalid", "受访者", "受访者编号", "客户编号", "客户id", "用户id", "会员编号", "респондент", "idреспондента", "idклиента", "idпользователя",
		"vastaaja", "vastaajaid", "asiakasnumero", "asiakasid",
	}},
	fieldSurvey: {name: "survey", ranks: []string{
		"survey", "surveyid", "surveyname", "问卷", "问卷名称", "调查", "опрос", "анкета", "kysely",
	}},
	fieldTouchpoint: {name: "touchpoint", ranks: []string{
		"touchpoint", "触点", "接触点", "точкаконтакта", "точкакасания", "kosketuspiste", "kohtaamispiste", "asiointipiste",
	}},
	// The Russian and Finnish words for weight mean kilograms as often as not, and stay out.
	fieldWeight: {name: "weight", ranks: []string{
		"weight", "weighting", "sampleweight", "surveyweight", "responseweight", "权重", "весовойкоэффициент", "painokerroin",
	}},
}

// fieldNamed finds a field by the name that people write in --map.
func fieldNamed(name string) (field, bool) {
	if name == "text" {
		return fieldComment, true
	}
	for f, known := range knownColumns {
		if known.name == name {
			return field(f), true
		}
	}
	return 0, false
}

// plain normalises a column's name: small letters and digits alone, ё as е, wide and narrow forms alike. "#", which
// Typeform uses for its token, stays.
func plain(name string) string {
	if strings.TrimSpace(name) == "#" {
		return "#"
	}
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r == 'ё':
			return 'е'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		}
		return -1
	}, norm.NFKC.String(name))
}

// rankIn gives the rank of a normalised name among a field's names; ok is false when it is none of them.
func (c *columnNames) rankIn(name string) (rank int, ok bool) {
	for i, names := range c.ranks {
		for known := range strings.FieldsSeq(names) {
			if known == name {
				return i, true
			}
		}
	}
	return 0, false
}

// isQuestion tells a question from a short name with the same words ("reason code").
func isQuestion(text string) bool {
	if strings.ContainsAny(text, "?？") || len(strings.Fields(text)) >= 4 {
		return true
	}
	han := 0
	for _, r := range text {
		if unicode.Is(unicode.Han, r) {
			han++
		}
	}
	return han >= 6
}

func hasAny(text string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// asksScore recognises "How likely are you to recommend us to a friend?" in the four languages, normalised.
func asksScore(q string) bool {
	return !asksReason(q) && (strings.Contains(q, "recommend") && hasAny(q, "likely", "likelihood", "scale", "010", "0to10", "wouldyourecommend") ||
		strings.Contains(q, "推荐") && hasAny(q, "可能", "愿意", "意愿", "多大", "打分", "评分") ||
		strings.Contains(q, "рекоменд") && hasAny(q, "вероят", "насколько", "оцените", "шкал", "готовы") ||
		strings.Contains(q, "suosittel") && hasAny(q, "todennäköi", "kuinka", "miten", "asteikolla", "010"))
}

// asksReason recognises "What is the main reason for your score?", normalised.
func asksReason(q string) bool {
	return strings.Contains(q, "reason") && hasAny(q, "score", "rating", "answer", "recommend", "mainreason", "primaryreason", "importantreason") ||
		strings.Contains(q, "why") && hasAny(q, "score", "rating", "rate", "recommend", "answer", "feel") ||
		hasAny(q, "tellusmore", "为什么", "原因", "理由", "почему", "причин", "поясните", "объясните", "miksi", "perustel", "pääsyy", "tärkeinsyy", "syyarvo")
}

// asksSuggestion recognises "What should we do better?", normalised.
func asksSuggestion(q string) bool {
	return !asksReason(q) && hasAny(q, "improve", "dobetter", "dodifferently", "suggest", "改进", "改善", "建议", "做得更好",
		"улучшить", "сделатьлучше", "предлож", "пожелан", "parantaa", "paremmin", "kehittää", "ehdot")
}
