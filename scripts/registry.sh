#!/usr/bin/env bash
# An image registry on 127.0.0.1 without passwords, for the demo and the tests: Debian's, with a setting of its own.
# usage: scripts/registry.sh up DIR PORT [ENGINE_DIR]    ENGINE_DIR: join the own network of that private engine
#        scripts/registry.sh down DIR                    stops it; the images stay in DIR
set -euo pipefail

fail() { echo "registry: $1" >&2; exit 1; }
usage() { echo "usage: scripts/registry.sh up DIR PORT [ENGINE_DIR] | down DIR" >&2; exit 2; }

action=${1:-} dir=${2:-}
[ -n "$dir" ] || usage
mkdir -p "$dir"
dir=$(cd "$dir" && pwd -P)

alive() { [ -s "$dir/pid" ] && grep -qs -- "$dir/config.yml" "/proc/$(cat "$dir/pid")/cmdline"; }

up() {
  local port=$1 prefix=()
  ! alive || fail "a registry already runs in $dir"
  [ -z "${2:-}" ] || prefix=(nsenter "--net=/proc/$(cat "$2/pid")/ns/net")
  cat >"$dir/config.yml" <<CONFIG
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: "$dir/data"}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$port"}
CONFIG
  setsid "${prefix[@]}" docker-registry serve "$dir/config.yml" >"$dir/log" 2>&1 9>&- </dev/null &
  local started=$!
  echo "$started" >"$dir/pid"
  for _ in $(seq 50); do
    "${prefix[@]}" busybox wget -q -O /dev/null "http://127.0.0.1:$port/v2/" 2>/dev/null && return
    kill -0 "$started" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 3 "$dir/log" >&2
  kill "$started" 2>/dev/null || true
  fail "docker-registry did not start on port $port; see $dir/log"
}

down() {
  alive && kill "$(cat "$dir/pid")"
  for _ in $(seq 50); do alive || break; sleep 0.1; done
  rm -f "$dir/pid"
}

case $action in
  up) [ -n "${3:-}" ] || usage; up "$3" "${4:-}" ;;
  down) down ;;
  *) usage ;;
esac
