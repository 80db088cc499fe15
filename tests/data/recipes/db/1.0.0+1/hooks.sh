#!/bin/sh
# What stands around a backup. `fail` ends with an error, `stall` never ends and has to be killed half-way.
case $1 in
  dump) cp /data/rows /data/dump ;;
  tidy) rm -f /data/dump ;;
  load) mv /data/dump /data/rows ;;
  fail) echo "there is no room for a dump" >&2; exit 7 ;;
  stall) head -c 3 /data/rows >/data/dump; sleep 9999 ;;
esac
