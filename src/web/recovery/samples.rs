//! Pages of recovery keys with made-up contents.

use crate::web::shell::{Nav, Problems, Shell};
use crate::web::when::When;

use super::{FormerRow, HolderRow, MadeKeyView, RecoveryView};

const KEY: &str = "age1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0jqscxxdy";

impl RecoveryView {
    pub fn samples() -> Vec<Self> {
        let empty = Self {
            shell: Shell::sample("Recovery keys", Nav::Nowhere),
            holders: vec![],
            former: vec![],
            name: String::new(),
            recipient: String::new(),
            make: false,
            problems: Problems::none(),
        };
        let holder = |id: i32, name: &str, proven: Option<When>| HolderRow {
            id,
            name: name.to_owned(),
            recipient: KEY.to_owned(),
            fingerprint: "0a1b2c3d4e5f6071".to_owned(),
            challenge: "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n".to_owned(),
            added: When::sample(90),
            by: "ana".to_owned(),
            proven,
            opens: 12,
        };
        let former = FormerRow {
            name: "<Cem>".to_owned(),
            fingerprint: "0a1b2c3d4e5f6072".to_owned(),
            removed: When::sample(90),
            by: "ana".to_owned(),
            opens: 1,
        };
        let one = Self { holders: vec![holder(1, "Ana", Some(When::sample(90)))], ..empty.clone() };
        let unproven = Self {
            holders: vec![holder(1, "Ana", Some(When::sample(90))), holder(2, "<Ben>", None)],
            former: vec![former],
            ..empty.clone()
        };
        let ready = Self {
            holders: one.holders.iter().cloned().chain([holder(2, "Ben", Some(When::sample(90)))]).collect(),
            ..empty.clone()
        };
        let mut wrong = Self { name: "<Dee>".to_owned(), recipient: "age1".to_owned(), ..unproven.clone() };
        for field in ["name", "recipient", "word-2"] {
            wrong.problems.add(field, format!("Something is wrong with the {field}"));
        }
        let make = Self { make: true, ..empty.clone() };
        vec![empty, one, unproven, ready, wrong, make]
    }
}

impl MadeKeyView {
    pub fn samples() -> Vec<Self> {
        vec![Self {
            shell: Shell::sample("The new recovery key", Nav::Nowhere),
            name: "<Ana>".to_owned(),
            identity: "AGE-SECRET-KEY-1SAMPLE".to_owned(),
            recipient: KEY.to_owned(),
        }]
    }
}
