//! A branch or a commit instead of a release, from the choice to the labels on the Swarm and back to a release.

use std::path::{Path, PathBuf};

use canteen::engine::Mutate as _;
use canteen::recipe::RecipeName;
use canteen::stack::names::StackName;
use canteen::stack::spec::ServiceSpec;
use canteen::store::operations::Operation;
use tempfile::TempDir;

use crate::harness::{Answer, Browser, Site, operation_of, recipes, send_fields, send_plan};

const APP: &str = "moss.example.org";
const PLAN: &str = "/apps/moss.example.org/deployment";
const CHAOS: &str = "/apps/moss.example.org/chaos-deployment";
const SAMPLE: &str = "TYPE=moss\nDOMAIN=moss.example.com\nCOMPOSE_FILE=\"compose.yml\"\n";

fn compose(image: &str) -> String {
    let label = "coop-cloud.${STACK_NAME}.version=1.0.0+1";
    format!(
        "services:\n  app:\n    image: registry.example.org/{image}\n    deploy: {{labels: [\"traefik.enable=true\", \"{label}\"]}}\n"
    )
}

fn write(folder: &Path, tag: Option<&str>, text: &str) -> PathBuf {
    recipes::repository(folder, "moss", tag, &[("compose.yml", text), (".env.sample", SAMPLE)])
}

/// A recipe of one release with newer commits on two branches; the app runs the release.
async fn moss(site: &Site, ana: &Browser) -> TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let repo = write(folder.path(), Some("1.0.0+1"), &compose("app:1"));
    recipes::git(&repo, &["checkout", "-q", "-b", "broken"]);
    write(folder.path(), None, "services: [");
    recipes::git(&repo, &["checkout", "-q", "main"]);
    write(folder.path(), None, &compose("app:next"));
    let url = repo.display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(ana, "moss", "1.0.0+1", APP).await;
    let first = site.deploy(ana, APP).await;
    assert_eq!(first.outcome, "converged", "{}", first.cause);
    folder
}

fn tip(site: &Site, branch: &str) -> String {
    let branches = site.shelf.branches(&RecipeName::parse("moss").unwrap()).unwrap();
    branches.into_iter().find(|found| found.name == branch).unwrap().commit
}

fn service(site: &Site) -> ServiceSpec {
    let observed = site.feed.latest().swarm.stack(&StackName::parse("moss_example_org").unwrap());
    observed.services.into_iter().find(|s| s.spec.name == "moss_example_org_app").unwrap().spec
}

fn label(site: &Site, name: &str) -> Option<String> {
    service(site).labels.get(&format!("coop-cloud.moss_example_org.{name}")).cloned()
}

