#!/bin/sh
# Real clients against a running server (LIVEKIT_URL, default ws://127.0.0.1:7880, key devkey, secret secret). What is given is passed to
# node's test runner. The swap tests need STOA_HOME, the folder of that server. Normally called by `./dev test clients`.
set -eu
cd "$(dirname "$0")"
./install.sh
export NODE_ENV="${NODE_ENV:-production}" # the Rust SDK is talkative otherwise
exec node --test --test-concurrency=1 "$@" test/
