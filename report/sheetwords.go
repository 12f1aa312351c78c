package report

import (
	"verbatim/feedback"
	"verbatim/insight"
)

// sheetWords are the words of a workbook in one language. Method lines explain the columns; {…} stands for a figure.
type sheetWords struct {
	title                                                                                string
	summary, drivers, suggestions, segments, trend, driverTrend, quotes, method          string // sheets
	nps, interval, responses, commented, unscored, rejected, mismatch, base              string
	group, promoters, passives, detractors, count, share, score                          string
	raises, lowers, scores                                                               string
	rank, theme, polarity, status, mentions, impact, low, high, perHundred               string
	oddsRatio, p, q, associationP, importance, themeID                                   string
	ranked, notSignificant, tooFew, positive, negative                                   string
	attribute, segment, gap, strongest, beside, besideGap, suppressed, absent            string
	period, start, change, undated                                                       string
	quote, language, survey, id                                                          string
	filter, dates, everything, noDates, model, taxonomy, seed, version                   string
	estimator, npsInterval, test, fdr, importanceOf, r2, importanceError, controls       string
	nothing, impactIs, perHundredIs, oddsIs, rankedIs, importanceIs, suppressedIs, words string
}

// sheetLanguages has an entry for each of [Languages].
var sheetLanguages = map[string]*sheetWords{"en": &sheetsEnglish, "zh": &sheetsChinese, "ru": &sheetsRussian, "fi": &sheetsFinnish}

// sheetWordsIn gives the words in a language, else in English.
func sheetWordsIn(language string) *sheetWords {
	if words, ok := sheetLanguages[language]; ok {
		return words
	}
	return &sheetsEnglish
}

func (w *sheetWords) polarityOf(s feedback.Sentiment) string {
	if s == feedback.Positive {
		return w.positive
	}
	return w.negative
}

func (w *sheetWords) statusOf(s insight.Status) string {
	switch s {
	case insight.Ranked:
		return w.ranked
	case insight.NotSignificant:
		return w.notSignificant
	}
	return w.tooFew
}

var sheetsEnglish = sheetWords{
	title:   "What moves the score",
	summary: "Summary", drivers: "Drivers", suggestions: "Suggestions", segments: "Segments", trend: "Trend",
	driverTrend: "Drivers over time", quotes: "Quotes", method: "Method",
	nps: "NPS", interval: "95 % interval", responses: "Scored responses", commented: "With a comment", unscored: "Without a score",
	rejected: "Rejected rows", mismatch: "Text contradicts score", base: "Base of the ranking",
	group: "Group", promoters: "Promoters", passives: "Passives", detractors: "Detractors", count: "Responses", share: "Share", score: "Score",
	raises: "Raises the NPS", lowers: "Lowers the NPS", scores: "Responses by score",
	rank: "Rank", theme: "Theme", polarity: "Praise or complaints", status: "Status", mentions: "Mentions", impact: "Impact on NPS", low: "Low", high: "High",
	perHundred: "Per 100 mentions", oddsRatio: "Odds ratio", p: "p", q: "q", associationP: "p of odds ratio", importance: "Importance", themeID: "Theme ID",
	ranked: "ranked", notSignificant: "not significant", tooFew: "too few mentions", positive: "praise", negative: "complaints",
	attribute: "Attribute", segment: "Segment", gap: "Gap to the others", strongest: "Most mentioned", beside: "NPS beside", besideGap: "Difference",
	suppressed: "too few responses", absent: "Without a value",
	period: "Period", start: "First day", change: "Change", undated: "Responses without a time",
	quote: "Quote", language: "Language", survey: "Survey", id: "ID",
	filter: "Filter", dates: "Dates of the responses", everything: "all responses", noDates: "no response has a time", model: "Model", taxonomy: "Taxonomy",
	seed: "Seed", version: "Program version",
	estimator: "Impact", npsInterval: "Interval of the NPS", test: "Test", fdr: "False-discovery control", importanceOf: "Importance", r2: "R² of all drivers",
	importanceError: "Standard error of importance, at most", controls: "Controlled for",
	nothing:      "No comment praises a theme or complains of one, so there is nothing to rank.",
	impactIs:     "Impact: the NPS of all these responses minus the NPS of those that do not mention the driver, in points. Low and high are its 95 % interval. Impacts do not add up to the NPS.",
	perHundredIs: "Per 100 mentions: what a hundred mentions bring or cost, in points of the NPS.",
	oddsIs:       "Odds ratio: above 1 the driver goes with detractors, below 1 with promoters.",
	rankedIs:     "Ranked: q of at most 0.05; q is p corrected for the number of drivers tested. Drivers with fewer than 10 mentions are not tested.",
	importanceIs: "Importance: the part of the variance of promoter, passive and detractor (R²) that the driver explains beside the others.",
	suppressedIs: "Segments with fewer than 10 scored responses are shown without figures. Gap: the segment's NPS minus that of all other segments together.",
	words:        "In a quote, the words that tell the theme are bold.",
}

