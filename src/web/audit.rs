//! The audit log: who did what to which object, and how it ended.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::ViewAudit;
use crate::access::{ActionName, Grant, SCHEDULER};
use crate::clock::Millis;
use crate::commands::ran::Ran;
use crate::store::audit::{Entry, EntryFilter};
use crate::store::chain::{Checked, GENESIS};
use crate::store::removals;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Id, Query};
use crate::web::page::{moment, page, shell};
use crate::web::shell::{Link, Nav, Shell};
use crate::web::status::Outcome;
use crate::web::visit::Visit;
use crate::web::when::When;

/// The list of entries, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "audit/index.html")]
pub struct AuditView {
    pub shell: Shell,
    pub filter: AuditFilter,
    /// Actions to choose from, as the log spells them.
    pub actions: Vec<String>,
    pub rows: Vec<EntryRow>,
    pub older: Option<String>,
    pub integrity: Integrity,
}

/// The filter as the address carries it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    pub who: String,
    pub action: String,
    pub object: String,
    pub result: Option<Outcome>,
    /// Date such as 2026-11-22, inclusive.
    pub from: String,
    /// Date, inclusive.
    pub to: String,
}

impl AuditFilter {
    pub fn is_on(&self) -> bool {
        *self != Self::default()
    }
}

/// One entry in the list.
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

/// What is known about the chain of hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integrity {
    Verified { seq: u64, when: When },
    NotChecked,
    Broken { first_bad: u64 },
}

/// One entry.
#[derive(Debug, Clone, Template)]
#[template(path = "audit/show.html")]
pub struct EntryView {
    pub shell: Shell,
    pub entry: EntryRow,
    pub action: String,
    pub object: String,
    /// Where the request came from.
    pub ip: String,
    /// The operation and the app that it concerns.
    pub links: Vec<Link>,
    /// Further facts by name; secret values are never among them.
    pub details: Vec<(String, String)>,
    pub hash: String,
    pub previous_hash: String,
}

/// Entries on one page.
const PAGE: i64 = 100;
const DAY_MS: Millis = 24 * 60 * 60 * 1000;

/// The log.
pub async fn index(_may: Grant<ViewAudit>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let shown = AuditFilter {
        who: query.get("who").trim().to_owned(),
        action: query.get("action").to_owned(),
        object: query.get("object").trim().to_owned(),
        result: Outcome::ALL.into_iter().find(|o| o.slug() == query.get("result")),
        from: query.get("from").to_owned(),
        to: query.get("to").to_owned(),
    };
    let mut entries = vec![];
    let mut before = query.number("before");
    // A result is a group of words; entries are read until a page is full of those that fit.
    while entries.len() < usize::try_from(PAGE).unwrap_or(100) {
        let filter = EntryFilter {
            actor: shown.who.clone(),
            action: shown.action.clone(),
            target: shown.object.clone(),
            from: day(&shown.from),
            to: day(&shown.to).map(|d| d + DAY_MS),
            before,
            ..EntryFilter::default()
        };
        let some = site.store.entries(filter, PAGE).await?;
        let Some(last) = some.last() else { break };
        before = Some(last.seq);
        let full = some.len() < usize::try_from(PAGE).unwrap_or(100);
        entries.extend(some.into_iter().filter(|e| shown.result.is_none_or(|r| r == result(e))));
        if full {
            break;
        }
    }
    let more = entries.len() >= usize::try_from(PAGE).unwrap_or(100);
    entries.truncate(usize::try_from(PAGE).unwrap_or(100));
    let older = entries.last().filter(|_| more).map(|last| older(&query, last.seq));
    page(&AuditView {
        shell: shell(&site, &visit, "Audit log", Nav::Audit).await,
        actions: ActionName::ALL.iter().filter(|a| a.writes()).map(|a| a.as_str().to_owned()).collect(),
        rows: entries.iter().map(|e| row(e, &site)).collect(),
        older,
        filter: shown,
        integrity: integrity(&site),
    })
}

