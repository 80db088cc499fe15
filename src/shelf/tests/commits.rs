//! Branches, typed commits, and the release that is nearest below one.

use super::super::{Branch, ShelfError};
use super::{Repository, Scratch, app};

fn tag(source: &Repository, name: &str) {
    source.git(&["tag", "-a", name, "-m", name]);
}

#[test]
fn branches_are_those_of_the_last_refresh() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let main = source.commit("on main");
    source.git(&["checkout", "--quiet", "-b", "try/<it>"]);
    let side = source.commit("on the side\n\nwith a body");
    shelf.refresh(&app(), &source.origin()).expect("clone");
    let branch = |name: &str, commit: &str| Branch { name: name.to_owned(), commit: commit.to_owned() };
    assert_eq!(shelf.branches(&app()).expect("branches"), [branch("main", &main), branch("try/<it>", &side)]);
    let told = shelf.describe(&app(), &side).expect("a commit");
    assert_eq!((told.subject.as_str(), told.at_s), ("on the side", 1_700_000_000));
    source.git(&["checkout", "--quiet", "main"]);
    source.git(&["branch", "--quiet", "-D", "try/<it>"]);
    shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert_eq!(shelf.branches(&app()).expect("branches"), [branch("main", &main)]);
}

#[test]
fn a_commit_comes_after_the_release_that_takes_the_fewest_steps_back() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let root = source.commit("root");
    let first = source.commit("first");
    tag(&source, "1.0.0+1");
    let between = source.commit("between");
    source.git(&["checkout", "--quiet", "-b", "side"]);
    let side = source.commit("side");
    source.git(&["checkout", "--quiet", "main"]);
    let second = source.commit("second");
    tag(&source, "1.1.0+1");
    tag(&source, "1.2.0+1");
    source.git(&["merge", "--quiet", "--no-ff", "-m", "merged", "side"]);
    let merged = source.git(&["rev-parse", "HEAD"]);
    source.git(&["tag", "light"]);
    shelf.refresh(&app(), &source.origin()).expect("clone");
    for (commit, expected, what) in [
        (&root, None, "nothing is below the first one"),
        (&first, Some("1.0.0+1"), "a release itself"),
        (&between, Some("1.0.0+1"), "one step behind"),
        (&side, Some("1.0.0+1"), "another branch does not count"),
        (&second, Some("1.2.0+1"), "the newest of two on one commit"),
        (&merged, Some("1.2.0+1"), "one step, and not three; a lightweight tag is no release"),
    ] {
        assert_eq!(shelf.nearest_release(&app(), commit).expect("looked").as_deref(), expected, "{what}");
    }
    assert_eq!(shelf.release_of(&app(), &second).expect("looked").as_deref(), Some("1.2.0+1"));
    assert_eq!(shelf.release_of(&app(), &merged).expect("looked"), None);
}

#[test]
fn digits_mean_the_one_commit_that_begins_with_them() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let [one, other] = ["158", "355"].map(|number| {
        source.git(&["checkout", "--quiet", "--orphan", number]);
        source.commit(&format!("commit {number}"))
    });
    assert_eq!((one.get(..4), one.get(..6) == other.get(..6)), (other.get(..4), false), "two that begin alike, found by trying");
    shelf.refresh(&app(), &source.origin()).expect("clone");
    assert_eq!(shelf.commit(&app(), &one.to_uppercase()).expect("found"), one);
    assert_eq!(shelf.commit(&app(), one.get(..6).expect("digits")).expect("found"), one);
    assert!(matches!(shelf.commit(&app(), one.get(..4).expect("digits")), Err(ShelfError::AmbiguousRevision { .. })));
    assert!(matches!(shelf.commit(&app(), "00000000"), Err(ShelfError::NoSuchRevision { .. })));
}

#[test]
fn a_commit_that_was_deployed_keeps_its_version_whatever_is_tagged_with_its_digits() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let commit = source.commit("deployed");
    tag(&source, "1.0.0+1");
    let version = commit.get(..8).expect("digits").to_owned();
    shelf.refresh(&app(), &source.origin()).expect("clone");
    shelf.keep(&app(), &commit).expect("deployed");
    let other = source.commit("another");
    tag(&source, &version);
    shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert_eq!(shelf.resolve(&app(), &version).expect("found"), commit, "not {other}");
}

#[test]
fn only_of_a_recipe_with_releases_a_commit_is_chaos() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let commit = source.commit("first");
    let version = commit.get(..8).expect("digits").to_owned();
    shelf.refresh(&app(), &source.origin()).expect("clone");
    assert!(!shelf.is_chaos(&app(), &version).expect("looked"), "there is nothing but commits");
    tag(&source, "1.0.0+1");
    tag(&source, "20240101");
    shelf.refresh(&app(), &source.origin()).expect("fetch");
    for (version, expected) in [(version.as_str(), true), ("1.0.0+1", false), ("20240101", false), ("latest", false)] {
        assert_eq!(shelf.is_chaos(&app(), version).expect("looked"), expected, "{version}");
    }
}
