#!/usr/bin/env bash
# Scanners against a Canteen of its own, on this machine's loopback alone: wapiti, sqlmap, schemathesis, ffuf, and a list of addresses
# that should not exist. Takes a quarter of an hour at most. Needs root for a private engine, Python with venv, and Debian's packages.
#
# usage: scripts/scan.sh        PORT        where Canteen answers meanwhile (default 8099)
#
# What they said lies in target/scan/report afterwards; docs/security.md answers it. The exit code is 1 if there is something new.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "scan: $1" >&2; exit 1; }

port=${PORT:-8099}
dir=$(mkdir -p "${CARGO_TARGET_DIR:-target}/scan" && cd "${CARGO_TARGET_DIR:-target}/scan" && pwd -P)
canteen=""

# shellcheck disable=SC2317 # the trap calls it
finish() {
  local code=$?
  trap - EXIT
  if [ -n "$canteen" ]; then
    kill "$canteen" 2>/dev/null || true
    wait "$canteen" 2>/dev/null || true
  fi
  scripts/engine.sh down "$dir/engine" || true
  exit "$code"
}

# The versions that docs/security.md speaks of. The two want different versions of the same libraries.
tool() {
  local folder=$dir/$1
  shift
  [ -x "$folder/bin/python" ] || python3 -m venv "$folder" || fail "python3 has no venv; on Debian: apt install python3-venv"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
}
tool web wapiti3==3.2.3 sqlmap==1.10.10
tool api schemathesis==4.32.5
# ffuf and a list of some thousand words, unpacked here and not installed.
if [ ! -x "$dir/deb/usr/bin/ffuf" ] || [ ! -f "$dir/deb/usr/share/dirb/wordlists/common.txt" ]; then
  mkdir -p "$dir/deb"
  (cd "$dir/deb" && apt-get download -qq ffuf dirb && for deb in ./*.deb; do dpkg-deb -x "$deb" .; done) || fail "no ffuf from Debian"
fi

# The build of the tests, so that nothing is built twice.
cargo build --quiet --features testing --bin canteen
binary=$(cd "${CARGO_TARGET_DIR:-target}/debug" && pwd)/canteen

rm -rf "$dir/data" "$dir/recipes" "$dir/report"
mkdir -p "$dir/data" "$dir/report"
scripts/demo-recipes.sh "$dir/recipes" registry.example >/dev/null
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
scripts/engine.sh stop "$dir/engine" 2>/dev/null || true
socket=$(scripts/engine.sh up "$dir/engine" own) || fail "no private engine; run this as root"
docker -H "unix://$socket" network create --driver overlay --attachable proxy >/dev/null 2>&1 || true

export CANTEEN_LISTEN=127.0.0.1:$port CANTEEN_PUBLIC_URL=http://127.0.0.1:$port CANTEEN_DATA=$dir/data \
  CANTEEN_DOCKER_HOST=unix://$socket CANTEEN_CATALOGUE=$dir/recipes/recipes.json CANTEEN_LOCAL_RECIPES=$dir/recipes \
  CANTEEN_REQUIRE_SECOND_FACTOR=nobody
echo "seven quiet otters" | "$binary" member add ana --role admin
"$binary" routes >"$dir/report/routes.txt"
"$binary" serve >"$dir/report/canteen.log" 2>&1 &
canteen=$!

timeout 900 "$dir/web/bin/python" scripts/scan.py "http://127.0.0.1:$port" "$dir"
