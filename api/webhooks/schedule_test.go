package webhooks

import (
	"fmt"
	"testing"
	"time"
)

func TestDelay(t *testing.T) {
	for n, want := range map[int]time.Duration{
		1: 5 * time.Second, 2: 20 * time.Second, 3: 80 * time.Second, 4: 320 * time.Second, 5: 1280 * time.Second, 6: 5120 * time.Second,
		7: 20480 * time.Second, 8: 12 * time.Hour, 9: 12 * time.Hour, 1000: 12 * time.Hour,
	} {
		seen := map[time.Duration]bool{}
		for i := range 200 {
			id := fmt.Sprintf("msg_%d", i)
			got := Delay(id, n)
			seen[got] = true
			if got != Delay(id, n) {
				t.Error("it is not the same again")
			}
			if low, high := want-want/10, want+want/10; got < low || got > high {
				t.Errorf("attempt %d: %v, want %v ± a tenth", n, got, want)
			}
		}
		if len(seen) < 190 {
			t.Errorf("attempt %d: %d different delays for 200 deliveries", n, len(seen))
		}
	}
}

// TestThreeDaysOfAttempts follows the schedule of many deliveries to their end.
func TestThreeDaysOfAttempts(t *testing.T) {
	first := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	for i := range 500 {
		id, at, n := fmt.Sprintf("msg_%d", i), first, 1
		for {
			again, ok := next(id, n, first, at, 0)
			if !ok {
				break
			}
			at, n = again, n+1
		}
		if last := at.Sub(first); last > giveUp || last < giveUp-mostDelay-mostDelay/10 || n < 12 || n > 14 {
			t.Errorf("%s: %d attempts, the last after %v", id, n, last)
		}
	}
}

func TestAReceiverMayAskForMoreTime(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	for asked, want := range map[time.Duration]time.Duration{
		time.Second: Delay("msg", 1), time.Hour: time.Hour, 100 * time.Hour: 12 * time.Hour, -time.Hour: Delay("msg", 1),
	} {
		if at, ok := next("msg", 1, now, now, asked); !ok || at.Sub(now) != want {
			t.Errorf("asked for %v: %v", asked, at.Sub(now))
		}
	}
}
