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
	weights []float32    // outputs for each row
	squares []float32    // sums of squared gradients
	counts  [2][]float32 // how much weight the examples with the row have, by group of tasks
	l2      float32      // strength of the pull to zero
	rate    float32      // of the first epoch
	bias    [outputs]float32
}

// The training, tuned on industries left out in turn.
const (
	signRate    = 0.25 // learning rates of the first epoch
	gramRate    = 0.4
	biasRate    = 0.02 // of the learning rate
	firstSquare = 0.2
	l2Signs     = 8.0 // strength of the pull to zero, for the sum over all examples
	l2Grams     = 0.3
	epochsSigns = 10
	weightLimit = 4    // of a quantized weight
	weightCut   = 0.08 // a smaller one is dropped
)

func newLearner(bits int, rate, l2 float32) *learner {
	l := &learner{bits: bits, rate: rate, l2: l2, weights: make([]float32, outputs<<bits), squares: make([]float32, outputs<<bits)}
	for i := range l.squares {
		l.squares[i] = firstSquare
	}
	for g := range l.counts {
		l.counts[g] = make([]float32, 1<<bits)
	}
	return l
}

// task is a range of outputs that is trained by itself, so that tasks run side by side and the result is the same.
type task struct {
	from, to int
	softmax  bool
	group    int
}

var tasks = [][]task{
	{{0, 20, false, 0}},
	{{outPositive, outNegative + 1, true, 1}, {outSuggestion, outQuestion + 1, false, 1}},
}

// train runs the epochs over the examples in an order that depends on nothing but their number.
func (l *learner) train(ctx context.Context, examples []*example, epochs int, after func(epoch int)) error {
	l.count(examples)
	for epoch := range epochs {
		order := shuffled(len(examples), epoch)
		rate := l.rate * float32(epochs-epoch) / float32(epochs)
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

// trainSigns fits the general signs alone.
func (l *learner) trainSigns(ctx context.Context, examples []*example) error {
	signs := make([]*example, len(examples))
	for i, e := range examples {
		signs[i] = &example{signs: e.signs[:e.general], target: e.target, weight: 1}
	}
	return l.train(ctx, signs, epochsSigns, func(int) {})
}

// says returns the outputs for an example: its n-grams and all signs that follow its general ones.
func (l *learner) says(e *example) (out logits) {
	for _, t := range slices.Concat(tasks...) {
		l.forward(e, t, &out)
	}
	return out
}

// scale multiplies the outputs by the weights of the n-grams in a stack and adds its biases.
func (l *learner) scale(s *stack) {
	for i := range l.weights {
		l.weights[i] *= s.grams[i%outputs]
	}
	for o := range l.bias {
		l.bias[o] = l.bias[o]*s.grams[o] + s.bias[o]
	}
}

// count says how often each row takes part, so that a pull to zero that is shared out over its steps adds up to the
// whole: what is seen rarely is pulled as strongly as what is seen often.
func (l *learner) count(examples []*example) {
	mask := uint32(1)<<l.bits - 1
	for _, e := range examples {
		for group, tasks := range tasks {
			if !slices.ContainsFunc(tasks, e.knows) {
				continue
			}
			counts := l.counts[group]
			for _, h := range e.grams {
				counts[h&mask]++
			}
			for _, h := range e.signs[e.general:] {
				counts[h&mask]++
			}
		}
	}
}

// knows reports whether anything is known of the task.
func (e *example) knows(t task) bool {
	return slices.ContainsFunc(e.target[t.from:t.to], func(x int8) bool { return x != unknown })
}

// step learns one task from one example.
func (l *learner) step(e *example, t task, rate float32) {
	if !e.knows(t) {
		return
	}
	var out logits
	l.forward(e, t, &out)
	gradient := l.gradient(e, t, &out)
	for o := t.from; o < t.to; o++ {
		l.bias[o] -= biasRate * rate * gradient[o]
	}
	l.update(e.grams, t, &gradient, gramScale(len(e.grams)), rate)
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
	for _, h := range e.signs[e.general:] {
		row := l.weights[int(h&mask)*outputs:][:outputs]
		for o := t.from; o < t.to; o++ {
			out[o] += row[o]
		}
	}
	for o := t.from; o < t.to; o++ {
		out[o] += l.bias[o]
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
		pull := l.l2 / max(1, l.counts[t.group][h&mask])
		for o := t.from; o < t.to; o++ {
			g := gradient[o] * scale
			if g == 0 {
				continue
			}
			g += pull * row[o]
			square[o] += g * g
			row[o] -= rate * g / float32(math.Sqrt(float64(square[o])))
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
