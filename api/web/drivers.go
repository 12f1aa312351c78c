package web

import (
	"html/template"
	"net/http"

	"verbatim/report"
)

// driversPage is the ranking with everything behind it.
type driversPage struct {
	shell
	Filter          *filterForm
	Base            string
	Rankings        report.Rankings
	Quadrant, Table template.HTML
	QuadrantNote    string
	Method          template.HTML
	Compare         string
	Exports         []export
}

// drivers shows the ranking.
func (p *Pages) drivers(v *visit) error {
	if v.tidied() {
		return nil
	}
	f, err := v.filter()
	if err != nil {
		return err
	}
	d, err := v.document(f)
	if err != nil {
		return err
	}
	page := &driversPage{shell: v.shell("drivers.title", "drivers"), Compare: "/compare"}
	page.carry(&f)
	if page.Filter, err = v.newFilterForm("/drivers", &f, false, nil); err != nil {
		return err
	}
	page.Rankings = v.Rankings(d, 0, v.linked(&f))
	page.Base = v.t("drivers.base", v.Count(d.Drivers.Base.N), v.Points(d.Drivers.Base.NPS))
	if len(d.Drivers.Drivers) > 0 {
		page.Quadrant, page.QuadrantNote = v.Quadrant(d)
		page.Table = v.DriverTable(d, v.linked(&f))
	}
	page.Method = v.Method(d)
	page.Exports = v.exports("/v1/export/drivers", &f, "html", "xlsx", "csv", "parquet")
	return v.show(http.StatusOK, "drivers", page)
}
