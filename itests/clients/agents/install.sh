#!/bin/sh
# A Python environment with LiveKit's agents framework, where it is not there yet.
set -eu
cd "$(dirname "$0")"
[ .venv/installed -nt requirements.txt ] && exit
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
touch .venv/installed
