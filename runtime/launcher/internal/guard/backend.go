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
