use std::path::Path;

/// Compares with a checked-in file below `tests/data/golden/`. With `UPDATE=1` in the environment the file is written anew instead.
pub(crate) fn matches(file: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/golden").join(file);
    if std::env::var_os("UPDATE").is_some_and(|v| v == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
        return;
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    let differs: Vec<String> = differing(&wanted, found);
    assert!(differs.is_empty(), "{file} is not as it was; look at each line, then run with UPDATE=1:\n{}", differs.join("\n"));
}

fn differing(wanted: &str, found: &str) -> Vec<String> {
    let gone = wanted.lines().filter(|l| !found.lines().any(|f| f == *l)).map(|l| format!("- {l}"));
    let come = found.lines().filter(|l| !wanted.lines().any(|w| w == *l)).map(|l| format!("+ {l}"));
    let mut all: Vec<String> = gone.chain(come).collect();
    if all.is_empty() && wanted != found {
        all.push("the same lines in another order".to_owned());
    }
    all
}
