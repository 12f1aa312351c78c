package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// recipe is a block of commands, and the block behind it that shows what they print.
type recipe struct {
	heading, commands, kind, shown string
}

// recipes reads the commands of a document in their order.
func recipes(t *testing.T, file string) []recipe {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []recipe
	heading := ""
	for _, m := range regexp.MustCompile("(?ms)^## ([^\n]*)$|^```(\\w+)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		switch {
		case m[1] != "":
			heading = m[1]
		case m[2] == "sh":
			list = append(list, recipe{heading: heading, commands: m[3]})
		case len(list) == 0 || list[len(list)-1].shown != "":
			t.Fatalf("under %q a block shows the answer of no command", heading)
		default:
			list[len(list)-1].kind, list[len(list)-1].shown = m[2], m[3]
		}
	}
	return list
}

// freeAddress is an address of this machine where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// TestCookbook runs every command of the cookbook in one shell, with curl against the real program, and compares what is printed with what
// the document shows.
func TestCookbook(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			needed(t, "there is no %s: `make deps` installs it", tool)
		}
	}
	list := recipes(t, "../../docs/cookbook.md")
	if len(list) < 20 {
		t.Fatalf("%d blocks", len(list))
	}
	program, dir := binary(t), t.TempDir()
	var script strings.Builder
	for i, r := range list {
		fmt.Fprintf(&script, "%s\nprintf '\\n== %d\\n'\n", r.commands, i)
	}
	shell := exec.Command("bash", "-uc", strings.ReplaceAll(script.String(), "127.0.0.1:8080", freeAddress(t)))
	shell.Dir = dir
	shell.Env = append(os.Environ(), "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the server stays when the shell ends
	t.Cleanup(func() { syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) })
	var stderr strings.Builder
	shell.Stderr = &stderr
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, stderr.String(), out)
	}
	rest := string(out)
	for i, r := range list {
		var printed string
		printed, rest, _ = strings.Cut(rest, fmt.Sprintf("\n== %d\n", i))
		if wrong := r.compare(printed); wrong != "" {
			t.Errorf("%s: %s\n%s\nprinted:\n%s", r.heading, wrong, r.commands, printed)
		}
	}
}

// compare says what of the answer is not as shown.
func (r *recipe) compare(printed string) string {
	if r.kind != "json" {
		pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(r.shown)), "…", `(?s:.*)`)
		text := strings.TrimSpace(strings.ReplaceAll(printed, "\r", ""))
		if !regexp.MustCompile("^" + pattern + "$").MatchString(text) {
			return "it does not print what is shown"
		}
		return ""
	}
	var shown, got any
	if err := json.Unmarshal([]byte(r.shown), &shown); err != nil {
		return "what is shown is no JSON: " + err.Error()
	}
	if err := json.Unmarshal([]byte(printed), &got); err != nil {
		return "what is printed is no JSON: " + err.Error()
	}
	return holds(got, shown, "the answer")
}

// holds says what of the value shown is not in the one got; objects may have further fields.
func holds(got, shown any, at string) string {
	switch want := shown.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return at + " is no object"
		}
		for name, value := range want {
			if wrong := holds(have[name], value, at+"."+name); wrong != "" {
				return wrong
			}
		}
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			return fmt.Sprintf("%s is no list of %d", at, len(want))
		}
		for i := range want {
			if wrong := holds(have[i], want[i], fmt.Sprintf("%s[%d]", at, i)); wrong != "" {
				return wrong
			}
		}
	case string:
		have, _ := got.(string)
		if begin, ok := strings.CutSuffix(want, "…"); have != want && (!ok || !strings.HasPrefix(have, begin)) {
			return fmt.Sprintf("%s is %v", at, got)
		}
	default:
		if got != shown {
			return fmt.Sprintf("%s is %v", at, got)
		}
	}
	return ""
}
