package launch

import (
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
	"kars-launcher/internal/report"
)

var resources = map[string]int{
	"core":     unix.RLIMIT_CORE,
	"fsize":    unix.RLIMIT_FSIZE,
	"memlock":  unix.RLIMIT_MEMLOCK,
	"msgqueue": unix.RLIMIT_MSGQUEUE,
	"nofile":   unix.RLIMIT_NOFILE,
	"stack":    unix.RLIMIT_STACK,
}

// setLimits sets soft and hard limits; one that is lower already stays.
func setLimits(limits []Limit) error {
	for _, limit := range limits {
		resource, known := resources[limit.Resource]
		if !known {
			return report.Failf("KARS_LAUNCH_LIMIT", "got the resource %q, which is none that can be limited", limit.Resource)
		}
		var now unix.Rlimit
		err := unix.Getrlimit(resource, &now)
		if err == nil {
			value := min(limit.Value, now.Max)
			err = unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value})
		}
		if err != nil {
			return report.Failf("KARS_LAUNCH_LIMIT", "cannot set the limit %s: %v", limit.Resource, err)
		}
	}
	return nil
}

const firstOther = 3

// closeDescriptors marks everything but the standard streams to be closed by exec, since the Go
// runtime needs its own until then.
func closeDescriptors() error {
	if err := unix.CloseRange(firstOther, ^uint(0)>>32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return report.Failf("KARS_LAUNCH_DESCRIPTORS", "cannot close descriptors: %v; use Linux 5.11 or newer", err)
	}
	return nil
}

// cleanEnvironment is the environment without the variables that begin as said.
func cleanEnvironment(prefixes []string) []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool {
			return strings.HasPrefix(variable, prefix)
		})
	})
}
