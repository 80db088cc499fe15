#!/usr/bin/env bash
# Builds Canteen and runs it with three recipes of its own, against this machine's Swarm where it manages one, else
# against a private engine. Stays in the foreground; Ctrl-C stops everything that it started, and nothing else.
#
# usage: scripts/demo.sh        PORT             where Canteen answers (default 8080)
#                               KEEP=1           go on with the members, apps and images of the last time
#                               DEMO_DIR where all of it lies (default target/demo)
#                               DEMO_NET own: the private engine gets a network of its own (default host)
#                               BUILD_PROFILE    cargo's profile (default dev: built in a third of the time)
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "demo: $1" >&2; exit 1; }
say() { echo "demo: $1"; }
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

port=${PORT:-8080}
if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || [ "$port" -gt 65535 ]; then
  fail "PORT must be a number from 1 to 65535, not '$port'"
fi
! listening "$port" || fail "port $port is taken; choose another one: make demo PORT=8090"

build=${CARGO_TARGET_DIR:-target}
profile=${BUILD_PROFILE:-dev}
mkdir -p "${DEMO_DIR:=$build/demo}"
dir=$(cd "$DEMO_DIR" && pwd -P)
machine=unix:///var/run/docker.sock
unset DOCKER_HOST DOCKER_CONTEXT

# Two demos in one folder would take each other's state away. The lock goes with this process.
exec 9>"$dir.lock"
flock -n 9 || fail "a demo already runs in $dir; set DEMO_DIR for a second one"

ready="" current="" canteen="" engine="" registry="" network="" registry_port=""

# Long steps run beside the script, so that a signal is answered at once.
step() {
  "$@" 9>&- &
  current=$!
  wait "$current" || { current=""; return 1; }
  current=""
}

# shellcheck disable=SC2317 # the trap calls it
finish() {
  local code=$?
  trap '' INT TERM HUP
  trap - EXIT
  [ -z "$ready" ] || say "stopping"
  [ -z "$current" ] || kill "$current" 2>/dev/null || true
  if [ -n "$canteen" ]; then
    kill "$canteen" 2>/dev/null || true
    wait "$canteen" 2>/dev/null || true
  fi
  [ -z "$engine" ] || scripts/engine.sh "$([ "${KEEP:-}" = 1 ] && echo stop || echo down)" "$dir/engine" || true
  [ -z "$registry" ] || scripts/registry.sh down "$dir/registry" || true
  [ -z "$network" ] || docker network rm proxy >/dev/null 2>&1 || say "the network proxy stays, an app still uses it"
  [ "${KEEP:-}" = 1 ] || rm -rf "$dir" "$dir.lock"
  exit "$code"
}
trap finish EXIT
# Once the demo is up, a signal is how it is meant to end.
trap 'exit $([ -n "$ready" ] && echo 0 || echo 130)' INT
trap 'exit $([ -n "$ready" ] && echo 0 || echo 143)' TERM HUP

step scripts/install.sh demo
say "building Canteen ($profile)"
step cargo build --quiet --profile "$profile" --bin canteen || fail "cargo build failed"
binary=$(cd "$build/${profile/#dev/debug}" && pwd)/canteen

# What an earlier demo left when it was killed hard.
scripts/registry.sh down "$dir/registry"
scripts/engine.sh stop "$dir/engine"
if [ "${KEEP:-}" != 1 ]; then
  rm -rf "${dir:?}"/*
fi

if [ "$(docker -H "$machine" info -f '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}' 2>/dev/null)" = "active true" ]; then
  DOCKER_HOST=$machine
  say "using this machine's Swarm"
else
  engine=yes
  socket=$(scripts/engine.sh up "$dir/engine" "${DEMO_NET:-host}") ||
    fail "no private engine; DEMO_NET=own gives it a network of its own"
  DOCKER_HOST=unix://$socket
  say "no Swarm is managed here: using a private engine, $DOCKER_HOST"
fi
export DOCKER_HOST

if ! docker network inspect proxy >/dev/null 2>&1; then
  docker network create --driver overlay --attachable proxy >/dev/null
  [ -n "$engine" ] || network=yes
fi

# The address is part of the images' names, so a kept demo keeps it.
registry_port=$(cat "$dir/registry-port" 2>/dev/null || true)
if [ -z "$registry_port" ]; then
  registry_port=5000
  while listening "$registry_port"; do registry_port=$((registry_port + 1)); done
  echo "$registry_port" >"$dir/registry-port"
fi
registry=yes
joined=""
[ -z "$engine" ] || [ "${DEMO_NET:-host}" = host ] || joined=$dir/engine
scripts/registry.sh up "$dir/registry" "$registry_port" "$joined"

say "building the demo's images and recipes"
step scripts/demo-images.sh "127.0.0.1:$registry_port"
scripts/demo-recipes.sh "$dir/recipes" "127.0.0.1:$registry_port"

mkdir -p "$dir/data"
CANTEEN_LISTEN=127.0.0.1:$port CANTEEN_PUBLIC_URL=http://127.0.0.1:$port CANTEEN_DATA=$dir/data \
  CANTEEN_DOCKER_HOST=$DOCKER_HOST CANTEEN_CATALOGUE=$dir/recipes/recipes.json CANTEEN_LOCAL_RECIPES=$dir/recipes \
  CANTEEN_REQUIRE_SECOND_FACTOR=nobody \
  setsid "$binary" serve >"$dir/canteen.log" 2>&1 9>&- </dev/null &
canteen=$!

died() { tail -n 20 "$dir/canteen.log" >&2; canteen=""; fail "canteen ended; above are the last lines of its log"; }

healthy() {
  local status=""
  { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || return 1
  printf 'GET /health HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$port" >&3
  read -r -t 5 status <&3 || true
  exec 3>&-
  [[ $status == *" 200 "* ]]
}

for _ in $(seq 300); do
  ! healthy || break
  kill -0 "$canteen" 2>/dev/null || died
  sleep 0.2
done
healthy || { tail -n 20 "$dir/canteen.log" >&2; fail "canteen did not answer on port $port within a minute"; }

# A kept demo has an admin already, and then no code is made.
code=$(sed -n 's/.*set-up code: *\([A-Z0-9-]*\).*/\1/p' "$dir/canteen.log" | tail -n 1)
[ -n "$code" ] || [ "${KEEP:-}" = 1 ] || fail "canteen printed no set-up code; see $dir/canteen.log"

ready=yes
echo
if [ -n "$code" ]; then
  echo "Open http://127.0.0.1:$port and make the first account with the set-up code $code. Log: $dir/canteen.log. Ctrl-C stops the demo."
else
  echo "Open http://127.0.0.1:$port and sign in as before. Log: $dir/canteen.log. Ctrl-C stops the demo."
fi
echo "READY http://127.0.0.1:$port setup-code=${code:--}"

wait "$canteen" || true
died
