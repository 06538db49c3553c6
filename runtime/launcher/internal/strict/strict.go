// Package strict reads documents that are taken whole and exactly, or not at all.
package strict

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"

	"kars-launcher/internal/report"
)

// MaxBytes bounds a document: the API server takes no larger ConfigMap.
const MaxBytes = 1 << 20

// Read returns the content of a file whose SHA-256 is digest, in the form "sha256:" and 64 hex digits.
func Read(path, digest string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, report.Failf("KARS_DOCUMENT_MISSING", "got no document: %v", err)
	}
	defer file.Close()
	body, err := io.ReadAll(io.LimitReader(file, MaxBytes+1))
	if err != nil || len(body) > MaxBytes {
		return nil, report.Failf("KARS_DOCUMENT_MALFORMED", "got %s, which cannot be read or has more than %d bytes", path, MaxBytes)
	}
	sum := sha256.Sum256(body)
	if got := "sha256:" + hex.EncodeToString(sum[:]); got != digest {
		return nil, report.Failf("KARS_DOCUMENT_DIGEST", "got %s with digest %s, allowed %s; synthesize and apply again", path, got, digest)
	}
	return body, nil
}

// Decode fills value from body; unknown fields and anything after the value are refused.
func Decode(path string, body []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return report.Failf("KARS_DOCUMENT_MALFORMED", "got %s: %v", path, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return report.Failf("KARS_DOCUMENT_MALFORMED", "got %s with something after its end", path)
	}
	return nil
}
