package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"verbatim/api"
	"verbatim/feedback"
)

// stopWithin is how long requests that run may take after the server was told to stop.
const stopWithin = 20 * time.Second

func newServe() *cobra.Command {
	var dir, addr, redact string
	var demo bool
	var operation operationFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Answer the REST API over a data folder",
		Long: `Serves the REST API (described at /openapi.json) over a data folder, which is made if it does not exist. It answers on
the loopback interface only: there are no keys yet, so nobody else may reach it.`,
		Example: `  verbatim serve --data ./verbatim-data
  verbatim serve --demo --addr 127.0.0.1:9000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := configure(cmd.Flags(), os.Environ()); err != nil {
				return err
			}
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
			return errors.Join(serve(cmd, f, addr, demo, &operation, logger), f.Close())
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringVar(&redact, "redact", "mark", "replace e-mail addresses, phone and card numbers in texts before they are stored: off or mark")
	cmd.Flags().BoolVar(&demo, "demo", false, "load the built-in survey")
	operation.register(cmd)
	return cmd
}

// operationFlags are the settings of running a server.
type operationFlags struct {
	backupDays int
	traces     string
}

func (o *operationFlags) register(cmd *cobra.Command) {
	cmd.Flags().String(configFlag, "", "configuration file (TOML) whose keys are these flags")
	cmd.Flags().IntVar(&o.backupDays, "backup-days", 30, "after how many days you throw backups away; receipts of erasures say so")
	cmd.Flags().StringVar(&o.traces, "otlp-endpoint", "", "send OpenTelemetry traces there, like http://localhost:4318")
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

func serve(cmd *cobra.Command, f *folder, addr string, demo bool, operation *operationFlags, logger *slog.Logger) error {
	ctx := cmd.Context()
	if demo {
		if err := loadDemo(ctx, f); err != nil {
			return err
		}
	}
	tracer, stopTraces, err := openTraces(ctx, operation.traces)
	if err != nil {
		return err
	}
	defer stopTraces()
	eraser := api.NewEraser(f.store, f.index, logger, operation.backupDays)
	handler, err := api.New(api.Deps{
		Store: f.store, Index: f.index, Ingester: f.ingester, Analyzer: f.analyzer, Eraser: eraser, Tracer: tracer, Logger: logger,
	})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return feedback.Errorf(feedback.Unavailable, "cannot listen on %s: %w", addr, err)
	}
	server := api.NewServer(addr, handler)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return f.index.Follow(ctx) })
	group.Go(func() error { return eraser.Run(ctx) })
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
