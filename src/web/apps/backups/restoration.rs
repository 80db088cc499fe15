//! The page before an app's data are put back to a snapshot.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::made;
use crate::access::Grant;
use crate::access::action::{Restore, ReviewRestore};
use crate::backup::restore::{Extent, Step, Tasks, Warning};
use crate::backup::{Contents, Moment, Service};
use crate::ops::repositories::PATIENCE;
use crate::ops::restore::{self, Look, RestoreWanted, look};
use crate::recipe::abra_command::Task;
use crate::store::backups::BackupRun;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts, facts_of_form};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::apps::idle::once;
use crate::web::apps::restart::{running_now, timeout_s};
use crate::web::apps::secrets::start;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Name, Query};
use crate::web::page::{moment, page, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::Mark;
use crate::web::visit::Visit;
use crate::web::when::When;

/// What would be done, and what to know before.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/restoration.html")]
pub struct RestorationView {
    pub shell: Shell,
    pub app: AppHeader,
    /// The beginning of restic's id, and all of it.
    pub snapshot: (String, String),
    pub when: When,
    pub repository: String,
    /// Why there is no plan; empty if there is one.
    pub trouble: String,
    /// In their order, in members' words.
    pub steps: Vec<String>,
    /// The gravest first.
    pub warnings: Vec<(Mark, String)>,
    /// Volumes that can come back whole, and whether they do.
    pub offers: Vec<(String, bool)>,
    /// Nothing of the app is up, so the way back can be left out; and whether it is.
    pub skip: Option<bool>,
    /// The hash of the plan.
    pub plan: String,
    /// What was typed to confirm.
    pub typed: String,
    pub problems: Problems,
}

/// What somebody chose about it.
struct Choice {
    whole: Vec<String>,
    skip_safety: bool,
}

impl Choice {
    fn of(facts: &Facts, says: impl Fn(&str) -> bool) -> Self {
        let services: Vec<Service> = facts.observed.services.iter().map(|one| Service::of(&facts.stack, &one.spec)).collect();
        let volumes = Contents::of(&services).volumes.into_iter().map(|volume| volume.name);
        Self { whole: volumes.filter(|name| says(&format!("whole.{name}"))).collect(), skip_safety: says("skip_safety") }
    }
}

/// The plan. `?whole.data=on` and `?skip_safety=on` change it.
pub async fn review(
    may: Grant<ReviewRestore>,
    Name(snapshot): Name,
    visit: Visit,
    query: Query,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let made = made(&site, &facts, &snapshot).await?;
    let choice = Choice::of(&facts, |name| query.get(name) == "on");
    page(&view(&facts, &made, &choice, &visit, &site, (String::new(), Problems::none())).await?)
}

/// Asks for what was shown.
pub async fn restore(
    may: Grant<Restore>,
    Name(snapshot): Name,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let made = made(&site, &facts, &snapshot).await?;
    if let Some(first) = once(&site, &visit, &facts.app).await? {
        return Ok(first);
    }
    running_now(&facts)?;
    let choice = Choice::of(&facts, |name| fields.get(name).is_some_and(|value| value == "on"));
    let typed = fields.get("confirm").map(|text| text.trim().to_owned()).unwrap_or_default();
    if typed != facts.app.name {
        let mut problems = Problems::none();
        problems.add("confirm", format!("Type {} to confirm", facts.app.name));
        return wrong_form(&view(&facts, &made, &choice, &visit, &site, (typed, problems)).await?);
    }
    let plan = fields.get("plan").cloned().unwrap_or_default();
    let wanted = wanted(&facts, &made, &choice, &site, plan);
    start(&may, &visit, &site, restore::order(facts.app.id, wanted, visit.form.clone())).await
}

fn wanted(facts: &Facts, made: &BackupRun, choice: &Choice, site: &Site, plan: String) -> RestoreWanted {
    RestoreWanted {
        repository: made.repository.0,
        stack: facts.stack.as_str().to_owned(),
        snapshot: made.snapshot.clone(),
        node: made.node.clone(),
        whole: choice.whole.clone(),
        skip_safety: choice.skip_safety,
        plan,
        timeout_s: timeout_s(facts, site),
    }
}

async fn view(
    facts: &Facts,
    made: &BackupRun,
    choice: &Choice,
    visit: &Visit,
    site: &Site,
    (typed, problems): (String, Problems),
) -> Result<RestorationView, Failure> {
    let found = found(facts, made, choice, site).await?;
    let (trouble, found) = match found {
        Ok(found) => (String::new(), Some(found)),
        Err(why) => (sentence(&why), None),
    };
    let mut offers: Vec<(String, bool)> = choice.whole.iter().map(|name| (name.clone(), true)).collect();
    offers.extend(found.iter().flat_map(|found| &found.plan.offers).map(|name| (name.clone(), false)));
    let up = facts.observed.tasks.iter().any(|task| task.state == "running");
    Ok(RestorationView {
        shell: shell(site, visit, format!("Restore {}", facts.app.name), Nav::Apps).await,
        app: facts.header(Tab::Backups, None).doing(&[Task::Restore]),
        snapshot: (made.snapshot.chars().take(8).collect(), made.snapshot.clone()),
        when: moment(site, made.ended),
        repository: made.repository.1.clone(),
        trouble,
        steps: found.iter().flat_map(|found| steps(&found.plan.steps)).collect(),
        warnings: found.iter().flat_map(|found| &found.plan.warnings).map(warning).collect(),
        offers,
        skip: (!up).then_some(choice.skip_safety),
        plan: found.map(|found| found.hash()).unwrap_or_default(),
        typed,
        problems,
    })
}

/// An inner error is why there is no plan.
async fn found(facts: &Facts, made: &BackupRun, choice: &Choice, site: &Site) -> Result<Result<Look, String>, Failure> {
    if facts.observed.at == 0 {
        return Ok(Err("Docker has not answered since Canteen was started, so it can’t be told what runs".to_owned()));
    }
    if facts.observed.services.is_empty() {
        return Ok(Err(format!("{} is not deployed, so its volumes can’t be found; deploy it first", facts.app.name)));
    }
    let wanted = wanted(facts, made, choice, site, String::new());
    let looked = look(&site.store, &site.repositories, facts.app.id, &facts.observed, &wanted);
    match tokio::time::timeout(PATIENCE, looked).await {
        Ok(found) => found.map_err(|error| Failure::broken(error.to_string())),
        Err(_late) => Ok(Err(format!("the repository did not answer within {} seconds; try again", PATIENCE.as_secs()))),
    }
}

fn warning(warning: &Warning) -> (Mark, String) {
    let mark = if warning.kind.is_grave() {
        Mark { tone: "bad", glyph: "✕", word: "Danger" }
    } else {
        Mark { tone: "warn", glyph: "▲", word: "Warning" }
    };
    (mark, sentence(&warning.text))
}

/// The steps in words.
fn steps(steps: &[Step]) -> Vec<String> {
    steps.iter().filter_map(told).collect()
}

fn told(step: &Step) -> Option<String> {
    Some(match step {
        Step::Safety => "Back up how it is now: the way back".to_owned(),
        Step::Run(hook) if hook.moment == Moment::BeforeRestore => format!("Run the hook of {} before the restore", hook.service),
        Step::Run(hook) => format!("Run the hook of {} after the restore", hook.service),
        // It is nothing to be seen from outside.
        Step::Note(_) => return None,
        Step::Stop(service) => format!("Stop {service}"),
        Step::Restore { volume, extent: Extent::Whole, .. } => {
            format!("Put all of {volume} back; files that came later are removed")
        }
        Step::Restore { volume, extent: Extent::Paths(paths), .. } => {
            format!("Put {} back into {volume}; everything else in it stays", paths.join(", "))
        }
        Step::Start(service, Tasks::Replicated(1)) => format!("Start {service}, with 1 task as now"),
        Step::Start(service, Tasks::Replicated(number)) => format!("Start {service}, with {number} tasks as now"),
        Step::Start(service, _) => format!("Start {service}"),
        Step::Wait => "Wait until everything is up".to_owned(),
    })
}

#[cfg(any(test, feature = "testing"))]
impl RestorationView {
    pub fn samples() -> Vec<Self> {
        let grave = Mark { tone: "bad", glyph: "✕", word: "Danger" };
        let mild = Mark { tone: "warn", glyph: "▲", word: "Warning" };
        let steps = [
            "Back up how it is now: the way back",
            "Stop app",
            "Put all of pages back; files that came later are removed",
            "Put <backup>.sql back into db-data; everything else in it stays",
            "Run the hook of db after the restore",
            "Start app, with 2 tasks as now",
            "Wait until everything is up",
        ];
        let full = Self {
            shell: Shell::sample("Restore <wiki>.example.org", Nav::Apps),
            app: AppHeader { primary: None, ..AppHeader::sample(Tab::Backups) },
            snapshot: ("4f2a90c1".to_owned(), "4f2a90c1".repeat(8)),
            when: When::sample(9),
            repository: "A <cellar>".to_owned(),
            trouble: String::new(),
            steps: steps.map(str::to_owned).to_vec(),
            warnings: vec![
                (
                    grave,
                    "What comes back into db-data is dump.sql, and nothing reads it: <db> has no backupbot.restore.post-hook."
                        .to_owned(),
                ),
                (mild, "The snapshot was made with 1.0.0 and 2.0.0 is deployed: older data comes under a newer app.".to_owned()),
            ],
            offers: vec![("db-data".to_owned(), false)],
            skip: None,
            plan: "00".repeat(32),
            typed: String::new(),
            problems: Problems::none(),
        };
        let trouble = Self {
            trouble: "The repository did not answer within 25 seconds; try again.".to_owned(),
            steps: vec![],
            warnings: vec![],
            offers: vec![],
            plan: String::new(),
            ..full.clone()
        };
        let mut wrong = Self { skip: Some(true), typed: "wiki".to_owned(), warnings: vec![], ..full.clone() };
        wrong.problems.add("confirm", "Type wiki.example.org to confirm");
        vec![full, trouble, wrong]
    }
}
