package main

import (
	"flag"
	"os"
	"os/signal"
	"syscall"

	"kars-launcher/internal/guard"
	"kars-launcher/internal/report"
)

// profile installs the seccomp profile on a node, or makes sure that it is there.
func profile(arguments []string) error {
	flags := flag.NewFlagSet("profile", flag.ExitOnError)
	source := flags.String("install", "", "file with the profile; without it the one on the node is checked")
	target := flags.String("file", "", "file of the profile on the node")
	digest := flags.String("digest", "", "its digest, sha256:HEX")
	wait := flags.Bool("wait", false, "go on until a signal")
	// A command line that is none has ended the program.
	_ = flags.Parse(arguments)
	// Before anything is reported: whoever reads the report may end the program at once.
	ended := make(chan os.Signal, 1)
	if *wait {
		signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	}
	if *source != "" {
		if err := guard.InstallProfile(*source, *target, *digest); err != nil {
			return err
		}
	} else if err := guard.CheckProfile(*target, *digest); err != nil {
		return err
	}
	if *wait {
		report.Info("seccomp-profile", "profile-present", map[string]any{"digest": *digest})
		<-ended
	}
	return nil
}
