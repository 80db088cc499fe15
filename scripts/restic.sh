#!/usr/bin/env bash
# Brings what the tests of backups speak to from Debian, and prints the folder: restic 0.18 (trixie), the engine; restic 0.14
# (bookworm), which reads what it wrote; restic's REST server (trixie); an SSH server. Nothing is installed: apt works with
# sources, lists and a cache of its own below the build folder, and signatures are checked as ever.
# usage: scripts/restic.sh
set -euo pipefail
cd "$(dirname "$0")/.."

build=${CARGO_TARGET_DIR:-target}
mkdir -p "$build/restic"
work=$(cd "$build/restic" && pwd -P)
# Raise it when the packages below change.
layout=1

fail() { echo "restic: $1" >&2; exit 1; }

if [ "$(cat "$work/ready" 2>/dev/null)" = "$layout" ]; then
  echo "$work"
  exit 0
fi
for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || fail "$tool is missing; on another system than Debian, bring restic and restic-rest-server yourself"
done
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -s "$keys" ] || keys=$(find /usr/share/keyrings -name 'debian-archive-keyring*' | head -n 1)
[ -n "$keys" ] || fail "Debian's keyring is missing; run: apt-get install debian-archive-keyring"

# The mirror that the machine uses itself.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -E '/debian/?$' | head -n 1 || true)
mirror=${mirror:-http://deb.debian.org/debian}

rm -rf "$work"
mkdir -p "$work"/apt/{parts,state/lists/partial,cache/archives/partial,trusted,deb}
for suite in bookworm trixie; do
  echo "deb [signed-by=$keys] $mirror $suite main"
done >"$work/apt/sources.list"
: >"$work/apt/status"

# The machine's own settings, such as a proxy, without what it does after an update, and with other folders.
{
  apt-config dump | grep -v -e Post-Invoke -e '^Dir'
  cat <<CONF
Dir::Etc::main "/dev/null";
Dir::Etc::parts "$work/apt/parts";
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "$work/apt/parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$work/apt/parts";
Dir::Etc::trusted "/dev/null";
Dir::Etc::trustedparts "$work/apt/trusted";
Dir::State "$work/apt/state";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
Dir::Log "$work/apt";
APT::Sandbox::User "root";
Acquire::Languages "none";
CONF
} >"$work/apt/conf"
export APT_CONFIG=$work/apt/conf
log=$work/apt/log
apt-get update >"$log" 2>&1 || { tail -n 5 "$log" >&2; fail "Debian's lists could not be had from $mirror"; }

# unpack FOLDER SUITE PACKAGE…
unpack() {
  local folder=$work/$1 suite=$2 package
  shift 2
  mkdir -p "$folder"
  for package in "$@"; do
    rm -f "$work"/apt/deb/*.deb
    (cd "$work/apt/deb" && apt-get download "$package/$suite") >>"$log" 2>&1 ||
      { tail -n 5 "$log" >&2; fail "$package of $suite could not be had from $mirror"; }
    dpkg-deb -x "$work"/apt/deb/*.deb "$folder"
  done
}

unpack new trixie restic
unpack old bookworm restic
unpack rest trixie restic-rest-server
unpack ssh bookworm openssh-server openssh-client libwrap0
rm -rf "$work/apt"
echo "$layout" >"$work/ready"
echo "$work"
