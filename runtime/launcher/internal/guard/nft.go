package guard

import "kars-launcher/internal/report"

const nftProgram = "/usr/sbin/nft"

// nft is the ruleset of all families.
type nft struct{ ruleset string }

func (n nft) inForce() (string, error) { return run("", nftProgram, "--stateless", "list", "ruleset") }

// Establish puts the rules into force, unless they are, and makes sure that nothing else is. It says
// whether anything had to be loaded.
func (n nft) Establish() (bool, error) {
	before, err := n.inForce()
	if err != nil {
		return false, err
	}
	if before != "" && before != n.ruleset {
		return false, foreign(before)
	}
	if before == "" {
		if _, err := run(n.ruleset, nftProgram, "--file", "-"); err != nil {
			return false, err
		}
	}
	after, err := n.inForce()
	if err != nil {
		return false, err
	}
	if after != n.ruleset {
		return false, report.Failf("KARS_GUARD_RULES_DIFFER", "got other rules listed than were loaded with %s:\n%s", nftProgram, excerpt(after))
	}
	return before == "", nil
}
