package api

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

// What pages of the origins that are allowed may send, and read of an answer.
const (
	corsMethods = "GET, POST, PUT, DELETE"
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, X-Request-Id"
	corsExposed = "X-Request-Id, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, WWW-Authenticate, Location"
)

// trust allows pages of other origins, each as https://app.example.com.
func (s *server) trust(origins []string) error {
	for _, origin := range origins {
		if err := s.origins.AddTrustedOrigin(origin); err != nil {
			return fmt.Errorf("api: %w", err)
		}
	}
	return nil
}

// cors lets browsers show answers to pages of the origins that are allowed; without any it says nothing, and browsers keep
// everything to themselves. Cookies are no part of it: pages send a key.
func (s *server) cors(c *gin.Context) {
	origin := c.GetHeader("Origin")
	if len(s.Origins) == 0 || origin == "" {
		return
	}
	c.Writer.Header().Add("Vary", "Origin")
	if !slices.Contains(s.Origins, origin) {
		return
	}
	c.Header("Access-Control-Allow-Origin", origin)
	c.Header("Access-Control-Expose-Headers", corsExposed)
	if c.Request.Method == http.MethodOptions && c.GetHeader("Access-Control-Request-Method") != "" {
		c.Header("Access-Control-Allow-Methods", corsMethods)
		c.Header("Access-Control-Allow-Headers", corsHeaders)
		c.Header("Access-Control-Max-Age", "600")
		c.AbortWithStatus(http.StatusNoContent)
	}
}
