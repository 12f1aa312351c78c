package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// binary returns a path at which the test binary behaves as verbatim.
func binary(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "verbatim")
	if err := os.Symlink(self, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// server is a running `verbatim serve`.
type server struct {
	cmd    *exec.Cmd
	url    string
	stderr bytes.Buffer
}

// start starts the real binary on a free port and waits until it is ready.
func start(t *testing.T, binary, data string, flags ...string) *server {
	t.Helper()
	s := &server{cmd: exec.Command(binary, append([]string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, flags...)...)}
	s.cmd.Stderr = &s.stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		if t.Failed() {
			t.Logf("serve said: %s", last(s.stderr.Bytes(), 4000))
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("serve said nothing: %v\n%s", err, s.stderr.String())
	}
	at := strings.Index(line, "http://")
	if at < 0 {
		t.Fatalf("serve said %q", line)
	}
	s.url, _, _ = strings.Cut(line[at:], " ")
	s.waitReady(t)
	return s
}

func (s *server) waitReady(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if response, err := http.Get(s.url + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the server is not ready after a minute")
		}
	}
}

// get asks for a path and reads the JSON answer into value.
func (s *server) get(t *testing.T, path string, value any) int {
	t.Helper()
	response, err := http.Get(s.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if value != nil && response.StatusCode == http.StatusOK {
		if err := json.Unmarshal(data, value); err != nil {
			t.Fatalf("%s: %v: %s", path, err, data)
		}
	}
	return response.StatusCode
}

// post posts a response and reports whether it was acknowledged.
func (s *server) post(i int) bool {
	body := fmt.Sprintf(`{"id":"k%d","score":%d,"comment":"kiosk token%d: the staff were rude","attributes":{"region":"EU"}}`, i, i%11, i)
	response, err := http.Post(s.url+"/v1/responses", "application/json", strings.NewReader(body))
	if err != nil {
		return false
	}
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	return err == nil && response.StatusCode < 300
}

// Every response that was acknowledged before kill -9 is there after a restart: by id, by search and in the counts.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	const responses, killAfter, clients = 5000, 2000, 8
	binary, data := binary(t), t.TempDir()
	s := start(t, binary, data)
	acknowledged := make([]atomic.Bool, responses)
	var next, count atomic.Int64
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for {
				i := int(next.Add(1) - 1)
				if i >= responses || !s.post(i) {
					return
				}
				acknowledged[i].Store(true)
				if count.Add(1) == killAfter {
					s.cmd.Process.Signal(syscall.SIGKILL)
				}
			}
		})
	}
	wg.Wait()
	s.cmd.Wait()
	if n := count.Load(); n < killAfter || n == responses {
		t.Fatalf("%d were acknowledged before the end\n%s", n, s.stderr.String())
	}
	checkKept(t, start(t, binary, data), acknowledged, int(count.Load()))
}

func checkKept(t *testing.T, s *server, acknowledged []atomic.Bool, count int) {
	t.Helper()
	var nps struct{ Responses int }
	s.get(t, "/v1/nps?where=region%3DEU", &nps)
	if nps.Responses < count {
		t.Errorf("%d responses are counted, %d were acknowledged", nps.Responses, count)
	}
	var found struct{ Total int }
	s.get(t, "/v1/search?match=kiosk", &found)
	if found.Total != nps.Responses {
		t.Errorf("search finds %d, the counts say %d", found.Total, nps.Responses)
	}
	for i := range acknowledged {
		if !acknowledged[i].Load() {
			continue
		}
		if status := s.get(t, fmt.Sprintf("/v1/responses/k%d", i), nil); status != http.StatusOK {
			t.Fatalf("k%d was acknowledged and is gone: %d", i, status)
		}
		if i%20 == 0 {
			s.get(t, fmt.Sprintf("/v1/search?match=token%d", i), &found)
			if found.Total != 1 {
				t.Errorf("search finds k%d %d times", i, found.Total)
			}
		}
	}
}

// A damaged index is rebuilt from the store, with a line that says so; a damaged store is refused.
func TestDamagedIndexIsRebuilt(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	s := start(t, binary, data)
	for i := range 50 {
		if !s.post(i) {
			t.Fatal("not acknowledged")
		}
	}
	s.stop(t)
	damaged := 0
	err := filepath.WalkDir(filepath.Join(data, "index"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			damaged++
			return os.Truncate(path, 10)
		}
		return err
	})
	if err != nil || damaged == 0 {
		t.Fatalf("%d files damaged: %v", damaged, err)
	}
	s = start(t, binary, data)
	var found struct{ Total int }
	s.get(t, "/v1/search?match=kiosk", &found)
	if found.Total != 50 {
		t.Errorf("search finds %d of 50", found.Total)
	}
	s.stop(t)
	if !strings.Contains(s.stderr.String(), "rebuil") {
		t.Errorf("nothing says that the index was rebuilt:\n%s", s.stderr.String())
	}
}

