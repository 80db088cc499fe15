//! The dashboard is killed for good, with SIGKILL, between the steps of what changes only its own records: keeping what runs as the
//! record, taking over an app, saving settings. After the next start there is no effect without an entry, and the member goes on.

use std::path::Path;

use canteen::engine::Mutate as _;
use canteen::store::audit::Entry;
use canteen::store::chain::Checked;
use canteen::store::ledger::Ledger;

use crate::harness::victim::{self, Victim};
use crate::harness::{Answer, BOARD, Browser, Site, Tables, foreign_board, head_of, operation_of, send_fields, unsaid, until};
use crate::imports::SETTINGS;

const DRIFT: &str = "/apps/board.example.org/drift";
const ADOPT: &str = "/apps/board.example.org/adoption";
const TEXT: &str = "/apps/board.example.org/settings/text";
const IMPORT: &str = "/apps/import/board_example_org";

/// What is killed is this test in a process of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_dashboard_that_is_going_to_be_killed() {
    victim::serve().await;
}

/// Presses a button in a process that is killed at each moment of what it begins, once for each, and hands what is left to `check` after
/// the next start. `over` waits until all that the button began has ended. Returns the places.
async fn killed_everywhere(
    site: &Site,
    ana: &Browser,
    press: impl AsyncFn(&Browser) -> Answer,
    over: impl AsyncFn(&Browser, &Answer),
    check: impl AsyncFn(&Site, &Browser, &str),
) -> Vec<String> {
    let mut deaths = vec![];
    let before = Tables::of(&site.database()).rows();
    let newest = site.head().await;
    loop {
        // The session does not run out meanwhile.
        ana.page("/apps").await;
        let mut victim = Victim::of(site, "kill_operations::a_dashboard_that_is_going_to_be_killed").await;
        let browser = ana.at(victim.address);
        // Whatever a page notes when it is looked at is noted before.
        browser.page("/apps").await;
        victim.hold_at(i64::try_from(deaths.len()).unwrap()).await;
        let pressed = async {
            let answer = press(&browser).await;
            over(&browser, &answer).await;
        };
        let held = tokio::select! {
            biased;
            held = victim.held() => Some(held),
            () = pressed => None,
        };
        let swarm = victim.swarm(&site.clock).await;
        let folder = victim.killed();
        let place = held.clone().unwrap_or_else(|| "after all of it".to_owned());
        let database = folder.path().join("canteen.db");
        whole(&database, &place);
        if head_of(&database).0 == newest {
            assert_eq!(unsaid(&before, &Tables::of(&database).rows()), [""; 0], "changed without an entry by a kill {place}");
        }
        let mut settings = site.settings.clone();
        folder.path().clone_into(&mut settings.data);
        settings.catalogue.clear();
        {
            let left = Site::over(settings, swarm, site.clock.clone()).await;
            left.idle().await;
            check(&left, &ana.at(left.address()), &place).await;
            left.idle().await;
        }
        whole(&database, &place);
        match held {
            Some(held) => deaths.push(held),
            None => return deaths,
        }
    }
}

/// `canteen audit verify` finds nothing.
fn whole(database: &Path, place: &str) {
    let found = Ledger::open(database).unwrap().check([]).unwrap();
    assert!(matches!(found, Checked::Whole { .. }), "killed {place}: {found:?}");
}

async fn entries(site: &Site, action: &str) -> Vec<Entry> {
    site.entries().await.into_iter().filter(|entry| entry.action == action).collect()
}

/// Each kill comes before the entry, between entry and end, or after it.
fn around(places: &[String], least: usize) {
    let has = |what: &str| places.iter().any(|place| place.starts_with(what));
    for what in ["before BEGIN", "before INSERT INTO `audit`", "before COMMIT", "after COMMIT"] {
        assert!(has(what), "{what} is none of {places:#?}");
    }
    assert!(places.len() >= least, "{places:#?}");
}

async fn adopt(browser: &Browser) -> Answer {
    let page = browser.page(DRIFT).await;
    let plan = page.between("name=\"plan\" value=\"", "\"").unwrap();
    browser.post(&page, ADOPT, &[("plan", &plan)]).await
}

