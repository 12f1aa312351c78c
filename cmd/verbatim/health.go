package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"verbatim/feedback"
)

func newHealth() *cobra.Command {
	addr := "127.0.0.1:8080"
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a running server whether it is ready; fails when it is not",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if set, ok := os.LookupEnv(variable("addr")); ok && set != "" && !cmd.Flags().Changed("addr") {
				addr = set
			}
			request, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, "http://"+reachable(addr)+"/readyz", nil)
			if err != nil {
				return usagef("--addr: %w", err)
			}
			answer, err := (&http.Client{Timeout: 5 * time.Second}).Do(request)
			if err != nil {
				return feedback.Errorf(feedback.Unavailable, "nobody answers: %w", err)
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s", body)
			if answer.StatusCode != http.StatusOK {
				return feedback.Errorf(feedback.Unavailable, "the server is not ready")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&addr, "addr", addr, "address of the server")
	return cmd
}

// reachable is where a server is asked that listens on all addresses.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}
