package webhooks

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"

	"verbatim/feedback"
)

// errPrivate says that an address is not one of the public internet.
var errPrivate = errors.New("the address is not public")

// closed are ranges of addresses that look public and are not: shared by a provider's customers, for documentation and
// benchmarks, translated from IPv4, or a cloud's service of metadata.
var closed = prefixes("0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

// open6 is all of IPv6 that is given out; NAT64, local, site and multicast addresses are outside.
var open6 = netip.MustParsePrefix("2000::/3")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, p := range list {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

// public reports whether an address is one of the public internet.
func public(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.IsLoopback() || addr.Is6() && !open6.Contains(addr) {
		return false
	}
	for _, p := range closed {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// written is how an address is written (RFC 3986): other letters are encoded, and a name in them is written as xn--.
var written = regexp.MustCompile(`^([!#$&-;=?-Z_a-z~\[\]]|%[0-9A-Fa-f]{2})+$`)

// CheckURL refuses what cannot be the address of a webhook: anything but https (http as well when private addresses are
// allowed), a user or password, a fragment, a name without a dot, and numbers of addresses that are not public. What a name
// stands for is looked at when a connection is made. The error is [feedback.Invalid], begins with "url: " and repeats
// nothing.
func CheckURL(address string, private bool) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Opaque != "" || !written.MatchString(address) {
		return feedback.Errorf(feedback.Invalid, "url: the address must be an absolute one like https://example.com/hook")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !private) {
		return feedback.Errorf(feedback.Invalid, "url: the address must begin with https://")
	}
	if u.User != nil || u.Fragment != "" {
		return feedback.Errorf(feedback.Invalid, "url: the address may hold no user, password or fragment: put a token into the path or the query")
	}
	if private {
		return nil
	}
	host := u.Hostname()
	addr, err := netip.ParseAddr(host)
	if err == nil && !public(addr) || err != nil && !strings.Contains(strings.Trim(host, "."), ".") {
		return feedback.Errorf(feedback.Invalid, "url: the address must be one of the public internet")
	}
	return nil
}

// Limits of an attempt.
const (
	attemptTime = 15 * time.Second
	dialTime    = 5 * time.Second
	headerTime  = 10 * time.Second
	mostHeader  = 16 << 10
	mostAnswer  = 4 << 10 // bytes that are read, so that the connection can be used again
)

// NewClient makes the client that webhooks are called with. It connects to addresses of the public internet only, unless
// private ones are allowed: every address that a name stands for is looked at when a connection to it is made, so that a
// name that changes its mind gains nothing. It follows no redirects, uses no proxy and keeps no cookies. Resolver looks up
// names; nil for the system's.
func NewClient(private bool, resolver *net.Resolver) *http.Client {
	dialer := &net.Dialer{Timeout: dialTime, Resolver: resolver}
	if !private {
		dialer.ControlContext = refusePrivate
	}
	return &http.Client{
		Timeout:       attemptTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: headerTime, IdleConnTimeout: time.Minute,
			MaxIdleConnsPerHost: perWebhook, MaxIdleConns: 256, MaxResponseHeaderBytes: mostHeader, ForceAttemptHTTP2: true, DisableCompression: true,
		},
	}
}

// refusePrivate runs when the address is known and nothing has been sent.
func refusePrivate(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !public(to.Addr()) {
		return errPrivate
	}
	return nil
}
