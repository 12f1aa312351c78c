package api

import (
	"net/http"
	"strings"
	"testing"

	"verbatim/store"
)

func TestSearches(t *testing.T) {
	w := newWorld(t)
	w.put(t, sample)
	kept := decode[store.SavedSearch](t, w.do(t, http.MethodPost, "/v1/searches", `{"name":"Late","query":"sort=newest&match=deliver*&group=detractor,passive"}`).body)
	if kept.ID == "" || kept.Query != "group=detractor&group=passive&match=deliver%2A&sort=newest" {
		t.Fatalf("%+v", kept)
	}
	if page := decode[SearchPage](t, w.get(t, "/v1/search?"+kept.Query)); page.Total == 0 {
		t.Error("what is kept finds nothing")
	}
	renamed := decode[store.SavedSearch](t, w.do(t, http.MethodPut, "/v1/searches/"+kept.ID, `{"name":"Later","query":"match=late"}`).body)
	if got := decode[store.SavedSearch](t, w.get(t, "/v1/searches/"+kept.ID)); got != renamed || got.Name != "Later" {
		t.Errorf("%+v, %+v", got, renamed)
	}
	for body, status := range map[string]int{
		`{"name":"Later","query":""}`: http.StatusConflict, `{"name":"","query":""}`: http.StatusBadRequest, `{"name":"a\u0000","query":""}`: http.StatusBadRequest,
		`{"name":"x","query":"next=https://evil.example"}`: http.StatusBadRequest, `{"name":"x","query":"//evil.example"}`: http.StatusBadRequest,
		`{"name":"x","query":"from=soon"}`: http.StatusBadRequest, `{"name":"x","query":"sort=best"}`: http.StatusBadRequest, `{"name":"x","query":"cursor=1"}`: http.StatusBadRequest,
		`{"name":"x","query":"%zz"}`: http.StatusBadRequest, `{"name":"x","url":"/"}`: http.StatusBadRequest,
		`{"name":"x","query":"match=` + strings.Repeat("late+", 2000) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		if got := w.do(t, http.MethodPost, "/v1/searches", body); got.status != status {
			t.Errorf("%.80s: %d %s", body, got.status, got.body)
		}
	}
	if got := w.do(t, http.MethodDelete, "/v1/searches/"+kept.ID, ""); got.status != http.StatusNoContent {
		t.Errorf("%+v", got)
	}
	if list := decode[SearchList](t, w.get(t, "/v1/searches")); len(list.Searches) != 0 {
		t.Errorf("%+v", list)
	}
}
