package main

import (
	"bytes"
	"context"
	"regexp"
	"testing"
)

// TestLoad measures the real binary for a moment: every part is answered, and nothing fails. How fast is not asserted.
func TestLoad(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir())
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"load", "--url", s.url, "--clients", "8", "--for", "300ms"}, nil, &out, &errs); code != exitOK {
		t.Fatalf("%d %s", code, errs.String())
	}
	rows := regexp.MustCompile(`(?m)^ *(.+?)  +(\d+)  +(\d+) .* (\d+) *$`).FindAllStringSubmatch(out.String(), -1)
	if len(rows) != 7 {
		t.Fatalf("%d rows: %s", len(rows), out.String())
	}
	for _, row := range rows {
		if row[3] == "0" || row[4] != "0" {
			t.Errorf("%q", row[0])
		}
	}
	t.Log("\n" + out.String())
}

// TestBig fills the real binary with made-up responses and visits every page over them.
func TestBig(t *testing.T) {
	t.Parallel()
	s := start(t, binary(t), t.TempDir())
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"load", "--url", s.url, "--fill", "2000", "--pages", "--for", "100ms"}, nil, &out, &errs); code != exitOK {
		t.Fatalf("%d %s", code, errs.String())
	}
	for _, want := range []string{"2000 responses in one stream", "search, newest first", "/drivers/delivery_logistics/negative", "/responses/big/"} {
		if !bytes.Contains(out.Bytes(), []byte(want)) {
			t.Errorf("no %s: %s", want, out.String())
		}
	}
}