async fn press(site: &Site, ana: &Browser, page: &Answer, path: &str) -> Operation {
    let done = site.operation_done(operation_of(&send_fields(ana, page, path, &[("prune", "on")]).await)).await;
    site.fresh().await;
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_not_taken_for_what_a_tag_of_its_digits_means() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = moss(&site, &ana).await;
    let commit = tip(&site, "main");
    let short = commit.get(..8).unwrap();
    recipes::git(&folder.path().join("moss"), &["tag", "-a", short, "-m", "another", "broken"]);
    ana.submit("/recipes/moss", "/recipes/moss/refresh", &[]).await.location();
    for query in ["branch=main&commit=".to_owned(), format!("branch=&commit={commit}")] {
        let page = ana.get(&format!("{PLAN}?{query}")).await;
        page.says(&format!("The digits {short} of this commit mean another one as well"));
        assert!(!page.text().contains("services: ["), "what is tagged is not looked at");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_is_deployed_at_the_commit_that_it_had_and_left_for_a_release_again() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let folder = moss(&site, &ana).await;
    assert_eq!((label(&site, "chaos").unwrap(), label(&site, "version").unwrap()), ("false".into(), "1.0.0+1".into()));
    ana.page(PLAN).await.says("A branch or a commit instead of a release");

    let commit = tip(&site, "main");
    let short = commit.get(..8).unwrap().to_owned();
    let page = ana.page(&format!("{PLAN}?branch=main&commit=")).await;
    page.says("This is no release").says(&format!("the commit {short} , “all”")).says("of the branch main").says(&commit);
    page.says("It comes after the release 1.0.0+1 , and there is no newer one");
    page.says("registry.example.org/app:1 → registry.example.org/app:next");
    assert!(!page.text().contains("can’t be told which"), "it is compared by the release that it comes after");
    // The branch moves on; what was shown is what is deployed.
    write(folder.path(), None, &compose("app:later"));
    ana.submit("/recipes/moss", "/recipes/moss/refresh", &[]).await.location();
    assert_ne!(tip(&site, "main"), commit);
    let done = press(&site, &ana, &page, CHAOS).await;
    assert_eq!((done.kind.as_str(), done.outcome.as_str()), ("deploy", "converged"), "{}", done.cause);

    assert!(service(&site).task_template.container_spec.image.starts_with("registry.example.org/app:next"));
    assert_eq!((label(&site, "chaos").unwrap(), label(&site, "chaos-version").unwrap()), ("true".into(), short.clone()));
    assert_eq!((label(&site, "version").unwrap(), label(&site, "recipe").unwrap()), ("1.0.0+1".into(), "moss".into()));
    let app = site.store.app(APP).await.unwrap().unwrap();
    assert_eq!(app.version, short);
    assert!(site.store.env_revision(app.id, app.env_number).await.unwrap().unwrap().text.contains(&format!("TYPE=moss:{short}")));
    assert_eq!(site.store.last_converged(app.id).await.unwrap().unwrap().commit_id, commit);
    let asked = site.entries().await.into_iter().find(|e| e.action == "app.deploy.chaos").unwrap();
    assert_eq!((asked.particulars["commit"].as_str(), asked.particulars["branch"].as_str()), (Some(commit.as_str()), Some("main")));
    assert_eq!((&asked.particulars["chaos"], &asked.particulars["before"]), (&true.into(), &"1.0.0+1".into()));
    ana.page("/audit").await.says(&format!("asked to deploy moss {short} of the branch main, which is no release, to {APP}"));

    // The page of the app tells it beside its health, and so does the list of deploys.
    let shown = ana.page(&format!("/apps/{APP}")).await;
    shown.says("This is no release.").says(&format!("{short} ▲ No release")).says("Review a deploy of the release 1.0.0+1");
    ana.page(&format!("/apps/{APP}/deployments")).await.says(&format!("{short} ▲ No release"));
    site.viewer().await.page(&format!("/apps/{APP}")).await.says("This is no release.");

    // The commit goes from the branch, the app stays where it is, and the next plan is empty.
    let repo = folder.path().join("moss");
    recipes::git(&repo, &["checkout", "-q", "--orphan", "fresh"]);
    recipes::git(&repo, &["commit", "-q", "--allow-empty", "-m", "anew"]);
    recipes::git(&repo, &["branch", "-q", "-M", "fresh", "main"]);
    ana.submit("/recipes/moss", "/recipes/moss/refresh", &[]).await.location();
    let again = ana.page(PLAN).await;
    again.says("Nothing would change").says("This is no release");
    assert!(again.body.contains(&format!("action=\"{CHAOS}\"")));

    let back = ana.page(&format!("{PLAN}?version=1.0.0%2B1")).await;
    assert!(!back.text().contains("This is no release") && !back.text().contains("can’t be told which"));
    assert_eq!(press(&site, &ana, &back, PLAN).await.outcome, "converged");
    assert_eq!((label(&site, "chaos").unwrap(), label(&site, "chaos-version")), ("false".into(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_by_hand_at_a_commit_stays_at_that_commit() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _folder = moss(&site, &ana).await;
    let commit = tip(&site, "main");
    let page = ana.page(&format!("{PLAN}?branch=main&commit=")).await;
    assert_eq!(press(&site, &ana, &page, CHAOS).await.outcome, "converged");
    let stack = StackName::parse("moss_example_org").unwrap();
    let there = site.feed.latest().swarm.stack(&stack).services.remove(0);
    let mut spec = there.spec.clone();
    spec.labels.insert("by".to_owned(), "hand".to_owned());
    site.engine.update_service(&there.id, there.version, &spec, None).await.unwrap();
    site.fresh().await;

    let drift = ana.page("/apps/moss.example.org/drift").await;
    drift.says("What differs").says("Somebody changed it with another tool, such as docker’s own");
    let plan = drift.between("name=\"plan\" value=\"", "\"").unwrap();
    let adopted = ana.post(&drift, "/apps/moss.example.org/adoption", &[("plan", &plan)]).await;
    assert_eq!(site.operation_done(operation_of(&adopted)).await.outcome, "adopted");
    let app = site.store.app(APP).await.unwrap().unwrap();
    let record = site.store.last_converged(app.id).await.unwrap().unwrap();
    assert_eq!((record.version.as_str(), record.commit_id.as_str()), (commit.get(..8).unwrap(), commit.as_str()));
    assert_eq!(app.version, record.version, "the label of the version names the release that came before");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_branch_and_no_commit_is_said_where_it_was_typed() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _folder = moss(&site, &ana).await;
    let release = site.shelf.resolve(&RecipeName::parse("moss").unwrap(), "1.0.0+1").unwrap();
    for (query, said) in [
        ("branch=gone", "moss had no branch called gone"),
        ("commit=xyz", "4 to 40 of the signs"),
        ("commit=abc", "4 to 40 of the signs"),
        ("commit=00000000", "moss had no commit that begins with 00000000"),
        ("branch=main&commit=00000000", "not both"),
        ("commit=..%2F..%2Fetc", "4 to 40 of the signs"),
    ] {
        let refused = ana.get(&format!("{PLAN}?{query}")).await;
        assert_eq!(refused.status, 422, "{query}");
        refused.says("There is a problem").says(said);
        assert!(refused.body.contains("<details class=\"more\" open>"), "{query}: what was typed is in sight");
    }
    // A commit that is a release is that release.
    let page = ana.page(&format!("{PLAN}?commit={}", release.get(..10).unwrap())).await;
    assert!(page.says("1.0.0+1 (the version that is deployed)").body.contains(&format!("action=\"{PLAN}\"")));
    // One whose compose file is broken is shown with what is broken in it, and without a button.
    let broken = ana.page(&format!("{PLAN}?branch=broken")).await;
    broken.says("This is no release").says("This cannot be deployed yet").says("compose.yml");
    assert!(!broken.post_forms().iter().any(|form| form == CHAOS), "{:?}", broken.post_forms());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_takes_its_own_right_and_its_own_button() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _folder = moss(&site, &ana).await;
    let path = format!("{PLAN}?branch=main");
    let page = ana.page(&path).await;
    let head = site.head().await;
    let refused = send_plan(&ana, &page, PLAN).await;
    assert_eq!((refused.status, site.head().await), (409, head), "the button of releases deploys no commit");
    let release = ana.page(&format!("{PLAN}?version=1.0.0%2B1")).await;
    assert_eq!(send_plan(&ana, &release, CHAOS).await.status, 409, "nor the other way round");
    let vic = site.viewer().await;
    let seen = vic.page(&path).await;
    seen.says("This is no release");
    assert!(
        !seen.post_forms().iter().any(|form| form.contains("deployment")) && !seen.text().contains("A branch or a commit instead")
    );
    assert_eq!(vic.post(&seen, CHAOS, &[("version", "x"), ("plan", "x")]).await.status, 403);
    assert_eq!(site.entries().await[0].particulars["action"], "app.deploy.chaos", "the refusal is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_app_can_be_made_of_a_branch() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _folder = moss(&site, &ana).await;
    let page = ana.page("/apps/new?recipe=moss").await;
    page.says("A branch or a commit instead of a release");
    let fields = [("recipe", "moss"), ("version", "1.0.0+1")];
    for (field, typed, said) in [("branch", "gone", "no branch called gone"), ("commit", "0000", "no commit that begins with 0000")]
    {
        let refused = ana.post(&page, "/apps/new", &[fields[0], fields[1], (field, typed)]).await;
        assert_eq!(refused.status, 422);
        refused.says(said);
    }
    let short = tip(&site, "main").get(..8).unwrap().to_owned();
    let on = ana.post(&page, "/apps/new", &[fields[0], fields[1], ("branch", "main"), ("commit", "")]).await;
    assert_eq!(on.location(), format!("/apps/new/address?recipe=moss&version={short}"));
    site.new_app(&ana, "moss", &short, "fern.example.org").await;
    let plan = ana.page("/apps/fern.example.org/deployment").await;
    plan.says("This is no release").says("of the branch main");
    assert!(plan.body.contains("action=\"/apps/fern.example.org/chaos-deployment\""));
}
