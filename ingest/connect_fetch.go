package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"verbatim/feedback"
)

// Limits of fetching from a platform.
const (
	maxFetched  = 8 << 20 // bytes of an answer
	fetchTime   = 30 * time.Second
	surveyFresh = time.Hour // for how long the questions of a survey are taken as known
)

// platformHosts are where each platform answers; a name that begins with a dot stands for all names that end with it.
var platformHosts = map[feedback.SourceKind][]string{
	feedback.SurveyMonkey: {"api.surveymonkey.com", "api.surveymonkey.net", "api.eu.surveymonkey.com", "api.surveymonkey.ca"},
	feedback.Qualtrics:    {".qualtrics.com"},
}

// monkeyBase is the usual address of SurveyMonkey's API.
const monkeyBase = "https://api.surveymonkey.com"

// CheckBase checks the address that responses of a source are fetched from: an [feedback.Invalid] error when it is not one
// of the platform's, nor one of those that are allowed besides (like http://127.0.0.1:9000, as they are). The token goes
// there, so a free choice would let whoever may change sources send requests into the network from here.
func CheckBase(kind feedback.SourceKind, base string, allowed []string) error {
	if base == "" || slices.Contains(allowed, base) {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return feedback.Errorf(feedback.Invalid, "base_url: write https:// and the name of the platform's server alone")
	}
	for _, host := range platformHosts[kind] {
		if u.Hostname() == host || host[0] == '.' && strings.HasSuffix(u.Hostname(), host) {
			return nil
		}
	}
	return feedback.Errorf(feedback.Invalid, "base_url: this is no address of the platform")
}

// fetcher asks platforms for responses. It is used from one goroutine but for the client.
type fetcher struct {
	client  *http.Client
	allowed []string
	mu      sync.Mutex
	budgets map[string]*budget // by source
	surveys map[string]knownSurvey
}

type knownSurvey struct {
	tree map[string]any
	at   time.Time
}

// maxSurveys is how many surveys' questions are kept.
const maxSurveys = 100

func newFetcher(allowed []string) *fetcher {
	return &fetcher{
		allowed: allowed, budgets: map[string]*budget{}, surveys: map[string]knownSurvey{},
		client: &http.Client{
			Timeout:       fetchTime,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the token would go along
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
				TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 20 * time.Second, IdleConnTimeout: time.Minute,
				MaxIdleConnsPerHost: 2, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10,
			},
		},
	}
}

// fetchError says why a platform did not answer as it should. After is when to ask again at the earliest; final means that
// asking again is of no use.
type fetchError struct {
	message string
	after   time.Duration
	final   bool
	limited bool // the source has used up what it may ask
}

func (e *fetchError) Error() string { return e.message }

// fetch asks for a response and reads it.
func (f *fetcher) fetch(ctx context.Context, workspace string, src *feedback.Source, what *Fetch, now time.Time) (Decoded, error) {
	if err := CheckBase(src.Kind, src.BaseURL, f.allowed); err != nil {
		return Decoded{}, err
	}
	base := strings.TrimRight(src.BaseURL, "/")
	key := workspace + "\x00" + src.Name
	if src.Kind == feedback.Qualtrics {
		tree, err := f.get(ctx, key, src, base+"/API/v3/surveys/"+what.Survey+"/responses/"+what.ID, now)
		if err != nil {
			return Decoded{}, err
		}
		return decodeQualtrics(src, what.Survey, tree)
	}
	if base == "" {
		base = monkeyBase
	}
	survey, err := f.survey(ctx, key, src, base+"/v3/surveys/"+what.Survey+"/details", now)
	if err != nil {
		return Decoded{}, err
	}
	response, err := f.get(ctx, key, src, base+"/v3/surveys/"+what.Survey+"/responses/"+what.ID+"/details", now)
	if err != nil {
		return Decoded{}, err
	}
	return decodeMonkey(src, response, survey)
}

// survey gives the questions of a survey, which are asked for once an hour: calls are counted by the day.
func (f *fetcher) survey(ctx context.Context, key string, src *feedback.Source, address string, now time.Time) (map[string]any, error) {
	name := key + "\x00" + address
	if known, ok := f.surveys[name]; ok && now.Sub(known.at) < surveyFresh {
		return known.tree, nil
	}
	tree, err := f.get(ctx, key, src, address, now)
	if err != nil {
		return nil, err
	}
	if len(f.surveys) >= maxSurveys {
		clear(f.surveys)
	}
	f.surveys[name] = knownSurvey{tree, now}
	return tree, nil
}