/// One entry.
pub async fn show(_may: Grant<ViewAudit>, Id(seq): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let entry = site.store.entry(seq).await?.ok_or(Failure::NotFound)?;
    let previous = site.store.entry(seq - 1).await?;
    page(&EntryView {
        shell: shell(&site, &visit, format!("Entry {seq}"), Nav::Audit).await,
        action: entry.action.clone(),
        object: object(&entry),
        ip: entry.actor.via.ip.clone(),
        links: links(&entry),
        details: details(&entry),
        hash: entry.hash.clone(),
        previous_hash: previous.map_or_else(|| GENESIS.to_owned(), |p| p.hash),
        entry: row(&entry, &site),
    })
}

fn row(entry: &Entry, site: &Site) -> EntryRow {
    EntryRow {
        seq: u64::try_from(entry.seq).unwrap_or_default(),
        when: moment(site, entry.at),
        actor: match (entry.actor.kind.as_str(), entry.actor.name.as_str()) {
            ("system", SCHEDULER) => format!("Canteen ({SCHEDULER})"),
            ("system", _) => "Canteen".to_owned(),
            (_, name) => name.to_owned(),
        },
        sentence: sentence(entry),
        result: result(entry),
    }
}

/// What an entry says, for people. Rows hold facts; this is the only place that makes sentences of them.
fn sentence(entry: &Entry) -> String {
    let fact = |name: &str| match entry.particulars.get(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Array(list)) => list.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let app = match removals::had(&object(entry)) {
        Some(had) => format!("{had} (removed)"),
        None => object(entry),
    };
    let times = match entry.particulars.get("times").and_then(serde_json::Value::as_u64) {
        Some(n) if n > 1 => format!(" ({n} times)"),
        _ => String::new(),
    };
    match (entry.action.as_str(), entry.outcome.as_str()) {
        ("site.setup", _) => "set this dashboard up and became its first admin".to_owned(),
        ("session.begin", _) => "signed in".to_owned(),
        ("session.end", _) => "signed out".to_owned(),
        ("member.edit", _) if fact("change") == "added" => format!("added the member {} as {}", fact("member"), fact("role")),
        ("member.edit", _) => format!("gave {} a new password", fact("member")),
        ("app.new", _) => format!("made the app {} of {} {}", fact("app"), fact("recipe"), fact("version")),
        ("app.settings.edit", _) => format!("changed settings of {app}: {}", fact("changed")),
        ("app.secret.set", _) => format!("asked for secrets of {app}: {}", [fact("generate"), fact("insert")].join(" ").trim()),
        ("app.secret.rotate", "asked") => format!("asked to rotate secrets of {app}: {}", fact("rotate")),
        ("app.secret.rotate", _) => {
            format!("wrote {}={} into the settings of {app}: {}", fact("variable"), fact("version"), fact("reason"))
        }
        ("app.secret.remove", _) => format!("asked to remove secrets of {app}: {}", fact("remove")),
        ("app.config.remove", _) => format!("asked to remove configs of {app}: {}", fact("remove")),
        ("app.secret.reveal", _) => format!("looked at new secrets of {}", fact("app")),
        ("app.deploy", _) if !fact("before").is_empty() && fact("before") == fact("version") => {
            format!("asked to deploy {} {} to {app} again", fact("recipe"), fact("version"))
        }
        ("app.deploy", _) => format!("asked to deploy {} {} to {app}", fact("recipe"), fact("version")),
        ("app.deploy.chaos", _) => {
            let branch = Some(fact("branch")).filter(|b| !b.is_empty()).map(|b| format!(" of the branch {b}")).unwrap_or_default();
            format!("asked to deploy {} {}{branch}, which is no release, to {app}", fact("recipe"), fact("version"))
        }
        ("app.rollback", _) => format!("asked to put {app} back to {} (deployment {})", fact("version"), fact("deployment")),
        ("app.reapply", _) => format!("asked to put back what was deployed of {app} ({})", fact("version")),
        ("app.adopt", _) => format!("asked to keep what runs of {app}: {}", fact("changes")),
        ("app.restart", _) => format!("asked to restart {} of {app}", fact("services")),
        ("app.scale", _) => format!("asked to scale {app}: {}", fact("services")),
        ("app.command.run", _) => {
            format!("asked to run {} {} in {} of {app}", fact("command"), fact("arguments"), fact("service"))
        }
        ("app.command.stop", _) => format!("stopped what operation {} runs in {app}", fact("operation")),
        ("app.remove", "ok") => format!("removed {app} with {}", destroyed(entry)),
        ("app.remove", _) => format!("asked to remove {app}"),
        ("app.undeploy", _) => format!("asked to undeploy {app}"),
        ("operation.conclude", "ok") => {
            format!("put {}={} back into the settings of {app}: {}", fact("variable"), fact("version"), fact("reason"))
        }
        ("app.updates.set", _) => format!("set the update policy of {app}: {}, {}", fact("mode"), fact("window")),
        ("app.updates.hold", _) => format!("did not update {app} to {} by itself: {}", fact("version"), fact("why")),
        ("operation.conclude", outcome) => {
            let ran: Vec<String> = ran(entry).iter().map(|r| format!("; {} in {}: {r}", r.function, r.service)).collect();
            format!("{} of {app}: {outcome}{}", kind(&fact("kind")), ran.concat())
        }
        ("recipe.add", _) => format!("added the recipe {} from {}", fact("recipe"), fact("origin")),
        ("recipe.refresh", _) => format!("fetched {} anew", fact("recipe")),
        ("audit.record", "refused") => format!("was refused {} at {}{times}", fact("action"), fact("path")),
        ("audit.record", _) if fact("action") == "session.begin" => format!("failed to sign in as {}{times}", fact("name")),
        ("audit.record", _) => format!("failed: {} ({}){times}", fact("action"), fact("why")),
        (action, _) => format!("{action} {app}").trim().to_owned(),
    }
}

