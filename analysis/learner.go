package analysis

import (
	"context"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sync"

	"verbatim/models"
)

// learner fits the weights of a model by stochastic gradient descent with AdaGrad steps (Duchi et al. 2011): logistic
// loss for themes and kinds, softmax for the sentiment.
type learner struct {
	bits    int
	weights []float32 // outputs for each row
	squares []float32 // sums of squared gradients
	bias    [outputs]float32
	onTop   bool // learns what the examples' base leaves over
}

const (
	signRate    = 0.25 // learning rates of the first epoch
	gramRate    = 0.08
	biasRate    = 0.02
	decay       = 2e-6 // of a weight at each step it takes part in
	firstSquare = 0.02
	weightLimit = 4     // of a quantized weight
	weightCut   = 0.012 // a smaller one is dropped
)

func newLearner(bits int) *learner {
	l := &learner{bits: bits, weights: make([]float32, outputs<<bits), squares: make([]float32, outputs<<bits)}
	for i := range l.squares {
		l.squares[i] = firstSquare
	}
	return l
}

// task is a range of outputs that is trained by itself, so that tasks run side by side and the result is the same.
type task struct {
	from, to int
	softmax  bool
}

var tasks = [][]task{
	{{0, 20, false}},
	{{outPositive, outNegative + 1, true}, {outSuggestion, outQuestion + 1, false}},
}

// train runs the epochs over the examples in an order that depends on nothing but their number.
func (l *learner) train(ctx context.Context, examples []*example, epochs int, first float32, after func(epoch int)) error {
	for epoch := range epochs {
		order := shuffled(len(examples), epoch)
		rate := first * float32(epochs-epoch) / float32(epochs)
		var wg sync.WaitGroup
		for _, group := range tasks {
			wg.Go(func() {
				for i, at := range order {
					if i%4096 == 0 && ctx.Err() != nil {
						return
					}
					for _, t := range group {
						l.step(examples[at], t, rate)
					}
				}
			})
		}
		wg.Wait()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		after(epoch + 1)
	}
	return nil
}

// trainSigns fits the signs alone on the hand-written examples, so that n-grams, which can learn these by heart, do not
// explain the signs away.
func (l *learner) trainSigns(ctx context.Context, examples []*example) error {
	var signs []*example
	for _, e := range examples {
		if e.hand {
			signs = append(signs, &example{signs: e.signs[:e.general], target: e.target, weight: 1})
		}
	}
	return l.train(ctx, signs, epochsSigns, signRate, func(int) {})
}

const epochsSigns = 10

// step learns one task from one example.
func (l *learner) step(e *example, t task, rate float32) {
	known := false
	for o := t.from; o < t.to; o++ {
		known = known || e.target[o] != unknown
	}
	if !known {
		return
	}
	var out logits
	l.forward(e, t, &out)
	gradient := l.gradient(e, t, &out)
	for o := t.from; o < t.to; o++ {
		l.bias[o] -= biasRate * rate * gradient[o]
	}
	l.update(e.grams, t, &gradient, gramScale(len(e.grams)), rate)
	if l.onTop {
		return
	}
	l.update(e.signs[e.general:], t, &gradient, 1, rate)
}

func (l *learner) forward(e *example, t task, out *logits) {
	mask := uint32(1)<<l.bits - 1
	for _, h := range e.grams {
		row := l.weights[int(h&mask)*outputs:][:outputs]
		for o := t.from; o < t.to; o++ {
			out[o] += row[o]
		}
	}
	scale := gramScale(len(e.grams))
	for o := t.from; o < t.to; o++ {
		out[o] *= scale
	}
	for _, h := range e.signs {
		if l.onTop {
			break // they are in the base
		}
		row := l.weights[int(h&mask)*outputs:][:outputs]
		for o := t.from; o < t.to; o++ {
			out[o] += row[o]
		}
	}
	for o := t.from; o < t.to; o++ {
		out[o] += l.bias[o]
		if l.onTop {
			out[o] += e.base[o]
		}
	}
}

// gradient of the loss by the outputs, weighted.
func (l *learner) gradient(e *example, t task, out *logits) (g logits) {
	if t.softmax {
		p, q, r := softmax3(out[t.from], out[t.from+1], out[t.from+2])
		for i, x := range []float32{p, q, r} {
			g[t.from+i] = e.weight * (x - float32(e.target[t.from+i]))
		}
		return g
	}
	for o := t.from; o < t.to; o++ {
		if e.target[o] != unknown {
			g[o] = e.weight * (sigmoid(out[o]) - float32(e.target[o]))
		}
	}
	return g
}

func (l *learner) update(hashes []uint32, t task, gradient *logits, scale, rate float32) {
	mask := uint32(1)<<l.bits - 1
	for _, h := range hashes {
		at := int(h&mask) * outputs
		row, square := l.weights[at:][:outputs], l.squares[at:][:outputs]
		for o := t.from; o < t.to; o++ {
			g := gradient[o] * scale
			if g == 0 {
				continue
			}
			square[o] += g * g
			row[o] -= rate*g/float32(math.Sqrt(float64(square[o]))) + decay*row[o]
		}
	}
}

// model rounds the weights into a model.
func (l *learner) model(name string, rows int, digest string) *models.Linear {
	header := models.Header{Name: name, Version: Version, Corpus: digest, Rows: rows, Bits: l.bits, Outputs: outputNames()}
	copy(header.Bias[:], l.bias[:])
	return models.Quantize(header, l.weights, weightLimit, weightCut)
}

// shuffled returns 0…n−1 in an order that depends on the round only.
func shuffled(n, round int) []int {
	order := make([]int, n)
	keys := make([]uint64, n)
	var buffer [16]byte
	for i := range order {
		order[i] = i
		binary.LittleEndian.PutUint64(buffer[:], uint64(i))
		binary.LittleEndian.PutUint64(buffer[8:], uint64(round))
		h := uint64(hashSeed)
		for _, b := range buffer {
			h = (h ^ uint64(b)) * hashPrime
		}
		keys[i] = bits.RotateLeft64(h, 31) * 0xd6e8feb86659fd93
	}
	slices.SortFunc(order, func(a, b int) int {
		if keys[a] < keys[b] {
			return -1
		}
		return 1
	})
	return order
}
