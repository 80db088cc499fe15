//! Letters, sent to a mail server that the test runs itself.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use canteen::clock::SystemClock;
use canteen::keys::DataKey;
use canteen::mail::Post;
use canteen::site_key::SiteKey;
use canteen::store::Store;
use canteen::store::mail::MailPassword;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};

use crate::harness::crash;
use crate::harness::{Browser, MailServer, PASSWORD, Site, until};

const SECRET: &str = "smtp-canary-8c1f";
const MINUTE_MS: i64 = 60 * 1000;

/// Says that this server takes letters.
pub(crate) async fn set_up(browser: &Browser, server: &MailServer) {
    let port = server.port.to_string();
    let fields = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("security", "none"),
        ("username", ""),
        ("password", SECRET),
        ("sender", "canteen@example.org"),
    ];
    assert_eq!(browser.submit("/settings/mail", "/settings/mail", &fields).await.location(), "/settings/mail?done=saved");
}

/// Gives whoever is signed in an address, as they would.
pub(crate) async fn confirm(site: &Site, browser: &Browser, server: &MailServer, mail: &str) {
    assert_eq!(browser.submit("/account", "/account/mail", &[("mail", mail)]).await.location(), "/account?done=asked");
    let link = server.letter(mail, "Confirm your address").await.path(&site.settings.public.origin);
    assert_eq!(browser.get(&link).await.location(), "/confirm");
    assert_eq!(browser.submit("/confirm", "/confirm", &[]).await.location(), "/account?done=mail");
}

