//! Deploying again, going to another version, and what a version leaves behind.

use canteen::engine::Resolved;
use canteen::store::operations::State;

use crate::harness::{BOARD, Site, operation_of, send_fields, send_plan};
use crate::life_pond::{POND, observed, pond, service, services};

const PLAN: &str = "/apps/pond.example.org/deployment";

fn to(version: &str) -> String {
    format!("{PLAN}?{}", serde_urlencoded::to_string([("version", version)]).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deployed_is_deployed_again_with_its_images_looked_up_anew() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _pond = pond(&site, &ana).await;
    let before = observed(&site).await;
    let page = ana.page(PLAN).await;
    page.says("Nothing would change").says("Deploy 1.0.0 again");
    assert!(vic.page(PLAN).await.post_forms().iter().all(|path| path != PLAN), "a viewer has no button");
    let same = site.operation_done(operation_of(&send_plan(&ana, &page, PLAN).await)).await;
    assert_eq!((same.state, same.outcome.as_str()), (State::Done, "converged"), "{}", same.cause);
    assert_eq!(observed(&site).await.services, before.services, "no task was replaced for nothing");
    ana.page("/audit").await.says("asked to deploy pond 1.0.0+1 to pond.example.org again");
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.deploy").unwrap();
    assert_eq!((entry.particulars["before"].as_str(), entry.particulars["version"].as_str()), (Some("1.0.0+1"), Some("1.0.0+1")));

    let image = "registry.example.org/app:1";
    let digest = format!("sha256:{}", "7".repeat(64));
    site.engine.image(image, Some(Resolved { digest: digest.clone(), ..Resolved::default() }));
    let moved = site.deploy(&ana, POND).await;
    assert_eq!(moved.outcome, "converged", "{}", moved.cause);
    assert_eq!(service(&site, "app").await.spec.task_template.container_spec.image, format!("{image}@{digest}"));
}

/// Trap 33: what a tag meant at the time is kept with the deployment, so going back does not depend on the tag.
#[tokio::test(flavor = "multi_thread")]
async fn trap_33_digests_are_kept_with_each_deploy() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let then = service(&site, "app").await.spec.task_template.container_spec.image;
    assert!(then.contains("@sha256:"), "{then}");
    let moved = Resolved { digest: format!("sha256:{}", "7".repeat(64)), ..Resolved::default() };
    site.engine.image("registry.example.org/app:1", Some(moved));
    assert_eq!(site.deploy(&ana, POND).await.outcome, "converged");
    assert_ne!(service(&site, "app").await.spec.task_template.container_spec.image, then);
    let app = site.store.app(POND).await.unwrap().unwrap();
    let first = site.store.deployments(app.id, None, 9).await.unwrap().pop().unwrap();
    let path = format!("/apps/{POND}/deployments/{}", first.id);
    let back = send_fields(&ana, &ana.page(&path).await, &path, &[]).await;
    assert_eq!(site.operation_done(operation_of(&back)).await.outcome, "converged");
    assert_eq!(service(&site, "app").await.spec.task_template.container_spec.image, then);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_tells_everything_in_between() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let page = ana.page(PLAN).await;
    page.says("2.0.0+2 (newest)").says("1.0.0+1 (deployed)");
    let minor = ana.page(&to("1.2.0+2")).await;
    minor.says("Set DEPTH. <b>Cron is gone.</b>").says("New in this version: DEPTH");
    minor.says("registry.example.org/app:1 → registry.example.org/app:2");
    assert!(!minor.text().contains("major step") && !minor.text().contains("Fish arrive"), "{}", minor.text());
    assert!(!minor.text().contains("The pond is dug"), "its own notes were read when it was deployed");
    assert!(!minor.body.contains("<b>Cron"), "notes are text");

    let major = ana.page(&to("2.0.0+2")).await;
    major.says("This is a major step, from 1 to 2").says("Set DEPTH").says("Fish arrive");
    let done = site.operation_done(operation_of(&send_plan(&ana, &major, PLAN).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.deploy").unwrap();
    assert_eq!((entry.particulars["before"].as_str(), entry.particulars["version"].as_str()), (Some("1.0.0+1"), Some("2.0.0+2")));

    site.fresh().await;
    let back = ana.page(&to("1.2.0+2")).await;
    back.says("This is an older version than the one that is deployed. Data is not put back");
    assert!(!back.text().contains("What the authors say"), "{}", back.text());
    let settings = format!("/apps/{POND}/settings");
    send_fields(&ana, &ana.page(&settings).await, &settings, &[("GREETING", "good day")]).await.location();
    ana.page(PLAN).await.says("Saved since the last deploy: DEPTH , GREETING");
    assert_eq!(ana.page(&to("9.9.9+9")).await.status, 200, "a version that is not there is a sentence, not a fault");
}

/// Trap 30: a service that a new version no longer has would go on running on the same data.
#[tokio::test(flavor = "multi_thread")]
async fn trap_30_what_a_version_no_longer_has_is_shown_and_goes_unless_it_is_to_stay() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _pond = pond(&site, &ana).await;
    let page = ana.page(&to("1.1.0+2")).await;
    page.says("removed Service cron").says("Remove what this version no longer has: cron");
    assert!(page.fields().contains(&("prune".to_owned(), "on".to_owned())), "ticked from the start");

    let hidden = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"").unwrap();
    let unticked = [("version", hidden("version")), ("plan", hidden("plan"))];
    let unticked: Vec<(&str, &str)> = unticked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let kept = site.operation_done(operation_of(&ana.post(&page, PLAN, &unticked).await)).await;
    assert_eq!(kept.outcome, "converged", "{}", kept.cause);
    assert_eq!(services(&site).await, ["app", "cron", "db"]);
    ana.page(&format!("/operations/{}", kept.id)).await.says("pond_example_org_cron goes on running");
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.deploy").unwrap();
    assert_eq!(entry.particulars["kept"], serde_json::json!(["pond_example_org_cron"]));

    let again = ana.page(PLAN).await;
    again.says("Remove what this version no longer has: cron");
    let gone = site.operation_done(operation_of(&send_plan(&ana, &again, PLAN).await)).await;
    assert_eq!(gone.outcome, "converged", "{}", gone.cause);
    assert_eq!(services(&site).await, ["app", "db"]);
    site.new_board(&ana, BOARD).await;
    assert!(!ana.page(&format!("/apps/{BOARD}/deployment")).await.text().contains("Remove what"));
}
