//! Every page of an app tells what does the same in a terminal.

use canteen::web::routes::routes;

use crate::harness::{BOARD, Site, Visits};

/// What is no page: parts of one, files, the wizard's answers.
const PARTS: [&str; 3] = ["/apps/{app}/live", "/apps/{app}/logs/stream", "/apps/{app}/logs/download"];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_an_app_tells_the_command_that_does_the_same() {
    let site = Site::start().await;
    let visits = Visits::prepare(&site).await;
    let ana = site.admin().await;
    let (table, mut seen) = (routes(), 0);
    for entry in table.entries().iter().filter(|e| e.method == "GET" && !PARTS.contains(&e.path)) {
        // `abra` knows nothing of roles and schedules, and asks nobody.
        let of_ours = matches!(entry.path, "/apps/{app}/access" | "/apps/{app}/tags" | "/apps/{app}/approvals/{id}")
            || entry.path.starts_with("/apps/{app}/backups/schedule");
        if entry.path.starts_with("/apps/{app}") && !of_ours {
            let (path, _) = visits.request(entry).await;
            ana.page(&path).await.says("In a terminal");
            seen += 1;
        }
    }
    assert!(seen >= 17, "{seen}");
    for (path, command) in [
        ("", "abra app ps board.example.org"),
        ("/settings", "abra app config board.example.org"),
        ("/secrets", "abra app secret list board.example.org"),
        ("/deployment", "abra app deploy --force board.example.org 1.0.0+1.35.0"),
        ("/restart", "abra app restart --all-services board.example.org"),
        ("/scale", "docker service scale board_example_org_app=1"),
        ("/undeployment", "abra app undeploy board.example.org"),
        ("/logs?service=app&since=2h", "abra app logs --since 2h board.example.org app"),
        ("/secrets/admin_password/rotation", "abra app secret generate board.example.org admin_password v2"),
    ] {
        ana.page(&format!("/apps/{BOARD}{path}")).await.says(command);
    }
    for (path, command) in [
        ("/apps/make.example.org/secrets", "abra app secret generate --all make.example.org"),
        ("/apps/ship.example.org/deployment", "abra app deploy ship.example.org 1.0.0+1.35.0"),
        ("/apps/gone.example.org/removal", "abra app remove gone.example.org"),
        ("/apps/relic.example.org/configs", "docker config rm relic_example_org_old_v1"),
        ("/apps/wild.example.org/deployment?branch=main", "abra app deploy --chaos wild.example.org"),
        ("/apps/import/afar_example_org", "abra app env pull afar.example.org"),
    ] {
        ana.page(path).await.says(command);
    }
}