async fn ended(browser: &Browser, asked: &Answer) {
    let page = asked.location();
    until("the operation's end", async || {
        browser.page(page).await.text().contains("what runs is the record from now on").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_becomes_the_record_once_or_not_at_all() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.deployed_board(&ana, BOARD).await;
    let swarm = site.feed.latest().swarm;
    let service = swarm.services.iter().find(|s| s.spec.name == "board_example_org_app").unwrap();
    let mut spec = service.spec.clone();
    spec.labels.insert("by".to_owned(), "hand".to_owned());
    site.engine.update_service(&service.id, service.version, &spec, None).await.unwrap();
    site.fresh().await;
    ana.page(DRIFT).await.says("What differs");
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let record = site.store.last_converged(app.id).await.unwrap().unwrap().id;

    let places = killed_everywhere(&site, &ana, adopt, ended, async |left, browser, place| {
        if entries(left, "app.adopt").await.is_empty() {
            assert_eq!(left.store.last_converged(app.id).await.unwrap().unwrap().id, record, "killed {place}");
            left.fresh().await;
            left.operation_done(operation_of(&adopt(browser).await)).await;
        }
        let asked = entries(left, "app.adopt").await;
        assert_eq!(asked.iter().map(|e| e.outcome.as_str()).collect::<Vec<_>>(), ["asked"], "killed {place}");
        let ends: Vec<String> =
            left.entries().await.into_iter().filter(|e| e.of == Some(asked[0].seq)).map(|e| e.outcome).collect();
        assert_eq!(ends, ["adopted"], "killed {place}");
        let deployments = left.store.deployments(app.id, None, 9).await.unwrap();
        assert_eq!(deployments.iter().filter(|one| one.id > record).count(), 1, "killed {place}");
        left.fresh().await;
        browser.page(DRIFT).await.says("No difference");
    })
    .await;
    around(&places, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_taken_over_with_its_record_or_can_be_taken_over_still() {
    let site = Site::start().await;
    let ana = site.admin().await;
    foreign_board(&site, &ana, BOARD, SETTINGS).await;
    let import = async |browser: &Browser| send_fields(browser, &browser.page(IMPORT).await, IMPORT, &[]).await;
    let places = killed_everywhere(
        &site,
        &ana,
        import,
        async |_, _| {},
        async |left, browser, place| {
            if entries(left, "app.import").await.is_empty() {
                assert!(left.store.apps().await.unwrap().is_empty(), "killed {place}");
                left.fresh().await;
                assert_eq!(import(browser).await.location(), format!("/apps/{BOARD}"), "killed {place}");
            }
            assert_eq!(entries(left, "app.import").await.len(), 1, "killed {place}");
            let app = left.store.app(BOARD).await.unwrap().unwrap();
            assert!(left.store.last_converged(app.id).await.unwrap().is_some(), "killed {place}");
            assert_eq!(left.store.operations(Some(app.id), None, 9).await.unwrap().len(), 1, "killed {place}");
            left.fresh().await;
            browser.page(&format!("/apps/{BOARD}/deployment")).await.says("Nothing would change");
            browser.page("/apps/import").await.says("Nothing to import");
        },
    )
    .await;
    around(&places, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_saved_with_their_entry_or_not_at_all() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let save = async |browser: &Browser| {
        let page = browser.page(TEXT).await;
        let text = page.area("text") + "# a kill\n";
        send_fields(browser, &page, TEXT, &[("text", &text)]).await
    };
    let places = killed_everywhere(
        &site,
        &ana,
        save,
        async |_, _| {},
        async |left, browser, place| {
            let saved = left.store.app(BOARD).await.unwrap().unwrap().env_number - app.env_number;
            assert_eq!(entries(left, "app.settings.edit").await.len(), usize::try_from(saved).unwrap(), "killed {place}");
            if saved == 0 {
                save(browser).await.location();
            }
            let page = browser.page(TEXT).await;
            assert_eq!(page.area("text").matches("# a kill").count(), 1, "killed {place}");
        },
    )
    .await;
    around(&places, 4);
}