// stop ends the server with SIGTERM, as an init system does, and expects a clean end.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		var exit *exec.ExitError
		if !asExit(err, &exit) || exit.ExitCode() != exitInterrupted && exit.ExitCode() != exitOK {
			t.Errorf("serve ended with %v\n%s", err, s.stderr.String())
		}
	}
}

func asExit(err error, exit **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError) //nolint:errorlint // Wait returns it bare
	*exit = e
	return ok
}

func TestServeDemo(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir(), "--demo")
	var nps struct {
		Responses, Commented, Unscored int
		NPS                            struct{ Value int } `json:"nps"`
	}
	s.get(t, "/v1/nps", &nps)
	if nps.Responses != 699 || nps.Commented != 669 || nps.Unscored != 15 || nps.NPS.Value != 15 {
		t.Errorf("%+v", nps)
	}
	var drivers struct{ Drivers []struct{ Theme string } }
	s.get(t, "/v1/drivers?sentiment=negative", &drivers)
	if len(drivers.Drivers) == 0 {
		t.Error("no drivers")
	}
	var found struct{ Total int }
	s.get(t, "/v1/search?language=fi&match="+url.QueryEscape("toimitus OR kuljettaja"), &found)
	if found.Total == 0 {
		t.Error("search finds nothing in Finnish")
	}
	s.stop(t)
}

// Ctrl-C in the middle of an import leaves what was stored, says so, and the same command goes on.
func TestInterruptedImportGoesOn(t *testing.T) {
	t.Parallel()
	const rows = 20000
	dir := t.TempDir()
	path := filepath.Join(dir, "big.csv")
	var text strings.Builder
	text.WriteString("id,score,comment\n")
	for i := range rows {
		fmt.Fprintf(&text, "%d,%d,\"The staff at desk %d were friendly, but the queue was long\"\n", i, i%11, i)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	cmd := exec.Command(binary(t), "import", path, "--data", data)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitForGrowth(t, filepath.Join(data, "verbatim.db-wal"))
	cmd.Process.Signal(os.Interrupt)
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(stderr.String(), "responses are stored") {
		t.Fatalf("exit code %d, %s", code, stderr.String())
	}
	again := exec.Command(binary(t), "import", path, "--data", data)
	out, err := again.Output()
	if err != nil {
		t.Fatal(err)
	}
	var created, updated, unchanged, rejected int
	_, tail, _ := strings.Cut(string(out), ": ")
	if _, err := fmt.Sscanf(tail, "%d created, %d updated, %d unchanged, %d rejected", &created, &updated, &unchanged, &rejected); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if created+unchanged != rows || unchanged == 0 || updated+rejected != 0 {
		t.Errorf("%s", out)
	}
}

// waitForGrowth waits until a file holds some data.
func waitForGrowth(t *testing.T, path string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if info, err := os.Stat(path); err == nil && info.Size() > 500_000 { // more than the schema takes
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the import stores nothing")
		}
	}
}

// Whoever reads our output may go before the end.
func TestBrokenPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "many.csv")
	if err := os.WriteFile(path, []byte("comment\n"+strings.Repeat("The staff were friendly\n", 20000)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `"$0" analyze "$1" --format jsonl | head -n 1`, binary(t), path)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || strings.Count(string(out), "\n") != 1 || strings.Contains(stderr.String(), "panic") {
		t.Errorf("%q, %v, %s", out, err, stderr.String())
	}
}

// last returns the end of a log.
func last(log []byte, most int) []byte { return log[max(0, len(log)-most):] }

// A server that is killed while it tags anew goes on when it runs again, and never shows two versions at once.
func TestKilledWhileTaggingAnew(t *testing.T) {
	t.Parallel()
	path, data := binary(t), t.TempDir()
	s := start(t, path, data, "--demo")
	s.waitReady(t)
	body := `{"themes":[{"id":"price_value"},{"id":"price_value/expensive","phrases":{"en":["expensive","pric*"]}}]}`
	request, err := http.NewRequest(http.MethodPut, s.url+"/v1/taxonomy", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer, err)
	}
	answer.Body.Close()
	var nps struct {
		Method struct{ Taxonomy string } `json:"method"`
	}
	for range 6 {
		s.cmd.Process.Signal(syscall.SIGKILL)
		s.cmd.Wait()
		s = start(t, path, data)
		s.waitReady(t)
		if s.get(t, "/v1/nps", &nps); nps.Method.Taxonomy != "default@1" && nps.Method.Taxonomy != "default@2" {
			t.Fatalf("versions %q are counted together", nps.Method.Taxonomy)
		}
	}
	eventually(t, "the new version is read", func() bool {
		s.get(t, "/v1/nps", &nps)
		return nps.Method.Taxonomy == "default@2"
	})
	var page struct{ Total int }
	if s.get(t, "/v1/search?theme=price_value/expensive", &page); page.Total == 0 {
		t.Error("nothing is tagged with the new theme")
	}
}
