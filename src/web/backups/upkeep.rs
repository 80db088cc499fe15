use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::kept;
use crate::access::Grant;
use crate::access::action::CheckRepository;
use crate::backup::upkeep::{Past, Upkeep, Verdict, next};
use crate::commands::repository_check;
use crate::commands::upkeep_end::past_of;
use crate::store::repositories::KeptRepository;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Form, Id};
use crate::web::page::{moment, see_other};
use crate::web::status::Mark;
use crate::web::when::When;

/// One work, when it was done and when it is done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpkeepLine {
    /// Its word in forms.
    pub work: &'static str,
    pub title: &'static str,
    pub mark: Mark,
    pub last: Option<When>,
    /// What came out.
    pub told: String,
    pub next: Option<When>,
    /// Why there is no next time.
    pub never: &'static str,
    /// Somebody may have it done now.
    pub may_ask: bool,
    pub is_damaged: bool,
}

/// What the button sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpkeepForm {
    work: String,
}

/// Has it done as soon as nobody works there.
pub async fn upkeep(
    may: Grant<CheckRepository>,
    Id(id): Id,
    Form(form): Form<UpkeepForm>,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let kept = kept(&site, id).await?;
    let work = Upkeep::parse(&form.work).ok_or_else(|| Failure::BadForm("there is no such work".to_owned()))?;
    site.store.commit(&may, repository_check::CheckRepository { id: kept.id, work }).await?;
    site.repositories.asked.notify_one();
    see_other(&format!("/backups/repositories/{id}?done=upkeep"))
}

/// A line for each work.
pub(super) async fn lines(site: &Site, kept: &KeptRepository) -> Result<Vec<UpkeepLine>, Failure> {
    let rows = site.store.upkeep(kept.id).await?;
    let history: Vec<Past> = rows.iter().filter_map(past_of).collect();
    let since = kept.activated_at.unwrap_or(kept.made_at);
    let now = site.store.clock().now();
    let line = |work: Upkeep| {
        let idle = kept.append_only && work == Upkeep::Prune;
        let newest = rows.iter().find(|row| row.work == work.as_str());
        let verdict = newest.and_then(|row| Verdict::parse(&row.outcome));
        let (mark, open) = match newest {
            None => (Mark { tone: "idle", glyph: "○", word: "Not yet" }, false),
            Some(row) if row.ended.is_none() && row.began.is_some() => (Mark { tone: "info", glyph: "◐", word: "Under way" }, true),
            Some(row) if row.ended.is_none() => (Mark { tone: "info", glyph: "◐", word: "Waits" }, true),
            Some(_) => (mark(verdict), false),
        };
        UpkeepLine {
            work: work.as_str(),
            title: work.title(),
            mark,
            last: newest.and_then(|row| row.ended.or(row.began)).map(|at| moment(site, at)),
            told: newest.map(|row| row.told.clone()).unwrap_or_default(),
            next: (!idle && !open).then(|| moment(site, next(work, &history, since, now).max(now))),
            never: if idle { "It is append-only" } else { "Soon" },
            may_ask: !idle && !open,
            is_damaged: verdict == Some(Verdict::Damaged),
        }
    };
    Ok(Upkeep::ALL.into_iter().map(line).collect())
}

const fn mark(verdict: Option<Verdict>) -> Mark {
    match verdict {
        Some(Verdict::Done) => Mark { tone: "ok", glyph: "✓", word: "Done" },
        Some(Verdict::Damaged) => Mark { tone: "bad", glyph: "✕", word: "Damaged" },
        Some(Verdict::Lost) => Mark { tone: "warn", glyph: "▲", word: "Cut off" },
        Some(Verdict::Failed) | None => Mark { tone: "warn", glyph: "▲", word: "Failed" },
    }
}

#[cfg(any(test, feature = "testing"))]
impl UpkeepLine {
    pub fn samples() -> Vec<Self> {
        let line = |work: Upkeep, verdict| Self {
            work: work.as_str(),
            title: work.title(),
            mark: mark(Some(verdict)),
            last: Some(When::sample(300)),
            told: "nothing is wrong".to_owned(),
            next: Some(When::sample(5)),
            never: "",
            may_ask: true,
            is_damaged: verdict == Verdict::Damaged,
        };
        let data = Self { told: "pack <4f2a90c1> is damaged".to_owned(), ..line(Upkeep::Data, Verdict::Damaged) };
        let prune = Self { next: None, never: "It is append-only", may_ask: false, ..line(Upkeep::Prune, Verdict::Done) };
        vec![line(Upkeep::Structure, Verdict::Done), data, prune]
    }
}
