#!/usr/bin/env bash
# Brings the accessibility checker of the browser tests from npm, at the version of the lock file, and prints its path.
set -euo pipefail
cd "$(dirname "$0")/.."

work=${CARGO_TARGET_DIR:-target}/browser
mkdir -p "$work"
cp tests/browser/package.json tests/browser/package-lock.json "$work/"
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund --prefer-offline >npm.log 2>&1 || {
  echo "axe: npm ci failed; see $work/npm.log" >&2
  exit 1
}
echo "$PWD/node_modules/axe-core/axe.min.js"
