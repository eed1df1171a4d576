#!/bin/sh
# Sets up the hooks of .pre-commit-config.yaml. Where there is no pre-commit, says how to get it, and leaves Git as it is.
set -eu
cd "$(dirname "$0")/../.."
for program in yamllint shellcheck; do
  command -v "$program" >/dev/null || echo "Not installed: $program. Commits that change what it checks are refused without it."
done
if command -v pre-commit >/dev/null; then
  pre-commit install
else
  echo 'Not installed: pre-commit, so nothing is checked before a commit; CI checks all the same.'
  echo 'Get it with pipx install pre-commit, apt-get install pre-commit or brew install pre-commit, then run this again.'
fi
