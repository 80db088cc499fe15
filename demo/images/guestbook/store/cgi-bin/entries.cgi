#!/bin/sh
# GET lists the entries, POST adds one.
if [ "$REQUEST_METHOD" = POST ]; then
  body=$(head -c "${CONTENT_LENGTH:-0}" | head -c 2000)
  text=$(httpd -d "${body#text=}" | tr '\n\r' '  ')
  [ -n "$text" ] && printf '%s\n' "$text" >>/data/entries
fi
printf 'Content-Type: text/plain; charset=utf-8\r\n\r\n'
cat /data/entries 2>/dev/null || true
