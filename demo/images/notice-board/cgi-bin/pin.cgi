#!/bin/sh
# Pins one notice. The web server asks for the password before this runs, unless the board is open.
body=$(head -c "${CONTENT_LENGTH:-0}" | head -c 2000)
text=$(httpd -d "${body#text=}" | tr '\n\r' '  ')
[ -n "$text" ] && printf '%s\n' "$text" >>/data/notices
printf 'Status: 303 See Other\r\nLocation: /\r\n\r\n'
