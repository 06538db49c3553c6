// Command launch starts a program of the agent under the restrictions of its launch document.
package main

import (
	"errors"
	"flag"
	"os"

	"kars-launcher/internal/launch"
	"kars-launcher/internal/report"
)

// Exit codes as a shell gives them for a command that cannot be run or found.
const (
	exitFailed   = 126
	exitNotFound = 127
)

func main() {
	path := flag.String("document", "", "file of the launch document")
	flag.Parse()
	err := start(*path, flag.Args())
	report.Error("launch", err)
	var failure report.Failure
	if errors.As(err, &failure) && failure.Code == "KARS_COMMAND_NOT_FOUND" {
		os.Exit(exitNotFound)
	}
	os.Exit(exitFailed)
}

func start(path string, command []string) error {
	if len(command) == 0 {
		return report.Failf("KARS_COMMAND_MISSING", "got no command; supply one after --")
	}
	document, err := launch.ReadDocument(path)
	if err != nil {
		return err
	}
	return launch.Exec(document, command)
}
