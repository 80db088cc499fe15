//! One snapshot of an app: what is known of it, and its files, folder by folder.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use super::inside::{Inside, short};
use super::made;
use super::runs::{RunRow, row, size};
use crate::access::action::{BrowseBackup, DownloadBackup, PinBackup, Restore};
use crate::access::{Action as _, Actor, Grant, Target, policy};
use crate::logs::text::plain;
use crate::ops::repositories::PATIENCE;
use crate::restic::{BackupEngine as _, Entry, EntryKind, SnapshotId};
use crate::store::backups::BackupRun;
use crate::web::Site;
use crate::web::apps::facts::{Facts, facts};
use crate::web::apps::header::{AppHeader, Tab};
use crate::web::failure::Failure;
use crate::web::form::{Name, Query};
use crate::web::page::{moment, page, shell, with_flash};
use crate::web::setup::sentence;
use crate::web::shell::{Flash, FlashKind, Nav, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// Entries of one page of a folder.
pub(super) const ENTRIES: usize = 200;

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "apps/snapshot.html")]
pub struct SnapshotView {
    pub shell: Shell,
    pub app: AppHeader,
    pub run: RunRow,
    /// Since when it is in the repository no more.
    pub gone: Option<When>,
    pub may_restore: bool,
    pub may_download: bool,
    pub may_pin: bool,
    /// Volumes by their short names, each with what its address asks for; on the first page.
    pub volumes: Vec<(String, String)>,
    /// The folders that lead to what is shown, each with what its address asks for; empty on the first page.
    pub way: Vec<(String, String)>,
    /// Where this is, as the forms send it.
    pub inside: String,
    /// And as the address asks for it.
    pub here: String,
    /// Why the folder can't be shown; empty if it can.
    pub trouble: String,
    pub entries: Vec<EntryRow>,
    /// How many the folder has.
    pub total: usize,
    /// Of the pages before and after this one, their numbers.
    pub before: Option<usize>,
    pub after: Option<usize>,
}

/// One file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Signs that steer a terminal or turn the writing are left out.
    pub name: String,
    /// Where it is, as forms send it; empty where nothing is found by its name.
    pub inside: String,
    /// And as an address asks for it.
    pub query: String,
    pub kind: EntryKind,
    pub size: String,
    pub changed: When,
    pub permissions: String,
}

impl EntryRow {
    pub fn is_folder(&self) -> bool {
        self.kind == EntryKind::Folder
    }

    /// What it is, in a word.
    pub const fn word(&self) -> &'static str {
        match self.kind {
            EntryKind::File => "File",
            EntryKind::Folder => "Folder",
            EntryKind::Link => "Link",
            EntryKind::Other => "Device or pipe",
        }
    }

    /// It can be taken away.
    pub fn is_taken(&self) -> bool {
        !self.inside.is_empty() && matches!(self.kind, EntryKind::File | EntryKind::Folder)
    }
}

/// The page: `?in=notices/pictures` shows that folder, `&page=2` more of it.
pub async fn snapshot(
    may: Grant<BrowseBackup>,
    Name(id): Name,
    visit: Visit,
    query: Query,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts(&may, &site).await?;
    let made = made(&site, &facts, &id).await?;
    let flash = match query.get("done") {
        "pinned" => Some("It is kept for good."),
        "unpinned" => Some("It is kept as the schedules say."),
        _ => None,
    };
    let mut view = view(&facts, &made, &visit, &site, may.actor()).await;
    view.shell = with_flash(view.shell, flash.map(|text| Flash { kind: FlashKind::Done, text: text.to_owned() }));
    if query.get("in").is_empty() {
        return page(&view);
    }
    let inside = Inside::read(query.get("in"), &facts.stack, &made).ok_or(Failure::NotFound)?;
    view.volumes = vec![];
    view.way = inside.way().into_iter().map(|(name, text)| (plain(&name), query_of(&text))).collect();
    view.inside = inside.text();
    view.here = query_of(&view.inside);
    match list(&site, &made, &inside).await {
        Err(why) => view.trouble = sentence(&why),
        Ok(entries) => {
            let last = entries.len().saturating_sub(1) / ENTRIES + 1;
            let number = query.number::<usize>("page").unwrap_or(1).clamp(1, last);
            view.total = entries.len();
            view.before = (number > 1).then(|| number - 1);
            view.after = (number < last).then_some(number + 1);
            let shown = entries.into_iter().skip((number - 1) * ENTRIES).take(ENTRIES);
            view.entries = shown.map(|entry| entry_row(&site, &inside, entry)).collect();
        }
    }
    page(&view)
}

async fn view(facts: &Facts, made: &BackupRun, visit: &Visit, site: &Site, actor: &Actor) -> SnapshotView {
    let target = Target::App(facts.app.name.clone());
    let may = |what| policy::judge(actor.standing(), what, &target).is_ok();
    let title = format!("Snapshot {} of {}", made.snapshot.get(..8).unwrap_or_default(), facts.app.name);
    SnapshotView {
        shell: shell(site, visit, title, Nav::Apps).await,
        app: facts.header(Tab::Backups, None),
        gone: made.gone.map(|at| moment(site, at)),
        run: row(site, made.clone()),
        may_restore: may(Restore::NAME),
        may_download: may(DownloadBackup::NAME),
        may_pin: may(PinBackup::NAME),
        volumes: made.volumes.iter().map(|full| short(&facts.stack, full)).map(|name| (name.to_owned(), query_of(name))).collect(),
        way: vec![],
        inside: String::new(),
        here: String::new(),
        trouble: String::new(),
        entries: vec![],
        total: 0,
        before: None,
        after: None,
    }
}

/// What lies in a folder. The words of the error are for people.
async fn list(site: &Site, made: &BackupRun, inside: &Inside) -> Result<Vec<Entry>, String> {
    if made.gone.is_some() {
        return Err("this snapshot is in the repository no more".to_owned());
    }
    let kept = site.store.repository(made.repository.0).await.map_err(|e| e.to_string())?.ok_or("the repository is gone")?;
    let engine = site.repositories.engine(&kept).map_err(|lost| lost.to_string())?;
    let id = SnapshotId::new(&made.snapshot).ok_or("there is no snapshot")?;
    let asked = async {
        let _among = site.repositories.doors.among(kept.id).await;
        engine.list(&id, &inside.path).await
    };
    let late = |_late| format!("{} did not answer within {} seconds", kept.name, PATIENCE.as_secs());
    tokio::time::timeout(PATIENCE, asked).await.map_err(late)?.map_err(|error| error.to_string())
}

/// What an address asks for to come there.
fn query_of(inside: &str) -> String {
    serde_urlencoded::to_string([("in", inside)]).unwrap_or_default()
}

fn entry_row(site: &Site, inside: &Inside, entry: Entry) -> EntryRow {
    // A name that is no UTF-8 came with signs in their place, and nothing is found by it.
    let named = !entry.name.contains(char::REPLACEMENT_CHARACTER);
    let inside = if named { format!("{}/{}", inside.text(), entry.name) } else { String::new() };
    EntryRow {
        query: query_of(&inside),
        inside,
        name: plain(&entry.name),
        kind: entry.kind,
        size: if entry.kind == EntryKind::File { size(i64::try_from(entry.size).unwrap_or(i64::MAX)) } else { String::new() },
        changed: moment(site, entry.changed),
        permissions: entry.permissions,
    }
}
