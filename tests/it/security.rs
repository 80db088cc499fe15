//! Attacks on the wall in front of every handler.

use std::fmt::Write as _;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;

use crate::harness::{Answer, BOARD, Browser, PASSWORD, Plan, Request, Site, matches};

const MINUTE_MS: i64 = 60 * 1000;

const PUBLIC: &str = "https://canteen.example.org";

#[tokio::test(flavor = "multi_thread")]
async fn only_a_form_of_our_own_page_changes_something() {
    let mut site = Site::start().await;
    let own = site.settings.public.origin.clone();
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let (mine, foreign) = (ana.page("/apps").await.token(), vic.page("/apps").await.token());
    let before_sign_in = site.stranger().page("/session").await.token();
    let cut = mine.get(1..).unwrap().to_owned();
    let good = [(Some("same-origin"), Some(own.as_str())), (None, Some(own.as_str()))];
    let bad = [
        (Some("same-site"), Some("https://pad.example.org")),
        (Some("same-site"), Some(own.as_str())),
        (Some("cross-site"), Some("https://evil.example.net")),
        (Some("cross-site"), Some(own.as_str())),
        (Some("none"), None),
        (None, Some("null")),
        (None, Some("https://evil.example.net")),
        (None, None),
    ];
    let tokens = [("mine", mine.as_str()), ("foreign", &foreign), ("of nobody", &before_sign_in), ("cut", &cut), ("none", "")];
    for (from, provenance_is_good) in good.iter().map(|f| (f, true)).chain(bad.iter().map(|f| (f, false))) {
        for (name, token) in tokens {
            let before = site.head().await;
            let status = refresh(&ana, *from, token).await.status;
            let wanted = if provenance_is_good && name == "mine" { 303 } else { 403 };
            assert_eq!(status, wanted, "{from:?} with the token {name}");
            let refreshed = site.entries().await.iter().filter(|e| e.seq > before && e.action == "recipe.refresh").count();
            assert_eq!(refreshed, usize::from(wanted == 303), "{from:?} {name}");
        }
    }
    // What was counted is written at the latest when the dashboard stops.
    site.restart().await;
    let refused = site.entries().await.into_iter().filter(|e| e.outcome == "refused");
    let times: Vec<u64> = refused.map(|e| e.particulars["times"].as_u64().unwrap()).collect();
    let all = (good.len() + bad.len()) * tokens.len() - good.len();
    assert_eq!(times, [u64::try_from(all).unwrap() - 1, 1], "a series of refusals is counted, not written each time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_with_its_session() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let page = ana.page("/apps").await;
    let cookie = ana.cookie("session").unwrap();
    let out = ana.post(&page, "/session/end", &[]).await;
    assert_eq!(out.location(), "/session");
    assert_eq!(out.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert_eq!(ana.cookie("session"), None);
    ana.set_cookie("session", &cookie);
    assert_eq!(ana.get("/apps").await.location(), "/session?next=%2Fapps", "the old session is dead on the server");
    let late = ana.post(&page, "/catalogue/refresh", &[]).await;
    assert_eq!(late.location(), "/session?expired=1", "a form that outlived its session is no forgery");
    let again = site.admin().await;
    assert_eq!(again.post(&page, "/catalogue/refresh", &[]).await.status, 403, "a new session has a new secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_can_not_be_given_to_somebody() {
    let site = Site::start().await;
    let ana = site.stranger();
    ana.set_cookie("session", "chosen-by-somebody-else");
    ana.set_cookie("form", "chosen-too");
    let fields = [("name", "ana"), ("password", PASSWORD), ("next", "/apps")];
    ana.submit("/session", "/session", &fields).await.location();
    let token = ana.cookie("session").unwrap();
    assert_ne!(token, "chosen-by-somebody-else");
    assert!(token.len() >= 43, "256 bits");
    let attacker = site.stranger();
    attacker.set_cookie("session", "chosen-by-somebody-else");
    assert_eq!(attacker.get("/apps").await.status, 303);
    // Signing in again replaces the session.
    ana.page("/apps").await;
    let page = ana.page("/apps").await;
    ana.post(&page, "/session", &fields).await.location();
    let old = site.stranger();
    old.set_cookie("session", &token);
    assert_eq!(old.get("/apps").await.status, 303);
    for file in std::fs::read_dir(site.data()).unwrap().flatten().filter(|f| f.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        for token in [&token, &ana.cookie("session").unwrap()] {
            assert!(!bytes.windows(token.len()).any(|w| w == token.as_bytes()), "a token stands in {:?}", file.file_name());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_nobody_uses_it_and_after_a_day_in_any_case() {
    let site = Site::start().await;
    let (idle, busy) = (site.admin().await, site.admin().await);
    site.clock.advance(59 * MINUTE_MS);
    idle.page("/apps").await;
    site.clock.advance(2 * MINUTE_MS);
    assert_eq!(idle.get("/apps").await.status, 200, "looking at a page keeps a session");
    assert_eq!(busy.get("/apps").await.status, 303, "nobody used it for an hour");
    for _ in 0..23 {
        site.clock.advance(59 * MINUTE_MS);
        idle.page("/apps").await;
    }
    site.clock.advance(59 * MINUTE_MS);
    assert_eq!(idle.get("/apps").await.status, 303, "a day is over");
    let by_itself = site.admin().await;
    for _ in 0..3 {
        site.clock.advance(25 * MINUTE_MS);
        let mut request = request("GET", "/apps/rows");
        request.headers.push(("hx-request".to_owned(), "true".to_owned()));
        by_itself.send(request).await;
    }
    assert_eq!(by_itself.get("/apps").await.status, 303, "a page that asks by itself does not keep a session");
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_as_strict_as_the_address_allows() {
    let site = Site::start().await;
    let (form, session) = cookies(&site).await;
    assert_eq!(form, "form=…; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400");
    assert_eq!(session, "session=…; HttpOnly; SameSite=Lax; Path=/");
    drop(site);
    let site = Site::with(public()).await;
    let (form, session) = cookies(&site).await;
    assert_eq!(form, "__Host-form=…; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=86400");
    assert_eq!(session, "__Host-session=…; HttpOnly; SameSite=Lax; Secure; Path=/");
    // The plain names, which a sibling could set, mean nothing here.
    let ana = site.signed_in("ana").await;
    let other = site.stranger();
    other.set_cookie("session", &ana.cookie("__Host-session").unwrap());
    assert_eq!(other.get("/apps").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_headers_of_the_table() {
    let site = Site::with(public()).await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let sheet = canteen::web::assets::asset("app.css");
    let page = ana.page("/apps").await;
    let mut wrong_host = request("GET", "/apps");
    wrong_host.headers.push(("host".to_owned(), "evil.example.net".to_owned()));
    let mut large = request("POST", "/apps/new");
    large.body = vec![b'a'; 300 * 1024];
    let answers = [
        ("200", page.clone()),
        ("303", ana.get("/").await),
        ("403", vic.submit("/apps", "/catalogue/refresh", &[]).await),
        ("404", ana.get("/nothing/here").await),
        ("405", ana.post(&page, "/apps", &[]).await),
        ("413", ana.send(large).await),
        ("421", ana.send(wrong_host).await),
        ("422", ana.post(&page, "/apps/new", &[("unknown", "x")]).await),
        ("static", ana.get(sheet).await),
        ("stream", ana.get("/live?topics=apps").await),
        ("health", site.stranger().get("/health").await),
    ];
    let mut table = String::new();
    for (name, answer) in answers {
        writeln!(table, "# {name}: {}", answer.status).unwrap();
        let mut headers: Vec<String> = answer.headers.iter().filter(|(n, _)| keeps(n)).map(|(n, v)| format!("{n}: {v}")).collect();
        headers.sort();
        writeln!(table, "{}\n", headers.join("\n")).unwrap();
    }
    matches("headers.txt", &table);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_name_gets_no_page() {
    let site = Site::start().await;
    let ana = site.admin().await;
    for host in ["evil.example.net", "localhost", "127.0.0.1", "canteen.example.org:80"] {
        for path in ["/apps", "/session", canteen::web::assets::asset("app.css")] {
            let mut asked = request("GET", path);
            asked.headers.push(("host".to_owned(), host.to_owned()));
            let answer = ana.send(asked).await;
            assert_eq!(answer.status, 421, "{host} {path}");
            answer.says(&format!("answers under {} only", site.settings.public.origin));
        }
    }
    let mut probe = request("GET", "/health");
    probe.headers.push(("host".to_owned(), "10.0.0.7:8080".to_owned()));
    assert_eq!(site.stranger().send(probe).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_name_and_a_wrong_password_read_the_same() {
    let mut site = Site::start().await;
    let sign_in = async |name: &str| {
        let fields = [("name", name), ("password", "wrong wrong wrong"), ("next", "/apps")];
        let answer = site.stranger().submit("/session", "/session", &fields).await;
        assert_eq!(answer.status, 422);
        answer.body.replace(&answer.token(), "TOKEN")
    };
    let (wrong, unknown) = (sign_in("ana").await, sign_in("eve").await);
    sign_in("mallory").await;
    assert_eq!(wrong.replace("value=\"ana\"", "NAME"), unknown.replace("value=\"eve\"", "NAME"));
    // The first is an entry at once; those after it from the same network are one, at the latest when the dashboard stops.
    site.restart().await;
    let told = site.entries().await;
    let failed: Vec<_> = told.iter().filter(|e| e.outcome == "failed").map(|e| &e.particulars).collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert_eq!(failed[1]["name"], "ana");
    assert_eq!(failed[1]["times"], 1);
    assert_eq!(failed[0]["names"], serde_json::json!(["eve", "mallory"]));
    assert_eq!(failed[0]["times"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_gets_slower_and_never_locks_out_for_good() {
    let site = Site::start().await;
    let eve = site.stranger();
    let try_it = async |password: &str| {
        eve.submit("/session", "/session", &[("name", "ana"), ("password", password), ("next", "/apps")]).await
    };
    for _ in 0..5 {
        assert_eq!(try_it("wrong wrong wrong").await.status, 422);
    }
    let slow = try_it(PASSWORD).await;
    assert_eq!(slow.status, 429, "even the right one has to wait");
    let wait: i64 = slow.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    slow.says("Too many tries");
    site.clock.advance(wait * 1000);
    assert_eq!(try_it(PASSWORD).await.location(), "/apps");
    // Many names from one address.
    let mut limited = false;
    for n in 0..25 {
        let fields = [("name", format!("guess{n}")), ("password", "wrong wrong wrong".to_owned()), ("next", "/apps".to_owned())];
        let fields = fields.each_ref().map(|(k, v)| (*k, v.as_str()));
        limited |= site.stranger().submit("/session", "/session", &fields).await.status == 429;
    }
    assert!(limited);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_to_our_own_pages_only() {
    let site = Site::start().await;
    let asked = site.stranger().get("/apps/x.example.org/settings?a=1&b=2").await;
    let next = "/session?next=%2Fapps%2Fx.example.org%2Fsettings%3Fa%3D1%26b%3D2";
    assert_eq!(asked.location(), next);
    let ana = site.stranger();
    let page = ana.page(next).await;
    let hidden = page.fields().into_iter().find(|(n, _)| n == "next").unwrap().1;
    assert_eq!(hidden, "/apps/x.example.org/settings?a=1&b=2");
    let evil = [
        "https://evil.example.net",
        "//evil.example.net",
        "/\\evil.example.net",
        "\\\\evil",
        "javascript:alert(1)",
        "/\t/evil",
        "/\r\nx: y",
        "",
    ];
    for next in evil {
        let ana = site.stranger();
        let page = ana.page(&format!("/session?{}", serde_urlencoded::to_string([("next", next)]).unwrap())).await;
        assert!(page.fields().contains(&("next".to_owned(), "/apps".to_owned())), "{next:?}");
        let fields = [("name", "ana"), ("password", PASSWORD), ("next", next)];
        assert_eq!(ana.post(&page, "/session", &fields).await.location(), "/apps", "{next:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_have_limits() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let page = ana.page("/apps").await;
    let large = "x".repeat(256 * 1024);
    assert_eq!(ana.post(&page, "/recipes/new", &[("url", &large)]).await.status, 413);
    for (fields, why) in [
        (vec![("recipe", "a")], "missing field"),
        (vec![("recipe", "a"), ("version", "b"), ("more", "c")], "unknown field"),
        (vec![("recipe", "a"), ("version", "b"), ("version", "c")], "came twice"),
    ] {
        let refused = ana.post(&page, "/apps/new", &fields).await;
        assert_eq!(refused.status, 422, "{fields:?}");
        refused.says(why);
    }
    let mut not_a_form = request("POST", "/apps/new");
    not_a_form.body = b"%ff=%fe&=&&&".to_vec();
    assert!(matches!(ana.send(not_a_form).await.status, 403 | 422));
    assert_eq!(ana.send(request("PUT", &format!("/apps/{BOARD}"))).await.status, 403, "without a token nothing is looked at");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_is_unpacked() {
    let site = Site::start().await;
    for encoding in ["br", "gzip", "deflate"] {
        let mut report = request("POST", "/csp-report");
        report.headers.push(("content-encoding".to_owned(), encoding.to_owned()));
        report.body = b"{}".to_vec();
        assert_eq!(site.stranger().send(report).await.status, 204, "{encoding}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_set_secrets_may_send_as_much_as_one_needs() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    site.new_board(&ana, BOARD).await;
    let path = format!("/apps/{BOARD}/secrets/session_key");
    let large = "x".repeat(300 * 1024);
    for (browser, status) in [(site.stranger(), 413), (vic, 413), (ana.clone(), 422)] {
        let page = browser.get("/apps").await;
        assert_eq!(browser.post(&page, &path, &[("unknown", &large)]).await.status, status);
    }
    // Whoever may not even sign in needs no more than that takes.
    let (anybody, much) = (site.stranger(), "x".repeat(17 * 1024));
    let door = anybody.page("/session").await;
    assert_eq!(anybody.post(&door, "/session", &[("name", &much)]).await.status, 413);
    // What says that it is too large is answered before it comes, and nobody's page is asked for with a body.
    for (method, path, length, status) in
        [("POST", path.as_str(), 2_000_000, 413), ("POST", "/csp-report", 400_000, 413), ("GET", "/apps", 5, 405)]
    {
        let mut declared = request(method, path);
        declared.headers.push(("content-length".to_owned(), length.to_string()));
        let refused = ana.send(declared).await;
        assert_eq!((refused.status, refused.header("connection")), (status, Some("close")), "{method} {path}");
    }
}

/// A body in chunks that never ends, to what refuses it before it is read.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_body_holds_no_connection() {
    let site = Site::start().await;
    let ana = site.admin().await;
    for (method, header, status) in [
        ("POST", ("host", "evil.example.net"), 421),
        ("POST", ("origin", "https://evil.example.net"), 403),
        ("GET", ("accept", "*/*"), 405),
    ] {
        let mut endless = request(method, "/session");
        let headers = [header, ("content-length", ""), ("transfer-encoding", "chunked")];
        endless.headers.extend(headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
        endless.body = b"5\r\nname=\r\n".to_vec();
        let answer = tokio::time::timeout(Duration::from_secs(20), ana.send(endless)).await;
        assert_eq!(answer.expect("the connection ends").status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_sites_may_link_to_us_and_read_nothing() {
    let site = Site::start().await;
    let ana = site.admin().await;
    for (fetch_site, mode, dest, status) in [
        ("cross-site", "navigate", "document", 200),
        ("same-site", "navigate", "document", 200),
        ("same-site", "navigate", "iframe", 403),
        ("same-site", "cors", "empty", 403),
        ("cross-site", "no-cors", "image", 403),
        ("same-origin", "cors", "empty", 200),
    ] {
        let mut asked = request("GET", "/apps");
        let headers = [("sec-fetch-site", fetch_site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
        asked.headers = headers.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
        assert_eq!(ana.send(asked).await.status, status, "{fetch_site} {mode} {dest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_tells_of_changes_and_ends_with_the_session() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let mut stream = ana.open("/live?topics=apps,op-1").await;
    let mut heard = String::new();
    hear(&mut stream, &mut heard, "data: *").await;
    site.live.poke("op-2");
    site.live.poke("op-1");
    hear(&mut stream, &mut heard, "data: op-1").await;
    assert!(!heard.contains("op-2"), "only what the page asked for: {heard}");
    ana.submit("/apps", "/session/end", &[]).await.location();
    let deadline = Duration::from_mins(1);
    let mut rest = vec![];
    tokio::time::timeout(deadline, stream.read_to_end(&mut rest)).await.expect("the stream ends soon after signing out").unwrap();
    assert_eq!(site.stranger().get("/live?topics=apps").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_has_twenty_streams_and_leaves_connections_to_others() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let mut open = vec![];
    for _ in 0..20 {
        let mut stream = ana.open("/live?topics=apps").await;
        hear(&mut stream, &mut String::new(), "data: *").await;
        open.push(stream);
    }
    let more = ana.get("/live?topics=apps").await;
    assert_eq!((more.status, more.header("retry-after")), (429, Some("30")));
    assert_eq!(vic.get("/live?topics=apps").await.status, 200);
    assert_eq!(ana.get("/apps").await.status, 200);
}

/// Reads until the stream has said this.
async fn hear(stream: &mut tokio::net::TcpStream, heard: &mut String, wanted: &str) {
    let mut bytes = [0; 4096];
    while !heard.contains(wanted) {
        let read = tokio::time::timeout(Duration::from_secs(30), stream.read(&mut bytes)).await;
        let count = read.unwrap_or_else(|_| panic!("waited in vain for {wanted}: {heard}")).unwrap();
        assert!(count > 0, "the stream ended: {heard}");
        heard.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
}

/// A form that reads the catalogue anew, sent from anywhere.
async fn refresh(browser: &Browser, (fetch_site, origin): (Option<&str>, Option<&str>), token: &str) -> Answer {
    let mut request = request("POST", "/catalogue/refresh");
    request.headers.push(("origin".to_owned(), origin.unwrap_or_default().to_owned()));
    request.headers.push(("sec-fetch-site".to_owned(), fetch_site.unwrap_or_default().to_owned()));
    request.body = serde_urlencoded::to_string([("csrf", token)]).unwrap().into_bytes();
    browser.send(request).await
}

fn request(method: &str, path: &str) -> Request {
    Request { method: method.to_owned(), path: path.to_owned(), ..Request::default() }
}

/// A site behind https.
fn public() -> Plan {
    Plan { settings: vec![("CANTEEN_PUBLIC_URL", PUBLIC.to_owned())], ..Plan::default() }
}

/// The cookies that a sign-in sets, without their values.
async fn cookies(site: &Site) -> (String, String) {
    let without_value = |line: &str| {
        let (name, rest) = line.split_once('=').unwrap();
        format!("{name}=…;{}", rest.split_once(';').unwrap().1)
    };
    let browser = site.stranger();
    let page = browser.page("/session").await;
    let fields = [("name", "ana"), ("password", PASSWORD), ("next", "/apps")];
    let signed_in = browser.post(&page, "/session", &fields).await;
    (without_value(page.header("set-cookie").unwrap()), without_value(signed_in.header("set-cookie").unwrap()))
}

/// Headers that say the same every time.
fn keeps(name: &str) -> bool {
    !matches!(name, "date" | "content-length" | "transfer-encoding" | "connection")
}
