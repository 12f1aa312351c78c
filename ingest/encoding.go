package ingest

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	encodingunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"verbatim/feedback"
)

// census counts, over a whole file, what tells its encoding. The zero census is ready for Write.
type census struct {
	size    int64
	multi   int    // well-formed characters beyond ASCII
	invalid int    // bytes that are not UTF-8
	carry   []byte // the beginning of a character whose rest comes with the next Write
	legacy  []byte // the first chunks with bytes that are not UTF-8
}

// legacySample is how much text with bytes that are not UTF-8 is kept to tell which encoding it is.
const legacySample = 1 << 20

func (c *census) Write(p []byte) (int, error) {
	c.size += int64(len(p))
	chunk := p
	if len(c.carry) > 0 {
		chunk = slices.Concat(c.carry, p)
		c.carry = nil
	}
	before := c.invalid
	for i := 0; i < len(chunk); {
		if chunk[i] < utf8.RuneSelf {
			i += asciiRun(chunk[i:])
			continue
		}
		r, size := utf8.DecodeRune(chunk[i:])
		switch {
		case r != utf8.RuneError || size > 1:
			c.multi++
		case !utf8.FullRune(chunk[i:]):
			c.carry = append([]byte(nil), chunk[i:]...)
			size = len(chunk) - i
		default:
			c.invalid++
		}
		i += size
	}
	if c.invalid > before && len(c.legacy) < legacySample {
		c.legacy = append(c.legacy, chunk...)
	}
	return len(p), nil
}

// finish counts a character that the end of the file cut.
func (c *census) finish() {
	c.invalid += len(c.carry)
	c.legacy = append(c.legacy, c.carry...)
	c.carry = nil
}

// asciiRun returns the length of the ASCII text that b begins with.
func asciiRun(b []byte) int {
	i := 0
	for len(b)-i >= 8 && binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 == 0 {
		i += 8
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// charset is how a file writes characters.
type charset struct {
	name    string
	mark    int // length of the byte order mark
	decoder encoding.Encoding
	repairs int // bytes that are replaced by U+FFFD
}

var (
	markUTF8    = []byte{0xEF, 0xBB, 0xBF}
	markUTF16LE = []byte{0xFF, 0xFE}
	markUTF16BE = []byte{0xFE, 0xFF}
)

func trimMark(head []byte) []byte {
	for _, mark := range [][]byte{markUTF8, markUTF16LE, markUTF16BE} {
		if rest, ok := bytes.CutPrefix(head, mark); ok {
			return rest
		}
	}
	return head
}

func decodeUTF16(order encodingunicode.Endianness) encoding.Encoding {
	return encodingunicode.UTF16(order, encodingunicode.IgnoreBOM)
}

// charsetOf decides how the file is encoded. An [feedback.Invalid] error says that it is not text.
func charsetOf(name string, head []byte, c *census) (charset, error) {
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE, 0, 0}) || bytes.HasPrefix(head, []byte{0, 0, 0xFE, 0xFF}):
		return charset{}, feedback.Errorf(feedback.Invalid, "%s is UTF-32: save it as UTF-8", name)
	case bytes.HasPrefix(head, markUTF16LE):
		return charset{name: "UTF-16LE", mark: 2, decoder: decodeUTF16(encodingunicode.LittleEndian)}, nil
	case bytes.HasPrefix(head, markUTF16BE):
		return charset{name: "UTF-16BE", mark: 2, decoder: decodeUTF16(encodingunicode.BigEndian)}, nil
	}
	if order, ok := looksUTF16(head); ok {
		if order == encodingunicode.LittleEndian {
			return charset{name: "UTF-16LE", decoder: decodeUTF16(order)}, nil
		}
		return charset{name: "UTF-16BE", decoder: decodeUTF16(order)}, nil
	}
	if share := binaryShare(head); share > 0.2 || share > 0.05 && int64(c.invalid)*10 > c.size {
		return charset{}, feedback.Errorf(feedback.Invalid, "%s is not a text file: export CSV, TSV, XLSX or JSON Lines", name)
	}
	out := charset{name: "UTF-8", repairs: c.invalid}
	if bytes.HasPrefix(head, markUTF8) {
		out.mark = len(markUTF8)
	} else if c.invalid > c.multi {
		if legacy, ok := legacyOf(c.legacy); ok {
			return legacy, nil
		}
	}
	if out.repairs > 0 {
		out.decoder = encodingunicode.UTF8
	}
	return out, nil
}

// open gives the text of raw as UTF-8 without a byte order mark.
func (c *charset) open(raw io.Reader) (io.Reader, error) {
	if _, err := io.CopyN(io.Discard, raw, int64(c.mark)); err != nil {
		return nil, err
	}
	if c.decoder == nil {
		return raw, nil
	}
	return transform.NewReader(raw, c.decoder.NewDecoder()), nil
}

// text gives the head of a file as UTF-8; a character that the end of the head cuts is lost.
func (c *charset) text(head []byte) []byte {
	head = head[min(c.mark, len(head)):]
	if c.decoder == nil {
		return head
	}
	text, _, _ := transform.Bytes(c.decoder.NewDecoder(), head) // what was decoded is enough to sniff
	return text
}

