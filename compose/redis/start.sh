#!/bin/sh
# Starts Redis with the password of the secret: in a file that only Redis can read, so that it stands in no command line
# (`ps`) and no environment (`docker inspect`).
set -eu
umask 077
{
  cat /etc/pitwall/redis.conf
  printf 'requirepass "%s"\n' "$(cat /run/secrets/redis_password)"
} >/tmp/redis.conf
exec redis-server /tmp/redis.conf
