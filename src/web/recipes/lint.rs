//! What the rules say about one version of a recipe.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::Grant;
use crate::access::action::ViewRecipes;
use crate::lint::{LEFT_OUT, Level, Outcome, Report, Verdict};
use crate::ops::lint::{Known, lint_at};
use crate::recipe::RecipeName;
use crate::shelf::ShelfError;
use crate::store::recipes::Recipe;
use crate::web::Site;
use crate::web::apps::facts::{blocking, recipe_at, versions};
use crate::web::failure::Failure;
use crate::web::form::{Name, Query};
use crate::web::page::{page, shell};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Shell};
use crate::web::status::Mark;
use crate::web::visit::Visit;

/// The report on a version.
#[derive(Debug, Clone, Template)]
#[template(path = "recipes/lint.html")]
pub struct LintView {
    pub shell: Shell,
    pub name: String,
    pub version: String,
    /// The versions that may be looked at instead, newest first.
    pub versions: Vec<String>,
    /// Broken rules, those that stop a deploy first.
    pub broken: Vec<RuleRow>,
    /// Rules that are kept, and rules that don't apply or can't be judged.
    pub others: Vec<RuleRow>,
    /// References of abra's rules that Canteen does not know.
    pub left_out: String,
    /// Why there is no report.
    pub trouble: Option<String>,
}

/// One rule and how it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// Such as `R008`.
    pub id: String,
    pub mark: Mark,
    /// What is true of a recipe that keeps the rule.
    pub checks: String,
    /// Each breach: its place, which may be empty, and what is wrong there.
    pub findings: Vec<(String, String)>,
    /// What the authors can do; why the rule was skipped.
    pub advice: String,
}

impl RuleRow {
    /// The row of a rule.
    pub fn of(outcome: &Outcome) -> Self {
        let (tone, glyph, word) = match (&outcome.verdict, outcome.rule.level) {
            (Verdict::Satisfied, _) => ("ok", "●", "Kept"),
            (Verdict::Skipped(_), _) => ("idle", "–", "Skipped"),
            (Verdict::Failed(_), Level::Error) => ("bad", "✕", "Error"),
            (Verdict::Failed(_), Level::Warn) => ("warn", "▲", "Warning"),
        };
        let advice = match outcome.verdict {
            Verdict::Satisfied => String::new(),
            Verdict::Skipped(why) => format!("{}.", sentence(why)),
            Verdict::Failed(_) => outcome.rule.fix.to_owned(),
        };
        Self {
            id: outcome.rule.id.to_owned(),
            mark: Mark { tone, glyph, word },
            checks: outcome.rule.checks.to_owned(),
            findings: outcome.findings().iter().map(|found| (found.place(), found.text.clone())).collect(),
            advice,
        }
    }
}

/// The address of the report on a version.
pub fn address(name: &str, version: &str) -> String {
    let query = serde_urlencoded::to_string([("version", version)]).unwrap_or_default();
    format!("/recipes/{name}/lint?{query}")
}

/// The report on the version that the query names, else on the newest one.
pub async fn report(
    _may: Grant<ViewRecipes>,
    Name(name): Name,
    visit: Visit,
    query: Query,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let recipe = site.store.recipe(&name).await?.ok_or(Failure::NotFound)?;
    let (shelf, listed, wanted) = (site.shelf.clone(), recipe, query.get("version").to_owned());
    let read = blocking(move || {
        let recipe_name = RecipeName::parse(&listed.name).map_err(|e| Failure::Unavailable(e.to_string()))?;
        let versions = versions(&shelf, &recipe_name);
        let newest = versions.as_ref().ok().and_then(|all| all.first()).cloned().unwrap_or_default();
        let version = if wanted.is_empty() { newest } else { wanted };
        let at = match (&versions, recipe_at(&shelf, &listed.name, &version)) {
            (Err(trouble), _) => return Ok((vec![], version, Err(trouble.to_string()))),
            (Ok(_), Ok(at)) => at,
            // A version that is not there is no page, not an empty report.
            (Ok(_), Err(_)) => return Err(Failure::NotFound),
        };
        let report = lint_at(&shelf, &at, known(&listed)).map_err(|e: ShelfError| e.to_string());
        Ok((versions.unwrap_or_default(), version, report))
    });
    let (versions, version, report) = read.await??;
    let (rows, trouble) = match report {
        Ok(report) => (rows(&report), None),
        Err(why) => ((vec![], vec![]), Some(format!("{}.", sentence(&why)))),
    };
    page(&LintView {
        shell: shell(&site, &visit, format!("Rules for {name} {version}"), Nav::Catalogue).await,
        name,
        version,
        versions,
        broken: rows.0,
        others: rows.1,
        left_out: LEFT_OUT.join(", "),
        trouble,
    })
}

