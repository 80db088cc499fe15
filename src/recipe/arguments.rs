//! Arguments of commands as they may be shown and kept.

use super::after::AfterStep;
use crate::envfile::is_secret_like;

/// What stands in the place of something secret.
pub const HIDDEN: &str = "•••";
/// A shorter text would be found everywhere.
const SHORTEST: usize = 4;

/// One argument, and what of it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownArgument {
    pub text: String,
    /// The hidden part; empty if nothing is hidden.
    pub secret: String,
}

/// The arguments of a command with everything hidden whose name says that it is secret: `--password x`, `TOKEN=x`, a password in an
/// address, and all arguments of a command such as `set_password`.
pub fn shown(function: &str, arguments: &[String]) -> Vec<ShownArgument> {
    let all = is_secret_like(&name(function));
    let mut before = "";
    let mut shown = vec![];
    for argument in arguments {
        let value_of_flag = before.starts_with('-') && !before.contains('=') && is_secret_like(&name(before));
        let flag = argument.starts_with('-') && !argument.contains('=');
        shown.push(match argument.split_once('=') {
            Some((key, value)) if is_secret_like(&name(key)) => hidden(&format!("{key}="), value, ""),
            _ if (all || value_of_flag) && !flag => hidden("", argument, ""),
            _ => address(argument).unwrap_or_else(|| ShownArgument { text: argument.clone(), secret: String::new() }),
        });
        before = argument;
    }
    shown
}

/// The same for a step that the settings name: `known` are the secret values of those settings. A step may well repeat one of them,
/// as in `app set_up ana ${ADMIN_PASS}`, and the name of its function does not tell.
pub fn shown_of_step(step: &AfterStep, known: &[String]) -> Vec<ShownArgument> {
    let repeats = |text: &str| known.iter().any(|secret| text.contains(secret.as_str()));
    let shown = shown(&step.function, &step.arguments).into_iter().zip(&step.arguments);
    shown.map(|(shown, argument)| if repeats(&shown.text) { hidden("", argument, "") } else { shown }).collect()
}

/// A line of output without these texts. Longer ones first: one may be the beginning of another.
pub fn masked(line: &str, secrets: &[String]) -> String {
    let mut parts: Vec<&str> = secrets.iter().flat_map(|secret| secret.lines()).map(str::trim).collect();
    parts.retain(|part| part.len() >= SHORTEST);
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.into_iter().fold(line.to_owned(), |line, part| line.replace(part, HIDDEN))
}

fn hidden(before: &str, secret: &str, behind: &str) -> ShownArgument {
    if secret.is_empty() {
        return ShownArgument { text: before.to_owned(), secret: String::new() };
    }
    ShownArgument { text: format!("{before}{HIDDEN}{behind}"), secret: secret.to_owned() }
}

/// `scheme://user:password@host`.
fn address(argument: &str) -> Option<ShownArgument> {
    let (scheme, rest) = argument.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (credentials, _host) = authority.rsplit_once('@')?;
    let (user, password) = credentials.split_once(':')?;
    let behind = rest.strip_prefix(credentials)?;
    Some(hidden(&format!("{scheme}://{user}:"), password, behind))
}

fn name(text: &str) -> String {
    text.trim_start_matches('-').replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(function: &str, line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        shown(function, &words).into_iter().map(|a| a.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_secret_by_its_name_is_hidden() {
        for (line, expected) in [
            ("--password hunter2 ana", "--password ••• ana"),
            ("--admin-password=hunter2", "--admin-password=•••"),
            ("API_TOKEN=abc LANG=de", "API_TOKEN=••• LANG=de"),
            ("--token --verbose", "--token --verbose"),
            ("postgres://ana:hunter2@db/x", "postgres://ana:•••@db/x"),
            ("https://example.org/?a=b", "https://example.org/?a=b"),
            ("ana 3", "ana 3"),
        ] {
            assert_eq!(told("set_up", line), expected, "{line}");
        }
        assert_eq!(told("set_password", "ana hunter2 --force"), "••• ••• --force");
        assert_eq!(told("set-password", "hunter2"), "•••");
    }

    #[test]
    fn a_secret_is_hidden_in_output_line_by_line() {
        let secrets = ["hunter2".to_owned(), "one line\nnext line".to_owned(), "ab".to_owned()];
        assert_eq!(masked("was hunter2, abc next line", &secrets), "was •••, abc •••");
        let secrets = ["hunter2".to_owned(), "hunter2-and-more".to_owned()];
        assert_eq!(masked("was hunter2-and-more", &secrets), "was •••");
    }

    #[test]
    fn what_repeats_a_secret_of_the_settings_is_hidden_whatever_its_function_is_called() {
        let arguments = ["ana", "quiet-otter", "login=quiet-otter"].map(str::to_owned).to_vec();
        let step = AfterStep { service: "app".to_owned(), function: "set_up".to_owned(), arguments };
        let told = |known: &[String]| shown_of_step(&step, known).into_iter().map(|a| a.text).collect::<Vec<_>>().join(" ");
        assert_eq!(told(&["quiet-otter".to_owned()]), "ana ••• •••");
        assert_eq!(told(&[]), "ana quiet-otter login=quiet-otter");
    }
}
