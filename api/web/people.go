package web

import (
	"net/http"
	"strings"

	"verbatim/api"
	"verbatim/store"
)

// peoplePage lists who may log in, and invites others.
type peoplePage struct {
	settings
	List  []personRow
	Form  store.NewPerson
	Roles []choice // of the form
}

// personRow is a person of the list.
type personRow struct {
	Email, Name, Seen, Path string
	Pending                 string // until when the link works that they have not used
	Sessions                int
	Roles                   []choice
	Self                    bool
}

// people shows the list.
func (p *Pages) people(v *visit) error {
	return v.people(http.StatusOK, "", store.NewPerson{})
}

func (v *visit) people(status int, wrong string, form store.NewPerson) error {
	page := &peoplePage{settings: v.settings("people.title", "people"), Form: form}
	page.Wrong = wrong
	list, err := v.p.Store.People(v.ctx, v.workspace)
	if err != nil {
		return err
	}
	for i := range list {
		page.List = append(page.List, v.personRow(&list[i]))
	}
	if page.Form.Role == "" {
		page.Form.Role = store.Viewer
		if len(list) == 0 {
			page.Form.Role = store.Admin
		}
	}
	for _, role := range v.roles(page.Form.Role) {
		role.Name += ": " + v.t("may."+role.Value)
		page.Roles = append(page.Roles, role)
	}
	return v.show(status, "people", page)
}

func (v *visit) personRow(p *store.Person) personRow {
	row := personRow{
		Email: v.Plain(p.Email), Name: v.Plain(p.Name), Seen: v.when(p.SeenAt), Path: "/settings/people/" + p.ID, Sessions: p.Sessions, Roles: v.roles(p.Role),
		Self: v.visitor != nil && v.visitor.Person != nil && v.visitor.Person.ID == p.ID,
	}
	if !p.LinkUntil.IsZero() {
		row.Pending = v.when(p.LinkUntil)
	}
	return row
}

func (v *visit) roles(chosen store.Role) []choice {
	var list []choice
	for _, role := range store.Roles {
		list = append(list, choice{string(role), v.t("role." + string(role)), role == chosen})
	}
	return list
}

// invite makes an account and shows its link.
func (p *Pages) invite(v *visit) error {
	form := store.NewPerson{Email: v.gin.PostForm("email"), Name: v.gin.PostForm("name"), Role: store.Role(v.gin.PostForm("role"))}
	person, link, err := p.Store.AddPerson(v.ctx, v.workspace, form)
	if words, ok := v.wrong(err); ok {
		return v.people(http.StatusBadRequest, words, form)
	}
	if err != nil {
		return err
	}
	return v.showLink(&person, link)
}

// showLink shows a link, once: it is kept nowhere.
func (v *visit) showLink(person *store.Person, link string) error {
	page := &secretPage{
		settings: v.settings("people.link", "people"), Lead: v.t("people.link.lead", v.Plain(person.Email)), Label: v.t("people.link"),
		Secret: v.own() + "/welcome/" + link, Note: v.t("people.link.note"), Back: "/settings/people",
	}
	return v.show(http.StatusOK, "secret", page)
}

// own is the address of this server as the browser knows it, which sends it along with its forms.
func (v *visit) own() string {
	r := v.gin.Request
	if origin := r.Header.Get("Origin"); strings.HasSuffix(origin, "://"+r.Host) {
		return origin
	}
	if api.Encrypted(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// setRole gives somebody another role.
func (p *Pages) setRole(v *visit) error {
	err := p.Store.SetRole(v.ctx, v.workspace, v.param("person"), store.Role(v.gin.PostForm("role")))
	if words, ok := v.wrong(err); ok {
		return v.people(http.StatusConflict, words, store.NewPerson{})
	}
	if err != nil {
		return err
	}
	return v.done("/settings/people")
}

// makeLink makes another link for somebody.
func (p *Pages) makeLink(v *visit) error {
	person, err := p.Store.Person(v.ctx, v.workspace, v.param("person"))
	if err != nil {
		return err
	}
	link, err := p.Store.NewLink(v.ctx, v.workspace, person.ID)
	if err != nil {
		return err
	}
	return v.showLink(&person, link)
}

// endSessions logs somebody out everywhere.
func (p *Pages) endSessions(v *visit) error {
	if err := p.Store.EndSessions(v.ctx, v.workspace, v.param("person")); err != nil {
		return err
	}
	return v.done("/settings/people")
}

// confirmRemoval asks before somebody is removed.
func (p *Pages) confirmRemoval(v *visit) error {
	person, err := p.Store.Person(v.ctx, v.workspace, v.param("person"))
	if err != nil {
		return err
	}
	page := &confirmPage{
		settings: v.settings("people.remove.title", "people"), Lead: v.t("people.remove.lead"), Name: v.Plain(person.Email),
		Post: "/settings/people/" + person.ID + "/remove", Button: v.t("people.remove"), Back: "/settings/people",
	}
	return v.show(http.StatusOK, "confirm", page)
}

// removePerson removes somebody.
func (p *Pages) removePerson(v *visit) error {
	err := p.Store.RemovePerson(v.ctx, v.workspace, v.param("person"))
	if words, ok := v.wrong(err); ok {
		return v.people(http.StatusConflict, words, store.NewPerson{})
	}
	if err != nil {
		return err
	}
	return v.done("/settings/people")
}
