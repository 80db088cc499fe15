//! One request for approval.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{GiveApproval, ViewApproval};
use crate::access::approval::Kind;
use crate::access::{Action, ActionName, Actor, Grant, Permission, Target, policy};
use crate::ops::order::Wanted;
use crate::ops::release::Opening;
use crate::ops::seen::Seen;
use crate::store::approvals::{Request, RequestState, Verdict, Vote};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::page::{moment, page, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Link, Nav, Problems, Shell};
use crate::web::status::Mark;
use crate::web::visit::Visit;
use crate::web::when::When;

use super::{found, mark, opening, path, standing};

/// One request.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/show.html")]
pub struct ApprovalView {
    pub shell: Shell,
    pub href: String,
    pub app: String,
    /// The app's row.
    pub app_id: i32,
    /// Such as "Deploy 1.1.0".
    pub what: String,
    pub mark: Mark,
    /// What it waits for, or how it ended.
    pub standing: String,
    pub by: String,
    /// Why; empty where they did not say.
    pub asked_because: String,
    pub asked: When,
    /// When the dashboard may update the app by itself, where that is what it is; absent where it does not wait any more.
    pub window: Option<String>,
    /// When it expires; absent where it does not wait any more.
    pub expires: Option<When>,
    /// The beginning of the hash that it is bound to.
    pub plan: String,
    /// Why it would come to nothing if it began now.
    pub obstacle: Option<String>,
    /// What there was of the app when it was asked for, in words.
    pub seen: Vec<(&'static str, String)>,
    /// What it destroys, where it removes the app: kinds of objects and their names.
    pub destroys: Vec<(&'static str, String)>,
    /// Where it can be asked for once more, where it came to nothing or would.
    pub again: Option<Link>,
    /// Where it can be looked at what it would change now.
    pub look: Option<Link>,
    pub votes: Vec<VoteRow>,
    /// The operation that carries it out.
    pub operation: Option<i32>,
    /// It waits.
    pub waits: bool,
    /// The viewer asked for it.
    pub own: bool,
    /// Members who may approve it and did not ask for it.
    pub approvers: Vec<String>,
    pub may_approve: bool,
    pub may_object: bool,
    pub may_override: bool,
    /// What was typed as the reason of an objection.
    pub objection: String,
    /// What was typed as the reason to go ahead without approval.
    pub reason: String,
    pub problems: Problems,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteRow {
    pub name: String,
    /// Such as `approved`.
    pub said: &'static str,
    pub reason: String,
    pub when: When,
    /// They lost the right since, so it counts no more.
    pub lapsed: bool,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) objection: String,
    pub(super) reason: String,
    pub(super) problems: Problems,
}

/// One request.
pub async fn show(may: Grant<ViewApproval>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    page(&view(&may, id, &visit, &site, Typed::default()).await?)
}

/// The page.
pub(super) async fn view<A: Action>(
    may: &Grant<A>,
    id: i64,
    visit: &Visit,
    site: &Site,
    typed: Typed,
) -> Result<ApprovalView, Failure> {
    let request = found(may, id, site).await?;
    let waits = request.state == RequestState::Waiting;
    let actor = may.actor();
    let can = |action| waits && policy::judge(actor.standing(), action, &Target::App(request.app.clone())).is_ok();
    let own = request.is_of(actor.member());
    let said = request.votes.iter().any(|vote| Some(vote.member) == actor.member() && vote.verdict == Verdict::Approved);
    let mut approvers = if waits { site.store.who_has(Permission::Approve, Some(request.app.clone())).await? } else { vec![] };
    approvers.retain(|name| *name != request.asked_by.name);
    let obstacle = if waits { obstacle(&request, site).await? } else { None };
    let lost =
        matches!(request.state, RequestState::Void | RequestState::Expired) && !site.store.is_removed(request.app_id).await?;
    Ok(ApprovalView {
        shell: shell(site, visit, format!("{} {}", request.what, request.app), Nav::Approvals).await,
        href: path(&request.app, request.id),
        app: request.app.clone(),
        app_id: request.app_id,
        what: request.what.clone(),
        mark: mark(request.state),
        standing: standing(&request, site).await?,
        by: request.asked_by.told(),
        asked_because: request.reason.clone(),
        asked: moment(site, request.asked_at),
        window: if waits { window(&request, site).await? } else { None },
        expires: waits.then(|| moment(site, request.expires_at)),
        plan: request.plan_hash.chars().take(12).collect(),
        again: if obstacle.is_some() || lost { again(&request, actor) } else { None },
        obstacle,
        seen: serde_json::from_str::<Seen>(&request.seen).map(|seen| seen.told()).unwrap_or_default(),
        destroys: destroys(&request),
        look: look(&request, actor).filter(|_| waits),
        votes: request.votes.iter().map(|vote| row(vote, site)).collect(),
        operation: request.operation_id,
        waits,
        own,
        approvers,
        may_approve: can(GiveApproval::NAME) && !own && !said && request.demand.approvals > 0,
        may_object: can(ActionName::ObjectToRequest) && !own,
        may_override: can(ActionName::OverrideApproval),
        objection: typed.objection,
        reason: typed.reason,
        problems: typed.problems,
    })
}

async fn window(request: &Request, site: &Site) -> Result<Option<String>, Failure> {
    Ok(match opening(request, site).await? {
        Opening::At(at) => Some(format!("opens {}", moment(site, at).exact)),
        Opening::Now if request.asked_by.is_scheduler() => Some("open now".to_owned()),
        Opening::Now | Opening::Never => None,
    })
}

async fn obstacle(request: &Request, site: &Site) -> Result<Option<String>, Failure> {
    let why = site.release.obstacle(request).await.map_err(|e| Failure::Unavailable(e.to_string()))?;
    Ok(why.map(|why| sentence(&why)))
}

fn row(vote: &Vote, site: &Site) -> VoteRow {
    let said = match vote.verdict {
        Verdict::Approved => "approved",
        Verdict::Objected => "objected",
        Verdict::Overridden => "had it done without approval",
    };
    VoteRow { name: vote.name.clone(), said, reason: vote.reason.clone(), when: moment(site, vote.at), lapsed: !vote.counts }
}

/// The page that shows what it would change if it were asked for now.
fn look(request: &Request, actor: &Actor) -> Option<Link> {
    let app = &request.app;
    let to = |label: &str, href: String| Some(Link { label: label.to_owned(), href });
    let sees = |action| policy::judge(actor.standing(), action, &Target::App(app.clone())).is_ok();
    match serde_json::from_str(&request.wanted).ok()? {
        Wanted::Deploy(w) => {
            let version = w.version.replace('+', "%2B");
            let query = w.chaos.map_or_else(|| format!("version={version}"), |branch| format!("version={version}&branch={branch}"));
            to("Look at the plan", format!("/apps/{app}/deployment?{query}"))
        }
        Wanted::Rollback(w) if !w.reapply => to("Look at the plan", format!("/apps/{app}/deployments/{}", w.deployment)),
        Wanted::Rollback(_) | Wanted::Adopt(_) => to("Look at the differences", format!("/apps/{app}/drift")),
        Wanted::Undeploy { .. } if sees(ActionName::ReviewUndeploy) => {
            to("Look at what it takes away", format!("/apps/{app}/undeployment"))
        }
        Wanted::Remove(_) if sees(ActionName::ReviewChange) => to("Look at what it removes", format!("/apps/{app}/removal")),
        _ => None,
    }
}

/// What goes with the app for good.
fn destroys(request: &Request) -> Vec<(&'static str, String)> {
    let Ok(Wanted::Remove(w)) = serde_json::from_str(&request.wanted) else { return vec![] };
    let settings = if w.settings { "all revisions" } else { "" };
    let all = [
        ("volumes", w.volumes.join(", ")),
        ("secrets", w.secrets.join(", ")),
        ("configs", w.configs.join(", ")),
        ("settings", settings.to_owned()),
    ];
    all.into_iter().filter(|(_, names)| !names.is_empty()).collect()
}

/// What was wanted is forgotten when a request ends; what it is called stays.
fn is_of_configs(request: &Request) -> bool {
    request.what == Wanted::RemoveConfigs { names: vec![] }.title()
}

/// The page on which the same can be asked for, for whoever may.
fn again(request: &Request, actor: &Actor) -> Option<Link> {
    let (action, page) = match Kind::parse(&request.kind)? {
        Kind::Deploy => (ActionName::Deploy, "deployment"),
        Kind::Chaos => (ActionName::DeployChaos, "deployment"),
        Kind::Rollback => (ActionName::Rollback, "deployments"),
        Kind::Adopt => (ActionName::Adopt, "drift"),
        Kind::Restart => (ActionName::Restart, "restart"),
        Kind::Scale => (ActionName::Scale, "scale"),
        Kind::Undeploy => (ActionName::Undeploy, "undeployment"),
        Kind::Remove => (ActionName::Remove, "removal"),
        Kind::Secrets => (ActionName::SetSecret, "secrets"),
        Kind::Rotate => (ActionName::RotateSecret, "secrets"),
        Kind::Unused if is_of_configs(request) => (ActionName::RemoveConfig, "configs"),
        Kind::Unused => (ActionName::RemoveSecret, "secrets"),
        Kind::Command => (ActionName::RunCommand, "commands"),
        Kind::Backup => (ActionName::RunBackup, "backups"),
        Kind::Restore => (ActionName::Restore, "backups"),
    };
    policy::judge(actor.standing(), action, &Target::App(request.app.clone())).ok()?;
    Some(Link { label: "Look at it as it is now, and ask again".to_owned(), href: format!("/apps/{}/{page}", request.app) })
}
