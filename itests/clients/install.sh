#!/bin/sh
# The npm packages as the lock file names them, where they are not there yet.
set -eu
cd "$(dirname "$0")"
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund
