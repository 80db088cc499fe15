//! The pages of tokens with made-up contents.

use super::{AllTokensView, MadeView, NewTokenView, TokenForm, TokenRow, TokenState, TokensView};
use crate::access::{Permission, Role, token};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::when::When;

fn rows() -> Vec<TokenRow> {
    let good = TokenRow {
        id: 3,
        name: "deploys of the <wiki>".to_owned(),
        begins: "cnt_Ab3dEf7h".to_owned(),
        owner: "Ana".to_owned(),
        scopes: vec![Permission::ViewApp.text(), Permission::Deploy.text()],
        idle: vec![Permission::Deploy.text()],
        app: Some("wiki.example.org".to_owned()),
        network: Some("10.0.0.0/8".to_owned()),
        state: TokenState::Good,
        until: "2027-02-20".to_owned(),
        used: Some(When::sample(3)),
        used_from: "10.1.2.3".to_owned(),
    };
    let fresh = TokenRow { id: 2, name: "status".to_owned(), app: None, network: None, idle: vec![], used: None, ..good.clone() };
    let over = TokenRow { id: 1, name: "old".to_owned(), state: TokenState::Expired, ..fresh.clone() };
    let ended = TokenRow { id: 4, name: "lost".to_owned(), state: TokenState::Ended("Bo".to_owned()), ..fresh.clone() };
    vec![good, fresh, over, ended]
}

impl TokensView {
    pub fn samples() -> Vec<Self> {
        let shell = || Shell::sample("API tokens", Nav::Nowhere);
        vec![Self { shell: shell(), rows: vec![], may_manage: false }, Self { shell: shell(), rows: rows(), may_manage: true }]
    }
}

impl AllTokensView {
    pub fn samples() -> Vec<Self> {
        let shell = || Shell::sample("All API tokens", Nav::Nowhere);
        vec![Self { shell: shell(), rows: vec![] }, Self { shell: shell(), rows: rows() }]
    }
}

impl NewTokenView {
    pub fn samples() -> Vec<Self> {
        let first = Self {
            shell: Shell::sample("Make an API token", Nav::Nowhere),
            form: TokenForm::new(token::offered(Role::Admin.permissions())),
            apps: vec!["pad.example.org".to_owned(), "wiki.example.org".to_owned()],
            problems: Problems::none(),
        };
        let mut wrong = first.clone();
        wrong.form = TokenForm { name: "<wiki>".to_owned(), network: "10.0.0".to_owned(), ..wrong.form };
        for field in ["name", "scope", "app", "days", "network"] {
            wrong.problems.add(field, format!("Something is wrong with the {field}"));
        }
        let mut few = first.clone();
        few.form = TokenForm::new(token::offered(Role::Viewer.permissions()));
        few.apps.clear();
        vec![first, wrong, few]
    }
}

impl MadeView {
    pub fn samples() -> Vec<Self> {
        vec![Self {
            shell: Shell::sample("The new token", Nav::Nowhere),
            name: "deploys of the <wiki>".to_owned(),
            token: "cnt_sample-of-a-token".to_owned(),
            example: "https://canteen.example.org/api/v1/apps".to_owned(),
        }]
    }
}
