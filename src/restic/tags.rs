//! What a snapshot says of itself beside its files.

use serde::{Deserialize, Serialize};

/// Why a snapshot was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Scheduled,
    Manual,
    PreUpgrade,
    /// The way back from a restore.
    PreRestore,
    /// Canteen itself.
    State,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Scheduled, Self::Manual, Self::PreUpgrade, Self::PreRestore, Self::State];

    /// The word in tags, that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Manual => "manual",
            Self::PreUpgrade => "pre-upgrade",
            Self::PreRestore => "pre-restore",
            Self::State => "state",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The tags of a snapshot of ours. These and no others: restic groups snapshots by the whole set, so a tag that is new with each run
/// would put each snapshot into a group of its own, and none would ever be given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    /// The stack's name.
    pub app: String,
    pub recipe: String,
    pub kind: Kind,
    /// Something failed before the files were read.
    pub partial: bool,
}

impl Tags {
    /// As restic keeps them. A comma would part a tag in two, so there is none.
    pub(super) fn words(&self) -> Vec<String> {
        let plain = |text: &str| text.replace(|c: char| c == ',' || c.is_control(), "_");
        let mut words = vec![format!("app={}", plain(&self.app)), format!("recipe={}", plain(&self.recipe))];
        words.push(format!("kind={}", self.kind.as_str()));
        words.extend(self.partial.then(|| "partial".to_owned()));
        words
    }

    /// Reads the tags of a snapshot. `None` if they are not ours. A tag that somebody added by hand is looked over.
    pub fn read(words: &[String]) -> Option<Self> {
        let value = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
        Some(Self {
            app: value("app=")?.to_owned(),
            recipe: value("recipe=").unwrap_or_default().to_owned(),
            kind: Kind::parse(value("kind=")?)?,
            partial: words.iter().any(|word| word == "partial"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_back_as_they_were_given() {
        for kind in Kind::ALL {
            let tags = Tags { app: "pad_example_org".into(), recipe: "etherpad".into(), kind, partial: kind == Kind::Manual };
            assert_eq!(Tags::read(&tags.words()), Some(tags));
        }
        assert_eq!(Tags::read(&["app=x".into()]), None);
        let odd = Tags { app: "a,b".into(), recipe: String::new(), kind: Kind::Manual, partial: false };
        assert_eq!(odd.words(), ["app=a_b", "recipe=", "kind=manual"]);
    }
}
