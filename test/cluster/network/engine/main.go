// Answers, for policies and packets on standard input, which packets the policies let through. The
// answers are those of cyclonus, which knows nothing of this project.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
)

type question struct {
	Policies []*networking.NetworkPolicy `json:"policies"`
	Peers    []*matcher.TrafficPeer      `json:"peers"`
	Packets  []packet                    `json:"packets"`
}

// From and To count in the list of peers.
type packet struct {
	From     int           `json:"from"`
	To       int           `json:"to"`
	Port     int           `json:"port"`
	Protocol core.Protocol `json:"protocol"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var asked question
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return err
	}
	policies := matcher.BuildNetworkPolicies(false, asked.Policies)
	passes := make([]bool, 0, len(asked.Packets))
	for _, packet := range asked.Packets {
		passes = append(passes, policies.IsTrafficAllowed(&matcher.Traffic{
			Source:       asked.Peers[packet.From],
			Destination:  asked.Peers[packet.To],
			ResolvedPort: packet.Port,
			Protocol:     packet.Protocol,
		}).IsAllowed())
	}
	return json.NewEncoder(os.Stdout).Encode(passes)
}
