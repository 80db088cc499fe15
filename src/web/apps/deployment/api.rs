//! The plan of a deploy and the deploy itself, for programs: what the review shows, and what its button does.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use serde::Serialize;

use crate::access::action::{Deploy, ViewPlan};
use crate::access::{Grant, Target};
use crate::ops::approval::Ordered;
use crate::ops::check::tier;
use crate::ops::order;
use crate::ops::order::Wanted;
use crate::stack::names::descope;
use crate::stack::plan::{Action, Object, Step};
use crate::stack::policy::{Power, Who, verdict};
use crate::store::approvals::Request;
use crate::store::operations::Operation;
use crate::web::Site;
use crate::web::api::{Body, Fault, Params, Problem, answer, answer_with};
use crate::web::approvals;
use crate::web::apps::facts::{Facts, facts};
use crate::web::failure::Failure;
use crate::web::operations::api::{Told, path};
use crate::web::setup::sentence;
use crate::web::shell::Problems;
use crate::web::visit::Visit;

use super::ask::{DeployForm, Outcome, Sent, Way, attempt};
use super::deployed;
use super::review::{Review, review};

/// What a deploy would do.
#[derive(Serialize)]
struct Plan<'a> {
    app: &'a str,
    recipe: &'a str,
    /// The version that runs; nothing before the first deploy.
    from: Option<String>,
    version: &'a str,
    /// The recipe's commit.
    commit: Option<&'a str>,
    /// What a deploy is asked for with; nothing where there is none to ask for.
    hash: Option<String>,
    /// Whether the caller may deploy it as it is.
    deployable: bool,
    /// Reasons against it.
    blockers: Vec<String>,
    warnings: Vec<String>,
    /// Rules that the recipe breaks, by their references. A deploy then needs a reason.
    broken_rules: Vec<String>,
    /// Present where the version changed after it was published.
    changed: Option<Changed<'a>>,
    /// What it asks of the machine beyond its own containers.
    powers: Vec<String>,
    steps: Vec<PlanStep<'a>>,
}

/// What was found about a version after it was published.
#[derive(Serialize)]
struct Changed<'a> {
    /// What a deploy has to be asked for with.
    accept: i32,
    found: &'a [String],
}

/// One object and what happens to it.
#[derive(Serialize)]
struct PlanStep<'a> {
    action: Action,
    object: Object,
    name: &'a str,
    /// The running tasks are replaced.
    restarts: bool,
    /// What differs; values that look like secrets are hidden.
    changes: Vec<PlanChange<'a>>,
}

#[derive(Serialize)]
struct PlanChange<'a> {
    path: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

/// The plan.
pub async fn plan(may: Grant<ViewPlan>, mut asked: Params, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let version = asked.text("version");
    asked.end()?;
    let facts = facts(&may, &site).await?;
    if facts.observed.at == 0 || site.feed.latest().problem.is_some() {
        return Err(Failure::Unavailable("Docker does not answer, so it can’t be told what would change".to_owned()));
    }
    let review = review(&facts, &site, version.unwrap_or_else(|| facts.app.version.clone()), "").await?;
    let from = deployed(&facts, &site).await?.map(|deployment| deployment.version);
    answer(&told(&facts, &review, from, &may))
}

