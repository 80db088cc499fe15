//! Where backups go: the repositories, their recovery kits, and whether they answer.
//!
//! `form.rs` reads what is typed, `keep.rs` keeps it, `show.rs` is the page of one repository and `acts.rs` its buttons, `upkeep.rs` what is done to it by itself, `kit.rs` the
//! recovery kit. What opens a repository is sealed by `src/ops/repositories/`, and is on no page but the kit.

mod acts;
mod form;
mod index;
mod keep;
mod kit;
#[cfg(any(test, feature = "testing"))]
mod samples;
mod show;
mod upkeep;

pub use acts::{activate, retire, test};
pub use form::RepositoryForm;
pub use index::{BackupsHomeView, index};
pub use keep::{NewRepositoryView, add, begin, edit};
pub use kit::{KitView, kit};
pub use show::{RepositoryView, show};
pub use upkeep::{UpkeepLine, upkeep};

use crate::restic::Place;
use crate::store::repositories::{KeptRepository, RepositoryState};
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::status::Mark;

/// How a state is drawn.
const fn mark(state: RepositoryState) -> Mark {
    match state {
        RepositoryState::New => Mark { tone: "warn", glyph: "▲", word: "Not reached yet" },
        RepositoryState::Ready => Mark { tone: "info", glyph: "◐", word: "Waits for its kit" },
        RepositoryState::Active => Mark { tone: "ok", glyph: "●", word: "Active" },
        RepositoryState::Broken => Mark { tone: "bad", glyph: "✕", word: "Broken" },
        RepositoryState::Retired => Mark { tone: "idle", glyph: "○", word: "Retired" },
    }
}

/// The place of a repository.
fn place(kept: &KeptRepository) -> Result<Place, Failure> {
    let place = serde_json::from_str(&kept.place);
    place.map_err(|e| Failure::broken(format!("the place of repository {} can't be read: {e}", kept.id)))
}

/// The repository of a path.
async fn kept(site: &Site, id: i64) -> Result<KeptRepository, Failure> {
    let id = i32::try_from(id).map_err(|_large| Failure::NotFound)?;
    site.store.repository(id).await?.ok_or(Failure::NotFound)
}

/// What a kind of place is called.
const fn kind(place: &Place) -> &'static str {
    match place {
        Place::Local { .. } => "A folder on this server",
        Place::Rest { .. } => "A REST server",
        Place::S3 { .. } => "An S3 storage",
        Place::Sftp { .. } => "A server by SFTP",
    }
}
