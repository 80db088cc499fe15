//! Arbitrary compose files: the reader never panics, never hangs and stays within its budgets.

#![no_main]

use std::collections::BTreeMap;

use canteen_fuzz::compose::{Files, FilesError, Interpolate, Options, Source, config_yaml, load_with, raw_secret_names};
use libfuzzer_sys::fuzz_target;

/// Between two files of one input.
const NEXT_FILE: &str = "\n===\n";

/// Every file beside the compose files is this text.
struct Same<'a>(&'a str);

impl Files for Same<'_> {
    fn read(&self, _path: &str) -> Result<Vec<u8>, FilesError> {
        Ok(self.0.as_bytes().to_vec())
    }
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let named = |(index, text): (usize, &str)| Source { name: format!("{index}.yml"), text: text.to_owned() };
    let sources: Vec<_> = text.splitn(3, NEXT_FILE).enumerate().map(named).collect();
    let env: BTreeMap<_, _> =
        [("A", "a"), ("B", ""), ("N", "3"), ("HOME", "/home/u")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    for interpolate in [Interpolate::Yes, Interpolate::No] {
        let options = Options { interpolate, folder: Some("/wd".to_owned()) };
        match load_with(&sources, &env, &Same("A=1\nB\n"), &options) {
            Ok(loaded) => drop(config_yaml(&loaded.config)),
            Err(fault) => assert!(!fault.what.is_empty() && !fault.hint.is_empty(), "{fault}"),
        }
    }
    drop(raw_secret_names(&sources));
});