fn told<'a>(facts: &'a Facts, review: &'a Review, from: Option<String>, may: &Grant<ViewPlan>) -> Plan<'a> {
    let made = review.made.as_ref().ok();
    let mut blockers: Vec<String> = review.made.as_ref().err().map(|error| sentence(&error.to_string())).into_iter().collect();
    if review.is_chaos() {
        blockers.push("It is a commit and no release; a member has to deploy it".to_owned());
    }
    let (mut warnings, mut powers, mut steps) = (vec![], vec![], vec![]);
    if let Some(made) = made {
        let verdict = verdict(&made.rendered.desired, &facts.observed);
        blockers.extend(made.plan.blockers.iter().map(|b| format!("{}: {}", sentence(&b.what), b.hint)));
        blockers.extend(verdict.refusal(&Who { tier: tier(may), confirmed: &[] }).map(|refused| sentence(&refused.to_string())));
        warnings.extend(made.plan.warnings.iter().chain(&made.rendered.notices).map(|text| sentence(text)));
        warnings.extend(made.moving_tags());
        powers.extend(verdict.powers.iter().map(Power::line));
        steps.extend(made.plan.steps.iter().map(|step| plan_step(facts, step)));
    }
    let may = Grant::<Deploy>::judge(may.actor().clone(), Target::App(facts.app.name.clone())).is_ok();
    let changed = Changed { accept: review.shifted.newest, found: &review.shifted.lines };
    Plan {
        app: &facts.app.name,
        recipe: &facts.app.recipe,
        from,
        version: &review.version,
        commit: made.map(|made| made.at.commit.as_str()),
        hash: made.map(|made| made.plan.hash()),
        deployable: may && made.is_some() && blockers.is_empty(),
        blockers,
        warnings,
        broken_rules: review.faults.rules(),
        changed: Some(changed).filter(|changed| !changed.found.is_empty()),
        powers,
        steps,
    }
}

fn plan_step<'a>(facts: &'a Facts, step: &'a Step) -> PlanStep<'a> {
    let changes = step.changes.iter();
    PlanStep {
        action: step.action,
        object: step.object,
        name: descope(&facts.stack, &step.name).unwrap_or(&step.name),
        restarts: step.restarts,
        changes: changes.map(|c| PlanChange { path: &c.path, before: c.before.as_deref(), after: c.after.as_deref() }).collect(),
    }
}

/// Characters of a version, and of a reason.
const LONGEST: usize = 500;

/// Deploys exactly what the plan said.
pub async fn deploy(may: Grant<Deploy>, mut sent: Body, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let form = DeployForm::of_program(&mut sent);
    let because = sent.optional("because", LONGEST);
    sent.end()?;
    if let Some(first) = earlier(&may, &visit, &form, &site).await? {
        return accepted(&first);
    }
    if let Some(first) = held_back(&may, &visit, &form, &site).await? {
        return waits(&first);
    }
    let outcome = match site.store.busy(facts.app.id).await? {
        Some(text) => Outcome::Refused { what: "busy", text },
        None => {
            attempt(
                &may,
                &facts,
                &form,
                Sent { nonce: &visit.form, why: &because },
                &site,
                Way { chaos: false, order: order::deploy },
            )
            .await?
            .1
        }
    };
    let problem = match outcome {
        Outcome::Asked(asked) => match asked.what {
            Ordered::Begun(id) => {
                let operation = site.store.operation(id).await?.ok_or_else(|| Failure::broken("an operation that is not there"))?;
                return accepted(&operation);
            }
            Ordered::Waits(id) => {
                let request = site.store.approval(id).await?.ok_or_else(|| Failure::broken("a request that is not there"))?;
                return waits(&request);
            }
        },
        Outcome::Missing(problems) => missing(&problems),
        Outcome::Refused { what, text } => refused(what, &text),
    };
    // The same request may have been faster than this one, and be why it was refused.
    match earlier(&may, &visit, &form, &site).await? {
        Some(first) => accepted(&first),
        None => Err(problem.into()),
    }
}

/// The operation that this very request asked for before.
async fn earlier(may: &Grant<Deploy>, visit: &Visit, form: &DeployForm, site: &Site) -> Result<Option<Operation>, Failure> {
    let Some(id) = site.store.operation_of_form(&visit.form).await? else { return Ok(None) };
    let Some(operation) = site.store.operation(id).await? else { return Ok(None) };
    let wanted = serde_json::from_str(&operation.wanted);
    if operation.app == may.app() && matches!(wanted, Ok(Wanted::Deploy(wanted)) if wanted.version == form.version) {
        return Ok(Some(operation));
    }
    Err(reused().into())
}

