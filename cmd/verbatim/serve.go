package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"verbatim/api"
	"verbatim/ingest"
)

// stopWithin is how long requests that run may take after the server was told to stop.
const stopWithin = 20 * time.Second

func newServe() *cobra.Command {
	var dir, redact string
	var listen listenFlags
	var fetchFrom []string
	var demo bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Answer the REST API over a data folder",
		Long: `Serves the REST API (described at /openapi.json) over a data folder, which is made if it does not exist. Without keys it
answers this machine only, on a loopback address, and needs none. Once there is a key (verbatim key create), every request
needs one, and any address will do.`,
		Example: `  verbatim serve --data ./verbatim-data
  verbatim serve --demo --addr 127.0.0.1:9000
  verbatim serve --addr :8443 --tls-cert cert.pem --tls-key key.pem`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			redactor, err := (&inputFlags{redact: redact}).redactor()
			if err != nil {
				return err
			}
			if err := listen.check(); err != nil {
				return err
			}
			logger := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			f, err := openFolder(cmd.Context(), dir, redactor, logger)
			if err != nil {
				return err
			}
			return errors.Join(serve(cmd, f, &listen, fetchFrom, demo, logger), f.Close())
		},
	}
	cmd.Flags().StringVar(&dir, "data", "./verbatim-data", "the data folder")
	listen.register(cmd)
	cmd.Flags().StringVar(&redact, "redact", "mark", redactUsage+" before they are stored: "+redactModes)
	cmd.Flags().StringSliceVar(&fetchFrom, "fetch-from", nil, "an address besides the platforms' own that connected sources may fetch from (a proxy); repeat it for more")
	cmd.Flags().BoolVar(&demo, "demo", false, "load the built-in survey")
	return cmd
}

func serve(cmd *cobra.Command, f *folder, listen *listenFlags, fetchFrom []string, demo bool, logger *slog.Logger) error {
	ctx := cmd.Context()
	if err := listen.allowed(ctx, f.store, logger); err != nil {
		return err
	}
	if demo {
		if err := loadDemo(ctx, f); err != nil {
			return err
		}
	}
	connector := ingest.NewConnector(f.ingester, ingest.ConnectorOptions{Logger: logger, Allowed: fetchFrom})
	handler, err := api.New(api.Deps{
		Store: f.store, Index: f.index, Ingester: f.ingester, Analyzer: f.analyzer, Connector: connector, Logger: logger,
		Rate: listen.rate, Origins: listen.origins,
	})
	if err != nil {
		return err
	}
	listener, scheme, err := listen.listen(ctx)
	if err != nil {
		return err
	}
	server := api.NewServer(listen.addr, handler)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return f.index.Follow(ctx) })
	group.Go(func() error { return connector.Run(ctx) })
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
	fmt.Fprintf(cmd.OutOrStdout(), "Verbatim answers on %s://%s (API: /v1, description: /openapi.json). Ctrl-C stops it.\n", scheme, listener.Addr())
	return group.Wait()
}
