#!/bin/sh
# Refuses what Git writes into a file where a merge has a conflict.
set -eu
if grep --line-number --with-filename --extended-regexp '^(<{7}|>{7}|\|{7})( |$)' "$@"; then exit 1; fi
