use std::os::unix::fs::symlink;

use super::super::{FILE_LIMIT_BYTES, Refreshed, ShelfError};
use super::{Scratch, app, change, fsck};
use crate::compose::Files as _;

#[test]
fn a_mirror_follows_tags_that_come_move_and_vanish() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.write("compose.yml", b"first");
    let first = source.commit("first");
    source.git(&["tag", "light"]);
    source.git(&["tag", "-a", "1.0.0+2.0.0", "-m", "chore: publish 1.0.0"]);
    let refreshed = shelf.refresh(&app(), &source.origin()).expect("clone");
    let new_tags = vec!["1.0.0+2.0.0".to_owned(), "light".to_owned()];
    assert_eq!(refreshed, Refreshed { new_tags, moved_tags: vec![], vanished_tags: vec![], head: first.clone() });

    let versions = shelf.versions(&app()).expect("versions");
    let shapes: Vec<_> = versions.iter().map(|tag| (tag.name.as_str(), tag.annotated, tag.message.trim(), tag.at_s)).collect();
    assert_eq!(shapes, [("1.0.0+2.0.0", true, "chore: publish 1.0.0", 1_700_000_000), ("light", false, "", 1_700_000_000)]);
    assert!(versions.iter().all(|tag| tag.commit == first));

    source.write("compose.yml", b"second");
    let second = source.commit("second");
    source.git(&["tag", "--force", "light"]);
    source.git(&["tag", "--delete", "1.0.0+2.0.0"]);
    let refreshed = shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert_eq!(refreshed.moved_tags, [change("light", &first, Some(&second))]);
    assert_eq!(refreshed.vanished_tags, [change("1.0.0+2.0.0", &first, None)]);
    assert_eq!((refreshed.new_tags.len(), refreshed.head.as_str()), (0, second.as_str()));
    assert_eq!(shelf.resolve(&app(), "light").expect("tag"), second);
    assert_eq!(shelf.read(&app(), &first, "compose.yml").expect("kept").as_deref(), Some(&b"first"[..]));
    let kept = super::Repository(scratch.0.join("shelf/app.git")).git(&["for-each-ref", "refs/canteen/kept"]);
    assert!(kept.contains(&first), "{kept}");
    fsck(&scratch.0);

    let again = shelf.refresh(&app(), &source.origin()).expect("nothing new");
    assert_eq!(again, Refreshed { new_tags: vec![], moved_tags: vec![], vanished_tags: vec![], head: second });
}

#[test]
fn only_tags_and_commit_ids_resolve() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.write("a", b"a");
    let commit = source.commit("one");
    source.git(&["tag", "v1"]);
    source.git(&["tag", "a-file", "HEAD:a"]);
    shelf.refresh(&app(), &source.origin()).expect("clone");
    for revision in ["v1", &commit, commit.get(..7).expect("digits")] {
        assert_eq!(shelf.resolve(&app(), revision).expect(revision), commit);
    }
    let blob = source.git(&["rev-parse", "HEAD:a"]);
    for revision in
        ["main", "HEAD", "v1^", "v1~1", "@", "", "refs/tags/v1", "../heads/main", "a-file", "v1:a", "abc", &blob, "0000000"]
    {
        assert!(matches!(shelf.resolve(&app(), revision), Err(ShelfError::NoSuchRevision { .. })), "{revision}");
    }
    assert_eq!(shelf.versions(&app()).expect("versions").len(), 1, "a tag of a file is no version");
    shelf.keep(&app(), &commit).expect("keep");
    shelf.keep(&app(), &commit).expect("twice");
    assert!(matches!(shelf.keep(&app(), "v1"), Err(ShelfError::NoSuchRevision { .. })));
}

#[test]
fn only_plain_files_inside_the_commit_are_read() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.write("compose.yml", b"text");
    source.write("release/1.0.0", b"note");
    source.write("big", &vec![b'x'; usize::try_from(FILE_LIMIT_BYTES).expect("fits") + 1]);
    source.write("limit", &vec![b'x'; usize::try_from(FILE_LIMIT_BYTES).expect("fits")]);
    symlink("/etc/passwd", source.0.join("link")).expect("link");
    symlink("release", source.0.join("folder-link")).expect("link");
    let other = "1234567890123456789012345678901234567890";
    source.git(&["add", "--all"]);
    source.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{other},module")]);
    source.git(&["commit", "--quiet", "-m", "all kinds"]);
    let commit = shelf.refresh(&app(), &source.origin()).expect("clone").head;
    let read = |path| shelf.read(&app(), &commit, path);

    assert_eq!(read("./release/1.0.0").expect("file").as_deref(), Some(&b"note"[..]));
    assert!(read("limit").expect("at the limit").is_some());
    for path in ["absent", "absent/below", "compose.yml/below", "folder-link/1.0.0", "module/x"] {
        assert_eq!(read(path).expect(path), None, "{path}");
    }
    assert!(matches!(read("big"), Err(ShelfError::TooLarge { .. })));
    for path in ["link", "folder-link", "module", "release"] {
        assert!(matches!(read(path), Err(ShelfError::WrongKind { .. })), "{path}");
    }
    for path in ["/etc/passwd", "../x", "release/../../x", "", ".", "a\\b", "a\0b"] {
        assert!(matches!(read(path), Err(ShelfError::BadPath { .. })), "{path}");
    }
    assert_eq!(shelf.list(&app(), &commit, "").expect("top"), ["big", "compose.yml", "limit", "release/"]);
    assert_eq!(shelf.list(&app(), &commit, "release").expect("folder"), ["1.0.0"]);
    assert!(shelf.list(&app(), &commit, "absent").expect("absent").is_empty());
    assert!(shelf.list(&app(), &commit, "compose.yml").is_err());

    let tree = shelf.tree(&app(), &commit);
    assert_eq!(tree.read("compose.yml").expect("file"), b"text");
    assert!(tree.read("absent").expect_err("absent").what.contains("no such file"));
    assert!(tree.read("link").expect_err("link").what.contains("symbolic link"));
}

