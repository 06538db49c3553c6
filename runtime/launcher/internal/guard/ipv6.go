package guard

import (
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
	"kars-launcher/internal/report"
)

// afterLocal is the priority right behind the rule for the pod's own addresses.
const afterLocal = 1

// removeIPv6 takes every address from the pod but loopback, and makes every destination outside the
// pod unreachable, so that an address which a router advertisement brings later leads nowhere.
func removeIPv6() error {
	fail := func(what string, err error) error {
		return report.Failf("KARS_GUARD_IPV6", "got IPv6 that this kernel cannot filter, and cannot %s: %v; disable IPv6 for the pod network or use a kernel with ip6tables or nf_tables", what, err)
	}
	rule := netlink.NewRule()
	rule.Family, rule.Priority, rule.Type = unix.AF_INET6, afterLocal, unix.FR_ACT_UNREACHABLE
	if err := netlink.RuleAdd(rule); err != nil && err != unix.EEXIST {
		return fail("make every destination unreachable", err)
	}
	addresses, err := outsideAddresses()
	if err != nil {
		return fail("list addresses", err)
	}
	for _, address := range addresses {
		link, err := netlink.LinkByIndex(address.LinkIndex)
		if err != nil {
			return fail("find a link", err)
		}
		if err := netlink.AddrDel(link, &netlink.Addr{IPNet: address.IPNet}); err != nil && err != unix.EADDRNOTAVAIL {
			return fail("remove "+address.IPNet.String(), err)
		}
	}
	left, err := outsideAddresses()
	if err != nil {
		return fail("list addresses", err)
	}
	if len(left) > 0 {
		return report.Failf("KARS_GUARD_IPV6", "got the address %s, which stays although it was removed; disable IPv6 for the pod network", left[0].IPNet)
	}
	return nil
}

func outsideAddresses() ([]netlink.Addr, error) {
	all, err := netlink.AddrList(nil, netlink.FAMILY_V6)
	if err != nil {
		return nil, err
	}
	outside := []netlink.Addr{}
	for _, address := range all {
		if !address.IP.IsLoopback() {
			outside = append(outside, address)
		}
	}
	return outside, nil
}
