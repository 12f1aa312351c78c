package webhooks

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"
)

// When attempts are made.
const (
	firstDelay = 5 * time.Second
	growth     = 4
	mostDelay  = 12 * time.Hour
	giveUp     = 72 * time.Hour // after the first attempt
)

// Delay is how long after the attempt numbered n, from 1, comes the next: 5 s, and four times as long after each further
// one, up to 12 h; then up to a tenth more or less, which depends on the delivery's id and n alone, so that many deliveries
// do not come back at the same moment. It counts in milliseconds.
func Delay(id string, n int) time.Duration {
	delay := firstDelay
	for i := 1; i < n && delay < mostDelay; i++ {
		delay *= growth
	}
	delay = min(delay, mostDelay)
	hash := sha256.Sum256([]byte(id + "." + strconv.Itoa(n)))
	share := float64(binary.BigEndian.Uint32(hash[:4])) / (1 << 32) // 0 ≤ share < 1
	return (delay + time.Duration((share-0.5)*0.2*float64(delay))).Truncate(time.Millisecond)
}

// next is when to try again after an attempt that failed; ok is false when three days have passed by then. A receiver may
// ask for more time, up to 12 h.
func next(id string, n int, first, now time.Time, asked time.Duration) (at time.Time, ok bool) {
	at = now.Add(max(Delay(id, n), min(asked, mostDelay)))
	return at, at.Sub(first) <= giveUp
}
