package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"verbatim/feedback"
	"verbatim/store"
)

// Limits on how often. A client gets as many requests at once as it has per second, at least one.
const (
	failuresAtOnce    = 20
	failuresPerSecond = 1.0 / 3
	mostClients       = 10_000 // that are counted one by one; all others share a bucket
)

// limiter is a token bucket for each client. Buckets that are full again are dropped when there are many.
type limiter struct {
	perSecond, size float64
	mu              sync.Mutex
	buckets         map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time // when there were that many
}

func newLimiter(perSecond, size float64) *limiter {
	return &limiter{perSecond: perSecond, size: max(1, size), buckets: map[string]*bucket{}}
}

// take takes a token of a client. Without one, ok is false and wait says when there is the next.
func (l *limiter) take(client string, now time.Time) (wait time.Duration, ok bool) {
	_, wait, ok = l.spend(client, now)
	return wait, ok
}

// spend takes a token and says how many are left.
func (l *limiter) spend(client string, now time.Time) (left float64, wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(client, now)
	b.fill(l, now)
	if b.tokens < 1 {
		return b.tokens, seconds((1 - b.tokens) / l.perSecond), false
	}
	b.tokens--
	return b.tokens, 0, true
}

// give gives a client a token back.
func (l *limiter) give(client string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(client, now)
	b.tokens = min(l.size, b.tokens+1)
}

func (b *bucket) fill(l *limiter, now time.Time) {
	if passed := now.Sub(b.at).Seconds(); passed > 0 { // the clock may be set back
		b.tokens = min(l.size, b.tokens+passed*l.perSecond)
	}
	b.at = now
}

func (l *limiter) bucket(client string, now time.Time) *bucket {
	if b, ok := l.buckets[client]; ok {
		return b
	}
	if len(l.buckets) >= mostClients {
		l.drop(now)
	}
	if len(l.buckets) >= mostClients {
		client = "" // the bucket of all others
		if b, ok := l.buckets[client]; ok {
			return b
		}
	}
	b := &bucket{tokens: l.size, at: now}
	l.buckets[client] = b
	return b
}

// drop forgets clients that have all their tokens.
func (l *limiter) drop(now time.Time) {
	for client, b := range l.buckets {
		if b.fill(l, now); b.tokens >= l.size {
			delete(l.buckets, client)
		}
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// limited takes a request off what the key may send, and says in the answer's header what is left.
func (s *server) limited(c *gin.Context, key *store.AccessKey) *Problem {
	if s.rates == nil {
		return nil
	}
	left, wait, ok := s.rates.spend(key.ID, s.now())
	c.Header("RateLimit-Limit", strconv.Itoa(int(s.rates.size)))
	c.Header("RateLimit-Remaining", strconv.Itoa(int(left)))
	c.Header("RateLimit-Reset", whole(seconds((s.rates.size-left)/s.rates.perSecond)))
	if ok {
		return nil
	}
	retryAfter(c, wait)
	return statusProblem(http.StatusTooManyRequests, feedback.Unavailable, "the key sends too many requests: wait as long as Retry-After says, and send several responses at a time")
}

func retryAfter(c *gin.Context, wait time.Duration) {
	c.Header("Retry-After", whole(max(wait, time.Second)))
}

// whole gives seconds rounded up.
func whole(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
