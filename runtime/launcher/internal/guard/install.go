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
	err = place(filepath.Join(directory, "launch"), program, 0o555)
	if err == nil {
		err = place(filepath.Join(directory, "launch.json"), launchDocument, 0o444)
	}
	if err != nil {
		return report.Failf("KARS_GUARD_INSTALL", "%v", err)
	}
	return nil
}
