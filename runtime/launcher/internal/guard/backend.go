package guard

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"time"

	"kars-launcher/internal/report"
)

// Backend is one way to put the rules into the kernel.
type Backend interface {
	Name() string
	// InForce lists the rules of the network namespace, "" when there are none.
	InForce() (string, error)
	// Wanted is what InForce lists once the rules are loaded.
	Wanted() string
	Load() error
}

const programTimeout = 10 * time.Second

// run calls a program of the image with nothing of the environment, since both are part of the rules' trust.
func run(input, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), programTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.Env = []string{"LC_ALL=C"}
	command.Stdin = strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		text := strings.TrimSpace(stderr.String())
		if text == "" {
			text = err.Error()
		}
		return "", report.Failf("KARS_GUARD_BACKEND", "got from %s: %s", program, text)
	}
	return stdout.String(), nil
}

// Establish puts the rules into force, unless they are, and makes sure that nothing else is.
func Establish(backend Backend) error {
	before, err := backend.InForce()
	if err != nil {
		return err
	}
	if before != "" && before != backend.Wanted() {
		return report.Failf("KARS_GUARD_FOREIGN_RULES", "got other packet rules in the network namespace of the pod; keep service meshes and other injectors away from it:\n%s", excerpt(before))
	}
	if before == "" {
		if err := backend.Load(); err != nil {
			return err
		}
	}
	after, err := backend.InForce()
	if err != nil {
		return err
	}
	if after != backend.Wanted() {
		return report.Failf("KARS_GUARD_RULES_DIFFER", "got other rules listed than were loaded with %s:\n%s", backend.Name(), excerpt(after))
	}
	return nil
}

func excerpt(text string) string {
	const limit = 1500
	if len(text) > limit {
		return text[:limit] + "…"
	}
	return text
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
