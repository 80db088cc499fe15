//! The catalogue and the pages of recipes: what is found, what is old, what changed behind our back, what strangers wrote.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use canteen::recipe::RecipeName;
use canteen::shelf::{Allow, Origin};
use serde_json::json;

use crate::harness::{Answer, Browser, Plan, Site, recipes, until};

const COMPOSE: &str = "version: \"3.8\"\nservices:\n  app:\n    image: app:1\n";
const SAMPLE: &str = "TYPE=sample\nDOMAIN=sample.example.org\n";

/// A site whose catalogue is this text.
async fn site_with(catalogue: &serde_json::Value, folder: &Path) -> Site {
    let path = folder.join("recipes.json");
    std::fs::write(&path, catalogue.to_string()).unwrap();
    Site::with(Plan { settings: vec![("CANTEEN_CATALOGUE", path.display().to_string())], ..Plan::default() }).await
}

/// A folder in which repositories may be recipes.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(recipes::folder()).unwrap()
}

async fn add(admin: &Browser, repo: &Path) -> Answer {
    let added = admin.submit("/recipes/new", "/recipes/new", &[("url", repo.to_str().unwrap())]).await;
    admin.page(added.location()).await
}

async fn refresh(admin: &Browser, name: &str) -> Answer {
    let path = format!("/recipes/{name}");
    admin.submit(&path, &format!("{path}/refresh"), &[]).await.location();
    admin.page(&path).await
}

