// Package launch restricts the process that it runs in, and makes it the agent.
package launch

import (
	"os"
	"path/filepath"

	"kars-launcher/internal/report"
	"kars-launcher/internal/strict"
)

const documentVersion = 1

// Landlock is what the process may do with files, ports and other processes.
type Landlock struct {
	// Required makes a kernel with an ABI below MinAbi an error; otherwise it is a notice.
	Required     bool     `json:"required"`
	MinAbi       int      `json:"minAbi"`
	Readable     []string `json:"readable"`
	Writable     []string `json:"writable"`
	ConnectPorts []uint16 `json:"connectPorts,omitempty"`
	BindPorts    []uint16 `json:"bindPorts,omitempty"`
}

// Condition holds when the bits of Mask, all without one, of an argument are those of Value.
type Condition struct {
	Argument uint32  `json:"argument"`
	Mask     *uint64 `json:"mask,omitempty"`
	Value    uint64  `json:"value"`
}

// Rule decides about the calls of Names whose arguments meet all conditions: Errno, or allowed without one.
type Rule struct {
	Names      []string    `json:"names"`
	Errno      *uint16     `json:"errno,omitempty"`
	Conditions []Condition `json:"conditions,omitempty"`
}

// Seccomp is a filter: the first rule that matches decides, all else fails with EPERM.
type Seccomp struct {
	Rules []Rule `json:"rules"`
}

// Document is everything that a process is restricted to.
type Document struct {
	Version int `json:"version"`
	Limits  struct {
		Core   uint64 `json:"core"`
		Nofile uint64 `json:"nofile"`
	} `json:"limits"`
	Umask       int `json:"umask"`
	Environment struct {
		RemovePrefixes []string `json:"removePrefixes"`
	} `json:"environment"`
	Landlock Landlock `json:"landlock"`
	Seccomp  Seccomp  `json:"seccomp"`
}

// ReadDocument reads the launch document at path.
func ReadDocument(path string) (Document, error) {
	var document Document
	body, err := os.ReadFile(path)
	if err != nil {
		return document, report.Failf("KARS_DOCUMENT_MISSING", "got no launch document: %v", err)
	}
	if err := strict.Decode(path, body, &document); err != nil {
		return document, err
	}
	if document.Version != documentVersion {
		return document, report.Failf("KARS_DOCUMENT_VERSION", "got version %d of %s, allowed %d; use the guard image of the same release", document.Version, path, documentVersion)
	}
	if len(document.Landlock.Readable) == 0 || len(document.Seccomp.Rules) == 0 {
		return document, report.Failf("KARS_DOCUMENT_MALFORMED", "got %s without readable paths or system calls", path)
	}
	// The kubelet starts probes and hooks by the path of the launcher. Where a link of the image brings it below a
	// directory of the agent, or such a directory above it, the agent could put another launcher in its place.
	for _, place := range append([]string{path}, document.Landlock.Writable...) {
		if target, err := filepath.EvalSymlinks(place); err == nil && target != place {
			return document, report.Failf("KARS_LAUNCH_LINK", "got %s behind a link to %s; use an image without one there", place, target)
		}
	}
	return document, nil
}
