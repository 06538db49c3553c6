package guard

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	"kars-launcher/internal/report"
)

const process = "egress-guard"

// Applied says which back end has the rules, and whether it had them before.
type Applied struct {
	Backend string
	Loaded  bool
}

// Apply puts the rules of the document into force with the first back end that the kernel has.
func Apply(document Document) (Applied, error) {
	if err := requireNetAdmin(); err != nil {
		return Applied{}, err
	}
	v4, v6 := newIPv4(document.Iptables.IPv4), newIPv6(document.Iptables.IPv6)
	rules := nft{ruleset: document.Nft}
	if _, err := rules.inForce(); err == nil {
		if err := v4.refuseLegacyRules(unix.AF_INET, unix.SOL_IP); err != nil {
			return Applied{}, err
		}
		if err := v6.refuseLegacyRules(unix.AF_INET6, unix.SOL_IPV6); err != nil {
			return Applied{}, err
		}
		loaded, err := rules.Establish()
		return Applied{nftProgram, loaded}, err
	}
	if _, err := run("", v4.program, "--wait", "--list-rules"); err != nil {
		return Applied{}, report.Failf("KARS_GUARD_BACKEND", "got neither nf_tables nor legacy iptables from this kernel (%v); run the sandbox on a node whose kernel has one, the legacy one needs NET_RAW too", err)
	}
	loaded, err := v4.Establish()
	if err != nil {
		return Applied{}, err
	}
	return Applied{v4.program, loaded}, filterIPv6(v6)
}

// filterIPv6 leaves no IPv6 that the rules do not see.
func filterIPv6(v6 iptables) error {
	if !exists("/proc/net/if_inet6") {
		return nil
	}
	_, err := v6.Establish()
	var failure report.Failure
	// A kernel may lack all tables of IPv6, or the one that translates.
	if errors.As(err, &failure) && failure.Code == "KARS_GUARD_BACKEND" {
		report.Warn(process, "ipv6-removed", map[string]any{"why": failure.Text})
		return removeIPv6()
	}
	return err
}

func requireNetAdmin() error {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return report.Failf("KARS_GUARD_CAPABILITY", "got no capabilities to read: %v", err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		if value, ok := strings.CutPrefix(line, "CapEff:"); ok {
			set, err := strconv.ParseUint(strings.TrimSpace(value), 16, 64)
			if err == nil && set&(1<<unix.CAP_NET_ADMIN) != 0 {
				return nil
			}
		}
	}
	return report.Failf("KARS_GUARD_CAPABILITY", "got no NET_ADMIN, without which no packet rule can be set; let the namespace of the sandbox admit the guard (Pod Security Standard privileged)")
}