/// How much went with an app; the names stand in the details.
fn destroyed(entry: &Entry) -> String {
    let count = |name: &str| match entry.particulars.get(&format!("{name}s")).and_then(|v| v.as_array()).map_or(0, Vec::len) {
        1 => format!("1 {name}"),
        n => format!("{n} {name}s"),
    };
    let settings = if entry.particulars.get("settings") == Some(&true.into()) { ", and its settings" } else { "" };
    let list = |name: &str| {
        let list = entry.particulars.get(name).and_then(|v| v.as_array()).into_iter().flatten();
        list.filter_map(|v| v.as_str()).collect::<Vec<_>>().join(", ")
    };
    let (absent, stayed) = (list("absent"), list("stayed"));
    let absent = if absent.is_empty() { absent } else { format!("; gone before: {absent}") };
    let stayed = if stayed.is_empty() { stayed } else { format!("; what stayed: {stayed}") };
    format!("{}, {}, {}{settings}{absent}{stayed}", count("volume"), count("secret"), count("config"))
}

/// Commands that the operation ran which this entry concludes.
fn ran(entry: &Entry) -> Vec<Ran> {
    entry.particulars.get("ran").and_then(|v| v.as_array()).into_iter().flatten().filter_map(Ran::read).collect()
}

fn kind(kind: &str) -> &str {
    match kind {
        "deploy" => "deploy",
        "rollback" => "putting back",
        "undeploy" => "undeploy",
        "reapply" => "putting back of what was deployed",
        "adopt" => "keeping of what runs",
        "remove" => "removal",
        "secrets" => "secrets",
        "rotate" => "rotation",
        "command" => "command",
        "secrets_removal" => "removal of secrets",
        "configs_removal" => "removal of configs",
        other => other,
    }
}

fn object(entry: &Entry) -> String {
    if entry.target.name.is_empty() {
        return entry.particulars.get("app").and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    }
    entry.target.name.clone()
}

fn result(entry: &Entry) -> Outcome {
    match entry.outcome.as_str() {
        "ok" | "asked" | "converged" | "undeployed" | "adopted" | "removed" | "generated" | "inserted" | "rotated"
        | "command done" => Outcome::Done,
        "refused" => Outcome::Denied,
        "" => Outcome::Unknown,
        _ => Outcome::Failed,
    }
}

