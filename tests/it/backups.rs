//! The page of an app that tells what a backup would hold.

use crate::command_shed::settings;
use crate::harness::{BOARD, Site};
use crate::settings_form::app_of;

const SHED: &str = "shed.example.org";
const PATH: &str = "/apps/shed.example.org/backups";
const SAMPLE: &str = "TYPE=shed\nDOMAIN=shed.example.com\nENABLE_BACKUPS=true\nDB_PASSWORD=swordfish99\n";
const COMPOSE: &str = "version: \"3.8\"
services:
  app:
    image: registry.example.org/shed:1
    environment: [DOMAIN]
    volumes: [tools:/tools, tool-cache:/cache]
    deploy:
      labels:
        - \"traefik.enable=true\"
        - \"backupbot.backup=${ENABLE_BACKUPS:-true}\"
        - \"backupbot.backup.volumes.tool-cache=false\"
        - \"backupbot.backup.path=/old\"
  db:
    image: registry.example.org/postgres:17
    volumes: [db-data:/var/lib/postgresql/data]
    deploy:
      labels:
        backupbot.backup.pre-hook: \"pg_dump <shed> -W ${DB_PASSWORD} > $$PGDATA/shed.sql\"
        backupbot.backup.volumes.db-data.path: \"shed.sql\"
volumes:
  tools:
  tool-cache:
  db-data:
";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_backup_would_hold_is_told_before_a_deploy_and_after_it() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = app_of(&site, &ana, "shed", &[("1.0.0+1", &[(".env.sample", SAMPLE), ("compose.yml", COMPOSE)])]).await;
    let vic = site.viewer().await;
    let planned = vic.page(PATH).await;
    planned.says("None was made yet").says("Nothing of it runs: this is what the recipe");
    planned.says("tools All of it app ◐ Live").says("tool-cache Nothing: a label of app leaves it out app ○ Left out");
    planned.says("db-data Only shed.sql db PostgreSQL ● Dump");
    planned.says("Before a backup db pg_dump <shed> -W •••••••• > $PGDATA/shed.sql");
    planned.says("Gap: db has a hook before backups and no backupbot.restore.post-hook");
    planned.says("Note: app: backupbot.backup.path: an old label, which does nothing");
    assert!(!planned.body.contains("swordfish99") && !planned.body.contains("<shed>"));
    assert!(planned.body.contains("href=\"/recipes/shed/lint?version=1.0.0%2B1\""));

    let done = site.deploy(&ana, SHED).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    let running = vic.page(PATH).await;
    running.says("By the labels of what runs now").says("db-data Only shed.sql db PostgreSQL ● Dump");
    assert!(!running.body.contains("The next deploy changes this"), "{}", running.text());

    settings(&ana, "ENABLE_BACKUPS=false").await;
    let pending = vic.page(PATH).await;
    pending.says("By the labels of what runs now").says("tools All of it app ◐ Live");
    pending.says("The next deploy changes this").says("Now Volume db-data: Only shed.sql Volume tools: All of it");
    pending.says("After the next deploy Volume db-data: Nothing: no service asks for a backup");

    let done = site.deploy(&ana, SHED).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
    let nothing = vic.page(PATH).await;
    nothing.says("▲ Nothing").says("Gap: No service asks for a backup, so nothing of db-data, tool-cache, tools is in any");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_an_app_leads_to_it() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let page = ana.page(&format!("/apps/{BOARD}")).await;
    assert!(page.body.contains(&format!("href=\"/apps/{BOARD}/backups\"")));
    ana.page(&format!("/apps/{BOARD}/backups")).await.says("What a backup would hold");
    assert_eq!(ana.get("/apps/gone.example.org/backups").await.status, 404);
}
