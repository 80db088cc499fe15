//! New passwords: by a link that an admin makes, and by oneself.

use std::io::Write as _;
use std::process::Stdio;

use canteen::access::Role;

use crate::audit::canteen;
use crate::harness::{Answer, Browser, PASSWORD, Site};

const NEW: &str = "nine loud herons";
const MINUTE_MS: i64 = 60 * 1000;

async fn sign_in(browser: &Browser, name: &str, password: &str) -> u16 {
    browser.submit("/session", "/session", &[("name", name), ("password", password), ("next", "/apps")]).await.status
}

/// Makes a link for a member and gives its path.
async fn link_for(site: &Site, by: &Browser, name: &str) -> Answer {
    let page = format!("/people/{}", site.store.member(name).await.unwrap().unwrap().id);
    by.submit(&page, &format!("{page}/password-link"), &[]).await
}

fn path(site: &Site, shown: &Answer) -> String {
    let link = shown.between("<output id=\"link\" class=\"mono\" translate=\"no\">", "<").unwrap();
    link.strip_prefix(&site.settings.public.origin).unwrap().to_owned()
}

async fn arrive(site: &Site, link: &str) -> (Browser, Answer) {
    let browser = site.stranger();
    assert_eq!(browser.get(link).await.location(), "/reset");
    let form = browser.get("/reset").await;
    (browser, form)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_new_password_works_once_and_ends_all_sessions() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let shown = link_for(&site, &ana, "vic").await;
    assert_eq!(shown.status, 200);
    let link = path(&site, &shown);
    let ((one, first), (two, second)) = (arrive(&site, &link).await, arrive(&site, &link).await);
    first.says("For vic");
    assert_eq!(first.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(vic.get("/apps").await.status, 200, "nothing has changed yet");
    assert_eq!(sign_in(&site.stranger(), "vic", PASSWORD).await, 303);
    assert_eq!(one.post(&first, "/reset", &[("password", "short")]).await.status, 422);

    let (won, lost) =
        tokio::join!(one.post(&first, "/reset", &[("password", NEW)]), two.post(&second, "/reset", &[("password", NEW)]));
    let mut statuses = [won.status, lost.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404], "exactly one");
    let resets: Vec<_> = site.entries().await.into_iter().filter(|e| e.action == "password.reset").collect();
    assert_eq!((resets.len(), resets[0].actor.name.as_str()), (1, "vic"));
    assert_eq!(vic.get("/apps").await.status, 303, "signed out");
    assert_eq!(sign_in(&site.stranger(), "vic", PASSWORD).await, 422);
    assert_eq!(sign_in(&site.stranger(), "vic", NEW).await, 303);
    assert_eq!(arrive(&site, &link).await.1.status, 404);
}

/// Set-up and invitations have tests of their own beside this one.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_many_use_or_that_is_made_of_names_is_not_taken() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let (vic, form) = arrive(&site, &path(&site, &link_for(&site, &ana, "vic").await)).await;
    for (weak, why) in [
        ("1qaz2wsx3edc", "Many people use this password"),
        ("Notice-Board-2026", "This is made of what anybody would try first here (noticeboard)"),
        ("vic.canteen.2026", "This is made of what anybody would try first here (canteen, vic)"),
    ] {
        let refused = vic.post(&form, "/reset", &[("password", weak)]).await;
        assert_eq!(refused.status, 422);
        refused.says(why);
        refused.says("use a few words that you use nowhere else");
        refused.says("For vic");
        let fields = [("current", PASSWORD), ("password", weak)];
        let refused = ana.submit("/account/password", "/account/password", &fields).await;
        assert_eq!((refused.status, refused.body.contains(why)), (422, !weak.contains("vic")), "of another member: {weak}");
    }
    assert_eq!(vic.post(&form, "/reset", &[("password", NEW)]).await.status, 303, "the link still works");
}

