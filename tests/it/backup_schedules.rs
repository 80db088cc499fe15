//! When apps are backed up by themselves: schedules of their own, those that all follow, and none.

use canteen::access::action::HoldUpdate;
use canteen::access::{Actor, Grant, Role, Target};
use canteen::backup::Fate;
use canteen::commands::repository_note::Found;
use canteen::ops::backup_turns::{InTurn, due_rules, rules};
use canteen::store::{Command, Denied, Tx, updates};

use crate::harness::{BOARD, Browser, SCHEDULE, Site};

const DEFAULT: &str = "/backups/schedule";
const DAY: i64 = 24 * 3_600_000;

fn of_board() -> String {
    format!("/apps/{BOARD}/backups/schedule")
}

/// The usual fields with some others.
fn fields<'a>(others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = SCHEDULE.into_iter().filter(|(name, _)| others.iter().all(|(other, _)| other != name));
    kept.chain(others.iter().copied()).collect()
}

async fn make(ana: &Browser, list: &str, others: &[(&str, &str)]) {
    let path = format!("{list}/0");
    assert_eq!(ana.submit(&path, &path, &fields(others)).await.location(), list);
}

/// What becomes of the rules that hold, each with its policy.
async fn fates(site: &Site) -> Vec<(i32, Fate)> {
    let now = canteen::clock::Clock::now(&*site.clock);
    rules(&site.store).await.unwrap().iter().map(|rule| (rule.id, rule.fate(now, now - DAY))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_follows_the_others_until_it_has_its_own_or_is_taken_out() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    site.new_board(&ana, BOARD).await;
    ana.page(DEFAULT).await.says("No repository takes backups").says("Nothing is backed up by itself");
    ana.page(&of_board()).await.says("It would follow the schedules of all apps").says("but there are none");
    site.repository("offsite").await;
    make(&ana, DEFAULT, &[]).await;
    vic.page(&of_board()).await.says("It follows the schedules of all apps").says("Every day at 03:30, Europe/Berlin offsite");
    assert!(matches!(fates(&site).await[..], [(1, Fate::Waits(_))]));

    make(&ana, &of_board(), &[("when", "hand"), ("cron", "0  */6 * * *"), ("zone", "UTC"), ("keep_daily", "14")]).await;
    let page = vic.page(&of_board()).await;
    page.says("offsite 14 days, 5 weeks and 12 months ● On").says("It has schedules of its own");
    assert!(!page.body.contains("Europe/Berlin") && page.post_forms().iter().all(|form| !form.contains("schedule")));
    assert!(matches!(fates(&site).await[..], [(2, Fate::Waits(_))]), "the default does not hold besides");
    assert_eq!(ana.submit(&of_board(), &format!("{}/2/removal", of_board()), &[]).await.location(), of_board());

    assert_eq!(ana.submit(&of_board(), &of_board(), &[("follow", "none")]).await.location(), of_board());
    vic.page(&of_board()).await.says("Not backed up by itself").says("ana chose that");
    assert!(fates(&site).await.is_empty());
    assert_eq!(ana.submit(&of_board(), &of_board(), &[("follow", "default")]).await.location(), of_board());
    assert_eq!(fates(&site).await.len(), 1);
    site.clock.advance(2 * DAY);
    assert!(matches!(fates(&site).await[..], [(1, Fate::Due(_))]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_so_before_a_change_and_after_it_is_in_the_log() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.repository("offsite").await;
    make(&ana, DEFAULT, &[]).await;
    let path = format!("{DEFAULT}/1");
    let page = ana.page(&path).await;
    page.says("One a month 12").says("An example");
    let paused = fields(&[("when", "weekly"), ("paused", "on"), ("mode", "live")]);
    assert_eq!(ana.submit(&path, &path, &paused).await.location(), DEFAULT);
    ana.page(DEFAULT).await.says("Every Sunday at 03:30").says("‖ Paused");
    assert_eq!(fates(&site).await, [(1, Fate::Paused)]);
    let entry = &site.entries().await[0];
    assert_eq!((entry.action.as_str(), entry.target.name.as_str()), ("backup.schedule", ""));
    let told = |name: &str| entry.particulars[name].as_str().unwrap().to_owned();
    assert_eq!(
        told("before"),
        "into offsite, every day at 03:30, Europe/Berlin; keeps 7 days, 5 weeks and 12 months; as the app runs, with hooks"
    );
    assert!(told("after").ends_with("without hooks; paused"), "{}", told("after"));
    let ana = site.admin().await;
    ana.page("/audit").await.says("changed a schedule for backups of all apps without one of their own from into offsite");
    assert_eq!(ana.submit(&path, &format!("{path}/removal"), &[]).await.location(), DEFAULT);
    ana.page("/audit").await.says("removed a schedule for backups of all apps");
    assert_eq!(ana.get(&path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_at_its_field_and_what_was_typed_stays() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.add("olga", Role::Operator).await;
    let olga = site.signed_in("olga").await;
    site.new_board(&ana, BOARD).await;
    let path = format!("{}/0", of_board());
    ana.page(&path).await.says("There is none yet");
    let none = ana.submit(&path, &path, &fields(&[("repository", "")])).await;
    assert_eq!(none.status, 422);
    none.says("Choose a repository");
    let id = site.repository("offsite").await;
    for (field, value, told) in [
        ("cron", "30 25 * * *", "The hour can’t be “25”"),
        ("cron", "", "Write five fields: minute, hour, day of the month"),
        ("zone", "Europe/Atlantis", "No time zone is called “Europe/Atlantis”"),
        ("keep_daily", "many", "Write a whole number from 0 to 1000"),
        ("hook_minutes", "0", "Write a whole number of minutes"),
        ("repository", "99", "Choose a repository"),
    ] {
        let when = if field == "cron" { "hand" } else { "nightly" };
        let answer = ana.submit(&path, &path, &fields(&[("when", when), (field, value)])).await;
        assert_eq!(answer.status, 422, "{field}");
        answer.says(told);
        assert!(field == "repository" || answer.body.contains(&format!("value=\"{value}\"")), "{field}");
    }
    let both = ana.submit(&path, &path, &fields(&[("when", "hand"), ("cron", "x"), ("zone", "y")])).await;
    both.says("Write five fields").says("No time zone is called “y”");
    let look = ana.submit(&path, &path, &fields(&[("when", "hand"), ("cron", "5 4 1 * *"), ("look", "on")])).await;
    assert_eq!(look.status, 200);
    look.says("On day 1 of every month at 04:05, Europe/Berlin");
    assert!(site.store.backup_policies().await.unwrap().is_empty(), "looking keeps nothing");

    make(&ana, &of_board(), &[]).await;
    site.repository_answers(id, Found::Trouble { text: "the password is wrong".to_owned(), grave: true }).await;
    ana.page(&of_board()).await.says("✕ Stuck The repository offsite is broken: the password is wrong");
    assert!(matches!(&fates(&site).await[..], [(1, Fate::Skipped(why))] if why.contains("the password is wrong")));
    let refused = ana.submit(&path, &path, &fields(&[])).await;
    assert_eq!(refused.status, 422);
    refused.says("The repository offsite is broken: the password is wrong");
    assert_eq!(olga.get(&path).await.status, 403);
    assert_eq!(olga.get(&format!("{DEFAULT}/1")).await.status, 403);
    // The schedule of one app is none of another, nor of all.
    assert_eq!(ana.get(&format!("{DEFAULT}/1")).await.status, 404);
}

/// Stands for the order of a backup: only that it was asked for matters here.
struct Asked(i32);

impl Command for Asked {
    type Needs = HoldUpdate;
    type Output = ();

    fn particulars(&self) -> serde_json::Map<String, serde_json::Value> {
        serde_json::Map::new()
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let now = tx.now().to_string();
        updates::hold(tx, self.0, "1.0.0", &now)
    }
}

/// Asks for what is due, as the scheduler does. Tells the policies.
async fn ask(site: &Site, up_since: i64) -> Vec<i32> {
    let due = due_rules(&site.store, up_since).await.unwrap();
    let may = Grant::<HoldUpdate>::judge(Actor::Scheduler, Target::App(BOARD.to_owned())).unwrap();
    for rule in &due {
        site.store.commit(&may, InTurn::of(rule, Asked(rule.app.app_id))).await.unwrap();
        let twice = site.store.commit(&may, InTurn::of(rule, Asked(rule.app.app_id))).await;
        assert!(matches!(twice, Err(Denied::Rule { what: "asked-already", .. })), "whoever is second asks for nothing");
    }
    due.iter().map(|rule| rule.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_backup_is_asked_for_once_and_one_for_an_app_at_a_time() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.repository("offsite").await;
    let up = canteen::clock::Clock::now(&*site.clock);
    make(&ana, &of_board(), &[("when", "hand"), ("cron", "0 0 * * *"), ("zone", "UTC")]).await;
    make(&ana, &of_board(), &[("when", "hand"), ("cron", "5 0 * * *"), ("zone", "UTC")]).await;
    site.clock.advance(DAY);
    assert!(ask(&site, up).await.is_empty(), "of what never ran there is nothing to keep");
    let ana = site.admin().await;
    site.make_secrets(&ana, BOARD).await;
    assert_eq!(site.deploy(&ana, BOARD).await.outcome, "converged");
    assert_eq!(ask(&site, up).await, [1], "the older one first, and one for the app");
    assert_eq!(ask(&site, up).await, [2], "its other place comes after it");
    assert!(ask(&site, up).await.is_empty());
    site.clock.advance(-DAY / 2);
    assert!(ask(&site, up).await.is_empty(), "a clock that is put back brings nothing again");
    // Three nights pass while the dashboard is down: each is made up for once, within a quarter of an hour.
    site.clock.advance(DAY / 2 + 3 * DAY);
    let again = canteen::clock::Clock::now(&*site.clock);
    site.clock.advance(15 * 60_000);
    assert_eq!([ask(&site, again).await, ask(&site, again).await, ask(&site, again).await], [vec![1], vec![2], vec![]]);
    let entry = &site.entries().await[0];
    assert_eq!(
        entry.particulars["schedule"],
        "every day at 00:05, UTC; keeps 7 days, 5 weeks and 12 months; as the app runs, with hooks"
    );

    // Somebody changes it while the scheduler looks: what it saw does not count any more.
    site.clock.advance(DAY);
    let seen = due_rules(&site.store, up).await.unwrap();
    let ana = site.admin().await;
    let path = format!("{}/1", of_board());
    assert_eq!(ana.submit(&path, &path, &fields(&[("when", "weekly")])).await.location(), of_board());
    let may = Grant::<HoldUpdate>::judge(Actor::Scheduler, Target::App(BOARD.to_owned())).unwrap();
    let late = site.store.commit(&may, InTurn::of(&seen[0], Asked(seen[0].app.app_id))).await;
    assert!(matches!(late, Err(Denied::Rule { what: "policy-changed", .. })));
}