/// Fetches everything and waits for the end.
async fn fetch_all(site: &Site, admin: &Browser) -> Answer {
    assert_eq!(admin.submit("/recipes", "/catalogue/mirrors", &[]).await.location(), "/recipes");
    until("all recipes are fetched", async || {
        let fetched = site.store.catalogue_state().await.unwrap().swept_at.is_some();
        (fetched && site.shelf.sweeping().is_none()).then_some(())
    })
    .await;
    admin.page("/recipes").await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_recipes_are_searched_and_filtered_in_the_address() {
    let folder = folder();
    let mut catalogue = json!({});
    for number in 0..200 {
        catalogue[format!("recipe-{number:03}")] = json!({
            "category": if number % 2 == 0 { "Apps" } else { "Utilities" },
            "description": format!("What people want, {number} times"), "repository": "https://git.example.org/x.git",
            "features": {"status": number % 6, "backups": if number % 4 == 0 { "Yes" } else { "❌" }, "email": "❷💛", "sso": null},
            "versions": if number == 7 { json!([]) } else { json!([{"1.0.0+1": {"app": {"image": "app"}}}]) },
        });
    }
    let site = site_with(&catalogue, folder.path()).await;
    let vic = site.viewer().await;
    let page = vic.page("/recipes").await;
    page.says("1–60 of 200").says("recipe-007").says("no published version").says("Read just now");
    assert!(page.body.len() < 60_000, "{} bytes", page.body.len());
    let row = page.between("href=\"/recipes/recipe-007\"", "</li>").unwrap();
    assert!(page.body.contains("<li class=\"dim\">") && !row.contains("1.0.0+1"), "{row}");
    vic.page("/recipes?page=4").await.says("181–200 of 200").says("recipe-199");
    vic.page("/recipes?page=99").await.says("181–200 of 200");
    let narrow = vic.page("/recipes?q=RECIPE+199+times&category=Utilities").await;
    assert_eq!(narrow.body.matches("<h2><a href=\"/recipes/").count(), 1);
    // Numbers whose rest by 6 is 4 or 5, and that are divisible by 4: 4, 16, 28 … 196.
    let good = vic.page("/recipes?status=4&backups=1&email=1").await;
    assert_eq!(good.body.matches("<h2><a href=\"/recipes/").count(), 17);
    good.says("4 of 5, complete");
    assert!(good.body.contains("name=\"backups\" value=\"1\" checked"), "the form shows what was asked for");
    vic.page("/recipes?sso=1").await.says("No recipe fits").says("Show all 200");
    vic.page("/recipes?used=1").await.says("No recipe fits");
    vic.page("/recipes?status=x&page=-1&category=%00&odd=1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_recipe_is_fetched_its_page_shows_what_the_catalogue_says() {
    let folder = folder();
    let nowhere = folder.path().join("nowhere").display().to_string();
    let catalogue = json!({
        "far": {"category": "Apps", "repository": nowhere, "features": {"status": 4, "backups": "Yes"},
            "versions": [{"1.0.0+1": {"app": {"image": "old", "tag": "1"}}}, {"2.0.0+2": {"app": {"image": "new", "tag": "2"}}}]},
        "lost": {"versions": [{"1.0.0+1": {}}]},
    });
    let site = site_with(&catalogue, folder.path()).await;
    let vic = site.viewer().await;
    vic.page("/recipes/far").await.says("As the catalogue tells").says("new:2").says("4 of 5, complete").says("not fetched yet");
    let ana = site.admin().await;
    ana.page("/recipes/far").await.says("nowhere").says("new:2");
    ana.page("/recipes/lost").await.says("The catalogue names no repository for it");
    ana.page("/recipes").await.says("the catalogue names no repository for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_recipes_are_fetched_at_once_and_one_that_fails_stops_none() {
    let folder = folder();
    let mut catalogue = json!({"missing": {"repository": folder.path().join("missing")}});
    let files = [("compose.yml", COMPOSE), (".env.sample", SAMPLE)];
    for number in 0..20 {
        let name = format!("kit-{number:02}");
        let repo = recipes::repository(folder.path(), &name, Some("1.0.0+1"), &files);
        catalogue[&name] = json!({"repository": repo, "versions": [{"0.1.0+1": {}}]});
    }
    let site = site_with(&catalogue, folder.path()).await;
    let ana = site.admin().await;
    let page = fetch_all(&site, &ana).await;
    page.says("recipes fetched").says("1.0.0+1").says("missing");
    let known = site.store.recipes().await.unwrap();
    let fetched = known.iter().filter(|r| r.refreshed_at.is_some() && r.newest == "1.0.0+1" && r.problem.is_empty()).count();
    assert_eq!((fetched, known.len()), (20, 21));
    assert!(known.iter().any(|r| r.name == "missing" && r.problem.contains("missing") && r.refreshed_at.is_none()));
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.action.as_str(), entry.particulars["recipe"].as_str()), ("recipe.refresh", Some("all recipes")));

    let half = site.shelf.begin_sweep(21).unwrap();
    half.count(false);
    let page = ana.page("/recipes").await;
    page.says("Fetching recipes: 1 of 21, 1 of them in vain");
    ana.page("/catalogue/progress").await.says("1 of 21");
    let before = site.head().await;
    assert_eq!(ana.post(&page, "/catalogue/mirrors", &[]).await.location(), "/recipes");
    assert_eq!(site.head().await, before, "it is under way already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_whose_repository_is_gone_works_with_the_last_copy_and_says_so() {
    let (site, folder) = (Site::start().await, folder());
    let ana = site.admin().await;
    let files = [("compose.yml", COMPOSE), (".env.sample", SAMPLE)];
    let repo = recipes::repository(folder.path(), "kept", Some("1.0.0+1"), &files);
    add(&ana, &repo).await;
    site.new_app(&ana, "kept", "1.0.0+1", "kept.example.org").await;
    std::fs::remove_dir_all(&repo).unwrap();
    refresh(&ana, "kept").await.says("cannot be reached").says("The copy from just now is used").says("1.0.0+1");
    let list = ana.page("/recipes?q=kept").await;
    list.says("its repository can’t be reached; the copy from just now is used").says("used by 1 of your apps");
    assert!(list.body.contains("/apps/new?recipe=kept"), "an app can still be made of it");
    assert_eq!(site.deploy(&ana, "kept.example.org").await.outcome, "converged");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_42_a_version_that_changes_after_it_was_published_is_told_until_an_admin_has_looked() {
    let (site, folder) = (Site::start().await, folder());
    let ana = site.admin().await;
    let files = [("compose.yml", COMPOSE), (".env.sample", SAMPLE)];
    let repo = recipes::repository(folder.path(), "shifty", Some("1.0.0+1"), &files);
    let page = add(&ana, &repo).await;
    assert!(!page.body.contains("/alarms"));
    let recipe = RecipeName::parse("shifty").unwrap();
    let was = site.shelf.resolve(&recipe, "1.0.0+1").unwrap();
    recipes::repository(folder.path(), "shifty", None, &[("compose.yml", "services:\n  app:\n    image: evil:1\n")]);
    recipes::git(&repo, &["tag", "-f", "-a", "1.0.0+1", "-m", "again"]);
    recipes::git(&repo, &["tag", "light"]);
    let page = refresh(&ana, "shifty").await;
    let now = site.shelf.resolve(&recipe, "1.0.0+1").unwrap();
    page.says("A published version changed").says(&format!("was {} and is now {}", was.get(..8).unwrap(), now.get(..8).unwrap()));
    page.says("Not offered, for they are lightweight tags").says("light");
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.action.as_str(), entry.actor.name.as_str()), ("recipe.refresh", "ana"));
    assert_eq!(entry.particulars["moved"], json!([format!("1.0.0+1 (was {was}, is {now})")]));
    site.viewer().await.page("/recipes?q=shifty").await.says("A published version changed");
    let seen = site.viewer().await.page("/recipes/shifty").await;
    assert!(!seen.says("A published version changed").body.contains("/alarms"), "a viewer can't wave it through");

    let newest = page.between("name=\"newest\" value=\"", "\"").unwrap();
    assert_eq!(ana.post(&page, "/recipes/shifty/alarms", &[("newest", &newest)]).await.location(), "/recipes/shifty");
    let page = ana.page("/recipes/shifty").await;
    assert!(!page.says("ana looked at it").text().contains("A published version changed"));
    let entry = site.entries().await.remove(0);
    assert_eq!((entry.action.as_str(), &entry.particulars["versions"]), ("recipe.tags.accept", &json!(["1.0.0+1"])));
    let head = site.head().await;
    ana.post(&page, "/recipes/shifty/alarms", &[("newest", &newest)]).await.location();
    assert_eq!(site.head().await, head, "a second click changes nothing");

    recipes::git(&repo, &["tag", "-d", "1.0.0+1"]);
    let gone = fetch_all(&site, &ana).await;
    gone.says("A published version changed");
    ana.page("/recipes/shifty").await.says("is gone from the repository").says("None is published");
    let entry = site.entries().await.into_iter().find(|e| e.particulars.contains_key("gone")).unwrap();
    assert_eq!(entry.particulars["recipe"].as_str(), Some("shifty"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_recipe_asks_of_the_machine_is_told_with_what_it_means() {
    let (site, folder) = (Site::start().await, folder());
    let ana = site.admin().await;
    let compose = "services:\n  app:\n    image: app:1\n    volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]\n";
    let repo = recipes::repository(folder.path(), "mighty", Some("1.0.0+1"), &[("compose.yml", compose), (".env.sample", SAMPLE)]);
    add(&ana, &repo).await.says("Speaks to the Docker engine").says("What that means:").says("app · volumes");
    let repo = recipes::repository(folder.path(), "modest", Some("1.0.0+1"), &[("compose.yml", COMPOSE), (".env.sample", SAMPLE)]);
    add(&ana, &repo).await.says("None beyond containers of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_version_is_told_even_if_the_fetch_that_saw_it_was_killed() {
    let (site, folder) = (Site::start().await, folder());
    let ana = site.admin().await;
    let files = [("compose.yml", COMPOSE), (".env.sample", SAMPLE)];
    let repo = recipes::repository(folder.path(), "cut", Some("1.0.0+1"), &files);
    recipes::git(&repo, &["tag", "-a", "1.1.0+1", "-m", "next"]);
    add(&ana, &repo).await;
    recipes::repository(folder.path(), "cut", None, &[("compose.yml", "services:\n  app:\n    image: evil:1\n")]);
    recipes::git(&repo, &["tag", "-f", "-a", "1.0.0+1", "-m", "again"]);
    recipes::git(&repo, &["tag", "-d", "1.1.0+1"]);
    // The mirror knows it, and then the process is killed.
    let origin = Origin::parse(repo.to_str().unwrap(), Allow::RemoteAndLocal).unwrap();
    let seen = site.shelf.refresh(&RecipeName::parse("cut").unwrap(), &origin).unwrap();
    assert_eq!((seen.moved_tags.len(), seen.vanished_tags.len()), (1, 1));
    assert!(site.store.tag_alarms("cut").await.unwrap().is_empty());

    refresh(&ana, "cut").await.says("A published version changed").says("is gone from the repository");
    assert_eq!(site.store.tag_alarms("cut").await.unwrap().len(), 2);
    refresh(&ana, "cut").await;
    fetch_all(&site, &ana).await;
    assert_eq!(site.store.tag_alarms("cut").await.unwrap().len(), 2, "each is told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_43_an_app_at_a_version_that_vanished_can_be_deployed_again() {
    let (site, folder) = (Site::start().await, folder());
    let ana = site.admin().await;
    let files = [("compose.yml", COMPOSE), (".env.sample", SAMPLE)];
    let repo = recipes::repository(folder.path(), "vanishing", Some("1.0.0+1"), &files);
    add(&ana, &repo).await;
    site.new_app(&ana, "vanishing", "1.0.0+1", "vanishing.example.org").await;
    assert_eq!(site.deploy(&ana, "vanishing.example.org").await.outcome, "converged");
    recipes::git(&repo, &["tag", "-d", "1.0.0+1"]);
    recipes::git(&repo, &["commit", "-q", "--amend", "--allow-empty", "-m", "another history"]);
    refresh(&ana, "vanishing").await.says("Apps that run it can still be deployed");
    let plan = ana.page("/apps/vanishing.example.org/deployment").await;
    plan.says("1.0.0+1").says("Nothing would change");
}

/// A recipe with notes, a README and functions of every unfriendly kind.
fn hostile(folder: &Path) -> PathBuf {
    let readme = "# Evil\n\n<script>alert(1)</script><img src=x onerror=alert(2)>\n\n[click](javascript:alert(3)) ok\n";
    let mut files = vec![
        ("compose.yml", COMPOSE.to_owned()),
        (".env.sample", SAMPLE.to_owned()),
        ("README.md", readme.to_owned()),
        ("abra.sh", "export X=1\ntouch /tmp/canteen-was-here\nreindex() {\n}\n_inner() {\n}\nabra_backup_app() {\n}\n".to_owned()),
        ("release/1.0.0+1", "<script>alert(4)</script> first".to_owned()),
    ];
    recipes::repository(folder, "evil", Some("1.0.0+1"), &as_text(&files));
    let mut huge = String::from("<b>second</b>\n");
    (0..9000).for_each(|number| writeln!(huge, "line {number}").unwrap());
    files.push(("release/1.1.0+1", huge));
    recipes::repository(folder, "evil", Some("1.1.0+1"), &as_text(&files));
    files.push(("release/2.0.0+1", "third".to_owned()));
    recipes::repository(folder, "evil", Some("2.0.0+1"), &as_text(&files))
}

fn as_text<'a>(files: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    files.iter().map(|(path, text)| (*path, text.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_45_notes_between_two_versions_are_shown_as_text() {
    let (site, folder) = (Site::start().await, folder());
    let ana = site.admin().await;
    let page = add(&ana, &hostile(folder.path())).await;
    page.says("<script>alert(4)</script> first").says("(the rest is left out)");
    assert!(!page.body.contains("<script>alert") && !page.body.contains("<b>second"), "notes are text");
    let way = ana.page("/recipes/evil?from=1.0.0%2B1&to=2.0.0%2B1").await;
    let told = way.between("id=\"between\"", "</section>").unwrap();
    assert!(told.contains("second") && told.contains("third") && !told.contains("first"), "deployed < shown <= target");
    ana.page("/recipes/evil?from=2.0.0%2B1&to=1.0.0%2B1").await.says("Nothing is written about the way");
    ana.page("/recipes/evil?from=../x&to=%3Cb%3E").await.says("Nothing is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_46_readme_and_script_of_a_recipe_are_shown_and_never_run() {
    let (site, folder) = (Site::start().await, folder());
    let ana = site.admin().await;
    let page = add(&ana, &hostile(folder.path())).await;
    assert!(page.text().contains("ok") && !page.body.contains("onerror") && !page.body.contains("javascript:"), "{}", page.body);
    page.says("reindex").says("abra_backup_app needs the old abra");
    assert!(!page.text().contains("_inner"), "what begins with _ is no command");
    assert!(!Path::new("/tmp/canteen-was-here").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_19_images_are_those_after_the_settings_were_put_in() {
    let (site, folder) = (Site::start().await, folder());
    let ana = site.admin().await;
    let compose = "services:\n  app:\n    image: \"${REGISTRY:-registry.example.org}/wiki:${APP_VERSION:-1.0}-${FLAVOUR}\"\n";
    let sample = "TYPE=variable\nDOMAIN=x.example.org\nFLAVOUR=social\n#APP_VERSION=latest-alpha\n";
    let files = [("compose.yml", compose), (".env.sample", sample)];
    let repo = recipes::repository(folder.path(), "variable", Some("1.0.0+1.0"), &files);
    add(&ana, &repo).await.says("registry.example.org/wiki:1.0-social");
    site.new_app(&ana, "variable", "1.0.0+1.0", "variable.example.org").await;
    assert_eq!(site.deploy(&ana, "variable.example.org").await.outcome, "converged");
    let form = ana.page("/apps/variable.example.org/settings").await;
    let path = "/apps/variable.example.org/settings";
    crate::harness::send_fields(&ana, &form, path, &[("FLAVOUR", "classic")]).await.location();
    let plan = ana.page("/apps/variable.example.org/deployment").await;
    plan.says("wiki:1.0-social").says("wiki:1.0-classic");
}
