//! A secret of every kind goes through all that is done with it, and is then looked for wherever it could have stayed: in files, in the
//! log, in exports, on every page, in streams, and in what the machine tells of the process.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use canteen::store::chain::hex;

use crate::harness::{
    Answer, BOARD, Browser, MailServer, PASSWORD, Phone, Plan, Site, Tables, operation_of, recovery_codes, restic, sealed,
    send_fields,
};

const PASTE: &str = "paste.example.org";
const FIRST: &str = "canary of the first password";
/// What must be found, so that a search which finds nothing is no search.
const PLANTED: &str = "planted-4711";

/// Secrets by their kinds.
#[derive(Default)]
struct Canaries(Vec<(&'static str, Vec<u8>)>);

impl Canaries {
    fn add(&mut self, kind: &'static str, value: impl Into<Vec<u8>>) {
        let value = value.into();
        assert!(value.len() > 7, "{kind}: {value:?} is found by chance");
        self.0.push((kind, value));
    }

    /// The kinds that these bytes hold, as they are or in a usual spelling.
    fn inside(&self, bytes: &[u8]) -> BTreeSet<&'static str> {
        let text = latin(bytes);
        self.0.iter().filter(|(_, value)| spellings(value).iter().any(|s| text.contains(s))).map(|(kind, _)| *kind).collect()
    }
}

/// One character for each byte, so that any bytes can be searched as text.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn spellings(value: &[u8]) -> Vec<String> {
    // What stands before and behind a value shifts its base64, but not the middle of it.
    let middle = |shift: usize| {
        let coded = STANDARD.encode([&vec![0; shift], value].concat());
        coded.trim_end_matches('=').get(4 * usize::from(shift > 0)..coded.len() - 4).unwrap_or_default().to_owned()
    };
    let form = serde_urlencoded::to_string([("", latin(value))]).unwrap().trim_start_matches('=').to_owned();
    let coded = [hex(value), hex(value).to_uppercase(), URL_SAFE_NO_PAD.encode(value), middle(0), middle(1), middle(2), form];
    coded.into_iter().filter(|text| text.len() > 7).chain([latin(value)]).collect()
}

#[test]
fn the_search_knows_the_usual_spellings() {
    let mut canaries = Canaries::default();
    canaries.add("secret", "canary of nothing");
    let coded = |text: &str| STANDARD.encode(text);
    for hidden in [
        "x canary of nothing x".to_owned(),
        "canary+of+nothing".to_owned(),
        hex(b"canary of nothing"),
        coded("canary of nothing"),
        coded("?canary of nothing!"),
        coded("??canary of nothing!!"),
    ] {
        assert_eq!(canaries.inside(hidden.as_bytes()), ["secret"].into(), "{hidden}");
    }
    assert!(canaries.inside(b"canary of something").is_empty());
}