#[test]
fn repositories_without_tags_or_commits_say_so() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    assert!(matches!(shelf.refresh(&app(), &source.origin()), Err(ShelfError::NoCommits { .. })));
    assert!(matches!(shelf.head(&app()), Err(ShelfError::NotMirrored { .. })), "a failed clone leaves nothing behind");
    let commit = source.commit("one");
    shelf.refresh(&app(), &source.origin()).expect("clone");
    assert_eq!(shelf.head(&app()).expect("head"), commit);
    assert!(shelf.versions(&app()).expect("none").is_empty());
}

#[test]
fn a_failed_refresh_leaves_the_mirror_usable() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    source.write("a", b"a");
    let commit = source.commit("one");
    let origin = source.origin();
    shelf.refresh(&app(), &origin).expect("clone");
    std::fs::remove_dir_all(source.0.join(".git/objects")).expect("damage");
    assert!(matches!(shelf.refresh(&app(), &origin), Err(ShelfError::NotARepository { .. })));
    std::fs::remove_dir_all(&source.0).expect("gone");
    assert!(matches!(shelf.refresh(&app(), &origin), Err(ShelfError::Unreachable { .. })));
    assert_eq!(shelf.read(&app(), &commit, "a").expect("still there").as_deref(), Some(&b"a"[..]));
}

#[test]
fn what_is_tried_out_is_on_the_shelf_only_when_it_was_taken_in() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let folders = || std::fs::read_dir(scratch.0.join("shelf")).expect("a folder").count();
    source.write("compose.yml", b"first");
    let commit = source.commit("one");
    let trial = shelf.try_out(&app(), &source.origin()).expect("fetched");
    assert!(trial.has("compose.yml").expect("read") && !trial.has("README.md").expect("read"));
    assert!(!shelf.has(&app()));
    drop(trial);
    assert_eq!(folders(), 0, "nothing is left of it");
    // A crash drops nothing.
    std::mem::forget(shelf.try_out(&app(), &source.origin()).expect("fetched"));
    assert_eq!(folders(), 1);
    let shelf = scratch.shelf();
    assert_eq!(folders(), 0, "a start sweeps it");
    shelf.take_in(shelf.try_out(&app(), &source.origin()).expect("fetched")).expect("taken in");
    assert_eq!(shelf.read(&app(), &commit, "compose.yml").expect("there").as_deref(), Some(&b"first"[..]));
    assert_eq!(folders(), 1);
}

#[test]
fn a_tag_may_become_a_folder_of_tags() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let commit = source.commit("one");
    source.git(&["tag", "v1"]);
    shelf.refresh(&app(), &source.origin()).expect("clone");
    source.git(&["tag", "--delete", "v1"]);
    source.git(&["tag", "v1/final"]);
    let refreshed = shelf.refresh(&app(), &source.origin()).expect("fetch");
    assert_eq!((refreshed.new_tags, refreshed.vanished_tags), (vec!["v1/final".to_owned()], vec![change("v1", &commit, None)]));
    assert_eq!(shelf.resolve(&app(), "v1").expect("remembered"), commit);
    source.git(&["tag", "--delete", "v1/final"]);
    shelf.refresh(&app(), &source.origin()).expect("both are remembered side by side");
}

#[test]
fn refreshes_of_one_recipe_take_turns() {
    let scratch = Scratch::new();
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    let commit = source.commit("one");
    source.git(&["tag", "v1"]);
    let origin = source.origin();
    let together = std::sync::Barrier::new(4);
    let refreshed: Vec<_> = std::thread::scope(|scope| {
        let refresh = || {
            together.wait();
            shelf.clone().refresh(&app(), &origin).expect("refresh")
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(refresh)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(refreshed.iter().filter(|one| one.new_tags == ["v1"]).count(), 1, "only the first finds the tag new");
    assert!(refreshed.iter().all(|one| one.head == commit));
}

#[test]
fn what_a_crash_left_half_made_is_swept_when_the_shelf_opens() {
    let scratch = Scratch::new();
    std::fs::create_dir_all(scratch.0.join("shelf/.incoming-app/objects")).expect("folder");
    let (shelf, source) = (scratch.shelf(), scratch.repository("source"));
    assert!(!scratch.0.join("shelf/.incoming-app").exists());
    assert!(matches!(shelf.refresh(&app(), &source.origin()), Err(ShelfError::NoCommits { .. })));
    assert!(!scratch.0.join("shelf/.incoming-app").exists(), "a failed clone cleans up after itself");
}
