#!/usr/bin/env bash
# Installs what `make demo` or `make test` needs and the machine lacks, from Debian's packages.
# usage: scripts/install.sh demo|test
set -euo pipefail

fail() { echo "install: $1" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
packaged() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

missing=()
need() { missing+=("$1"); }

case ${1:-} in
  demo | test) ;;
  *) echo "usage: scripts/install.sh demo|test" >&2; exit 2 ;;
esac

has cargo || fail "cargo is not on PATH; install Rust from https://rustup.rs first"
has npm || fail "npm is not on PATH; install Node.js 20 or newer first"

# By command where another package may bring the same thing, such as Docker's own packages.
{ has dockerd && has docker; } || need docker.io
has iptables || need iptables
has ip || need iproute2
has nsenter || need util-linux
# Rust links with a C compiler, and SQLite is built from its source.
has cc || need build-essential
has git || need git
has docker-registry || need docker-registry
[ -s /etc/ssl/certs/ca-certificates.crt ] || need ca-certificates
packaged busybox-static || need busybox-static
if [ "$1" = test ]; then
  has chromium || need chromium
  has chromedriver || need chromium-driver
  packaged fonts-dejavu-core || need fonts-dejavu-core
fi

[ ${#missing[@]} -gt 0 ] || exit 0

has apt-get || fail "missing: ${missing[*]}; this machine has no apt-get, so install them by hand"
[ "$(id -u)" -eq 0 ] || fail "missing: ${missing[*]}; run this as root, or: apt-get install ${missing[*]}"

# The packages would start their services at once. We start our own engine and registry, so for the
# time of the installation nothing is started; an engine that already runs is left alone.
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
if [ -e "$policy" ]; then
  trap 'rm -f "$log"' EXIT
else
  trap 'rm -f "$log" "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

echo "install: from Debian: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  fail "apt-get could not install ${missing[*]}; does this machine reach a Debian mirror?"
fi