var sheetsChinese = sheetWords{
	title:   "是什么在影响评分",
	summary: "摘要", drivers: "驱动因素", suggestions: "建议", segments: "细分", trend: "趋势", driverTrend: "驱动因素趋势", quotes: "评论摘录", method: "方法",
	nps: "NPS", interval: "95% 置信区间", responses: "有评分的答卷", commented: "含评论", unscored: "无评分", rejected: "被拒绝的行",
	mismatch: "文字与评分矛盾", base: "排名依据的答卷数",
	group: "群体", promoters: "推荐者", passives: "被动者", detractors: "贬损者", count: "答卷数", share: "占比", score: "评分",
	raises: "提高 NPS", lowers: "降低 NPS", scores: "各评分的答卷数",
	rank: "排名", theme: "主题", polarity: "褒贬", status: "状态", mentions: "提及数", impact: "对 NPS 的影响", low: "下限", high: "上限",
	perHundred: "每百次提及", oddsRatio: "优势比", p: "p", q: "q", associationP: "优势比的 p", importance: "重要性", themeID: "主题 ID",
	ranked: "已排名", notSignificant: "不显著", tooFew: "提及过少", positive: "好评", negative: "差评",
	attribute: "属性", segment: "细分", gap: "与其他细分之差", strongest: "提及最多", beside: "对照 NPS", besideGap: "差值",
	suppressed: "答卷过少", absent: "无此属性值",
	period: "时段", start: "首日", change: "变化", undated: "无时间的答卷",
	quote: "评论", language: "语言", survey: "调查", id: "ID",
	filter: "筛选条件", dates: "答卷日期", everything: "全部答卷", noDates: "答卷均无时间", model: "模型", taxonomy: "主题分类", seed: "随机种子", version: "程序版本",
	estimator: "影响", npsInterval: "NPS 区间", test: "检验", fdr: "错误发现率控制", importanceOf: "重要性", r2: "全部驱动因素的 R²",
	importanceError: "重要性的最大标准误", controls: "控制变量",
	nothing:      "没有评论对任何主题表示称赞或不满，因此无可排名。",
	impactIs:     "影响：全部答卷的 NPS 减去未提及该驱动因素的答卷的 NPS，单位为点。下限和上限为其 95% 置信区间。各项影响之和不等于 NPS。",
	perHundredIs: "每百次提及：一百次提及带来或损失的 NPS 点数。",
	oddsIs:       "优势比：大于 1 表示该驱动因素多见于贬损者，小于 1 表示多见于推荐者。",
	rankedIs:     "已排名：q 不超过 0.05；q 是按所检验的驱动因素数量校正后的 p。提及少于 10 次的驱动因素不作检验。",
	importanceIs: "重要性：在其他驱动因素之外，该驱动因素所解释的推荐者、被动者与贬损者差异的比例 (R²)。",
	suppressedIs: "有评分的答卷少于 10 份的细分不显示数字。与其他细分之差：该细分的 NPS 减去其余所有细分合计的 NPS。",
	words:        "评论中表明主题的词语以粗体显示。",
}

