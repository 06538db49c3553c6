package launch

import (
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Offsets in struct seccomp_data, see seccomp(2).
const (
	offsetNumber    = 0
	offsetArch      = 4
	offsetArguments = 16
	sizeArgument    = 8
	sizeWord        = 4
)

func load(offset uint32) bpf.Instruction { return bpf.LoadAbsolute{Off: offset, Size: sizeWord} }

func refuse(errno uint16) bpf.Instruction {
	return bpf.RetConstant{Val: uint32(errnoAction(errno))}
}

// refuseUnknown ends calls of another architecture, and answers calls that are newer than the table of
// numbers as a kernel does that does not know them, since libraries fall back from that and not from EPERM.
func refuseUnknown(machine *arch.Info) []bpf.Instruction {
	highest := 0
	for _, number := range machine.SyscallNames {
		highest = max(highest, number)
	}
	return []bpf.Instruction{
		load(offsetArch),
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(machine.ID), SkipTrue: 1},
		refuse(uint16(unix.EPERM)),
		load(offsetNumber),
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: uint32(highest), SkipFalse: 1},
		refuse(uint16(unix.ENOSYS)),
	}
}

// decideByArguments decides every call with this number: the first rule whose conditions all hold, else EPERM.
func decideByArguments(number uint32, rules []Rule) []bpf.Instruction {
	body := []bpf.Instruction{}
	for _, rule := range rules {
		body = append(body, decide(rule)...)
	}
	body = append(body, refuse(uint16(unix.EPERM)))
	head := []bpf.Instruction{
		load(offsetNumber),
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: number, SkipTrue: 1},
		bpf.Jump{Skip: uint32(len(body))},
	}
	return append(head, body...)
}

// decide ends with the action of the rule, or goes on behind itself when a condition does not hold.
func decide(rule Rule) []bpf.Instruction {
	steps := []bpf.Instruction{bpf.RetConstant{Val: uint32(actionOf(rule))}}
	for index := len(rule.Conditions) - 1; index >= 0; index-- {
		steps = append(require(rule.Conditions[index], uint8(len(steps))), steps...)
	}
	return steps
}

// require skips the next instructions, as many as said, unless the condition holds over all 64 bits.
func require(condition Condition, skip uint8) []bpf.Instruction {
	low := offsetArguments + sizeArgument*condition.Argument
	high, test := uint32(condition.Value>>32), bpf.JumpNotEqual
	if condition.Operator == "BitsNotSet" {
		test = bpf.JumpBitsSet
	}
	return []bpf.Instruction{
		load(low + sizeWord),
		bpf.JumpIf{Cond: test, Val: high, SkipTrue: skip + 2},
		load(low),
		bpf.JumpIf{Cond: test, Val: uint32(condition.Value), SkipTrue: skip},
	}
}
