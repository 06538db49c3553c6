package guard

import (
	"os"
	"path/filepath"

	"kars-launcher/internal/report"
)

// Install writes the launcher and its document into a directory that the agent can only read.
func Install(directory string, launcher string, launchDocument []byte) error {
	program, err := os.ReadFile(launcher)
	if err != nil {
		return report.Failf("KARS_GUARD_INSTALL", "got no launcher: %v", err)
	}
	if err := place(filepath.Join(directory, "launch"), program, 0o555); err != nil {
		return err
	}
	return place(filepath.Join(directory, "launch.json"), launchDocument, 0o444)
}

// place replaces a file as one step, so that a restarted guard never leaves half a program.
func place(path string, content []byte, mode os.FileMode) error {
	unfinished := path + ".new"
	if err := os.Remove(unfinished); err != nil && !os.IsNotExist(err) {
		return report.Failf("KARS_GUARD_INSTALL", "%v", err)
	}
	if err := os.WriteFile(unfinished, content, mode); err != nil {
		return report.Failf("KARS_GUARD_INSTALL", "%v", err)
	}
	// The mode given above passes through the umask.
	if err := os.Chmod(unfinished, mode); err != nil {
		return report.Failf("KARS_GUARD_INSTALL", "%v", err)
	}
	if err := os.Rename(unfinished, path); err != nil {
		return report.Failf("KARS_GUARD_INSTALL", "%v", err)
	}
	return nil
}
