#!/bin/sh
# Checks the types of the parts that the named files belong to. Scripts and load import the back end, so they go with it.
set -eu
cd "$(dirname "$0")/../.."
check() { sh scripts/hooks/node.sh "$@"; }

node=false
web=false
for file in "$@"; do
  case $file in
    frontend/*) web=true ;;
    *) node=true ;;
  esac
done

if [ "$node" = true ]; then
  check tsc -p backend --noEmit
  check tsc -p scripts
  check tsc -p load
fi
if [ "$web" = true ]; then
  check npm run --silent check -w frontend
fi
