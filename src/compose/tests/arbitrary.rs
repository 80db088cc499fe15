//! Whatever is read, the reader answers, and its answer stays within its budgets.

use super::{Beside, cases};
use crate::compose::{
    Interpolate, Kind, Node, Options, Source, config_yaml, load_with, raw_secret_names,
    yaml::{MAX_DEPTH, MAX_EXPANDED_BYTES, MAX_NODES, parse},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use std::collections::BTreeMap;

/// Pieces that mean something to YAML, to variables or to the schema.
const PIECES: [&str; 36] = [
    "\n",
    "  ",
    "\t",
    "\r\n",
    ": ",
    "- ",
    "? ",
    "&a ",
    "*a",
    "<<: *a",
    "!!str ",
    "!x ",
    "|\n",
    ">-\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\"",
    "'",
    "#",
    "---\n",
    "...\n",
    "${",
    "$A",
    "}",
    ":-",
    ":?",
    "~",
    "0x1",
    "1e9",
    "2020-01-01",
    "\u{feff}",
    "\u{85}",
    "services:\n",
];

/// Nodes, bytes of text and depth.
fn size(node: &Node) -> (usize, usize, usize) {
    let below: Vec<_> = match &node.kind {
        Kind::List(items) => items.iter().map(size).collect(),
        Kind::Map(map) => map.values().map(size).collect(),
        Kind::Text(text) => return (1, text.len(), 1),
        _ => return (1, 0, 1),
    };
    below.into_iter().fold((1, 0, 1), |(nodes, bytes, depth), below| (nodes + below.0, bytes + below.1, depth.max(below.2 + 1)))
}

fn answer(texts: &[&str]) -> Result<(), TestCaseError> {
    let sources: Vec<_> = texts.iter().map(|text| Source { name: "c.yml".to_owned(), text: (*text).to_owned() }).collect();
    for source in &sources {
        match parse(&source.text) {
            Ok(document) => {
                let (nodes, bytes, depth) = size(&document.root);
                prop_assert!(nodes <= MAX_NODES && bytes <= MAX_EXPANDED_BYTES && depth <= MAX_DEPTH, "{nodes} {bytes} {depth}");
            }
            Err(fault) => prop_assert!(fault.line.is_some() || fault.what.contains("too big"), "{fault:?}"),
        }
    }
    let env: BTreeMap<_, _> = [("A".to_owned(), "1".to_owned()), ("HOME".to_owned(), "/home/u".to_owned())].into();
    for interpolate in [Interpolate::Yes, Interpolate::No] {
        let options = Options { interpolate, folder: None };
        match load_with(&sources, &env, &Beside(BTreeMap::new()), &options) {
            Ok(loaded) => prop_assert!(!config_yaml(&loaded.config).starts_with('#')),
            Err(fault) => prop_assert!(!fault.what.is_empty() && !fault.hint.is_empty(), "{fault:?}"),
        }
    }
    drop(raw_secret_names(&sources));
    Ok(())
}

/// One change of a text: what goes, from where to where, and what comes.
fn mutate(text: &mut String, from: Index, length: usize, piece: &str) {
    let places: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let from = from.index(places.len());
    let to = (from + length).min(places.len() - 1);
    text.replace_range(places[from]..places[to], piece);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn arbitrary_bytes_get_an_answer(bytes in vec(any::<u8>(), 0..2000)) {
        answer(&[&String::from_utf8_lossy(&bytes)])?;
    }

    #[test]
    fn arbitrary_pieces_get_an_answer(pieces in vec(any::<Index>(), 0..200)) {
        let text: String = pieces.iter().map(|index| *index.get(&PIECES)).collect();
        answer(&[&text, "services: {a: {}}"])?;
    }

    #[test]
    fn mutated_files_get_an_answer(
        case in any::<Index>(),
        changes in vec((any::<Index>(), 0_usize..20, any::<Index>(), any::<bool>()), 1..12),
    ) {
        let cases = cases("stack-cases/config.jsonl");
        let mut texts: Vec<String> = case.get(&cases).files.values().cloned().collect();
        for (from, length, piece, first) in changes {
            let text = if first { texts.first_mut() } else { texts.last_mut() }.unwrap();
            let other = piece.get(&PIECES);
            mutate(text, from, length, other);
        }
        answer(&texts.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
}
