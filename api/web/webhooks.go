package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"verbatim/api/webhooks"
	"verbatim/feedback"
	"verbatim/store"
)

// webhooksPage lists the webhooks, and makes others.
type webhooksPage struct {
	settings
	List   []webhookRow
	Form   store.Webhook
	Events []choice
}

// webhookRow is a webhook of the list.
type webhookRow struct {
	URL, Path, Events, State string
	Waiting                  int
}

// webhooks shows the list.
func (p *Pages) webhooks(v *visit) error { return v.webhooks(http.StatusOK, "", store.Webhook{}) }

func (v *visit) webhooks(status int, wrong string, form store.Webhook) error {
	page := &webhooksPage{settings: v.settings("webhooks.title", "webhooks"), Form: form}
	page.Wrong = wrong
	list, err := v.p.Store.Webhooks(v.ctx, v.workspace)
	if err != nil {
		return err
	}
	for i := range list {
		w := &list[i]
		page.List = append(page.List, webhookRow{v.Plain(w.URL), webhookPath(w), v.events(w.Events), v.state(w), w.Waiting})
	}
	for _, event := range store.WebhookEvents {
		page.Events = append(page.Events, choice{string(event), v.event(event), slices.Contains(form.Events, event)})
	}
	return v.show(status, "webhooks", page)
}

func webhookPath(w *store.Webhook) string { return "/settings/webhooks/" + w.ID }

func (v *visit) events(events []store.WebhookEvent) string {
	names := make([]string, len(events))
	for i, event := range events {
		names[i] = v.event(event)
	}
	return strings.Join(names, ", ")
}

func (v *visit) event(event store.WebhookEvent) string {
	return v.t("event." + strings.ReplaceAll(string(event), ".", "_"))
}

func (v *visit) state(w *store.Webhook) string {
	if w.Status == store.WebhookActive && !w.FailingSince.IsZero() {
		return v.t("webhooks.failing", v.when(w.FailingSince))
	}
	return v.t("webhooks." + string(w.Status))
}

// createWebhook makes a webhook and shows its secret.
func (p *Pages) createWebhook(v *visit) error {
	form := store.Webhook{
		URL: strings.TrimSpace(v.gin.PostForm("url")), Filter: strings.TrimSpace(v.gin.PostForm("filter")), IncludeText: v.gin.PostForm("include_text") != "",
	}
	for _, event := range v.gin.PostFormArray("event") {
		form.Events = append(form.Events, store.WebhookEvent(event))
	}
	err := webhooks.CheckURL(form.URL, p.PrivateWebhooks)
	var made store.Webhook
	if err == nil {
		made, err = p.Store.CreateWebhook(v.ctx, v.workspace, form)
	}
	if words, ok := v.wrong(err); ok {
		return v.webhooks(http.StatusBadRequest, words, form)
	}
	if err != nil {
		return err
	}
	return v.showWebhookSecret(&made)
}

// showWebhookSecret shows what deliveries are signed with, once.
func (v *visit) showWebhookSecret(w *store.Webhook) error {
	page := &secretPage{
		settings: v.settings("webhooks.secret", "webhooks"), Lead: v.t("webhooks.secret.lead", v.Plain(w.URL)), Label: v.t("webhooks.secret"), Secret: w.Secret,
		Note: v.t("webhooks.secret.note"), Back: webhookPath(w),
	}
	return v.show(http.StatusOK, "secret", page)
}

// webhookPage is a webhook with its log.
type webhookPage struct {
	settings
	URL, Path  string
	Facts      []fact
	Active     bool
	Deliveries []deliveryRow
	Statuses   []choice
	Older      string
}

// deliveryRow is a line of the log.
type deliveryRow struct {
	When, Event, Status, Last, Problem, Replay string
	Attempts, Code                             int
}

// deliveriesShown is how many lines a page of the log has.
const deliveriesShown = 50

