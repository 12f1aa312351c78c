package feedback

import (
	"errors"
	"fmt"
)

// Code says what kind of thing went wrong; it is stable and means the same in the API, on the command line and in Go.
type Code string

// The codes.
const (
	Invalid     Code = "invalid"      // the input is wrong: the message names what, where and what to do
	NotFound    Code = "not_found"    // there is no such thing
	Conflict    Code = "conflict"     // it contradicts what is there
	TooLarge    Code = "too_large"    // it exceeds a limit that the message names
	Deleted     Code = "deleted"      // it was deleted and must not come back
	Unavailable Code = "unavailable"  // try again later
	Corrupt     Code = "corrupt"      // a file of ours is damaged
	Internal    Code = "internal"     // a defect of the program
	Unsupported Code = "unsupported"  // asked for something that this build does not do
	Forbidden   Code = "unauthorized" // the key is missing or may not do this
)

// Codes lists the codes.
var Codes = []Code{Invalid, NotFound, Conflict, TooLarge, Deleted, Unavailable, Corrupt, Internal, Unsupported, Forbidden}

// Error is an error that a user meets. Message says what is wrong, where, and what to do; it may quote a short value, so
// what leaves the machine (the API) says it in its own words. Err is the cause, if any.
type Error struct {
	Code    Code
	Message string
	Err     error
}

// Errorf makes an Error with a formatted message. A cause given with %w is kept.
func Errorf(code Code, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: wrapped.Error(), Err: errors.Unwrap(wrapped)}
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, [Internal] for any other error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}
