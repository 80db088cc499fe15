#!/bin/sh
# migrate.cgi?RELEASE notes which release the entries belong to; a store of another release refuses.
release=$(cat /srv/release)
if [ "$QUERY_STRING" != "$release" ]; then
  printf 'Status: 409 Conflict\r\nContent-Type: text/plain\r\n\r\nthis store is of release %s\n' "$release"
  exit 0
fi
touch /data/entries
was=$(cat /data/release 2>/dev/null || echo none)
echo "$release" >/data/release
printf 'Content-Type: text/plain\r\n\r\nentries moved from release %s to %s\n' "$was" "$release"
