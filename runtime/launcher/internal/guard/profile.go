package guard

import (
	"os"

	"kars-launcher/internal/report"
	"kars-launcher/internal/strict"
)

// InstallProfile makes target the seccomp profile that source holds; both have the digest. Other files
// of the directory stay, since pods run under them.
func InstallProfile(source, target, digest string) error {
	body, err := strict.Read(source, digest)
	if err != nil {
		return err
	}
	if _, err := strict.Read(target, digest); err == nil {
		return nil
	}
	if err := place(target, body, 0o444); err != nil {
		return report.Failf("KARS_PROFILE_INSTALL", "cannot write the seccomp profile to the node: %v", err)
	}
	return CheckProfile(target, digest)
}

// CheckProfile makes sure that target is the seccomp profile with this digest.
func CheckProfile(target, digest string) error {
	if _, err := strict.Read(target, digest); err != nil {
		return report.Failf("KARS_PROFILE_MISSING", "got no seccomp profile with digest %s at %s: %v; restart the DaemonSet that installs it", digest, target, err)
	}
	return nil
}

// place replaces a file as one step, so that a restart never leaves half of it.
func place(path string, content []byte, mode os.FileMode) error {
	unfinished := path + ".new"
	if err := os.Remove(unfinished); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.WriteFile(unfinished, content, mode); err != nil {
		return err
	}
	// The mode given above passes through the umask.
	if err := os.Chmod(unfinished, mode); err != nil {
		return err
	}
	return os.Rename(unfinished, path)
}
