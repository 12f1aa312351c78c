package webhooks

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"verbatim/store"
)

func docs(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, m[1])
	}
	if len(blocks) == 0 {
		t.Fatalf("no block of %s", language)
	}
	return blocks
}

// TestDocumentedPayloads reads the examples as what is sent.
func TestDocumentedPayloads(t *testing.T) {
	seen := map[store.WebhookEvent]bool{}
	for _, block := range docs(t, "json") {
		var raw json.RawMessage
		p := Payload{Data: &raw}
		if err := json.Unmarshal([]byte(block), &p); err != nil {
			t.Fatal(err)
		}
		seen[p.Type] = true
		var data any = &ResponseData{}
		if p.Type == store.DriverChanged {
			data = &DriverData{}
		}
		in := json.NewDecoder(strings.NewReader(string(raw)))
		in.DisallowUnknownFields()
		if err := in.Decode(data); err != nil {
			t.Errorf("%s: %v", p.Type, err)
		}
		written, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		var want, got map[string]any
		if json.Unmarshal(written, &want) != nil || json.Unmarshal(raw, &got) != nil || len(want) != len(got) {
			t.Errorf("%s: the example has %d fields, what is sent %d", p.Type, len(got), len(want))
		}
	}
	if !seen[store.ResponseAnalysed] || !seen[store.DriverChanged] {
		t.Errorf("%v", seen)
	}
}

// TestDocumentedVerification runs the snippets on a signed body, and on one that somebody changed. It leaves out languages
// that are not installed.
func TestDocumentedVerification(t *testing.T) {
	const secret, id = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_1"
	now := time.Now()
	body := `{"type":"webhook.test","text":"zażółć"}`
	headers, err := json.Marshal(map[string]string{
		headerID: id, headerTimestamp: strconv.FormatInt(now.Unix(), 10),
		headerSignature: "v1,AAAA " + Sign(secret, id, now, []byte(body)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ language, program, flag, call string }{
		{"python", "python3", "-c", "\nimport sys, json\nverify(sys.argv[1], json.loads(sys.argv[2]), sys.argv[3].encode())\n"},
		{"js", "node", "--input-type=module", "\nconst [secret, headers, body] = process.argv.slice(-3);\nverify(secret, JSON.parse(headers), Buffer.from(body));\n"},
	} {
		t.Run(c.language, func(t *testing.T) {
			path, err := exec.LookPath(c.program)
			if err != nil {
				t.Skip(err)
			}
			args := []string{c.flag, docs(t, c.language)[0] + c.call, secret, string(headers)}
			if c.language == "js" {
				args = []string{c.flag, "-e", docs(t, c.language)[0] + c.call, "--", secret, string(headers)}
			}
			for text, ok := range map[string]bool{body: true, strings.Replace(body, "test", "tess", 1): false} {
				out, err := exec.CommandContext(t.Context(), path, append(args, text)...).CombinedOutput()
				if (err == nil) != ok || !ok && !strings.Contains(string(out), "no signature fits") {
					t.Errorf("%s: %v: %s", text, err, out)
				}
			}
		})
	}
}
