package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"verbatim/feedback"
)

// A theme of one's own from the form to the counts, and back.
func TestThemeFromPreviewToCounts(t *testing.T) {
	w := newWorld(t)
	w.put(
		feedback.Response{ID: "a", Survey: "default", Score: 2, Comment: "Parking was a <script>terrible</script> nightmare"},
		feedback.Response{ID: "b", Survey: "default", Score: 9, Comment: "Friendly staff, great food"},
	)
	p := w.get("/themes", "en")
	if p.status != http.StatusOK || !strings.Contains(p.body, "/themes/edit?parent=location_access") || !strings.Contains(p.body, "default@1") {
		t.Fatalf("%d %s", p.status, p.body)
	}
	if p := w.get("/themes/edit?parent=location_access", "fi"); p.status != http.StatusOK || !strings.Contains(p.body, "Lisää teema") {
		t.Fatalf("%d %s", p.status, p.body)
	}
	form := url.Values{
		"parent": {"location_access"}, "name.en": {"Parking & <b>cars</b>"}, "name.fi": {"Pysäköinti"}, "phrases.en": {"parking\n\n car park "},
		"phrases.*": {""}, "do": {"preview"},
	}
	p = w.post("/themes/edit", form)
	if p.status != http.StatusOK || !strings.Contains(p.body, "<mark>Parking</mark>") || strings.Contains(p.body, "<script>terrible") || strings.Contains(p.body, "<b>cars") {
		t.Fatalf("%d %s", p.status, p.body)
	}
	if strings.Contains(w.get("/themes", "en").body, "default@2") {
		t.Error("a preview stores")
	}
	form.Set("do", "save")
	if p := w.post("/themes/edit", form); p.status != http.StatusOK {
		t.Fatalf("%d %s", p.status, p.body)
	}
	w.eventually("the version is in use", func() bool {
		return strings.Contains(w.get("/search?theme=location_access/parking_bcarsb", "en").body, "terrible")
	})
	p = w.get("/themes", "fi")
	if !strings.Contains(p.body, "Pysäköinti") || !strings.Contains(p.body, "/themes/diff?from=1") || strings.Contains(p.body, "data-running") {
		t.Errorf("%s", p.body)
	}
	if p := w.get("/themes/diff?from=1", "en"); p.status != http.StatusOK || !strings.Contains(p.body, "Parking &amp; &lt;b&gt;cars") {
		t.Errorf("%d %s", p.status, p.body)
	}
	if p := w.post("/themes/edit", url.Values{"theme": {"location_access"}, "do": {"hide"}}); p.status != http.StatusOK {
		t.Errorf("%d %s", p.status, p.body)
	}
	w.eventually("the theme and its subtheme are out of use", func() bool {
		body := w.get("/themes", "en").body
		return !strings.Contains(body, "data-running") && !strings.Contains(body, "/themes/edit?theme=location_access") && strings.Contains(body, `value="location_access"`)
	})
	if p := w.post("/themes/again", url.Values{"theme": {"location_access"}}); p.status != http.StatusOK || !strings.Contains(p.body, "/themes/edit?theme=location_access") {
		t.Errorf("%d %s", p.status, p.body)
	}
}

func TestThemeFormRefuses(t *testing.T) {
	w := newWorld(t)
	for name, form := range map[string]url.Values{
		"no phrase":    {"name.en": {"Mine"}, "do": {"save"}},
		"punctuation":  {"name.en": {"Mine"}, "phrases.en": {"!!!"}, "do": {"preview"}},
		"common words": {"name.en": {"Mine"}, "phrases.en": {"it is"}, "do": {"save"}},
		"no language":  {"name.en": {"Mine"}, "phrases.xx": {"parking"}, "do": {"save"}},
	} {
		if p := w.post("/themes/edit", form); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, `role="alert"`) || !strings.Contains(p.body, `value="Mine"`) {
			t.Errorf("%s: %d %s", name, p.status, p.body)
		}
	}
	for path, form := range map[string]url.Values{"/themes/edit": {"theme": {"none"}, "do": {"save"}}} {
		if p := w.post(path, form); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	if p := w.post("/themes/again", url.Values{"theme": {"none"}}); p.status != http.StatusBadRequest {
		t.Errorf("%d", p.status)
	}
	for _, path := range []string{"/themes/edit?theme=none", "/themes/edit?parent=none", "/themes/diff?from=x", "/themes/diff?from=9"} {
		if p := w.get(path, "en"); p.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.status)
		}
	}
	// Nothing runs: cancelling does no harm.
	if p := w.post("/themes/cancel", url.Values{}); p.status != http.StatusOK {
		t.Errorf("%d", p.status)
	}
}

func TestNewThemeID(t *testing.T) {
	taxonomy := &feedback.Taxonomy{Themes: []feedback.Theme{{ID: "mine"}, {ID: "theme"}}}
	for want, c := range map[string]struct {
		parent string
		names  map[string]string
	}{
		"mine_2":         {"", map[string]string{"en": "Mine!"}},
		"theme_2":        {"", map[string]string{"zh": "停车"}},
		"mine/car_park":  {"mine", map[string]string{"en": " Car-park "}},
		"pysakointi":     {"", map[string]string{"fi": "pysakointi"}},
		"mine/theme":     {"mine", map[string]string{"ru": "парковка"}},
		"electric_power": {"", map[string]string{"en": "Electric power", "fi": "sahko"}},
	} {
		if got := newThemeID(taxonomy, c.parent, c.names); got != want {
			t.Errorf("%v: %q, want %q", c, got, want)
		}
	}
}
