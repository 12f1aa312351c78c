// Package feedback holds the words of Verbatim as Go types; everything else in the program speaks in them.
//
// A [Response] is one respondent's answer to one survey: a [Score] from 0 to 10 to "how likely are you to recommend us?",
// a Comment that answers "what is the main reason for your score?", perhaps a Suggestion, a time, attributes and a weight.
// The score puts the respondent in a [Group]: promoter (9–10), passive (7–8) or detractor (0–6). The Net Promoter Score
// is the share of promoters minus the share of detractors, in points from −100 to 100.
//
// A comment consists of statements, one clause each. An [Analysis] says what a comment says: its [Language], its
// [Sentiment], its [Kind]s (praise, complaint, suggestion, question, other), its [ThemeTag]s with the words that are
// their evidence, the same for every [Statement], and [Urgency] marks. It is stamped with the versions of model and
// taxonomy that made it; it is never edited, only replaced. What people correct is a [Correction], laid over it.
//
// A theme is what a statement is about, from a [Taxonomy]: a tree owned by a workspace and versioned. A driver is a
// theme with a polarity ([DriverKey]), measured against the groups: what makes promoters, what makes detractors.
//
// An attribute is a named value on a response (region=EU); a segment is a set of responses chosen by attributes. A
// [Filter] chooses responses: it is the same type from the query string to the counts. Counts travel as [Crosstab] and
// [Pattern], never as rows. A workspace is a tenant: nothing crosses between workspaces.
//
// Offsets count bytes inside Go and Unicode code points in every contract; [Analysis.CodePoints] converts once, at the
// boundary. Errors that a user meets are [Error]s with a [Code].
package feedback
