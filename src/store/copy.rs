//! A copy of the whole database, for a backup of it.

use std::path::Path;

use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;

use super::{Result, Store, StoreError, connect};

impl Store {
    /// Writes a copy of the database as it is at one moment to a file that is not there yet. Nobody who writes meanwhile has to wait
    /// for long, and the copy holds nothing of what was deleted.
    pub async fn copy_into(&self, file: &Path) -> Result<()> {
        let from = self.inner.path.clone();
        let unnamed = || StoreError::Open { path: file.to_owned(), why: "its name is not UTF-8".to_owned() };
        let to = file.to_str().ok_or_else(unnamed)?.to_owned();
        tokio::task::spawn_blocking(move || {
            // Readers of the pool may write nothing, and this writes another file.
            let mut connection = connect(&from)?;
            diesel::sql_query("PRAGMA busy_timeout=5000").execute(&mut connection)?;
            diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(to).execute(&mut connection)?;
            Ok(())
        })
        .await
        .map_err(|e| StoreError::Unreadable(e.to_string()))?
    }
}
