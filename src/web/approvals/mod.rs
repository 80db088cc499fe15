//! Approvals: what waits for one and what did, one request with its buttons, and the rules that say what needs approval.
//!
//! Nothing here begins an operation: `acts.rs` writes down who approves or objects, and `ops::release` begins what has what it needs.

mod acts;
pub mod api;
mod index;
mod rules;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod show;
mod why;

pub use acts::{approve, go_ahead, object, withdraw};
pub use index::{ApprovalRow, ApprovalsView, index};
pub use rules::{
    RuleView, RulesView, change as change_rule, list as rules, make as make_rule, remove as remove_rule, show as rule,
};
pub use show::{ApprovalView, show};
pub use why::WhyView;
pub(in crate::web) use why::{ask as ask_why, check as check_why};

use crate::access::{Action, Grant};
use crate::ops::release::Opening;
use crate::store::approvals::{Request, RequestState};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::moment;
use crate::web::status::Mark;

/// Characters of a reason.
pub(in crate::web) const LONGEST: usize = 500;

/// What was typed as a reason, without line breaks and blanks in a row.
pub(in crate::web) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a reason can be kept.
pub(in crate::web) fn fits(reason: &str) -> bool {
    reason.chars().count() <= LONGEST && !reason.chars().any(char::is_control)
}

/// The page of a request.
pub(in crate::web) fn path(app: &str, id: i32) -> String {
    format!("/apps/{app}/approvals/{id}")
}

/// The request of a page, which is one on the app that the grant is for.
async fn found<A: Action>(may: &Grant<A>, id: i64, site: &Site) -> Result<Request, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    site.store.approval(id).await?.filter(|request| request.app == may.app()).ok_or(Failure::NotFound)
}

/// How a request's state is drawn.
const fn mark(state: RequestState) -> Mark {
    match state {
        RequestState::Waiting => Mark { tone: "info", glyph: "◌", word: "Waits" },
        RequestState::Started => Mark { tone: "ok", glyph: "✓", word: "Approved" },
        RequestState::Objected => Mark { tone: "bad", glyph: "✕", word: "Objected to" },
        RequestState::Withdrawn => Mark { tone: "idle", glyph: "○", word: "Taken back" },
        RequestState::Expired => Mark { tone: "idle", glyph: "○", word: "Expired" },
        RequestState::Void => Mark { tone: "warn", glyph: "▲", word: "Void" },
        RequestState::Replaced => Mark { tone: "idle", glyph: "○", word: "Replaced" },
    }
}

/// What a request waits for, or how it ended, in a sentence.
async fn standing(request: &Request, site: &Site) -> Result<String, Failure> {
    Ok(match request.state {
        RequestState::Waiting if request.is_met(site.store.clock().now()) => match opening(request, site).await? {
            Opening::At(at) => {
                format!("It has what it needs, and begins when the window for updates opens, {}", moment(site, at).exact)
            }
            Opening::Now | Opening::Never => {
                "It has what it needs, and begins as soon as nothing else is under way on the app".to_owned()
            }
        },
        RequestState::Waiting => waits(request, site),
        RequestState::Started => "It had what it needed, and was begun".to_owned(),
        _ => crate::web::setup::sentence(&request.why),
    })
}

/// When it may begin, apart from what has to be approved.
async fn opening(request: &Request, site: &Site) -> Result<Opening, Failure> {
    site.release.opening(request).await.map_err(|e| Failure::Unavailable(e.to_string()))
}

fn waits(request: &Request, site: &Site) -> String {
    let names: Vec<&str> = request.approved_by().map(|vote| vote.name.as_str()).collect();
    let so_far = match names.as_slice() {
        [] => "none so far".to_owned(),
        names => format!("{} so far: {}", names.len(), names.join(", ")),
    };
    let wanted = match request.demand.approvals {
        0 => None,
        1 => Some(format!("for 1 approval ({so_far})")),
        n => Some(format!("for {n} approvals ({so_far})")),
    };
    let until = request.demand.quiet_until(request.asked_at);
    let quiet = until.map(|until| format!("until {}, in case somebody objects", moment(site, until).exact));
    format!("Waits {}", wanted.into_iter().chain(quiet).collect::<Vec<_>>().join(", and "))
}
