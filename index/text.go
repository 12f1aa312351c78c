package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
	"sync/atomic"
	"syscall"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	bleveapi "github.com/blevesearch/bleve_index_api"

	"verbatim/feedback"
)

// textVersion grows when texts are analysed differently; an index of another version is rebuilt.
const textVersion = 1

// stateKey is where Bleve keeps, in the same transaction as the documents, which changes it holds.
const stateKey = "verbatim"

// The prefixes of the fields of the two texts.
const (
	commentPrefix    = "c:"
	suggestionPrefix = "s:"
)

// texts is the Bleve index of one workspace: words of comments and suggestions, no text itself. A document's id is the
// row as four bytes.
type texts struct {
	index     bleve.Index
	analyzers *analyzers
	broken    atomic.Bool // Bleve panicked while it wrote
}

// textState is what a Bleve index knows about itself.
type textState struct {
	version int
	seq     int64 // the last change it holds
	rows    int   // documents have lower row numbers than this
}

func documentID(row int) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(row)))
}

// createTexts makes an empty index in the folder, or in memory when the folder is "".
func createTexts(folder string, a *analyzers) (*texts, error) {
	index, err := bleve.NewUsing(folder, bleve.NewIndexMapping(), scorch.Name, scorch.Name, map[string]any{"bolt_timeout": "1s"})
	if err != nil {
		return nil, fmt.Errorf("index: create Bleve: %w", err)
	}
	return &texts{index: index, analyzers: a}, nil
}

// openTexts opens the index in the folder and checks every file of it against its checksum, since Bleve does not and a
// damaged one ends the program later.
func openTexts(folder string, a *analyzers) (t *texts, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // files are mapped, and reading past a short one is a fault
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("index: open Bleve: %v", p)
		}
	}()
	index, err := bleve.OpenUsing(folder, map[string]any{"bolt_timeout": "1s"})
	if err != nil {
		return nil, fmt.Errorf("index: open Bleve: %w", err)
	}
	t = &texts{index: index, analyzers: a}
	if err := t.verify(); err != nil {
		return nil, errors.Join(fmt.Errorf("index: open Bleve: %w", err), index.Close())
	}
	return t, nil
}

// busy reports whether an index could not be opened for a reason that is no damage.
func busy(err error) bool {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM) {
		return true
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == "timeout" { // bbolt's, when another process has the file open
			return true
		}
	}
	return false
}

func (t *texts) reader() (bleveapi.IndexReader, error) {
	advanced, err := t.index.Advanced()
	if err != nil {
		return nil, fmt.Errorf("index: read Bleve: %w", err)
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, fmt.Errorf("index: read Bleve: %w", err)
	}
	return reader, nil
}

// verify checks the files of the segments in use.
func (t *texts) verify() error {
	reader, err := t.reader()
	if err != nil {
		return err
	}
	defer reader.Close() //nolint:errcheck // only read
	snapshot, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		return nil
	}
	for _, s := range snapshot.Segments() {
		if file, ok := s.Segment().(interface{ Path() string }); ok {
			if err := verifyFile(file.Path()); err != nil {
				return err
			}
		}
	}
	return nil
}

// verifyFile checks a segment file: its last four bytes are the CRC-32 of what is before them.
func verifyFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, f, max(0, info.Size()-4)); err != nil {
		return err
	}
	want := make([]byte, 4)
	if _, err := io.ReadFull(f, want); err != nil {
		return err
	}
	if binary.BigEndian.Uint32(want) != sum.Sum32() {
		return fmt.Errorf("the checksum of %s is wrong", info.Name())
	}
	return nil
}

// state reads what the index knows about itself; zeros when it knows nothing.
func (t *texts) state() (textState, error) {
	b, err := t.index.GetInternal([]byte(stateKey))
	if err != nil {
		return textState{}, fmt.Errorf("index: read Bleve: %w", err)
	}
	if len(b) != 24 {
		return textState{}, nil
	}
	return textState{
		version: int(binary.BigEndian.Uint64(b)),
		seq:     int64(binary.BigEndian.Uint64(b[8:])),
		rows:    int(binary.BigEndian.Uint64(b[16:])),
	}, nil
}

// write applies operations durably; the index then holds the log up to seq.
func (t *texts) write(operations []operation, seq int64, rows int) error {
	batch := t.index.NewBatch()
	for _, o := range operations {
		doc, err := t.document(o)
		if err != nil {
			return err
		}
		if doc == nil {
			batch.Delete(documentID(o.row))
		} else if err := batch.IndexAdvanced(doc); err != nil {
			return fmt.Errorf("index: write Bleve: %w", err)
		}
	}
	state := binary.BigEndian.AppendUint64(nil, textVersion)
	state = binary.BigEndian.AppendUint64(state, uint64(seq))
	state = binary.BigEndian.AppendUint64(state, uint64(rows))
	batch.SetInternal([]byte(stateKey), state)
	if err := t.batch(batch); err != nil {
		return fmt.Errorf("index: write Bleve: %w", err)
	}
	return nil
}

// forget deletes the documents of rows that the columns did not give out: those after the snapshot are replayed, and may
// get other rows.
func (t *texts) forget(first, end int) error {
	const most = 1000
	for ; first < end; first += most {
		batch := t.index.NewBatch()
		for row := first; row < min(first+most, end); row++ {
			batch.Delete(documentID(row))
		}
		if err := t.index.Batch(batch); err != nil {
			return fmt.Errorf("index: write Bleve: %w", err)
		}
	}
	return nil
}

// document makes the Bleve document of a row, nil when there are no words to index.
func (t *texts) document(o operation) (*document.Document, error) {
	if o.analysed == nil {
		return nil, nil //nolint:nilnil // no document is an answer
	}
	doc := document.NewDocument(documentID(o.row))
	if err := t.addText(doc, commentPrefix, o.analysed.Comment, o.analysed.Analysis); err != nil {
		return nil, err
	}
	if err := t.addText(doc, suggestionPrefix, o.analysed.Suggestion, o.analysed.SuggestionAnalysis); err != nil {
		return nil, err
	}
	if len(doc.Fields) == 0 {
		return nil, nil //nolint:nilnil // no document is an answer
	}
	return doc, nil
}

// addText adds the fields of a text: its language's, and the plain one.
func (t *texts) addText(doc *document.Document, prefix, text string, a *feedback.Analysis) error {
	if text == "" {
		return nil
	}
	fields := []string{plainField}
	if a != nil {
		if field := fieldOf(a.Language.Code); field != "" {
			fields = append(fields, field)
		}
	}
	for _, field := range fields {
		analyzer, err := t.analyzers.named(field)
		if err != nil {
			return err
		}
		const options = bleveapi.IndexField | bleveapi.IncludeTermVectors // words with places; no text, no values
		// A copy for each field: analyzers work in place.
		doc.AddField(document.NewTextFieldCustom(prefix+field, nil, clean(text), options, analyzer))
	}
	return nil
}

func (t *texts) close() error {
	if err := t.index.Close(); err != nil {
		return fmt.Errorf("index: close Bleve: %w", err)
	}
	return nil
}

// rowOf is the opposite of documentID.
func rowOf(id string) (int, error) {
	if len(id) != 4 {
		return 0, feedback.Errorf(feedback.Corrupt, "the index has a document that is not of a row")
	}
	return int(binary.BigEndian.Uint32([]byte(id))), nil
}
