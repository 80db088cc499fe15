#!/usr/bin/env bash
# Measures what Canteen promises and prints one table: the image on a private engine, memory, start, pages, deploys.
# Takes away all that it started, however it ends.
#
# usage: scripts/bench.sh [PART...]        PART: memory, image, start, apps, audit, sign-ins, mirrors, plan, config, deploy, logs (default: all)
#        BENCH_LOG_SECONDS: how long the part logs follows a loud app (default 60)
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "bench: $1" >&2; exit 1; }

for tool in docker dockerd docker-registry busybox git nsenter setpriv unshare; do
  command -v "$tool" >/dev/null || fail "$tool is missing; scripts/install.sh demo installs Docker, a registry and busybox"
done
[ "$(id -u)" -eq 0 ] || fail "a private Docker engine needs root"

build=${CARGO_TARGET_DIR:-target}
target=$(rustc -vV | sed -n 's/^host: //p')
unset DOCKER_HOST DOCKER_CONTEXT
dir=$(mktemp -d /tmp/canteen-bench.XXXXXX)
engine=$dir/engine registry=$dir/registry
current=""

# Long steps run beside the script, so that a signal is answered at once.
step() {
  setsid "$@" &
  current=$!
  local code=0
  wait "$current" || code=$?
  current=""
  return "$code"
}

# shellcheck disable=SC2317 # the trap calls it
finish() {
  local code=$?
  trap '' INT TERM HUP
  trap - EXIT
  # The step has a session of its own; cargo and what it runs end with it, and dashboards with what measures them.
  [ -z "$current" ] || kill -- "-$current" 2>/dev/null || true
  scripts/registry.sh down "$registry" 2>/dev/null || true
  scripts/engine.sh down "$engine" || true
  [ ! -e "$dir/work/nodes/run" ] || scripts/three-nodes.sh down "$dir/work/nodes" || true
  rm -rf "$dir"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

echo "bench: starting a private engine and a registry" >&2
# A network of its own: no other engine or registry is met there, so the port is free.
socket=$(scripts/engine.sh up "$engine" own) || fail "no private engine"
export DOCKER_HOST=unix://$socket
scripts/registry.sh up "$registry" 5000 "$engine"
export BENCH_REGISTRY=127.0.0.1:5000

mkdir "$dir/image"
cp demo/images/busybox/Dockerfile "$(command -v busybox)" "$dir/image/"
DOCKER_BUILDKIT=0 docker build -q -t "$BENCH_REGISTRY/busybox:1.35.0" "$dir/image" >/dev/null 2>"$dir/image.log" || fail "$(cat "$dir/image.log")"
docker push -q "$BENCH_REGISTRY/busybox:1.35.0" >/dev/null
scripts/demo-recipes.sh "$dir/recipes" "$BENCH_REGISTRY" benches/recipes

echo "bench: building the image" >&2
export BENCH_IMAGE=canteen:bench
step scripts/image.sh "$BENCH_IMAGE" >&2 || fail "the image could not be built"
export BENCH_BINARY=$dir/canteen
cp "$build/$target/release/canteen" "$BENCH_BINARY"

echo "bench: building the measurements" >&2
export BENCH_DIR=$dir/work BENCH_ONLY="$*"
mkdir "$BENCH_DIR"
ln -s ../recipes "$BENCH_DIR/recipes"
# With the flags of the image the dependencies are compiled once for both.
export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static"
step cargo bench --quiet --features testing --bench figures --target "$target" || fail "not everything could be measured"
