//! Tags that no longer mean what they meant. A release that changes afterwards may be an attack.

use gix::ObjectId;
use gix::refs::FullName;

use super::refresh::named;

/// A tag that now leads to another commit, or nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagChange {
    /// Without `refs/tags/`.
    pub tag: String,
    /// The commit that it led to, in hex. It stays readable.
    pub was: String,
    /// The commit that it leads to now, in hex; `None` when the origin has the tag no more.
    pub now: Option<String>,
}

/// Where the mirror remembers what a tag meant that the origin has no more: it may come back and mean something else.
const VANISHED: &str = "refs/canteen/vanished/";

/// The ref that remembers a vanished tag. Its name is one folder deep, so that `a` and `a/b` can both be remembered.
pub(super) fn memory_of(tag: &str) -> Result<FullName, gix::Error> {
    named(&format!("{VANISHED}{}", tag.replace('%', "%25").replace('/', "%2F")))
}

/// What `id` leads to through tags of tags, in hex. Another tag object for the same commit is no change of a release.
pub(super) fn leads_to(mirror: &gix::Repository, id: ObjectId) -> Result<String, gix::Error> {
    Ok(mirror.find_object(id)?.peel_tags_to_end()?.id.to_string())
}
