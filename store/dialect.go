package store

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"modernc.org/sqlite" // also registers the driver
	sqlite3 "modernc.org/sqlite/lib"

	"verbatim/feedback"
)

// This file is all that knows which database is below. The queries elsewhere are plain SQL with ? for parameters and
// ON CONFLICT for upserts; a database with other placeholders rewrites them in [statements.prepare].

//go:embed schema.sql
var schema string

//go:embed schema_2.sql
var schema2 string

//go:embed schema_3.sql
var schema3 string

//go:embed schema_4.sql
var schema4 string

//go:embed schema_5.sql
var schema5 string

//go:embed schema_6.sql
var schema6 string

//go:embed schema_7.sql
var schema7 string

//go:embed schema_8.sql
var schema8 string

//go:embed schema_9.sql
var schema9 string

//go:embed schema_10.sql
var schema10 string

// migrations bring a store from version i to i+1; the first makes an empty one. They are only ever appended to.
var migrations = []string{schema, schema2, schema3, schema4, schema5, schema6, schema7, schema8, schema9, schema10}

// How connections are set up. secure_delete overwrites what is deleted; busy_timeout is in milliseconds.
const (
	commonSettings = "busy_timeout(5000) foreign_keys(1) synchronous(FULL) secure_delete(1)"
	writerSettings = "journal_mode(WAL) " + commonSettings + " cache_size(-32768)" // KiB
	readerSettings = commonSettings + " query_only(1) cache_size(-8192)"
	// A checkpoint waits this little for readers, since writers wait with it.
	wiperSettings = "busy_timeout(250) synchronous(FULL)"
	lockSettings  = "busy_timeout(0)"
	// Whoever backs up reads beside the store's own process.
	backupSettings = "busy_timeout(5000)"
)

// openDatabase opens the file at path; lock is how transactions begin: deferred, immediate or exclusive.
func openDatabase(path, settings, lock string) (*sql.DB, error) {
	query := url.Values{"_txlock": {lock}, "_pragma": strings.Fields(settings)}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/data
	}
	name := url.URL{Scheme: "file", Path: slashed, RawQuery: query.Encode()}
	return sql.Open("sqlite", name.String())
}

// hasTables reports whether the database holds anything, and whether it is ours.
func hasTables(ctx context.Context, db *sql.DB) (some, ours bool, err error) {
	var tables, mark int
	err = db.QueryRowContext(ctx, `SELECT count(*), count(CASE WHEN name = 'verbatim_schema' THEN 1 END)
		FROM sqlite_master WHERE type = 'table'`).Scan(&tables, &mark)
	return tables > 0, mark > 0, err
}

// wholeSize returns how many bytes the file must have to be whole, once everything is checkpointed.
func wholeSize(ctx context.Context, db *sql.DB) (int64, error) {
	var pages, size int64
	if err := db.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		return 0, err
	}
	err := db.QueryRowContext(ctx, "PRAGMA page_size").Scan(&size)
	return pages * size, err
}

// checkpoint brings the write-ahead log into the file and empties it, so that nothing deleted stays readable in it. done
// is false when a reader was in the way.
func checkpoint(ctx context.Context, db *sql.DB) (done bool, err error) {
	var busy, logged, moved int
	err = db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &moved)
	return busy == 0, err
}

// rewrite writes the file anew from what is there.
func rewrite(ctx context.Context, on *sql.Conn) error {
	_, err := on.ExecContext(ctx, "VACUUM")
	return err
}

// writeInto writes what is there at this moment into an empty file.
func writeInto(ctx context.Context, db *sql.DB, file string) error {
	_, err := db.ExecContext(ctx, "VACUUM INTO ?", file)
	return err
}

// isBusy reports whether another connection was in the way.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// integrity returns what the database itself finds wrong with its file, "ok" when nothing.
func integrity(ctx context.Context, db *sql.DB) (finding string, err error) {
	err = db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&finding)
	return finding, err
}

// diagnose turns a database's error into a code and what to do about it. ok is false for errors that say nothing about the
// outside world: those are defects of ours.
func diagnose(err error) (code feedback.Code, advice string, ok bool) {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return "", "", false
	}
	switch e.Code() & 0xff { // the lower byte is the class
	case sqlite3.SQLITE_NOTADB:
		return feedback.Corrupt, "it is not a Verbatim store, or its first page is damaged: restore a backup, or choose another folder", true
	case sqlite3.SQLITE_CORRUPT:
		return feedback.Corrupt, "the file is damaged: restore a backup", true
	case sqlite3.SQLITE_FULL:
		return feedback.Unavailable, "the disk is full: free some space and try again; nothing of this was stored", true
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return feedback.Unavailable, "it cannot be written: check the permissions of file and folder", true
	case sqlite3.SQLITE_CANTOPEN:
		return feedback.Unavailable, "it cannot be opened: check that the folder exists and may be written", true
	case sqlite3.SQLITE_IOERR:
		return feedback.Unavailable, "the disk fails (error " + strconv.Itoa(e.Code()) + "): check it, then try again", true
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return feedback.Unavailable, "another process uses it: stop that one, or choose another folder", true
	}
	return "", "", false
}
