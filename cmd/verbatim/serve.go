package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"verbatim/api"
	"verbatim/api/webhooks"
	"verbatim/feedback"
)

// stopWithin is how long requests that run may take after the server was told to stop.
const stopWithin = 20 * time.Second

func newServe() *cobra.Command {
	var dir, addr, redact string
	var demo, private bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Answer the REST API over a data folder",
		Long: `Serves the REST API (described at /openapi.json) over a data folder, which is made if it does not exist. It answers on
the loopback interface only: there are no keys yet, so nobody else may reach it.`,
		Example: `  verbatim serve --data ./verbatim-data
  verbatim serve --demo --addr 127.0.0.1:9000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			marking, err := (&inputFlags{redact: redact}).marking()
			if err != nil {
				return err
			}
			if err := onLoopback(addr); err != nil {
				return err
			}
			logger := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			f, err := openFolder(cmd.Context(), dir, marking, logger)
			if err != nil {
				return err
			}
			return errors.Join(serve(cmd, f, &serveFlags{addr: addr, demo: demo, privateWebhooks: private}, logger), f.Close())
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringVar(&redact, "redact", "mark", "replace e-mail addresses, phone and card numbers in texts before they are stored: off or mark")
	cmd.Flags().BoolVar(&private, "allow-private-webhooks", false, "let webhooks call private and loopback addresses, and plain http")
	cmd.Flags().BoolVar(&demo, "demo", false, "load the built-in survey")
	return cmd
}

// onLoopback refuses addresses that others can reach.
func onLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return usagef("--addr %q is not host:port: write 127.0.0.1:8080", addr)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return usagef("--addr %s can be reached by others, and there are no keys: listen on 127.0.0.1 or [::1]", addr)
}

// serveFlags are what serve needs to know beside the folder.
type serveFlags struct {
	addr                  string
	demo, privateWebhooks bool
}

func serve(cmd *cobra.Command, f *folder, flags *serveFlags, logger *slog.Logger) error {
	ctx := cmd.Context()
	if flags.demo {
		if err := loadDemo(ctx, f); err != nil {
			return err
		}
	}
	handler, err := api.New(api.Deps{
		Store: f.store, Index: f.index, Ingester: f.ingester, Analyzer: f.analyzer, Logger: logger,
		PrivateWebhooks: flags.privateWebhooks,
	})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", flags.addr)
	if err != nil {
		return feedback.Errorf(feedback.Unavailable, "cannot listen on %s: %w", flags.addr, err)
	}
	server := api.NewServer(flags.addr, handler)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return f.index.Follow(ctx) })
	sender := webhooks.New(f.store, f.index, webhooks.Options{Private: flags.privateWebhooks, Logger: logger})
	group.Go(func() error { return sender.Run(ctx) })
	group.Go(func() error { f.reportLag(ctx, logger); return nil })
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return server.Shutdown(grace)
	})
	fmt.Fprintf(cmd.OutOrStdout(), "Verbatim answers on http://%s (API: /v1, description: /openapi.json). Ctrl-C stops it.\n", listener.Addr())
	return group.Wait()
}
