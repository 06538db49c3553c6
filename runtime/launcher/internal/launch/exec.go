package launch

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
	"kars-launcher/internal/report"
)

const firstOther = 3

// Exec restricts this process as the document says and replaces it with command. It returns only with
// an error.
func Exec(document Document, command []string) error {
	// Filters belong to a thread, and exec keeps those of the thread that calls it.
	runtime.LockOSThread()
	for resource, value := range map[int]uint64{unix.RLIMIT_CORE: document.Limits.Core, unix.RLIMIT_NOFILE: document.Limits.Nofile} {
		if err := limit(resource, value); err != nil {
			return report.Failf("KARS_LAUNCH_LIMIT", "cannot set the limit %d to %d: %v", resource, value, err)
		}
	}
	unix.Umask(document.Umask)
	// Everything but the standard streams is closed by exec, since the Go runtime needs its own until then.
	if err := unix.CloseRange(firstOther, ^uint(0)>>32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return report.Failf("KARS_LAUNCH_DESCRIPTORS", "cannot close descriptors: %v; use Linux 5.11 or newer", err)
	}
	program, err := exec.LookPath(command[0])
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return report.Failf("KARS_COMMAND_NOT_FOUND", "got the command %q, which is no program in this image: %v; supply the path of one", command[0], err)
	}
	machine, err := arch.GetInfo("")
	if err != nil {
		return report.Failf("KARS_SECCOMP_FAILED", "cannot filter system calls: %v", err)
	}
	filter, err := assemble(document.Seccomp, machine)
	if err != nil {
		return report.Failf("KARS_SECCOMP_FAILED", "cannot make a filter of system calls: %v", err)
	}
	if err := restrictAccess(document.Landlock); err != nil {
		return err
	}
	if err := install(filter); err != nil {
		return report.Failf("KARS_SECCOMP_FAILED", "cannot filter system calls: %v", err)
	}
	err = unix.Exec(program, command, environment(document.Environment.RemovePrefixes))
	return report.Failf("KARS_COMMAND_FAILED", "cannot run %q: %v", program, err)
}

// limit sets the soft and the hard limit; one that is lower already stays.
func limit(resource int, value uint64) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(resource, &now); err != nil {
		return err
	}
	value = min(value, now.Max)
	return unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value})
}

// environment is that of this process without the variables that begin as said.
func environment(prefixes []string) []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(variable, prefix) })
	})
}
