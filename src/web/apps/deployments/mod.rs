//! Earlier deployments of an app: the list of them, and going back to one.

mod ask;
mod fallback;
mod index;
mod review;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod settings_back;

pub use ask::{GoBackForm, go_back};
pub use index::{DeploymentRow, DeploymentsView, index};
pub use review::{GoBackView, show};
pub use settings_back::SettingsBack;

pub(in crate::web) use fallback::put_back;

use crate::ops::rollback;
use crate::ops::scale::keep_chosen;
use crate::stack::observed::Observed;
use crate::stack::plan::plan;
use crate::store::deployments::Deployment;
use crate::store::replicas::Chosen;

/// Whether exactly the objects of this deployment are on the Swarm, with the numbers of tasks that were chosen since.
fn runs(deployment: &Deployment, observed: &Observed, chosen: &[Chosen]) -> bool {
    rollback::objects(deployment).is_ok_and(|mut desired| {
        keep_chosen(&mut desired, chosen);
        plan(&desired, observed).is_empty()
    })
}
