package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"

	"github.com/gin-gonic/gin"

	"verbatim/api"
	"verbatim/feedback"
)

//go:embed assets
var assetFiles embed.FS

// asset is a file that pages refer to. Its address holds a part of its digest, so that browsers may keep it for good.
type asset struct {
	body            []byte
	media, revision string
}

var assets = func() map[string]asset {
	out := map[string]asset{}
	for name, media := range map[string]string{
		"style.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml",
	} {
		body, err := assetFiles.ReadFile("assets/" + name)
		if err != nil {
			panic("web: " + err.Error()) // cannot happen: go:embed checked the folder
		}
		sum := sha256.Sum256(body)
		out[name] = asset{body, media, hex.EncodeToString(sum[:6])}
	}
	return out
}()

func assetURL(name string) string { return "/assets/" + name + "?" + assets[name].revision }

func (p *Pages) asset(c *gin.Context) {
	a, ok := assets[c.Param("name")]
	if !ok {
		p.Refuse(c, api.ProblemOf(feedback.Errorf(feedback.NotFound, "there is nothing at this address")))
		return
	}
	secure(c.Writer.Header())
	if c.Request.URL.RawQuery == a.revision {
		c.Header("Cache-Control", "public, max-age=31536000, immutable")
	}
	c.Data(http.StatusOK, a.media, a.body)
}
