//! The backup before an upgrade: what the plan offers, and what becomes of the upgrade when the backup is not good.

use canteen::store::operations::State;

use crate::harness::{Answer, BOARD, Browser, Site, operation_of};

const NEWER: &str = "1.1.0+1.35.0";
const PAGE: &str = "/apps/board.example.org/deployment";

/// Sends the plan of the newer version, with this choice.
async fn upgrade(ana: &Browser, choice: &[(&str, &str)]) -> Answer {
    let page = ana.page(&format!("{PAGE}?version=1.1.0%2B1.35.0")).await;
    let plan = page.between("name=\"plan\" value=\"", "\"").unwrap();
    let mut fields = vec![("version", NEWER), ("plan", plan.as_str()), ("back", "on")];
    fields.extend(choice);
    ana.post(&page, PAGE, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_backup_nothing_is_changed_unless_somebody_says_why() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    let page = ana.page(&format!("{PAGE}?version=1.1.0%2B1.35.0")).await;
    assert!(!page.text().contains("A backup first"), "there is nowhere to put one");
    let offsite = site.repository("offsite").await.to_string();
    let page = ana.page(&format!("{PAGE}?version=1.1.0%2B1.35.0")).await;
    page.says("A backup first").says("offsite");
    assert!(page.body.contains("name=\"safety\" value=\"off\" checked"), "a small step has none unless somebody wants it");

    // No runner has an image here, so the backup fails.
    let before = site.engine.changes();
    let asked = upgrade(&ana, &[("safety", "on"), ("safety_to", &offsite)]).await;
    let done = site.operation_done(operation_of(&asked)).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "no backup"), "{}", done.cause);
    assert!(done.cause.starts_with("the backup before the upgrade failed: ") && done.cause.contains("Nothing was changed"));
    assert_eq!(site.engine.changes(), before, "nothing was sent");
    ana.page(&format!("/operations/{}", done.id)).await.says("say why it should go on without a good backup");

    // What was typed comes back with what is wrong.
    let long = "x".repeat(501);
    let back = upgrade(&ana, &[("safety", "on"), ("in_spite", &long)]).await;
    assert_eq!(back.status, 422);
    back.says("Write 500 characters at most");
    assert!(back.body.contains("name=\"safety\" value=\"on\" checked") && back.body.contains(&long));

    let asked = upgrade(&ana, &[("safety", "on"), ("in_spite", "the data <is> elsewhere")]).await;
    let done = site.operation_done(operation_of(&asked)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    ana.page(&format!("/operations/{}", done.id)).await.says("It goes on all the same: the data <is> elsewhere");
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.deploy" && e.outcome == "asked").unwrap();
    assert_eq!(entry.particulars["in_spite_of_backup"], "the data <is> elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_repository_of_the_schedule_is_the_usual_one() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    site.repository("attic").await;
    let cellar = site.repository("cellar").await;
    let app = site.store.app(BOARD).await.unwrap().unwrap().id;
    let first = canteen::ops::safety::destinations(&site.store, app).await.unwrap();
    assert_eq!(first[0].1, "attic");
    let path = format!("/apps/{BOARD}/backups/schedule/0");
    let to = cellar.to_string();
    let fields: Vec<(&str, &str)> = crate::harness::SCHEDULE
        .into_iter()
        .map(|(name, value)| (name, if name == "repository" { to.as_str() } else { value }))
        .collect();
    ana.submit(&path, &path, &fields).await.location();
    let first = canteen::ops::safety::destinations(&site.store, app).await.unwrap();
    assert_eq!(first.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["cellar", "attic"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_has_a_backup_made_before_by_saying_so() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    site.repository("offsite").await;
    let program = site.program(&ana, &["app.view", "app.deploy"]).await;
    for (backup, outcome) in [(Some(true), "no backup"), (None, "converged")] {
        let plan = program.json(&format!("/api/v1/apps/{BOARD}/plan?version=1.1.0%2B1.35.0")).await;
        let mut wish = serde_json::json!({"version": plan["version"], "plan": plan["hash"]});
        if let Some(backup) = backup {
            wish["backup"] = backup.into();
        }
        let asked = program.post(&format!("/api/v1/apps/{BOARD}/deployments"), &wish).await;
        assert_eq!(asked.status, 202, "{}", asked.body);
        let id = asked.header("location").unwrap().rsplit('/').next().unwrap().parse().unwrap();
        let done = site.operation_done(id).await;
        assert_eq!(done.outcome, outcome, "{}", done.cause);
        site.fresh().await;
    }
}
