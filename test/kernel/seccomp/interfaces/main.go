// Command interfaces prints the name of the loopback interface, as programs of Go list interfaces.
package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	interfaces, err := net.Interfaces()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, one := range interfaces {
		if one.Flags&net.FlagLoopback != 0 {
			fmt.Println(one.Name)
		}
	}
}
