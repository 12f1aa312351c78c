// Package reference makes pages for people of the OpenAPI document: what every operation takes and answers, every schema
// with every field, and every kind of problem. The pages have no scripts and nothing in them comes from elsewhere.
package reference
