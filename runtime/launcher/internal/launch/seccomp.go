package launch

import (
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

// assemble makes the filter for the architecture of this machine.
func assemble(filter Seccomp) ([]bpf.RawInstruction, error) {
	machine, err := arch.GetInfo("")
	if err != nil {
		return nil, seccompFailure(err)
	}
	policy := seccomp.Policy{DefaultAction: seccomp.ActionErrno}
	for _, rule := range filter.Rules {
		if group := groupOf(rule, machine); len(group.Names)+len(group.NamesWithCondtions) > 0 {
			policy.Syscalls = append(policy.Syscalls, group)
		}
	}
	program, err := policy.Assemble()
	if err != nil {
		return nil, seccompFailure(err)
	}
	raw, err := bpf.Assemble(append(refuseUnnamed(machine), program...))
	if err != nil {
		return nil, seccompFailure(err)
	}
	return raw, nil
}

// refuseUnnamed answers calls that are newer than the table of names as a kernel does that does not know
// them, since libraries fall back from that and not from EPERM.
func refuseUnnamed(machine *arch.Info) []bpf.Instruction {
	highest := 0
	for _, number := range machine.SyscallNames {
		highest = max(highest, number)
	}
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: 0, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: uint32(highest), SkipFalse: 1},
		bpf.RetConstant{Val: uint32(errnoAction(uint16(unix.ENOSYS)))},
	}
}

// groupOf leaves out the calls that this architecture does not have.
func groupOf(rule Rule, machine *arch.Info) seccomp.SyscallGroup {
	group := seccomp.SyscallGroup{Action: seccomp.ActionAllow}
	if rule.Errno != nil {
		group.Action = errnoAction(*rule.Errno)
	}
	for _, name := range rule.Names {
		if _, known := machine.SyscallNames[name]; !known {
			continue
		}
		if len(rule.Conditions) == 0 {
			group.Names = append(group.Names, name)
			continue
		}
		group.NamesWithCondtions = append(group.NamesWithCondtions, seccomp.NameWithConditions{Name: name, Conditions: conditionsOf(rule.Conditions)})
	}
	return group
}

func conditionsOf(conditions []Condition) seccomp.ArgumentConditions {
	converted := seccomp.ArgumentConditions{}
	for _, condition := range conditions {
		converted = append(converted, seccomp.Condition{
			Argument: condition.Argument, Operation: seccomp.Operation(condition.Operator), Value: condition.Value,
		})
	}
	return converted
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
