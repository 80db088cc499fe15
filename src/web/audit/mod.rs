//! The audit log: who did what to which object, and how it ended.

pub mod api;
pub mod export;
mod groups;
pub mod index;
mod sentence;
pub mod show;

use crate::access::action::ViewAudit;
use crate::access::{Grant, Permission, SCHEDULER, Sight};
use crate::store::audit::Entry;
use crate::store::audit_search::Seen;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::moment;
use crate::web::status::Outcome;
use crate::web::when::When;

pub use index::{AuditView, Integrity};
pub use sentence::sentence;
pub use show::EntryView;

/// One entry in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    pub seq: u64,
    pub when: When,
    /// The member, or "Canteen" for what it did by itself.
    pub actor: String,
    /// What was done, such as "deployed 1.1.0 of wiki.example.org".
    pub sentence: String,
    pub result: Outcome,
}

impl EntryRow {
    /// What a list shows of this entry.
    pub fn of(entry: &Entry, site: &Site) -> Self {
        Self {
            seq: u64::try_from(entry.seq).unwrap_or_default(),
            when: moment(site, entry.at),
            actor: match (entry.actor.kind.as_str(), entry.actor.name.as_str()) {
                ("system", SCHEDULER) => format!("Canteen ({SCHEDULER})"),
                ("system", _) => "Canteen".to_owned(),
                (_, name) => {
                    let token = entry.actor.via.token.as_ref();
                    token.map_or_else(|| name.to_owned(), |token| format!("{name} by token {}", token.name))
                }
            },
            sentence: sentence(entry),
            result: result(&entry.outcome),
        }
    }
}

/// What the entry is about.
fn object(entry: &Entry) -> String {
    if entry.target.name.is_empty() {
        return entry.particulars.get("app").and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    }
    entry.target.name.clone()
}

/// What a word of the log means for whoever looks for results.
fn result(outcome: &str) -> Outcome {
    match outcome {
        "ok" | "asked" | "waits" | "converged" | "undeployed" | "adopted" | "removed" | "generated" | "inserted" | "rotated"
        | "command done" => Outcome::Done,
        "refused" => Outcome::Denied,
        "" => Outcome::Unknown,
        _ => Outcome::Failed,
    }
}

#[cfg(any(test, feature = "testing"))]
pub(in crate::web) fn sample_rows() -> Vec<EntryRow> {
    let row = |seq, minutes, actor: &str, sentence: &str, result| EntryRow {
        seq,
        when: When::sample(minutes),
        actor: actor.to_owned(),
        sentence: sentence.to_owned(),
        result,
    };
    vec![
        row(1204, 2, "Ana", "deployed 1.1.0 of wiki.example.org", Outcome::Done),
        row(1203, 9, "Bo", "saved the settings of <pad>.example.org", Outcome::Done),
        row(1202, 20, "Cem", "asked to undeploy cloud.example.org", Outcome::Denied),
        row(1201, 600, "Canteen", "refreshed the catalogue", Outcome::Failed),
        row(1200, 3000, "Ana", "deployed 2.0.1 of pad.example.org", Outcome::Unknown),
    ]
}

/// What a reader may see of the log: all of it with the right over everything, else what is about the apps on which they have it.
async fn sight(may: &Grant<ViewAudit>, site: &Site) -> Result<Seen, Failure> {
    Ok(match may.actor().sight_of(Permission::ViewAudit) {
        Sight::All => Seen::Everything,
        Sight::Apps(names) => {
            let apps = site.store.apps().await?.into_iter().filter(|app| names.contains(&app.name));
            Seen::Apps(apps.map(|app| (app.name, app.created_at)).collect())
        }
    })
}