fn links(entry: &Entry) -> Vec<Link> {
    let mut links = vec![];
    let app = object(entry);
    if !app.is_empty() {
        links.push(Link { label: format!("The app {app}"), href: format!("/apps/{app}") });
    }
    if let Some(id) = entry.particulars.get("operation").and_then(serde_json::Value::as_i64) {
        links.push(Link { label: format!("Operation {id}"), href: format!("/operations/{id}") });
    }
    if let Some(of) = entry.of {
        links.push(Link { label: format!("Entry {of}, which asked for it"), href: format!("/audit/{of}") });
    }
    links
}

fn details(entry: &Entry) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let facts = entry.particulars.iter().filter(|(name, _)| *name != "ran");
    let mut details: Vec<(String, String)> = facts.map(|(name, value)| (name.clone(), text(value))).collect();
    details.extend(ran(entry).iter().map(|r| ("ran".to_owned(), format!("{} in {}: {r}", r.function, r.service))));
    details.push(("outcome".to_owned(), entry.outcome.clone()));
    if let Some(session) = entry.actor.via.session {
        details.push(("session".to_owned(), session.to_string()));
    }
    if !entry.actor.via.way.is_empty() {
        details.push(("way".to_owned(), entry.actor.via.way.clone()));
        details.push(("request".to_owned(), entry.actor.via.request.clone()));
    }
    details
}

fn integrity(site: &Site) -> Integrity {
    match site.checked.last() {
        None => Integrity::NotChecked,
        Some((Checked::Whole { entries, .. }, at)) => {
            Integrity::Verified { seq: u64::try_from(entries).unwrap_or_default(), when: moment(site, at) }
        }
        Some((Checked::Broken { seq, .. }, _)) => Integrity::Broken { first_bad: u64::try_from(seq).unwrap_or_default() },
    }
}

fn day(text: &str) -> Option<Millis> {
    let date: jiff::civil::Date = text.parse().ok()?;
    date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp().as_millisecond())
}

fn older(query: &Query, before: i64) -> String {
    let kept = ["who", "action", "object", "result", "from", "to"].map(|name| (name.to_owned(), query.get(name).to_owned()));
    let mut pairs: Vec<(String, String)> = kept.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    pairs.push(("before".to_owned(), before.to_string()));
    format!("/audit?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
}

#[cfg(any(test, feature = "testing"))]
fn sample_rows() -> Vec<EntryRow> {
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

#[cfg(any(test, feature = "testing"))]
impl AuditView {
    pub fn samples() -> Vec<Self> {
        use super::shell::Nav;
        let full = Self {
            shell: Shell::sample("Audit log", Nav::Audit),
            filter: AuditFilter::default(),
            actions: vec!["app.deploy".to_owned(), "app.settings.save".to_owned(), "session.start".to_owned()],
            rows: sample_rows(),
            older: Some("/audit?before=1200".to_owned()),
            integrity: Integrity::Verified { seq: 1204, when: When::sample(2) },
        };
        let nothing_found = Self {
            filter: AuditFilter {
                who: "\"Ana\"".to_owned(),
                action: "app.deploy".to_owned(),
                result: Some(Outcome::Denied),
                ..AuditFilter::default()
            },
            rows: Vec::new(),
            older: None,
            integrity: Integrity::NotChecked,
            ..full.clone()
        };
        let broken = Self { integrity: Integrity::Broken { first_bad: 1188 }, ..full.clone() };
        let empty = Self { rows: Vec::new(), older: None, integrity: Integrity::NotChecked, ..full.clone() };
        vec![full, nothing_found, broken, empty]
    }
}

#[cfg(any(test, feature = "testing"))]
impl EntryView {
    pub fn samples() -> Vec<Self> {
        use super::shell::Nav;
        let page = |entry: EntryRow| Self {
            shell: Shell::sample("Entry of the audit log", Nav::Audit),
            entry,
            action: "app.deploy".to_owned(),
            object: "wiki.example.org".to_owned(),
            ip: "192.0.2.44".to_owned(),
            links: vec![Link { label: "The operation".to_owned(), href: "/operations/42".to_owned() }],
            details: vec![("version".to_owned(), "1.1.0+2024-02-06a".to_owned()), ("plan".to_owned(), "9f2c61d0".to_owned())],
            hash: "6b1f9a".repeat(10),
            previous_hash: "0c77de".repeat(10),
        };
        sample_rows().into_iter().take(2).map(page).collect()
    }
}
