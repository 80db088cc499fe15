//! What an operation does, in words.

use super::order::Wanted;

impl Wanted {
    /// Such as `Deploy 1.1.0`.
    pub fn title(&self) -> String {
        match self {
            Self::Deploy(wanted) => format!("Deploy {}", short(&wanted.version)),
            Self::Rollback(wanted) if wanted.reapply => format!("Apply {} again", short(&wanted.version)),
            Self::Rollback(wanted) => format!("Put back {}", short(&wanted.version)),
            Self::Adopt(wanted) => format!("Keep what runs as {}", short(&wanted.version)),
            Self::Import { version } => format!("Import what runs as {}", short(version)),
            Self::Restart(wanted) => format!("Restart {}", wanted.names().join(", ")),
            Self::Scale(wanted) => {
                let to = wanted.services.iter().map(|s| format!("{} to {}", s.service, s.after));
                format!("Scale {}", to.collect::<Vec<_>>().join(", "))
            }
            Self::Remove(_) => "Remove".to_owned(),
            Self::Undeploy { .. } => "Undeploy".to_owned(),
            Self::Secrets { .. } => "Make secrets".to_owned(),
            Self::Rotate(wanted) => {
                let names: Vec<&str> = wanted.turns.iter().map(|t| t.local.as_str()).collect();
                format!("Rotate {}", names.join(", "))
            }
            Self::Command(wanted) => format!("Run {} in {}", wanted.function, wanted.service),
            Self::Backup(_) => "Back up".to_owned(),
            Self::Restore(wanted) => format!("Put data back to snapshot {}", wanted.short()),
            Self::RemoveSecrets { .. } => "Remove secrets".to_owned(),
            Self::RemoveConfigs { .. } => "Remove configs".to_owned(),
        }
    }
}

/// A version without the upstream part behind `+`.
fn short(version: &str) -> &str {
    version.split('+').next().unwrap_or(version)
}