#[test]
fn the_command_line_takes_no_password_that_many_use() {
    let folder = tempfile::tempdir().unwrap();
    let typed = |arguments: &[&str], password: &str| {
        let mut command = canteen(arguments);
        command.env("CANTEEN_DATA", folder.path()).env("CANTEEN_PUBLIC_URL", "https://teahouse.example.org");
        let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        writeln!(running.stdin.take().unwrap(), "{password}").unwrap();
        let ended = running.wait_with_output().unwrap();
        (ended.status.success(), String::from_utf8(ended.stderr).unwrap())
    };
    let (added, said) = typed(&["member", "add", "zoe"], "q1w2e3r4t5y6");
    assert!(!added && said.contains("many people use this password"), "{said}");
    assert!(typed(&["member", "add", "zoe"], PASSWORD).0);
    let (reset, said) = typed(&["member", "reset-password", "zoe"], "zoe-teahouse-1234");
    assert!(!reset && said.contains("anybody would try first here (teahouse, zoe)"), "{said}");
    assert!(typed(&["member", "reset-password", "zoe"], NEW).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_new_password_ends_after_half_an_hour_with_a_newer_one_and_with_a_suspension() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let first = path(&site, &link_for(&site, &ana, "vic").await);
    site.clock.advance(29 * MINUTE_MS);
    let (late, form) = arrive(&site, &first).await;
    assert_eq!(form.status, 200);
    site.clock.advance(MINUTE_MS);
    assert_eq!(late.post(&form, "/reset", &[("password", NEW)]).await.status, 404);
    let ana = site.admin().await;
    let older = path(&site, &link_for(&site, &ana, "vic").await);
    let newer = path(&site, &link_for(&site, &ana, "vic").await);
    assert_eq!((arrive(&site, &older).await.1.status, arrive(&site, &newer).await.1.status), (404, 200));
    let page = format!("/people/{}", site.store.member("vic").await.unwrap().unwrap().id);
    ana.submit(&page, &format!("{page}/suspension"), &[]).await.location();
    assert_eq!(arrive(&site, &newer).await.1.status, 404, "who is kept out has no way in");
    assert_eq!(ana.submit(&page, &format!("{page}/password-link"), &[]).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_for_one_purpose() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let link = path(&site, &link_for(&site, &ana, "vic").await);
    let eve = site.stranger();
    eve.get(&link.replace("/reset/", "/invite/")).await.location();
    assert_eq!(eve.get("/invite").await.status, 404);
    assert_eq!(arrive(&site, &link).await.1.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_own_password_needs_the_current_one_and_keeps_this_browser_only() {
    let site = Site::start().await;
    site.add("bea", Role::Admin).await;
    let (here, there) = (site.signed_in("bea").await, site.signed_in("bea").await);
    let change = async |current: &str, new: &str| {
        here.submit("/account/password", "/account/password", &[("current", current), ("password", new)]).await
    };
    let wrong = change("wrong wrong wrong", NEW).await;
    assert_eq!(wrong.status, 422);
    wrong.says("This is not your current password");
    assert_eq!(site.entries().await[0].outcome, "failed");
    assert_eq!(change(PASSWORD, "bea-bea-bea-bea").await.status, 422, "easily guessed");
    assert_eq!(change(PASSWORD, NEW).await.location(), "/account?done=password");
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.action.as_str(), &entry.particulars["sessions"]), ("password.change", &1.into()));
    assert_eq!((here.get("/apps").await.status, there.get("/apps").await.status), (200, 303));
    assert_eq!(sign_in(&there, "bea", NEW).await, 303);
    for _ in 0..5 {
        assert_eq!(change("wrong wrong wrong", PASSWORD).await.status, 422);
    }
    assert_eq!(change(NEW, PASSWORD).await.status, 429, "guessing at an open browser gets slower");
    assert_eq!(sign_in(&site.stranger(), "bea", NEW).await, 303, "and does not keep the owner out");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_new_pepper_a_hash_of_before_goes_on_and_is_made_anew_at_the_next_sign_in() {
    let mut site = Site::start().await;
    let hash = async |site: &Site| site.store.member("ana").await.unwrap().unwrap().password_hash;
    let before = hash(&site).await;
    canteen::key_file::make(&site.data().join("keys"), "pepper.key").unwrap();
    site.restart().await;
    assert_eq!(sign_in(&site.stranger(), "ana", "not my password").await, 422);
    assert_eq!(hash(&site).await, before);
    site.admin().await;
    let after = hash(&site).await;
    assert!(after != before && after.contains("keyid="), "{after}");
    assert_eq!(site.entries().await[0].particulars["password_hashed_anew"], true);
    site.admin().await;
    assert_eq!(hash(&site).await, after, "once is enough");
}
