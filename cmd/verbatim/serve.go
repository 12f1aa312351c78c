package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"verbatim/api"
	"verbatim/api/web"
	"verbatim/api/webhooks"
	"verbatim/ingest"
)

// stopWithin is how long requests that run may take after the server was told to stop.
const stopWithin = 20 * time.Second

// serveFlags say what serve serves.
type serveFlags struct {
	dir, redact string
	listen      listenFlags
	fetchFrom   []string
	demo        bool
	maxUpload   int64 // MB
	private     bool  // webhooks may call private addresses
	operation   operationFlags
}

func newServe() *cobra.Command {
	var flags serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Show the pages and answer the REST API over a data folder",
		Long: `Serves the pages and the REST API (described at /openapi.json) over a data folder, which is made if it does not exist. Without keys and
accounts it answers this machine only, on a loopback address, and needs none. Once there is either (verbatim people add,
verbatim key create), the pages need a log-in and every request of the API needs a key, and any address will do.`,
		Example: `  verbatim serve --data ./verbatim-data
  verbatim serve --demo --addr 127.0.0.1:9000
  verbatim serve --addr :8443 --tls-cert cert.pem --tls-key key.pem`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := configure(cmd.Flags(), os.Environ()); err != nil {
				return err
			}
			redactor, err := (&inputFlags{redact: flags.redact}).redactor()
			if err != nil {
				return err
			}
			if err := flags.listen.check(); err != nil {
				return err
			}
			logger := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			f, err := openFolder(cmd.Context(), flags.dir, redactor, logger)
			if err != nil {
				return err
			}
			return errors.Join(serve(cmd, f, &flags, logger), f.Close())
		},
	}
	flags.register(cmd)
	return cmd
}

func (f *serveFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.dir, "data", "./verbatim-data", "the data folder")
	f.listen.register(cmd)
	cmd.Flags().StringVar(&f.redact, "redact", "mark", redactUsage+" before they are stored: "+redactModes)
	cmd.Flags().StringSliceVar(&f.fetchFrom, "fetch-from", nil, "an address besides the platforms' own that connected sources may fetch from (a proxy); repeat it for more")
	cmd.Flags().BoolVar(&f.demo, "demo", false, "load the built-in survey")
	cmd.Flags().BoolVar(&f.private, "allow-private-webhooks", false, "let webhooks call private and loopback addresses, and plain http")
	f.operation.register(cmd)
	cmd.Flags().Int64Var(&f.maxUpload, "max-upload", ingest.DefaultMaxUpload>>20, "the largest file that the page and POST /v1/imports take, in MB")
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

func serve(cmd *cobra.Command, f *folder, flags *serveFlags, logger *slog.Logger) error {
	ctx, listen := cmd.Context(), &flags.listen
	if err := listen.allowed(ctx, f.store, logger); err != nil {
		return err
	}
	if flags.demo {
		if err := loadDemo(ctx, f); err != nil {
			return err
		}
	}
	tracer, stopTraces, err := openTraces(ctx, flags.operation.traces)
	if err != nil {
		return err
	}
	defer stopTraces()
	eraser := api.NewEraser(f.store, f.index, logger, flags.operation.backupDays)
	uploads, err := ingest.NewUploads(f.ingester, filepath.Join(f.dir, "uploads"), flags.maxUpload<<20, logger)
	if err != nil {
		return err
	}
	retagger := ingest.NewRetagger(f.ingester, ingest.RetaggerOptions{Logger: logger, Ready: f.index.Prepare})
	pages, err := web.New(web.Deps{Store: f.store, Index: f.index, Ingester: f.ingester, Uploads: uploads, Retagger: retagger, Logger: logger, PrivateWebhooks: flags.private})
	if err != nil {
		return err
	}
	connector := ingest.NewConnector(f.ingester, ingest.ConnectorOptions{Logger: logger, Allowed: flags.fetchFrom})
	handler, err := api.New(api.Deps{
		Store: f.store, Index: f.index, Ingester: f.ingester, Analyzer: f.analyzer, Connector: connector, Uploads: uploads, Retagger: retagger, Logger: logger,
		Rate: listen.rate, Origins: listen.origins, PrivateWebhooks: flags.private, Pages: pages,
		Eraser: eraser, Tracer: tracer,
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
	sender := webhooks.New(f.store, f.index, webhooks.Options{Private: flags.private, Logger: logger})
	for _, work := range []func(context.Context) error{f.index.Follow, connector.Run, uploads.Run, retagger.Run, sender.Run, eraser.Run} {
		group.Go(func() error { return work(ctx) })
	}
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
	fmt.Fprintf(cmd.OutOrStdout(), "Verbatim answers on %s://%s (pages: /, API: /v1, description: /openapi.json). Ctrl-C stops it.\n", scheme, listener.Addr())
	return group.Wait()
}