var sheetsRussian = sheetWords{
	title:   "Что влияет на оценку",
	summary: "Сводка", drivers: "Факторы", suggestions: "Предложения", segments: "Сегменты", trend: "Динамика", driverTrend: "Факторы во времени",
	quotes: "Цитаты", method: "Метод",
	nps: "NPS", interval: "Интервал 95 %", responses: "Ответы с оценкой", commented: "С комментарием", unscored: "Без оценки",
	rejected: "Отклонённые строки", mismatch: "Текст противоречит оценке", base: "База рейтинга",
	group: "Группа", promoters: "Промоутеры", passives: "Нейтралы", detractors: "Критики", count: "Ответы", share: "Доля", score: "Оценка",
	raises: "Повышает NPS", lowers: "Снижает NPS", scores: "Ответы по оценкам",
	rank: "Место", theme: "Тема", polarity: "Похвала или жалобы", status: "Статус", mentions: "Упоминания", impact: "Влияние на NPS", low: "От", high: "До",
	perHundred: "На 100 упоминаний", oddsRatio: "Отношение шансов", p: "p", q: "q", associationP: "p отношения шансов", importance: "Важность", themeID: "ID темы",
	ranked: "в рейтинге", notSignificant: "незначимо", tooFew: "мало упоминаний", positive: "похвала", negative: "жалобы",
	attribute: "Признак", segment: "Сегмент", gap: "Отличие от остальных", strongest: "Чаще всего упоминают", beside: "NPS для сравнения", besideGap: "Разница",
	suppressed: "мало ответов", absent: "Без значения",
	period: "Период", start: "Первый день", change: "Изменение", undated: "Ответы без даты",
	quote: "Цитата", language: "Язык", survey: "Опрос", id: "ID",
	filter: "Фильтр", dates: "Даты ответов", everything: "все ответы", noDates: "ни у одного ответа нет даты", model: "Модель", taxonomy: "Классификатор тем",
	seed: "Начальное число", version: "Версия программы",
	estimator: "Влияние", npsInterval: "Интервал NPS", test: "Критерий", fdr: "Контроль ложных открытий", importanceOf: "Важность", r2: "R² всех факторов",
	importanceError: "Стандартная ошибка важности, не более", controls: "С поправкой на",
	nothing:      "Ни один комментарий не хвалит и не критикует какую-либо тему, поэтому рейтинга нет.",
	impactIs:     "Влияние: NPS всех ответов минус NPS тех, где фактор не упомянут, в пунктах. «От» и «до» — границы интервала 95 %. Влияния не складываются в NPS.",
	perHundredIs: "На 100 упоминаний: сколько пунктов NPS приносят или отнимают сто упоминаний.",
	oddsIs:       "Отношение шансов: больше 1 — фактор чаще у критиков, меньше 1 — у промоутеров.",
	rankedIs:     "В рейтинге: q не больше 0,05; q — это p с поправкой на число проверенных факторов. Факторы, упомянутые менее 10 раз, не проверяются.",
	importanceIs: "Важность: какую часть различий между промоутерами, нейтралами и критиками (R²) фактор объясняет помимо остальных.",
	suppressedIs: "Сегменты, где меньше 10 ответов с оценкой, показаны без показателей. Отличие от остальных: NPS сегмента минус NPS всех прочих сегментов вместе.",
	words:        "Слова цитаты, по которым определена тема, выделены полужирным.",
}

