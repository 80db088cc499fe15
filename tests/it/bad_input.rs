//! What comes from outside and is wrong, and a disk that takes no more.

use std::fmt::Write as _;
use std::path::PathBuf;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};

use canteen::recipe::RecipeName;
use canteen::web::routes::routes;

use crate::harness::device::named;
use crate::harness::{BOARD, IN_STEPS, Plan, Site, Step, Visits, recipes, send_fields};

const COMPOSE: &str = "version: \"3.8\"\nservices:\n  app:\n    image: app:1\n";
const SAMPLE: &str = "TYPE=sample\nDOMAIN=sample.example.org\n";

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_reach_further_than_git_over_https_are_refused() {
    let site = Site::with(Plan { settings: vec![("CANTEEN_LOCAL_RECIPES", String::new())], ..Plan::default() }).await;
    let ana = site.admin().await;
    let before = (site.head().await, shelf(&site), site.store.recipes().await.unwrap().len());
    for (url, why) in [
        ("", "is empty"),
        ("ext::sh -c touch% /tmp/x", "space"),
        ("ext::sh", "run a program"),
        ("file:///etc", "only be named by its operator"),
        ("/etc", "only be named by its operator"),
        ("-oProxyCommand=touch", "begins with"),
        ("--upload-pack=touch", "begins with"),
        ("ssh://git@example.org/app.git", "ssh is not supported"),
        ("git@example.org:app.git", "ssh is not supported"),
        ("https://ana:secret@example.org/app.git", "user name or a password"),
        ("https://127.0.0.1/app.git", "of this machine or of a private network"),
        ("https://10.1.2.3/app.git", "of this machine or of a private network"),
        ("https://[::1]/app.git", "of this machine or of a private network"),
        ("https://169.254.169.254/latest/app", "of this machine or of a private network"),
        ("https://0x7f000001/app.git", "of this machine or of a private network"),
        ("http://example.org/app.git", "is not supported"),
        ("gopher://example.org/app", "is not supported"),
        ("https://example.org/a\u{202e}pp.git", "name"),
        ("https://example.org/a\nb.git", "control character"),
    ] {
        let refused = ana.submit("/recipes/new", "/recipes/new", &[("url", url)]).await;
        assert_eq!(refused.status, 422, "{url}");
        refused.says(why);
        assert!(!refused.body.contains("ana:secret@") || url.contains("secret"), "{url}");
    }
    assert_eq!(before, (site.head().await, shelf(&site), site.store.recipes().await.unwrap().len()), "nothing is kept of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_outside_the_folder_of_local_recipes_is_refused() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let climbing = format!("{}/../../etc", folder.path().display());
    for url in ["/etc", "file:///etc", climbing.as_str()] {
        assert_eq!(ana.submit("/recipes/new", "/recipes/new", &[("url", url)]).await.status, 422, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_no_recipe_is_not_kept() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let entries = site.head().await;
    for (name, files, why) in [
        ("no-compose", vec![(".env.sample", SAMPLE)], "has no compose.yml"),
        ("no-sample", vec![("compose.yml", COMPOSE)], "has no .env.sample"),
        ("empty", vec![], "has no compose.yml"),
    ] {
        let repo = recipes::repository(folder.path(), name, Some("1.0.0+1"), &files);
        let refused = ana.submit("/recipes/new", "/recipes/new", &[("url", repo.to_str().unwrap())]).await;
        assert_eq!(refused.status, 422, "{name}");
        refused.says(why);
        assert!(site.store.recipe(name).await.unwrap().is_none());
        assert!(site.shelf.head(&RecipeName::parse(name).unwrap()).is_err(), "the mirror of {name} is gone");
    }
    let missing = folder.path().join("not-there");
    assert_eq!(ana.submit("/recipes/new", "/recipes/new", &[("url", missing.to_str().unwrap())]).await.status, 422);
    let taken = recipes::folder().join("guestbook");
    let refused = ana.submit("/recipes/new", "/recipes/new", &[("url", taken.to_str().unwrap())]).await;
    refused.says("already a recipe called guestbook");
    assert_eq!(site.head().await, entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_without_tags_is_used_by_its_commit() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let repo = recipes::repository(folder.path(), "untagged", None, &[("compose.yml", COMPOSE), (".env.sample", SAMPLE)]);
    let added = ana.submit("/recipes/new", "/recipes/new", &[("url", repo.to_str().unwrap())]).await;
    assert_eq!(added.location(), "/recipes/untagged");
    ana.page("/recipes/untagged").await;
    let commit = site.shelf.head(&RecipeName::parse("untagged").unwrap()).unwrap();
    let short = commit.get(..8).unwrap();
    ana.page("/apps/new?recipe=untagged").await.says(short);
    site.new_app(&ana, "untagged", short, "untagged.example.org").await;
    ana.page("/apps/untagged.example.org/deployment").await.says(short);
    assert_eq!(site.deploy(&ana, "untagged.example.org").await.outcome, "converged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compose_file_that_grows_without_end_makes_no_app() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let files = [("compose.yml", bomb()), (".env.sample", SAMPLE.to_owned())];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let repo = recipes::repository(folder.path(), "bomb", Some("1.0.0+1"), &files);
    ana.submit("/recipes/new", "/recipes/new", &[("url", repo.to_str().unwrap())]).await;
    assert_eq!(ana.get("/recipes/bomb").await.status, 200, "the page of the recipe works all the same");
    let path = "/apps/new/settings?recipe=bomb&version=1.0.0%2B1&domain=bomb.example.org";
    let refused = send_fields(&ana, &ana.page(path).await, path, &[]).await;
    assert_eq!(refused.status, 422);
    refused.says("use fewer aliases");
    assert!(site.store.apps().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn names_with_characters_that_lie_are_refused_or_shown_as_they_are() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let address = "/apps/new/address?recipe=notice-board&version=1.0.0%2B1.35.0";
    for domain in ["ev\u{202e}gro.elpmaxe", "a\u{0}b.example.org", "a\u{7}.example.org", "xn\u{2066}--.org", "аpp.example.org"] {
        assert_eq!(ana.submit("/apps", address, &[("domain", domain)]).await.status, 422, "{domain:?}");
    }
    for path in
        ["/apps/%00", "/apps/%E2%80%AE", "/recipes/%0a", "/recipes/..%2f..%2fetc", "/operations/x", "/audit/99999999999999999999"]
    {
        assert_eq!(ana.get(path).await.status, 404, "{path}");
    }
    let typed = "<script>alert(1)</script>\u{7}\u{1b}[2J";
    let fields = [("name", typed), ("password", "wrong wrong wrong"), ("next", "/apps")];
    assert_eq!(site.stranger().submit("/session", "/session", &fields).await.status, 422);
    let page = ana.page("/audit").await;
    page.says("failed to sign in as <script>alert(1)</script>[2J");
    assert!(!page.body.contains("<script>alert") && !page.body.chars().any(|c| c.is_control() && c != '\n'));
    site.new_board(&ana, BOARD).await;
    let settings = format!("/apps/{BOARD}/settings");
    let refused = send_fields(&ana, &ana.page(&settings).await, &settings, &[("TITLE", "a\0b")]).await;
    assert_eq!(refused.status, 422);
    refused.says("NUL");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_written_down_is_not_done() {
    let site = named().await;
    let visits = Visits::prepare(&site).await;
    let mut raw = SqliteConnection::establish(site.database().to_str().unwrap()).unwrap();
    raw.batch_execute("PRAGMA busy_timeout=5000").unwrap();
    let ana = site.admin().await;
    let program = site.program(&ana, &["app.view", "app.deploy", "audit.export"]).await;
    // What was begun while there was room ends where there is none.
    let mut begun = vec![];
    // Of those that are about a site of their own, set-up is left out; the others need nothing more here to be refused.
    for route in IN_STEPS.into_iter().filter(|route| *route != "/setup" && !route.starts_with("/apps/")) {
        begun.push((route, Step::before(&site, route).await.unwrap()));
    }
    let state = async || {
        let envs: Vec<i32> = site.store.apps().await.unwrap().iter().map(|a| a.env_number).collect();
        let operations = site.store.operations(None, None, 100).await.unwrap().len();
        (site.engine.changes(), envs, operations, site.store.members().await.unwrap().len(), site.head().await)
    };
    let before = state().await;
    raw.batch_execute("CREATE TRIGGER no_room BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END").unwrap();
    for (route, step) in begun {
        assert_eq!(step.browser.visit("POST", &step.path, &step.fields).await, 503, "{route}");
        assert_eq!(state().await, before, "{route} did something that is written nowhere");
    }
    let changing = |path: &str| !matches!(path, "/csp-report" | "/setup" | "/apps/new" | "/apps/new/address");
    // What is not written leaves nothing for the next step.
    let in_steps = |path: &str| {
        let next = [
            "/people/invitations/{id}/revocation",
            "/people/{id}/readmission",
            "/settings/mail/test",
            "/settings/mail/off",
            "/settings/sign-in/test",
        ];
        (IN_STEPS.contains(&path) && !path.starts_with("/apps/")) || next.contains(&path) || path.starts_with("/account/factors/")
    };
    let table = routes();
    for entry in table.entries().iter().filter(|e| e.method != "GET" && changing(e.path) && !in_steps(e.path)) {
        let (path, fields) = visits.request(entry).await;
        let status =
            if path.starts_with("/api/") { program.change(&path).await.status } else { ana.visit("POST", &path, &fields).await };
        assert_eq!(status, 503, "{path}");
        assert_eq!(state().await, before, "{path} did something that is written nowhere");
    }
    let refused = ana.submit("/apps", "/catalogue/refresh", &[]).await;
    refused.says("Nothing was changed: it could not be written down");
    ana.page("/apps").await;
    raw.batch_execute("DROP TRIGGER no_room").unwrap();
    assert_eq!(ana.submit("/apps", "/catalogue/refresh", &[]).await.status, 303, "with room it works again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_somebody_holds_stops_changes_and_no_reading() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let (page, changes) = (ana.page(&format!("/apps/{BOARD}/secrets")).await, site.engine.changes());
    let mut raw = SqliteConnection::establish(site.database().to_str().unwrap()).unwrap();
    raw.batch_execute("PRAGMA busy_timeout=5000; BEGIN EXCLUSIVE").unwrap();
    let refused = ana.post(&page, &format!("/apps/{BOARD}/secrets/generation"), &[]).await;
    assert_eq!(refused.status, 503);
    assert_eq!(site.engine.changes(), changes);
    assert!(site.store.live_operations().await.unwrap().is_empty());
    ana.page("/apps").await;
    raw.batch_execute("ROLLBACK").unwrap();
    site.make_secrets(&ana, BOARD).await;
}

/// Names of the mirrors.
fn shelf(site: &Site) -> Vec<PathBuf> {
    std::fs::read_dir(site.data().join("shelf")).unwrap().flatten().map(|e| e.path()).collect()
}

/// Nine lists, each of nine times the one before.
fn bomb() -> String {
    let mut text = String::from("x-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for n in 1..10 {
        let nine = vec![format!("*a{}", n - 1); 9].join(", ");
        writeln!(text, "x-{n}: &a{n} [{nine}]").unwrap();
    }
    text + "services:\n  app:\n    image: app:1\n    command: *a9\n"
}
