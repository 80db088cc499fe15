//! Releases that move, vanish and come back, notes that are odd, and the sweep over all mirrors.

use std::fs;
use std::os::unix::fs::symlink;

use super::super::{FILE_LIMIT_BYTES, Progress, Shelf};
use super::{Scratch, app, change, fsck};

#[test]
fn trap_42_a_tag_that_vanishes_and_comes_back_elsewhere_has_moved() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.write("compose.yml", b"text");
    let first = source.commit("first");
    source.git(&["tag", "-a", "1.0.0+1", "-m", "one"]);
    shelf.refresh(&app(), &source.origin()).expect("clone");
    let second = source.commit("second");
    source.git(&["tag", "--delete", "1.0.0+1"]);
    let gone = shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert_eq!((gone.vanished_tags, gone.moved_tags), (vec![change("1.0.0+1", &first, None)], vec![]));
    source.git(&["tag", "-a", "1.0.0+1", "-m", "one again", &second]);
    let back = shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert_eq!((back.new_tags.len(), back.moved_tags), (0, vec![change("1.0.0+1", &first, Some(&second))]));
    let again = shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert!(again.moved_tags.is_empty(), "it is told once");
    fsck(&scratch.0);
}

#[test]
fn a_tag_that_is_made_again_for_the_same_commit_is_no_change_of_the_release() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let commit = source.commit("first");
    source.git(&["tag", "1.0.0+1"]);
    shelf.refresh(&app(), &source.origin()).expect("clone");
    source.git(&["tag", "--force", "-a", "1.0.0+1", "-m", "now with a message"]);
    let refreshed = shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert!(refreshed.moved_tags.is_empty() && refreshed.new_tags.is_empty());
    assert_eq!(shelf.choices(&app()).expect("choices"), ["1.0.0+1"], "but it is a release now");
    assert_eq!(shelf.resolve(&app(), "1.0.0+1").expect("tag"), commit);
}

#[test]
fn trap_43_what_runs_at_a_tag_or_a_commit_that_is_gone_can_still_be_read() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.write("compose.yml", b"kept");
    source.commit("base");
    source.git(&["checkout", "--quiet", "-b", "side"]);
    source.write("compose.yml", b"chaos");
    let chaos = source.commit("work in progress");
    source.git(&["checkout", "--quiet", "main"]);
    source.write("other", b"x");
    let tagged = source.commit("release");
    source.git(&["tag", "-a", "1.0.0+1", "-m", "one"]);
    shelf.refresh(&app(), &source.origin()).expect("clone");
    shelf.keep(&app(), &chaos).expect("deployed");
    source.git(&["tag", "--delete", "1.0.0+1"]);
    source.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    source.git(&["branch", "--quiet", "-D", "side"]);
    shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert_eq!(shelf.resolve(&app(), "1.0.0+1").expect("the pin still means what it meant"), tagged);
    assert!(!shelf.choices(&app()).expect("choices").contains(&"1.0.0+1".to_owned()), "but it is offered to nobody");
    let short = chaos.get(..8).expect("digits");
    assert_eq!(shelf.resolve(&app(), short).expect("a chaos version"), chaos);
    // What no ref names would go with git's own tidying; nothing of ours does.
    let mirror = super::Repository(scratch.0.join("shelf/app.git"));
    mirror.git(&["gc", "--quiet", "--prune=now"]);
    assert_eq!(shelf.read(&app(), &chaos, "compose.yml").expect("kept").as_deref(), Some(&b"chaos"[..]));
    assert!(shelf.read(&app(), &tagged, "other").expect("kept").is_some());
}

#[test]
fn trap_44_the_default_branch_may_have_any_name() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.commit("on main");
    source.git(&["branch", "--quiet", "-m", "master"]);
    let master = source.commit("on master");
    assert_eq!(shelf.refresh(&app(), &source.origin()).expect("clone").head, master);
    source.git(&["checkout", "--quiet", "-b", "trunk"]);
    let trunk = source.commit("on trunk");
    assert_eq!(shelf.refresh(&app(), &source.origin()).expect("fetch").head, trunk, "the branch that the origin names");
    assert_eq!(shelf.choices(&app()).expect("choices"), [trunk.get(..8).expect("digits")]);
}

