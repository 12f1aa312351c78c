package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"verbatim/corpora"
)

const benchmarkRows = 100_000

// mixedSurvey writes a survey of hand-written comments in all languages, in turn, each made different by a number.
func mixedSurvey(b *testing.B) string {
	b.Helper()
	var texts []string
	for _, lang := range corpora.Languages() {
		comments, err := corpora.Comments(lang)
		if err != nil {
			b.Fatal(err)
		}
		for i := range comments {
			texts = append(texts, comments[i].Text)
		}
	}
	path := filepath.Join(b.TempDir(), "mixed.csv")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	out := csv.NewWriter(file)
	out.Write([]string{"id", "score", "comment", "region", "submitted_at"})
	for i := range benchmarkRows {
		k := i * 7919 % len(texts)
		out.Write([]string{strconv.Itoa(i), strconv.Itoa((i*31 + i/11) % 11), fmt.Sprintf("%s (%d)", texts[k], i), []string{"EU", "US", "APAC"}[i%3], "2026-01-15"})
	}
	out.Flush()
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// benchmarkBinary builds the program as users run it.
func benchmarkBinary(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "verbatim")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return path
}

// reportMemory reports the largest resident set of an ended process.
func reportMemory(b *testing.B, cmd *exec.Cmd) {
	b.Helper()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		b.ReportMetric(float64(usage.Maxrss)/1024, "MB")
	}
}

// From start to table on 100,000 comments in all languages.
func BenchmarkDrivers100k(b *testing.B) {
	path, binary := mixedSurvey(b), benchmarkBinary(b)
	for b.Loop() {
		cmd := exec.Command(binary, "drivers", path, "--format", "table")
		if out, err := cmd.Output(); err != nil || !strings.Contains(string(out), "NPS") {
			b.Fatalf("%v: %s", err, out)
		}
		reportMemory(b, cmd)
	}
	b.ReportMetric(benchmarkRows*float64(b.N)/b.Elapsed().Seconds(), "comments/s")
}

// One line, cold.
func BenchmarkAnalyzeOneLine(b *testing.B) {
	binary := benchmarkBinary(b)
	for b.Loop() {
		cmd := exec.Command(binary, "analyze", "--format", "jsonl", "-")
		cmd.Stdin = strings.NewReader(`{"id":"r1","comment":"Toimitus kesti kolme viikkoa"}`)
		if out, err := cmd.Output(); err != nil || !strings.Contains(string(out), `"fi"`) {
			b.Fatalf("%v: %s", err, out)
		}
		reportMemory(b, cmd)
	}
}

// From start to ready on a folder of 100,000 responses, and the memory of the idle server.
func BenchmarkServeStart100k(b *testing.B) {
	path, binary, data := mixedSurvey(b), benchmarkBinary(b), b.TempDir()
	if out, err := exec.Command(binary, "import", path, "--data", data).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	serveUntilReady(b, binary, data, true) // the index is built once
	for b.Loop() {
		serveUntilReady(b, binary, data, false)
	}
}

func serveUntilReady(b *testing.B, binary, data string, first bool) {
	b.Helper()
	cmd := exec.Command(binary, "serve", "--data", data, "--addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(line, "http://")
	host, _, _ := strings.Cut(rest, " ")
	address := "http://" + host
	for range time.Tick(5 * time.Millisecond) {
		response, err := http.Get(address + "/readyz")
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			break
		}
	}
	if !first {
		b.StopTimer()
		b.ReportMetric(residentMB(b, cmd.Process.Pid), "MB")
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	cmd.Wait()
	if !first {
		b.StartTimer()
	}
}

func residentMB(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // not Linux
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kilobytes / 1024
}
