//! A snapshot in a real repository of restic, with a long folder in it.

use std::path::Path;

use super::{BOARD, Browser, Plan, Site, restic, store_volume};

const FIRST: &str = "/backups/repositories/1";
const NEW: &str = "/backups/repositories/new";
const VOLUME: &str = "board_example_org_notices";

/// Files in a folder that is too long for one page.
const MANY: usize = 405;

/// A site with an app and one snapshot of it, in which lies one file of this name, and a long folder.
pub(crate) struct Shelved {
    pub(crate) site: Site,
    pub(crate) ana: Browser,
    /// The page of the snapshot.
    pub(crate) page: String,
    pub(crate) repository: tempfile::TempDir,
    pub(crate) snapshot: String,
}

/// Adds a folder as a repository and puts it into use. Gives its admin, and its password.
pub(crate) async fn activated(site: &Site, folder: &Path) -> (Browser, String) {
    let ana = site.admin().await;
    let place = folder.display().to_string();
    ana.submit(NEW, NEW, &[("name", "Attic"), ("kind", "local"), ("local_path", &place)]).await.location();
    let kit = ana.submit(FIRST, &format!("{FIRST}/kit"), &[]).await;
    let of = |title: &str| kit.between(&format!("<dt>{title}</dt><dd><code>"), "<").unwrap();
    let (password, code) = (of("Password"), of("Check code"));
    ana.submit(FIRST, &format!("{FIRST}/activate"), &[("code", &code)]).await.location();
    (ana, password)
}

impl Shelved {
    /// With this file in its volume `notices`.
    pub(crate) async fn new(name: &str, content: &str) -> Self {
        let settings = vec![("CANTEEN_RESTIC", restic().display().to_string())];
        let site = Site::with(Plan { settings, ..Plan::default() }).await;
        let repository = tempfile::tempdir().unwrap();
        let place = repository.path().join("attic");
        let (ana, password) = activated(&site, &place).await;
        site.new_board(&ana, BOARD).await;
        let tags = "app=board_example_org,recipe=notice-board,kind=manual";
        let many: Vec<String> = (0..MANY).map(|n| format!("many/{n:04}")).collect();
        let files: Vec<(&str, &str)> =
            std::iter::once((name, content)).chain(many.iter().map(|path| (path.as_str(), ""))).collect();
        let snapshot = store_volume(&place.display().to_string(), &password, VOLUME, &files, tags);
        site.backup_made(BOARD, 1, 1, &snapshot, &[VOLUME]).await;
        let page = format!("/apps/{BOARD}/backups/{snapshot}");
        Self { site, ana, page, repository, snapshot }
    }
}
