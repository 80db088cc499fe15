//! Apps that something else deployed: found by what their services tell, taken over without a change on the Swarm.

use canteen::envfile::EnvFile;

use crate::harness::{BOARD, Site, foreign_board, foreign_stack, recipes, send_fields};

const STACK: &str = "board_example_org";
const VERSION: &str = "1.0.0+1.35.0";
/// As somebody wrote it for `abra`: without the comments of the sample, some values changed, one line gone, one of their own.
pub(crate) const SETTINGS: &str = "TYPE=notice-board:1.0.0+1.35.0\nDOMAIN=board.example.org\nLETS_ENCRYPT_ENV=\nTITLE='Bread & roses $1'\nOPEN_BOARD=true\n\
    COMPOSE_FILE=\"compose.yml:compose.banner.yml\"\nBANNER=\"Closed today\"\nSECRET_ADMIN_PASSWORD_VERSION=v2\nOUR_OWN=kept\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_of_another_tool_becomes_an_app_whose_next_plan_is_empty() {
    let site = Site::start().await;
    let ana = site.admin().await;
    ana.page("/apps/import").await.says("Nothing to import");
    foreign_board(&site, &ana, BOARD, SETTINGS).await;
    ana.page("/apps/import").await.says(STACK).says("notice-board 1.0.0+1.35.0");

    let path = format!("/apps/import/{STACK}");
    let review = ana.page(&path).await;
    review.says("The next deploy of 1.0.0+1.35.0 would change nothing");
    let made = send_fields(&ana, &review, &path, &[]).await;
    assert_eq!(made.location(), format!("/apps/{BOARD}"));

    let app = site.store.app(BOARD).await.unwrap().unwrap();
    assert_eq!((app.stack.as_str(), app.recipe.as_str(), app.version.as_str()), (STACK, "notice-board", VERSION));
    let text = site.store.env_revision(app.id, 1).await.unwrap().unwrap().text;
    for line in [
        "# The headline above the notices.",
        "TITLE='Bread & roses $1'",
        "#THEME=auto",
        "COMPOSE_FILE=\"$COMPOSE_FILE:compose.banner.yml\"",
        "SECRET_ADMIN_PASSWORD_VERSION=v2 # length=24",
        "OUR_OWN=kept",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    let (found, meant) = (EnvFile::parse(&text).unwrap().values(), EnvFile::parse(SETTINGS).unwrap().values());
    assert_eq!(found, meant, "nothing else is in it: neither what abra.sh exports nor what compose files set");
    ana.page(&format!("/apps/{BOARD}/deployment")).await.says("Nothing would change");
    ana.page("/apps/import").await.says("Nothing to import");
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.import").unwrap();
    assert_eq!(entry.outcome, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_is_no_app() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let compose = "services:\n  app: {image: \"registry.example.org/canteen:1\", deploy: {labels: [\"traefik.enable=true\"]}}\n";
    let files = [("compose.yml", compose), (".env.sample", "TYPE=canteen\nDOMAIN=canteen.example.com\n")];
    let url = recipes::repository(folder.path(), "canteen", Some("1.0.0+1"), &files).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    let settings = "TYPE=canteen\nDOMAIN=canteen.example.org\n";
    let stack = foreign_stack(&site, &ana, ("canteen", "1.0.0+1"), "canteen.example.org", settings).await;
    site.fresh().await;
    ana.page("/apps/import").await.says("Nothing to import");
    assert_eq!(ana.get(&format!("/apps/import/{stack}")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_imported_is_said_and_nothing_is_made() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    foreign_board(&site, &ana, BOARD, SETTINGS).await;
    let path = format!("/apps/import/{STACK}");
    assert_eq!(vic.get(&path).await.status, 403);
    assert_eq!(ana.get("/apps/import/elsewhere").await.status, 404);
    let other = ana.page(&format!("{path}?version=9.9.9")).await;
    other.says("There is a problem").says("9.9.9");
    assert!(!other.body.contains("Import it"), "there is nothing to take over");

    let review = ana.page(&path).await;
    for (name, said) in [("import", "Canteen’s own addresses"), ("no blanks", "contains"), ("", "empty")] {
        let refused = send_fields(&ana, &review, &path, &[("name", name)]).await;
        assert_eq!(refused.status, 422, "{name}");
        refused.says(said);
    }
    let stale = send_fields(&ana, &review, &path, &[("hash", "0")]).await;
    assert_eq!(stale.status, 409);
    stale.says("What runs has changed since you looked");
    assert!(site.store.apps().await.unwrap().is_empty());

    assert_eq!(send_fields(&ana, &review, &path, &[("name", "boards.example.org")]).await.location(), "/apps/boards.example.org");
    assert_eq!(send_fields(&ana, &review, &path, &[]).await.status, 404, "it is an app by now");
}
