#!/bin/sh
# Makes the Secrets of k8s/secrets.example.yaml for a cluster of this machine, with PostgreSQL and Redis in it: random,
# and never over those that are there, since the data is encrypted and locked by them.
set -eu

namespace=pitwall
cd "$(dirname "$0")/.."

context=$(kubectl config current-context)
case $context in
  kind-* | k3d-* | minikube | docker-desktop | rancher-desktop | orbstack) ;;
  *)
    printf 'The context %s is not one of this machine: make its Secrets from a store (k8s/components/external-secrets).\n' "$context" >&2
    exit 1
    ;;
esac

k() {
  kubectl --context "$context" --namespace "$namespace" "$@"
}

hex() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

# scheme, role, password, host and path
url() {
  printf '%s://%s:%s@%s' "$@"
}

k apply --filename k8s/base/namespace.yaml
there=$(k get secret pitwall-backend pitwall-migrate pitwall-redis pitwall-postgres --ignore-not-found --output name)
if [ -n "$there" ]; then
  printf 'Kept what is there:\n%s\n' "$there"
  exit 0
fi
owner=$(hex)
app=$(hex)
redis=$(hex)
# Through standard input: arguments can be read by whoever lists processes.
k create --filename - <<YAML
apiVersion: v1
kind: Secret
metadata: { name: pitwall-backend, labels: { app.kubernetes.io/part-of: pitwall } }
stringData:
  database_url: $(url postgresql pitwall_app "$app" postgres:5432/pitwall)
  pitwall_secret_key: $(head -c 32 /dev/urandom | base64)
  redis_url: $(url redis '' "$redis" redis:6379)
  metrics_token: $(hex)
---
apiVersion: v1
kind: Secret
metadata: { name: pitwall-migrate, labels: { app.kubernetes.io/part-of: pitwall } }
stringData:
  database_migration_url: $(url postgresql pitwall "$owner" postgres:5432/pitwall)
---
apiVersion: v1
kind: Secret
metadata: { name: pitwall-redis, labels: { app.kubernetes.io/part-of: pitwall } }
stringData:
  redis_password: $redis
---
apiVersion: v1
kind: Secret
metadata: { name: pitwall-postgres, labels: { app.kubernetes.io/part-of: pitwall } }
stringData:
  postgres_owner_password: $owner
  postgres_app_password: $app
YAML
