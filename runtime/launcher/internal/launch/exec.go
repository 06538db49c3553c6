package launch

import (
	"errors"
	"os/exec"
	"runtime"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
	"kars-launcher/internal/report"
)

// Exec restricts this process as the document says and replaces it with command. It returns only with
// an error.
func Exec(document Document, command []string) error {
	// Filters belong to a thread, and exec keeps those of the thread that calls it.
	runtime.LockOSThread()
	if err := setLimits(document.Limits); err != nil {
		return err
	}
	unix.Umask(document.Umask)
	if err := closeDescriptors(); err != nil {
		return err
	}
	environment := cleanEnvironment(document.Environment.RemovePrefixes)
	program, err := find(command[0])
	if err != nil {
		return err
	}
	machine, err := arch.GetInfo("")
	if err != nil {
		return report.Failf("KARS_SECCOMP_FAILED", "%v", err)
	}
	filter, err := assemble(document.Seccomp, machine)
	if err != nil {
		return report.Failf("KARS_SECCOMP_FAILED", "cannot make the filter: %v", err)
	}
	if err := restrictAccess(document.Landlock); err != nil {
		return err
	}
	if err := install(filter); err != nil {
		return err
	}
	err = unix.Exec(program, command, environment)
	return report.Failf("KARS_COMMAND_FAILED", "cannot run %q: %v", program, err)
}

func find(name string) (string, error) {
	program, err := exec.LookPath(name)
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return "", report.Failf("KARS_COMMAND_NOT_FOUND", "got the command %q, which is no program in this image: %v; supply the path of one", name, err)
	}
	return program, nil
}
