package guard

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"golang.org/x/sys/unix"
	"kars-launcher/internal/report"
)

// Layout of struct ipt_getinfo and ip6t_getinfo, see linux/netfilter_ipv4/ip_tables.h.
const (
	getInfo       = 64
	nameBytes     = 32
	hooksOffset   = nameBytes
	entriesOffset = hooksOffset + 4 + 2*5*4
	infoBytes     = entriesOffset + 2*4
)

// refuseLegacyRules makes sure that no legacy table has a rule. It asks the kernel itself: the programs
// need NET_RAW, which a guard that loads its rules with nft does not have.
func (i iptables) refuseLegacyRules(family, level int) error {
	names, err := i.tableNames()
	if err != nil || len(names) == 0 {
		return err
	}
	socket, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return report.Failf("KARS_GUARD_BACKEND", "got no socket to ask for legacy tables: %v", err)
	}
	defer unix.Close(socket)
	for _, name := range names {
		rules, err := ruleCount(socket, level, name)
		if err != nil {
			return report.Failf("KARS_GUARD_BACKEND", "got no answer about the legacy table %s: %v", name, err)
		}
		if rules > 0 {
			return report.Failf("KARS_GUARD_FOREIGN_RULES", "got %d legacy rules in the table %s beside nf_tables; keep service meshes and other injectors away from the pod", rules, name)
		}
	}
	return nil
}

// ruleCount is the number of entries of a table, less the policy of each hook and the end.
func ruleCount(socket, level int, name string) (int, error) {
	var info [infoBytes]byte
	copy(info[:nameBytes-1], name)
	length := uint32(infoBytes)
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(socket), uintptr(level), getInfo,
		uintptr(unsafe.Pointer(&info[0])), uintptr(unsafe.Pointer(&length)), 0)
	if errno != 0 {
		return 0, errno
	}
	hooks := bits.OnesCount32(binary.NativeEndian.Uint32(info[hooksOffset:]))
	return int(binary.NativeEndian.Uint32(info[entriesOffset:])) - hooks - 1, nil
}
