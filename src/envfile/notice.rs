//! What is legal in an `.env` file and still rarely meant: told before a deploy shows it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    file::EnvFile,
    lexer::{Assignment, Quote},
    secret_like::is_secret_like,
    value::{Reference, references},
};

/// Something to look at in an `.env` file. The file works all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvNotice {
    /// The line, counted from 1.
    pub line: usize,
    /// The variable that the line sets.
    pub key: String,
    /// What may not be meant.
    pub what: String,
    /// What to do if it is not.
    pub hint: &'static str,
}

impl EnvFile {
    /// What is worth a look, by line: lines that a later one replaces, `$` that turns into nothing, and values that the
    /// readers of other tools take differently.
    pub fn notices(&self) -> Vec<EnvNotice> {
        let all: BTreeMap<&str, usize> = self.assignments().map(|found| (found.key.as_str(), found.line)).collect();
        let mut found = self.replaced();
        let mut above = BTreeSet::new();
        for assignment in self.assignments() {
            let notice =
                |(what, hint): (String, &'static str)| EnvNotice { line: assignment.line, key: assignment.key.clone(), what, hint };
            found.extend(dollar(assignment, &above, &all).map(notice));
            found.extend(disputed(assignment).map(notice));
            above.insert(assignment.key.as_str());
        }
        found.sort_by_key(|notice| notice.line);
        found
    }

    /// Lines that a later line of the same variable replaces without building on them.
    fn replaced(&self) -> Vec<EnvNotice> {
        let mut last: BTreeMap<&str, &Assignment> = BTreeMap::new();
        let mut found = Vec::new();
        for assignment in self.assignments() {
            let earlier = last.insert(&assignment.key, assignment);
            let builds_on = || references(assignment).iter().any(|reference| reference.name == assignment.key);
            if let Some(earlier) = earlier
                && !builds_on()
            {
                found.push(EnvNotice {
                    line: earlier.line,
                    key: earlier.key.clone(),
                    what: format!("{} is set again in line {}, and only that one counts", earlier.key, assignment.line),
                    hint: "keep one of the two lines, and put a # before the other",
                });
            }
        }
        found
    }
}

/// The first `$` in a value that does not become what it looks like.
fn dollar(found: &Assignment, above: &BTreeSet<&str>, all: &BTreeMap<&str, usize>) -> Option<(String, &'static str)> {
    references(found).iter().find_map(|Reference { name, braced, next }| {
        if name.is_empty() {
            let what = "${…} with a name in lower case is not replaced and stays as it is written";
            return braced.then(|| (what.to_owned(), "write the name in upper case, or the value between single quotes"));
        }
        if *braced && *next != Some('}') {
            let what = "only ${NAME} is understood here, without anything between the name and the }";
            return Some((what.to_owned(), "write the value out; defaults such as :- work in compose files alone"));
        }
        if above.contains(name.as_str()) {
            return None;
        }
        if let Some(line) = all.get(name.as_str()).filter(|line| **line > found.line) {
            return Some((format!("${name} is set below, in line {line}, and is empty here"), "move this line below that one"));
        }
        // What looks like a name may be a piece of a password.
        let what = if *braced && !is_secret_like(&found.key) {
            format!("${{{name}}} is set nowhere above and becomes nothing")
        } else {
            "a $ becomes nothing, with the capitals and digits behind it: no line above sets such a variable".to_owned()
        };
        Some((what, "if the $ is part of the value, write the value between single quotes"))
    })
}

/// Values on which generations of readers differ.
fn disputed(found: &Assignment) -> Option<(String, &'static str)> {
    let other = |what: &str| Some((what.to_owned(), "write the value between single quotes"));
    let comment = found.comment.as_deref().unwrap_or_default();
    match found.quote {
        Quote::Plain if found.raw.is_empty() && found.comment.is_some() => {
            Some(("other tools take the comment for the value".to_owned(), "write '' before the comment"))
        }
        Quote::Plain if found.raw.starts_with('#') => other("other tools take this value for a comment, or stop here"),
        Quote::Plain if comment.contains(" #") || comment.contains("\t#") => {
            other("other tools take all up to the last # for the value")
        }
        Quote::Single if found.raw.ends_with("\\'") => {
            Some(("other tools lose the last quote of this value".to_owned(), "write the value between double quotes"))
        }
        Quote::Double if found.raw.ends_with("\\\"") => other("other tools lose the last quote of this value"),
        Quote::Double if found.raw.ends_with("\\\\") => other("other tools do not see where this value ends"),
        _ => None,
    }
}
