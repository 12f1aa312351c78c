// Package web makes the pages of the server: overview, drivers, search, comments and imports, in English, Chinese, Russian
// and Finnish. They are written on the server with html/template and work without scripts; one small script makes search
// answer while one types. They stand beside the API, behind its guards, and show the values that it answers.
//
// A page is a struct that embeds [shell], a template of the same name in templates, and a method of [Pages] that fills the
// one and renders the other. All words are in the folder words, one file a language; all styles in assets/style.css.
package web
