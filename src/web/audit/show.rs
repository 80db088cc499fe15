//! One entry: everything that is in it, and its place in the chain.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde_json::Value;

use super::sentence::ran;
use super::{EntryRow, object};
use crate::access::Grant;
use crate::access::action::{Action as _, SealAudit, ViewAudit};
use crate::store::audit::Entry;
use crate::store::audit_search::EntryFilter;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Id;
use crate::web::page::{page, see_other, shell, span};
use crate::web::shell::{Link, Nav, Shell};
use crate::web::visit::Visit;

/// One entry.
#[derive(Debug, Clone, Template)]
#[template(path = "audit/show.html")]
pub struct EntryView {
    pub shell: Shell,
    pub entry: EntryRow,
    /// What everybody asks of an entry first, by name.
    pub facts: Vec<(String, String)>,
    /// Further facts by name; secret values are never among them.
    pub details: Vec<(String, String)>,
    /// The operation, the app and the other entry that it concerns.
    pub links: Vec<Link>,
    /// Number and hash in one line, for whoever has to name the entry elsewhere.
    pub id: String,
    pub hash: String,
    pub previous_hash: String,
}

/// One entry.
pub async fn show(may: Grant<ViewAudit>, Id(seq): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let Some(entry) = site.store.entry(seq).await? else { return sealed(seq, &site).await };
    if !super::sight(&may, &site).await?.has(&entry) {
        return Err(Failure::NotFound);
    }
    let previous_hash = match site.store.entry(seq.saturating_sub(1)).await? {
        Some(previous) => previous.hash,
        None => site.store.audit_anchor().await?.hash,
    };
    let other = match entry.of {
        Some(of) => site.store.entry(of).await?,
        None if entry.outcome == "asked" => site.store.completion(seq).await?,
        None => None,
    };
    page(&EntryView {
        shell: shell(&site, &visit, format!("Entry {seq}"), Nav::Audit).await,
        facts: facts(&entry, other.as_ref()),
        details: details(&entry),
        links: links(&entry, other.as_ref()),
        id: format!("{seq}:{}", entry.hash),
        hash: entry.hash.clone(),
        previous_hash,
        entry: EntryRow::of(&entry, &site),
    })
}

/// An entry that is in a file by now leads to the entry that tells so.
async fn sealed(seq: i64, site: &Site) -> Result<HttpResponse, Failure> {
    let seals = EntryFilter { actions: vec![SealAudit::NAME.as_str().to_owned()], ..EntryFilter::default() };
    let seals = site.store.entries(seals, MOST_SEALS).await?;
    let upto = |entry: &&Entry| entry.particulars.get("upto").and_then(Value::as_i64).filter(|upto| *upto >= seq && seq > 0);
    let told = seals.iter().filter(|entry| upto(entry).is_some()).min_by_key(upto);
    told.map_or(Err(Failure::NotFound), |entry| see_other(&format!("/audit/{}", entry.seq)))
}

/// Sealings that are looked through.
const MOST_SEALS: usize = 1000;

/// Facts that stand under a name of their own, and not among the further ones.
const TOLD: [&str; 8] = ["reason", "override_reason", "before", "after", "operation", "app", "times", "ran"];

fn facts(entry: &Entry, other: Option<&Entry>) -> Vec<(String, String)> {
    let fact = |name: &str| entry.particulars.get(name).map(text).unwrap_or_default();
    let via = &entry.actor.via;
    let who = match (entry.actor.kind.as_str(), entry.actor.id) {
        ("member", Some(id)) => format!("{}, member {id}", entry.actor.name),
        ("stranger", _) => "somebody who had not signed in".to_owned(),
        _ => entry.actor.name.clone(),
    };
    let change = match (fact("before"), Some(fact("after")).filter(|a| !a.is_empty()).unwrap_or_else(|| fact("version"))) {
        (before, after) if !before.is_empty() && !after.is_empty() => format!("{before} → {after}"),
        (before, _) => before,
    };
    let (began, ended) = if entry.of.is_some() { (other, Some(entry)) } else { (Some(entry), other) };
    let took = began.zip(ended).map(|(began, ended)| span(ended.at.saturating_sub(began.at)));
    let all = [
        ("Who", who),
        ("Session", via.session.map(|s| s.to_string()).unwrap_or_default()),
        ("Token", via.token.as_ref().map(|t| format!("{}, number {}", t.name, t.id)).unwrap_or_default()),
        ("Way", via.way.clone()),
        ("Signed in by", via.issuer.clone().unwrap_or_default()),
        ("From", via.ip.clone()),
        ("Request", via.request.clone()),
        ("Action", entry.action.clone()),
        ("Object", object(entry)),
        ("Before → after", change),
        ("Reason", [fact("reason"), fact("override_reason")].join(" ").trim().to_owned()),
        ("Outcome", entry.outcome.clone()),
        ("Times", fact("times")),
        ("Took", took.unwrap_or_default()),
        ("Operation", fact("operation")),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn details(entry: &Entry) -> Vec<(String, String)> {
    let named = |name: &str| {
        let spaced = name.replace('_', " ");
        let mut letters = spaced.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    let further = entry.particulars.iter().filter(|(name, _)| !TOLD.contains(&name.as_str()));
    let further = further.map(|(name, value)| (named(name), text(value))).filter(|(_, value)| !value.is_empty());
    let commands = ran(entry).into_iter().map(|r| ("Ran".to_owned(), format!("{} in {}: {r}", r.function, r.service)));
    further.chain(commands).collect()
}

/// A stored fact as people read it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => String::new(),
        Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn links(entry: &Entry, other: Option<&Entry>) -> Vec<Link> {
    let mut links = vec![];
    let app = object(entry);
    if !app.is_empty() {
        links.push(Link { label: format!("The app {app}"), href: format!("/apps/{app}") });
    }
    if let Some(id) = entry.particulars.get("operation").and_then(Value::as_i64) {
        links.push(Link { label: format!("Operation {id}"), href: format!("/operations/{id}") });
    }
    if let (Some(id), false) = (entry.particulars.get("approval").and_then(Value::as_i64), app.is_empty()) {
        links.push(Link { label: format!("Request {id} for approval"), href: format!("/apps/{app}/approvals/{id}") });
    }
    if let Some(of) = entry.of {
        links.push(Link { label: format!("Entry {of}, which asked for it"), href: format!("/audit/{of}") });
    } else if let Some(end) = other {
        links.push(Link { label: format!("Entry {}, how it ended", end.seq), href: format!("/audit/{}", end.seq) });
    }
    links
}

#[cfg(any(test, feature = "testing"))]
impl EntryView {
    pub fn samples() -> Vec<Self> {
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let facts = [
            ("Who", "Ana, member 1"),
            ("Session", "7"),
            ("From", "192.0.2.44"),
            ("Action", "app.deploy"),
            ("Object", "wiki.example.org"),
            ("Before → after", "1.0.0+2024-01-01 → 1.1.0+2024-02-06a"),
            ("Took", "42 s"),
        ];
        let page = |entry: EntryRow| Self {
            shell: Shell::sample("Entry of the audit log", Nav::Audit),
            entry,
            facts: facts.map(pair).into(),
            details: [("Version", "1.1.0+2024-02-06a"), ("Plan", "9f2c61d0")].map(pair).into(),
            links: vec![Link { label: "The operation".to_owned(), href: "/operations/42".to_owned() }],
            id: format!("1204:{}", "6b1f9a".repeat(10)),
            hash: "6b1f9a".repeat(10),
            previous_hash: "0c77de".repeat(10),
        };
        super::sample_rows().into_iter().take(2).map(page).collect()
    }
}
