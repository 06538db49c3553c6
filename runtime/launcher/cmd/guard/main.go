// Command guard is the first container of a sandbox pod: it loads the packet rules, makes sure that
// they hold, and installs the launcher of the agent. It ends with 0 only if all of that was done. As
// "guard profile" it has nothing to do with a sandbox: it brings the seccomp profile to a node.
package main

import (
	"flag"
	"os"

	"kars-launcher/internal/guard"
	"kars-launcher/internal/report"
	"kars-launcher/internal/strict"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "profile" {
		end("seccomp-profile", profile(os.Args[2:]))
	}
	document := flag.String("document", "", "file of the guard document")
	documentDigest := flag.String("document-digest", "", "its digest, sha256:HEX")
	launchDocument := flag.String("launch-document", "", "file of the launch document")
	launchDigest := flag.String("launch-digest", "", "its digest, sha256:HEX")
	install := flag.String("install", "", "directory for the launcher and its document")
	launcher := flag.String("launcher", "/launch", "the launcher")
	flag.Parse()
	end("egress-guard", start(*document, *documentDigest, *launchDocument, *launchDigest, *install, *launcher))
}

func end(process string, err error) {
	if err != nil {
		report.Error(process, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func start(path, digest, launchPath, launchDigest, directory, launcher string) error {
	document, err := guard.ReadDocument(path, digest)
	if err != nil {
		return err
	}
	launch, err := strict.Read(launchPath, launchDigest)
	if err != nil {
		return err
	}
	applied, err := guard.Apply(document)
	if err != nil {
		return err
	}
	// Beside a running proxy, which takes what is redirected, an attempt no longer tells anything.
	if applied.Loaded {
		if err := guard.Try(document.Probes); err != nil {
			return err
		}
	}
	if err := guard.Install(directory, launcher, launch); err != nil {
		return err
	}
	report.Info("egress-guard", "rules-in-force", map[string]any{"backend": applied.Backend, "probed": applied.Loaded})
	return nil
}
