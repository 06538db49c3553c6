package guard

const nftProgram = "/usr/sbin/nft"

type nft struct{ ruleset string }

func (n nft) Name() string   { return "nft" }
func (n nft) Wanted() string { return n.ruleset }

func (n nft) InForce() (string, error) { return run("", nftProgram, "--stateless", "list", "ruleset") }

func (n nft) Load() error {
	_, err := run(n.ruleset, nftProgram, "--file", "-")
	return err
}
