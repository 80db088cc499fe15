//! The pages of approvals with made-up contents.

use std::collections::BTreeSet;

use crate::access::approval::Kind;
use crate::store::approvals::RequestState;
use crate::web::shell::{Link, Nav, Problems, Shell};
use crate::web::when::When;

use super::index::{ApprovalRow, ApprovalsView};
use super::mark;
use super::rules::{RuleForm, RuleRow, RuleView, RulesView};
use super::show::{ApprovalView, VoteRow};

impl ApprovalRow {
    pub fn sample(state: RequestState) -> Self {
        Self {
            href: "/apps/wiki.example.org/approvals/7".to_owned(),
            what: "Deploy <1.1.0>".to_owned(),
            app: "wiki.example.org".to_owned(),
            mark: mark(state),
            standing: "Waits for 2 approvals (1 so far: Bo)".to_owned(),
            by: "Ana".to_owned(),
            reason: "the old <one> is slow".to_owned(),
            when: When::sample(90),
        }
    }
}

impl ApprovalsView {
    pub fn samples() -> Vec<Self> {
        let waiting = Self {
            shell: Shell::sample("Approvals", Nav::Approvals),
            waits: true,
            app: String::new(),
            rows: vec![ApprovalRow::sample(RequestState::Waiting)],
            older: Some("/approvals?show=waiting&app=&before=7".to_owned()),
            may_edit: true,
        };
        let rows = RequestState::ALL.map(ApprovalRow::sample).to_vec();
        let done = Self { waits: false, app: "wiki.example.org".to_owned(), rows, older: None, ..waiting.clone() };
        let empty = Self { rows: vec![], may_edit: false, ..waiting.clone() };
        let none_done = Self { waits: false, ..empty.clone() };
        vec![waiting, done, empty, none_done]
    }
}

impl ApprovalView {
    pub fn samples() -> Vec<Self> {
        let vote = |said, lapsed| VoteRow {
            name: "<Bo>".to_owned(),
            said,
            reason: "Not on a <Friday>".to_owned(),
            when: When::sample(90),
            lapsed,
        };
        let full = Self {
            shell: Shell::sample("Deploy 1.1.0 wiki.example.org", Nav::Approvals),
            href: "/apps/wiki.example.org/approvals/7".to_owned(),
            app: "wiki.example.org".to_owned(),
            app_id: 3,
            what: "Deploy <1.1.0>".to_owned(),
            mark: mark(RequestState::Waiting),
            standing: "Waits for 2 approvals (1 so far: Bo)".to_owned(),
            by: "Ana".to_owned(),
            asked_because: "the old <one> is slow".to_owned(),
            asked: When::sample(90),
            window: Some("opens 2026-11-24 02:00 UTC".to_owned()),
            expires: Some(When::sample(90)),
            plan: "0123456789ab".to_owned(),
            obstacle: None,
            seen: vec![("Deployed", "1.0.0".to_owned()), ("Services", "app, <db>".to_owned())],
            destroys: vec![("volumes", "wiki_<data>".to_owned())],
            again: None,
            look: Some(Link { label: "Look at the plan".to_owned(), href: "/apps/wiki.example.org/deployment".to_owned() }),
            votes: vec![vote("approved", false), vote("approved", true)],
            operation: None,
            waits: true,
            own: false,
            approvers: vec!["Bo".to_owned(), "Cem".to_owned()],
            may_approve: true,
            may_object: true,
            may_override: true,
            objection: String::new(),
            reason: String::new(),
            problems: Problems::none(),
        };
        let mut wrong = full.clone();
        wrong.problems.add("objection", "Say why you object; whoever asked reads it");
        let mut hasty = full.clone();
        hasty.problems.add("reason", "Say why it can’t wait; the audit log keeps it");
        let obstacle = Some("The plan is no longer the <one> that was approved".to_owned());
        let again = Some(Link { label: "Ask again".to_owned(), href: "/apps/wiki.example.org/deployment".to_owned() });
        let own = Self {
            own: true,
            obstacle,
            again,
            approvers: vec![],
            may_approve: false,
            may_object: false,
            votes: vec![],
            ..full.clone()
        };
        let plain = Self { may_approve: false, may_object: false, may_override: false, look: None, ..full.clone() };
        let over = |state, operation| Self {
            mark: mark(state),
            operation,
            waits: false,
            window: None,
            expires: None,
            standing: "Bo objected: not on a <Friday>".to_owned(),
            votes: vec![vote("objected", false)],
            ..plain.clone()
        };
        vec![
            full.clone(),
            wrong,
            hasty,
            own,
            plain.clone(),
            over(RequestState::Objected, None),
            over(RequestState::Started, Some(41)),
        ]
    }
}

impl RulesView {
    pub fn samples() -> Vec<Self> {
        let row = RuleRow {
            id: 1,
            text: "Deploy or upgrade; over apps with the tag <web>: 2 approvals, expires after 7 days".to_owned(),
            by: "<Ana>".to_owned(),
            when: When::sample(90),
        };
        let full = Self { shell: Shell::sample("What needs approval", Nav::Approvals), rows: vec![row] };
        vec![full.clone(), Self { rows: vec![], ..full }]
    }
}

impl RuleView {
    pub fn samples() -> Vec<Self> {
        let new = Self {
            shell: Shell::sample("A new rule", Nav::Approvals),
            id: None,
            form: RuleForm {
                kinds: [Kind::Deploy].into(),
                over: "everything".to_owned(),
                quiet: false,
                approvals: "1".to_owned(),
                hours: "24".to_owned(),
                days: "7".to_owned(),
            },
            scopes: vec![
                ("everything".to_owned(), "everything".to_owned()),
                ("tag:<web>".to_owned(), "apps with the tag <web>".to_owned()),
            ],
            problems: Problems::none(),
        };
        let mut wrong = new.clone();
        wrong.form = RuleForm { kinds: BTreeSet::new(), approvals: "<many>".to_owned(), ..new.form.clone() };
        for (field, text) in [
            ("kinds", "Choose at least one kind of operation"),
            ("over", "This app is not there any more; choose another one"),
            ("approvals", "Write a whole number from 1 to 9"),
            ("hours", "Write a whole number from 1 to 336"),
            ("days", "Write a whole number of days from 1 to 30"),
        ] {
            wrong.problems.add(field, text);
        }
        let old = Self { id: Some(1), form: RuleForm { quiet: true, ..new.form.clone() }, ..new.clone() };
        vec![new, wrong, old]
    }
}
