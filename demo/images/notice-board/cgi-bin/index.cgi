#!/bin/sh
# The board: a head and an optional banner from the recipe's configs, and the notices from the volume.
printf 'Content-Type: text/html; charset=utf-8\r\n\r\n'
cat /etc/notice-board/head.html
[ -f /etc/notice-board/banner.html ] && cat /etc/notice-board/banner.html
echo '<ul>'
if [ -s /data/notices ]; then
  sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/^/<li>/; s/$/<\/li>/' /data/notices
else
  echo '<li>No notice yet.</li>'
fi
cat <<'PAGE'
</ul>
<form action="/cgi-bin/pin.cgi" method="post">
<label>Notice <input name="text" maxlength="200" required></label> <button>Pin it</button>
</form>
</main></html>
PAGE
