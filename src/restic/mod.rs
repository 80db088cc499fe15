//! Repositories of backups, in our own words, and the one program that works on them: `restic`, which this floor may start.
//!
//! Begin with [`BackupEngine`], what can be done to a repository; [`Restic`] does it. A [`Repository`] is a [`Place`], the password of
//! its owners, and what lets us in there. Formats and exit codes are those of restic's manual (`doc/075_scripting.rst`), as printed by
//! 0.17.1 and newer; older ones are refused.
//!
//! Who reads backups needs no lock; who writes takes one. The data of apps is touched by a runner on its node alone.

mod abs_path;
mod credentials;
mod engine;
mod entry;
mod error;
mod forget;
mod host;
mod lock;
mod outcome;
mod place;
mod place_fields;
mod process;
mod program;
mod read;
mod repository;
mod restore;
mod secret_text;
mod snapshot;
mod tags;
mod version;
mod watch;
mod wish;

pub use abs_path::{AbsPath, BadPath};
pub use credentials::{Credentials, HostKey, RepositoryPassword};
pub use engine::{BackupEngine, Dump, DumpForm, Result};
pub use entry::{Entry, EntryKind};
pub use error::{BackupError, FileFault};
pub use forget::{ForgetPlan, ForgetWish, Forgotten, NotForgotten};
pub use host::own_host;
pub use lock::{Lock, UnlockProof};
pub use outcome::{Backup, Checked, Preview, RepositoryConfig, Restored, Stats};
pub use place::Place;
pub use place_fields::{FieldError, PlaceFields, PlaceKind};
pub use program::{Patience, Restic};
pub use repository::{BadBundle, Repository};
pub use restore::{Captured, Parts, RestoreWish, Surplus, Whole};
pub use secret_text::SecretText;
pub use snapshot::{Selection, Snapshot, SnapshotId, Summary};
pub use tags::{Kind, Tags};
pub use version::Version;
pub use watch::{Progress, Watch};
pub use wish::{BackupWish, CheckDepth};
