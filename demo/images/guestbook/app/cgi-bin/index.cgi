#!/bin/sh
# The guestbook's only page.
printf 'Content-Type: text/html; charset=utf-8\r\n\r\n'
title=$(httpd -e "${TITLE:-Guestbook}")
cat <<PAGE
<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>$title</title><main><h1>$title</h1>
PAGE
echo '<ol>'
if entries=$(wget -q -O - http://store:8080/cgi-bin/entries.cgi); then
  printf '%s' "$entries" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/^/<li>/; s/$/<\/li>/'
else
  echo '<li>The store does not answer.</li>'
fi
cat <<PAGE
</ol>
<form action="/cgi-bin/sign.cgi" method="post">
<label>Entry <input name="text" maxlength="200" required></label> <button>Sign</button>
</form>
<p>release $(cat /srv/release)</p>
</main></html>
PAGE
