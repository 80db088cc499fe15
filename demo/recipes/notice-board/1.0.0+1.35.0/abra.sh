#!/bin/sh
export HEAD_HTML_VERSION=v1
export HTTPD_CONF_VERSION=v1
export BANNER_HTML_VERSION=v1

# Takes all notices from the board.
clear_board() {
  : >/data/notices
  echo "the board is empty"
}

# Pins the words that follow.
pin() {
  printf '%s\n' "$*" >>/data/notices
  echo "pinned: $*"
}