#[test]
fn trap_45_notes_that_are_huge_links_or_outside_are_told_and_not_shown() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.write("release/1.0.0+1", b"first\r\nno line end");
    source.write("release/2.0.0+1", &vec![b'x'; usize::try_from(FILE_LIMIT_BYTES).expect("fits") + 1]);
    symlink("/etc/passwd", source.0.join("release/3.0.0+1")).expect("link");
    source.write("release/4.0.0+1/note", b"a folder");
    source.write("release/.gitkeep", b"");
    let commit = source.commit("notes");
    shelf.refresh(&app(), &source.origin()).expect("clone");
    let versions = ["1.0.0+1", "2.0.0+1", "3.0.0+1", "4.0.0+1", "5.0.0+1", ".gitkeep", "../compose.yml"].map(str::to_owned);
    let notes = shelf.notes(&app(), &commit, &versions);
    let texts: Vec<_> = notes.iter().map(|note| (note.version.as_str(), note.text.as_str())).collect();
    assert_eq!(texts[0], ("1.0.0+1", "first\nno line end"));
    let refused =
        [("2.0.0+1", "larger than 1 MiB"), ("3.0.0+1", "symbolic link"), ("4.0.0+1", "folder"), ("../compose.yml", "`..`")];
    assert_eq!(texts.len(), 1 + refused.len(), "no note and an empty note are left out: {texts:?}");
    for ((version, text), (expected, why)) in texts[1..].iter().zip(refused) {
        assert!(*version == expected && text.contains("can’t be shown") && text.contains(why), "{version}: {text}");
    }
}

#[test]
fn there_is_one_sweep_at_a_time_and_it_tells_how_far_it_is() {
    let scratch = Scratch::new();
    let shelf = scratch.shelf();
    assert_eq!(shelf.sweeping(), None);
    let sweep = shelf.begin_sweep(3).expect("nobody sweeps");
    assert!(shelf.clone().begin_sweep(1).is_none(), "two would do the same work twice");
    sweep.count(true);
    sweep.count(false);
    assert_eq!(shelf.sweeping(), Some(Progress { total: 3, done: 2, failed: 1 }));
    drop(sweep);
    assert_eq!(shelf.sweeping(), None);
    assert!(shelf.begin_sweep(1).is_some());
}

#[test]
fn releases_are_remembered_until_a_tag_changes_whoever_changes_it() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let release = |name: &str| {
        source.commit(name);
        source.git(&["tag", "-a", name, "-m", name]);
    };
    let offered = |shelf: &Shelf| shelf.choices(&app()).expect("choices");
    release("1.0.0+1");
    shelf.refresh(&app(), &source.origin()).expect("clone");
    for _ in 0..2 {
        assert_eq!(offered(&shelf), ["1.0.0+1"]);
    }
    release("1.1.0+1");
    shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert_eq!(offered(&shelf), ["1.1.0+1", "1.0.0+1"]);
    // Another process has the same folder.
    release("1.2.0+1");
    scratch.shelf().refresh(&app(), &source.origin()).expect("fetch");
    assert_eq!(offered(&shelf), ["1.2.0+1", "1.1.0+1", "1.0.0+1"]);
    // Another repository takes its place.
    let other = scratch.repository("other");
    other.commit("one");
    other.git(&["tag", "-a", "2.0.0+1", "-m", "other"]);
    shelf.take_in(shelf.try_out(&app(), &other.origin()).expect("fetched")).expect("in its place");
    assert_eq!(offered(&shelf), ["2.0.0+1"]);
}

#[test]
fn releases_are_read_once_while_nothing_changes() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.commit("one");
    source.git(&["tag", "-a", "1.0.0+1", "-m", "one"]);
    shelf.refresh(&app(), &source.origin()).expect("clone");
    assert_eq!(shelf.releases(&app()).expect("read").newest(), "1.0.0+1");
    // Objects that are gone are not looked for again.
    fs::remove_dir_all(scratch.0.join("shelf/app.git/objects")).expect("removed");
    assert_eq!(shelf.releases(&app()).expect("remembered").newest(), "1.0.0+1");
    assert!(scratch.shelf().releases(&app()).is_err());
}
