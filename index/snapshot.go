package index

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// A snapshot is the columns in a file: magic, version, the columns (all numbers little-endian, lengths before contents),
// and a CRC-32C over everything before it. It is written beside, synced and renamed, so that a crash leaves the old one.
const (
	snapshotMagic   = "VBINDEX\n"
	snapshotVersion = 2 // grows when the format changes; a snapshot of another version is rebuilt
)

// errSnapshot says that a snapshot is not one of ours or damaged.
var errSnapshot = errors.New("damaged")

// save writes the columns to the file, durably. The columns may be read meanwhile, not changed.
func (c *columns) save(path string) (err error) {
	temporary := path + ".tmp"
	f, err := os.Create(temporary)
	if err != nil {
		return fmt.Errorf("index: save columns: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("index: save columns: %w", errors.Join(err, f.Close(), os.Remove(temporary)))
		}
	}()
	w := &encoder{w: bufio.NewWriterSize(f, 1<<16), sum: crc32.New(crc32.MakeTable(crc32.Castagnoli))}
	w.bytes([]byte(snapshotMagic))
	w.int(snapshotVersion)
	w.columns(c)
	w.bytes(binary.LittleEndian.AppendUint32(nil, w.sum.Sum32()))
	if err := errors.Join(w.err, w.w.Flush(), f.Sync()); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename in the folder durable.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// loadColumns reads a snapshot. The error is fs.ErrNotExist when there is none, and errSnapshot with the reason when it
// cannot be used.
func loadColumns(path string) (*columns, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	r := &decoder{r: bufio.NewReaderSize(f, 1<<16), sum: crc32.New(crc32.MakeTable(crc32.Castagnoli)), left: info.Size()}
	if string(r.bytes(len(snapshotMagic))) != snapshotMagic {
		r.fail("it does not start like one")
	}
	if version := r.int(); version != snapshotVersion {
		r.fail(fmt.Sprintf("its version is %d, this program reads %d", version, snapshotVersion))
	}
	c := r.columns()
	want := r.sum.Sum32()
	if sum := r.bytes(4); r.err == nil && binary.LittleEndian.Uint32(sum) != want {
		r.fail("its checksum is wrong")
	}
	if r.left != 0 {
		r.fail("it goes on after its end")
	}
	if r.err == nil {
		r.err = c.check()
	}
	return c, r.err
}

// check makes what is not in the file, and refuses columns that do not fit together; with a right checksum only a defect of
// the program writes those.
func (c *columns) check() error {
	rows := len(c.answers)
	if !c.ids.whole(rows) {
		return fmt.Errorf("%w: its ids do not fit its rows", errSnapshot)
	}
	if len(c.tones) != rows || c.survey.size() != rows || c.times.size() > rows || len(c.weights) > rows {
		return fmt.Errorf("%w: its columns differ in length", errSnapshot)
	}
	if len(c.live) > (rows+63)/64 {
		return fmt.Errorf("%w: it has live rows beyond the last", errSnapshot)
	}
	type coded struct {
		column *codes
		values int
	}
	all := []coded{{&c.survey, len(c.surveys.names)}, {&c.origin, len(c.origins.list)}, {&c.comment, c.sets.size()}, {&c.suggestion, c.sets.size()}}
	for _, a := range c.attributes {
		all = append(all, coded{&a.codes, max(1, len(a.names))})
	}
	for _, a := range all {
		if a.column.size() > rows || int(a.column.largest()) >= a.values {
			return fmt.Errorf("%w: it has numbers without a meaning", errSnapshot)
		}
	}
	for _, m := range c.sets.members {
		if m.theme() >= len(c.themes.names)-1 {
			return fmt.Errorf("%w: it has themes without a name", errSnapshot)
		}
	}
	c.orderThemes()
	c.rehash()
	return nil
}
