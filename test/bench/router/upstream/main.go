// A model provider that answers every chat completion with the same text: upstream ADDRESS.
//
// What a request says of itself decides how: a stream where it asks for one, after 60 ms where it asks for
// the model "slow", and with 5 ms between events where it asks for the model "paced".
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	events = 50
	wait   = 60 * time.Millisecond
	pause  = 5 * time.Millisecond
)

var (
	answer = []byte(fmt.Sprintf(`{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench","choices":[{"index":0,"message":{"role":"assistant","content":%q},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":50,"total_tokens":70}}`, strings.Repeat("word ", 150)))
	chunk  = []byte("data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"},\"finish_reason\":null}]}\n\n")
	usage  = []byte("data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench\",\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":50,\"total_tokens\":70}}\n\n")
	done   = []byte("data: [DONE]\n\n")
)

// has tells whether a body has a member, however the client spaces it.
func has(body []byte, name, value string) bool {
	return bytes.Contains(body, []byte(`"`+name+`":`+value)) || bytes.Contains(body, []byte(`"`+name+`": `+value))
}

func serve(response http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	if has(body, "model", `"slow"`) {
		time.Sleep(wait)
	}
	if !has(body, "stream", "true") {
		response.Header().Set("content-type", "application/json")
		response.Write(answer)
		return
	}
	isPaced := has(body, "model", `"paced"`)
	response.Header().Set("content-type", "text/event-stream; charset=utf-8")
	controller := http.NewResponseController(response)
	for range events {
		response.Write(chunk)
		controller.Flush()
		if isPaced {
			time.Sleep(pause)
		}
	}
	response.Write(usage)
	response.Write(done)
}

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening")
	log.Fatal(http.Serve(listener, http.HandlerFunc(serve)))
}
