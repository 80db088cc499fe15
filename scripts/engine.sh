#!/usr/bin/env bash
# A private Docker engine with a Swarm of one node, beside any engine of the machine. Needs root.
#
# usage: scripts/engine.sh up DIR [host|own]    prints the socket's path; everything lies in DIR and one short folder in /tmp
#        scripts/engine.sh down DIR             ends the Swarm and the engine, and removes both folders
#        scripts/engine.sh stop DIR             ends the engine only; a later `up` finds apps and volumes again
#
# host: the engine uses the machine's network (default). own: a network of its own, with no way outside; several
# of these run side by side. A registry for it is started by `nsenter --net=/proc/$(cat DIR/pid)/ns/net`.
set -euo pipefail

fail() { echo "engine: $1" >&2; exit 1; }

action=${1:-} dir=${2:-} net=${3:-host}
case "$action-$net" in
  up-host | up-own | down-host | stop-host) ;;
  *) echo "usage: scripts/engine.sh up|stop|down DIR [host|own]" >&2; exit 2 ;;
esac
[ -n "$dir" ] || { echo "usage: scripts/engine.sh up|stop|down DIR [host|own]" >&2; exit 2; }
mkdir -p "$dir"
dir=$(cd "$dir" && pwd -P)
unset DOCKER_HOST DOCKER_CONTEXT

on() { docker -H "unix://$(cat "$dir/run")/docker.sock" "$@"; }
alive() { [ -s "$dir/pid" ] && grep -qs -- "$dir/data" "/proc/$(cat "$dir/pid")/cmdline"; }
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

up() {
  [ "$(id -u)" -eq 0 ] || fail "a Docker engine needs root"
  ! alive || fail "an engine already runs in $dir"
  if [ "$net" = host ]; then
    for port in 2377 7946; do
      ! listening "$port" || fail "port $port, which a Swarm needs, is taken on this machine by another engine"
    done
    remember_network
  fi
  # A socket's path has at most 107 characters, so it can't lie in DIR.
  mktemp -d /tmp/canteen.XXXXXX >"$dir/run"
  launch
  if [ "$(on info -f '{{.Swarm.LocalNodeState}}')" != active ]; then
    on swarm init --advertise-addr 127.0.0.1 >/dev/null || fail "docker swarm init failed; see $dir/log"
  fi
  echo "$(cat "$dir/run")/docker.sock"
}

launch() {
  local run prefix=()
  run=$(cat "$dir/run")
  # shellcheck disable=SC2016 # the inner shell expands it
  [ "$net" = host ] || prefix=(unshare --net sh -c 'busybox ip link set lo up; exec "$@"' own)
  # A session of its own: Ctrl-C reaches the script, which then stops the engine in order.
  setsid "${prefix[@]}" dockerd --data-root "$dir/data" --exec-root "$run/exec" -H "unix://$run/docker.sock" \
    --pidfile "$dir/pid" >"$dir/log" 2>&1 9>&- </dev/null &
  local started=$!
  for _ in $(seq 150); do
    on info >/dev/null 2>&1 && return
    kill -0 "$started" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 3 "$dir/log" >&2
  halt
  fail "the engine did not start; see $dir/log"
}

# Ends only what `up` started: the daemon of DIR, and the shims and mounts whose paths lie in its folders.
halt() {
  local run
  run=$(cat "$dir/run" 2>/dev/null) || return 0
  if alive; then
    kill "$(cat "$dir/pid")" 2>/dev/null || true
    for _ in $(seq 150); do alive || break; sleep 0.2; done
    ! alive || kill -9 "$(cat "$dir/pid")" 2>/dev/null || true
  fi
  for process in /proc/[0-9]*; do
    if tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -qF -- "$run/exec"; then
      kill -9 "${process#/proc/}" 2>/dev/null || true
    fi
  done
  for _ in 1 2 3; do
    mounts | while read -r mount; do umount -l "$mount" 2>/dev/null || true; done
    [ -n "$(mounts)" ] || break
    sleep 0.3
  done
  rm -rf "$run"
  rm -f "$dir/run" "$dir/pid"
  restore_network
}

mounts() { cut -d' ' -f2 /proc/mounts | { grep -F -e "$(cat "$dir/run")/" -e "$dir/" || true; } | sort -r; }

# The engine leaves firewall chains and bridges behind. They go with it, if no engine had made them before.
remember_network() {
  rm -f "$dir/network"
  iptables -S 2>/dev/null | grep -q -- '-N DOCKER' && return 0
  { iptables -S FORWARD | head -n 1 | cut -d' ' -f3; cat /proc/sys/net/ipv4/ip_forward; } >"$dir/network"
}

restore_network() {
  [ -s "$dir/network" ] || return 0
  # Another engine may have joined the chains meanwhile.
  ! grep -qsz -x -E '(.*/)?dockerd' /proc/[0-9]*/cmdline || return 0
  { iptables-save | grep -v -e DOCKER -e docker0 -e docker_gwbridge | iptables-restore; } 2>/dev/null || true
  iptables -P FORWARD "$(head -n 1 "$dir/network")" || true
  tail -n 1 "$dir/network" >/proc/sys/net/ipv4/ip_forward || true
  for bridge in docker0 docker_gwbridge; do
    busybox ip link del "$bridge" 2>/dev/null || true
  done
  rm -f "$dir/network"
}

down() {
  if alive; then
    on swarm leave --force >/dev/null 2>&1 || true
  fi
  halt
  rm -rf "$dir"
}

stop() { halt; }

"$action"
