//! Errors of others as one line: what the log, a page and the audit may hold of them.

use std::error::Error;

/// Characters that are kept.
const LONGEST: usize = 300;

/// An error with its causes, each said once.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// An error with its causes, short enough to be kept.
pub fn told(error: &dyn Error) -> String {
    plain(&chain(error))
}

/// A text of others as the log may hold it.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Because {
        text: String,
        source: Option<Box<Because>>,
    }

    fn because(texts: &[&str]) -> Because {
        let (first, rest) = texts.split_first().unwrap();
        Because { text: (*first).to_owned(), source: (!rest.is_empty()).then(|| Box::new(because(rest))) }
    }

    #[test]
    fn each_cause_is_said_once_and_in_one_short_line() {
        assert_eq!(chain(&because(&["no letter", "no way\nthere: refused", "refused"])), "no letter: no way\nthere: refused");
        assert_eq!(told(&because(&["no letter", "no way\nthere"])), "no letter: no waythere");
        assert_eq!(told(&because(&[&"x".repeat(400)])).len(), 300);
    }
}
