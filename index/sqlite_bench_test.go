package index

import (
	"database/sql"
	"math"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"verbatim/feedback"
)

// BenchmarkSQLite compares a crosstab of one million responses under a filter with the same in SQLite, which has the columns
// it needs in indexes that cover them, all pages in its cache, and themes as numbers. It reports how many times as long SQLite
// takes, by the fastest rounds of both.
func BenchmarkSQLite(b *testing.B) {
	c := synthetic(1_000_000, strconv.Itoa)
	db := copyToSQLite(b, c)
	var want, got feedback.Crosstab
	slow := fastest(b, func() { got = crosstabOfSQLite(b, db, c) })
	fast := time.Duration(math.MaxInt64)
	for b.Loop() {
		fast = min(fast, fastest(b, func() {
			rows, err := c.choose(&aThird)
			if err != nil {
				b.Fatal(err)
			}
			want = c.crosstab(rows)
		}))
	}
	if got.Base != want.Base || len(got.Themes) != len(want.Themes) {
		b.Fatalf("SQLite counts %v and %d themes, the columns %v and %d", got.Base, len(got.Themes), want.Base, len(want.Themes))
	}
	for i, theme := range want.Themes {
		if got.Themes[i] != theme {
			b.Errorf("SQLite counts %+v, the columns %+v", got.Themes[i], theme)
		}
	}
	b.ReportMetric(slow.Seconds()*1e3, "SQLite-ms")
	b.ReportMetric(fast.Seconds()*1e3, "fastest-ms")
	b.ReportMetric(float64(slow)/float64(fast), "times-faster")
}

// fastest is the shortest of some rounds.
func fastest(b *testing.B, run func()) time.Duration {
	b.Helper()
	least := time.Duration(math.MaxInt64)
	for range 5 {
		start := time.Now()
		run()
		least = min(least, time.Since(start))
	}
	return least
}

// copyToSQLite makes a table of responses and one of their themes with polarity.
func copyToSQLite(b *testing.B, c *columns) *sql.DB {
	b.Helper()
	db, err := sql.Open("sqlite", filepath.Join(b.TempDir(), "db")+"?_pragma=synchronous(off)&_pragma=journal_mode(off)&_pragma=cache_size(-1000000)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	run := func(statement string) {
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	run("CREATE TABLE responses (id INTEGER PRIMARY KEY, segment TEXT, score INTEGER, base INTEGER)")
	run("CREATE TABLE mentions (response INTEGER, theme INTEGER, polarity INTEGER, PRIMARY KEY (response, theme, polarity)) WITHOUT ROWID")
	tx, err := db.BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	response, err := tx.PrepareContext(b.Context(), "INSERT INTO responses VALUES (?, ?, ?, ?)")
	if err != nil {
		b.Fatal(err)
	}
	defer response.Close()
	mention, err := tx.PrepareContext(b.Context(), "INSERT INTO mentions VALUES (?, ?, ?)")
	if err != nil {
		b.Fatal(err)
	}
	defer mention.Close()
	segment := c.attributes["d6"]
	for row := range c.size() {
		base := bit(c.answers[row]&markBase != 0)
		if _, err := response.ExecContext(b.Context(), row, segment.names[segment.at(row)], int(c.score(row)), int(base)); err != nil {
			b.Fatal(err)
		}
		for _, m := range c.sets.set(c.comment.at(row)) {
			if _, err := mention.ExecContext(b.Context(), row, m.theme(), m.polarity()); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	run("CREATE INDEX by_segment ON responses (segment, base, score)")
	run("ANALYZE")
	return db
}

// crosstabOfSQLite counts the base by score, and by theme, polarity and score.
func crosstabOfSQLite(b *testing.B, db *sql.DB, c *columns) feedback.Crosstab {
	b.Helper()
	const where = " WHERE segment IN (?, ?) AND base = 1 "
	segments := []any{aThird.Where[0].Values[0], aThird.Where[0].Values[1]}
	var out feedback.Crosstab
	query := func(statement string, take func(theme, polarity, score, n int)) {
		rows, err := db.QueryContext(b.Context(), statement, segments...)
		if err != nil {
			b.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var theme, polarity, score, n int
			if err := rows.Scan(&theme, &polarity, &score, &n); err != nil {
				b.Fatal(err)
			}
			take(theme, polarity, score, n)
		}
		if err := rows.Err(); err != nil {
			b.Fatal(err)
		}
	}
	query("SELECT 0, 0, score, count(*) FROM responses"+where+"GROUP BY score", func(_, _, score, n int) { out.Base[score] = n })
	counts := make([]feedback.Scores, polarities*len(c.themes.names))
	query("SELECT theme, polarity, score, count(*) FROM responses JOIN mentions ON response = id"+where+"GROUP BY theme, polarity, score",
		func(theme, polarity, score, n int) { counts[memberOf(theme, polarity)][score] = n })
	for _, theme := range c.byID {
		for p := range polarities {
			if scores := counts[memberOf(theme, p)]; scores.Total() > 0 {
				out.Themes = append(out.Themes, feedback.ThemeCounts{Theme: c.themes.names[theme+1], Sentiment: sentimentOf(p), Scores: scores})
			}
		}
	}
	return out
}
