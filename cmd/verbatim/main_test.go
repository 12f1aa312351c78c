package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"verbatim": main})
}

// TestScripts runs the acceptance scripts: files in, commands, output.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"write": writeCmd,
		},
	})
}

// writeCmd writes bytes that a script cannot hold: write FILE KIND.
func writeCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: write FILE KIND")
	}
	kinds := map[string]string{
		"utf16":   utf16("id,score,comment\r\nu1,3,\"The staff were rude, and so was the boss\"\r\nu2,9,Très bien\r\n"),
		"nul":     "id,score,comment\nn1,3,The sta\x00ff were rude\nn2,9,fine service\n",
		"badutf8": "id,score,comment\nb1,3,caf\xe9 staff were rude\nb2,9,fine \xff\xfe\x80 service\n",
		"huge":    "id,score,comment\nh1,3," + string(make10MB()) + "\nh2,9,Friendly staff\n",
	}
	text, ok := kinds[args[1]]
	if !ok {
		ts.Fatalf("write: no kind %s", args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

func utf16(text string) string {
	out := []byte{0xFF, 0xFE}
	for _, r := range text {
		out = append(out, byte(r), byte(r>>8))
	}
	return string(out)
}

func make10MB() []byte {
	out := make([]byte, 10<<20)
	for i := range out {
		out[i] = "bad service "[i%12]
	}
	return out
}
