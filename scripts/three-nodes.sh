#!/usr/bin/env bash
# A private Swarm of three engines (node1 is the manager, node2 and node3 are workers) and an image registry that all of
# them reach. Each engine has a network of its own; a bridge, in one more network, joins them. Nothing of the machine's own
# network is used or changed, and several of these Swarms run side by side. Needs root.
#
# usage: scripts/three-nodes.sh up DIR         prints the manager's socket; node2.sock and node3.sock lie beside it
#        scripts/three-nodes.sh down DIR       ends all of it and removes DIR; also after an `up` that was killed
#        scripts/three-nodes.sh crash DIR N    kills the engine of node N, as a power cut would
#        scripts/three-nodes.sh start DIR N    starts it again
#        scripts/three-nodes.sh cut DIR N      node N reaches the registry no more, but still the other nodes
#        scripts/three-nodes.sh mend DIR N     takes that back
#
# The registry is 198.19.0.1:5000, without passwords. It is seen from inside only: push through one of the engines.
set -euo pipefail

fail() { echo "three-nodes: $1" >&2; exit 1; }
usage() { echo "usage: scripts/three-nodes.sh up|down DIR | crash|start|cut|mend DIR 1|2|3" >&2; exit 2; }

net=198.19.0
nodes=(1 2 3)
action=${1:-} dir=${2:-} node=${3:-}
case "$action $node" in
  "up " | "down ") ;;
  "crash "[123] | "start "[123] | "cut "[123] | "mend "[123]) ;;
  *) usage ;;
esac
[ -n "$dir" ] || usage
mkdir -p "$dir"
dir=$(cd "$dir" && pwd -P)
unset DOCKER_HOST DOCKER_CONTEXT

# One word, new for each Swarm, names its short folder in /tmp and its networks.
run() { cat "$dir/run"; }
space() { echo "$(basename "$(run)")-$1"; }
on() { docker -H "unix://$(run)/node$1.sock" "${@:2}"; }
pid_of() { cat "$dir/node$1/pid" 2>/dev/null || echo none; }
alive() { grep -qs -- "$dir/node$1/data" "/proc/$(pid_of "$1")/cmdline"; }
registry_alive() { [ -s "$dir/registry/pid" ] && grep -qs -- "$dir/registry/config.yml" "/proc/$(cat "$dir/registry/pid")/cmdline"; }

up() {
  [ "$(id -u)" -eq 0 ] || fail "a Docker engine needs root"
  [ ! -e "$dir/run" ] || fail "a Swarm is in $dir already; end it with: scripts/three-nodes.sh down $dir"
  trap 'down' EXIT
  trap 'exit 1' INT TERM HUP
  echo $$ >"$dir/up"
  # A socket's path has at most 107 characters, so it can't lie in DIR.
  mktemp -d /tmp/canteen.XXXXXX >"$dir/run"
  join_networks
  registry
  for n in "${nodes[@]}"; do launch "$n"; done
  for n in "${nodes[@]}"; do await "$n"; done
  on 1 swarm init --advertise-addr "$net.11" >/dev/null || fail "docker swarm init failed; see $dir/node1/log"
  local token
  token=$(on 1 swarm join-token -q worker)
  for n in 2 3; do
    on "$n" swarm join --advertise-addr "$net.1$n" --token "$token" "$net.11:2377" >/dev/null || fail "node$n can't join; see $dir/node$n/log"
  done
  for n in "${nodes[@]}"; do await_ready "$n"; done
  trap - EXIT INT TERM HUP
  rm "$dir/up"
  echo "$(run)/node1.sock"
}

join_networks() {
  local hub
  hub=$(space hub)
  ip netns add "$hub"
  ip -n "$hub" link set lo up
  ip -n "$hub" link add nodes type bridge
  ip -n "$hub" addr add "$net.1/24" dev nodes
  ip -n "$hub" link set nodes up
  for n in "${nodes[@]}"; do
    ip netns add "$(space "node$n")"
    # Both ends are made inside, so that no name of theirs is ever taken on the machine.
    ip -n "$hub" link add "node$n" type veth peer name eth0 netns "$(space "node$n")"
    ip -n "$hub" link set "node$n" master nodes up
    ip -n "$(space "node$n")" addr add "$net.1$n/24" dev eth0
    ip -n "$(space "node$n")" link set eth0 up
    ip -n "$(space "node$n")" link set lo up
  done
}

