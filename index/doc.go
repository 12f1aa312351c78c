// Package index searches and counts the stored responses of workspaces. It is a projection of the store: it follows the
// change log, can be thrown away and is rebuilt from the log.
//
// Two structures answer two questions. Bleve answers "which comments": postings of words, by language. Columns in memory
// answer "how many": one value for each row (a response) for score, language, themes, attributes. A filter becomes a set
// of rows; a text query becomes another; counting is a scan of columns over their intersection. Bleve's facets are never
// used: they take a hundred times as long.
//
// Words are looked up in Bleve's postings, and the query over them is evaluated here rather than by Bleve's query
// objects: their scores depend on how common a word is at the moment, so that every write would move the scores of all
// hits and pages under a cursor would overlap. Here a hit's score depends on its own text only, so that pages keep their
// place while others write.
//
// Columns are small: a row has the numbers of its distinct set of themes, of its analysis's origin and of its attributes'
// values, in as few bytes as they need, and what is counted by theme is counted by set first. Ten million responses with short
// ids take 333 MB.
//
// Rows are numbered in the order of the log and never reused. On disk a workspace is a folder with the Bleve index
// ("bleve") and a snapshot of the columns ("columns"); Bleve is never behind the snapshot, and what comes after the
// snapshot is replayed from the log.
package index
