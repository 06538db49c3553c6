package guard

import (
	"os"
	"regexp"
	"strings"
)

// iptables are the legacy tables of one IP family.
type iptables struct {
	program string
	// names is where the kernel lists the tables that the network namespace has.
	names  string
	tables Tables
}

func newIPv4(tables Tables) iptables {
	return iptables{program: "/usr/sbin/iptables-legacy", names: "/proc/net/ip_tables_names", tables: tables}
}

func newIPv6(tables Tables) iptables {
	return iptables{program: "/usr/sbin/ip6tables-legacy", names: "/proc/net/ip6_tables_names", tables: tables}
}

func (i iptables) Name() string { return i.program }

func (i iptables) Wanted() string { return i.tables.Filter + i.tables.Mangle + i.tables.Nat }

// Load sets the filter first: there is no moment in which packets are translated and not filtered.
func (i iptables) Load() error {
	for _, table := range []string{i.tables.Filter, i.tables.Mangle, i.tables.Nat} {
		if _, err := run(table, i.program+"-restore", "--wait"); err != nil {
			return err
		}
	}
	return nil
}

var counters = regexp.MustCompile(`(?m)^(:\S+ \S+) \[\d+:\d+\]$`)

// InForce lists every table that the namespace has, ours first; tables that change nothing are left out.
func (i iptables) InForce() (string, error) {
	var found strings.Builder
	for _, table := range i.tableNames() {
		text, err := run("", i.program+"-save", "--table", table)
		if err != nil {
			return "", err
		}
		text = withoutComments(counters.ReplaceAllString(text, "$1"))
		if changesSomething(text) {
			found.WriteString(text)
		}
	}
	return found.String(), nil
}

func (i iptables) tableNames() []string {
	ordered := []string{}
	listed, _ := os.ReadFile(i.names)
	names := strings.Fields(string(listed))
	for _, known := range []string{"filter", "mangle", "nat", "raw", "security"} {
		for _, name := range names {
			if name == known {
				ordered = append(ordered, name)
			}
		}
	}
	return ordered
}

func withoutComments(text string) string {
	lines := []string{}
	for _, line := range strings.Split(text, "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line+"\n")
		}
	}
	return strings.Join(lines, "")
}

func changesSomething(table string) bool {
	for _, line := range strings.Split(table, "\n") {
		if strings.HasPrefix(line, "-A") || (strings.HasPrefix(line, ":") && !strings.HasSuffix(line, " ACCEPT")) {
			return true
		}
	}
	return false
}
