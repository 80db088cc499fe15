//! What the dashboard knows, as a tree of plain files: what a co-op needs beside its data to rebuild a server on an empty machine, with
//! Canteen or with `restic`, `age` and `abra` alone. The copy of the database is not made here.

use std::fmt::Write as _;

use serde_json::json;

/// The steps of a recovery, in members' words.
const STEPS: &str = include_str!("RECOVERY.md");

/// What the tree is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub apps: Vec<AppState>,
    /// Who holds recovery keys, each with the fingerprint of the key.
    pub holders: Vec<(String, String)>,
    /// Number and hash of the newest entry of the audit log, as `canteen audit verify` takes them.
    pub checkpoint: String,
}

/// One app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppState {
    /// Its address.
    pub name: String,
    pub stack: String,
    pub recipe: String,
    /// Where the recipe's repository is; empty where that is not known.
    pub origin: String,
    /// The version that is chosen for the next deploy.
    pub version: String,
    /// What was deployed last: its commit, 40 hexadecimal digits; empty if nothing was.
    pub commit: String,
    /// The settings, byte for byte.
    pub env: String,
    pub secrets: Vec<KeptSecret>,
}

/// A secret that only holders of recovery keys can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSecret {
    /// The name on the Swarm.
    pub name: String,
    /// Tells secrets of one name apart; a larger one is newer.
    pub number: i32,
    /// Armoured text of age.
    pub ciphertext: String,
}

/// One file, with its path below the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateFile {
    pub path: String,
    pub text: String,
}

impl State {
    /// All files but the database.
    pub fn files(&self) -> Vec<StateFile> {
        let file = |path: &str, text: String| StateFile { path: path.to_owned(), text };
        let mut files = vec![
            file("RECOVERY.md", self.steps()),
            file("recipes.json", format!("{:#}\n", self.pins())),
            file("audit-checkpoint", format!("{}\n", self.checkpoint)),
        ];
        for app in &self.apps {
            files.push(file(&format!("servers/default/{}.env", app.name), app.env.clone()));
            files.extend(app.secrets.iter().map(|kept| file(&app.place(kept), kept.ciphertext.clone())));
        }
        files
    }

    fn pins(&self) -> serde_json::Value {
        let pin = |app: &AppState| {
            json!({
                "app": app.name, "stack": app.stack, "recipe": app.recipe, "origin": app.origin, "version": app.version,
                "commit": app.commit,
            })
        };
        self.apps.iter().map(pin).collect()
    }

    /// The steps, and whom to ask.
    fn steps(&self) -> String {
        let mut text = STEPS.to_owned();
        text.push_str("\n## Who can read the secrets\n\n");
        if self.holders.is_empty() {
            text.push_str(
                "Nobody held a recovery key, so no secret is here. Make new ones: `abra app secret generate APP --all`.\n",
            );
        }
        for (name, fingerprint) in &self.holders {
            // A String takes whatever is written.
            let _written = writeln!(text, "- {name} (key {fingerprint})");
        }
        text
    }
}

impl AppState {
    /// Where a secret stands: the newest one of a name below that name.
    fn place(&self, kept: &KeptSecret) -> String {
        let newest = self.secrets.iter().filter(|other| other.name == kept.name).map(|other| other.number).max();
        let older = if newest == Some(kept.number) { String::new() } else { format!(".older-{}", kept.number) };
        format!("secrets/{}/{}{older}.age", self.name, kept.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_secret_of_a_name_has_it_and_the_steps_say_whom_to_ask() {
        let kept = |number, text: &str| KeptSecret { name: "pad_pw_v1".into(), number, ciphertext: text.into() };
        let app = AppState {
            name: "pad.example.org".into(),
            env: "A=1\r\n".into(),
            secrets: vec![kept(1, "old"), kept(7, "new")],
            ..AppState::default()
        };
        let state = State { apps: vec![app], holders: vec![("Ana".into(), "0a".into())], checkpoint: "7 ab".into() };
        let files = state.files();
        let text = |path: &str| files.iter().find(|f| f.path == path).map(|f| f.text.as_str());
        assert_eq!(text("servers/default/pad.example.org.env"), Some("A=1\r\n"));
        assert_eq!(text("secrets/pad.example.org/pad_pw_v1.age"), Some("new"));
        assert_eq!(text("secrets/pad.example.org/pad_pw_v1.older-1.age"), Some("old"));
        assert_eq!(text("audit-checkpoint"), Some("7 ab\n"));
        assert!(text("RECOVERY.md").unwrap().ends_with("- Ana (key 0a)\n"));
        assert!(State::default().files()[0].text.contains("Nobody held a recovery key"));
    }
}
