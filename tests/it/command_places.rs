//! How many commands run at once, and what goes on meanwhile.

use canteen::store::operations::State;

use crate::command_shed::{FIRST, SHED, shed};
use crate::harness::{BOARD, Browser, Site, operation_of, until};

/// Apps of the recipe beside the first one.
const MORE: [&str; 4] = ["two.example.org", "three.example.org", "four.example.org", "five.example.org"];

/// Asks for a command that goes on until it is stopped.
async fn hang(ana: &Browser, app: &str) -> i32 {
    let form = format!("/apps/{app}/commands/wait_long");
    operation_of(&ana.submit(&form, &form, &[("service", "app"), ("minutes", "10")]).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_hang_hold_up_other_commands_and_nothing_else() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = shed(&site, &ana, "").await;
    for app in MORE {
        site.new_app(&ana, "shed", FIRST, app).await;
    }
    let mut asked = vec![];
    for app in [SHED].iter().chain(&MORE) {
        assert_eq!(site.deploy(&ana, app).await.outcome, "converged");
        asked.push(hang(&ana, app).await);
    }
    for id in &asked[..2] {
        let path = format!("/operations/{id}");
        until("its output", async || ana.page(&path).await.text().contains("begun").then_some(())).await;
    }
    for id in &asked[2..] {
        let page = ana.page(&format!("/operations/{id}")).await;
        page.says("Waiting for its turn. Only 2 commands run at once").says(&format!("Run wait_long in app of {SHED}"));
    }

    site.deployed_board(&ana, BOARD).await;
    for id in &asked[2..] {
        assert_eq!(site.store.operation(*id).await.unwrap().unwrap().state, State::Queued);
    }

    // Whoever comes next in the row begins as soon as a place is free, until none is left.
    for (at, id) in asked.iter().enumerate() {
        let path = format!("/operations/{id}");
        until("its turn", async || ana.page(&path).await.text().contains("Stop the command").then_some(())).await;
        ana.submit(&path, &format!("{path}/stop"), &[]).await.location();
        assert_eq!(site.operation_done(*id).await.cause, "somebody stopped it", "{at}");
    }
}
