#!/usr/bin/env bash
# Makes git repositories with annotated tags out of demo/recipes, and a catalogue of them.
#
# A folder demo/recipes/NAME/TAG holds the files that this version brings or changes; a version is the folders up to
# its own laid over each other. @REGISTRY@ stands for the registry's address. The same input gives the same commits.
#
# usage: scripts/demo-recipes.sh OUT_DIR REGISTRY [SOURCE_DIR]     writes OUT_DIR/NAME/ and OUT_DIR/recipes.json
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: scripts/demo-recipes.sh OUT_DIR REGISTRY [SOURCE_DIR]" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd) registry=$2
source=$(cd "${3:-$(dirname "$0")/../demo/recipes}" && pwd)

# Neither the person's git settings nor the clock may show in the commits.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME="Canteen demo" GIT_AUTHOR_EMAIL=demo@canteen.example
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

repository() {
  local name=$1 repo=$out/$1 day=0 tag
  rm -rf "$repo"
  git init -q -b main "$repo"
  for tag in $(versions_of "$name"); do
    day=$((day + 1))
    cp -R "$source/$name/$tag/." "$repo/"
    { grep -rlF --exclude-dir=.git @REGISTRY@ "$repo" || true; } | while read -r file; do
      sed -i "s|@REGISTRY@|$registry|g" "$file"
    done
    export GIT_AUTHOR_DATE="2026-03-0${day}T12:00:00Z" GIT_COMMITTER_DATE="2026-03-0${day}T12:00:00Z"
    git -C "$repo" add -A
    git -C "$repo" commit -q -m "chore: publish $tag release"
    git -C "$repo" tag -a "$tag" -m "chore: publish $tag release"
  done
}

versions_of() { (cd "$source/$1" && printf '%s\n' */ | tr -d / | sort -V); }

json() { printf '"%s"' "$(printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g')"; }

# A cell of the README's metadata block.
cell() { sed -n "s/^\* \*\*$2\*\*: *//p" "$out/$1/README.md" | head -n 1; }

entry() {
  local name=$1 comma="" tag image
  image=$(cell "$name" Image)
  printf '  %s: {\n' "$(json "$name")"
  printf '    "name": %s,\n' "$(json "$name")"
  printf '    "category": %s,\n' "$(json "$(cell "$name" Category)")"
  printf '    "description": %s,\n' "$(json "$(sed -n 's/^> //p' "$out/$name/README.md" | head -n 1)")"
  printf '    "repository": %s,\n' "$(json "$out/$name")"
  printf '    "ssh_url": "",\n    "default_branch": "main",\n    "website": "",\n    "icon": "",\n'
  printf '    "features": {\n      "status": %s,\n' "$(cell "$name" Status | cut -c1)"
  printf '      "backups": %s,\n' "$(json "$(cell "$name" Backups)")"
  printf '      "email": %s,\n' "$(json "$(cell "$name" Email)")"
  printf '      "healthcheck": %s,\n' "$(json "$(cell "$name" Healthcheck)")"
  printf '      "tests": %s,\n' "$(json "$(cell "$name" Tests)")"
  printf '      "sso": %s,\n' "$(json "$(cell "$name" SSO)")"
  printf '      "image": {"image": %s, "rating": %s, "source": %s, "url": ""}\n    },\n' \
    "$(json "$(cut -d'`' -f2 <<<"$image")")" "$(json "$(cut -d, -f2 <<<"$image" | tr -d ' ')")" \
    "$(json "$(cut -d, -f3 <<<"$image" | tr -d ' ')")"
  printf '    "versions": ['
  for tag in $(versions_of "$name"); do
    printf '%s\n      {%s: {%s}}' "$comma" "$(json "$tag")" "$(images "$name" "$tag")"
    comma=,
  done
  printf '\n    ]\n  }'
}

# "service": {"image": …, "tag": …} of each service of one version, read by the two-blank indent of our own files.
images() {
  git -C "$out/$1" show "$2:compose.yml" | awk '
    /^[a-z]/ { inside = ($1 == "services:") }
    inside && /^  [a-z]/ { service = $1; sub(":", "", service) }
    inside && $1 == "image:" {
      tag = $2; sub(/.*:/, "", tag); image = substr($2, 1, length($2) - length(tag) - 1)
      printf "%s\"%s\": {\"image\": \"%s\", \"tag\": \"%s\"}", comma, service, image, tag; comma = ", "
    }'
}

comma=""
{
  printf '{\n'
  for folder in "$source"/*/; do
    name=$(basename "$folder")
    repository "$name"
    printf '%b' "$comma"
    entry "$name"
    comma=',\n'
  done
  printf '\n}\n'
} >"$out/recipes.json"
