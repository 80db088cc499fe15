//! One request for approval.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{GiveApproval, ViewApproval};
use crate::access::{Action, ActionName, Actor, Grant, Permission, Target, policy};
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

use super::{found, mark, path, standing};

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
    pub asked: When,
    /// When it expires; absent where it does not wait any more.
    pub expires: Option<When>,
    /// The beginning of the hash that it is bound to.
    pub plan: String,
    /// Why it would come to nothing if it began now.
    pub obstacle: Option<String>,
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
    Ok(ApprovalView {
        shell: shell(site, visit, format!("{} {}", request.what, request.app), Nav::Approvals).await,
        href: path(&request.app, request.id),
        app: request.app.clone(),
        app_id: request.app_id,
        what: request.what.clone(),
        mark: mark(request.state),
        standing: standing(&request, site),
        by: request.asked_by.told(),
        asked: moment(site, request.asked_at),
        expires: waits.then(|| moment(site, request.expires_at)),
        plan: request.plan_hash.chars().take(12).collect(),
        obstacle: if waits { obstacle(&request, site).await? } else { None },
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
    use crate::ops::order::Wanted;
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
