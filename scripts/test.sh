#!/usr/bin/env bash
# Installs what is missing, then lints and runs every test. The last lines count the tests of each kind.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install.sh test
AXE_JS=$(scripts/axe.sh)
export AXE_JS
scripts/restic.sh >/dev/null
logs=${CARGO_TARGET_DIR:-target}/test-logs
rm -rf "$logs"
mkdir -p "$logs"

failed=()
summary=()

# kind NAME CARGO-TEST-ARGUMENTS: runs one kind of test; a kind without tests counts as failed.
kind() {
  local name=$1 log=$logs/$1.log passed
  shift
  echo "== $name"
  if ! cargo test --features testing "$@" 2>&1 | tee "$log"; then
    failed+=("$name")
  fi
  passed=$(awk '/^test result:/ { n += $4 } END { print n + 0 }' "$log")
  [ "$passed" -gt 0 ] || failed+=("$name: no test ran")
  summary+=("$(printf '%-8s %5d passed, %d failed, %d ignored' "$name" "$passed" \
    "$(awk '/^test result:/ { n += $6 } END { print n + 0 }' "$log")" \
    "$(awk '/^test result:/ { n += $8 } END { print n + 0 }' "$log")")")
}

echo "== lint"
scripts/lint.sh || failed+=(lint)
echo "== build"
# All at once: one after the other, each would leave processors idle.
cargo test --features testing --no-run || failed+=(build)
kind pure --lib
# These wait more than they compute.
kind web --test it -- --test-threads="$(($(nproc) * 4))"
kind swarm --test swarm
kind restic --test restic
kind browser --test browser

echo
printf '%s\n' "${summary[@]}"
if [ ${#failed[@]} -gt 0 ]; then
  printf 'FAILED: %s\n' "${failed[*]}"
  exit 1
fi
echo "all tests passed"
