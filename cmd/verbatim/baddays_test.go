package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// smallDisk mounts a file system of its own in memory, or skips the test where that is not allowed.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("this test needs the right to mount: %s", bytes.TrimSpace(out))
	}
	t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
	return dir
}

// ready asks whether the server is, and what it says otherwise.
func (s *server) ready(t *testing.T) (status int, detail string) {
	t.Helper()
	answer, err := http.Get(s.url + "/readyz")
	if err != nil { // a connection that the server let go of: whoever waits asks again
		return 0, err.Error()
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	body.ReadFrom(answer.Body)
	return answer.StatusCode, body.String()
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for limit := time.After(time.Minute); !holds(); {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("never: %s", what)
		}
	}
}

// A full disk: posts are refused, what was acknowledged stays, the server says why it is not ready, and goes on by itself
// when there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, "100m")
	binary, data := binary(t), filepath.Join(disk, "data")
	s := start(t, binary, data)
	for i := range 20 {
		if !s.post(i) {
			t.Fatal("not acknowledged")
		}
	}
	filler := filepath.Join(disk, "filler")
	fillDisk(t, filler)
	kept := 20
	refused := false
	for i := 20; i < 5000 && !refused; i++ {
		body := fmt.Sprintf(`{"id":"k%d","score":3,"comment":"kiosk %s"}`, i, strings.Repeat("filling words ", 500))
		if refused = !send(http.MethodPost, s.url+"/v1/responses", body); !refused {
			kept++
		}
	}
	if !refused {
		t.Fatal("nothing was refused")
	}
	eventually(t, "it says that the disk is full", func() bool {
		status, detail := s.ready(t)
		return status == http.StatusServiceUnavailable && strings.Contains(detail, "disk is nearly full")
	})
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is ready again", func() bool { status, _ := s.ready(t); return status == http.StatusOK })
	eventually(t, "it takes responses again", func() bool { return send(http.MethodPost, s.url+"/v1/responses", `{"id":"after","comment":"kiosk"}`) })
	var found struct{ Total int }
	eventually(t, "all of them are found", func() bool {
		s.get(t, "/v1/search?match=kiosk", &found)
		return found.Total >= kept+1
	})
	s.stop(t)
	if out, err := exec.Command(binary, "check", "--data", data).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// fillDisk writes a file until the disk is full.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}

// A disk that becomes read-only: reading goes on, writing is refused, and comes back with the disk.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, "200m")
	binary, data := binary(t), filepath.Join(disk, "data")
	s := start(t, binary, data)
	if !s.post(1) {
		t.Fatal("not acknowledged")
	}
	s.stop(t)
	remount := func(how string) {
		if out, err := exec.Command("mount", "-o", "remount,"+how, disk).CombinedOutput(); err != nil {
			t.Skipf("cannot remount: %s", out)
		}
	}
	remount("ro")
	out, err := exec.Command(binary, "serve", "--data", data, "--addr", "127.0.0.1:0").CombinedOutput()
	if err == nil || strings.Contains(string(out), "panic") || !strings.Contains(string(out), data) {
		t.Errorf("%v\n%s", err, out)
	}
	remount("rw")
	s = start(t, binary, data)
	if status := s.get(t, "/v1/responses/k1", nil); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

// A second server on the same folder is refused with a sentence.
func TestLockedStore(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	start(t, binary, data)
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0"}, {"check"}, {"reindex"}, {"retention", "run"}} {
		out, err := exec.Command(binary, append(args, "--data", data)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "another process uses it") {
			t.Errorf("%v: %v, %s", args, err, out)
		}
	}
}

// An index that somebody deletes while the server runs is made anew by itself.
func TestIndexDeletedWhileRunning(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	s := start(t, binary, data)
	for i := range 30 {
		if !s.post(i) {
			t.Fatal("not acknowledged")
		}
	}
	if err := os.RemoveAll(filepath.Join(data, "index")); err != nil {
		t.Fatal(err)
	}
	for i := 30; i < 60; i++ {
		if !s.post(i) {
			t.Fatal("not acknowledged")
		}
	}
	var found struct{ Total int }
	eventually(t, "all are found", func() bool {
		s.get(t, "/v1/search?match=kiosk", &found)
		return found.Total == 60
	})
	eventually(t, "the folder is there", func() bool { _, err := os.Stat(filepath.Join(data, "index", "default", "bleve")); return err == nil })
	s.stop(t)
	if out, err := exec.Command(binary, "check", "--data", data).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// SIGTERM in the middle of requests: each is answered as it would have been, or never was accepted; none is half done.
func TestShutdownFinishesWhatWasAccepted(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	s := start(t, binary, data)
	l := &load{stored: map[int]bool{}, gone: map[int]bool{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for l.step(s) {
		}
	}()
	l.until.Store(50)
	l.await(t)
	s.stop(t)
	<-done
	l.check(t, start(t, binary, data))
}

// Backup while the server runs, erase, restore: the person does not come back, the others do.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	binary, data := binary(t), t.TempDir()
	s := start(t, binary, data)
	for i := range 20 {
		body := fmt.Sprintf(`{"id":"k%d","comment":"kiosk token%d","respondent":"p%d"}`, i, i, i)
		if !send(http.MethodPost, s.url+"/v1/responses", body) {
			t.Fatal("not acknowledged")
		}
	}
	file := filepath.Join(t.TempDir(), "backup.db")
	if out, err := exec.Command(binary, "backup", file, "--data", data).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !send(http.MethodDelete, s.url+"/v1/respondents/p7", "") {
		t.Fatal("not erased")
	}
	s.stop(t)
	if out, err := exec.Command(binary, "restore", file, "--data", data).CombinedOutput(); err == nil || !strings.Contains(string(out), "--force") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err := exec.Command(binary, "restore", file, "--data", data, "--force").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "1 responses that were erased") {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command(binary, "reindex", "--data", data).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := exec.Command(binary, "check", "--data", data).CombinedOutput(); err != nil || !strings.Contains(string(out), "19 responses compared") {
		t.Errorf("%v\n%s", err, out)
	}
	s = start(t, binary, data)
	if status := s.get(t, "/v1/responses/k7", nil); status != http.StatusNotFound {
		t.Errorf("the person is back: %d", status)
	}
	if out, err := exec.Command(binary, "health", "--addr", strings.TrimPrefix(s.url, "http://")).CombinedOutput(); err != nil || !strings.Contains(string(out), "ready") {
		t.Errorf("%v\n%s", err, out)
	}
}
