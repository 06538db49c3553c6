// Package report writes what a program found as one JSON line each, in the form of the other
// processes of a sandbox.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// Failure is an error with a code that the documentation lists.
type Failure struct {
	Code string
	Text string
}

func (f Failure) Error() string { return fmt.Sprintf("[%s] %s", f.Code, f.Text) }

// Failf makes a Failure.
func Failf(code, format string, args ...any) Failure {
	return Failure{Code: code, Text: fmt.Sprintf(format, args...)}
}

type record struct {
	Level   string         `json:"level"`
	Process string         `json:"process"`
	Event   string         `json:"event"`
	Code    string         `json:"code,omitempty"`
	Error   string         `json:"error,omitempty"`
	Details map[string]any `json:"details,omitempty"`
}

func write(r record) {
	line, err := json.Marshal(r)
	if err != nil {
		line = []byte(`{"level":"error","event":"unprintable"}`)
	}
	// Nothing can be done about a log that is gone.
	_, _ = os.Stderr.Write(append(line, '\n'))
}

// Info says what was done.
func Info(process, event string, details map[string]any) {
	write(record{Level: "info", Process: process, Event: event, Details: details})
}

// Warn says what is weaker than it could be.
func Warn(process, event string, details map[string]any) {
	write(record{Level: "warn", Process: process, Event: event, Details: details})
}

// Error says why the process does not go on.
func Error(process string, err error) {
	r := record{Level: "error", Process: process, Event: "start-failed", Code: "KARS_INTERNAL", Error: err.Error()}
	var failure Failure
	if errors.As(err, &failure) {
		r.Code = failure.Code
	}
	write(r)
}
