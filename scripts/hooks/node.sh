#!/bin/sh
# Runs an installed package's program with the Node that the Makefile would use: scripts/hooks/node.sh prettier --check FILE
set -eu
cd "$(dirname "$0")/../.."
NODE_BIN=$(sh scripts/ensure-node.sh)
[ -d node_modules ] || { echo 'The packages are not installed: make install' >&2; exit 1; }
PATH="$NODE_BIN:$PWD/node_modules/.bin:$PATH" exec "$@"
