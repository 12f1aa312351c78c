package webhooks

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"verbatim/feedback"
)

func TestPublic(t *testing.T) {
	for list, want := range map[string]bool{
		"8.8.8.8 1.1.1.1 93.184.216.34 172.15.0.1 172.32.0.1 100.63.0.1 100.128.0.1 198.17.0.1 192.0.1.1 2606:4700::1111 2a00:1450::1": true,
		"127.0.0.1 127.1.2.3 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1":                                           false,
		"169.254.169.254 169.254.0.1 100.64.0.1 100.100.100.200 100.127.255.255 192.0.0.192 168.63.129.16":                             false,
		"192.0.2.1 198.51.100.1 203.0.113.1 198.18.0.1 198.19.255.255 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255":                   false,
		"::1 :: fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254 ff02::1 fec0::1 2001:db8::1 2001::1 2002:7f00:1::":                          false,
		"::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b:1::1 ::7f00:1 100::1":                         false,
		"::ffff:8.8.8.8": true,
	} {
		for text := range strings.FieldsSeq(list) {
			if got := public(netip.MustParseAddr(text)); got != want {
				t.Errorf("%s is public: %v", text, got)
			}
		}
	}
}

func TestCheckURL(t *testing.T) {
	for _, c := range []struct {
		address     string
		ok, private bool // without and with private addresses
	}{
		{"https://example.com/hook?token=x", true, true},
		{"https://8.8.8.8:8443/", true, true},
		{"HTTPS://example.com", true, true},
		{"http://example.com/", false, true},
		{"https://127.0.0.1/", false, true},
		{"http://localhost:9000/", false, true},
		{"https://intranet/", false, true},
		{"https://intranet./", false, true},
		{"https://[::1]/", false, true},
		{"https://169.254.169.254/latest/meta-data", false, true},
		{"https://ann:secret@example.com/", false, false},
		{"https://example.com/#x", false, false},
		{"ftp://example.com/", false, false},
		{"file:///etc/passwd", false, false},
		{"https:example.com", false, false},
		{"//example.com/", false, false},
		{"/hook", false, false},
		{"", false, false},
		{"https://exa mple.com/", false, false},
		{"https://example.com:port/", false, false},
		{"https://\u0084", false, false},
		{"https://:8443/", false, false},
		{"https://example.com/käse", false, false},
		{"https://example.com/k%C3%A4se?a=%2", false, false},
		{"https://example.com/k%C3%A4se", true, true},
	} {
		for private, want := range map[bool]bool{false: c.ok, true: c.private} {
			err := CheckURL(c.address, private)
			if (err == nil) != want || err != nil && (feedback.CodeOf(err) != feedback.Invalid || !strings.HasPrefix(err.Error(), "url: ")) {
				t.Errorf("%s, private %v: %v", c.address, private, err)
			}
		}
	}
}

// nameServer answers every question with the addresses, in turn a list each; it stands for the name server of somebody who
// wants to reach what is behind our walls.
func nameServer(t *testing.T, answers ...[]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { conn.Close(); <-done })
	var asked [2]int // questions for A and for AAAA
	go func() {
		defer close(done)
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if err := m.Unpack(buf[:n]); err != nil {
				t.Error(err)
				return
			}
			family := 0
			if m.Questions[0].Type == dnsmessage.TypeAAAA {
				family = 1
			}
			list := answers[min(asked[family], len(answers)-1)]
			asked[family]++
			m.Response, m.Additionals = true, nil
			for _, text := range list {
				addr := netip.MustParseAddr(text)
				header := dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: m.Questions[0].Type, Class: dnsmessage.ClassINET}
				if addr.Is4() && family == 0 {
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: addr.As4()}})
				} else if addr.Is6() && family == 1 {
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
				}
			}
			out, err := m.Pack()
			if err != nil {
				t.Error(err)
				return
			}
			conn.WriteTo(out, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestNamesOfPrivateAddressesAreRefused(t *testing.T) {
	var hits atomic.Int64
	inside := newReceiver(t, func(int, http.ResponseWriter, *http.Request) int { hits.Add(1); return 204 })
	u, err := url.Parse(inside.URL)
	if err != nil {
		t.Fatal(err)
	}
	address := "http://hook.example.com:" + u.Port() + "/"
	call := func(client *http.Client) error {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		client.CloseIdleConnections()
		if err == nil {
			answer.Body.Close()
		}
		return err
	}
	if err := call(NewClient(true, nameServer(t, []string{"127.0.0.1"}))); err != nil || hits.Load() != 1 {
		t.Fatalf("when it is allowed it arrives: %v, %d", err, hits.Load())
	}
	for name, answers := range map[string][][]string{
		"loopback":                  {{"127.0.0.1"}},
		"mapped":                    {{"::ffff:127.0.0.1"}},
		"IPv6":                      {{"::1"}},
		"both families":             {{"127.0.0.1", "::1"}},
		"metadata":                  {{"169.254.169.254"}},
		"several":                   {{"10.0.0.1", "127.0.0.1", "192.168.0.1"}},
		"another answer every time": {{"127.0.0.1"}, {"127.0.0.2"}, {"127.0.0.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			client := NewClient(false, nameServer(t, answers...))
			for range 3 {
				if err := call(client); !errors.Is(err, errPrivate) {
					t.Errorf("%v", err)
				} else if reason := reasonOf(err); reason != "the address is not public" {
					t.Error(reason)
				}
			}
		})
	}
	if hits.Load() != 1 {
		t.Errorf("%d requests arrived inside", hits.Load()-1)
	}
}

// FuzzCheckURL reads addresses: what is accepted can be asked for, over https, and says nothing but host, path and query.
func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{"https://example.com/hook?token=x", "https://[::ffff:127.0.0.1]/", "https://127.1/", "https://0x7f.1/", "https://a.b:99999/", "https://%31.2", "https://a.b\\@c.d/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		err := CheckURL(address, false)
		if err != nil {
			if feedback.CodeOf(err) != feedback.Invalid || !strings.HasPrefix(err.Error(), "url: ") || len(address) > 40 && strings.Contains(err.Error(), address) {
				t.Fatal(err)
			}
			return
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, nil)
		if err != nil || r.URL.Scheme != "https" || r.URL.User != nil || r.URL.Hostname() == "" {
			t.Fatalf("%q: %v", address, err)
		}
		if addr, err := netip.ParseAddr(r.URL.Hostname()); err == nil && !public(addr) {
			t.Fatalf("%q is not public", address)
		}
	})
}
