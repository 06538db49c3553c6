package launch

import (
	"encoding/binary"
	"testing"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
)

const (
	allowed = uint32(0x7fff0000)
	eperm   = uint32(0x00050001)
	enosys  = uint32(0x00050026)
)

func filterUnderTest(t *testing.T) *bpf.VM {
	t.Helper()
	enosysNumber := uint16(38)
	raw, err := assemble(Seccomp{Rules: []Rule{
		{Names: []string{"read", "openat", "no_such_call"}},
		{Names: []string{"clone"}, Conditions: []Condition{{0, "BitsNotSet", 0x7e020000}}},
		{Names: []string{"socket"}, Conditions: []Condition{{0, "Equal", 1}}},
		{Names: []string{"socket"}, Conditions: []Condition{{0, "Equal", 16}, {2, "Equal", 0}}},
		{Names: []string{"clone3"}, Errno: &enosysNumber},
	}})
	if err != nil {
		t.Fatal(err)
	}
	instructions := make([]bpf.Instruction, len(raw))
	for index, one := range raw {
		instructions[index] = one.Disassemble()
	}
	machine, err := bpf.NewVM(instructions)
	if err != nil {
		t.Fatal(err)
	}
	return machine
}

func data(architecture uint32, number int, arguments ...uint64) []byte {
	// The interpreter reads words in network order.
	packet := make([]byte, 64)
	binary.BigEndian.PutUint32(packet[0:], uint32(number))
	binary.BigEndian.PutUint32(packet[4:], architecture)
	for index, argument := range arguments {
		binary.BigEndian.PutUint32(packet[16+8*index:], uint32(argument))
		binary.BigEndian.PutUint32(packet[20+8*index:], uint32(argument>>32))
	}
	return packet
}

func TestFilter(t *testing.T) {
	machine, err := arch.GetInfo("")
	if err != nil {
		t.Fatal(err)
	}
	native := uint32(machine.ID)
	number := func(name string) int { return machine.SyscallNames[name] }
	cases := []struct {
		name string
		data []byte
		want uint32
	}{
		{"a listed call", data(native, number("read")), allowed},
		{"a call that is not listed", data(native, number("ptrace")), eperm},
		{"a call that is to look unknown", data(native, number("clone3")), enosys},
		{"a call newer than the table", data(native, 5000), enosys},
		{"a call of another architecture", data(1, number("read")), eperm},
		{"clone for a thread", data(native, number("clone"), 0x3d0f00), allowed},
		{"clone with a namespace", data(native, number("clone"), 0x10000011), eperm},
		{"clone with a user namespace alone", data(native, number("clone"), 0x10000000), eperm},
		{"the first family", data(native, number("socket"), 1, 1, 0), allowed},
		{"a later family", data(native, number("socket"), 16, 3, 0), allowed},
		{"a later family with another protocol", data(native, number("socket"), 16, 3, 9), eperm},
		{"a family that is the number of a listed call", data(native, number("socket"), uint64(number("openat"))), eperm},
		{"a family with bits above the word that the kernel reads", data(native, number("socket"), 1<<32|1), eperm},
	}
	filter := filterUnderTest(t)
	for _, one := range cases {
		got, err := filter.Run(one.data)
		if err != nil {
			t.Fatalf("%s: %v", one.name, err)
		}
		if uint32(got) != one.want {
			t.Errorf("%s: got %#x, want %#x", one.name, got, one.want)
		}
	}
}
