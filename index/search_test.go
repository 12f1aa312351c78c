package index

import (
	"testing"

	"verbatim/feedback"
)

// corpus is a comment in each of several languages and some English ones to choose from.
func corpus() []feedback.Analysed {
	return []feedback.Analysed{
		comment("en1", 3, "en", "The late delivery was awful, and I want a refund."),
		comment("en2", 9, "en", "Deliveries are never late. Not good, great!"),
		comment("en3", 10, "en", "Good service"),
		comment("en4", 5, "en", "Refunds take weeks; the wi-fi doesn’t work"),
		comment("ru1", 2, "ru", "Доставка опоздала на три недели, верните деньги"),
		comment("ru2", 8, "ru", "Быстрая доставкой довольны, ещё закажем"),
		comment("fi1", 1, "fi", "Toimitus kesti kolme viikkoa"),
		comment("fi2", 4, "fi", "Toimituksen kanssa oli ongelmia, käyttö on hankalaa"),
		comment("zh1", 3, "zh", "物流很慢，客服不好"),
		comment("zh2", 9, "zh", "客服态度好，物流快"),
		comment("de1", 6, "de", "Die Lieferung war verspätet, große Enttäuschung"),
		comment("de2", 9, "de", "Schöne Tische und gute Häuser"),
		comment("ar1", 2, "ar", "التوصيل متأخر جدا والخدمة سيئة"),
		comment("ar2", 9, "ar", "خدمات ممتازة"),
		comment("ko1", 9, "ko", "배송이 빨라요"),
		comment("und1", 9, feedback.Undetermined, "SUPER café 👍"),
		comment("pl1", 9, "pl", "Szybka dostawa, zażółć gęślą jaźń"),
		suggest(comment("sug1", 7, "en", ""), "en", "Add a refund button"),
		comment("none", 7, "", ""),
	}
}

func TestMatchFindsWords(t *testing.T) {
	tests := []struct{ match, want string }{
		{"refund", "en1 en4 sug1"},
		{"REFUNDS", "en1 en4 sug1"},
		{"delivery", "en1 en2"},
		{"delivery late", "en1 en2"},
		{"late delivery refund", "en1"},
		{`"late delivery"`, "en1"},
		{`"late deliveries"`, "en1"},
		{`"delivery late"`, ""},
		{`"not good"`, "en2"},
		{"not good", "en2"},
		{"deliver*", "en1 en2"},
		{"refund* -weeks", "en1 sug1"},
		{"refund -button -weeks", "en1"},
		{`refund -"late delivery"`, "en4 sug1"},
		{"weeks OR button", "en4 sug1"},
		{"refund weeks OR button", "en4 sug1"},
		{`"good service" OR button`, "en3 sug1"},
		{"delivry~", "en1"}, {"late~ delivery", "en1 en2"},
		{"wi-fi", "en4"},
		{"wi-f*", "en4"},
		{"doesn't", "en4"},
		{"доставка", "ru1 ru2"},
		{"доставку", "ru1 ru2"},
		{"еще", "ru2"},
		{"ещё", "ru2"},
		{"достав*", "ru1 ru2"},
		{"toimitus", "fi1"},
		{"toimitu*", "fi1 fi2"},
		{"toimituksia", "fi2"},
		{"kaytto", "fi2"},
		{"käyttö", "fi2"},
		{"kayt*", "fi2"},
		{"物流", "zh1 zh2"},
		{"物流很慢", "zh1"},
		{"慢", "zh1"},
		{"好", "zh1 zh2"},
		{"客服 -不好", "zh2"},
		{"物*", "zh1 zh2"},
		{"lieferungen", "de1"},
		{"grosse", "de1"},
		{"haus", "de2"},
		{"tisch", "de2"},
		{"schon*", "de2"},
		{"خدمة", "ar1 ar2"},
		{"توصيل", "ar1"},
		{"배송", "ko1"},
		{"super", "und1"},
		{"cafe", "und1"},
		{"zazolc", "pl1"},
		{"nothing", ""},
	}
	for name, open := range openers() {
		t.Run(name, func(t *testing.T) {
			x := open(t)
			apply(t, x, ws, puts(0, corpus()...))
			for _, test := range tests {
				if got := matched(t, x, test.match); got != test.want {
					t.Errorf("match %q: got %q, want %q", test.match, got, test.want)
				}
			}
		})
	}
}
