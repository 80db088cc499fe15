//! Where backups go: adding a repository, its kit, its activation, and what goes wrong with it. Against the real restic.

use std::path::Path;
use std::time::{Duration, Instant};

use canteen::ops::repositories::PATIENCE;
use canteen::store::repositories::{KeptRepository, RepositoryState};

use crate::harness::{Answer, Browser, Plan, Site, by_hand, restic};

const NEW: &str = "/backups/repositories/new";
const FIRST: &str = "/backups/repositories/1";

async fn site() -> Site {
    Site::with(Plan { settings: vec![("CANTEEN_RESTIC", restic().display().to_string())], ..Plan::default() }).await
}

async fn add_local(browser: &Browser, name: &str, folder: &Path, password: &str) -> Answer {
    let folder = folder.display().to_string();
    let fields = [("name", name), ("kind", "local"), ("local_path", folder.as_str()), ("password", password)];
    browser.submit(NEW, NEW, &fields).await
}

async fn kept(site: &Site, id: i32) -> KeptRepository {
    site.store.repository(id).await.unwrap().unwrap()
}

/// Password and check code of a kit that is taken now.
async fn kit(browser: &Browser, page: &str) -> (String, String, String) {
    let kit = browser.submit(page, &format!("{page}/kit"), &[]).await;
    assert_eq!((kit.status, kit.header("cache-control")), (200, Some("no-store")), "{}", kit.text());
    assert!(kit.header("content-disposition").unwrap().starts_with("attachment; filename=\"recovery-kit-"));
    let of = |title: &str| kit.between(&format!("<dt>{title}</dt><dd><code>"), "<").unwrap();
    (of("Repository"), of("Password"), of("Check code"))
}

