package ingest

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

// UploadOptions say how an uploaded file is read, and are kept until it has been.
type UploadOptions struct {
	Name     string            `json:"name"` // of the file, for its format and the survey
	Map      map[string]string `json:"map,omitempty"`
	Keep     []string          `json:"keep,omitempty"`
	Survey   string            `json:"survey,omitempty"`
	TimeZone string            `json:"time_zone,omitempty"` // "" is UTC
	Strict   bool              `json:"strict,omitempty"`    // stop at the first bad row
	// ScoreOptional and TextOptional accept a file without a column of scores, or of comments.
	ScoreOptional bool `json:"score_optional,omitempty"`
	TextOptional  bool `json:"text_optional,omitempty"`
	// LeaveUnclear leaves a field unread that could be one of several columns.
	LeaveUnclear bool `json:"leave_unclear,omitempty"`
}

func (o *UploadOptions) options(temp string) (Options, error) {
	zone, err := time.LoadLocation(o.TimeZone)
	if err != nil {
		return Options{}, feedback.Errorf(feedback.Invalid, "the time zone is unknown: write a name such as Europe/Helsinki")
	}
	return Options{
		Map: o.Map, Keep: o.Keep, Survey: o.Survey, Location: zone, TempDir: temp,
		ScoreOptional: o.ScoreOptional, TextOptional: o.TextOptional, LeaveUnclear: o.LeaveUnclear,
	}, nil
}

// Spooled is an uploaded file on disk. Whoever does not start its import removes it.
type Spooled struct {
	Path   string
	Size   int64
	Digest string // hex SHA-256
}

// Remove removes the file.
func (s *Spooled) Remove() { os.Remove(s.Path) }

// unpackedTimes is how many times the largest upload a packed one may have when it is unpacked: a small file may be a trap.
const unpackedTimes = 8

// Spool writes a stream to a file of the folder, durably. More than the largest upload, packed or (8 times that) unpacked,
// is [feedback.TooLarge].
func (u *Uploads) Spool(r io.Reader) (_ *Spooled, err error) {
	file, err := os.OpenFile(filepath.Join(u.dir, rand.Text()+spoolExt), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, feedback.Errorf(feedback.Unavailable, "ingest: upload: the folder cannot be written: %w", err)
	}
	out := &Spooled{Path: file.Name()}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
			out.Remove()
		}
	}()
	sum := sha256.New()
	if out.Size, err = io.Copy(io.MultiWriter(file, sum), io.LimitReader(r, u.most+1)); err != nil {
		return nil, fmt.Errorf("ingest: upload: %w", err)
	}
	if out.Size > u.most {
		return nil, u.tooLarge()
	}
	if err := u.checkUnpacked(file); err != nil {
		return nil, err
	}
	out.Digest = hex.EncodeToString(sum.Sum(nil))
	if err := file.Sync(); err != nil {
		return nil, feedback.Errorf(feedback.Unavailable, "ingest: upload: %w", err)
	}
	return out, nil
}

func (u *Uploads) tooLarge() error {
	return feedback.Errorf(feedback.TooLarge, "the file is larger than %d MB: cut it into several", u.most>>20)
}

// checkUnpacked unpacks a gzipped file to see how large it is.
func (u *Uploads) checkUnpacked(file io.ReadSeeker) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return nil //nolint:nilerr // it is not packed
	}
	n, err := io.Copy(io.Discard, io.LimitReader(in, unpackedTimes*u.most+1))
	if err == nil && n > unpackedTimes*u.most {
		err = u.tooLarge()
	} else if err != nil {
		err = feedback.Errorf(feedback.Invalid, "the file is cut off or damaged: get it again")
	}
	return err
}

// RejectedRow says why a row of an upload is rejected, without its values. Column is "" when the whole row is meant.
type RejectedRow struct {
	Line    int           `json:"line"`
	Column  string        `json:"column"`
	Code    feedback.Code `json:"code"`
	Rule    Rule          `json:"rule"`
	Args    []string      `json:"args,omitempty"` // of the rule
	Message string        `json:"message"`
}

// Preview is what an import would do. Sample are the first responses as they would be stored, with their analyses.
type Preview struct {
	Summary  Summary
	Sample   []feedback.Analysed
	Rejected []RejectedRow // the first
}

// What a preview holds at most.
const (
	previewSample   = 5
	previewRejected = 100
)

// Preview reads a whole upload and stores nothing. Errors are those of [Open].
func (u *Uploads) Preview(ctx context.Context, file *Spooled, o UploadOptions) (Preview, error) {
	out := Preview{Sample: []feedback.Analysed{}, Rejected: []RejectedRow{}}
	var err error
	out.Summary, err = u.readAll(ctx, file.Path, &o, func(row *Row) error {
		switch {
		case row.Err != nil && len(out.Rejected) < previewRejected:
			out.Rejected = append(out.Rejected, rejectedRow(row.Err))
		case row.Err == nil && len(out.Sample) < previewSample:
			analysed, err := u.ingester.Analyst.Analyse(row.Response)
			if err != nil {
				return err
			}
			out.Sample = append(out.Sample, analysed)
		}
		return nil
	})
	return out, err
}

// readAll calls each with the rows of an upload.
func (u *Uploads) readAll(ctx context.Context, path string, o *UploadOptions, each func(*Row) error) (Summary, error) {
	reader, err := u.open(path, o)
	if err != nil {
		return Summary{}, err
	}
	defer reader.Close() //nolint:errcheck // it was only read
	for ctx.Err() == nil {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return reader.Summary(), nil
		}
		if err == nil {
			err = each(&row)
		}
		if err != nil {
			return Summary{}, err
		}
	}
	return Summary{}, ctx.Err()
}

