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

	// Most instructions that the kernel takes, BPF_MAXINSNS.
	mostInstructions = 4096
)

var machines = []*arch.Info{arch.X86_64, arch.AARCH64}

// written is the document that lib/sandbox/launch writes; a test there keeps the file current.
func written(t *testing.T) Document {
	t.Helper()
	document, err := ReadDocument("testdata/launch.json")
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func filterFor(t *testing.T, machine *arch.Info) *bpf.VM {
	t.Helper()
	raw, err := assemble(written(t).Seccomp, machine)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > mostInstructions {
		t.Fatalf("got %d instructions, the kernel takes %d", len(raw), mostInstructions)
	}
	instructions := make([]bpf.Instruction, len(raw))
	for index, one := range raw {
		instructions[index] = one.Disassemble()
	}
	vm, err := bpf.NewVM(instructions)
	if err != nil {
		t.Fatal(err)
	}
	return vm
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
	for _, machine := range machines {
		native := uint32(machine.ID)
		number := func(name string) int {
			found, known := machine.SyscallNames[name]
			if !known {
				t.Fatalf("%s has no call %s", machine.Name, name)
			}
			return found
		}
		cases := []struct {
			name string
			data []byte
			want uint32
		}{
			{"a listed call", data(native, number("read")), allowed},
			{"the last listed call", data(native, number("removexattrat")), allowed},
			{"a call that is not listed", data(native, number("ptrace")), eperm},
			{"a call that is to look unknown", data(native, number("clone3")), enosys},
			{"a call newer than the table", data(native, 5000), enosys},
			{"a call of x32", data(native, 1<<30|number("read")), enosys},
			{"a call of another architecture", data(1, number("read")), eperm},
			{"clone for a thread", data(native, number("clone"), 0x3d0f00), allowed},
			{"clone with a namespace", data(native, number("clone"), 0x10000011), eperm},
			{"clone with a user namespace alone", data(native, number("clone"), 0x10000000), eperm},
			{"the first family", data(native, number("socket"), 1, 1, 0), allowed},
			{"a later family", data(native, number("socket"), 16, 3, 0), allowed},
			{"a later family with another protocol", data(native, number("socket"), 16, 3, 9), eperm},
			{"a family that is the number of a listed call", data(native, number("socket"), uint64(number("openat"))), eperm},
			{"a family with bits above the word that the kernel reads", data(native, number("socket"), 1<<32|1), eperm},
			{"packets by the type of a socket", data(native, number("socket"), 2, 10, 3), eperm},
			{"a pair of another family", data(native, number("socketpair"), 30, 5, 0), eperm},
			{"an allowed persona", data(native, number("personality"), 8), allowed},
			{"another persona", data(native, number("personality"), 0x400000), eperm},
		}
		filter := filterFor(t, machine)
		for _, one := range cases {
			got, err := filter.Run(one.data)
			if err != nil {
				t.Fatalf("%s, %s: %v", machine.Name, one.name, err)
			}
			if uint32(got) != one.want {
				t.Errorf("%s, %s: got %#x, want %#x", machine.Name, one.name, got, one.want)
			}
		}
	}
}

func TestNamesAreCalls(t *testing.T) {
	for _, rule := range written(t).Seccomp.Rules {
		for _, name := range rule.Names {
			_, first := arch.X86_64.SyscallNames[name]
			_, second := arch.AARCH64.SyscallNames[name]
			if !first && !second {
				t.Errorf("no architecture has a call %q", name)
			}
		}
	}
}
