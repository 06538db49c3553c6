package launch

import (
	"maps"
	"slices"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
	"kars-launcher/internal/report"
)

func seccompFailure(err error) error {
	return report.Failf("KARS_SECCOMP_FAILED", "cannot filter system calls: %v", err)
}

// assemble makes the filter for the architecture of this machine. The library brings the numbers of the
// calls and the rules without conditions; it compares an argument as if it were a number of a call once a
// condition does not hold, so that conditional calls are decided before it.
func assemble(filter Seccomp) ([]bpf.RawInstruction, error) {
	machine, err := arch.GetInfo("")
	if err != nil {
		return nil, seccompFailure(err)
	}
	policy := seccomp.Policy{DefaultAction: seccomp.ActionErrno}
	conditional := map[uint32][]Rule{}
	for _, rule := range filter.Rules {
		group := seccomp.SyscallGroup{Action: actionOf(rule)}
		for _, name := range rule.Names {
			number, known := machine.SyscallNames[name]
			switch {
			case !known:
				// The document serves several architectures.
			case len(rule.Conditions) == 0:
				group.Names = append(group.Names, name)
			default:
				conditional[uint32(number)] = append(conditional[uint32(number)], rule)
			}
		}
		policy.Syscalls = append(policy.Syscalls, group)
	}
	unconditional, err := policy.Assemble()
	if err != nil {
		return nil, seccompFailure(err)
	}
	program := refuseUnknown(machine)
	for _, number := range slices.Sorted(maps.Keys(conditional)) {
		program = append(program, decideByArguments(number, conditional[number])...)
	}
	raw, err := bpf.Assemble(append(program, unconditional...))
	if err != nil {
		return nil, seccompFailure(err)
	}
	return raw, nil
}

func actionOf(rule Rule) seccomp.Action {
	if rule.Errno == nil {
		return seccomp.ActionAllow
	}
	return errnoAction(*rule.Errno)
}

func errnoAction(errno uint16) seccomp.Action { return seccomp.ActionErrno | seccomp.Action(errno) }

// install puts the filter on this thread; exec keeps it for the whole process.
func install(program []bpf.RawInstruction) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return seccompFailure(err)
	}
	filter := make([]unix.SockFilter, len(program))
	for index, instruction := range program {
		filter[index] = unix.SockFilter{Code: instruction.Op, Jt: instruction.Jt, Jf: instruction.Jf, K: instruction.K}
	}
	fprog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&fprog)), 0, 0); err != nil {
		return seccompFailure(err)
	}
	return nil
}
