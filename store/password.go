package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"verbatim/feedback"
)

// How passwords are hashed: Argon2id (RFC 9106) with 32 MiB, three passes, one lane, a salt of 16 bytes and 32 bytes of
// hash; OWASP's least is 19 MiB with two passes. So many are hashed at a time, which bounds what logins take of the memory.
const (
	argonMemory  = 32 << 10 // KiB
	argonPasses  = 3
	argonLanes   = 1
	saltBytes    = 16
	hashBytes    = 32
	hashesAtOnce = 2
)

// phc is how a hash is written: $argon2id$v=19$m=32768,t=3,p=1$SALT$HASH, in Base64 without padding.
const phc = "$argon2id$v=%d$m=%d,t=%d,p=%d$"

// dummyHash is what is tried when there is no account: nothing has it, and it takes as long.
var dummyHash = fmt.Sprintf(phc, argon2.Version, argonMemory, argonPasses, argonLanes) +
	base64.RawStdEncoding.EncodeToString(make([]byte, saltBytes)) + "$" + base64.RawStdEncoding.EncodeToString(make([]byte, hashBytes))

// hashPassword hashes a password with a new salt. It waits until it is its turn.
func (s *Store) hashPassword(ctx context.Context, password string) (string, error) {
	var salt [saltBytes]byte
	_, _ = rand.Read(salt[:]) // never fails
	sum, err := s.argon(ctx, password, salt[:], argonPasses, argonMemory, argonLanes, hashBytes)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(phc, argon2.Version, argonMemory, argonPasses, argonLanes) +
		base64.RawStdEncoding.EncodeToString(salt[:]) + "$" + base64.RawStdEncoding.EncodeToString(sum), nil
}

// fits reports whether a password is the one that was hashed, with the parameters that stand in the hash. It takes the same
// time for every password, and for an account that has none.
func (s *Store) fits(ctx context.Context, password, hash string) (bool, error) {
	there := 1
	if hash == "" {
		hash, there = dummyHash, 0
	}
	parts := strings.Split(hash, "$") // "", argon2id, v=19, m=…, salt, sum
	if len(parts) != 6 {
		return false, damaged("password", nil)
	}
	var version, passes, memory uint32
	var lanes uint8
	if _, err := fmt.Sscanf(strings.Join(parts[:4], "$")+"$", phc, &version, &memory, &passes, &lanes); err != nil || version != argon2.Version {
		return false, damaged("password", err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, damaged("password", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, damaged("password", err)
	}
	got, err := s.argon(ctx, password, salt, passes, memory, lanes, uint32(len(want))) //nolint:gosec // 32
	return err == nil && subtle.ConstantTimeCompare(got, want)&there == 1, err
}

// argon hashes when there is a place.
func (s *Store) argon(ctx context.Context, password string, salt []byte, passes, memory uint32, lanes uint8, size uint32) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return nil, s.fail("password", ctx.Err())
	}
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, size), nil
}

// PasswordFault is what is wrong with a password that somebody wants to have.
type PasswordFault string

// The faults. There are no rules about which sorts of characters a password is made of: length is what protects it.
const (
	PasswordFine   PasswordFault = ""
	PasswordShort  PasswordFault = "short"  // under 12 characters
	PasswordLong   PasswordFault = "long"   // over 256 bytes
	PasswordCommon PasswordFault = "common" // among those that are tried first, one piece over and over, or the account's address
)

// Limits of a password.
const (
	leastPassword = 12
	mostPassword  = 256
	longestPiece  = 8 // that a password may not be a repetition of
)

//go:embed passwords.txt
var commonPasswords string

// CheckPassword says what is wrong with a password for the account with the e-mail address.
func CheckPassword(password, email string) PasswordFault {
	switch lower := strings.ToLower(password); {
	case utf8.RuneCountInString(password) < leastPassword:
		return PasswordShort
	case len(password) > mostPassword:
		return PasswordLong
	case lower == email, repeated(lower), strings.Contains("\n"+commonPasswords, "\n"+lower+"\n"):
		return PasswordCommon
	}
	return PasswordFine
}

// repeated reports whether a text is a short piece over and over.
func repeated(text string) bool {
	for n := 1; n <= longestPiece && n < len(text); n++ {
		if piece := text[:n]; strings.HasPrefix(strings.Repeat(piece, len(text)/n+1), text) {
			return true
		}
	}
	return false
}

// checkPassword is CheckPassword as an error.
func checkPassword(password, email string) error {
	switch CheckPassword(password, email) {
	case PasswordShort:
		return feedback.Errorf(feedback.Invalid, "password: it needs %d characters or more", leastPassword)
	case PasswordLong:
		return feedback.Errorf(feedback.Invalid, "password: it may have %d bytes at most", mostPassword)
	case PasswordCommon:
		return feedback.Errorf(feedback.Invalid, "password: it is among the first that anybody would try")
	case PasswordFine:
	}
	return nil
}
