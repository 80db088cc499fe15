//! What a page of an app does, as the command that does the same in a terminal.
//!
//! Commands are those of `abra`; where it has none, such as for scaling, those of `docker`. They are text for people to read and
//! copy: nothing here, and nothing of Canteen, runs them.

use serde::Deserialize;

/// What a page does, or what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Services and tasks.
    Tasks,
    /// The settings.
    Config,
    /// Deploy for the first time.
    Deploy {
        version: String,
    },
    /// Deploy the version that is deployed once more.
    Redeploy {
        version: String,
    },
    Upgrade {
        version: String,
    },
    /// To an older version.
    Rollback {
        version: String,
    },
    /// A commit that is no release.
    Chaos {
        recipe: String,
        commit: String,
    },
    Undeploy,
    /// Full names of volumes.
    Remove {
        volumes: Vec<String>,
    },
    /// All services if none is named.
    Restart {
        services: Vec<String>,
    },
    /// Full names of services and how many tasks each is to have.
    Scale {
        services: Vec<(String, u64)>,
    },
    /// Of all services if none is named.
    Logs {
        service: String,
        since: String,
    },
    Secrets,
    /// All that are missing if none is named.
    GenerateSecret {
        name: String,
        version: String,
    },
    InsertSecret {
        name: String,
        version: String,
    },
    RemoveSecrets {
        names: Vec<String>,
    },
    /// A new version of a secret, put into use.
    Rotate {
        name: String,
        version: String,
        variable: String,
    },
    /// Full names.
    RemoveConfigs {
        names: Vec<String>,
    },
    Configs {
        stack: String,
    },
    /// Newer versions, to choose from.
    Newer,
    /// The backups that there are.
    Backups,
    /// Its data become what a backup holds.
    Restore,
    /// The functions of the recipe's `abra.sh`.
    Functions,
    /// A function of the recipe's `abra.sh`.
    Function {
        service: String,
        name: String,
        arguments: Vec<String>,
    },
    /// Read the settings back from what runs.
    Pull,
    /// The deploys that are kept.
    History,
    /// What was changed past the record.
    Drift {
        stack: String,
    },
}

/// Commands, a line each, beside a page that does the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InTerminal {
    pub lines: Vec<String>,
    /// What they do otherwise than the page; empty if nothing.
    pub note: &'static str,
}

impl InTerminal {
    /// Nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.note.is_empty()
    }
}

/// The commands for what a page of an app does.
pub fn in_terminal(app: &str, tasks: &[Task]) -> InTerminal {
    InTerminal { lines: tasks.iter().flat_map(|task| lines(app, task)).collect(), note: tasks.last().map_or("", note) }
}

