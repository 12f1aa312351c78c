// Package ingest is the way in. It reads files of responses as people export them and hands over one
// [feedback.Response] after the other, in constant memory.
//
// [Open] and [NewReader] take CSV, TSV, XLSX, JSON Lines and JSON arrays, plain or gzipped. A file is looked over before
// its first row is handed out: once for its digest and its encoding, once for its columns, and once more for repeated
// ids when it has an id column. That is why a stream that cannot be read twice is first copied to a temporary file.
//
//   - The encoding is UTF-8, UTF-16, Windows-1252, Windows-1251 or GB18030 (what Excel writes in China); a byte order
//     mark decides, else what the bytes look like (encoding.go).
//   - Columns are found by name in English, Chinese, Russian and Finnish, and in the exports of Qualtrics,
//     SurveyMonkey, Typeform, Delighted, LimeSurvey and Google Forms (names.go). Other columns become attributes, except
//     what looks like contact data (contact.go). [Reader.Mapping] says what became of each column.
//   - Exports in JSON are read as well: of Formbricks, Delighted, Qualtrics and LimeSurvey, whose RemoteControl gives them in
//     Base64 (coded.go).
//   - What platforms send by webhook is read by [Decode] after [Verify], and turned into stored responses by [Connector].
//   - A row that cannot be used is a [Row] with Err set; it never stops the rest. [Reader.Summary] counts.
//
// Texts keep every character, since offsets into them are handed out later; only control characters go.
package ingest