/// The request for approval that this very request was recorded as before.
async fn held_back(may: &Grant<Deploy>, visit: &Visit, form: &DeployForm, site: &Site) -> Result<Option<Request>, Failure> {
    let Some((id, app)) = site.store.approval_of_form(&visit.form).await? else { return Ok(None) };
    let request = site.store.approval(id).await?.filter(|_| app == may.app());
    let wanted = request.as_ref().map(|request| (request.wanted.is_empty(), serde_json::from_str(&request.wanted)));
    match wanted {
        // What it was for is not kept any more once it has ended.
        Some((true, _)) => Ok(request),
        Some((false, Ok(Wanted::Deploy(wanted)))) if wanted.version == form.version => Ok(request),
        _ => Err(reused().into()),
    }
}

fn reused() -> Problem {
    let text = "This Idempotency-Key came with another request before; choose a new one for each thing that you want";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key-reused", text)
}

fn accepted(operation: &Operation) -> Result<HttpResponse, Failure> {
    let mut response = answer_with(StatusCode::ACCEPTED, &Told::of(operation))?;
    let place = header::HeaderValue::from_str(&path(operation.id)).map_err(|e| Failure::broken(e.to_string()))?;
    response.headers_mut().insert(header::LOCATION, place);
    Ok(response)
}

/// It waits for approval.
fn waits(request: &Request) -> Result<HttpResponse, Failure> {
    let mut response = answer_with(StatusCode::ACCEPTED, &approvals::api::Told::of(request))?;
    let place = header::HeaderValue::from_str(&approvals::api::path(request)).map_err(|e| Failure::broken(e.to_string()))?;
    response.headers_mut().insert(header::LOCATION, place);
    Ok(response)
}

fn refused(what: &'static str, text: &str) -> Problem {
    let text = match what {
        "changed" => "The plan is not what would be done now, so nothing was started. Get the new plan and look at it",
        "release" => "It is a commit and no release; a member has to deploy it. Nothing was started",
        "blocked" => "Something stands in the way of this deploy, so nothing was started. The plan tells what",
        _ => text,
    };
    Problem::new(StatusCode::CONFLICT, what, sentence(text))
}

fn missing(problems: &Problems) -> Problem {
    let fault = |(field, text): (&str, &str)| {
        let name = match field {
            "override" | "reason" => "reason",
            "shifted" => "accept",
            other => other,
        };
        Fault { pointer: Some(format!("/{name}")), parameter: None, detail: text.to_owned() }
    };
    let mut faults: Vec<Fault> = vec![];
    for problem in &problems.0 {
        let text = match problem.field.as_str() {
            "override" => "The recipe breaks rules; say why it is to be deployed all the same",
            "shifted" => "The version changed after it was published; send the number that the plan tells, if you want to go on",
            _ => &problem.text,
        };
        let fault = fault((&problem.field, text));
        if faults.iter().all(|f| f.pointer != fault.pointer) {
            faults.push(fault);
        }
    }
    Problem::faulty(faults)
}

impl DeployForm {
    /// What a program sends: everything that the page has ticked when it is opened is meant unless it says otherwise.
    fn of_program(sent: &mut Body) -> Self {
        let ticked = |yes: bool| if yes { "on".to_owned() } else { String::new() };
        let reason = sent.optional("reason", LONGEST);
        Self {
            version: sent.text("version", LONGEST),
            plan: sent.text("plan", 64),
            branch: String::new(),
            overridden: if reason.is_empty() { String::new() } else { "yes".to_owned() },
            reason,
            shifted: sent.number("accept").map(|number| number.to_string()).unwrap_or_default(),
            prune: ticked(sent.flag("prune", true)),
            after: ticked(sent.flag("steps", true)),
            back: ticked(sent.flag("put_back", true)),
            safety: sent.choice("backup").map(|yes| if yes { "on" } else { "off" }).unwrap_or_default().to_owned(),
            safety_to: String::new(),
            in_spite: sent.optional("in_spite", LONGEST),
            confirm: String::new(),
        }
    }
}
