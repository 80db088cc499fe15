//! Which lines somebody wants to see.

use super::line::{Line, Nanos};
use super::text;

/// The wishes; the empty one takes every line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The id of a service; empty for all.
    pub service: String,
    /// From this time on.
    pub since: Option<Nanos>,
    /// Before this time.
    pub until: Option<Nanos>,
    /// In the text as it is shown; small and capital letters are the same.
    contains: String,
    /// Only what was written to stderr.
    pub stderr: bool,
}

impl Filter {
    /// Only lines with this text in them.
    #[must_use]
    pub fn containing(mut self, text: &str) -> Self {
        self.contains = text.to_lowercase();
        self
    }

    /// Whether the line is wanted.
    pub fn takes(&self, line: &Line) -> bool {
        (self.service.is_empty() || self.service == line.service)
            && self.since.is_none_or(|since| line.at >= since)
            && self.until.is_none_or(|until| line.at < until)
            && (!self.stderr || line.stderr)
            && (self.contains.is_empty() || text::plain(&line.text).to_lowercase().contains(&self.contains))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wish_counts() {
        let line =
            Line { at: 50, service: "s1".into(), text: "GET \u{1b}[31m/Fa\u{1b}[0mil".into(), stderr: true, ..Line::default() };
        let all = Filter::default();
        assert!(all.takes(&line));
        assert!(Filter { since: Some(50), until: Some(51), stderr: true, service: "s1".into(), ..all.clone() }.takes(&line));
        for not in [
            Filter { since: Some(51), ..all.clone() },
            Filter { until: Some(50), ..all.clone() },
            Filter { service: "s2".into(), ..all.clone() },
            all.clone().containing("[31m"),
        ] {
            assert!(!not.takes(&line), "{not:?}");
        }
        assert!(!Filter { stderr: true, ..all.clone() }.takes(&Line { stderr: false, ..line.clone() }));
        assert!(all.containing("get /fail").takes(&line));
    }
}
