//! Images of the services and their tags.

use crate::lint::report::{Finding, Verdict};
use crate::lint::view::{ServicePart, View, Written};

/// R011. The image may stand in any file.
pub(super) fn present(view: &View<'_>) -> Verdict {
    let without = |parts: &Vec<ServicePart<'_>>| {
        let named = parts.iter().filter_map(|part| part.text(&["image"])).any(|image| !image.text.is_empty());
        parts.first().filter(|_| !named).map(|part| part.found(format!("{} has no image", part.name)))
    };
    view.services().values().filter_map(without).collect::<Vec<_>>().into()
}

/// R003.
pub(super) fn tagged(view: &View<'_>) -> Verdict {
    each(view, |image| {
        let (name, tag) = image.parts();
        (tag.is_none() && !image.pinned()).then(|| format!("{name} has no tag, which means latest"))
    })
}

/// R004.
pub(super) fn fixed(view: &View<'_>) -> Verdict {
    each(view, |image| {
        let (name, tag) = image.parts();
        let tag = tag.filter(|tag| moves(tag) && !image.pinned())?;
        Some(format!("{name} has the tag {tag}, which means another image tomorrow"))
    })
}

/// R005. What R003 and R004 tell is not told again.
pub(super) fn versioned(view: &View<'_>) -> Verdict {
    each(view, |image| {
        let (name, tag) = image.parts();
        let tag = tag.filter(|tag| !moves(tag) && !image.pinned() && !is_version(tag))?;
        Some(format!("{name} has the tag {tag}, of which nobody can tell what is newer"))
    })
}

fn each(view: &View<'_>, fault: impl Fn(&Image) -> Option<String>) -> Verdict {
    let mut found = Vec::<Finding>::new();
    for part in view.parts() {
        let Some(written) = part.text(&["image"]).filter(|image| !image.text.is_empty()) else { continue };
        let image = Image(view.filled(&written.text));
        found.extend(fault(&image).map(|text| said(&written, &image, &text)));
    }
    found.into()
}

/// Where variables were filled in, the text as written is told as well.
fn said(written: &Written<'_>, image: &Image, text: &str) -> Finding {
    if written.text == image.0 { written.found(text) } else { written.found(format!("{text} (written {})", written.text)) }
}

/// The reference of an image, variables filled in.
struct Image(String);

impl Image {
    /// The name, and the tag if there is one.
    fn parts(&self) -> (&str, Option<&str>) {
        let plain = self.0.split_once('@').map_or(self.0.as_str(), |(plain, _)| plain);
        match plain.rsplit_once(':') {
            // A colon before a slash is the port of a registry.
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag).filter(|tag| !tag.is_empty())),
            _ => (plain, None),
        }
    }

    /// Whether a digest says exactly which image is meant.
    fn pinned(&self) -> bool {
        self.0.contains("@sha256:")
    }
}

fn moves(tag: &str) -> bool {
    tag.split(['-', '.', '_']).any(|word| matches!(word, "latest" | "edge" | "nightly"))
}

/// One to three numbers, then anything that is not a further number: `1.27.2`, `v2`, `11.4-jammy`.
fn is_version(tag: &str) -> bool {
    let plain = tag.strip_prefix('v').unwrap_or(tag);
    let numbers = plain.split(['-', '+', '_']).next().unwrap_or_default();
    let parts: Vec<&str> = numbers.split('.').collect();
    let begins = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
    let whole = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let (last, front) = (parts.last(), parts.get(..parts.len().saturating_sub(1)).unwrap_or_default());
    // `1.25rc1` is one; `7f3a9c2` is no version but a commit.
    let short = |part: &&str| whole(part) || (parts.len() > 1 && begins(part));
    front.iter().all(whole) && last.is_some_and(short)
}
