// Command client reaches out as programs of Go do that use nothing but its standard library.
//
//	client get URL
//	client connect HOST PORT
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

const patience = 20 * time.Second

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("supply get URL, or connect HOST PORT")
	}
	var err error
	if os.Args[1] == "get" {
		err = get(os.Args[2])
	} else {
		err = connect(os.Args[2], os.Args[3])
	}
	if err != nil {
		log.Fatal(err)
	}
}

func get(url string) error {
	client := http.Client{Timeout: patience}
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	fmt.Println(answer.Status)
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}

func connect(host, port string) error {
	addresses, err := net.LookupHost(host)
	if err != nil {
		return err
	}
	fmt.Println(addresses)
	connection, err := net.DialTimeout("tcp", net.JoinHostPort(addresses[0], port), patience)
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = io.Copy(os.Stdout, connection)
	return err
}
