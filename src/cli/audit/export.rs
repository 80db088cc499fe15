//! Writing the log, or what fits, to standard output.

use std::io::Write as _;

use anyhow::Context as _;
use canteen::access::action::ExportAudit as Export;
use canteen::access::{Actor, Grant, Target};
use canteen::commands::audit_export::ExportAudit;
use canteen::settings::Settings;
use canteen::store::audit_export::Format;
use canteen::store::audit_search::EntryFilter;
use canteen::store::audit_stream::Wish;
use canteen::web::audit::index::{DAY_MS, day};

use crate::cli::{runtime, serve};

#[derive(clap::Args)]
pub(in crate::cli) struct Given {
    /// jsonl, a JSON object a line, or csv, a table
    #[arg(long, default_value = "jsonl")]
    format: String,
    /// Only what this member did
    #[arg(long)]
    who: Option<String>,
    /// Only these actions, such as app.deploy
    #[arg(long)]
    action: Vec<String>,
    /// Only what is about this app
    #[arg(long)]
    app: Option<String>,
    /// Only what ended so, such as refused
    #[arg(long)]
    outcome: Option<String>,
    /// Only from this day on, such as 2026-11-22
    #[arg(long)]
    from: Option<String>,
    /// Only up to this day, which is included
    #[arg(long)]
    to: Option<String>,
}

/// Writes the entries that fit. That they were taken stands in the log, as the last entry of an export of all.
pub(super) fn run(given: Given, settings: &Settings) -> anyhow::Result<()> {
    let format = Format::parse(&given.format).context("--format is jsonl or csv")?;
    let told = told(&given);
    let time = |text: &Option<String>| {
        text.as_deref().map(|text| day(text).with_context(|| format!("{text:?} is no day; write it as 2026-11-22"))).transpose()
    };
    let filter = EntryFilter {
        from: time(&given.from)?,
        to: time(&given.to)?.map(|at| at + DAY_MS),
        actor: given.who.unwrap_or_default(),
        actions: given.action,
        app: given.app.unwrap_or_default(),
        outcomes: given.outcome.map(|word| vec![word]),
        ..EntryFilter::default()
    };
    let store = serve::open_store(settings)?;
    let may = Grant::<Export>::judge(Actor::System("command line"), Target::Site)?;
    runtime()?.block_on(async {
        let upto = store.commit(&may, ExportAudit { filter: told.clone(), format: format.name().to_owned() }).await?;
        let mut file = store.export_audit(Wish { format, filter, told, by: may.actor().name().to_owned(), upto }).await?;
        let mut out = std::io::stdout().lock();
        while let Some(piece) = file.next().await? {
            out.write_all(piece.as_bytes()).context("the export could not be written")?;
        }
        out.flush().context("the export could not be written")
    })
}

/// The filter as it was typed.
fn told(given: &Given) -> String {
    let one = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name}={value}"));
    let mut all = vec![one("who", &given.who), one("app", &given.app), one("outcome", &given.outcome)];
    all.extend([one("from", &given.from), one("to", &given.to)]);
    all.extend(given.action.iter().map(|action| Some(format!("action={action}"))));
    all.into_iter().flatten().collect::<Vec<_>>().join("&")
}
