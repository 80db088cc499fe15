#!/bin/sh
# One beat: a line in the log, and the same line in the volume.
line="$(date -u +%Y-%m-%dT%H:%M:%SZ) ${MESSAGE:-still here}"
echo "$line"
echo "$line" >>/data/beats