/// What the program writes to its log, from the first call on.
fn log() -> Arc<Mutex<Vec<u8>>> {
    #[derive(Clone)]
    struct Kept(Arc<Mutex<Vec<u8>>>);
    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    static LOG: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    let kept = LOG.get_or_init(|| {
        let kept = Kept(Arc::default());
        let writer = kept.clone();
        let filter = tracing_subscriber::EnvFilter::new("info,canteen=trace");
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(move || writer.clone()).init();
        kept.0
    });
    Arc::clone(kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_any_kind_is_found_where_it_does_not_belong() {
    let log = log();
    let restic = vec![("CANTEEN_RESTIC", restic().display().to_string())];
    let site = Site::with(Plan { members: false, settings: restic }).await;
    let mut canaries = Canaries::default();
    let (ana, cem) = everybody(&site, &mut canaries).await;
    apps(&site, &ana, &mut canaries).await;
    tracing::info!("{PLANTED}");
    ana.submit("/teams", "/teams", &[("name", PLANTED)]).await.location();
    canaries.add("what was planted", PLANTED);
    site.idle().await;

    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut look = |place: String, bytes: &[u8]| {
        found.insert(place, canaries.inside(bytes));
    };
    for (path, bytes) in files(site.data()) {
        look(format!("file {path}"), &bytes);
    }
    for table in Tables::of(&site.database()).rows() {
        look(format!("table {}", table.0), table.1.as_bytes());
    }
    for (name, browser) in [("ana", &ana), ("cem", &cem)] {
        for (path, answer) in pages(browser).await {
            look(format!("page {path} for {name}"), answer.body.as_bytes());
            look(format!("headers of {path} for {name}"), format!("{:?}", answer.headers).as_bytes());
        }
    }
    for format in ["jsonl", "csv"] {
        look(format!("export {format}"), ana.submit("/audit", "/audit/export", &[("format", format)]).await.body.as_bytes());
    }
    look("log".to_owned(), &log.lock().unwrap());
    for place in ["cmdline", "environ"] {
        look(format!("process {place}"), &std::fs::read(format!("/proc/self/{place}")).unwrap());
    }

    // What was planted is found, so the search reaches there.
    let planted: Vec<&str> =
        found.iter().filter(|(_, kinds)| kinds.contains("what was planted")).map(|(p, _)| p.as_str()).collect();
    for place in ["log", "export jsonl", "export csv", "file canteen.db", "table teams", "page /teams for ana"] {
        assert!(planted.iter().any(|p| p.starts_with(place)), "{place}: {planted:?}");
    }
    let wrong = found.into_iter().filter_map(|(place, mut kinds)| {
        kinds.retain(|kind| *kind != "what was planted" && !belongs(kind, &place));
        (!kinds.is_empty()).then(|| format!("{place}: {kinds:?}"))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
}

/// Where a secret has to be: all of it that stays readable anywhere.
fn belongs(kind: &str, place: &str) -> bool {
    match kind {
        // Whoever installs Canteen reads it there; it has served by now.
        "set-up code" => place == "log",
        // Settings are a file that belongs to the co-op, and what was deployed of them is kept to go back to. Whoever may change it
        // sees it.
        "value of the settings" => {
            place.starts_with("file canteen.db")
                || matches!(place, "table env_revisions" | "table deployments" | "table operations")
                || (place.starts_with(&format!("page /apps/{BOARD}/settings")) && place.ends_with("for ana"))
        }
        _ => false,
    }
}

/// Whoever signs in, by every way. Returns an admin and a viewer.
async fn everybody(site: &Site, canaries: &mut Canaries) -> (Browser, Browser) {
    let server = MailServer::start().await;
    let ana = site.stranger();
    let code = site.setup_code.peek().unwrap();
    let fields = [("code", code.as_str()), ("name", "ana"), ("password", FIRST)];
    assert_eq!(ana.submit("/setup", "/setup", &fields).await.status, 303);
    canaries.add("set-up code", code);
    canaries.add("password", FIRST);
    let sign_in = async |browser: &Browser, name: &str, password: &str| {
        let fields = [("name", name), ("password", password), ("next", "/apps")];
        browser.submit("/session", "/session", &fields).await.status
    };
    assert_eq!(sign_in(&ana, "ana", FIRST).await, 303);
    canaries.add("session token", ana.cookie("session").unwrap());
    let fields = [("current", FIRST), ("password", PASSWORD)];
    ana.submit("/account/password", "/account/password", &fields).await.location();
    canaries.add("password", PASSWORD);
    canaries.add("wrong password", "canary of a wrong password");
    assert_eq!(sign_in(&site.stranger(), "ana", "canary of a wrong password").await, 422);

    let port = server.port.to_string();
    let smtp = "canary-of-the-post";
    let fields = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("security", "none"),
        ("username", ""),
        ("password", smtp),
        ("sender", "canteen@example.org"),
    ];
    ana.submit("/settings/mail", "/settings/mail", &fields).await.location();
    canaries.add("SMTP password", smtp);

    let fields = [("person", "Cem"), ("role", "viewer"), ("mail", "cem@example.org")];
    let link = link(site, &ana.submit("/people/invitation", "/people/invitation", &fields).await);
    canaries.add("invitation", link.rsplit('/').next().unwrap());
    server.letter("cem@example.org", "You are invited").await;
    let cem = site.stranger();
    cem.get(&link).await.location();
    let second = "canary of the second password";
    cem.submit("/invite", "/invite", &[("name", "cem"), ("password", second)]).await.location();
    canaries.add("password", second);

    let page = format!("/people/{}", site.store.member("cem").await.unwrap().unwrap().id);
    let link = self::link(site, &ana.submit(&page, &format!("{page}/password-link"), &[]).await);
    canaries.add("link to a new password", link.rsplit('/').next().unwrap());
    cem.get(&link).await.location();
    cem.submit("/reset", "/reset", &[("password", PASSWORD)]).await.location();
    assert_eq!(sign_in(&cem, "cem", PASSWORD).await, 303);
    canaries.add("session token", cem.cookie("session").unwrap());
    cem.submit("/account", "/account/mail", &[("mail", "cem@example.net")]).await.location();
    let link = server.letter("cem@example.net", "Confirm your address").await.path(&site.settings.public.origin);
    canaries.add("link to an address", link.rsplit('/').next().unwrap());
    cem.get(&link).await.location();
    cem.submit("/confirm", "/confirm", &[]).await.location();
    factor(site, &cem, canaries).await;

    let token = site.token(&ana, "ci", &["app.view"], &[]).await;
    canaries.add("API token", token.clone());
    canaries.add("API token", token.split('_').nth(2).unwrap());
    assert_eq!(site.caller(&token).get("/api/v1/apps").await.status, 200);
    assert_eq!(site.caller("").get(&format!("/apps?x={token}")).await.status, 400);
    canaries.add("session token", ana.cookie("session").unwrap());
    (ana, cem)
}

/// A second factor, and the way in with a recovery code.
async fn factor(site: &Site, cem: &Browser, canaries: &mut Canaries) {
    let page = cem.page("/account/factors/app").await;
    let phone = Phone::scan(&page);
    let (hidden, code) = (sealed(&page), phone.code(canteen::clock::Clock::now(&*site.clock)));
    let added = cem.post(&page, "/account/factors/app", &[("sealed", &hidden), ("code", &code)]).await;
    let codes = recovery_codes(&added);
    canaries.add("TOTP seed", phone.bytes());
    canaries.add("TOTP seed", phone.secret.clone());
    canaries.add("TOTP seed", phone.secret.replace(' ', ""));
    for code in &codes {
        canaries.add("recovery code", code.clone());
        canaries.add("recovery code", code.replace('-', ""));
    }
    cem.submit("/account", "/session/end", &[]).await.location();
    let fields = [("name", "cem"), ("password", PASSWORD), ("next", "/apps")];
    cem.submit("/session", "/session", &fields).await.location();
    canaries.add("session token", cem.cookie("session").unwrap());
    cem.submit("/session/factor", "/session/factor", &[("code", &codes[0]), ("next", "/apps")]).await.location();
    cem.submit("/account/factors", "/account/factors/review", &[]).await.location();
    canaries.add("session token", cem.cookie("session").unwrap());
}

/// Secrets and settings of apps, and an address with a password in it.
async fn apps(site: &Site, ana: &Browser, canaries: &mut Canaries) {
    let holder = [("name", "Safe"), ("how", "make"), ("recipient", "")];
    let key = ana.submit("/backups/recovery", "/backups/recovery", &holder).await;
    canaries.add("recovery key", key.between("AGE-SECRET-KEY-", "<").unwrap());
    site.new_board(ana, BOARD).await;
    let made = site.make_secrets(ana, BOARD).await;
    canaries.add("secret that was made", reveal(ana, made.id).await);
    let text = format!("/apps/{BOARD}/settings/text");
    let page = ana.page(&text).await;
    let changed = format!("{}SMTP_PASSWORD=canary-of-the-settings\n", page.area("text"));
    send_fields(ana, &page, &text, &[("text", &changed)]).await.location();
    canaries.add("value of the settings", "canary-of-the-settings");
    assert_eq!(site.deploy(ana, BOARD).await.outcome, "converged");
    let rotation = format!("/apps/{BOARD}/secrets/admin_password/rotation");
    for value in ["", "canary-of-a-rotation"] {
        let mut fields = ana.page(&rotation).await.fields();
        fields.push(("understood".to_owned(), "on".to_owned()));
        if !value.is_empty() {
            fields.retain(|(name, _)| name != "how" && name != "value");
            fields.extend([("how", "paste"), ("value", value)].map(|(n, v)| (n.to_owned(), v.to_owned())));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let id = operation_of(&ana.submit(&rotation, &rotation, &fields).await);
        assert_eq!(site.operation_done(id).await.outcome, "rotated");
        site.fresh().await;
        match value {
            "" => canaries.add("secret that was rotated", reveal(ana, id).await),
            pasted => canaries.add("secret that was rotated", pasted),
        }
    }
    site.new_board(ana, PASTE).await;
    let (page, insert) = (format!("/apps/{PASTE}/secrets"), format!("/apps/{PASTE}/secrets/admin_password"));
    let pasted = ana.submit(&page, &insert, &[("value", "canary-of-a-paste")]).await;
    assert_eq!(site.operation_done(operation_of(&pasted)).await.outcome, "inserted");
    canaries.add("secret that was pasted", "canary-of-a-paste");
    let run = format!("/apps/{BOARD}/commands/pin");
    let fields = [("service", "app"), ("arguments", "--password\r\ncanary-of-a-command"), ("minutes", "1")];
    let asked = ana.submit(&run, &run, &fields).await;
    site.operation_done(operation_of(&asked)).await;
    canaries.add("argument of a command", "canary-of-a-command");
    backups(ana, canaries).await;
    let url = "https://ana:canary-of-a-repository@example.org/app.git";
    assert_eq!(ana.submit("/recipes/new", "/recipes/new", &[("url", url)]).await.status, 422);
    canaries.add("password of a repository", "canary-of-a-repository");
}

/// What opens repositories of backups: the password of one that is there, and the key of a storage.
async fn backups(ana: &Browser, canaries: &mut Canaries) {
    let (new, missing) = ("/backups/repositories/new", tempfile::tempdir().unwrap());
    let folder = missing.path().join("attic").display().to_string();
    let fields = [("name", "Attic"), ("kind", "local"), ("local_path", folder.as_str()), ("password", "canary-of-all-backups")];
    ana.submit(new, new, &fields).await.location();
    canaries.add("password of a repository of backups", "canary-of-all-backups");
    let fields = [
        ("name", "Cloud"),
        ("kind", "s3"),
        ("s3_endpoint", "http://169.254.169.254"),
        ("s3_bucket", "coop"),
        ("s3_key_id", "coop"),
        ("s3_secret", "canary-of-a-storage"),
    ];
    ana.submit(new, new, &fields).await.location();
    canaries.add("key of a storage", "canary-of-a-storage");
    let wrong = ana.submit(new, new, &fields.map(|(n, v)| (n, if n == "s3_bucket" { "" } else { v }))).await;
    assert_eq!(wrong.status, 422);
}

async fn reveal(browser: &Browser, operation: i32) -> String {
    let page = format!("/operations/{operation}");
    let shown = browser.submit(&page, &format!("{page}/reveal"), &[]).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    shown.between("translate=\"no\">", "<").unwrap()
}

fn link(site: &Site, shown: &Answer) -> String {
    let link = shown.between("<output id=\"link\" class=\"mono\" translate=\"no\">", "<").unwrap();
    link.strip_prefix(&site.settings.public.origin).unwrap().to_owned()
}

/// Every file below this folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut all, mut folders) = (vec![], vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if let Ok(bytes) = std::fs::read(&entry) {
                all.push((entry.strip_prefix(folder).unwrap().display().to_string(), bytes));
            }
        }
    }
    all
}

/// Every page, fragment and stream that links lead to.
async fn pages(browser: &Browser) -> Vec<(String, Answer)> {
    let begin = ["/apps", "/account", "/live?topics=apps", "/apps/rows", "/operations/rows", "/catalogue/progress"];
    let mut waiting: VecDeque<String> = begin.map(str::to_owned).into();
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut all = vec![];
    while let Some(path) = waiting.pop_front() {
        let answer = browser.get(&path).await;
        for attribute in ["href=\"/", "hx-get=\"/", "sse-connect=\"/", "hx-sse:connect=\"/"] {
            for part in answer.body.split(attribute).skip(1) {
                let link = format!("/{}", part.split(['"', '#']).next().unwrap()).replace("&#38;", "&").replace("&amp;", "&");
                // The pages of recipes are not about secrets, and the log's filters are without end.
                let same = link.starts_with("/static/") || link.starts_with("/recipes/") || link.starts_with("/audit?");
                if !same && seen.len() < 400 && seen.insert(link.clone()) {
                    waiting.push_back(link);
                }
            }
        }
        all.push((path, answer));
    }
    assert!(all.len() > 20, "{seen:?}");
    all
}
