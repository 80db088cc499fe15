//! Every kind of fault says where it is, what is wrong and what to do about it.

use super::{Beside, DATA, FOLDER, sources};
use crate::compose::{Files, FilesError, load};
use std::{collections::BTreeMap, fs};

/// The line that holds this sign is the one that the fault has to name.
const HERE: &str = "# <-";

/// A file with one fault, under a line `=== PATH | PART OF WHAT IS SAID`. A second file follows a line of `+++`.
fn check(block: &str) -> Result<(), String> {
    let (head, text) = block.split_once('\n').unwrap();
    let (path, what) = head.split_once(" | ").unwrap();
    let texts: Vec<_> = text.split("+++\n").collect();
    let line = texts.iter().find_map(|text| text.lines().position(|line| line.contains(HERE))).map(|index| index + 1);
    let beside = [("space.env", "A=1\nB C=2\n"), ("nameless.env", "=1\n")];
    let beside = Beside(beside.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    let Err(fault) = load(&sources(&texts), &BTreeMap::new(), &Rooted(beside)) else {
        return Err(format!("accepted:\n{block}"));
    };
    let placed = fault.line.is_some() && fault.column.is_some_and(|column| column > 0) && fault.file.starts_with("compose.");
    let right = line.is_none_or(|line| fault.line.map(|told| told as usize) == Some(line));
    if placed && right && fault.path == path && fault.what.contains(what) && !fault.hint.is_empty() {
        return Ok(());
    }
    Err(format!("{fault:?}\ninstead of line {line:?}:\n{block}"))
}

/// The files beside, by their names alone.
struct Rooted(Beside);

impl Files for Rooted {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        self.0.read(&format!("{FOLDER}/{path}"))
    }
}

#[test]
fn every_fault_names_file_line_path_and_remedy() {
    let text = fs::read_to_string(format!("{DATA}/compose/faults.txt")).unwrap();
    let blocks: Vec<_> = text.split("=== ").skip(1).collect();
    let wrong: Vec<_> = blocks.iter().filter_map(|block| check(block).err()).collect();
    assert!(wrong.is_empty(), "{} of {}\n\n{}", wrong.len(), blocks.len(), wrong.join("\n\n"));
    assert!(blocks.len() > 50);
}

#[test]
fn everything_without_effect_is_told() {
    let text = fs::read_to_string(format!("{DATA}/compose/notices.yml")).unwrap();
    let loaded = load(&sources(&[&text]), &BTreeMap::new(), &Rooted(Beside(BTreeMap::new()))).unwrap();
    let told: Vec<_> = loaded.notices.iter().map(|notice| format!("{}: {}", notice.path, notice.text)).collect();
    let expected: Vec<_> = text.lines().filter_map(|line| line.trim().strip_prefix("#= ")).collect();
    let missing: Vec<_> = expected.iter().filter(|wanted| !told.iter().any(|told| told.starts_with(**wanted))).collect();
    assert!(missing.is_empty(), "{missing:#?} is not in {told:#?}");
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}
