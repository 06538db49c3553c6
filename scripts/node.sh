#!/bin/sh
# Runs one of this repository's TypeScript programs on a Node.js that can, or says what is missing.
set -u
if ! found=$(node -p 'process.versions.node' 2>&1); then
  echo "kars: the pinned Node.js does not start: $found" >&2
  case "$found" in *libatomic*) echo "kars: install libatomic1 (apt-get install libatomic1, dnf install libatomic)" >&2 ;; esac
  exit 1
fi
if [ "${found%%.*}" -lt 24 ]; then
  echo "kars: got Node.js $found, needed 24 or newer; run npm ci without --omit=optional to get the pinned one, or install Node.js 24" >&2
  exit 1
fi
exec node --conditions=kars:source --disable-warning=ExperimentalWarning "$@"
