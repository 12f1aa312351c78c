package models

import (
	"bytes"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func small() *Linear {
	header := Header{Name: "xx", Version: "1", Bits: 3, Outputs: []string{"a", "b"}}
	weights := make([]float32, 2<<3)
	weights[2], weights[3], weights[14] = 1.5, -0.75, 9 // row 1, row 1, row 7
	weights[6] = 0.001                                  // below the cut
	return Quantize(header, weights, 3, 0.01)
}

func TestQuantize(t *testing.T) {
	m := small()
	at := func(row, output int) float32 {
		weights := m.Row(uint32(row))
		if weights == nil {
			return 0
		}
		return m.Header.Scale[output] * float32(int(weights[output])-128)
	}
	for _, c := range []struct {
		row, output int
		want        float32
	}{{1, 0, 1.5}, {1, 1, -0.75}, {7, 0, 3}, {3, 0, 0}, {0, 0, 0}} {
		if got := at(c.row, c.output); got < c.want-0.02 || got > c.want+0.02 {
			t.Errorf("row %d output %d: %g, want %g", c.row, c.output, got, c.want)
		}
	}
}

func TestWriteRead(t *testing.T) {
	m := small()
	var file bytes.Buffer
	if err := m.Write(&file); err != nil {
		t.Fatal(err)
	}
	got, err := ReadLinear(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got, cmp.AllowUnexported(Linear{})); diff != "" {
		t.Error(diff)
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	var file bytes.Buffer
	if err := small().Write(&file); err != nil {
		t.Fatal(err)
	}
	whole := file.Bytes()
	for n := range whole {
		flipped := bytes.Clone(whole)
		flipped[n] ^= 0x40
		if _, err := ReadLinear(flipped); !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d changed: %v", n, err)
		}
		if _, err := ReadLinear(whole[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
}

func TestSet(t *testing.T) {
	var file bytes.Buffer
	if err := small().Write(&file); err != nil {
		t.Fatal(err)
	}
	set := Open(fstest.MapFS{"xx.bin": {Data: file.Bytes()}, "yy.bin": {Data: []byte("no model")}})
	if m, err := set.Linear("xx"); err != nil || m.Header.Name != "xx" {
		t.Errorf("xx: %v", err)
	}
	if _, err := set.Linear("yy"); !errors.Is(err, ErrDamaged) || !bytes.Contains([]byte(err.Error()), []byte("yy.bin")) {
		t.Errorf("yy: %v, want one that names the file", err)
	}
	if _, err := set.Linear("zz"); err == nil || set.Has("zz") || !set.Has("xx") {
		t.Errorf("zz: %v", err)
	}
}

func FuzzReadLinear(f *testing.F) {
	var file bytes.Buffer
	if err := small().Write(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadLinear(data)
		if err != nil {
			return
		}
		for row := range min(1000, uint32(1)<<m.Header.Bits) {
			if weights := m.Row(row); weights != nil && len(weights) != Outputs {
				t.Errorf("row %d has %d bytes", row, len(weights))
			}
		}
	})
}

// Every model that is built in can be read.
func TestEmbedded(t *testing.T) {
	set := Embedded()
	if !set.Has(Shared) || !set.Has("en") {
		t.Fatal("shared or en is missing")
	}
	for _, name := range []string{Shared, "en", "fi", "ru", "zh"} {
		if m, err := set.Linear(name); err != nil || m.Header.Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
