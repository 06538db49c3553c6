package guard

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	"kars-launcher/internal/report"
)

const process = "egress-guard"

// Apply puts the rules of the document into force with the first back end that the kernel has, and
// says which.
func Apply(document Document) (string, error) {
	if err := requireNetAdmin(); err != nil {
		return "", err
	}
	v4, v6 := newIPv4(document.Iptables.IPv4), newIPv6(document.Iptables.IPv6)
	rules := nft{ruleset: document.Nft}
	if _, err := rules.InForce(); err == nil {
		if err := refuseLegacyRules(v4, v6); err != nil {
			return "", err
		}
		return rules.Name(), Establish(rules)
	}
	if _, err := run("", v4.program, "--wait", "--list-rules"); err != nil {
		return "", report.Failf("KARS_GUARD_BACKEND", "got neither nf_tables nor legacy iptables from this kernel (%v); run the sandbox on a node whose kernel has one, the legacy one needs NET_RAW too", err)
	}
	if err := Establish(v4); err != nil {
		return "", err
	}
	return v4.Name(), filterIPv6(v6)
}

// filterIPv6 leaves no IPv6 that the rules do not see.
func filterIPv6(v6 iptables) error {
	if !exists("/proc/net/if_inet6") {
		return nil
	}
	if _, err := run("", v6.program, "--wait", "--list-rules"); err == nil {
		return Establish(v6)
	}
	report.Warn(process, "ipv6-removed", map[string]any{"why": "the kernel cannot filter it"})
	return removeIPv6()
}

func refuseLegacyRules(backends ...iptables) error {
	for _, backend := range backends {
		found, err := backend.InForce()
		if err != nil {
			return err
		}
		if found != "" {
			return report.Failf("KARS_GUARD_FOREIGN_RULES", "got legacy iptables rules beside nf_tables; keep other injectors away from the pod:\n%s", excerpt(found))
		}
	}
	return nil
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
