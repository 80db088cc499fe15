#!/bin/sh
export BEAT_VERSION=v1

# Beats once, outside the schedule.
beat_now() {
  sh /usr/local/bin/beat
}
