package ingest

import (
	"fmt"

	"verbatim/feedback"
)

// Rule is the stable name of what a rejected row breaks. Words in other languages than English are found by it; they take
// the row's Args in their order.
type Rule string

// The rules. What stands in brackets are their args.
const (
	RuleScore          Rule = "score_range"        // value
	RuleWeight         Rule = "weight_range"       // value
	RuleDate           Rule = "date_unreadable"    // value
	RuleDateOrder      Rule = "date_order"         // value
	RuleTextLong       Rule = "text_too_long"      // characters, how many are allowed
	RuleValueLong      Rule = "value_too_long"     // bytes that are allowed
	RuleValueLines     Rule = "value_lines"        //
	RuleIDRepeated     Rule = "id_repeated"        // the other lines, rows or elements
	RuleLineLong       Rule = "line_too_long"      // MB that are allowed
	RuleQuoteOpen      Rule = "quote_open"         //
	RuleManyValues     Rule = "too_many_values"    // values, columns, the delimiter
	RuleShiftedValues  Rule = "shifted_values"     // values, columns, the line where a quote opens
	RuleRowUnreadable  Rule = "row_unreadable"     //
	RuleNotJSON        Rule = "not_json"           // byte
	RuleJSONDeep       Rule = "json_too_deep"      // levels that are allowed
	RuleJSONNames      Rule = "json_too_many_keys" // names that are allowed
	RuleArrayOpen      Rule = "array_unfinished"   //
	RuleArrayTrailing  Rule = "array_trailing"     //
	RuleDeleted        Rule = "deleted"            //
	RuleRefusedByStore Rule = "refused"            //
)

// Rules are all rules.
var Rules = []Rule{
	RuleScore, RuleWeight, RuleDate, RuleDateOrder, RuleTextLong, RuleValueLong, RuleValueLines, RuleIDRepeated, RuleLineLong, RuleQuoteOpen, RuleManyValues,
	RuleShiftedValues, RuleRowUnreadable, RuleNotJSON, RuleJSONDeep, RuleJSONNames, RuleArrayOpen, RuleArrayTrailing, RuleDeleted, RuleRefusedByStore,
}

// breaks makes the problem of a rule that is broken, with what is wrong and what to do in English. Args are said as %v.
func breaks(rule Rule, message string, args ...any) *problem {
	p := &problem{code: feedback.Invalid, rule: rule, message: message}
	for _, a := range args {
		p.args = append(p.args, fmt.Sprint(a))
	}
	return p
}

// tooLarge is breaks with the code of what is too large.
func tooLarge(rule Rule, message string, args ...any) *problem {
	p := breaks(rule, message, args...)
	p.code = feedback.TooLarge
	return p
}

// ruleOfStore names the rule for what the store refuses.
func ruleOfStore(p *feedback.Error) Rule {
	if p.Code == feedback.Deleted {
		return RuleDeleted
	}
	return RuleRefusedByStore
}
