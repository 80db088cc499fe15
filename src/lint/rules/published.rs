//! What is known around the files: catalogue, repository, tags.

use crate::lint::report::{Finding, Verdict};
use crate::lint::view::View;
use crate::recipe::RecipeVersion;

const HOME: &str = "git.coopcloud.tech";

/// R006.
pub(super) fn listed(view: &View<'_>) -> Verdict {
    match view.facts.published {
        None => Verdict::Skipped("the catalogue is not known here"),
        Some(true) => Verdict::Satisfied,
        Some(false) => vec![Finding::anywhere("the catalogue lists no version of it")].into(),
    }
}

/// R013.
pub(super) fn at_home(view: &View<'_>) -> Verdict {
    let Some(origin) = &view.facts.origin else { return Verdict::Skipped("where the repository comes from is not known here") };
    let behind = origin.split_once("://").map_or(origin.as_str(), |(_, behind)| behind);
    // A name, or a name and a password, may stand before the host.
    let host = behind.split('/').next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    if host == HOME { Verdict::Satisfied } else { vec![Finding::anywhere(format!("it is cloned from {}", place(host)))].into() }
}

/// What a repository without a host is.
fn place(host: &str) -> &str {
    if host.is_empty() { "a folder" } else { host }
}

/// R014. For one version only its own tag counts: an old mistake stops nobody.
pub(super) fn annotated(view: &View<'_>) -> Verdict {
    let Some(tags) = &view.facts.tags else { return Verdict::Skipped("there is no repository, so no tags are known") };
    let version = view.facts.version.as_ref();
    let looked_at: Vec<_> = match version {
        Some(version) => tags.iter().filter(|tag| tag.name == *version).collect(),
        None => tags.iter().filter(|tag| RecipeVersion::parse(&tag.name).is_some()).collect(),
    };
    if looked_at.is_empty() {
        return Verdict::Skipped("there is no tag that is a version");
    }
    let light = looked_at.into_iter().filter(|tag| !tag.annotated);
    light.map(|tag| Finding::anywhere(format!("{} is a lightweight tag", tag.name))).collect::<Vec<_>>().into()
}
