//! The step before rights change: for whom, where, what.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use sha2::{Digest as _, Sha256};

use crate::access::{Book, Permission, Permissions};
use crate::store::chain::hex;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::{page_with, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;

/// The page before rights change.
#[derive(Debug, Clone, Template)]
#[template(path = "rights/review.html")]
pub struct ReviewView {
    pub shell: Shell,
    pub title: String,
    /// What is asked for, in a sentence.
    pub asked: String,
    pub rows: Vec<ChangeRow>,
    /// Who else is concerned later, such as by a tag.
    pub note: String,
    pub problems: Problems,
    /// Where the form goes.
    pub action: String,
    /// What the form says again.
    pub fields: Vec<(String, String)>,
    pub button: String,
    pub back: String,
}

/// What changes for one member in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    pub member: String,
    /// An app, or everything.
    pub place: String,
    pub gained: Vec<&'static str>,
    pub lost: Vec<&'static str>,
}

/// A change that is to be looked at.
pub(super) struct Wish<'a> {
    pub(super) title: String,
    pub(super) asked: String,
    pub(super) note: String,
    pub(super) before: &'a Book,
    pub(super) after: &'a Book,
    pub(super) action: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) button: String,
    pub(super) back: String,
}

impl Wish<'_> {
    /// What the form carries so that it is known later whether the same is still what would change.
    pub(super) fn seen(&self, site: &Site) -> String {
        let told = self.before.difference(self.after, site.store.clock().now());
        let digest = Sha256::digest(format!("{told:?} {:?}", self.fields).as_bytes());
        hex(&digest).chars().take(16).collect()
    }

    /// The page, with what stands against it.
    pub(super) async fn page(self, site: &Site, visit: &Visit, problem: Option<String>) -> Result<HttpResponse, Failure> {
        let seen = self.seen(site);
        let mut problems = Problems::none();
        if let Some(text) = &problem {
            problems.add("", sentence(text));
        }
        let mut fields = self.fields;
        fields.push(("seen".to_owned(), seen));
        let now = site.store.clock().now();
        let rows = self.before.difference(self.after, now).into_iter().flat_map(|change| {
            let member = self.after.members.get(&change.member).cloned().unwrap_or_default();
            change.places.into_iter().map(move |place| ChangeRow {
                member: member.clone(),
                place: place.app.unwrap_or_else(|| "everything".to_owned()),
                gained: texts(place.gained),
                lost: texts(place.lost),
            })
        });
        let view = ReviewView {
            shell: shell(site, visit, self.title.clone(), Nav::People).await,
            title: self.title,
            asked: self.asked,
            rows: rows.collect(),
            note: self.note,
            problems,
            action: self.action,
            fields,
            button: self.button,
            back: self.back,
        };
        page_with(if problem.is_some() { StatusCode::CONFLICT } else { StatusCode::OK }, &view)
    }
}

fn texts(set: Permissions) -> Vec<&'static str> {
    set.iter().map(Permission::text).collect()
}

/// Said where something else would change than what was shown.
pub(super) const CHANGED: &str = "something changed after you opened this page, so nothing was done. This is what would change now";

#[cfg(any(test, feature = "testing"))]
impl ReviewView {
    pub fn samples() -> Vec<Self> {
        let row = |member: &str, place: &str| ChangeRow {
            member: member.to_owned(),
            place: place.to_owned(),
            gained: vec![Permission::Deploy.text(), Permission::WriteSettings.text()],
            lost: vec![],
        };
        let full = Self {
            shell: Shell::sample("Give a role", Nav::People),
            title: "Give a role".to_owned(),
            asked: "Bo gets the role operator over wiki.example.org until 2027-01-31.".to_owned(),
            rows: vec![row("Bo", "wiki.example.org"), row("<wiki>", "everything")],
            note: String::new(),
            problems: Problems::none(),
            action: "/people/2/rights".to_owned(),
            fields: vec![("role".to_owned(), "operator".to_owned()), ("seen".to_owned(), "0123456789abcdef".to_owned())],
            button: "Give the role".to_owned(),
            back: "/people/2/rights".to_owned(),
        };
        let nothing = Self { rows: vec![], note: "Apps that get the tag later count too.".to_owned(), ..full.clone() };
        let mut refused = full.clone();
        refused.problems.add("", "Nobody gives or takes rights that they lack");
        vec![full, nothing, refused]
    }
}
