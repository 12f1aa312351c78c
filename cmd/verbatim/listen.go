package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"math"
	"net"

	"github.com/spf13/cobra"

	"verbatim/feedback"
	"verbatim/store"
)

// listenFlags say where the server listens, and to whom.
type listenFlags struct {
	addr, cert, key string
	rate            float64
	origins         []string
}

func (f *listenFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.addr, "addr", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringVar(&f.cert, "tls-cert", "", "file with the certificate (PEM), to answer over HTTPS")
	cmd.Flags().StringVar(&f.key, "tls-key", "", "file with the certificate's private key (PEM)")
	cmd.Flags().Float64Var(&f.rate, "rate", 5000, "requests a second that each key may send; 0 for no limit")
	cmd.Flags().StringSliceVar(&f.origins, "cors-origin", nil, "web pages that may use the API, as https://app.example.com (default: none)")
}

// check refuses flags that make no sense; it knows nothing of keys.
func (f *listenFlags) check() error {
	if _, _, err := net.SplitHostPort(f.addr); err != nil {
		return usagef("--addr %q is not host:port: write 127.0.0.1:8080", f.addr)
	}
	if (f.cert == "") != (f.key == "") {
		return usagef("--tls-cert and --tls-key go together")
	}
	if f.rate < 0 || math.IsNaN(f.rate) || math.IsInf(f.rate, 0) {
		return usagef("--rate is a number of requests a second, or 0 for no limit")
	}
	return nil
}

// local reports whether only this machine can reach the address.
func (f *listenFlags) local() bool {
	host, _, _ := net.SplitHostPort(f.addr)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// allowed refuses an address that others can reach as long as there are neither keys nor accounts.
func (f *listenFlags) allowed(ctx context.Context, s *store.Store, logger *slog.Logger) error {
	if f.local() {
		return nil
	}
	guarded, err := s.Guarded(ctx)
	if err != nil {
		return err
	}
	if !guarded {
		return usagef("--addr %s can be reached by others, and there are no keys and no accounts: make one (verbatim key create boss --scope admin, "+
			"or verbatim people add you@example.com --role admin), or listen on 127.0.0.1 or [::1]", f.addr)
	}
	if f.cert == "" {
		logger.Warn("keys, passwords and texts travel unencrypted: use --tls-cert and --tls-key, or a proxy that does it", "addr", f.addr)
	}
	return nil
}

// listen opens the address; scheme is https with a certificate.
func (f *listenFlags) listen(ctx context.Context) (listener net.Listener, scheme string, err error) {
	var config *tls.Config
	if f.cert != "" {
		pair, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return nil, "", feedback.Errorf(feedback.Invalid, "--tls-cert, --tls-key: %w", err)
		}
		config = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	}
	listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", f.addr)
	if err != nil {
		return nil, "", feedback.Errorf(feedback.Unavailable, "cannot listen on %s: %w", f.addr, err)
	}
	if config == nil {
		return listener, "http", nil
	}
	return tls.NewListener(listener, config), "https", nil
}
