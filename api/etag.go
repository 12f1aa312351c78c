package api

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

var ifNoneMatchParam = param{
	name: "If-None-Match", example: `W/"3012-3012-ABCDEF"`,
	about: "The `ETag` of an answer that you have: when nothing was stored or indexed since, the answer is 304 without a body, at once.",
}

// boot is part of every ETag: after a restart with another version or a backup, the same counts may mean other answers.
var boot = rand.Text()[:8]

// known answers 304 when the client has what it asks for. An answer of these routes depends on nothing but the request and
// what is stored and indexed.
func (s *server) known(c *gin.Context) {
	if c.Request.Method != http.MethodGet || !s.tagged[c.FullPath()] {
		return
	}
	ctx := c.Request.Context()
	workspace := callOf(ctx).workspace
	held := s.Index.Seq(ctx, workspace)
	last, err := s.Store.LastSeq(ctx, workspace)
	if err != nil {
		return // the handler meets the same error
	}
	tag := fmt.Sprintf(`W/"%d-%d-%s"`, last, held, boot)
	c.Header("ETag", tag)
	if matches(c.Request.Header.Values("If-None-Match"), tag) {
		c.AbortWithStatus(http.StatusNotModified)
	}
}

func matches(headers []string, tag string) bool {
	return slices.ContainsFunc(headers, func(header string) bool {
		for one := range strings.SplitSeq(header, ",") {
			if strings.TrimSpace(one) == tag {
				return true
			}
		}
		return false
	})
}

// tag notes that the answers of a route are as the ETag says.
func (s *server) tag(path string) {
	s.tagged[strings.NewReplacer("{", ":", "}", "").Replace(path)] = true
}
