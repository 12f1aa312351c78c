package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"verbatim/feedback"
	"verbatim/store"
)

// keysPage lists the keys of the API, and makes others.
type keysPage struct {
	settings
	List          []keyRow
	Name, Expires string // of the form
	Scopes        []choice
}

// keyRow is a key of the list.
type keyRow struct {
	Name, ID, Scopes, Created, Used, Expires string
	Path                                     string // "" when it was revoked
	Revoked                                  string
}

// keys shows the list.
func (p *Pages) keys(v *visit) error { return v.keys(http.StatusOK, "", store.NewKey{}) }

func (v *visit) keys(status int, wrong string, form store.NewKey) error {
	page := &keysPage{settings: v.settings("keys.title", "keys"), Name: form.Name, Expires: v.gin.PostForm("expires")}
	page.Wrong = wrong
	list, err := v.p.Store.Keys(v.ctx, v.workspace)
	if err != nil {
		return err
	}
	for i := range list {
		page.List = append(page.List, v.keyRow(&list[i]))
	}
	for _, scope := range store.Scopes {
		page.Scopes = append(page.Scopes, choice{string(scope), v.t("scope." + string(scope)), slices.Contains(form.Scopes, scope)})
	}
	return v.show(status, "keys", page)
}

func (v *visit) keyRow(k *store.AccessKey) keyRow {
	row := keyRow{
		Name: v.Plain(k.Name), ID: k.ID, Created: v.when(k.CreatedAt), Used: v.when(k.LastUsedAt), Expires: v.when(k.ExpiresAt), Path: "/settings/keys/" + k.ID,
	}
	if !k.RevokedAt.IsZero() {
		row.Path, row.Revoked = "", v.when(k.RevokedAt)
	}
	var scopes []string
	for _, scope := range k.Scopes {
		scopes = append(scopes, string(scope))
	}
	row.Scopes = strings.Join(scopes, ", ")
	return row
}

// createKey makes a key and shows its secret. Before the first account it would lock out whoever makes it.
func (p *Pages) createKey(v *visit) error {
	form := store.NewKey{Name: v.gin.PostForm("name")}
	for _, scope := range v.gin.PostFormArray("scope") {
		form.Scopes = append(form.Scopes, store.Scope(scope))
	}
	if v.visitor.Open {
		return v.keys(http.StatusConflict, v.t("keys.first"), form)
	}
	if day := v.gin.PostForm("expires"); day != "" {
		last, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return v.keys(http.StatusBadRequest, v.t("wrong.expires_at"), form)
		}
		form.ExpiresAt = last.AddDate(0, 0, 1) // the day itself is the last one
	}
	key, secret, err := p.Store.CreateKey(v.ctx, v.workspace, form)
	if words, ok := v.wrong(err); ok {
		return v.keys(http.StatusBadRequest, words, form)
	}
	if err != nil {
		return err
	}
	return v.showSecret(&key, secret)
}

// showSecret shows the secret of a key, once.
func (v *visit) showSecret(key *store.AccessKey, secret string) error {
	page := &secretPage{
		settings: v.settings("keys.secret", "keys"), Lead: v.t("keys.secret.lead", v.Plain(key.Name)), Label: v.t("keys.secret"), Secret: secret,
		Note: v.t("keys.secret.note"), Back: "/settings/keys",
	}
	return v.show(http.StatusOK, "secret", page)
}

// accessKey finds the key of the path.
func (v *visit) accessKey() (store.AccessKey, error) {
	list, err := v.p.Store.Keys(v.ctx, v.workspace)
	if err != nil {
		return store.AccessKey{}, err
	}
	i := slices.IndexFunc(list, func(k store.AccessKey) bool { return k.ID == v.param("key") })
	if i < 0 {
		return store.AccessKey{}, feedback.Errorf(feedback.NotFound, "there is no key of this id")
	}
	return list[i], nil
}

// confirmKey asks before a key is changed.
func (v *visit) confirmKey(do, title, lead, button string, overlaps []choice) error {
	key, err := v.accessKey()
	if err != nil {
		return err
	}
	page := &confirmPage{
		settings: v.settings(title, "keys"), Lead: lead, Name: v.Plain(key.Name) + " (" + key.ID + ")", Post: "/settings/keys/" + key.ID + "/" + do,
		Button: button, Back: "/settings/keys", Overlaps: overlaps,
	}
	return v.show(http.StatusOK, "confirm", page)
}

func (p *Pages) confirmRotation(v *visit) error {
	return v.confirmKey("rotate", "keys.rotate.title", v.t("keys.rotate.lead"), v.t("keys.rotate"), v.overlaps())
}

func (p *Pages) confirmRevocation(v *visit) error {
	return v.confirmKey("revoke", "keys.revoke.title", v.t("keys.revoke.lead"), v.t("keys.revoke"), nil)
}

// rotateKey gives a key another secret and shows it.
func (p *Pages) rotateKey(v *visit) error {
	hours, err := v.overlap()
	if err != nil {
		return err
	}
	key, secret, err := p.Store.RotateKey(v.ctx, v.workspace, v.param("key"), time.Duration(hours)*time.Hour)
	if words, ok := v.wrong(err); ok {
		return v.keys(http.StatusConflict, words, store.NewKey{})
	}
	if err != nil {
		return err
	}
	return v.showSecret(&key, secret)
}

// revokeKey ends a key.
func (p *Pages) revokeKey(v *visit) error {
	if err := p.Store.RevokeKey(v.ctx, v.workspace, v.param("key")); err != nil {
		return err
	}
	return v.done("/settings/keys")
}
