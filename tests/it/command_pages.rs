//! Commands of a recipe: what a member sees, what is handed to the container, and what is kept of it.

use canteen::access::action::RunCommand;
use canteen::access::{Actor, Grant, Target, Via};
use canteen::engine::EngineError;
use canteen::ops::command::CommandWanted;
use canteen::ops::order;
use canteen::recipe::RecipeName;
use canteen::stack::observed::Node;
use canteen::store::chain::hex;
use canteen::store::journal::MOST_LINES;
use canteen::store::operations::State;
use sha2::{Digest as _, Sha256};

use crate::command_shed::{FIRST, SHED, ask, called, deployed_shed, form, ran, shed};
use crate::harness::{Plan, Site, operation_of, until};
use crate::secret_keys::is_stored;

const COMMANDS: &str = "/apps/shed.example.org/commands";

#[tokio::test(flavor = "multi_thread")]
async fn a_command_runs_in_the_container_and_what_it_wrote_is_kept() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _recipe = deployed_shed(&site, &ana).await;
    ana.page(COMMANDS).await.says("Greets somebody.").says("of shed 1.0.0+1");
    assert!(!vic.page(COMMANDS).await.body.contains("commands/greet"), "a viewer is led to no form");
    vic.page(&form("greet")).await.says("You may not run commands");

    let done = ran(&site, &ana, "greet", &[("arguments", "ana and bo\r\n<fire>"), ("user", "www-data")]).await;
    assert_eq!((done.state, done.outcome.as_str(), done.cause.as_str()), (State::Done, "command done", "exit code 0"));
    let wish = site.engine.execs().pop().unwrap();
    assert_eq!(wish.command[5..], ["greet", "2"]);
    assert_eq!(site.engine.handed(), [["ana and bo", "<fire>"]]);
    assert!(
        wish.command[4].contains("greet()") && !wish.command[2].contains("greet"),
        "the text is handed over, never put together"
    );
    assert_eq!(wish.user.as_deref(), Some("www-data"));

    let path = format!("/operations/{}", done.id);
    let page = ana.page(&path).await;
    page.says("Run greet in app").says("Done: the command reached its end").says("with ana and bo <fire>").says("exit code 0");
    page.says("hello ana and bo in app of shed.example.org").says("stderr: careful with <fire>");
    assert!(!page.body.contains("<fire>"), "{}", page.body);
    let file = ana.page(&format!("{path}/output")).await;
    assert_eq!(file.body, "hello ana and bo in app of shed.example.org\nstderr: careful with <fire>\n");
    let sum = format!("output of {} bytes, SHA-256 {}", file.body.len(), hex(&Sha256::digest(&file.body)));
    ana.page(&path).await.says(&sum);
    let seen = vic.page(&path).await;
    assert!(!seen.text().contains("hello ana"), "output may hold passwords");
    seen.says("shown to those who may run commands");
    assert_eq!(vic.get(&format!("{path}/output")).await.status, 403);

    let log = ana.page("/audit").await;
    log.says("asked to run greet ana and bo, <fire> in app of shed.example.org").says("command of shed.example.org: command done");
    log.says("command done; greet in app: exit code 0 after ").says(&sum);
    let concluded = site.entries().await.remove(0);
    assert_eq!(concluded.particulars["ran"][0]["exit_code"], 0);
    ana.page(&format!("/audit/{}", concluded.seq)).await.says(&sum);
    ana.page(COMMANDS).await.says("Lately").says("Run greet in app");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_secret_is_kept_nowhere() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    let given = [("arguments", "TOKEN=quiet-otter-one\r\n--password\r\nquiet-otter-two"), ("secret", "quiet-otter-three")];
    let done = ran(&site, &ana, "greet", &given).await;
    assert_eq!(done.cause, "exit code 0");
    let wish = site.engine.execs().pop().unwrap();
    assert!(!format!("{wish:?}").contains("otter"), "whoever lists processes or hears events of the engine sees none: {wish:?}");
    assert_eq!(site.engine.handed(), [["TOKEN=quiet-otter-one", "--password", "quiet-otter-two", "quiet-otter-three"]]);
    ana.page(&format!("/operations/{}", done.id)).await.says("with TOKEN=••• --password ••• •••").says("hello TOKEN=•••");

    let named = ran(&site, &ana, "set_password", &[("arguments", "quiet-otter-four")]).await;
    ana.page(&format!("/operations/{}", named.id)).await.says("it is ••• now");
    assert!(!is_stored(&site, b"quiet-otter"), "neither the row nor the journal nor the log has it");
    ana.page("/audit").await.says("asked to run set_password ••• in app");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_fails_tells_its_exit_code_and_colours_are_safe() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    let failed = ran(&site, &ana, "fail", &[]).await;
    assert_eq!((failed.state, failed.outcome.as_str()), (State::Failed, "command failed"));
    assert!(failed.cause.starts_with("exit code 3;"), "{}", failed.cause);
    ana.page(&format!("/operations/{}", failed.id)).await.says("no such table").says("ended with an error");

    let coloured = ran(&site, &ana, "colours", &[]).await;
    let page = ana.page(&format!("/operations/{}", coloured.id)).await;
    assert!(page.body.contains("<span class=\"a1\">red</span>") && page.body.contains("U+202E"), "{}", page.body);
    assert!(!page.body.contains("<script>alert") && !page.body.contains('\u{202e}'));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_very_much_output_the_gap_is_told() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    let long = "x".repeat(60_000);
    let loud = ran(&site, &ana, "loud", &[("arguments", &long)]).await;
    assert_eq!(loud.cause, "exit code 0");
    let path = format!("/operations/{}", loud.id);
    ana.page(&path).await.says("There was more than is kept");
    let file = ana.page(&format!("{path}/output")).await.body;
    assert!(file.len() < 250_000 && file.contains(" lines left out"), "{}", file.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn however_much_is_said_it_is_told_that_something_was_left_out() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    let id = ran(&site, &ana, "greet", &[]).await.id;
    let before = i32::try_from(site.store.journal(id, 0).await.unwrap().len()).unwrap();
    for number in before..MOST_LINES {
        site.store.write_line(id, "Run loud", "out", &number.to_string()).await.unwrap();
    }
    for (level, text) in [("end", ""), ("out", "too late"), ("note", "too late as well"), ("cut", "7"), ("begin", ""), ("fail", "")]
    {
        site.store.write_line(id, "Run loud", level, text).await.unwrap();
    }
    let late = site.store.journal(id, MOST_LINES).await.unwrap();
    let levels: Vec<&str> = late.iter().map(|line| line.level.as_str()).collect();
    assert_eq!(levels, ["end", "full", "cut", "begin", "fail"]);
    let page = ana.page(&format!("/operations/{id}")).await;
    page.says("More was said from here on than is kept").says("7 lines in the middle were left out").says("the rest is not here");
    let file = ana.page(&format!("/operations/{id}/output")).await.body;
    assert!(file.ends_with("… from here on more was written than is kept\n… 7 lines left out\n") && !file.contains("too late"));
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_46_recipe_code_runs_in_the_apps_container_or_not_at_all() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    let page = ana.page(COMMANDS).await;
    page.says("never runs on the server itself").says("written for the old abra");
    for never in ["prepare", "abra_backup_app", "no_such", "_own", "greet;id"] {
        assert_eq!(ana.get(&form(never)).await.status, 404, "{never}");
        let fields = [("service", "app"), ("minutes", "1")];
        assert_eq!(ana.submit(&form("greet"), &form(never), &fields).await.status, 404, "{never}");
    }
    assert!(site.engine.execs().is_empty());
    ran(&site, &ana, "greet", &[("arguments", "$(id)\r\n;id #")]).await;
    let here = site.feed.latest().swarm.tasks.iter().any(|t| t.container.is_some());
    assert!(here && called(&site) == ["greet"]);
    assert_eq!(site.engine.handed(), [["$(id)", ";id #"]], "an argument stays one, whatever it looks like");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_without_a_shell_and_one_elsewhere_are_told() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    site.engine.shells(&["bash"]);
    assert_eq!(ran(&site, &ana, "greet", &[]).await.cause, "exit code 0");
    site.engine.shells(&[]);
    let none = ran(&site, &ana, "greet", &[]).await;
    assert!(none.cause.contains("neither bash nor sh"), "{}", none.cause);
    site.engine.shells(&["sh"]);

    // The first node is the one that Canteen runs on.
    let home = site.feed.latest().swarm.nodes[0].clone();
    site.engine.node(Node { id: "node0".to_owned(), hostname: "canteens-own".to_owned(), ..home.clone() });
    site.engine.node(home);
    let away = ran(&site, &ana, "greet", &[]).await;
    assert!(away.cause.contains("app runs on node1, and Canteen on canteens-own"), "{}", away.cause);
    ana.page(&format!("/operations/{}", away.id)).await.says("only on the node where the container is");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_run_can_not_be_run_in() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = shed(&site, &ana, "").await;
    ana.page(COMMANDS).await.says("while the app is deployed");
    assert_eq!(ask(&ana, "greet", &[]).await.status, 409);
    assert_eq!(site.deploy(&ana, SHED).await.outcome, "converged");
    let gone = ask(&ana, "greet", &[("service", "cellar"), ("arguments", "keep me"), ("minutes", "many")]).await;
    assert_eq!(gone.status, 422);
    gone.says("Choose a service that runs").says("Type a whole number of minutes");
    assert_eq!(gone.area("arguments"), "keep me");

    site.engine.fail_next("exec", EngineError::Conflict("Container abc is not running".to_owned()));
    let stopped = ran(&site, &ana, "greet", &[]).await;
    assert!(stopped.cause.contains("is not running"), "{}", stopped.cause);
    let scaled = ana.submit(&format!("/apps/{SHED}/scale"), &format!("/apps/{SHED}/scale"), &[("tasks.app", "0")]).await;
    site.operation_done(operation_of(&scaled)).await;
    let none = ran(&site, &ana, "greet", &[]).await;
    assert!(none.cause.contains("no task of app runs now"), "{}", none.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_runs_can_be_stopped_and_keeps_others_waiting() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _recipe = deployed_shed(&site, &ana).await;
    let page = ana.page(&form("wait_long")).await;
    let fields = [("service", "app"), ("minutes", "10")];
    let first = ana.post(&page, &form("wait_long"), &fields).await;
    let (id, path) = (operation_of(&first), first.location().to_owned());
    assert_eq!(ana.post(&page, &form("wait_long"), &fields).await.location(), path, "a form that is sent twice runs once");
    until("its output", async || ana.page(&path).await.text().contains("begun").then_some(())).await;
    let busy = ask(&ana, "greet", &[]).await;
    assert_eq!(busy.status, 409);
    busy.says("asked for a command");
    assert!(!vic.page(&path).await.body.contains("/stop"));

    ana.page(&path).await.says("Stop the command");
    assert_eq!(ana.submit(&path, &format!("{path}/stop"), &[]).await.location(), path);
    let done = site.operation_done(id).await;
    assert_eq!((done.outcome.as_str(), done.cause.as_str()), ("command ended", "somebody stopped it"));
    let signal = site.engine.execs().pop().unwrap().command;
    assert_eq!(signal[4], "TERM");
    ana.page(&path).await.says("Ended before it was done").says("begun");
    ana.page("/audit").await.says(&format!("stopped what operation {id} runs in {SHED}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_never_run_a_second_time_by_itself() {
    let hold = ("CANTEEN_HOLD_AT", "after run greet in app.1 with sh".to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    let id = operation_of(&ask(&ana, "greet", &[("arguments", "ana")]).await);
    until("the command", async || (called(&site) == ["greet"]).then_some(())).await;
    site.restart().await;
    let done = site.operation_done(id).await;
    assert_eq!(done.outcome, "lost");
    assert!(done.cause.contains("not run a second time"), "{}", done.cause);
    assert_eq!(called(&site), ["greet"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_takes_too_long_is_ended() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed_shed(&site, &ana).await;
    let app = site.store.app(SHED).await.unwrap().unwrap();
    let name = RecipeName::parse("shed").unwrap();
    let wanted = CommandWanted {
        commit: site.shelf.resolve(&name, FIRST).unwrap(),
        recipe: "shed".to_owned(),
        version: FIRST.to_owned(),
        stack: app.stack,
        service: "app".to_owned(),
        function: "wait_long".to_owned(),
        user: String::new(),
        shown: vec![],
        // The form gives a minute at least.
        limit_s: 0,
        nonce: "a form".to_owned(),
    };
    let member = site.store.member("ana").await.unwrap().unwrap();
    let rights = site.store.rights(member.id).await.unwrap();
    let actor = Actor::Member { id: member.id, name: member.name, rights, via: Via::default() };
    let may = Grant::<RunCommand>::judge(actor, Target::App(SHED.to_owned())).unwrap();
    let id = site.store.commit(&may, order::command(app.id, Box::new(wanted), "a form".to_owned())).await.unwrap().begun().unwrap();
    let done = site.operation_done(id).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "command ended"));
    assert!(done.cause.contains("and was ended"), "{}", done.cause);
    assert_eq!(site.engine.execs().pop().unwrap().command[4], "TERM");
}
