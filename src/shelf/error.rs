//! What can go wrong on the shelf, in words for the person who has to do something about it.

use super::Origin;

/// Any failure of the shelf. A failed refresh leaves the mirror as it was.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// There is no mirror of this recipe.
    #[error("recipe {recipe} is not on the shelf yet; refresh it first")]
    NotMirrored {
        /// The recipe's name.
        recipe: String,
    },
    /// The origin did not answer, or answered with a refusal.
    #[error("{origin} cannot be reached: {why}; check the address and the network, then refresh again")]
    Unreachable {
        /// Where the recipe comes from.
        origin: Origin,
        /// The cause, without secrets.
        why: String,
    },
    /// The origin answered, but not as a git repository does.
    #[error("{origin} is not a usable git repository: {why}; check the address")]
    NotARepository {
        /// Where the recipe comes from.
        origin: Origin,
        /// The cause, without secrets.
        why: String,
    },
    /// The origin is a repository without any commit.
    #[error("{origin} has no commits; push one, then refresh again")]
    NoCommits {
        /// Where the recipe comes from.
        origin: Origin,
    },
    /// Neither a tag nor a commit of the mirror.
    #[error("recipe {recipe} has no version or commit `{revision}`; give a tag or a commit id, or refresh the recipe")]
    NoSuchRevision {
        /// The recipe's name.
        recipe: String,
        /// What was asked for.
        revision: String,
    },
    /// A short commit id that fits several objects.
    #[error("recipe {recipe} has several objects whose id begins with `{revision}`; give more of its digits")]
    AmbiguousRevision {
        /// The recipe's name.
        recipe: String,
        /// What was asked for.
        revision: String,
    },
    /// A file or a transfer beyond its limit.
    #[error("{what} is larger than {limit_mib} MiB; make it smaller at its source")]
    TooLarge {
        /// The file or the transfer.
        what: String,
        /// The limit in MiB.
        limit_mib: u64,
    },
    /// A path that cannot name a file inside a repository.
    #[error("`{path}` is not a path inside a recipe: {why}; give it relative to the recipe's top folder")]
    BadPath {
        /// The path as given.
        path: String,
        /// Which rule it breaks.
        why: &'static str,
    },
    /// The path exists, but holds no plain file or no folder.
    #[error("`{path}` is a {kind}, which a recipe may not use here; make it a {wanted}")]
    WrongKind {
        /// The path inside the recipe.
        path: String,
        /// What it is: a symbolic link, a submodule, a folder, a file.
        kind: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// The mirror on disk cannot be read or written.
    #[error(
        "the mirror of recipe {recipe} cannot be used: {why}; check the data folder's space and owner, or remove the recipe and refresh it"
    )]
    Mirror {
        /// The recipe's name.
        recipe: String,
        /// The cause.
        why: String,
    },
    /// The shelf's own folder cannot be used.
    #[error("the shelf folder {path} cannot be used: {why}; check its owner and the free space")]
    Folder {
        /// The folder.
        path: String,
        /// The cause.
        why: std::io::Error,
    },
}

/// The whole chain of causes in one line, each said once.
pub(super) fn chain(error: &gix::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in error.iter_errors() {
        push_new(&mut said, cause.to_string());
    }
    said.join(": ")
}

fn push_new(said: &mut Vec<String>, text: String) {
    if !said.iter().any(|earlier| earlier.contains(&text)) {
        said.push(text);
    }
}
