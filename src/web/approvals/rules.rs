//! The rules that say what needs approval.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::access::action::{EditApprovalRules, ViewApprovalRules};
use crate::access::approval::{Kind, Needs, Rule, USUAL_DAYS};
use crate::access::{Book, Grant, Scope};
use crate::commands::approval_rule_change::{ChangeApprovalRule, told};
use crate::store::Denied;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::{Fields, Id};
use crate::web::page::{moment, page, see_other, shell, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::when::When;

/// All rules.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/rules.html")]
pub struct RulesView {
    pub shell: Shell,
    pub rows: Vec<RuleRow>,
}

/// One rule in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    pub id: i32,
    /// The whole rule in words.
    pub text: String,
    pub by: String,
    pub when: When,
}

/// The form of a rule.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/rule.html")]
pub struct RuleView {
    pub shell: Shell,
    /// The row; none for a new rule.
    pub id: Option<i32>,
    pub form: RuleForm,
    /// Words and names of all scopes.
    pub scopes: Vec<(String, String)>,
    pub problems: Problems,
}

/// The controls as they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleForm {
    pub kinds: BTreeSet<Kind>,
    pub over: String,
    /// It asks for no objection, and not for approvals.
    pub quiet: bool,
    pub approvals: String,
    pub hours: String,
    pub days: String,
}

impl RuleForm {
    fn of(rule: &Rule) -> Self {
        let (quiet, approvals, hours) = match rule.needs {
            Needs::Approvals(n) => (false, n, 24),
            Needs::Quiet(hours) => (true, 1, hours),
        };
        Self {
            kinds: rule.kinds.clone(),
            over: word(&rule.scope),
            quiet,
            approvals: approvals.to_string(),
            hours: hours.to_string(),
            days: rule.expires_days.to_string(),
        }
    }

    /// What was typed. What can't be a number is 0, which no rule has.
    fn rule(&self, book: &Book) -> Result<Rule, Failure> {
        let scope = scopes(book).into_iter().find(|(_, word, _)| *word == self.over).map(|(scope, ..)| scope);
        let scope = scope.or_else(|| self.over.strip_prefix("tag:").map(|tag| Scope::Tag(tag.to_owned())));
        let scope = scope.ok_or_else(|| Failure::BadForm("this app is not there any more; open the page again".to_owned()))?;
        let number = |text: &str| text.trim().parse().unwrap_or(0);
        let needs = if self.quiet { Needs::Quiet(number(&self.hours)) } else { Needs::Approvals(number(&self.approvals)) };
        Ok(Rule { kinds: self.kinds.clone(), scope, needs, expires_days: number(&self.days) })
    }
}

impl RuleView {
    /// Kinds with their words, and whether each is ticked.
    pub fn boxes(&self) -> Vec<(&'static str, &'static str, bool)> {
        Kind::ALL.iter().map(|kind| (kind.as_str(), kind.text(), self.form.kinds.contains(kind))).collect()
    }

    /// The word of the scope that is chosen, when it is this one.
    pub fn chosen(&self, word: &str) -> bool {
        self.form.over == word
    }
}

fn word(scope: &Scope) -> String {
    match scope {
        Scope::Everything => "everything".to_owned(),
        Scope::Tag(tag) => format!("tag:{tag}"),
        Scope::App(id) => format!("app:{id}"),
    }
}

/// All scopes that there are, with their words and names.
fn scopes(book: &Book) -> Vec<(Scope, String, String)> {
    let mut apps: Vec<(&i32, &str)> = book.apps.iter().map(|(id, app)| (id, app.name.as_str())).collect();
    apps.sort_by_key(|(_, name)| *name);
    let tags = book.tags().into_iter().map(Scope::Tag);
    let all = [Scope::Everything].into_iter().chain(tags).chain(apps.into_iter().map(|(id, _)| Scope::App(*id)));
    all.map(|scope| (scope.clone(), word(&scope), book.scope_name(&scope))).collect()
}

/// All rules.
pub async fn list(_may: Grant<ViewApprovalRules>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let (book, rules) = (site.store.book().await?, site.store.approval_rules().await?);
    let row = |kept: &crate::store::approval_rules::KeptRule| RuleRow {
        id: kept.id,
        text: told(&book, &kept.rule),
        by: kept.by.clone(),
        when: moment(&site, kept.at),
    };
    page(&RulesView {
        shell: shell(&site, &visit, "What needs approval", Nav::Approvals).await,
        rows: rules.iter().map(row).collect(),
    })
}

