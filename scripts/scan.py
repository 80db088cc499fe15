"""Sends scanners over a running Canteen. Called by scripts/scan.sh, which starts one.

usage: scan.py ORIGIN DIR    DIR holds the tools' folders `web`, `api` and `deb`; what they say goes to DIR/report
"""

import html
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ORIGIN, DIR = sys.argv[1], Path(sys.argv[2])
REPORT = DIR / "report"
APP, PASSWORD = "board.example.org", "seven quiet otters"

# Seconds for each tool.
WAPITI_S, SQLMAP_S, ONE_TARGET_S, API_S, FFUF_S = 330, 300, 45, 120, 180

# What a path holds where the table of routes has a name.
HOLDS = {"app": APP, "name": "notice-board", "id": "1", "token": "x" * 43, "file": "app.css"}
# Parameters that pages read from their address.
QUERIES = {
    "/apps": "q=board&status=all&tag=a",
    "/recipes": "q=board&category=Apps&status=2&backups=1",
    "/audit": "who=ana&action=app.new&object=board&text=a&result=ok&from=2026-01-01&to=2027-01-01",
    "/operations": "app=board.example.org&state=done&before=9",
    "/session": "next=/apps",
    "/apps/new": "recipe=notice-board",
    "/apps/new/settings": "recipe=notice-board&version=1.1.0&domain=a.example.org",
    "/apps/{app}/logs": "contains=a&since=1h&service=app",
    "/apps/{app}/deployment": "version=1.1.0",
    "/apps/{app}/settings/revisions": "from=1&to=1",
    "/apps/{app}/tags": "tags=web",
    "/grants/new": "to=member:1&role=viewer&over=everything&until=2027-01-01",
    "/api/v1/apps": "limit=5&after=a",
    "/api/v1/operations": "limit=5&app=board.example.org",
}
# A style sheet, links that are looked up by a hash, and answers that never end.
NOT_FOR_SQLMAP = ("{file}", "{token}", "/logs/stream")
# What other programs leave lying about, and what ours must not.
UNLISTED = """.env .git/HEAD .git/config .htaccess .htpasswd .DS_Store .well-known/security.txt admin administrator api api/v1 api/v2 apis
app.js.map backup backup.sql backup.tar.gz canteen.db canteen.db-wal cgi-bin/ config config.json console css db debug debug/pprof docs
dump.sql env graphql health/live healthz help index.html index.php info.php js keys keys/data.key live/ login logout manage metrics
openapi.json phpinfo.php phpmyadmin ping private readyz robots.txt root sample server-info server-status setup.php shelf sitemap.xml
static static/ static/../canteen.db static/%2e%2e/canteen.db static/..%2f..%2fetc%2fpasswd static/app.css%00.html status swagger
swagger-ui swagger.json test tmp trace.axd upload uploads user users v1 version web.config wp-admin wp-login.php actuator actuator/env
apps/../people apps/%2e%2e/people apps//settings //people people/ people/1/ people/1/edit settings settings/ session/ sessions tokens/1
audit.csv audit/export audit/export.csv operations/1/journal apps/board.example.org/env apps/board.example.org/.env
apps/board.example.org/exec apps/board.example.org/terminal apps/board.example.org/secrets/admin_password api/v1/people api/v1/tokens
api/v1/audit api/v1/secrets api/v1/../../people api/v1/apps/board.example.org/secrets""".split()
NOT_THERE = {301, 303, 400, 401, 404, 405, 421}


