// Package guard loads the packet rules of a pod and makes sure that they hold.
package guard

import (
	"kars-launcher/internal/report"
	"kars-launcher/internal/strict"
)

const documentVersion = 1

// Tables are the inputs of iptables-restore for one IP family.
type Tables struct {
	Filter string `json:"filter"`
	Mangle string `json:"mangle"`
	Nat    string `json:"nat"`
}

// Probe is an attempt that has to be refused within the pod.
type Probe struct {
	Protocol string `json:"protocol"`
	Address  string `json:"address"`
	Port     int    `json:"port"`
}

// Document is what the guard loads and tries.
type Document struct {
	Version  int    `json:"version"`
	Nft      string `json:"nft"`
	Iptables struct {
		IPv4 Tables `json:"ipv4"`
		IPv6 Tables `json:"ipv6"`
	} `json:"iptables"`
	Probes []Probe `json:"probes"`
}

// ReadDocument reads the guard document at path.
func ReadDocument(path, digest string) (Document, error) {
	var document Document
	body, err := strict.Read(path, digest)
	if err != nil {
		return document, err
	}
	if err := strict.Decode(path, body, &document); err != nil {
		return document, err
	}
	if document.Version != documentVersion {
		return document, report.Failf("KARS_DOCUMENT_VERSION", "got version %d of %s, allowed %d; use the guard image of the same release", document.Version, path, documentVersion)
	}
	if document.Nft == "" || document.Iptables.IPv4.Filter == "" || document.Iptables.IPv6.Filter == "" || len(document.Probes) == 0 {
		return document, report.Failf("KARS_DOCUMENT_MALFORMED", "got %s without rules or probes", path)
	}
	return document, nil
}
