package guard

import (
	"os"
	"regexp"
	"slices"
	"strings"

	"kars-launcher/internal/report"
)

// iptables are the legacy tables of one IP family.
type iptables struct {
	program string
	// names is where the kernel lists the tables that the network namespace has.
	names string
	// wanted are ours, in the order in which they are loaded.
	wanted []table
}

type table struct{ name, text string }

// otherTables are those that have to stay as they are.
var otherTables = []string{"raw", "security"}

func newIPv4(tables Tables) iptables {
	return newIptables("/usr/sbin/iptables-legacy", "/proc/net/ip_tables_names", tables)
}

func newIPv6(tables Tables) iptables {
	return newIptables("/usr/sbin/ip6tables-legacy", "/proc/net/ip6_tables_names", tables)
}

// The filter comes first: there is no moment in which packets are translated and not filtered.
func newIptables(program, names string, tables Tables) iptables {
	return iptables{program: program, names: names, wanted: []table{
		{"filter", tables.Filter},
		{"mangle", tables.Mangle},
		{"nat", tables.Nat},
	}}
}

// Establish puts the rules into force, unless they are, and makes sure that nothing else is. Each table
// is loaded whole or not at all; a guard that was stopped between two of them goes on with the next.
// It says whether anything had to be loaded.
func (i iptables) Establish() (bool, error) {
	before, err := i.inForce()
	if err != nil {
		return false, err
	}
	if err := i.refuseForeign(before); err != nil {
		return false, err
	}
	loaded := false
	for _, table := range i.wanted {
		if before[table.name] == "" {
			if _, err := run(table.text, i.program+"-restore", "--wait"); err != nil {
				return false, err
			}
			loaded = true
		}
	}
	after, err := i.inForce()
	if err != nil {
		return false, err
	}
	for _, table := range i.wanted {
		if after[table.name] != table.text {
			return false, report.Failf("KARS_GUARD_RULES_DIFFER", "got other rules listed than were loaded with %s:\n%s", i.program, excerpt(after[table.name]))
		}
	}
	return loaded, i.refuseForeign(after)
}

func (i iptables) refuseForeign(found map[string]string) error {
	for _, table := range i.wanted {
		if text := found[table.name]; text != "" && text != table.text {
			return foreign(text)
		}
	}
	for _, name := range otherTables {
		if found[name] != "" {
			return foreign(found[name])
		}
	}
	return nil
}

func foreign(rules string) error {
	return report.Failf("KARS_GUARD_FOREIGN_RULES", "got other packet rules in the network namespace of the pod; keep service meshes and other injectors away from it:\n%s", excerpt(rules))
}

var counters = regexp.MustCompile(`(?m)^(:\S+ \S+) \[\d+:\d+\]$`)

// inForce lists the tables that change something.
func (i iptables) inForce() (map[string]string, error) {
	found := map[string]string{}
	names, err := i.tableNames()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := run("", i.program+"-save", "--table", name)
		if err != nil {
			return nil, err
		}
		text = withoutComments(counters.ReplaceAllString(text, "$1"))
		if changesSomething(text) {
			found[name] = text
		}
	}
	return found, nil
}

// tableNames are the tables that the network namespace has, none where the kernel lacks them.
func (i iptables) tableNames() ([]string, error) {
	listed, err := os.ReadFile(i.names)
	if err != nil && !os.IsNotExist(err) {
		return nil, report.Failf("KARS_GUARD_BACKEND", "got no list of packet tables: %v", err)
	}
	names := strings.Fields(string(listed))
	slices.Sort(names)
	return slices.Compact(names), nil
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
