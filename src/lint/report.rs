//! What the rules found.

use serde::Serialize;

/// How bad it is when a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It works, but not as well as it should.
    Warn,
    /// It can't be deployed, or not as abra and others expect it. Stops a deploy unless somebody overrides it.
    Error,
}

impl Level {
    /// The word of reports and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// One rule, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The reference: `R…` as abra counts, `C…` our own. It never changes.
    pub id: &'static str,
    /// How bad a breach is.
    pub level: Level,
    /// What is true of a recipe that keeps the rule.
    pub checks: &'static str,
    /// What to do about a breach.
    pub fix: &'static str,
}

/// One breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, relative to the recipe's top folder; `None` when no file is to blame.
    pub file: Option<String>,
    /// Counted from 1; `None` when the whole file is meant.
    pub line: Option<u32>,
    /// What is wrong there. Never a value that may be a password.
    pub text: String,
}

impl Finding {
    /// A breach that no file is to blame for.
    pub(super) fn anywhere(text: impl Into<String>) -> Self {
        Self { file: None, line: None, text: text.into() }
    }

    /// A breach of a whole file.
    pub(super) fn in_file(file: &str, text: impl Into<String>) -> Self {
        Self { file: Some(file.to_owned()), line: None, text: text.into() }
    }

    /// A breach at a line; line 0 is not known.
    pub(super) fn at(file: &str, line: u32, text: impl Into<String>) -> Self {
        Self { line: Some(line).filter(|line| *line > 0), ..Self::in_file(file, text) }
    }

    /// `compose.yml:12`, `compose.yml`, or nothing.
    pub fn place(&self) -> String {
        let file = self.file.clone().unwrap_or_default();
        self.line.map_or(file.clone(), |line| format!("{file}:{line}"))
    }
}

/// How a rule came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Kept.
    Satisfied,
    /// It does not apply here, or what it needs to know is not known: why.
    Skipped(&'static str),
    /// Broken; in the order of files and lines, never empty.
    Failed(Vec<Finding>),
}

impl Verdict {
    /// The word of reports and documents.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }
}

/// Kept when there is nothing to tell.
impl From<Vec<Finding>> for Verdict {
    fn from(mut findings: Vec<Finding>) -> Self {
        findings.sort();
        findings.dedup();
        if findings.is_empty() { Self::Satisfied } else { Self::Failed(findings) }
    }
}

/// A rule and how it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub rule: Rule,
    pub verdict: Verdict,
}

impl Outcome {
    /// Whether the rule is broken.
    pub const fn failed(&self) -> bool {
        matches!(self.verdict, Verdict::Failed(_))
    }

    /// The breaches; empty if there are none.
    pub fn findings(&self) -> &[Finding] {
        if let Verdict::Failed(findings) = &self.verdict { findings } else { &[] }
    }
}

/// Every rule and how it came out, in the order of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// The broken rules of this level.
    pub fn failed(&self, level: Level) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(move |outcome| outcome.rule.level == level && outcome.failed())
    }

    /// The references of the broken rules that stop a deploy.
    pub fn errors(&self) -> Vec<&'static str> {
        self.failed(Level::Error).map(|outcome| outcome.rule.id).collect()
    }

    /// The report as scripts read it; docs/lint.md says what each field means.
    pub fn json(&self) -> impl Serialize + '_ {
        Written {
            errors: self.failed(Level::Error).count(),
            warnings: self.failed(Level::Warn).count(),
            rules: self.outcomes.iter().map(WrittenRule::of).collect(),
            left_out: &super::LEFT_OUT,
        }
    }
}

#[derive(Serialize)]
struct Written<'a> {
    errors: usize,
    warnings: usize,
    rules: Vec<WrittenRule<'a>>,
    left_out: &'a [&'a str],
}

#[derive(Serialize)]
struct WrittenRule<'a> {
    rule: &'a str,
    level: Level,
    checks: &'a str,
    result: &'a str,
    why_skipped: Option<&'a str>,
    findings: &'a [Finding],
    fix: &'a str,
}

impl<'a> WrittenRule<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        let why_skipped = if let Verdict::Skipped(why) = outcome.verdict { Some(why) } else { None };
        Self {
            rule: outcome.rule.id,
            level: outcome.rule.level,
            checks: outcome.rule.checks,
            result: outcome.verdict.as_str(),
            why_skipped,
            findings: outcome.findings(),
            fix: outcome.rule.fix,
        }
    }
}
