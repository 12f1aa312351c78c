package api

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"verbatim/feedback"
)

// target is a field of an object that is read by hand: where it goes, and what it must be.
type target struct {
	to   any
	want string
}

// integer reads a whole number as JSON has it: 30 and 30.0 are the same.
type integer[T ~int | ~int64] struct{ to *T }

// wholeNumber makes a target of a whole number; what is not one is an error.
func wholeNumber[T ~int | ~int64](to *T) *integer[T] { return &integer[T]{to} }

// UnmarshalJSON reads the number.
func (i *integer[T]) UnmarshalJSON(raw []byte) error {
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil && int64(T(n)) == n {
		*i.to = T(n)
		return nil
	}
	const exact = 1 << 53 // beyond it a float is no certain whole number
	var f float64
	if err := json.Unmarshal(raw, &f); err != nil {
		return err
	}
	if f != math.Trunc(f) || math.Abs(f) > exact {
		return errForm
	}
	*i.to = T(f)
	return nil
}

// object reads the body as one object.
func (c *call) object() (*item, error) {
	items, many, err := c.items()
	if err != nil {
		return nil, err
	}
	if many {
		return nil, bodyProblem("the body must be one JSON object")
	}
	return &items[0], nil
}

// into reads the fields of an item; names lists them in the order in which a problem does.
func (it *item) into(names []string, fields map[string]target) *Problem {
	members, problem := it.members()
	if problem != nil {
		return problem
	}
	for _, m := range members {
		if !slices.Contains(names, m.name) {
			return it.wrong(nameOf(m.name), nameOf(m.name)+" is no field here: there is "+strings.Join(names, ", "))
		}
		if field := fields[m.name]; !m.none() && json.Unmarshal(m.raw, field.to) != nil {
			return it.wrong(m.name, m.name+" must be "+field.want)
		}
	}
	return nil
}

func (it *item) wrong(field, message string) *Problem {
	return it.problem(feedback.Invalid, field, message)
}

// blame turns an error whose message begins with a field and a colon into a problem of that field.
func (it *item) blame(err error, names []string) error {
	e, ok := errors.AsType[*feedback.Error](err)
	if !ok {
		return err
	}
	if field, _, _ := strings.Cut(e.Message, ":"); slices.Contains(names, field) {
		return it.problem(e.Code, field, e.Message)
	}
	return err
}
