package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"verbatim/feedback"
)

// Limits of a body.
const (
	maxBody  = 32 << 20 // bytes
	maxItems = 1000     // objects
)

// item is an object of a body.
type item struct {
	location string // body, or body[3] in an array
	line     int    // its place, from 1
	raw      json.RawMessage
}

// items reads a body that is an object or an array of objects; many reports that it is an array. What is wrong with single
// objects is not found out here.
func (c *call) items() (items []item, many bool, err error) {
	body, err := c.read()
	if err != nil {
		return nil, false, err
	}
	in := json.NewDecoder(bytes.NewReader(body))
	switch first(body) {
	case '{':
		items = []item{{location: "body", line: 1}}
		err = in.Decode(&items[0].raw)
	case '[':
		many = true
		items, err = array(in)
	default:
		return nil, false, bodyProblem("the body must be a JSON object or an array of objects")
	}
	if err != nil {
		return nil, many, notJSON(err)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return nil, many, bodyProblem("there is more behind the end of the JSON value: put all objects into one array")
	}
	return items, many, nil
}

// array reads an array one element after the other, so that a long one is refused before it is in memory as elements.
func array(in *json.Decoder) ([]item, error) {
	if _, err := in.Token(); err != nil {
		return nil, err
	}
	items := []item{}
	for in.More() {
		if len(items) == maxItems {
			return nil, newProblem(feedback.TooLarge, fmt.Sprintf("the array has more than %d objects: send them in several requests", maxItems))
		}
		next := item{location: "body[" + strconv.Itoa(len(items)) + "]", line: len(items) + 1}
		if err := in.Decode(&next.raw); err != nil {
			return nil, err
		}
		items = append(items, next)
	}
	_, err := in.Token()
	return items, err
}

// notJSON says that a body is not JSON. The messages of encoding/json repeat a piece of the body.
func notJSON(err error) error {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return bodyProblem(fmt.Sprintf("the body is not valid JSON, at byte %d", syntax.Offset))
	}
	return bodyProblem("the body is not valid JSON: it ends too early")
}

func bodyProblem(message string) *Problem {
	return fieldProblem(feedback.Invalid, FieldError{Location: "body", Message: message})
}

// first is the first byte that is no space, 0 without one.
func first(body []byte) byte {
	if body = bytes.TrimLeft(body, " \t\r\n"); len(body) > 0 {
		return body[0]
	}
	return 0
}

// read reads the body: UTF-8 with or without its mark, up to maxBody bytes.
func (c *call) read() ([]byte, error) {
	if err := c.checkType(); err != nil {
		return nil, err
	}
	if c.length > maxBody {
		return nil, errBody
	}
	var buf bytes.Buffer
	buf.Grow(int(max(c.length, 0)) + bytes.MinRead)
	n, err := buf.ReadFrom(io.LimitReader(c.body, maxBody+1))
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return nil, statusProblem(http.StatusRequestTimeout, feedback.Invalid, "the body took too long to arrive: send less at a time")
	}
	switch {
	case err != nil:
		return nil, bodyProblem("the body could not be read to its end")
	case n > maxBody:
		return nil, errBody
	}
	if c.header.Get(onceHeader) != "" {
		c.sum = sha256.Sum256(buf.Bytes())
	}
	body := bytes.TrimPrefix(buf.Bytes(), []byte("\ufeff"))
	if !utf8.Valid(body) {
		return nil, bodyProblem(fmt.Sprintf("the body is not valid UTF-8, at byte %d", invalidAt(body)+1))
	}
	return body, nil
}

var errBody = newProblem(feedback.TooLarge, fmt.Sprintf("the body is larger than %d MB: send less at a time", maxBody>>20))

// checkType refuses what is not JSON. A body without a type is refused as well: only scripts of web pages send such.
func (c *call) checkType() error {
	media, params, err := mime.ParseMediaType(c.header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	json := media == "application/json" || strings.HasSuffix(media, "+json")
	if err != nil || !json || charset != "" && charset != "utf-8" {
		return statusProblem(http.StatusUnsupportedMediaType, feedback.Unsupported,
			"the body must be JSON in UTF-8: send it with the header Content-Type: application/json")
	}
	return nil
}

// invalidAt is where the first bytes are that are not UTF-8.
func invalidAt(body []byte) int {
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(body)
}

// Limits of one object.
const (
	maxWrong   = 20  // wrong fields that are listed
	maxMembers = 100 // fields, known or not
)

// members takes an object apart.
func (it *item) members() ([]member, *Problem) {
	if first(it.raw) != '{' {
		return nil, it.problem(feedback.Invalid, "", "every item must be a JSON object")
	}
	all := splitObject(it.raw, maxMembers)
	if len(all) > maxMembers {
		return nil, it.problem(feedback.Invalid, "", fmt.Sprintf("the object has more than %d fields: put values of your own under attributes", maxMembers))
	}
	for i, m := range all {
		if slices.ContainsFunc(all[:i], func(o member) bool { return o.name == m.name }) {
			return nil, it.problem(feedback.Invalid, nameOf(m.name), nameOf(m.name)+" stands twice in the object")
		}
	}
	return all, nil
}

// problem makes a problem with a field of the item, or with all of it ("").
func (it *item) problem(code feedback.Code, field, message string) *Problem {
	return fieldProblem(code, FieldError{Location: it.at(field), Message: message})
}

func (it *item) at(field string) string {
	if field == "" {
		return it.location
	}
	return it.location + "." + field
}
