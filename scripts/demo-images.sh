#!/usr/bin/env bash
# Builds the demo's images from nothing but busybox and pushes them. The engine is the one that DOCKER_HOST names.
# usage: scripts/demo-images.sh REGISTRY        REGISTRY such as 127.0.0.1:5000
set -euo pipefail

registry=${1:?usage: scripts/demo-images.sh REGISTRY}
images=$(cd "$(dirname "$0")/../demo/images" && pwd)
base=$registry/busybox:1.35.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The classic builder uses local images as they are and asks no registry.
build() {
  local tag=$1 context=$2
  shift 2
  DOCKER_BUILDKIT=0 docker build -q -t "$tag" "$@" "$context" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
  docker push -q "$tag" >/dev/null
}

cp "$images/busybox/Dockerfile" "$(command -v busybox)" "$work/"
build "$base" "$work"
build "$registry/notice-board:1.35.0" "$images/notice-board" --build-arg "BASE=$base"
for release in 0.1.0 0.2.0; do
  build "$registry/guestbook:$release" "$images/guestbook" --build-arg "BASE=$base" --build-arg "RELEASE=$release"
done
