//! What has to be approved before it is done, and where.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::schema::{app_tags, approval_rules};
use super::{Denied, Result, Store, StoreError, Tx};
use crate::access::Scope;
use crate::access::approval::{Demand, Kind, Needs, Rule};
use crate::clock::Millis;

/// A rule as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRule {
    pub id: i32,
    pub rule: Rule,
    /// When it was made or changed.
    pub at: Millis,
    /// By whom.
    pub by: String,
}

type Row = (i32, String, Option<String>, Option<i32>, i32, i32, i32, Millis, String);

/// A kind that this Canteen does not know is none of its operations.
fn kept((id, kinds, tag, app, approvals, quiet_hours, expires_days, at, by): Row) -> KeptRule {
    let scope = tag.map(Scope::Tag).or(app.map(Scope::App)).unwrap_or(Scope::Everything);
    let needs = if approvals > 0 { Needs::Approvals(approvals) } else { Needs::Quiet(quiet_hours) };
    let kinds = kinds.split_whitespace().filter_map(Kind::parse).collect();
    KeptRule { id, rule: Rule { kinds, scope, needs, expires_days }, at, by }
}

impl Store {
    /// All rules, the oldest first.
    pub async fn approval_rules(&self) -> Result<Vec<KeptRule>> {
        self.read(|c| Ok(all(c)?)).await
    }

    /// What the rules ask for before operations on this app; nothing of kinds that need no approval.
    pub async fn approval_demands(&self, app_id: i32) -> Result<Vec<(Kind, Demand)>> {
        self.read(move |c| {
            let over = over(c, app_id)?;
            Ok(Kind::ALL.iter().filter_map(|kind| Some((*kind, over(*kind)?))).collect())
        })
        .await
    }
}

fn all(c: &mut SqliteConnection) -> QueryResult<Vec<KeptRule>> {
    Ok(approval_rules::table.order(approval_rules::id).load::<Row>(c)?.into_iter().map(kept).collect())
}

/// What the rules ask for now.
pub(super) fn demand(c: &mut SqliteConnection, app_id: i32, kind: Kind) -> Result<Option<Demand>> {
    Ok(over(c, app_id)?(kind))
}

/// Tells what the rules ask for, by the kind.
fn over(c: &mut SqliteConnection, app_id: i32) -> Result<impl Fn(Kind) -> Option<Demand>> {
    let tags: Vec<String> = app_tags::table.filter(app_tags::app_id.eq(app_id)).select(app_tags::tag).load(c)?;
    let tags: BTreeSet<String> = tags.into_iter().collect();
    let rules = all(c)?;
    Ok(move |kind| Demand::of(rules.iter().map(|kept| &kept.rule).filter(|rule| rule.covers(kind, app_id, &tags))))
}

/// One rule, from inside a change.
pub fn rule(tx: &mut Tx<'_>, id: i32) -> std::result::Result<Rule, Denied> {
    let found: Option<Row> = approval_rules::table.find(id).first(tx.connection()).optional()?;
    found.map(|row| kept(row).rule).ok_or_else(|| Denied::rule("gone", "this rule is not there any more"))
}

/// Keeps a rule, in the place of another one if `id` names it, and returns its row.
pub fn keep(tx: &mut Tx<'_>, id: Option<i32>, rule: &Rule) -> std::result::Result<i32, Denied> {
    let (tag, app) = match &rule.scope {
        Scope::Everything => (None, None),
        Scope::Tag(tag) => (Some(tag.as_str()), None),
        Scope::App(app) => (None, Some(*app)),
    };
    let (approvals, quiet_hours) = match rule.needs {
        Needs::Approvals(n) => (n, 0),
        Needs::Quiet(hours) => (0, hours),
    };
    let words = rule.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ");
    let row = (
        approval_rules::kinds.eq(words),
        approval_rules::tag.eq(tag),
        approval_rules::app_id.eq(app),
        approval_rules::approvals.eq(approvals),
        approval_rules::quiet_hours.eq(quiet_hours),
        approval_rules::expires_days.eq(rule.expires_days),
        approval_rules::at.eq(tx.now()),
        approval_rules::by.eq(tx.actor().name().to_owned()),
    );
    let kept = match id {
        Some(id) => {
            diesel::update(approval_rules::table.find(id)).set(row).returning(approval_rules::id).get_result(tx.connection())
        }
        None => diesel::insert_into(approval_rules::table).values(row).returning(approval_rules::id).get_result(tx.connection()),
    };
    kept.map_err(|e| Denied::Store(StoreError::from(e)))
}

/// Removes a rule. What waits because of it waits on.
pub fn remove(tx: &mut Tx<'_>, id: i32) -> std::result::Result<(), Denied> {
    diesel::delete(approval_rules::table.find(id)).execute(tx.connection())?;
    Ok(())
}
