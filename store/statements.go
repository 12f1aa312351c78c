package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// preparer is a pool of connections (for reading) or a single one (for writing: what is prepared on it can be used within
// its transactions).
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	Close() error
}

// statements prepares each query once.
type statements struct {
	on       preparer
	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

func newStatements(on preparer) *statements {
	return &statements{on: on, prepared: map[string]*sql.Stmt{}}
}

func (s *statements) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt, ok := s.prepared[query]; ok {
		return stmt, nil
	}
	stmt, err := s.on.PrepareContext(ctx, query) //nolint:sqlclosecheck // close does
	if err != nil {
		return nil, err
	}
	s.prepared[query] = stmt
	return stmt, nil
}

func (s *statements) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // close does
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *statements) exec(ctx context.Context, query string, args ...any) (changed int64, err error) {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // close does
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, stmt := range s.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, s.on.Close())...)
}

// eachRow hands the values of each row to each and closes rows. The values are the driver's own: int64, float64, string,
// []byte or nil; the slice is used again for the next row.
func eachRow(rows *sql.Rows, each func(values []any) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	values, dest := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if err := each(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// text returns a value of a text column, "" for NULL.
func text(value any) string {
	s, _ := value.(string)
	return s
}

// fraction is a REAL, 0 for NULL.
func fraction(value any) float64 {
	f, _ := value.(float64)
	return f
}

// number returns a value of an integer column; it is not valid for NULL.
func number(value any) sql.NullInt64 {
	n, ok := value.(int64)
	return sql.NullInt64{Int64: n, Valid: ok}
}