async fn activate(browser: &Browser, page: &str, code: &str) -> Answer {
    browser.submit(page, &format!("{page}/activate"), &[("code", code)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_takes_backups_only_after_its_kit_came_back() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let ana = site.admin().await;
    ana.page("/backups").await.says("There is no place for backups yet");
    assert_eq!(add_local(&ana, "Attic", &folder.path().join("attic"), "").await.location(), FIRST);
    ana.page(FIRST).await.says("Waits for its kit").says("Recovery kit never taken");
    let early = activate(&ana, FIRST, "AAAA-AAAA").await;
    assert_eq!(early.status, 422);
    early.says("Take the recovery kit first");
    let (address, password, old) = kit(&ana, FIRST).await;
    let (_, same, code) = kit(&ana, FIRST).await;
    assert_eq!((password.len(), &password), (43, &same));
    assert!(!ana.page(FIRST).await.body.contains(&code), "the code stands on the kit alone");
    for wrong in ["", "AAAA-AAAA", old.as_str()] {
        assert_eq!(activate(&ana, FIRST, wrong).await.status, 422, "{wrong}");
        assert_eq!(kept(&site, 1).await.state, RepositoryState::Ready);
    }
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(activate(&ana, FIRST, &typed).await.location(), "/backups/repositories/1?done=active");
    ana.page("/backups").await.says("Attic").says("Active");
    assert_eq!(kept(&site, 1).await.state, RepositoryState::Active);
    // What the kit says is enough for restic alone.
    let seen = by_hand(&address, &password, &["snapshots", "--json"], folder.path()).unwrap();
    assert_eq!(seen.trim(), "[]");
    assert!(by_hand(&address, &code, &["snapshots"], folder.path()).is_err());
    let taken = site.entries().await.into_iter().filter(|e| e.action == "backup.repository.kit" && e.outcome == "ok");
    assert_eq!(
        taken.map(|e| (e.actor.name, e.particulars["repository"].clone())).collect::<Vec<_>>(),
        [("ana".to_owned(), "Attic".into()), ("ana".to_owned(), "Attic".into())]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_restic_the_page_says_so() {
    let (site, folder) = (Site::start().await, tempfile::tempdir().unwrap());
    let ana = site.admin().await;
    add_local(&ana, "Attic", &folder.path().join("attic"), "").await.location();
    ana.page(FIRST).await.says("restic is not installed where Canteen runs").says("CANTEEN_RESTIC names the program");
    assert_eq!(kept(&site, 1).await.state, RepositoryState::New);
    let kit = ana.submit(FIRST, "/backups/repositories/1/kit", &[]).await;
    assert_eq!(kit.status, 409, "nothing is there that a kit could open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_there_is_taken_over_with_its_password() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let (ana, place) = (site.admin().await, folder.path().join("attic"));
    add_local(&ana, "Attic", &place, "").await.location();
    let (_, password, _) = kit(&ana, FIRST).await;
    let twice = add_local(&ana, "Cellar", &place, "").await;
    assert_eq!(twice.status, 422);
    twice.says("The repository Attic lies there already");
    ana.submit(FIRST, "/backups/repositories/1/retire", &[]).await.location();
    let second = "/backups/repositories/2";
    assert_eq!(add_local(&ana, "Cellar", &place, "").await.location(), second);
    ana.page(second).await.says("there is a repository already, with another password");
    let folder = place.display().to_string();
    let fields = [("name", "Cellar"), ("kind", "local"), ("local_path", &folder), ("password", &password)];
    ana.submit(second, second, &fields).await.location();
    let (attic, cellar) = (kept(&site, 1).await, kept(&site, 2).await);
    assert_eq!((cellar.state, cellar.adopted, cellar.trouble.as_str()), (RepositoryState::Ready, true, ""));
    assert_eq!(attic.restic_id, cellar.restic_id);
    let late = ana.submit(second, second, &[("password", "another")]).await;
    assert_eq!(late.status, 422, "the password of one that was reached stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_gone_is_broken_and_is_not_made_anew() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let (ana, place) = (site.admin().await, folder.path().join("attic"));
    add_local(&ana, "Attic", &place, "").await.location();
    let (_, _, code) = kit(&ana, FIRST).await;
    activate(&ana, FIRST, &code).await.location();
    let away = folder.path().join("away");
    std::fs::rename(&place, &away).unwrap();
    ana.submit(FIRST, "/backups/repositories/1/test", &[]).await.location();
    assert_eq!(kept(&site, 1).await.state, RepositoryState::Broken);
    assert!(!place.join("config").exists());
    ana.page(FIRST).await.says("there is no repository at");
    // Somebody else's lies there now, with the same password or not.
    let (_, password, _) = kit(&ana, FIRST).await;
    by_hand(&place.display().to_string(), &password, &["init"], folder.path()).unwrap();
    ana.submit(FIRST, "/backups/repositories/1/test", &[]).await.location();
    ana.page(FIRST).await.says("another repository lies there now");
    std::fs::remove_dir_all(&place).unwrap();
    std::fs::rename(&away, &place).unwrap();
    ana.submit(FIRST, "/backups/repositories/1/test", &[]).await.location();
    assert_eq!(kept(&site, 1).await.state, RepositoryState::Active, "it is back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_at_its_control_and_no_secret_comes_back() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let fields = [
        ("name", "Cloud"),
        ("kind", "s3"),
        ("s3_endpoint", "https://s3.example.org"),
        ("s3_bucket", "a/b"),
        ("s3_key_id", "key-of-the-coop"),
        ("s3_secret", "very-secret-key"),
        ("sftp_port", "never looked at"),
        ("password", "very-secret-password"),
    ];
    let back = ana.submit(NEW, NEW, &fields).await;
    assert_eq!(back.status, 422);
    back.says("The bucket may have letters, digits");
    for kept in ["https://s3.example.org", "key-of-the-coop"] {
        assert!(back.body.contains(kept), "{kept}");
    }
    assert!(!back.body.contains("very-secret"), "{}", back.body);
    let own = site.data().join("shelf").display().to_string();
    let inside = ana.submit(NEW, NEW, &[("name", "Own"), ("kind", "local"), ("local_path", &own)]).await;
    inside.says("This folder lies in Canteen’s own");
    assert!(site.store.repositories().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_keeps_nobody_waiting_for_long() {
    let (site, silent) = (site().await, tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let mut open = vec![];
        loop {
            open.push(silent.accept().await.unwrap());
        }
    });
    let (ana, began) = (site.admin().await, Instant::now());
    let fields = [("name", "Silent"), ("kind", "rest"), ("rest_url", url.as_str())];
    let other = async {
        for _page in 0..5 {
            site.admin().await.page("/apps").await;
        }
        began.elapsed()
    };
    let (added, meanwhile) = tokio::join!(ana.submit(NEW, NEW, &fields), other);
    assert_eq!(added.location(), FIRST);
    assert!(began.elapsed() < PATIENCE + Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(meanwhile < PATIENCE, "other pages waited for it: {meanwhile:?}");
    ana.page(FIRST).await.says("did not answer within");
    heard.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metadata_of_a_cloud_is_not_asked() {
    let site = site().await;
    let ana = site.admin().await;
    let fields = [("name", "Cloud"), ("kind", "rest"), ("rest_url", "http://169.254.169.254/latest/")];
    ana.submit(NEW, NEW, &fields).await.location();
    ana.page(FIRST).await.says("169.254.169.254, where no storage can be");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_sees_where_backups_go_and_changes_nothing() {
    let (site, folder) = (site().await, tempfile::tempdir().unwrap());
    let (ana, vic) = (site.admin().await, site.viewer().await);
    add_local(&ana, "Attic", &folder.path().join("attic"), "").await.location();
    vic.page("/backups").await.says("Attic");
    let page = vic.page(FIRST).await;
    assert_eq!(page.post_forms().iter().filter(|form| form.starts_with("/backups")).count(), 0);
    for act in ["kit", "test", "retire"] {
        assert_eq!(vic.submit("/backups", &format!("{FIRST}/{act}"), &[]).await.status, 403, "{act}");
    }
    assert_eq!(kept(&site, 1).await.kit_at, None);
}