# What docs/security.md answers.
ANSWERED = ("Unexpected response to invalid authentication", "GET returned 405")


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: where an answer leads is part of it."""

    def redirect_request(self, *_):
        return None


class Member:
    """A browser in which ana signs in."""

    def __init__(self):
        self.cookies = {}
        self.opener = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}))

    def ask(self, path, fields=None, method=None, headers=()):
        body = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(ORIGIN + path, data=body, method=method)
        request.add_header("Cookie", self.cookie())
        if body is not None:
            request.add_header("Origin", ORIGIN)
        for name, value in headers:
            request.add_header(name, value)
        try:
            answer = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        for line in answer.headers.get_all("set-cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        streams = "event-stream" in answer.headers.get("content-type", "")
        return answer.status, answer.headers, "" if streams else answer.read().decode(errors="replace")

    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def send(self, page, action, **fields):
        """Sends the form of a page, with what stands in it."""
        text = self.ask(page)[2].split("<main")[-1]
        hidden = re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"', text)
        typed = re.findall(r'<input[^>]*type="text"[^>]*name="([^"]*)"[^>]*value="([^"]*)"', text)
        filled = {name: html.unescape(value) for name, value in hidden + typed}
        return self.ask(action, {**filled, **fields})

    def sign_in(self):
        status, _, text = self.send("/session", "/session", name="ana", password=PASSWORD, next="/apps")
        assert status == 303, (status, text)

    def make_token(self):
        scopes = {f"scope.{word}": "on" for word in ("app.view", "app.deploy", "catalogue.view")}
        fields = {"name": "scan", "app": "", "days": "30", "network": "", **scopes}
        status, _, text = self.send("/account/tokens/new", "/account/tokens/new", **fields)
        found = re.search(r"cnt_[0-9A-Za-z_]+", text)
        assert found, (status, text)
        return found.group()


def run(name, command, seconds):
    """Runs a tool for so long at most; what it says is in report/NAME.log."""
    print(f"scan: {name}", flush=True)
    log = REPORT / f"{name}.log"
    with log.open("ab") as out:
        try:
            subprocess.run([str(part) for part in command], cwd=DIR, stdout=out, stderr=subprocess.STDOUT, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            out.write(b"\nscan: out of time\n")
    return log.read_text(errors="replace")


def routes():
    lines = (REPORT / "routes.txt").read_text().splitlines()
    return [line.split("\t")[:2] for line in lines]


def filled(path):
    return re.sub(r"\{(\w+)\}", lambda m: HOLDS[m.group(1)], path)


def unlisted(member):
    """Every address that is in no table is not there, whoever asks and however."""
    found = []
    for who in (member, Member()):
        for word in UNLISTED:
            for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
                status = who.ask("/" + word, method=method)[0]
                # A foreign form is refused before anybody looks whether there is such an address.
                if status not in NOT_THERE | ({403} if method != "GET" else set()):
                    found.append(f"{method} /{word}: {status}")
    return found


def ffuf(member):
    """No word of a long list leads anywhere but where the table of routes does, at the top and below its pages."""
    words = DIR / "deb/usr/share/dirb/wordlists/common.txt"
    known = re.compile("|".join(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) for _, path in routes()))
    found = []
    for below in ("", "account/", "api/v1/", "settings/", "static/", f"apps/{APP}/"):
        report = REPORT / f"ffuf-{below.replace('/', '-')}.json"
        command = [DIR / "deb/usr/bin/ffuf", "-u", f"{ORIGIN}/{below}FUZZ", "-w", words, "-H", f"Cookie: {member.cookie()}"]
        command += ["-mc", "all", "-fc", "404", "-t", "8", "-s", "-of", "json", "-o", report]
        run("ffuf", command, FFUF_S)
        if not report.exists():
            found.append(f"ffuf made no report below /{below}")
            continue
        for one in json.loads(report.read_text())["results"]:
            path = urllib.parse.urlsplit(one["url"]).path
            if not known.fullmatch(path):
                found.append(f"{path}: {one['status']}")
    return found


def wapiti(member):
    report = REPORT / "wapiti.json"
    # Those that need a host outside (ssrf, xxe) are left out: nothing leaves this machine.
    modules = "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,sql,timesql,xss"
    command = [DIR / "web/bin/wapiti", "-u", ORIGIN + "/apps", "--scope", "domain", "-H", f"Cookie: {member.cookie()}", "-m", modules]
    for left_out in ("/session/end", "/account/sessions/*", "/account/others/end", "/static/*", "/live*"):
        command += ["-x", ORIGIN + left_out]
    limits = ["--max-scan-time", 60, "--max-attack-time", 15, "--tasks", "4", "-d", "3", "--flush-session"]
    command += [*limits, "--store-session", DIR / "wapiti", "--no-bugreport", "-f", "json", "-o", report]
    run("wapiti", command, WAPITI_S)
    if not report.exists():
        return ["wapiti made no report"]
    said = json.loads(report.read_text())
    return [
        f"{kind}: {one['method']} {one['path']}: {one['info']}"
        for part in ("vulnerabilities", "anomalies")
        for kind, all_of_it in said[part].items()
        for one in all_of_it
    ]


def sqlmap(member):
    """Each name in a path and each parameter that a page reads, and the form that strangers may send."""
    targets = []
    for method, path in routes():
        if method == "GET" and ("{" in path or path in QUERIES) and not path.endswith(NOT_FOR_SQLMAP):
            marked = re.sub(r"\{(\w+)\}", lambda m: HOLDS[m.group(1)] + "*", path)
            targets.append(f"{filled(path)}?{QUERIES[path]}" if path in QUERIES else marked)
    found, until = [], time.monotonic() + SQLMAP_S
    for at, target in enumerate(targets):
        left = until - time.monotonic()
        if left < 1:
            print(f"scan: sqlmap had time for {at} of {len(targets)} addresses", flush=True)
            break
        command = [DIR / "web/bin/sqlmap", "-u", ORIGIN + target, "--cookie", member.cookie(), "--batch", "--dbms", "sqlite"]
        command += ["--level", "1", "--risk", "2", "--technique", "BES", "--timeout", "5", "--retries", "0", "--threads", "4"]
        command += ["--flush-session", "--output-dir", DIR / "sqlmap", "--ignore-code", "*", "--disable-coloring"]
        # It has a decoder of its own, which knows too little.
        command += ["--headers", "Accept-Encoding: identity"]
        said = run(f"sqlmap-{at:02}", command, min(ONE_TARGET_S, left))
        if "is vulnerable" in said or "identified the following injection" in said:
            found.append(target)
        elif "do not appear to be injectable" not in said:
            found.append(f"no verdict on {target}; see sqlmap-{at:02}.log")
    return found


def schemathesis(token):
    document = REPORT / "openapi.json"
    document.write_text(Member().ask("/api/v1/openapi.json", headers=[("Authorization", f"Bearer {token}")])[2])
    command = [DIR / "api/bin/schemathesis", "run", document, "--url", ORIGIN, "-H", f"Authorization: Bearer {token}"]
    command += ["--checks", "all", "--max-examples", "40", "--workers", "2", "--suppress-health-check", "all", "--continue-on-failure"]
    said = run("schemathesis", command, API_S)
    if "SUMMARY" not in said:
        return ["schemathesis did not come to an end; see its log"]
    # What was found, and the line that says more of it.
    found = {" ".join(two.split()) for two in re.findall(r"- (ST\d.*\n.*\n.*)", said)}
    return sorted(one for one in found if not any(words in one for words in ANSWERED))


def await_canteen():
    for _ in range(300):
        try:
            if Member().ask("/health")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit("scan: canteen does not answer")


def main():
    await_canteen()
    member = Member()
    member.sign_in()
    member.ask("/apps/new?recipe=notice-board")
    settings = "/apps/new/settings?" + urllib.parse.urlencode({"recipe": "notice-board", "version": "1.1.0+1.35.0", "domain": APP})
    status, headers, text = member.send(settings, settings)
    assert status == 303, (status, text)
    token = member.make_token()
    found = {
        "unlisted": unlisted(member),
        "ffuf": ffuf(member),
        "schemathesis": schemathesis(token),
        "sqlmap": sqlmap(member),
        "wapiti": wapiti(member),
    }
    faults = [line for line in (REPORT / "canteen.log").read_text().splitlines() if "panicked" in line or "a request failed" in line]
    found["log"] = faults
    summary = "".join(f"{tool}: {line}\n" for tool, lines in found.items() for line in lines) or "nothing was found\n"
    (REPORT / "summary.txt").write_text(summary)
    print(summary, end="")
    sys.exit(1 if any(found.values()) else 0)


main()
