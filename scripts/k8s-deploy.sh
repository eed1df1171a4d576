#!/bin/sh
# Deploys an overlay of k8s/ in the order that a release needs: what the migration needs, the migration, then the rest.
#   sh scripts/k8s-deploy.sh alpha
#   CONFIRM=<name of the context> sh scripts/k8s-deploy.sh production
set -eu

overlay=${1:-}
namespace=pitwall
cd "$(dirname "$0")/.."

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

if [ -z "$overlay" ] || [ ! -f "k8s/overlays/$overlay/kustomization.yaml" ]; then
  fail "Name an overlay: $(find k8s/overlays -mindepth 1 -maxdepth 1 -type d -exec basename {} \; | sort | tr '\n' ' ')"
fi
context=$(kubectl config current-context) || fail 'kubectl has no current context: kubectl config use-context <name>'
case $context in
  kind-* | k3d-* | minikube | docker-desktop | rancher-desktop | orbstack) ;;
  *)
    [ "${CONFIRM:-}" = "$context" ] ||
      fail "This deploys $overlay to the cluster of the context $context, which is not one of this machine." \
        "If that is meant: CONFIRM=$context"
    ;;
esac

# The one that was looked at, whoever changes the current context meanwhile.
k() {
  kubectl --context "$context" --namespace "$namespace" "$@"
}

# Rendered once, so that each step applies the same.
rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
kubectl kustomize "k8s/overlays/$overlay" >"$rendered"

needs() {
  grep -q "^kind: $1\$" "$rendered"
}

if ! needs ExternalSecret; then
  for secret in pitwall-backend pitwall-migrate; do
    k get secret "$secret" >/dev/null 2>&1 ||
      fail "There is no Secret $secret in $namespace. On a machine of your own: make k8s-secrets. Else: k8s/secrets.example.yaml"
  done
fi

printf '1/4 Configuration, policies and data stores, to %s\n' "$context"
k apply --filename "$rendered" \
  --selector 'app.kubernetes.io/component notin (gateway, business, ingest, worker, frontend, migrate)'
if needs ExternalSecret; then
  k wait externalsecret --all --for=condition=Ready --timeout=120s
fi
if needs StatefulSet; then
  k rollout status statefulset --selector app.kubernetes.io/part-of=pitwall --timeout=10m
fi

printf '2/4 Migration\n'
# A Job's pod template cannot be changed: each release has a new one.
k delete job migrate --ignore-not-found --wait
k apply --filename "$rendered" --selector app.kubernetes.io/component=migrate
# It ends by itself: activeDeadlineSeconds.
while :; do
  ended=$(k get job migrate --output 'jsonpath={.status.conditions[?(@.status=="True")].type}')
  case $ended in
    *Complete*) break ;;
    *Failed*)
      k logs job/migrate --all-pods --tail=50 || true
      fail 'The migration failed. What serves was not touched.'
      ;;
  esac
  sleep "${POLL_SECONDS:-2}"
done
k logs job/migrate

printf '3/4 Rollout\n'
k apply --filename "$rendered"

printf '4/4 Waiting until every pod is ready\n'
k rollout status deployment --selector app.kubernetes.io/part-of=pitwall --timeout=15m || {
  k get pods
  fail 'The rollout did not end. The pods of before still serve. Back: kubectl rollout undo deployment/<name> (k8s/README.md)'
}
k get deployment,statefulset
