use crate::commands::host_note::NoteHost;
use crate::restic::own_host;
use crate::store::{CommitError, Store};

/// Writes down where the dashboard runs, if it never ran there before.
///
/// # Errors
/// The database can't be read or written.
pub(super) async fn note_host(store: &Store) -> Result<(), CommitError> {
    let host = own_host();
    if !store.dashboard_hosts().await?.contains(&host) {
        store.commit(&super::may()?, NoteHost { host }).await?;
    }
    Ok(())
}