registry() {
  mkdir -p "$dir/registry"
  cat >"$dir/registry/config.yml" <<CONFIG
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: "$dir/registry/data"}, delete: {enabled: true}}
http: {addr: "$net.1:5000"}
CONFIG
  setsid nsenter --net="/run/netns/$(space hub)" docker-registry serve "$dir/registry/config.yml" \
    >"$dir/registry/log" 2>&1 </dev/null &
  echo $! >"$dir/registry/pid"
  for _ in $(seq 100); do
    nsenter --net="/run/netns/$(space hub)" busybox wget -q -O /dev/null "http://$net.1:5000/v2/" 2>/dev/null && return
    sleep 0.1
  done
  tail -n 3 "$dir/registry/log" >&2
  fail "docker-registry did not start; see $dir/registry/log"
}

launch() {
  local n=$1 run
  run=$(run)
  mkdir -p "$dir/node$n"
  rm -f "$dir/node$n/pid"
  # Not `ip netns exec`: it hides the control groups from the engine. The inner shell expands its own arguments.
  # shellcheck disable=SC2016
  setsid nsenter --net="/run/netns/$(space "node$n")" unshare --uts \
    sh -c 'hostname "$1"; shift; exec "$@"' launch "node$n" \
    dockerd --data-root "$dir/node$n/data" --exec-root "$run/exec$n" -H "unix://$run/node$n.sock" \
    --pidfile "$dir/node$n/pid" --insecure-registry "$net.1:5000" >>"$dir/node$n/log" 2>&1 </dev/null &
}

await() {
  for _ in $(seq 300); do
    on "$1" info >/dev/null 2>&1 && return
    sleep 0.2
  done
  tail -n 3 "$dir/node$1/log" >&2
  fail "the engine of node$1 did not start; see $dir/node$1/log"
}

await_ready() {
  for _ in $(seq 300); do
    [ "$(on 1 node inspect -f '{{.Status.State}}' "node$1" 2>/dev/null)" != ready ] || return 0
    sleep 0.2
  done
  fail "node$1 does not become ready; see $dir/node$1/log"
}

crash() {
  alive "$node" || fail "the engine of node$node does not run"
  kill -9 "$(pid_of "$node")"
}

start() {
  ! alive "$node" || fail "the engine of node$node runs already"
  launch "$node"
  await "$node"
  await_ready "$node"
}

cut() { ip -n "$(space "node$node")" route replace unreachable "$net.1/32"; }

mend() { ip -n "$(space "node$node")" route del unreachable "$net.1/32"; }

# Ends only what `up` and `start` began: the engines and the registry of DIR, and the shims whose paths lie in its folders.
down() {
  end_up
  [ -s "$dir/run" ] || { rm -rf "$dir"; return 0; }
  local run pids=()
  run=$(run)
  for n in "${nodes[@]}"; do
    if alive "$n"; then
      timeout 20 docker -H "unix://$run/node$n.sock" swarm leave --force >/dev/null 2>&1 &
      pids+=($!)
    fi
  done
  [ ${#pids[@]} -eq 0 ] || wait "${pids[@]}" || true
  for n in "${nodes[@]}"; do ! alive "$n" || kill "$(pid_of "$n")" 2>/dev/null || true; done
  ! registry_alive || kill "$(cat "$dir/registry/pid")" 2>/dev/null || true
  for n in "${nodes[@]}"; do
    for _ in $(seq 150); do alive "$n" || break; sleep 0.1; done
    ! alive "$n" || kill -9 "$(pid_of "$n")" 2>/dev/null || true
  done
  # An engine that was only just launched, engines that were killed, and what lives on without them.
  for process in /proc/[0-9]*; do
    if tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -qF -e "$run/exec" -e "$dir/registry/config.yml"; then
      kill -9 "${process#/proc/}" 2>/dev/null || true
    fi
  done
  for _ in 1 2 3 4 5; do
    mounts | while read -r mount; do umount -l "$mount" 2>/dev/null || true; done
    [ -n "$(mounts)" ] || break
    sleep 0.3
  done
  for name in hub node1 node2 node3; do ip netns del "$(space "$name")" 2>/dev/null || true; done
  rm -rf "$run" "$dir"
}

# An `up` that still runs would go on while everything is taken away.
end_up() {
  local pid
  pid=$(cat "$dir/up" 2>/dev/null) || return 0
  if [ "$pid" != $$ ] && grep -qs three-nodes "/proc/$pid/cmdline"; then kill -9 "$pid" 2>/dev/null || true; fi
}

mounts() { command cut -d' ' -f2 /proc/mounts | { grep -F -e "$(run)/" -e "$dir/" || true; } | sort -r; }

"$action"
