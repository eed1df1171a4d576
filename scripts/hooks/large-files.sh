#!/bin/sh
# Refuses files of more than a mebibyte as they are staged: what is in the history once, every clone fetches.
set -eu
limit=1048576
status=0
for file in "$@"; do
  bytes=$(git cat-file -s ":$file")
  if [ "$bytes" -gt "$limit" ]; then
    echo "$file: $bytes bytes, and $limit are the most"
    status=1
  fi
done
exit "$status"
