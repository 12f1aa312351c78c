package web

import (
	"net/http"
	"strings"

	"verbatim/store"
)

// auditPage is a page of the audit log.
type auditPage struct {
	settings
	List    []auditRow
	Actions []choice
	Older   string
}

// auditRow is an entry of the log.
type auditRow struct{ When, Who, Action, Object string }

// auditShown is how many entries a page has.
const auditShown = 50

// audit shows who changed what.
func (p *Pages) audit(v *visit) error {
	action, before := v.gin.Query("action"), int64(whole(v.gin.Query("before")))
	page := &auditPage{settings: v.settings("audit.title", "audit")}
	list, err := p.Store.Audit(v.ctx, v.workspace, before, auditShown+1)
	if action != "" && err == nil {
		list, err = p.Store.AuditOf(v.ctx, v.workspace, action, before, auditShown+1)
	}
	if err != nil {
		return err
	}
	names, err := v.actors()
	if err != nil {
		return err
	}
	if len(list) > auditShown {
		list = list[:auditShown]
		page.Older = query("/settings/audit", "action", action, "before", number(int(list[auditShown-1].Seq)))
	}
	for _, e := range list {
		who := named(e.Actor, names)
		if e.Actor == store.Local {
			who = v.t("audit.local")
		}
		page.List = append(page.List, auditRow{v.when(e.At), v.Plain(who), v.action(e.Action), v.Plain(named(e.Object, names))})
	}
	actions, err := p.Store.AuditActions(v.ctx, v.workspace)
	for _, a := range actions {
		page.Actions = append(page.Actions, choice{a, v.action(a), a == action})
	}
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "audit", page)
}

// named puts a name in the place of the id that a text begins with. Of somebody who has gone there is the address that
// stands behind the id.
func named(text string, names map[string]string) string {
	id, rest, more := strings.Cut(text, " ")
	name, known := names[id]
	switch {
	case known && rest != "" && rest != name:
		return name + ", " + rest
	case known:
		return name
	case more && strings.HasPrefix(id, "ac_"):
		return rest
	}
	return text
}

// action words what was done; an operation that has no words is shown by its name.
func (v *visit) action(name string) string {
	if _, ok := v.words["action."+name]; ok {
		return v.t("action." + name)
	}
	return v.Plain(name)
}

// actors names those who are in the audit log.
func (v *visit) actors() (map[string]string, error) {
	names := map[string]string{}
	people, err := v.p.Store.People(v.ctx, v.workspace)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		names[p.ID] = p.Email
	}
	keys, err := v.p.Store.Keys(v.ctx, v.workspace)
	for i := range keys {
		names[keys[i].ID] = v.t("audit.key", keys[i].Name)
	}
	return names, err
}
