//! Files of a snapshot, on their way to a member: a file as it is, all else as a tar.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;

use super::inside::Inside;
use super::made;
use crate::access::Grant;
use crate::access::action::DownloadBackup;
use crate::commands::backup_download::{BeginDownload, EndDownload};
use crate::ops::backup::volumes_folder;
use crate::ops::repositories::{Among, PATIENCE};
use crate::restic::{BackupEngine as _, BackupError, Dump, DumpForm, EntryKind, SnapshotId};
use crate::web::Site;
use crate::web::apps::facts::facts_of_form;
use crate::web::failure::Failure;
use crate::web::form::{Form, Name};
use crate::web::streams::Open;
use crate::web::visit::Visit;

/// Whoever has too many downloads is told to come back after so many seconds.
const AGAIN_S: u64 = 30;

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DownloadForm {
    /// As the page's address has it; empty for everything.
    #[serde(default, rename = "in")]
    inside: String,
}

/// Sends it. Who takes it stands in the log before the first byte, and how much went after the last.
pub async fn download(
    may: Grant<DownloadBackup>,
    Name(id): Name,
    Form(form): Form<DownloadForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let facts = facts_of_form(&may, &visit, &site).await?;
    let made = made(&site, &facts, &id).await?;
    if made.gone.is_some() {
        return Err(Failure::Conflict("this snapshot is in the repository no more".to_owned()));
    }
    let inside = match form.inside.as_str() {
        "" => None,
        text => Some(Inside::read(text, &facts.stack, &made).ok_or(Failure::NotFound)?),
    };
    let path = inside.as_ref().map(Inside::text).unwrap_or_default();
    let member = may.actor().member().ok_or(Failure::SignInFirst)?;
    let open = site.downloads.open(member).ok_or(Failure::TooMany(AGAIN_S))?;
    let kept = site.store.repository(made.repository.0).await?.ok_or(Failure::NotFound)?;
    let id = SnapshotId::new(&made.snapshot).ok_or(Failure::NotFound)?;
    let of = site.store.commit(&may, BeginDownload { snapshot: made.snapshot.clone(), path: path.clone() }).await?;
    let end = End { site: site.clone(), may: Some(may), of, snapshot: made.snapshot.clone(), path, bytes: 0, complete: false };
    let engine = site.repositories.engine(&kept).map_err(|lost| Failure::Conflict(lost.to_string()))?;
    let whole = volumes_folder().ok_or_else(|| Failure::broken("the folder of volumes is no path"))?;
    let asked = async {
        let among = site.repositories.doors.among(kept.id).await;
        let (at, form) = match &inside {
            None => (whole, DumpForm::Tar),
            Some(inside) => (inside.path.clone(), form_of(&engine, &id, inside).await?),
        };
        Ok::<_, BackupError>((among, engine.dump(&id, &at, form).await?, form))
    };
    let (among, dump, form) = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(begun)) => begun,
        Ok(Err(error)) => return Err(Failure::Unavailable(error.to_string())),
        Err(_late) => {
            let seconds = PATIENCE.as_secs();
            return Err(Failure::Unavailable(format!("{} did not answer within {seconds} seconds", kept.name)));
        }
    };
    let name = inside.as_ref().map_or_else(|| format!("{}-{}", facts.app.name, id.short()), |inside| inside.name().to_owned());
    let flow = Flow { dump, end, _among: among, _open: open };
    let stop = site.stop.clone();
    let pieces = stream::unfold(Some(flow), move |flow| {
        let stop = stop.clone();
        async move {
            let mut flow = flow?;
            tokio::select! {
                // Nothing tells the browser that a part is missing but a connection that breaks.
                () = stop.cancelled() => Some((Err(broken("Canteen was stopped")), None)),
                piece = flow.dump.next() => match piece {
                    Some(Ok(piece)) => {
                        flow.end.bytes += u64::try_from(piece.len()).unwrap_or_default();
                        Some((Ok(Bytes::from(piece)), Some(flow)))
                    }
                    Some(Err(error)) => {
                        tracing::warn!(%error, "a download from a backup broke off");
                        Some((Err(broken(&error.to_string())), None))
                    }
                    None => {
                        flow.end.complete = true;
                        None
                    }
                },
            }
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, if form == DumpForm::Tar { "application/x-tar" } else { "application/octet-stream" }))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&name, form)))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(Box::pin(pieces)))
}

/// What is sent, and what is held meanwhile.
struct Flow {
    dump: Dump,
    end: End,
    _among: Among,
    _open: Open,
}

/// Writes the end down, whatever the end is: when the last byte went, and when the browser has gone.
struct End {
    site: Data<Site>,
    may: Option<Grant<DownloadBackup>>,
    of: i64,
    snapshot: String,
    path: String,
    bytes: u64,
    complete: bool,
}

impl Drop for End {
    fn drop(&mut self) {
        let Some(may) = self.may.take() else { return };
        let (store, of) = (self.site.store.clone(), self.of);
        let (snapshot, path) = (std::mem::take(&mut self.snapshot), std::mem::take(&mut self.path));
        let end = EndDownload { of, snapshot, path, bytes: self.bytes, complete: self.complete };
        actix_web::rt::spawn(async move {
            if let Err(error) = store.commit(&may, end).await {
                tracing::error!(%error, "the end of a download could not be written down");
            }
        });
    }
}

/// A file as it is, a folder packed.
async fn form_of(engine: &crate::restic::Restic, id: &SnapshotId, inside: &Inside) -> Result<DumpForm, BackupError> {
    let Some((folder, name)) = inside.path.split().filter(|_| !inside.below.is_empty()) else { return Ok(DumpForm::Tar) };
    let found = engine.list(id, &folder).await?.into_iter().find(|entry| entry.name == name);
    Ok(if found.is_some_and(|entry| entry.kind == EntryKind::File) { DumpForm::File } else { DumpForm::Tar })
}

fn broken(why: &str) -> actix_web::Error {
    actix_web::error::ErrorInternalServerError(why.to_owned())
}

/// The name of the file: letters, digits and `.-_` as they are for old programs, and everything for new ones (RFC 6266, RFC 8187).
fn disposition(name: &str, form: DumpForm) -> String {
    let name = if form == DumpForm::Tar { format!("{name}.tar") } else { name.to_owned() };
    let safe = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let plain: String = name.chars().map(|c| if safe(c) { c } else { '-' }).collect();
    let full: String =
        name.bytes().map(|b| if safe(char::from(b)) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_file_breaks_out_of_no_header() {
        assert_eq!(disposition("a\"b\r\nß", DumpForm::File), "attachment; filename=\"a-b---\"; filename*=UTF-8''a%22b%0D%0A%C3%9F");
        assert_eq!(disposition("data", DumpForm::Tar), "attachment; filename=\"data.tar\"; filename*=UTF-8''data.tar");
    }
}
