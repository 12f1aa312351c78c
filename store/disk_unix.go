//go:build unix

package store

import "golang.org/x/sys/unix"

// diskFree returns how many bytes the disk of a folder has left for us.
func diskFree(folder string) (uint64, bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, false
	}
	return stat.Bavail * uint64(stat.Bsize), true //nolint:gosec // the types differ by system
}
