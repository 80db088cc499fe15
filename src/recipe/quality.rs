//! How well a recipe is packaged, in its authors' own judgement: the cells of a README and of the catalogue on one scale.

use serde::{Deserialize, Serialize};

use super::catalogue::Features;
use super::readme::{Metadata, rated};

/// One cell on the scale of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rating {
    /// Nothing is said, or nothing that can be understood.
    #[default]
    Unknown,
    /// The program has no use for it.
    NotNeeded,
    /// It is missing.
    No,
    /// It is there.
    Yes,
    /// It is there, from 1 (by hand) to 3 (by itself).
    Level(u8),
}

/// The judgement on a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Quality {
    /// 0 (not rated) to 5 (best).
    pub status: Option<u8>,
    /// The image: 1 (their own) to 4 (the program's authors').
    pub image: Option<u8>,
    /// Its data is backed up.
    pub backups: Rating,
    /// It sends mail.
    pub email: Rating,
    /// It tells when it is ill.
    pub healthcheck: Rating,
    /// It is tested.
    pub tests: Rating,
    /// It takes part in single sign-on.
    pub sso: Rating,
}

impl Rating {
    /// Reads a cell: `Yes`, `❌`, `?`, `N/A`, a digit with or without words, or the signs of the older scale, where 1 is best.
    pub fn of(cell: &str) -> Self {
        let Some(cell) = rated(cell) else { return Self::Unknown };
        let plain = cell.to_lowercase();
        let word = plain.split(|c: char| !c.is_alphanumeric() && c != '/').next().unwrap_or_default();
        match word {
            "n/a" | "na" => Self::NotNeeded,
            "yes" | "y" | "true" => Self::Yes,
            "no" | "none" | "not" | "n" | "false" => Self::No,
            _ => match plain.chars().next().and_then(|c| c.to_digit(10)) {
                Some(0) => Self::No,
                Some(digit) => Self::Level(u8::try_from(digit.min(3)).unwrap_or(3)),
                None => Self::Unknown,
            },
        }
    }

    /// True when it is there, to whatever degree.
    pub const fn has(self) -> bool {
        matches!(self, Self::Yes | Self::Level(_))
    }

    /// In a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unknown => "not stated",
            Self::NotNeeded => "not needed",
            Self::No => "no",
            Self::Yes => "yes",
            Self::Level(1) => "by hand",
            Self::Level(2) => "mostly",
            Self::Level(_) => "by itself",
        }
    }
}

impl Quality {
    /// What a README says.
    pub fn of_readme(readme: &Metadata) -> Self {
        let rating = |cell: &Option<String>| cell.as_deref().map_or(Rating::Unknown, Rating::of);
        Self {
            status: readme.status,
            image: readme.image.as_deref().and_then(|cell| image(cell.split(',').nth(1)?)),
            backups: rating(&readme.backups),
            email: rating(&readme.email),
            healthcheck: rating(&readme.healthcheck),
            tests: rating(&readme.tests),
            sso: rating(&readme.sso),
        }
    }

    /// What the catalogue says.
    pub fn of_catalogue(features: &Features) -> Self {
        Self {
            status: features.status,
            image: image(&features.image.rating),
            backups: Rating::of(&features.backups),
            email: Rating::of(&features.email),
            healthcheck: Rating::of(&features.healthcheck),
            tests: Rating::of(&features.tests),
            sso: Rating::of(&features.sso),
        }
    }

    /// The status in a word; `None` when it was not rated.
    pub const fn status_word(self) -> Option<&'static str> {
        match self.status {
            Some(1) => Some("alpha"),
            Some(2) => Some("beta"),
            Some(3) => Some("stable"),
            Some(4) => Some("complete"),
            Some(5) => Some("complete, with single sign-on"),
            _ => None,
        }
    }
}

fn image(cell: &str) -> Option<u8> {
    let digit = cell.trim().chars().next()?.to_digit(10)?;
    u8::try_from(digit).ok().filter(|rating| (1..=4).contains(rating))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::readme::metadata;

    #[test]
    fn both_scales_and_what_people_write_beside_them_are_understood() {
        let cells: Vec<(String, Rating)> = serde_json::from_str(include_str!("../../tests/data/recipe/cells.json")).unwrap();
        assert!(cells.len() > 25);
        for (cell, expected) in cells {
            assert_eq!(Rating::of(&cell), expected, "{cell:?}");
        }
    }

    #[test]
    fn readme_and_catalogue_give_the_same_judgement() {
        let readme = "<!-- metadata -->\n* **Status**: 4, stable\n- **Image**: [`x`](https://x), 4, upstream\n* **Backups**: Yes\n\
                      * **Email**: ❷💛\n* **Tests**: ❌\n* **SSO**: N/A\n<!-- endmetadata -->";
        let told = Quality::of_readme(&metadata(readme));
        let mut features = Features { status: Some(4), backups: "Yes".into(), email: "2".into(), ..Features::default() };
        (features.tests, features.sso, features.image.rating) = ("No".into(), "N/A".into(), "4".into());
        assert_eq!(told, Quality::of_catalogue(&features));
        assert_eq!((told.status_word(), told.image, told.healthcheck), (Some("complete"), Some(4), Rating::Unknown));
        assert_eq!(Quality::of_readme(&metadata("no block")), Quality::default());
    }
}
