package guard

import (
	"errors"
	"net"
	"path/filepath"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"kars-launcher/internal/report"
)

const (
	// afterLocal is the priority right behind the rule for the pod's own addresses.
	afterLocal = 1
	// belowIPv6 is the largest MTU at which the kernel takes IPv6 off an interface: RFC 8200 section 5 asks for 1280.
	belowIPv6 = 1279
	settings  = "/proc/sys/net/ipv6/conf"
)

// removeIPv6 takes IPv6 from the pod: loopback loses its address, since sidecars could be impersonated
// there, and every other interface the protocol itself. An interface that merely has no address still
// sends reports about multicast groups that anyone joins, and takes an address from the next router
// advertisement. The kernel's switch for this is read-only in a container; the MTU is not. Besides,
// every destination outside the pod becomes unreachable, for interfaces that somebody adds later.
func removeIPv6() error {
	rule := netlink.NewRule()
	rule.Family, rule.Priority, rule.Type = unix.AF_INET6, afterLocal, unix.FR_ACT_UNREACHABLE
	if err := netlink.RuleAdd(rule); err != nil && !errors.Is(err, unix.EEXIST) {
		return ipv6Failure("making every destination unreachable", err)
	}
	links, err := netlink.LinkList()
	if err != nil {
		return ipv6Failure("listing interfaces", err)
	}
	for _, link := range links {
		if err := removeIPv6From(link); err != nil {
			return err
		}
	}
	left, err := netlink.AddrList(nil, netlink.FAMILY_V6)
	if err != nil {
		return ipv6Failure("listing addresses", err)
	}
	if len(left) > 0 {
		return report.Failf("KARS_GUARD_IPV6", "got the address %s, which stays although it was removed; disable IPv6 for the pod network", left[0].IPNet)
	}
	return nil
}

func removeIPv6From(link netlink.Link) error {
	name := link.Attrs().Name
	if link.Attrs().Flags&net.FlagLoopback != 0 {
		addresses, err := netlink.AddrList(link, netlink.FAMILY_V6)
		if err != nil {
			return ipv6Failure("listing addresses of "+name, err)
		}
		for _, address := range addresses {
			if err := netlink.AddrDel(link, &netlink.Addr{IPNet: address.IPNet}); err != nil {
				return ipv6Failure("removing "+address.IPNet.String(), err)
			}
		}
		return nil
	}
	if link.Attrs().MTU > belowIPv6 {
		if err := netlink.LinkSetMTU(link, belowIPv6); err != nil {
			return ipv6Failure("lowering the MTU of "+name, err)
		}
	}
	if exists(filepath.Join(settings, name)) {
		return report.Failf("KARS_GUARD_IPV6", "got the interface %s, which keeps IPv6 at an MTU of %d; disable IPv6 for the pod network", name, belowIPv6)
	}
	return nil
}

func ipv6Failure(what string, err error) error {
	return report.Failf("KARS_GUARD_IPV6", "got IPv6 that this kernel cannot filter, and an error when %s: %v; disable IPv6 for the pod network, or use a kernel with ip6tables or nf_tables", what, err)
}
