//! How old the catalogue and the mirrors are, and how far fetching them is.

use crate::store::recipes::CatalogueState;
use crate::web::Site;
use crate::web::page::moment;
use crate::web::setup::sentence;
use crate::web::when::When;

/// What the head of the catalogue says about its age.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sync {
    /// When the catalogue was read last.
    pub read: Option<When>,
    /// When the repositories were fetched last.
    pub fetched: Option<When>,
    /// Repositories that are being fetched now.
    pub under_way: Option<UnderWay>,
    /// Why the last reading failed, and what is shown instead.
    pub trouble: Option<String>,
}

/// How far fetching is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnderWay {
    pub done: usize,
    pub total: usize,
    pub failed: usize,
}

impl Sync {
    /// As it is now.
    pub(super) fn of(site: &Site, state: &CatalogueState) -> Self {
        let read = state.read_at.map(|at| moment(site, at));
        let instead = match &read {
            Some(when) => format!("What was read {} is shown", when.ago),
            None => "Nothing was read before, so only recipes that were added by address are here".to_owned(),
        };
        Self {
            trouble: (!state.problem.is_empty()).then(|| format!("{}. {instead}.", sentence(&state.problem))),
            read,
            fetched: state.swept_at.map(|at| moment(site, at)),
            under_way: site.shelf.sweeping().map(|p| UnderWay { done: p.done, total: p.total, failed: p.failed }),
        }
    }
}
