package report

import (
	"reflect"

	"github.com/parquet-go/parquet-go"
)

// orderedGroup is a required group of columns in a given order; a [parquet.Group] sorts them by name.
type orderedGroup struct {
	parquet.Group
	fields []parquet.Field
}

// add puts a column at the end.
func (g *orderedGroup) add(name string, node parquet.Node) {
	g.fields = append(g.fields, parquet.Group{name: node}.Fields()...)
}

// Fields returns the columns in their order.
func (g *orderedGroup) Fields() []parquet.Field { return g.fields }

// GoType stands for a struct of the columns, which cannot be made when a name has a comma. Rows are written as values and
// never made into it.
func (g *orderedGroup) GoType() reflect.Type { return reflect.TypeFor[struct{}]() }

// leaves counts the columns of values under a node.
func leaves(node parquet.Node) int {
	if node.Leaf() {
		return 1
	}
	n := 0
	for _, field := range node.Fields() {
		n += leaves(field)
	}
	return n
}
