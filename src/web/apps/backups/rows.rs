//! The contents of a backup in plain words.

use crate::backup::{Consistency, Contents, Gap, Hook, LeftOut, Moment, Share, Volume};
use crate::web::setup::sentence;
use crate::web::status::Mark;

/// What a backup would hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// How it stands as a whole.
    pub mark: Mark,
    /// What that means.
    pub sentence: &'static str,
    pub volumes: Vec<VolumeRow>,
    /// In the order in which they run.
    pub hooks: Vec<HookRow>,
    /// What would be missed, the gravest first.
    pub gaps: Vec<GapRow>,
}

/// One volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeRow {
    pub name: String,
    /// The name on the Swarm.
    pub full: String,
    /// Services that mount it, by their short names.
    pub services: Vec<String>,
    /// Such as "Only backup.sql".
    pub share: String,
    pub mark: Mark,
    /// What people call the database; empty where it holds no database's files.
    pub database: &'static str,
}

/// One hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRow {
    pub when: &'static str,
    pub service: String,
    /// Values of settings that look like secrets are masked.
    pub command: String,
}

/// Something that a backup would miss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRow {
    pub mark: Mark,
    pub text: String,
}

const HIDDEN: &str = "••••••••";

impl Held {
    pub(super) fn of(contents: &Contents, secrets: &[String]) -> Self {
        let (mark, sentence) = verdict(contents);
        Self {
            mark,
            sentence,
            volumes: contents.volumes.iter().map(VolumeRow::of).collect(),
            hooks: contents.hooks.iter().map(|hook| HookRow::of(hook, secrets)).collect(),
            gaps: contents.gaps().iter().map(|gap| GapRow::of(gap, secrets)).collect(),
        }
    }

    /// What is true of this and not of `other`, a line each.
    pub(super) fn beyond(&self, other: &Self) -> Vec<String> {
        let known = other.lines();
        self.lines().into_iter().filter(|line| !known.contains(line)).collect()
    }

    fn lines(&self) -> Vec<String> {
        let volumes = self.volumes.iter().map(|volume| format!("Volume {}: {}", volume.name, volume.share));
        let hooks = self.hooks.iter().map(|hook| format!("{}, {} runs {}", hook.when, hook.service, hook.command));
        volumes.chain(hooks).collect()
    }
}

impl VolumeRow {
    fn of(volume: &Volume) -> Self {
        let share = match &volume.share {
            Share::Whole => "All of it".to_owned(),
            Share::Paths(paths) => format!("Only {}", paths.join(", ")),
            Share::LeftOut(LeftOut::NobodyAsks) => "Nothing: no service asks for a backup".to_owned(),
            Share::LeftOut(LeftOut::ByLabel(service)) => format!("Nothing: a label of {service} leaves it out"),
        };
        Self {
            name: volume.name.clone(),
            full: volume.full.clone(),
            services: volume.services.clone(),
            share,
            mark: state(volume),
            database: volume.database.as_ref().map_or("", |(_, kind)| kind.name()),
        }
    }
}

impl HookRow {
    fn of(hook: &Hook, secrets: &[String]) -> Self {
        let when = match hook.moment {
            Moment::BeforeBackup => "Before a backup",
            Moment::AfterBackup => "After a backup",
            Moment::BeforeRestore => "Before a restore",
            Moment::AfterRestore => "After a restore",
        };
        Self { when, service: hook.service.clone(), command: masked(&hook.command, secrets) }
    }
}

impl GapRow {
    fn of(gap: &Gap, secrets: &[String]) -> Self {
        let mark = if gap.kind.loses_data() {
            Mark { tone: "warn", glyph: "▲", word: "Gap" }
        } else {
            Mark { tone: "idle", glyph: "○", word: "Note" }
        };
        let text = masked(&gap.text, secrets);
        // The name of a service stays as it is written.
        let named = !gap.service.is_empty() && text.starts_with(&gap.service);
        Self { mark, text: if named { text } else { sentence(&text) } }
    }
}

fn masked(text: &str, secrets: &[String]) -> String {
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), HIDDEN))
}

fn state(volume: &Volume) -> Mark {
    match volume.consistency(false) {
        Some(Consistency::Dump) => Mark { tone: "ok", glyph: "●", word: "Dump" },
        Some(Consistency::Stopped) => Mark { tone: "ok", glyph: "‖", word: "Stopped" },
        Some(Consistency::Live) if volume.database.is_some() => Mark { tone: "warn", glyph: "▲", word: "Live database" },
        Some(Consistency::Live) => Mark { tone: "info", glyph: "◐", word: "Live" },
        None if volume.cache => Mark { tone: "idle", glyph: "○", word: "Left out" },
        None => Mark { tone: "warn", glyph: "▲", word: "Left out" },
    }
}

fn verdict(contents: &Contents) -> (Mark, &'static str) {
    if contents.volumes.is_empty() {
        let mark = Mark { tone: "idle", glyph: "○", word: "Nothing to keep" };
        return (mark, "No service has a volume, so all that a backup could hold are the app’s settings.");
    }
    if contents.volumes.iter().all(|volume| !volume.is_taken() && volume.cache) {
        let mark = Mark { tone: "idle", glyph: "○", word: "Nothing to keep" };
        return (mark, "Its volumes are caches, and a backup by these labels would hold none of them.");
    }
    if contents.volumes.iter().all(|volume| !volume.is_taken()) {
        let mark = Mark { tone: "warn", glyph: "▲", word: "Nothing" };
        return (mark, "A backup by these labels would hold nothing of this app.");
    }
    let databases = contents.volumes.iter().any(|volume| volume.database.is_some() && volume.is_taken());
    match contents.consistency(false) {
        Some(Consistency::Dump | Consistency::Stopped) if databases => (
            Mark { tone: "ok", glyph: "●", word: "Dump" },
            "A hook dumps the database first, so what it holds fits together. Other files are copied while the app runs.",
        ),
        Some(Consistency::Dump | Consistency::Stopped) => {
            (Mark { tone: "ok", glyph: "●", word: "Dump" }, "A hook writes what is taken for the backup, so it fits together.")
        }
        _ if databases => (
            Mark { tone: "warn", glyph: "▲", word: "Live database" },
            "The files of a database are copied while it writes them. At best they are as after a power cut.",
        ),
        _ => (
            Mark { tone: "info", glyph: "◐", word: "Live" },
            "Files are copied while the app runs: what it writes at that moment may be incomplete.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_the_settings_is_not_shown_in_a_hook() {
        let hook = Hook { moment: Moment::BeforeBackup, service: "db".into(), command: "dump -phunter22 shop".into() };
        let contents = Contents { hooks: vec![hook], ..Contents::default() };
        let held = Held::of(&contents, &["hunter22".to_owned()]);
        assert_eq!(held.hooks[0].command, format!("dump -p{HIDDEN} shop"));
        assert_eq!(held.beyond(&Held::of(&Contents::default(), &[])), [format!("Before a backup, db runs dump -p{HIDDEN} shop")]);
    }
}
