package main

import (
	"context"
	"io"
	"os"
)

// interruptible returns a reader that ends with the context, even while it waits for somebody to type. A regular file
// never waits and stays as it is.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	if file, ok := r.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			return r
		}
	}
	pipe, writer := io.Pipe()
	go func() {
		_, err := io.Copy(writer, r)
		writer.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { writer.CloseWithError(context.Cause(ctx)) })
	return pipe
}
