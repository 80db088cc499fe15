//! What restic is told, for each kind of wish.

use super::*;
use crate::restic::{Captured, Kind, RepositoryPassword, Snapshot, Tags};

fn path(text: &str) -> AbsPath {
    AbsPath::new(text).unwrap()
}

fn holding(paths: &[&str]) -> Snapshot {
    let id = SnapshotId::new(&"0f".repeat(32)).unwrap();
    let paths = paths.iter().map(|text| path(text)).collect();
    Snapshot { id, time: 0, host: String::new(), words: vec![], tags: None, paths, summary: None }
}

fn reached(place: Place, credentials: Credentials) -> String {
    let repository = Repository::new(place, RepositoryPassword::new("seven otters").unwrap(), credentials).unwrap();
    let said = reach(&repository, Path::new("/run/my scratch"), None).join("\n");
    assert!(!said.contains("otters") && !said.contains("secret"), "{said}");
    said
}

#[test]
fn each_place_is_reached_by_an_address_without_secrets() {
    assert_eq!(reached(Place::Local { path: path("/b2:x") }, Credentials::None), "--json\n--repo\nlocal:/b2:x\n--no-cache");
    let rest = Place::Rest { url: "https://b/".into() };
    assert_eq!(reached(rest, Credentials::rest("ana", "secret").unwrap()), "--json\n--repo\nrest:https://b/\n--no-cache");
    let s3 = Place::S3 { endpoint: "https://s".into(), bucket: "b".into(), prefix: String::new(), region: "eu-1".into() };
    let s3 = reached(s3, Credentials::s3("id", "secret").unwrap());
    assert_eq!(s3, "--json\n--repo\ns3:https://s/b\n--no-cache\n-o\ns3.region=eu-1");
    let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n-----END OPENSSH PRIVATE KEY-----";
    let sftp = Place::Sftp { user: "coop".into(), host: "b.example.org".into(), port: 2222, path: path("/srv/b") };
    let sftp = reached(sftp, Credentials::sftp(key, "ssh-ed25519 AAAA").unwrap());
    assert_eq!(
        sftp,
        "--json\n--repo\nsftp://coop@b.example.org:2222//srv/b\n--no-cache\n-o\nsftp.command=ssh -F /dev/null -o 'BatchMode=yes' \
         -o 'IdentitiesOnly=yes' -o 'StrictHostKeyChecking=yes' -o 'GlobalKnownHostsFile=/dev/null' -o 'ConnectTimeout=20' \
         -o 'ServerAliveInterval=30' -o 'ServerAliveCountMax=4' -o 'IdentityFile=/run/my scratch/key' \
         -o 'UserKnownHostsFile=/run/my scratch/known_hosts' -l 'coop' -p 2222 -s -- 'b.example.org' sftp"
    );
}

#[test]
fn what_is_stored_stands_behind_two_dashes_and_its_tags_hold_no_run() {
    let tags = Tags { app: "pad".into(), recipe: "etherpad".into(), kind: Kind::PreUpgrade, partial: true };
    let paths = vec![path("/v/pad_data/_data"), path("/v/--help")];
    let mut wish = BackupWish { host: "-x".into(), tags, paths, parent: None };
    let said = backup(&wish, Duration::from_secs(90)).join(" ");
    assert_eq!(
        said,
        "backup --retry-lock 90s --host=-x --tag=app=pad,recipe=etherpad,kind=pre-upgrade,partial -- /v/pad_data/_data /v/--help"
    );
    wish.parent = SnapshotId::new(&"0f".repeat(32));
    assert!(backup(&wish, Duration::ZERO).contains(&format!("--parent={}", "0f".repeat(32))));
}

#[test]
fn a_whole_volume_comes_back_with_its_own_mode_and_may_lose_what_is_too_much() {
    let Some(Captured::Whole(whole)) = holding(&["/v/pad/_data"]).captured(&path("/v/pad/_data")) else { panic!() };
    let wish = RestoreWish::whole(whole.clone(), Surplus::Remove, &path("/v/new/_data")).unwrap();
    let id = "0f".repeat(32);
    assert_eq!(
        restore(&wish, false).join(" "),
        format!("restore --no-lock --verify -v --delete --include=/_data --target=/v/new -- {id}:/v/pad")
    );
    let wish = RestoreWish::whole(whole, Surplus::Keep, &path("/v/new/_data")).unwrap();
    assert_eq!(
        restore(&wish, true).join(" "),
        format!("restore --no-lock --dry-run -vv --include=/_data --target=/v/new -- {id}:/v/pad")
    );
}

#[test]
fn parts_are_named_one_by_one_and_nothing_is_removed_for_them() {
    let held = holding(&["/v/db/_data/backup.sql", "/v/db/_data/a[1]*/b\\c"]);
    let Some(Captured::Parts(parts)) = held.captured(&path("/v/db/_data")) else { panic!() };
    let said = restore(&RestoreWish::parts(parts, &path("/v/db/_data")), false).join(" ");
    let id = "0f".repeat(32);
    let include = "--include=/backup.sql --include=/a\\[1]\\*/b\\\\c";
    assert_eq!(said, format!("restore --no-lock --verify -v {include} --target=/v/db/_data -- {id}:/v/db/_data"));
}

#[test]
fn every_reading_is_without_a_lock_and_every_writing_waits_for_others() {
    let id = SnapshotId::new(&"0f".repeat(32)).unwrap();
    let selection = Selection::of("h", "pad");
    let reading =
        [config(), snapshots(&selection), snapshot(&id), list(&id, &path("/")), dump(&id, &path("/")), stats(), locks(), lock("a")];
    assert!(reading.iter().all(|words| words.contains(&"--no-lock".to_owned())), "{reading:?}");
    let wait = Duration::from_secs(7);
    let writing = [check(CheckDepth::Part { part: 2, of: 12 }, wait), forget(std::slice::from_ref(&id), wait), prune(wait)];
    assert!(writing.iter().all(|words| words.windows(2).any(|two| two == ["--retry-lock", "7s"])), "{writing:?}");
    assert!(writing[0].contains(&"--read-data-subset=2/12".to_owned()));
    assert_eq!(snapshots(&selection).join(" "), "snapshots --no-lock --host=h --tag=app=pad");
}