func rejectedRow(e *RowError) RejectedRow {
	return RejectedRow{Line: e.Line, Column: e.Column, Code: e.Code, Rule: e.Rule, Args: e.Args, Message: e.Message}
}

// upload is the reader of a file that is closed with it.
type upload struct {
	*Reader
	file *os.File
}

func (u *Uploads) open(path string, o *UploadOptions) (*upload, error) {
	options, err := o.options(u.dir)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, feedback.Errorf(feedback.Unavailable, "ingest: upload: the file is gone: %w", err)
	}
	reader, err := NewReader(file, o.Name, options)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &upload{reader, file}, nil
}

// Close releases the file.
func (u *upload) Close() error { return errors.Join(u.Reader.Close(), u.file.Close()) }

// rejectedFile notes rejected rows as lines of JSON.
type rejectedFile struct {
	file *os.File
	out  *bufio.Writer
	err  error
}

func (u *Uploads) createRejected(spool string) (*rejectedFile, error) {
	file, err := os.OpenFile(u.rejectedPath(spool), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, feedback.Errorf(feedback.Unavailable, "ingest: upload: the folder cannot be written: %w", err)
	}
	return &rejectedFile{file: file, out: bufio.NewWriter(file)}, nil
}

func (f *rejectedFile) add(r RejectedRow) {
	body, err := json.Marshal(r)
	if err == nil {
		_, err = f.out.Write(append(body, '\n'))
	}
	f.err = errors.Join(f.err, err)
}

func (f *rejectedFile) close() error {
	return errors.Join(f.err, f.out.Flush(), f.file.Close())
}

// Rejected hands over the rejected rows of an import, or of a draft that was checked, in the order of the file but for those that the store refused, which
// come where that was found out. It fails with [feedback.NotFound] when the import is none of an upload.
func (u *Uploads) Rejected(ctx context.Context, workspace, id string, each func(RejectedRow) error) error {
	spool, err := u.spoolOf(ctx, workspace, id)
	if err != nil {
		return err
	}
	file, err := os.Open(u.rejectedPath(spool))
	if errors.Is(err, os.ErrNotExist) { // it has not begun
		return nil
	}
	if err != nil {
		return feedback.Errorf(feedback.Unavailable, "ingest: upload: %w", err)
	}
	defer file.Close()
	in := json.NewDecoder(bufio.NewReader(file))
	for {
		var row RejectedRow
		if err := in.Decode(&row); err != nil { // the end, or what is being written now
			return nil
		}
		if err := each(row); err != nil {
			return err
		}
	}
}

// spoolOf names the file of a draft or an import.
func (u *Uploads) spoolOf(ctx context.Context, workspace, id string) (string, error) {
	u.mu.Lock()
	d, err := u.draft(workspace, id)
	u.mu.Unlock()
	if err == nil {
		return filepath.Base(d.file.Path), nil
	}
	record, err := u.ingester.Store.Upload(ctx, workspace, id)
	return record.Spool, err
}

func (u *Uploads) rejectedPath(spool string) string { return filepath.Join(u.dir, spool+rejectedExt) }

// importFile imports the file of a job.
func (u *Uploads) importFile(ctx context.Context, j *uploadJob) (summary Summary, err error) {
	var o UploadOptions
	if err := json.Unmarshal([]byte(j.upload.Options), &o); err != nil {
		return summary, feedback.Errorf(feedback.Corrupt, "ingest: uploads: stored options cannot be read: %w", err)
	}
	j.upload.State = store.Running
	if err := u.ingester.Store.SaveUpload(ctx, &j.upload); err != nil {
		return summary, err
	}
	reader, err := u.open(u.spoolPath(j), &o)
	if err != nil {
		return summary, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	rejected, err := u.createRejected(j.upload.Spool)
	if err != nil {
		return summary, err
	}
	defer func() { err = errors.Join(err, rejected.close()) }()
	rows := &uploadRows{upload: reader, strict: o.Strict, rejected: rejected}
	_, err = u.ingester.importRows(ctx, j.upload.Workspace, j.upload.ID, rows, func(c Imported) { u.progress(j, c) },
		func(line int, problem *feedback.Error) {
			rows.reject(RejectedRow{Line: line, Code: problem.Code, Rule: ruleOfStore(problem), Message: problem.Message})
		})
	summary = reader.Summary()
	return summary, err
}

// progress notes what was stored.
func (u *Uploads) progress(j *uploadJob, c Imported) {
	u.mu.Lock()
	r := &j.record
	r.Read, r.Created, r.Updated, r.Unchanged, r.Rejected = c.Read, c.Created, c.Updated, c.Unchanged, c.Rejected
	u.mu.Unlock()
	u.notify()
}

// uploadRows are the rows of an upload; what is wrong with them is noted.
type uploadRows struct {
	*upload
	strict   bool
	mu       sync.Mutex // rows are read and stored at the same time
	rejected *rejectedFile
}

// Next gives the next row. With strict the first bad one is the end.
func (r *uploadRows) Next() (Row, error) {
	row, err := r.upload.Next()
	if err != nil || row.Err == nil {
		return row, err
	}
	r.reject(rejectedRow(row.Err))
	if r.strict {
		return Row{}, row.Err
	}
	return row, nil
}

func (r *uploadRows) reject(row RejectedRow) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rejected.add(row)
}

// old reports whether a file is of an earlier run of the program: a younger one may be on its way in.
func (u *Uploads) old(file os.DirEntry) bool {
	info, err := file.Info()
	return err == nil && info.ModTime().Before(u.born)
}

// digestOf stands for a file and how it is read.
func digestOf(file string, options []byte) string {
	sum := sha256.Sum256(append([]byte(file), options...))
	return hex.EncodeToString(sum[:])
}

// KnownZone reports whether there is a time zone of the name; "" is UTC.
func KnownZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "Local"
}
