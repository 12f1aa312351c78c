package analysis

import "math"

// stack says how the outputs of the signs and those of the n-grams become one: signs·S + grams·G + bias. The two models are
// trained apart, since n-grams learn their training texts by heart and would leave the signs nothing to explain; the
// weights are fitted on what each says of industries that it has not seen (stacked generalization, Wolpert 1992).
type stack struct{ signs, grams, bias logits }

// stackCase is what the two models say of a text that is new to them.
type stackCase struct {
	signs, grams logits
	target       *[outputs]int8
}

// fitStack fits the weights: one pair for all themes, one for the sentiments, one each for suggestion and question.
func fitStack(cases []stackCase) (s stack) {
	for o := range 20 {
		s.signs[o], s.grams[o] = 1, 1
	}
	s.fit(cases, 0, 20, false)
	s.fit(cases, outPositive, outNegative+1, true)
	s.fit(cases, outSuggestion, outSuggestion+1, false)
	s.fit(cases, outQuestion, outQuestion+1, false)
	return s
}

// fit fits the outputs from up to but without to, by Newton's method with damped steps: a softmax over them, or each
// against nothing.
func (s *stack) fit(cases []stackCase, from, to int, softmax bool) {
	const ridge = 1.0
	k := to - from
	free := 3 // weights of signs and grams, and a bias
	if softmax {
		free = 2 + k
	}
	n := normal{gradient: make([]float64, free), hessian: make([][]float64, free)}
	for i := range n.hessian {
		n.hessian[i] = make([]float64, free)
	}
	loss := func(x []float64) float64 {
		n.clear(x, ridge)
		for i := range cases {
			if softmax {
				cases[i].addSoftmax(from, k, x, &n)
				continue
			}
			for o := from; o < to; o++ {
				cases[i].addLogistic(o, x, &n)
			}
		}
		return n.loss
	}
	x := n.minimize(loss)
	for o := from; o < to; o++ {
		s.signs[o], s.grams[o], s.bias[o] = float32(x[0]), float32(x[1]), float32(x[2])
		if softmax {
			s.bias[o] = float32(x[2+o-from])
		}
	}
}

// normal gathers loss, gradient and Hessian over the cases.
type normal struct {
	loss     float64
	gradient []float64
	hessian  [][]float64
}

// minimize takes Newton steps from what the signs alone say, each halved until it does not make matters worse.
func (n *normal) minimize(loss func(x []float64) float64) []float64 {
	const rounds = 40
	x := make([]float64, len(n.gradient))
	x[0] = 1
	best := loss(x)
	for range rounds {
		step := solve(n.hessian, n.gradient)
		next := make([]float64, len(x))
		for damping := 1.0; damping > 1e-6; damping /= 2 {
			for i := range x {
				next[i] = x[i] - damping*step[i]
			}
			if l := loss(next); l <= best {
				best = l
				break
			}
		}
		x = next
	}
	return x
}

func (n *normal) clear(x []float64, ridge float64) {
	n.loss = 0
	for i := range x {
		n.loss += ridge * x[i] * x[i] / 2
		n.gradient[i] = ridge * x[i]
		clear(n.hessian[i])
		n.hessian[i][i] = ridge
	}
}

func (c *stackCase) addLogistic(o int, x []float64, n *normal) {
	if c.target[o] == unknown {
		return
	}
	f := [3]float64{float64(c.signs[o]), float64(c.grams[o]), 1}
	p := 1 / (1 + math.Exp(-(x[0]*f[0] + x[1]*f[1] + x[2])))
	n.loss -= math.Log(math.Max(1e-12, 1-math.Abs(p-float64(c.target[o]))))
	for i := range f {
		n.gradient[i] += (p - float64(c.target[o])) * f[i]
		for j := range f {
			n.hessian[i][j] += p * (1 - p) * f[i] * f[j]
		}
	}
}

func (c *stackCase) addSoftmax(from, k int, x []float64, n *normal) {
	if c.target[from] == unknown {
		return
	}
	p := make([]float64, k)
	sum := 0.0
	for o := range p {
		p[o] = math.Exp(x[0]*float64(c.signs[from+o]) + x[1]*float64(c.grams[from+o]) + x[2+o])
		sum += p[o]
	}
	feature := func(o, i int) float64 {
		switch i {
		case 0:
			return float64(c.signs[from+o])
		case 1:
			return float64(c.grams[from+o])
		case 2 + o:
			return 1
		}
		return 0
	}
	expected := make([]float64, len(x))
	for o := range p {
		p[o] /= sum
		if c.target[from+o] == 1 {
			n.loss -= math.Log(math.Max(1e-12, p[o]))
		}
		for i := range x {
			expected[i] += p[o] * feature(o, i)
			n.gradient[i] += (p[o] - float64(c.target[from+o])) * feature(o, i)
		}
	}
	for i := range x {
		for j := range x {
			for o := range p {
				n.hessian[i][j] += p[o] * feature(o, i) * feature(o, j)
			}
			n.hessian[i][j] -= expected[i] * expected[j]
		}
	}
}

// solve solves a small symmetric positive definite system by Gaussian elimination; it destroys its arguments.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		for r := i + 1; r < n; r++ {
			f := a[r][i] / a[i][i]
			for c := i; c < n; c++ {
				a[r][c] -= f * a[i][c]
			}
			b[r] -= f * b[i]
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = b[i]
		for c := i + 1; c < n; c++ {
			x[i] -= a[i][c] * x[c]
		}
		x[i] /= a[i][i]
	}
	return x
}