// looksUTF16 recognises UTF-16 without a mark: the NULs of its ASCII characters all lie at even or all at odd offsets,
// there are many of them even in a Chinese or Russian file (delimiters, digits, line ends), and what is read that way
// is text.
func looksUTF16(head []byte) (order encodingunicode.Endianness, ok bool) {
	var nul [2]int
	for i, b := range head {
		if b == 0 {
			nul[i&1]++
		}
	}
	pairs := len(head) / 2
	order = encodingunicode.LittleEndian
	most, least := nul[1], nul[0]
	if nul[0] > nul[1] {
		order, most, least = encodingunicode.BigEndian, nul[0], nul[1]
	}
	if pairs < 2 || most*33 < pairs || least*20 > most {
		return order, false
	}
	return order, !isSingleBytes(head) && isPrintable(head[:pairs*2], order)
}

// isSingleBytes recognises a file of ASCII or UTF-8 in which a few NULs stand: read as pairs, its letters would be
// Chinese characters.
func isSingleBytes(head []byte) bool {
	printable := func(b byte) bool { return b >= 0x20 && b < 0x7F || b == '\n' || b == '\r' || b == '\t' }
	both := 0
	for i := 0; i+1 < len(head); i += 2 {
		if printable(head[i]) && printable(head[i+1]) {
			both++
		}
	}
	var c census
	_, _ = c.Write(head)
	return both*4 > len(head) || c.multi > c.invalid
}

// isPrintable reports whether nearly all characters of UTF-16 are such as texts have.
func isPrintable(head []byte, order encodingunicode.Endianness) bool {
	text, _, _ := transform.Bytes(decodeUTF16(order).NewDecoder(), head) // a cut surrogate is one character
	strange, all := 0, 0
	for _, r := range string(text) {
		all++
		if r == utf8.RuneError || r == 0 || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			strange++
		}
	}
	return strange*20 <= all
}

// binaryShare is the share of control characters that no text has.
func binaryShare(head []byte) float64 {
	strange := 0
	for _, b := range head {
		if b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 0x1b {
			strange++
		}
	}
	return float64(strange) / float64(max(1, len(head)))
}

// legacyOf tells which 8-bit or Chinese encoding text that is not UTF-8 has; ok is false when none gives plausible
// letters.
func legacyOf(text []byte) (charset, bool) {
	if looksGB18030(text) {
		return charset{name: "GB18030", decoder: simplifiedchinese.GB18030}, true
	}
	together, apart, odd, high := 0, 0, 0, 0
	for i, b := range text {
		switch {
		case b < utf8.RuneSelf:
			continue
		case b == 0xFF || !highLetter(b) && !mark1252(b): // ÿ: in Western files it is rubbish
			odd++
		}
		high++
		if highLetter(b) && i > 0 {
			together, apart = countNeighbour(text[i-1], together, apart)
		}
		if highLetter(b) && i+1 < len(text) {
			together, apart = countNeighbour(text[i+1], together, apart)
		}
	}
	// Cyrillic words are made of high bytes alone; in Western words they stand among ASCII letters.
	if together > 2*apart {
		return charset{name: "Windows-1251", decoder: charmap.Windows1251}, true
	}
	if high > 0 && odd*20 <= high {
		return charset{name: "Windows-1252", decoder: charmap.Windows1252}, true
	}
	return charset{}, false
}

// countNeighbour counts what stands beside a letter beyond ASCII: another one, or one of ASCII.
func countNeighbour(b byte, together, apart int) (int, int) {
	switch {
	case highLetter(b):
		return together + 1, apart
	case letterASCII(b):
		return together, apart + 1
	}
	return together, apart
}

func letterASCII(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// highLetter reports whether the byte is a letter in Windows-1252 or 1251.
func highLetter(b byte) bool { return b >= 0xC0 && b != 0xD7 && b != 0xF7 || b == 0xB8 || b == 0xA8 }

// mark1252 reports whether the byte is a sign that Western texts use: € quotes, dashes, ellipsis, no-break space, £ § °.
func mark1252(b byte) bool {
	return bytes.IndexByte([]byte{
		0x80, 0x82, 0x84, 0x85, 0x8A, 0x8C, 0x8E, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x99, 0x9A, 0x9C, 0x9E, 0x9F,
		0xA0, 0xA1, 0xA3, 0xA5, 0xA7, 0xA9, 0xAA, 0xAB, 0xAE, 0xB0, 0xB2, 0xB4, 0xB7, 0xBA, 0xBB, 0xBD, 0xBF, 0xD7, 0xF7,
	}, b) >= 0
}

// looksGB18030 reports whether the high bytes pair up as Chinese characters, mostly of the common first level or
// Chinese punctuation.
func looksGB18030(text []byte) bool {
	pairs, common, broken := 0, 0, 0
	for i := 0; i < len(text); i++ {
		lead := text[i]
		if lead < utf8.RuneSelf {
			continue
		}
		if i+1 == len(text) || lead == 0x80 || lead == 0xFF || text[i+1] < 0x30 || text[i+1] == 0x7F || text[i+1] == 0xFF {
			broken++
			continue
		}
		trail := text[i+1]
		i++
		pairs++
		if trail >= 0xA1 && (lead >= 0xB0 && lead <= 0xD7 || lead >= 0xA1 && lead <= 0xA3) {
			common++
		}
	}
	return pairs > 0 && broken*50 <= pairs && common*10 >= pairs*6
}
