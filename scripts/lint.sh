#!/usr/bin/env bash
# Format and lints; nothing is changed.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --check
cargo clippy --quiet --all-targets --features testing -- -D warnings
if command -v shellcheck >/dev/null; then
  shellcheck scripts/*.sh
fi
# Licences and sources of the dependencies; needs no network.
if command -v cargo-deny >/dev/null; then
  cargo deny --offline check bans licenses sources
fi