// get asks for a JSON object.
func (f *fetcher) get(ctx context.Context, key string, src *feedback.Source, address string, now time.Time) (map[string]any, error) {
	if wait := f.budget(key, src.Kind).take(now); wait > 0 {
		return nil, &fetchError{message: "the platform's limit of calls is reached: it is asked later", after: wait, limited: true}
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, &fetchError{message: "the platform's address cannot be used", final: true}
	}
	r.Header.Set("Accept", "application/json")
	if src.Kind == feedback.Qualtrics {
		r.Header.Set("X-Api-Token", src.Token)
	} else {
		r.Header.Set("Authorization", "Bearer "+src.Token)
	}
	answer, err := f.client.Do(r)
	if err != nil {
		return nil, unreachable(err)
	}
	defer answer.Body.Close()
	if err := f.refused(key, answer, now); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxFetched+1))
	switch {
	case err != nil:
		return nil, unreachable(err)
	case len(body) > maxFetched:
		return nil, &fetchError{message: fmt.Sprintf("the platform's answer is larger than %d MB", maxFetched>>20), final: true}
	}
	tree, bad := parseTree(body)
	if bad != nil {
		return nil, &fetchError{message: "the platform's answer is not a JSON object"}
	}
	return tree, nil
}

// unreachable leaves out the address, which an error of net/http holds.
func unreachable(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return &fetchError{message: "the platform did not answer in time"}
	}
	return &fetchError{message: "the platform cannot be reached"}
}

// refused turns a status into an error, nil for 200.
func (f *fetcher) refused(key string, answer *http.Response, now time.Time) error {
	status := answer.StatusCode
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusTooManyRequests:
		after := retryAfter(answer.Header.Get("Retry-After"), now)
		f.mu.Lock()
		defer f.mu.Unlock()
		if b := f.budgets[key]; b != nil {
			b.until = now.Add(after)
		}
		return &fetchError{message: "the platform's limit of calls is reached: it is asked later", after: after, limited: true}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &fetchError{message: fmt.Sprintf("the platform refuses the token (status %d): set another, then replay", status), final: true}
	case status == http.StatusNotFound || status == http.StatusGone:
		return &fetchError{message: "the platform knows no such response"} // it may not be there yet
	case status >= 300 && status < 400:
		return &fetchError{message: "the platform answers with a redirect, which is not followed: correct base_url, then replay", final: true}
	case status >= 500 || status == http.StatusRequestTimeout:
		return &fetchError{message: fmt.Sprintf("the platform fails (status %d)", status)}
	}
	return &fetchError{message: fmt.Sprintf("the platform refuses the request (status %d)", status), final: true}
}

// The bounds of Retry-After, and what holds without one.
const (
	leastRetry = time.Second
	usualRetry = time.Minute
	mostRetry  = 24 * time.Hour
)

// retryAfter reads seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	after := usualRetry
	if seconds, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
		after = time.Duration(min(seconds, int(mostRetry/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		after = at.Sub(now)
	}
	return min(max(after, leastRetry), mostRetry)
}

// budget counts calls to a platform on behalf of a source.
type budget struct {
	perMinute, perDay int
	minute, day       time.Time // when the ones being counted began
	inMinute, inDay   int
	until             time.Time // the platform wants no call before
}

func (f *fetcher) budget(key string, kind feedback.SourceKind) *budget {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, ok := f.budgets[key]
	if !ok {
		b = &budget{perMinute: 600, perDay: 100_000}
		if kind == feedback.SurveyMonkey { // what its private apps may do
			b.perMinute, b.perDay = 120, 500
		}
		f.budgets[key] = b
	}
	return b
}

// take counts a call, or says how long to wait before the next one may be made.
func (b *budget) take(now time.Time) (wait time.Duration) {
	if now.Sub(b.minute) >= time.Minute || now.Before(b.minute) {
		b.minute, b.inMinute = now, 0
	}
	if now.Sub(b.day) >= 24*time.Hour || now.Before(b.day) {
		b.day, b.inDay = now, 0
	}
	switch {
	case now.Before(b.until):
		return b.until.Sub(now)
	case b.inDay >= b.perDay:
		return b.day.Add(24 * time.Hour).Sub(now)
	case b.inMinute >= b.perMinute:
		return b.minute.Add(time.Minute).Sub(now)
	}
	b.inMinute++
	b.inDay++
	return 0
}
