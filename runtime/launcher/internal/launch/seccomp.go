package launch

import (
	"maps"
	"slices"
	"unsafe"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Offsets in struct seccomp_data, see seccomp(2); a word of an argument is the low one first.
const (
	offsetNumber    = 0
	offsetArch      = 4
	offsetArguments = 16
	sizeArgument    = 8
	sizeWord        = 4
)

func load(offset uint32) bpf.Instruction { return bpf.LoadAbsolute{Off: offset, Size: sizeWord} }

func refuse(errno uint16) bpf.Instruction {
	return bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(errno)}
}

// assemble makes the filter for a machine, of which the library knows the numbers of the calls. Its own
// filters compare an argument as if it were a number of a call once a condition does not hold.
func assemble(filter Seccomp, machine *arch.Info) ([]bpf.RawInstruction, error) {
	calls := map[int][]Rule{}
	for _, rule := range filter.Rules {
		for _, name := range rule.Names {
			// The document serves several architectures, each with calls that the others lack.
			if number, known := machine.SyscallNames[name]; known {
				calls[number] = append(calls[number], rule)
			}
		}
	}
	// A call that is newer than the table of numbers, as those of x32 look too, is answered as by a kernel
	// that does not know it: libraries fall back from that, and not from EPERM.
	highest := slices.Max(slices.Collect(maps.Values(machine.SyscallNames)))
	program := []bpf.Instruction{
		load(offsetArch),
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(machine.ID), SkipTrue: 1},
		refuse(uint16(unix.EPERM)),
		load(offsetNumber),
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: uint32(highest), SkipFalse: 1},
		refuse(uint16(unix.ENOSYS)),
	}
	for _, number := range slices.Sorted(maps.Keys(calls)) {
		program = append(program, decide(uint32(number), calls[number])...)
	}
	return bpf.Assemble(append(program, refuse(uint16(unix.EPERM))))
}

// decide ends every call with this number: the first rule whose conditions all hold, else EPERM.
func decide(number uint32, rules []Rule) []bpf.Instruction {
	body := []bpf.Instruction{}
	for _, rule := range rules {
		steps := []bpf.Instruction{bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW}}
		if rule.Errno != nil {
			steps[0] = refuse(*rule.Errno)
		}
		for _, condition := range slices.Backward(rule.Conditions) {
			steps = append(require(condition, uint8(len(steps))), steps...)
		}
		body = append(body, steps...)
	}
	body = append(body, refuse(uint16(unix.EPERM)))
	return append([]bpf.Instruction{
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: number, SkipTrue: 1},
		bpf.Jump{Skip: uint32(len(body))},
	}, body...)
}

// require skips the next instructions, as many as said, unless the condition holds over all 64 bits.
func require(condition Condition, skip uint8) []bpf.Instruction {
	low, mask := offsetArguments+sizeArgument*condition.Argument, ^uint64(0)
	if condition.Mask != nil {
		mask = *condition.Mask
	}
	return []bpf.Instruction{
		load(low + sizeWord),
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: uint32(mask >> 32)},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(condition.Value >> 32), SkipTrue: skip + 3},
		load(low),
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: uint32(mask)},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(condition.Value), SkipTrue: skip},
	}
}

// install puts the filter on this thread; exec keeps it for the whole process.
func install(program []bpf.RawInstruction) error {
	filter := make([]unix.SockFilter, len(program))
	for index, one := range program {
		filter[index] = unix.SockFilter{Code: one.Op, Jt: one.Jt, Jf: one.Jf, K: one.K}
	}
	fprog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&fprog)), 0, 0)
}