/// The form of a rule; a new one where the path names none.
pub async fn show(_may: Grant<ViewApprovalRules>, Id(id): Id, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let form = match row_of(id)? {
        0 => RuleForm {
            kinds: [Kind::Deploy].into(),
            over: "everything".to_owned(),
            quiet: false,
            approvals: "1".to_owned(),
            hours: "24".to_owned(),
            days: USUAL_DAYS.to_string(),
        },
        id => {
            let rules = site.store.approval_rules().await?;
            RuleForm::of(&rules.iter().find(|kept| kept.id == id).ok_or(Failure::NotFound)?.rule)
        }
    };
    page(&view(row_of(id)?, form, &visit, &site, Problems::none()).await?)
}

async fn view(id: i32, form: RuleForm, visit: &Visit, site: &Site, problems: Problems) -> Result<RuleView, Failure> {
    let book = site.store.book().await?;
    let mut scopes: Vec<(String, String)> = scopes(&book).into_iter().map(|(_, word, name)| (word, name)).collect();
    if let Some(tag) = form.over.strip_prefix("tag:").filter(|_| scopes.iter().all(|(word, _)| *word != form.over)) {
        // No app has the tag any more; the rule has it still.
        scopes.push((form.over.clone(), book.scope_name(&Scope::Tag(tag.to_owned()))));
    }
    let title = if id == 0 { "A new rule" } else { "A rule about approval" };
    Ok(RuleView { shell: shell(site, visit, title, Nav::Approvals).await, id: (id != 0).then_some(id), form, scopes, problems })
}

/// Makes a rule.
pub async fn make(
    may: Grant<EditApprovalRules>,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    keep(&may, 0, read(&fields)?, &visit, &site).await
}

/// Changes a rule.
pub async fn change(
    may: Grant<EditApprovalRules>,
    Id(id): Id,
    Fields(fields): Fields,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    keep(&may, row_of(id)?, read(&fields)?, &visit, &site).await
}

/// Removes a rule.
pub async fn remove(may: Grant<EditApprovalRules>, Id(id): Id, _none: Fields, site: Data<Site>) -> Result<HttpResponse, Failure> {
    site.store.commit(&may, ChangeApprovalRule::Remove { id: row_of(id)? }).await?;
    see_other("/settings/approvals")
}

async fn keep(
    may: &Grant<EditApprovalRules>,
    id: i32,
    form: RuleForm,
    visit: &Visit,
    site: &Site,
) -> Result<HttpResponse, Failure> {
    let rule = form.rule(&site.store.book().await?)?;
    let command = if id == 0 { ChangeApprovalRule::Make { rule } } else { ChangeApprovalRule::Save { id, rule } };
    match site.store.commit(may, command).await {
        Ok(()) => see_other("/settings/approvals"),
        Err(Denied::Rule { what, text }) => {
            let mut problems = Problems::none();
            problems
                .add(if matches!(what, "kinds" | "over" | "approvals" | "hours" | "days") { what } else { "" }, sentence(&text));
            wrong_form(&view(id, form, visit, site, problems).await?)
        }
        Err(other) => Err(other.into()),
    }
}

fn row_of(id: i64) -> Result<i32, Failure> {
    i32::try_from(id).map_err(|_large| Failure::NotFound)
}

fn read(fields: &BTreeMap<String, String>) -> Result<RuleForm, Failure> {
    let bad = |what: &str| Failure::BadForm(format!("{what} is no part of this form; open the page again"));
    let mut form = RuleForm::default();
    for (name, value) in fields {
        match (name.as_str(), name.strip_prefix("kind.")) {
            (_, Some(kind)) => drop(form.kinds.insert(Kind::parse(kind).ok_or_else(|| bad(name))?)),
            ("over", _) => form.over.clone_from(value),
            ("needs", _) if matches!(value.as_str(), "approvals" | "quiet") => form.quiet = value == "quiet",
            ("approvals", _) => form.approvals.clone_from(value),
            ("hours", _) => form.hours.clone_from(value),
            ("days", _) => form.days.clone_from(value),
            _ => return Err(bad(name)),
        }
    }
    Ok(form)
}