// webhook shows a webhook with its log.
func (p *Pages) webhook(v *visit) error {
	w, err := p.Store.Webhook(v.ctx, v.workspace, v.param("webhook"))
	if err != nil {
		return err
	}
	page := &webhookPage{settings: v.settings("webhooks.one", "webhooks"), URL: v.Plain(w.URL), Path: webhookPath(&w), Active: w.Status == store.WebhookActive}
	add := func(name, value string) {
		if value != "" {
			page.Facts = append(page.Facts, fact{name, value, ""})
		}
	}
	add(v.t("webhooks.state"), v.state(&w))
	add(v.t("webhooks.reason"), v.Plain(w.DisabledReason))
	add(v.t("webhooks.events"), v.events(w.Events))
	add(v.t("webhooks.filter"), v.Plain(w.Filter))
	add(v.t("webhooks.waiting"), v.Count(w.Waiting))
	add(v.t("keys.created"), v.when(w.CreatedAt))
	status := store.DeliveryStatus(v.gin.Query("status"))
	if !slices.Contains(store.DeliveryStatuses, status) {
		status = ""
	}
	for _, s := range store.DeliveryStatuses {
		page.Statuses = append(page.Statuses, choice{string(s), v.t("delivery." + string(s)), s == status})
	}
	list, err := p.Store.Deliveries(v.ctx, v.workspace, w.ID, status, v.gin.Query("before"), deliveriesShown+1)
	if err != nil {
		return err
	}
	if len(list) > deliveriesShown {
		list = list[:deliveriesShown]
		page.Older = query(page.Path, "status", string(status), "before", list[deliveriesShown-1].ID)
	}
	for i := range list {
		page.Deliveries = append(page.Deliveries, v.deliveryRow(page.Path, &list[i]))
	}
	return v.show(http.StatusOK, "webhook", page)
}

func (v *visit) deliveryRow(path string, d *store.Delivery) deliveryRow {
	return deliveryRow{
		When: v.when(d.CreatedAt), Event: v.event(d.Event), Status: v.t("delivery." + string(d.Status)), Last: v.when(d.LastAt),
		Problem: v.Plain(d.Problem), Replay: path + "/deliveries/" + escape(d.ID) + "/replay", Attempts: d.Attempts, Code: d.Code,
	}
}

// changeWebhook does something with the webhook of the path and leads back to it.
func (v *visit) changeWebhook(change func(id string) error) error {
	id := v.param("webhook")
	err := change(id)
	if words, ok := v.wrong(err); ok {
		return v.webhooks(http.StatusConflict, words, store.Webhook{})
	}
	if err != nil {
		return err
	}
	return v.done("/settings/webhooks/" + escape(id))
}

// testWebhook sends something that tells of nothing.
func (p *Pages) testWebhook(v *visit) error {
	return v.changeWebhook(func(id string) error {
		payload, err := webhooks.TestPayload(time.Now().Truncate(time.Millisecond))
		if err == nil {
			_, err = p.Store.TestWebhook(v.ctx, v.workspace, id, payload)
		}
		return err
	})
}

func (p *Pages) enableWebhook(v *visit) error {
	return v.changeWebhook(func(id string) error {
		_, err := p.Store.EnableWebhook(v.ctx, v.workspace, id)
		return err
	})
}

func (p *Pages) disableWebhook(v *visit) error {
	return v.changeWebhook(func(id string) error { return p.Store.DisableWebhook(v.ctx, v.workspace, id) })
}

// replayDelivery sends a delivery again.
func (p *Pages) replayDelivery(v *visit) error {
	return v.changeWebhook(func(id string) error {
		_, err := p.Store.Replay(v.ctx, v.workspace, id, v.param("delivery"))
		return err
	})
}

// confirmWebhook asks before a webhook is changed.
func (v *visit) confirmWebhook(do, title, lead, button string, overlaps []choice) error {
	w, err := v.p.Store.Webhook(v.ctx, v.workspace, v.param("webhook"))
	if err != nil {
		return err
	}
	page := &confirmPage{
		settings: v.settings(title, "webhooks"), Lead: lead, Name: v.Plain(w.URL), Post: webhookPath(&w) + "/" + do, Button: button,
		Back: webhookPath(&w), Overlaps: overlaps,
	}
	return v.show(http.StatusOK, "confirm", page)
}

func (p *Pages) confirmWebhookRotation(v *visit) error {
	return v.confirmWebhook("rotate", "webhooks.rotate.title", v.t("webhooks.rotate.lead"), v.t("keys.rotate"), v.overlaps())
}

func (p *Pages) confirmWebhookRemoval(v *visit) error {
	return v.confirmWebhook("delete", "webhooks.delete.title", v.t("webhooks.delete.lead"), v.t("webhooks.delete"), nil)
}

// rotateWebhook gives a webhook another secret and shows it.
func (p *Pages) rotateWebhook(v *visit) error {
	hours, err := v.overlap()
	if err != nil {
		return err
	}
	w, err := p.Store.RotateWebhook(v.ctx, v.workspace, v.param("webhook"), time.Duration(hours)*time.Hour)
	if err != nil {
		return err
	}
	return v.showWebhookSecret(&w)
}

// deleteWebhook removes a webhook.
func (p *Pages) deleteWebhook(v *visit) error {
	err := p.Store.DeleteWebhook(v.ctx, v.workspace, v.param("webhook"))
	if err != nil && feedback.CodeOf(err) != feedback.NotFound {
		return err
	}
	return v.done("/settings/webhooks")
}
