package launch

import (
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
		if err := unix.Getrlimit(resource, &now); err != nil {
			return report.Failf("KARS_LAUNCH_LIMIT", "cannot read the limit %s: %v", limit.Resource, err)
		}
		hard := min(limit.Value, now.Max)
		if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: min(hard, limit.Value), Max: hard}); err != nil {
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

func cleanEnvironment(environment, prefixes []string) []string {
	kept := []string{}
	for _, variable := range environment {
		if !hasPrefix(variable, prefixes) {
			kept = append(kept, variable)
		}
	}
	return kept
}

func hasPrefix(text string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}
