package models

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
)

// Outputs is the number of outputs a row of a Linear holds; a row fills half a cache line.
const Outputs = 32

// Linear is a linear model over hashed features: 2^Bits rows of Outputs weights, of which it keeps those that are not all
// zero. A weight is (byte − 128) · Scale of its output. Its biases, and what the outputs mean, stand in Header.
type Linear struct {
	Header Header
	rows   []byte   // Outputs bytes for each row that is kept, biased by 128
	kept   []uint64 // a bit for each row
	before []uint32 // how many rows are kept before each word of kept
}

// Row returns the Outputs bytes of a row below 2^Header.Bits, or nil when all its weights are zero.
func (m *Linear) Row(row uint32) []byte {
	word, bit := m.kept[row/64], uint64(1)<<(row%64)
	if word&bit == 0 {
		return nil
	}
	at := (int(m.before[row/64]) + bits.OnesCount64(word&(bit-1))) * Outputs
	return m.rows[at : at+Outputs : at+Outputs]
}

// keep makes the model of its rows in rising order; each has Outputs bytes in weights.
func (m *Linear) keep(rows []uint32, weights []byte) {
	words := max(1, 1<<m.Header.Bits/64)
	m.rows, m.kept, m.before = weights, make([]uint64, words), make([]uint32, words)
	for _, row := range rows {
		m.kept[row/64] |= 1 << (row % 64)
	}
	for i := 1; i < words; i++ {
		m.before[i] = m.before[i-1] + uint32(bits.OnesCount64(m.kept[i-1]))
	}
}

// Header is what a model file says of itself.
type Header struct {
	Name    string           `json:"name"`    // the language, or "shared"
	Version string           `json:"version"` // of the whole set of models
	Corpus  string           `json:"corpus"`  // SHA-256 of what it was trained on, hex
	Rows    int              `json:"rows"`    // training texts
	Bits    int              `json:"bits"`
	Outputs []string         `json:"outputs"`
	Scale   [Outputs]float32 `json:"scale"`
	Bias    [Outputs]float32 `json:"bias"`
	Signs   [Outputs]float32 `json:"signs"` // weights of the outputs of the model of the signs
}

const (
	magic     = "VBLINEAR1\n"
	maxHeader = 1 << 20
	maxBits   = 24
)

// ErrDamaged says that a model file is not what training wrote.
var ErrDamaged = errors.New("the model file is damaged")

// Write stores the model: magic, header length and header, the rows that are not all zero (gap, bytes) compressed, and a
// SHA-256 of everything before it.
func (m *Linear) Write(w io.Writer) error {
	header, err := json.Marshal(m.Header)
	if err != nil {
		return fmt.Errorf("models: write %s: %w", m.Header.Name, err)
	}
	var out bytes.Buffer
	out.WriteString(magic)
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(header))))
	out.Write(header)
	packer, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return fmt.Errorf("models: write %s: %w", m.Header.Name, err)
	}
	if _, err := packer.Write(m.pack()); err != nil {
		return fmt.Errorf("models: write %s: %w", m.Header.Name, err)
	}
	if err := packer.Close(); err != nil {
		return fmt.Errorf("models: write %s: %w", m.Header.Name, err)
	}
	sum := sha256.Sum256(out.Bytes())
	out.Write(sum[:])
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("models: write %s: %w", m.Header.Name, err)
	}
	return nil
}

// pack lists the rows that say something: the gap to the last one, a mask of the weights that are not zero, and those.
func (m *Linear) pack() []byte {
	var out []byte
	last := 0
	for row := range 1 << m.Header.Bits {
		weights := m.Row(uint32(row))
		var mask uint32
		for i, w := range weights {
			if w != 128 {
				mask |= 1 << i
			}
		}
		if mask == 0 {
			continue
		}
		out = binary.AppendUvarint(out, uint64(row-last))
		out = binary.LittleEndian.AppendUint32(out, mask)
		for i, w := range weights {
			if mask&(1<<i) != 0 {
				out = append(out, w)
			}
		}
		last = row
	}
	return out
}

// ReadLinear reads what Write wrote; an error wraps ErrDamaged when it is anything else.
func ReadLinear(data []byte) (*Linear, error) {
	if len(data) < len(magic)+4+sha256.Size || string(data[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: it does not begin like one", ErrDamaged)
	}
	body, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if want := sha256.Sum256(body); !bytes.Equal(want[:], sum) {
		return nil, fmt.Errorf("%w: its checksum is wrong", ErrDamaged)
	}
	body = body[len(magic):]
	n := int(binary.LittleEndian.Uint32(body))
	body = body[4:]
	if n > maxHeader || n > len(body) {
		return nil, fmt.Errorf("%w: its header is too long", ErrDamaged)
	}
	m := &Linear{}
	if err := json.Unmarshal(body[:n], &m.Header); err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrDamaged, err)
	}
	if m.Header.Bits < 1 || m.Header.Bits > maxBits || len(m.Header.Outputs) > Outputs {
		return nil, fmt.Errorf("%w: header: sizes out of range", ErrDamaged)
	}
	return m, m.unpack(flate.NewReader(bytes.NewReader(body[n:])))
}

func (m *Linear) unpack(packed io.ReadCloser) error {
	defer packed.Close()
	data, err := io.ReadAll(packed)
	if err != nil {
		return fmt.Errorf("%w: rows: %w", ErrDamaged, err)
	}
	var rows []uint32
	var kept []byte
	row := uint64(0)
	for len(data) > 0 {
		gap, n := binary.Uvarint(data)
		row += gap
		if n <= 0 || len(data) < n+4 || row >= 1<<m.Header.Bits || gap == 0 && len(rows) > 0 {
			return fmt.Errorf("%w: rows: cut short", ErrDamaged)
		}
		mask := binary.LittleEndian.Uint32(data[n:])
		data = data[n+4:]
		rows, kept = append(rows, uint32(row)), append(kept, zeros[:]...)
		weights := kept[len(kept)-Outputs:]
		for i := range weights {
			if mask&(1<<i) == 0 {
				continue
			}
			if len(data) == 0 {
				return fmt.Errorf("%w: rows: cut short", ErrDamaged)
			}
			weights[i], data = data[0], data[1:]
		}
	}
	m.keep(rows, slices.Clip(kept))
	return nil
}

// zeros is a row without weights.
var zeros = [Outputs]byte(bytes.Repeat([]byte{128}, Outputs))

// Quantize rounds weights (rows of len(outputs) float32) into a model: per output the scale is the largest weight over
// 127, but no more than limit, and weights under cut become zero.
func Quantize(header Header, weights []float32, limit, cut float32) *Linear {
	n := len(header.Outputs)
	m := &Linear{Header: header}
	for o := range n {
		var most float32
		for row := o; row < len(weights); row += n {
			most = max(most, min(limit, float32(math.Abs(float64(weights[row])))))
		}
		m.Header.Scale[o] = most / 127
	}
	var rows []uint32
	var kept []byte
	for row := range 1 << header.Bits {
		quantized := zeros
		for o, w := range weights[row*n : (row+1)*n] {
			if scale := m.Header.Scale[o]; scale > 0 && float32(math.Abs(float64(w))) >= cut {
				quantized[o] = byte(128 + max(-127, min(127, math.RoundToEven(float64(w/scale)))))
			}
		}
		if quantized != zeros {
			rows, kept = append(rows, uint32(row)), append(kept, quantized[:]...)
		}
	}
	m.keep(rows, slices.Clip(kept))
	return m
}
