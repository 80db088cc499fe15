//! Steps after a deploy, after going back, and before an undeploy: commands of the recipe that an app's settings ask for.

use std::fmt;

/// When steps are run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Occasion {
    /// After a first deploy, and after one of the same version.
    #[default]
    Deploy,
    /// After a deploy of a newer version.
    Upgrade,
    /// After a deploy of an older version, and after going back to an earlier deployment.
    Rollback,
    /// Before an undeploy: after it there is no container left.
    Undeploy,
}

impl Occasion {
    pub const ALL: [Self; 4] = [Self::Deploy, Self::Upgrade, Self::Rollback, Self::Undeploy];

    /// The variable of the settings.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Deploy => "POST_DEPLOY_CMDS",
            Self::Upgrade => "POST_UPGRADE_CMDS",
            Self::Rollback => "POST_ROLLBACK_CMDS",
            Self::Undeploy => "PRE_UNDEPLOY_CMDS",
        }
    }

    /// When that is, as steps are named.
    pub const fn when(self) -> &'static str {
        match self {
            Self::Deploy | Self::Upgrade => "after the deploy",
            Self::Rollback => "after going back",
            Self::Undeploy => "before the undeploy",
        }
    }
}

/// A variable that asks for something that can't be: after an undeploy there is no container.
pub const AFTER_UNDEPLOY: &str = "POST_UNDEPLOY_CMDS";

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterStep {
    /// The service in whose container it runs, without the stack.
    pub service: String,
    /// The function of `abra.sh`.
    pub function: String,
    pub arguments: Vec<String>,
}

impl fmt::Display for AfterStep {
    /// Without its arguments: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.function, self.service)
    }
}

/// The settings name steps that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AfterError {
    #[error("step {0} has no function; write the service, then the function, such as \"app set_up\"")]
    NoFunction(usize),
    #[error("a quote is opened and never closed")]
    OpenQuote,
}

/// The steps of `app set_up one|worker tidy "two words"`: parted by bars, each a service, a function and its arguments. Quotes keep
/// words together; nothing else is special, so a `$` stays one.
///
/// # Errors
/// A step without a function, or a quote without its end.
pub fn steps(text: &str) -> Result<Vec<AfterStep>, AfterError> {
    let mut steps = vec![];
    for words in parts(text)? {
        let mut words = words.into_iter();
        let Some(service) = words.next() else { continue };
        let function = words.next().filter(|f| !f.is_empty()).ok_or(AfterError::NoFunction(steps.len() + 1))?;
        steps.push(AfterStep { service, function, arguments: words.collect() });
    }
    Ok(steps)
}

/// The words of each part.
fn parts(text: &str) -> Result<Vec<Vec<String>>, AfterError> {
    let (mut parts, mut words, mut word) = (vec![], vec![], None::<String>);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '|' => {
                words.extend(word.take());
                parts.push(std::mem::take(&mut words));
            }
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or(AfterError::OpenQuote)? {
                        end if end == c => break,
                        '\\' if c == '"' => word.push(chars.next().ok_or(AfterError::OpenQuote)?),
                        other => word.push(other),
                    }
                }
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    parts.push(words);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let tell = |s: AfterStep| format!("{}:{}{:?}", s.service, s.function, s.arguments);
        steps(text).map_or_else(|e| e.to_string(), |s| s.into_iter().map(tell).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn steps_are_parted_by_bars_and_words_by_blanks() {
        assert_eq!(told("app core_install|worker setup arg"), "app:core_install[] worker:setup[\"arg\"]");
        assert_eq!(told(" app  f 'two words' \"a | b \\\" c\" '' | "), r#"app:f["two words", "a | b \" c", ""]"#);
        assert_eq!(told("app f $HOME a'b'c;rm"), r#"app:f["$HOME", "abc;rm"]"#);
        assert_eq!(told(""), "");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert!(told("app f|worker").starts_with("step 2 has no function"), "{}", told("app f|worker"));
        assert_eq!(told("app f 'open"), "a quote is opened and never closed");
    }
}