var sheetsFinnish = sheetWords{
	title:   "Mikä vaikuttaa suositteluun",
	summary: "Yhteenveto", drivers: "Tekijät", suggestions: "Ehdotukset", segments: "Segmentit", trend: "Kehitys", driverTrend: "Tekijöiden kehitys",
	quotes: "Lainaukset", method: "Menetelmä",
	nps: "NPS", interval: "95 %:n luottamusväli", responses: "Arvosanan antaneet", commented: "Kommentin kanssa", unscored: "Ilman arvosanaa",
	rejected: "Hylätyt rivit", mismatch: "Teksti ja arvosana ristiriidassa", base: "Järjestyksen perusjoukko",
	group: "Ryhmä", promoters: "Suosittelijat", passives: "Neutraalit", detractors: "Arvostelijat", count: "Vastaukset", share: "Osuus", score: "Arvosana",
	raises: "Nostaa NPS:ää", lowers: "Laskee NPS:ää", scores: "Vastaukset arvosanoittain",
	rank: "Sija", theme: "Teema", polarity: "Kehut vai moitteet", status: "Tila", mentions: "Maininnat", impact: "Vaikutus NPS:ään", low: "Alaraja", high: "Yläraja",
	perHundred: "Sataa mainintaa kohti", oddsRatio: "Vetosuhde", p: "p", q: "q", associationP: "Suhteen p", importance: "Tärkeys", themeID: "Teeman tunnus",
	ranked: "sijoitettu", notSignificant: "ei merkitsevä", tooFew: "liian vähän mainintoja", positive: "kehut", negative: "moitteet",
	attribute: "Ominaisuus", segment: "Segmentti", gap: "Ero muihin", strongest: "Eniten mainitut", beside: "Rinnakkainen NPS", besideGap: "Erotus",
	suppressed: "liian vähän vastauksia", absent: "Ilman arvoa",
	period: "Jakso", start: "Ensimmäinen päivä", change: "Muutos", undated: "Vastaukset ilman aikaa",
	quote: "Lainaus", language: "Kieli", survey: "Kysely", id: "Tunnus",
	filter: "Rajaus", dates: "Vastausten päivät", everything: "kaikki vastaukset", noDates: "yhdelläkään vastauksella ei ole aikaa", model: "Malli",
	taxonomy: "Teemaluokitus", seed: "Satunnaisluvun siemen", version: "Ohjelman versio",
	estimator: "Vaikutus", npsInterval: "NPS:n luottamusväli", test: "Testi", fdr: "Väärien löydösten hallinta", importanceOf: "Tärkeys", r2: "Kaikkien tekijöiden R²",
	importanceError: "Tärkeyden keskivirhe enintään", controls: "Vakioitu",
	nothing:      "Yksikään kommentti ei kehu tai moiti mitään teemaa, joten järjestettävää ei ole.",
	impactIs:     "Vaikutus: kaikkien vastausten NPS miinus niiden vastausten NPS, jotka eivät mainitse tekijää, pisteinä. Ala- ja yläraja ovat sen 95 %:n luottamusväli. Vaikutusten summa ei ole NPS.",
	perHundredIs: "Sataa mainintaa kohti: montako NPS-pistettä sata mainintaa tuo tai vie.",
	oddsIs:       "Vetosuhde: yli 1 tekijä liittyy arvostelijoihin, alle 1 suosittelijoihin.",
	rankedIs:     "Sijoitettu: q enintään 0,05; q on testattujen tekijöiden määrällä korjattu p. Alle 10 kertaa mainittuja tekijöitä ei testata.",
	importanceIs: "Tärkeys: kuinka suuren osan suosittelijoiden, neutraalien ja arvostelijoiden eroista (R²) tekijä selittää muiden lisäksi.",
	suppressedIs: "Segmentit, joissa arvosanan antaneita on alle 10, näytetään ilman lukuja. Ero muihin: segmentin NPS miinus kaikkien muiden segmenttien yhteinen NPS.",
	words:        "Lainauksessa teeman paljastavat sanat on lihavoitu.",
}