fn in_the_data_folder(site: &Site, text: &str) -> Vec<String> {
    let holds = |path: &std::path::Path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(text.len()).any(|w| w == text.as_bytes())
    };
    let files = std::fs::read_dir(site.data()).unwrap().map(|f| f.unwrap().path()).filter(|p| p.is_file());
    files.filter(|p| holds(p)).map(|p| p.display().to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_button_shows_what_the_server_says_and_the_password_is_nowhere() {
    let (site, server) = (Site::start().await, MailServer::start().await);
    let ana = site.admin().await;
    assert!(!ana.page("/settings/mail").await.post_forms().contains(&"/settings/mail/test".to_owned()));
    set_up(&ana, &server).await;
    let test = async || ana.submit("/settings/mail", "/settings/mail/test", &[("to", "ana@example.org")]).await;
    let before = site.head().await;
    test().await.says("The server took the letter to ana@example.org").says("250 2.0.0 kept by the tests");
    assert_eq!(site.head().await, before + 1);
    let letter = server.letter("ana@example.org", "This is a test of the mail settings").await;
    assert!(letter.whole.contains("From: Canteen <canteen@example.org>"), "{}", letter.whole);
    server.refuse(true);
    test().await.says("could not be sent").says("come back later");
    let wrong = ana.submit("/settings/mail", "/settings/mail/test", &[("to", "ana@example.org, eve@example.net")]).await;
    assert_eq!(wrong.status, 422);

    assert_eq!(in_the_data_folder(&site, SECRET), Vec::<String>::new());
    assert!(!ana.page("/settings/mail").await.body.contains(SECRET));
    assert!(!format!("{:?}", site.entries().await).contains(SECRET));
    let (settings, kept) = site.store.mail_account().await.unwrap().unwrap();
    assert_eq!((settings.host.as_str(), password(&site, &kept).as_str()), ("127.0.0.1", SECRET));
}

/// What the dashboard would say to the server.
fn password(site: &Site, kept: &MailPassword) -> String {
    let key = DataKey::open(&site.data().join("keys")).unwrap().unwrap();
    let post = Post::new(site.data(), "", "", SiteKey::of(site.data()), key);
    post.password(kept).unwrap().map(|text| text.to_string()).unwrap_or_default()
}

async fn save(ana: &Browser, host: &str, password: &str) {
    let fields = [("host", host), ("port", "587"), ("security", "starttls"), ("username", "canteen"), ("password", password)];
    let fields = [&fields[..], &[("sender", "canteen@example.org")]].concat();
    assert_eq!(ana.submit("/settings/mail", "/settings/mail", &fields).await.location(), "/settings/mail?done=saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_kill_comes_server_and_password_belong_together() {
    crash::prepare();
    let site = Site::start().await;
    let ana = site.admin().await;
    save(&ana, "old.example.org", "old canary").await;
    let folder = tempfile::tempdir().unwrap();
    let images = Arc::new(Mutex::new(Vec::<PathBuf>::new()));
    let (data, into, taken) = (site.data().to_owned(), folder.path().to_owned(), Arc::clone(&images));
    crash::watch(&site.database(), move |_moment, _inside| {
        let mut taken = taken.lock().unwrap();
        let image = into.join(taken.len().to_string());
        std::fs::create_dir(&image).unwrap();
        for name in ["canteen.db", "canteen.db-wal"] {
            std::fs::write(image.join(name), std::fs::read(data.join(name)).unwrap_or_default()).unwrap();
        }
        taken.push(image);
    });
    save(&ana, "new.example.org", "new canary").await;
    crash::leave(&site.database());
    let mut found = BTreeSet::new();
    let images = images.lock().unwrap().clone();
    for image in images {
        let store = Store::open(&image.join("canteen.db"), Arc::new(SystemClock)).unwrap();
        let (settings, kept) = store.mail_account().await.unwrap().unwrap();
        found.insert((settings.host, password(&site, &kept)));
    }
    let pair = |host: &str, password: &str| (host.to_owned(), password.to_owned());
    assert_eq!(found, BTreeSet::from([pair("new.example.org", "new canary"), pair("old.example.org", "old canary")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_has_a_file_of_its_own_moves_with_the_next_save() {
    let site = Site::start().await;
    let ana = site.admin().await;
    save(&ana, "old.example.org", "another").await;
    // As an earlier Canteen left it.
    let mut database = SqliteConnection::establish(site.database().to_str().unwrap()).unwrap();
    database.batch_execute("UPDATE mail_settings SET sealed = NULL").unwrap();
    let file = site.data().join("keys/smtp-password");
    std::fs::write(&file, SECRET).unwrap();
    let (_, kept) = site.store.mail_account().await.unwrap().unwrap();
    assert_eq!((&kept, password(&site, &kept).as_str()), (&MailPassword::InFile, SECRET), "it is used until then");
    ana.page("/settings/mail").await.says("One is kept");
    save(&ana, "new.example.org", "").await;
    assert_eq!(site.entries().await[0].particulars["password"], "kept");
    let (settings, kept) = site.store.mail_account().await.unwrap().unwrap();
    assert!(matches!(kept, MailPassword::Sealed(_)), "{kept:?}");
    assert_eq!((settings.host.as_str(), password(&site, &kept).as_str()), ("new.example.org", SECRET));
    assert!(!file.exists());
    save(&ana, "newer.example.org", "").await;
    let (_, kept) = site.store.mail_account().await.unwrap().unwrap();
    assert_eq!(password(&site, &kept), SECRET);
    // What is turned off keeps nothing.
    assert_eq!(ana.submit("/settings/mail", "/settings/mail/off", &[]).await.location(), "/settings/mail?done=off");
    let fields = [("host", "m"), ("port", "587"), ("security", "tls"), ("username", "canteen"), ("password", "")];
    let fields = [&fields[..], &[("sender", "canteen@example.org")]].concat();
    let refused = ana.submit("/settings/mail", "/settings/mail", &fields).await;
    assert_eq!(refused.status, 422);
    refused.says("With a name goes a password");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_goes_to_its_address_and_its_token_is_not_stored() {
    let (site, server) = (Site::start().await, MailServer::start().await);
    let ana = site.admin().await;
    set_up(&ana, &server).await;
    server.refuse(true);
    let fields = [("person", "Cem"), ("role", "viewer"), ("mail", "cem@example.org")];
    let shown = ana.submit("/people/invitation", "/people/invitation", &fields).await;
    shown.says("on its way to cem@example.org as well");
    let link = shown.between("<output id=\"link\" class=\"mono\" translate=\"no\">", "<").unwrap();
    let token = link.rsplit('/').next().unwrap();
    until("a try in vain", async || {
        let waiting = site.store.waiting_letters().await.unwrap();
        (waiting.count == 1 && waiting.problem.contains("come back later")).then_some(())
    })
    .await;
    ana.page("/settings/mail").await.says("1 letter waits to be sent").says("come back later");
    assert_eq!(in_the_data_folder(&site, token), Vec::<String>::new(), "while it waits");
    server.refuse(false);
    site.clock.advance(2 * MINUTE_MS);
    let letter = server.letter("cem@example.org", "You are invited").await;
    assert!(letter.whole.contains("ana invites you"), "{}", letter.whole);
    assert_eq!(format!("{}{}", site.settings.public.origin, letter.path(&site.settings.public.origin)), link);
    until("nothing waits", async || (site.store.waiting_letters().await.unwrap().count == 0).then_some(())).await;
    assert_eq!(server.letters().len(), 1, "sent once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_gets_the_same_answer_whoever_is_named() {
    let (site, server) = (Site::start().await, MailServer::start().await);
    let (ana, vic) = (site.admin().await, site.viewer().await);
    assert_eq!(site.stranger().get("/forgot").await.status, 404, "without mail an admin makes the link");
    assert!(!site.stranger().page("/session").await.body.contains("/forgot"));
    set_up(&ana, &server).await;
    confirm(&site, &vic, &server, "vic@example.org").await;
    site.stranger().page("/session").await.says("Forgot your password?");
    let before = server.letters().len();
    let ask = async |name: &str| {
        let browser = site.stranger();
        let answer = browser.submit("/forgot", "/forgot", &[("name", name)]).await;
        let said = browser.page(answer.location()).await;
        let mut headers: Vec<_> = answer.headers.iter().filter(|(n, _)| n != "date").cloned().collect();
        headers.sort();
        (answer.status, headers, said.body)
    };
    let known = ask("vic").await;
    assert_eq!(known, ask("nobody").await);
    assert_eq!(known, ask("ana").await, "a member without an address");
    let letter = server.letter("vic@example.org", "A new password").await;
    assert_eq!(server.letters().len(), before + 1, "nobody else gets one");
    let browser = site.stranger();
    let link = letter.path(&site.settings.public.origin);
    assert_eq!(browser.get(&link).await.location(), "/reset");
    assert_eq!(browser.submit("/reset", "/reset", &[("password", "nine loud herons")]).await.location(), "/session?ready=3");
    assert_eq!(vic.get("/apps").await.status, 303, "all sessions end");
    server.letter("vic@example.org", "Your password was changed").await;
    // Nobody's letter box is filled.
    let mut slow = false;
    for _ in 0..8 {
        slow |= site.stranger().submit("/forgot", "/forgot", &[("name", "vic")]).await.status == 429;
    }
    assert!(slow);
}

/// A letter is an entry of its own, and there are few for one member; what strangers ask for in vain is counted.
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_many_forgotten_passwords_does_not_fill_the_log() {
    let (site, server) = (Site::start().await, MailServer::start().await);
    let (ana, vic) = (site.admin().await, site.viewer().await);
    set_up(&ana, &server).await;
    confirm(&site, &vic, &server, "vic@example.org").await;
    let browser = site.stranger();
    let ask = async |name: &str| browser.submit("/forgot", "/forgot", &[("name", name)]).await.status;
    let before = site.head().await;
    for n in 0..15 {
        assert_eq!(ask(&format!("nobody {n}")).await, 303);
    }
    assert_eq!(site.head().await, before + 1, "the first is written at once, the others are counted");
    assert_eq!((ask("ana").await, site.head().await), (303, before + 1), "nor a member without an address");
    assert_eq!((ask("vic").await, site.head().await), (303, before + 2));
    let sent = site.entries().await.remove(0);
    assert_eq!((sent.action.as_str(), &sent.particulars["name"]), ("password.ask", &"vic".into()));
    site.clock.advance(60 * MINUTE_MS);
    let written = until("what was counted is written", async || {
        site.entries().await.into_iter().find(|e| e.action == "audit.record" && e.particulars["times"] == 15)
    });
    let written = written.await;
    assert_eq!((&written.particulars["action"], &written.particulars["name"]), (&"password.ask".into(), &"ana".into()));
    site.admin().await.page("/audit").await.says("where no letter goes (15 times)");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_ones_own_when_its_link_was_used_and_the_one_of_before_is_told() {
    let (site, server) = (Site::start().await, MailServer::start().await);
    let (ana, vic) = (site.admin().await, site.viewer().await);
    set_up(&ana, &server).await;
    for bad in ["vic", "vic@example.org\r\nBcc: eve@example.net", "a@b, c@d"] {
        let refused = vic.submit("/account", "/account/mail", &[("mail", bad)]).await;
        assert_eq!(refused.status, 422, "{bad}");
        refused.says("This is no mail address");
    }
    assert_eq!(vic.submit("/account", "/account/mail", &[("mail", "other@example.org")]).await.status, 303);
    let id = site.store.member("vic").await.unwrap().unwrap().id;
    assert_eq!(site.store.account(id).await.unwrap().mail, "", "not yet");
    confirm(&site, &vic, &server, "vic@example.org").await;
    assert_eq!(site.store.account(id).await.unwrap().mail, "vic@example.org");
    confirm(&site, &vic, &server, "vic@example.net").await;
    server.letter("vic@example.org", "go to vic@example.net from now on").await;

    // A browser that was not used before.
    site.viewer().await;
    server.letter("vic@example.net", "in a new browser").await;
    let told = server.letters().len();
    vic.submit("/apps", "/session/end", &[]).await.location();
    let fields = [("name", "vic"), ("password", PASSWORD), ("next", "/apps")];
    vic.submit("/session", "/session", &fields).await.location();
    assert!(site.entries().await[0].particulars.get("new_device").is_none(), "this one is known");
    let fields = [("current", PASSWORD), ("password", "nine loud herons")];
    vic.submit("/account/password", "/account/password", &fields).await.location();
    server.letter("vic@example.net", "Your password was changed").await;
    assert_eq!(server.letters().len(), told + 1);
    assert_eq!(vic.submit("/account", "/account/mail", &[("mail", "")]).await.location(), "/account?done=no-mail");
    assert_eq!(site.store.account(id).await.unwrap().mail, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_nobody_takes_is_given_up() {
    let (site, server) = (Site::start().await, MailServer::start().await);
    let ana = site.admin().await;
    set_up(&ana, &server).await;
    server.refuse(true);
    let fields = [("person", "Cem"), ("role", "viewer"), ("mail", "cem@example.org")];
    ana.submit("/people/invitation", "/people/invitation", &fields).await.says("on its way");
    until("a try in vain", async || (!site.store.waiting_letters().await.unwrap().problem.is_empty()).then_some(())).await;
    // As after ten more.
    site.store.letter_failed(1, 11, 0, "come back later").await.unwrap();
    until("it is given up", async || (site.store.waiting_letters().await.unwrap().count == 0).then_some(())).await;
    server.refuse(false);
    assert!(server.letters().is_empty());
}
