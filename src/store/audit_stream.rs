use super::audit::entry;
use super::audit_export::{Export, Format, Head, VERSION};
use super::audit_search::{EntryFilter, Wanted};
use super::{Result, Store};

/// An export on its way: pieces of a file, a thousand entries each at most.
pub struct AuditStream {
    store: Store,
    /// The file's beginning, until it was taken.
    first: Option<String>,
    /// Gone once the end was written.
    export: Option<Export>,
    /// Which entries are wanted; all where there is none.
    wanted: Option<Wanted>,
    after: i64,
    upto: i64,
}

/// What an export is to hold.
#[derive(Clone, Debug)]
pub struct Wish {
    pub format: Format,
    pub filter: EntryFilter,
    /// The filter as people wrote it; empty for all entries.
    pub told: String,
    pub by: String,
    /// The last entry.
    pub upto: i64,
}

impl Store {
    /// Begins an export.
    pub async fn export_audit(&self, wish: Wish) -> Result<AuditStream> {
        let anchor = self.audit_anchor().await?;
        let wanted = if wish.told.is_empty() { None } else { Some(self.wanted(wish.filter).await?) };
        let head = Head {
            canteen_audit: VERSION,
            filter: wish.told,
            after: anchor.seq,
            hash: anchor.hash,
            upto: wish.upto,
            at: self.clock().now(),
            by: wish.by,
        };
        let (export, first) = Export::begin(wish.format, head);
        Ok(AuditStream {
            store: self.clone(),
            first: Some(first),
            export: Some(export),
            wanted,
            after: anchor.seq,
            upto: wish.upto,
        })
    }
}

impl AuditStream {
    /// The next piece of the file; `None` at its end.
    pub async fn next(&mut self) -> Result<Option<String>> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let Some(export) = self.export.as_mut() else { return Ok(None) };
        let mut links = self.store.links(self.after).await?;
        links.retain(|link| link.seq <= self.upto);
        let Some(last) = links.last() else {
            return Ok(self.export.take().map(Export::finish));
        };
        self.after = last.seq;
        let wanted = self.wanted.as_ref();
        let judged = links.into_iter().map(|link| {
            let fits = wanted.is_none_or(|wanted| wanted.fits(&entry((link.seq, link.body.clone(), link.hash.clone()))));
            (link, fits)
        });
        Ok(Some(export.take(judged)))
    }
}
