//! The table of the run.

use std::fmt;

/// A figure and what is wanted of it.
struct Line {
    name: String,
    figure: String,
    aim: String,
    verdict: &'static str,
}

/// All figures, in the order in which they were measured.
#[derive(Default)]
pub(crate) struct Table {
    lines: Vec<Line>,
    broken: bool,
}

impl Table {
    /// A figure that must not exceed its aim.
    pub(crate) fn at_most(&mut self, name: impl Into<String>, figure: f64, aim: f64, unit: &str) {
        self.add(name, figure, unit, &format!("≤ {aim}{}", suffix(unit)), if figure <= aim { "met" } else { "NOT MET" });
    }

    /// A figure that must reach its aim.
    pub(crate) fn at_least(&mut self, name: impl Into<String>, figure: f64, aim: f64, unit: &str) {
        self.add(name, figure, unit, &format!("≥ {aim}{}", suffix(unit)), if figure >= aim { "met" } else { "NOT MET" });
    }

    /// A figure that only explains others.
    pub(crate) fn note(&mut self, name: impl Into<String>, figure: f64, unit: &str) {
        self.add(name, figure, unit, "", "");
    }

    /// A line that was left out, and why.
    pub(crate) fn left_out(&mut self, name: &str, why: &str) {
        self.lines.push(Line { name: name.to_owned(), figure: format!("left out: {why}"), aim: String::new(), verdict: "" });
    }

    /// The rest of a part, which failed.
    pub(crate) fn not_measured(&mut self, name: &str, error: &anyhow::Error) {
        self.broken = true;
        let figure = format!("{error:#}");
        self.lines.push(Line { name: format!("{name}: not measured"), figure, aim: String::new(), verdict: "NOT MET" });
    }

    /// Whether every part was measured.
    pub(crate) const fn is_whole(&self) -> bool {
        !self.broken
    }

    fn add(&mut self, name: impl Into<String>, figure: f64, unit: &str, aim: &str, verdict: &'static str) {
        let digits = if figure < 10.0 { 2 } else { usize::from(figure < 100.0) };
        let figure = format!("{figure:.digits$}{}", suffix(unit));
        self.lines.push(Line { name: name.into(), figure, aim: aim.to_owned(), verdict });
    }
}

fn suffix(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" {unit}") }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = |text: fn(&Line) -> &str| self.lines.iter().map(|l| text(l).chars().count()).max().unwrap_or(0);
        // A sentence instead of a figure may stand out of its column.
        let (name, figure) = (longest(|l| &l.name), longest(|l| if l.figure.len() < 24 { &l.figure } else { "" }));
        let aim = longest(|l| &l.aim);
        writeln!(out, "{:name$}  {:>figure$}  {:>aim$}  verdict", "what", "figure", "aim")?;
        for line in &self.lines {
            writeln!(out, "{:name$}  {:>figure$}  {:>aim$}  {}", line.name, line.figure, line.aim, line.verdict)?;
        }
        Ok(())
    }
}
