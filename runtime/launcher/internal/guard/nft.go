package guard

import "kars-launcher/internal/report"

const nftProgram = "/usr/sbin/nft"

// nft is the ruleset of all families.
type nft struct{ ruleset string }

func (n nft) inForce() (string, error) { return run("", nftProgram, "--stateless", "list", "ruleset") }

// Establish puts the rules into force, unless they are, and makes sure that nothing else is.
func (n nft) Establish() error {
	before, err := n.inForce()
	if err != nil {
		return err
	}
	if before != "" && before != n.ruleset {
		return foreign(before)
	}
	if before == "" {
		if _, err := run(n.ruleset, nftProgram, "--file", "-"); err != nil {
			return err
		}
	}
	after, err := n.inForce()
	if err != nil {
		return err
	}
	if after != n.ruleset {
		return report.Failf("KARS_GUARD_RULES_DIFFER", "got other rules listed than were loaded with %s:\n%s", nftProgram, excerpt(after))
	}
	return nil
}