fn lines(app: &str, task: &Task) -> Vec<String> {
    let abra = |words: &[&str]| command(&[&["abra", "app"], words].concat());
    match task {
        Task::Tasks => vec![abra(&["ps", app])],
        Task::Config => vec![abra(&["config", app]), abra(&["check", app])],
        Task::Deploy { version } => vec![abra(&["deploy", app, version])],
        Task::Redeploy { version } => vec![abra(&["deploy", "--force", app, version])],
        Task::Upgrade { version } => vec![abra(&["upgrade", app, version])],
        Task::Rollback { version } => vec![abra(&["rollback", app, version])],
        Task::Chaos { recipe, commit } => {
            // The tilde stays outside of quotes, or it means nothing to a shell.
            let folder = format!("~/.abra/recipes/{}", quoted(&recipe.replace(['.', '/'], "_")));
            vec![format!("git -C {folder} checkout {}", quoted(commit)), abra(&["deploy", "--chaos", app])]
        }
        Task::Undeploy => vec![abra(&["undeploy", app])],
        Task::Remove { volumes } => {
            let volumes = volumes.iter().map(|volume| abra(&["volume", "remove", app, volume]));
            volumes.chain([abra(&["remove", app])]).collect()
        }
        Task::Restart { services } if services.is_empty() => vec![abra(&["restart", "--all-services", app])],
        Task::Restart { services } => services.iter().map(|service| abra(&["restart", app, service])).collect(),
        Task::Scale { services } if services.is_empty() => vec![],
        Task::Scale { services } => {
            let wanted = services.iter().map(|(service, tasks)| quoted(&format!("{service}={tasks}")));
            vec![format!("docker service scale {}", wanted.collect::<Vec<_>>().join(" "))]
        }
        Task::Logs { service, since } => {
            let since = if since.is_empty() { vec![] } else { vec!["--since", since.as_str()] };
            let service = if service.is_empty() { vec![] } else { vec![service.as_str()] };
            vec![abra(&[&["logs"], since.as_slice(), &[app], service.as_slice()].concat())]
        }
        Task::Secrets => vec![abra(&["secret", "list", app])],
        Task::GenerateSecret { name, .. } if name.is_empty() => vec![abra(&["secret", "generate", "--all", app])],
        Task::GenerateSecret { name, version } => vec![abra(&["secret", "generate", app, name, version])],
        Task::InsertSecret { name, version } => vec![abra(&["secret", "insert", app, name, version])],
        Task::RemoveSecrets { names } => names.iter().map(|name| abra(&["secret", "remove", app, name])).collect(),
        Task::Rotate { name, version, variable } => vec![
            abra(&["secret", "generate", app, name, version]),
            // A comment ends where its line does, whatever is quoted in it.
            format!("{} # {}", abra(&["config", app]), format!("{variable}={version}").replace(char::is_control, " ")),
            abra(&["deploy", "--force", app]),
        ],
        Task::RemoveConfigs { names } if names.is_empty() => vec![],
        Task::RemoveConfigs { names } => {
            vec![command(&[&["docker", "config", "rm"], names.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat())]
        }
        Task::Configs { stack } => {
            vec![command(&["docker", "config", "ls", "--filter", &format!("label=com.docker.stack.namespace={stack}")])]
        }
        Task::Newer => vec![abra(&["upgrade", app])],
        Task::Backups => vec![abra(&["backup", "snapshots", app])],
        Task::Restore => vec![abra(&["restore", app])],
        Task::Functions => vec![abra(&["command", "list", app])],
        Task::Function { service, name, arguments } => {
            let behind = if arguments.is_empty() { vec![] } else { vec!["--"] };
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            vec![abra(&[&["command", app, service.as_str(), name.as_str()], behind.as_slice(), arguments.as_slice()].concat())]
        }
        Task::Pull => vec![abra(&["env", "pull", app])],
        Task::History => vec![],
        Task::Drift { stack } => vec![command(&["docker", "stack", "services", stack])],
    }
}

const fn note(task: &Task) -> &'static str {
    match task {
        Task::Rollback { .. } => "It goes back to the version, not to the settings and the images of that time.",
        Task::Chaos { .. } => "It deploys the files that lie in that folder, so nothing else may be changed in it.",
        Task::History => "Neither abra nor Docker keeps a list of earlier deploys.",
        Task::Restart { .. } => "It stops the tasks before it starts new ones, and starts one each.",
        Task::Backups => "It asks backup-bot-two, if that runs on the server.",
        Task::Restore => "It asks backup-bot-two, if that runs on the server, for the newest of its own snapshots.",
        Task::Newer => "It asks for the version. Nothing of it runs by itself.",
        Task::Scale { .. } => "The next deploy with abra sets the recipe’s own number again.",
        Task::Remove { .. } => "It also removes the secrets and the settings, and asks before each step.",
        Task::Rotate { .. } => "The comment says what to change in the settings. The old version stays until you remove it.",
        _ => "",
    }
}

fn command(words: &[&str]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as every POSIX shell reads it back: as it is where nothing in it means anything to a shell, else in single quotes.
fn quoted(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Case {
        app: String,
        task: Task,
        lines: Vec<String>,
    }

    #[test]
    fn every_task_is_a_command_that_a_shell_reads_as_it_is_meant() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/data/recipe/abra_commands.json")).unwrap();
        assert!(cases.len() >= 35);
        for Case { app, task, lines } in cases {
            assert_eq!(in_terminal(&app, std::slice::from_ref(&task)).lines, lines, "{app}: {task:?}");
        }
    }

    #[test]
    fn what_the_terminal_does_otherwise_is_said() {
        assert!(in_terminal("a", &[Task::Rollback { version: "1".to_owned() }]).note.contains("not to the settings"));
        assert_eq!(in_terminal("a", &[Task::Undeploy]).note, "");
        assert!(!in_terminal("a", &[Task::History]).is_empty() && in_terminal("a", &[]).is_empty());
    }
}
