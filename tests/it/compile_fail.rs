//! What must not compile, does not, and for the right reason: each file in `tests/compile_fail` is compiled on its own against this
//! build of the crate. Beside it stands the error that is expected; a file with none beside it must compile.
//!
//! The compiler is called without cargo, which would hold its lock and build dependencies a second time.

#![expect(clippy::disallowed_methods, reason = "the compiler is what is tested here")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The libraries that the files are compiled against.
struct Libraries {
    /// Where their own dependencies lie.
    deps: PathBuf,
    canteen: PathBuf,
    actix_web: PathBuf,
    /// Holds a second name for the crate, which stays when another build takes the first one away.
    _kept: tempfile::TempDir,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Right,
    Wrong,
}

#[test]
fn mistakes_about_rights_do_not_compile() {
    let libraries = libraries();
    let (mut wrong, mut failed) = (vec![], 0);
    for case in cases(Kind::Wrong) {
        let name = case.file_stem().unwrap().to_str().unwrap();
        let expected = fs::read_to_string(case.with_extension("stderr")).unwrap();
        let errors = compile(&case, &libraries);
        match errors.first() {
            None => wrong.push(format!("{name} compiles")),
            Some(first) if first.starts_with(expected.trim()) => failed += 1,
            Some(_) => wrong.push(format!("{name}: expected {}, got:\n{}", expected.trim(), errors.join("\n"))),
        }
    }
    assert!(
        wrong.is_empty(),
        "\n{}\n\nThese files hold mistakes that the compiler has to catch; ARCHITECTURE.md, \"Invariants\", tells why.\n",
        wrong.join("\n")
    );
    assert!(failed >= 9, "only {failed} files were tried: is the folder whole?");
}

/// The files that hold a mistake, with the expected error beside them, or those that hold none.
fn cases(of: Kind) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile_fail");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    cases.retain(|path| {
        path.extension().is_some_and(|e| e == "rs") && path.with_extension("stderr").exists() == (of == Kind::Wrong)
    });
    cases.sort();
    cases
}

/// The errors that the compiler finds, one line each, in its order.
fn compile(case: &Path, libraries: &Libraries) -> Vec<String> {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new("rustc")
        .args(["--edition", "2024", "--crate-type", "lib", "--crate-name", "case", "--emit", "metadata", "-A", "warnings"])
        .arg("-o")
        .arg(out.path().join("libcase.rmeta"))
        .arg("-L")
        .arg(format!("dependency={}", libraries.deps.display()))
        .arg("--extern")
        .arg(format!("canteen={}", libraries.canteen.display()))
        .arg("--extern")
        .arg(format!("actix_web={}", libraries.actix_web.display()))
        .arg(case)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<String> = text.lines().filter(|l| l.starts_with("error")).map(str::to_owned).collect();
    assert_eq!(output.status.success(), errors.is_empty(), "{text}");
    errors
}

/// The newest pair of libraries beside this test with which the files compile that hold no mistake. Several builds of one crate may
/// lie there, with other features; a pair that does not belong together compiles nothing.
fn libraries() -> Libraries {
    let right = cases(Kind::Right);
    assert!(!right.is_empty(), "a file that compiles is missing, so failures would prove nothing");
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let mut errors = vec![];
    for found in newest(&deps, "libcanteen-") {
        for actix_web in newest(&deps, "libactix_web-") {
            let kept = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            let canteen = kept.path().join(found.file_name().unwrap());
            if fs::hard_link(&found, &canteen).is_err() {
                continue;
            }
            let libraries = Libraries { deps: deps.clone(), canteen, actix_web, _kept: kept };
            let wrong: Vec<String> = right.iter().flat_map(|case| compile(case, &libraries)).collect();
            if wrong.is_empty() {
                return libraries;
            }
            errors.extend(wrong);
        }
    }
    panic!("{right:?} must compile, and does not:\n{}", errors.join("\n"));
}

/// The libraries whose names begin so, newest first.
fn newest(deps: &Path, name: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(deps).unwrap().map(|e| e.unwrap().path()).collect();
    found.retain(|path| {
        path.file_name().unwrap().to_str().is_some_and(|n| n.starts_with(name) && path.extension().is_some_and(|e| e == "rlib"))
    });
    found.sort_by_key(|path| std::cmp::Reverse(fs::metadata(path).and_then(|m| m.modified()).ok()));
    found.truncate(4);
    found
}
