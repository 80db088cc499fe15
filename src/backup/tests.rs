//! The cases of tests/data/backup: compose files, and what a backup of each would hold.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{Contents, Database, Service, Share};
use crate::compose::{Files, FilesError, Source, load};
use crate::stack::convert::convert;
use crate::stack::names::StackName;

struct Nothing;

impl Files for Nothing {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        Err(FilesError { path: path.to_owned(), what: "no such file".to_owned() })
    }
}

/// `compose*.yml` of a folder, the base first, as they would be deployed.
fn contents(folder: &Path) -> Contents {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "yml"));
    files.sort_by_key(|path| (path.file_name().unwrap() != "compose.yml", path.clone()));
    let source = |path: &std::path::PathBuf| Source {
        name: path.file_name().unwrap().to_str().unwrap().to_owned(),
        text: fs::read_to_string(path).unwrap(),
    };
    let sources: Vec<Source> = files.iter().map(source).collect();
    let stack = StackName::parse("shop_example_org").unwrap();
    let env = BTreeMap::from([("STACK_NAME".to_owned(), stack.to_string()), ("DB_NAME".to_owned(), "shop".to_owned())]);
    let loaded = load(&sources, &env, &Nothing).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let desired = convert(&stack, &loaded.config, &Nothing).unwrap();
    Contents::of(&desired.services.iter().map(|spec| Service::of(&stack, spec)).collect::<Vec<_>>())
}

fn told(contents: &Contents) -> String {
    let mut text = String::new();
    let level = contents.consistency(false).map_or("nothing", super::Consistency::as_str);
    writeln!(text, "asked by: {}; as a whole: {level}", contents.asking.join(" ")).unwrap();
    for volume in &contents.volumes {
        let share = match &volume.share {
            Share::Whole => "whole".to_owned(),
            Share::Paths(paths) => format!("only {}", paths.join(" ")),
            Share::LeftOut(why) => format!("left out, {why:?}"),
        };
        let levels = [false, true].map(|stopped| volume.consistency(stopped).map_or("-", super::Consistency::as_str));
        writeln!(text, "volume {} of {}: {share}; {}", volume.name, volume.services.join(" "), levels.join("/")).unwrap();
    }
    for hook in &contents.hooks {
        writeln!(text, "hook {:?} {}: {}", hook.moment, hook.service, hook.command).unwrap();
    }
    for gap in contents.gaps() {
        writeln!(text, "gap {:?} [{}|{}] {}", gap.kind, gap.service, gap.label, gap.text).unwrap();
    }
    text
}

#[test]
fn each_case_holds_and_misses_what_is_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/backup");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 12, "{}", cases.len());
    for case in cases {
        let (wanted, found) = (case.join("holds.txt"), told(&contents(&case)));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&wanted, &found).unwrap();
        }
        assert_eq!(found, fs::read_to_string(&wanted).unwrap_or_default(), "{}", case.display());
    }
}

#[test]
fn a_database_is_known_by_the_last_part_of_its_image() {
    let sha = format!("mariadb@sha256:{}", "0".repeat(64));
    for (image, kind) in [
        ("postgres", Some(Database::Postgres)),
        ("docker.io/pgvector/pgvector:pg17", Some(Database::Postgres)),
        ("registry.example.org:5000/postgis/postgis:16-3.4", Some(Database::Postgres)),
        (sha.as_str(), Some(Database::Mysql)),
        ("mongo:7", Some(Database::Mongo)),
        ("quay.io/prometheuscommunity/postgres-exporter:v0.15", None),
        ("mongo-express", None),
        ("redis:7", None),
        ("", None),
    ] {
        assert_eq!(Database::of_image(image), kind, "{image}");
    }
}