/// What the database knows around the files.
fn known(recipe: &Recipe) -> Known {
    let listed = recipe.source == "catalogue" && !recipe.newest.is_empty();
    Known { origin: Some(recipe.origin.clone()), published: Some(listed) }
}

fn rows(report: &Report) -> (Vec<RuleRow>, Vec<RuleRow>) {
    let broken = [Level::Error, Level::Warn].into_iter().flat_map(|level| report.failed(level)).map(RuleRow::of).collect();
    (broken, report.outcomes.iter().filter(|outcome| !outcome.failed()).map(RuleRow::of).collect())
}

#[cfg(any(test, feature = "testing"))]
impl RuleRow {
    /// A broken rule that stops deploys.
    pub fn sample() -> Self {
        Self {
            id: "R008".to_owned(),
            mark: Mark { tone: "bad", glyph: "✕", word: "Error" },
            checks: ".env.sample is there and can be read".to_owned(),
            findings: vec![(".env.sample:4".to_owned(), "a line without = after \"<b>no space\"".to_owned())],
            advice: "Add .env.sample with every setting and a comment for each.".to_owned(),
        }
    }
}

#[cfg(any(test, feature = "testing"))]
impl LintView {
    pub fn samples() -> Vec<Self> {
        let row = |id: &str, mark: Mark, checks: &str, findings: Vec<(String, String)>, advice: &str| RuleRow {
            id: id.to_owned(),
            mark,
            checks: checks.to_owned(),
            findings,
            advice: advice.to_owned(),
        };
        let warning = Mark { tone: "warn", glyph: "▲", word: "Warning" };
        let no_check = vec![("compose.yml:3".to_owned(), "db has no health check".to_owned())];
        let full = Self {
            shell: Shell::sample("Rules for dokuwiki 1.1.0+2024-02-06a", Nav::Catalogue),
            name: "dokuwiki".to_owned(),
            version: "1.1.0+2024-02-06a".to_owned(),
            versions: vec!["1.1.0+2024-02-06a".to_owned(), "1.0.0+2023-04-04".to_owned()],
            broken: vec![
                RuleRow::sample(),
                row("R002", warning, "Every service has a health check", no_check, "Add a healthcheck."),
                row("R006", warning, "A version is published", vec![(String::new(), "none is".to_owned())], "Release one."),
            ],
            others: vec![
                row("R009", Mark { tone: "ok", glyph: "●", word: "Kept" }, "There is a service named app", vec![], ""),
                row("R010", Mark { tone: "idle", glyph: "–", word: "Skipped" }, "A label", vec![], "The sample has no DOMAIN."),
            ],
            left_out: "R016".to_owned(),
            trouble: None,
        };
        let clean = Self { broken: vec![], versions: vec!["1.1.0+2024-02-06a".to_owned()], ..full.clone() };
        let empty = Self {
            versions: vec![],
            broken: vec![],
            others: vec![],
            trouble: Some("Recipe dokuwiki is not on the shelf yet; refresh it first.".to_owned()),
            ..full.clone()
        };
        vec![full, clean, empty]
    }
}
