#!/usr/bin/env bash
# Builds the image from a static binary, with Debian's restic and the ssh that restic uses. The engine is the one that DOCKER_HOST
# names, or the machine's.
# usage: scripts/image.sh TAG        BUILD_PROFILE: cargo's profile (default release)
set -euo pipefail

tag=${1:?usage: scripts/image.sh TAG}
cd "$(dirname "$0")/.."
profile=${BUILD_PROFILE:-release}
target=$(rustc -vV | sed -n 's/^host: //p')
build=${CARGO_TARGET_DIR:-target}

# With --target, the flags reach the binary only, not build scripts and macros, which can't be static.
RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static" cargo build --profile "$profile" --target "$target" --bin canteen
# Cargo calls the folder of its profile dev debug.
binary=$build/$target/${profile/#dev/debug}/canteen

# A folder of its own: two of us may be at work.
context=$(mktemp -d "$build/image.XXXXXX")
trap 'rm -rf "$context"' EXIT
chmod 755 "$context"
mkdir "$context/data"
cp "$binary" /etc/ssl/certs/ca-certificates.crt "$context/"

# restic and ssh are no static programs: each comes with the libraries that it names, at the places where it looks for them.
programs=$(scripts/restic.sh)
mkdir -p "$context/programs/usr/bin"
cp "$programs/new/usr/bin/restic" "$programs/ssh/usr/bin/ssh" "$context/programs/usr/bin/"
for program in "$context"/programs/usr/bin/*; do
  ! ldd "$program" | grep 'not found' >&2 || { echo "image: libraries of $program are missing; on Debian: apt install openssh-client" >&2; exit 1; }
  ldd "$program" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | while read -r library; do
    mkdir -p "$context/programs$(dirname "$library")"
    cp -L "$library" "$context/programs$library"
  done
done

printf 'root:x:0:0:root:/:\ncanteen:x:65532:65532:canteen:/var/lib/canteen:\n' >"$context/passwd"
printf 'root:x:0:\ncanteen:x:65532:\n' >"$context/group"

DOCKER_BUILDKIT=0 docker build -q -t "$tag" -f Dockerfile "$context" >/dev/null
size=$(docker image inspect -f '{{.Size}}' "$tag")
echo "image $tag: $((size / 1000000)) MB, with $("$context/programs/usr/bin/restic" version | cut -d' ' -f1-2)"
