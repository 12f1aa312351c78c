package webhooks

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"verbatim/store"
)

// TestSignKnownVector signs the example of the Standard Webhooks reference libraries.
func TestSignKnownVector(t *testing.T) {
	got := Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAnOldSecretSignsUntilItsTime(t *testing.T) {
	now := time.Unix(1614265330, 0)
	for _, c := range []struct {
		until time.Time
		want  int
	}{{time.Time{}, 1}, {now, 1}, {now.Add(time.Second), 2}} {
		h := http.Header{}
		sign(h, &store.Webhook{Secret: "whsec_bmV3", OldSecret: "whsec_b2xk", OldSecretUntil: c.until}, "msg_1", now, []byte("{}"))
		list := strings.Fields(h.Get(headerSignature))
		if len(list) != c.want || list[0] != Sign("whsec_bmV3", "msg_1", now, []byte("{}")) || h.Get(headerTimestamp) != "1614265330" || h.Get(headerID) != "msg_1" {
			t.Errorf("until %v: %v", c.until, h)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	body := []byte(strings.Repeat("x", 600))
	b.ReportAllocs()
	for b.Loop() {
		Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), body)
	}
}
