package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// told counts what a remote party was told of: the webhook-ids by the id of the response.
type told struct {
	mu  sync.Mutex
	ids map[string]map[string]bool
	got chan struct{}
}

func (r *told) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var body struct {
		Data struct{ ID string }
	}
	if err := json.NewDecoder(request.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids[body.Data.ID] == nil {
		r.ids[body.Data.ID] = map[string]bool{}
	}
	r.ids[body.Data.ID][request.Header.Get("webhook-id")] = true
	select {
	case r.got <- struct{}{}:
	default:
	}
}

// missing is how many of the acknowledged responses nobody was told of.
func (r *told) missing(acknowledged []atomic.Bool) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range acknowledged {
		if acknowledged[i].Load() && len(r.ids[fmt.Sprintf("k%d", i)]) == 0 {
			n++
		}
	}
	return n
}

// Every response that was acknowledged is told to a webhook, however often the server is killed meanwhile, and always under
// one id.
func TestKillLosesNoWebhook(t *testing.T) {
	t.Parallel()
	const responses, kills = 1600, 4
	receiver := &told{ids: map[string]map[string]bool{}, got: make(chan struct{}, 1)}
	remote := httptest.NewServer(receiver)
	defer remote.Close()
	binary, data := binary(t), t.TempDir()
	acknowledged := make([]atomic.Bool, responses)
	var next atomic.Int64
	s := start(t, binary, data, "--allow-private-webhooks")
	body := fmt.Sprintf(`{"url":%q,"events":["response.analysed"]}`, remote.URL)
	made, err := http.Post(s.url+"/v1/webhooks", "application/json", strings.NewReader(body))
	if err != nil || made.StatusCode != http.StatusOK {
		t.Fatal(made, err)
	}
	made.Body.Close()
	for kill := range kills {
		until := int64(responses / kills * (kill + 1))
		var clients sync.WaitGroup
		for range 8 {
			clients.Go(func() {
				for {
					i := next.Add(1) - 1
					if i >= until || !s.post(int(i)) {
						return
					}
					acknowledged[i].Store(true)
					if i == until-100 {
						s.cmd.Process.Signal(syscall.SIGKILL)
					}
				}
			})
		}
		clients.Wait()
		s.cmd.Process.Signal(syscall.SIGKILL)
		s.cmd.Wait()
		next.Store(until)
		s = start(t, binary, data, "--allow-private-webhooks")
	}
	for receiver.missing(acknowledged) > 0 {
		select {
		case <-receiver.got:
		case <-time.After(time.Minute):
			t.Fatalf("%d acknowledged responses were not told\n%s", receiver.missing(acknowledged), s.stderr.String())
		}
	}
	s.stop(t)
	for id, ids := range receiver.ids {
		if len(ids) != 1 {
			t.Errorf("%s came under %d ids", id, len(ids))
		}
	}
	if n := len(receiver.ids); n < responses/2 {
		t.Errorf("only %d were told", n)
	}
}

// Without the flag nothing private is called.
func TestServeRefusesPrivateWebhooks(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir())
	for _, address := range []string{"http://127.0.0.1:9/", "https://127.0.0.1:9/", "https://10.0.0.1/", "https://[::1]/"} {
		response, err := http.Post(s.url+"/v1/webhooks", "application/json", strings.NewReader(fmt.Sprintf(`{"url":%q,"events":["response.analysed"]}`, address)))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", address, response.StatusCode)
		}
	}
	s.stop(t)
}
