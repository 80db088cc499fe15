//! Commands of a recipe: the functions of its `abra.sh`, with what the authors wrote above them.

use super::abra_sh;

/// The largest `abra.sh` that can be handed to a shell in one piece.
pub const LARGEST_SCRIPT: usize = 100_000;

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeCommand {
    pub name: String,
    /// The comment right above it, without its signs; empty if there is none.
    pub help: String,
    pub kind: CommandKind,
}

/// Where a command can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// In a container of the app.
    Container,
    /// On the machine of whoever types `abra`, by the authors' own words. It would be recipe code on the server, so it is not run.
    Local,
    /// Written for the old abra, whose helpers it calls.
    Legacy,
}

/// The commands of an `abra.sh`, in file order.
pub fn commands(text: &str) -> Vec<RecipeCommand> {
    let lines: Vec<&str> = text.lines().collect();
    abra_sh::functions(text)
        .into_iter()
        .map(|name| {
            let at = lines.iter().position(|line| abra_sh::defines(line, &name));
            let help = at.map(|at| comment_above(&lines, at)).unwrap_or_default();
            let kind = match () {
                () if abra_sh::is_legacy(&name) => CommandKind::Legacy,
                () if is_local(&help) => CommandKind::Local,
                () => CommandKind::Container,
            };
            RecipeCommand { name, help, kind }
        })
        .collect()
}

fn comment_above(lines: &[&str], at: usize) -> String {
    let above = lines.get(..at).unwrap_or_default().iter().rev();
    let mut comment: Vec<&str> = above.map_while(|line| line.strip_prefix('#')).filter(|line| !line.starts_with('!')).collect();
    comment.reverse();
    let text: Vec<&str> = comment.iter().map(|line| line.trim_start_matches('#').trim()).collect();
    text.join("\n").trim().to_owned()
}

/// Authors say it by the option that their readers are to type.
fn is_local(help: &str) -> bool {
    let mut words = help.split(|c: char| c.is_whitespace() || matches!(c, '`' | '.' | ',' | ';' | '(' | ')' | '"' | '\''));
    words.any(|word| word == "--local") || help.lines().any(|line| line.contains("abra app c") && line.contains(" -l "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "#!/bin/bash\nexport A=v1\n\n# Makes a member.\n#\n#   set_up NAME\nset_up() {\n  :\n}\n\nplain () {\n:\n}\n\
        # Run with `abra app cmd --local`.\nfunction prepare {\n:\n}\nabra_backup_db() {\n:\n}\n# inside\n  nested() { :; }\n_own() { :; }\n";

    #[test]
    fn commands_have_the_comment_above_them_and_tell_where_they_run() {
        let found = commands(TEXT);
        let told: Vec<_> = found.iter().map(|c| (c.name.as_str(), c.help.as_str(), c.kind)).collect();
        assert_eq!(
            told,
            [
                ("set_up", "Makes a member.\n\nset_up NAME", CommandKind::Container),
                ("plain", "", CommandKind::Container),
                ("prepare", "Run with `abra app cmd --local`.", CommandKind::Local),
                ("abra_backup_db", "", CommandKind::Legacy),
            ]
        );
    }

    #[test]
    fn a_local_place_is_no_option() {
        assert!(is_local("Run it with --local."));
        assert!(!is_local("Copies the local files") && is_local("abra app cmd -l x prepare"));
    }
}
