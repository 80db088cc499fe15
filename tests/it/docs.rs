//! The documents say what is true: settings, commands, paths, versions and links are held against the sources.

#![expect(clippy::string_slice, clippy::disallowed_methods, reason = "a test reads our own text and asks our own program")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use canteen::settings::KNOWN;

const BEGIN: &str = "<!-- settings: made by UPDATE=1 cargo test --features testing --test it docs -->";
const END: &str = "<!-- end of settings -->";
/// Documents for people who read the project.
const DOCUMENTS: [&str; 7] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/backups.md", "docs/security.md", "docs/words.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn the_readme_names_the_two_commands() {
    let text = read("README.md");
    for command in ["make demo", "make test"] {
        assert!(text.lines().any(|l| l.starts_with(command)), "README.md shows no line `{command}` to copy");
        let target = command.strip_prefix("make ").unwrap();
        assert!(read("Makefile").lines().any(|l| l == format!("{target}:")), "Makefile has no {target}");
    }
}

#[test]
fn the_settings_table_is_the_one_of_the_program() {
    let rows = KNOWN.iter().map(|known| {
        let default = if known.default.is_empty() { "–".to_owned() } else { format!("`{}`", known.default) };
        format!("| `{}` | {default} | {} |\n", known.name, known.help)
    });
    let table: String = ["| setting | default | meaning |\n|---|---|---|\n".to_owned()].into_iter().chain(rows).collect();
    let text = read("README.md");
    let (before, rest) = text.split_once(BEGIN).expect("README.md holds the mark where the settings begin");
    let (_, after) = rest.split_once(END).expect("README.md holds the mark where the settings end");
    let fresh = format!("{before}{BEGIN}\n{table}{END}{after}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(root().join("README.md"), &fresh).unwrap();
    } else {
        assert!(text == fresh, "the settings have changed; run this test with UPDATE=1 and look at README.md");
    }
}

#[test]
fn every_path_in_the_documents_exists() {
    let mut missing = vec![];
    let mut seen = 0;
    for document in DOCUMENTS {
        for word in in_backticks(&read(document)) {
            let Some(path) = as_path(&word) else { continue };
            seen += 1;
            if !root().join(path).exists() {
                missing.push(format!("{document}: `{word}`"));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}\n\nThe file moved, or the sentence about it is out of date.\n", missing.join("\n"));
    assert!(seen > 60, "only {seen} paths were found in the documents");
}

/// What stands between single backticks, outside of blocks of code.
fn in_backticks(text: &str) -> Vec<String> {
    let mut words = vec![];
    let mut block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            block = !block;
        } else if !block {
            words.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    words
}

/// The path that a word is, if it is one of ours: it begins with one of our folders or ends like a file of the top folder.
fn as_path(word: &str) -> Option<&str> {
    let folders =
        ["src/", "tests/", "templates/", "static/", "migrations/", "docs/", "demo/", "recipe/", "scripts/", "benches/", ".ci/"];
    let endings = [".md", ".toml", ".rs", ".lock"];
    let plain = !word.contains([' ', '*', '{', '<', '…']) && !word.chars().any(|c| c.is_uppercase() && word.contains("NAME"));
    let ours = folders.iter().any(|f| word.starts_with(f))
        || (!word.contains('/') && endings.iter().any(|e| word.ends_with(e)) && root_file(word));
    (plain && ours).then(|| word.split(':').next().unwrap())
}

/// Files of the top folder begin with a capital letter or belong to a tool; other bare names are spoken of in their folder.
fn root_file(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
        || matches!(word, "build.rs" | "clippy.toml" | "deny.toml" | "askama.toml" | "rustfmt.toml")
}

#[test]
fn links_between_the_documents_resolve() {
    let mut broken = vec![];
    for document in DOCUMENTS {
        let text = read(document);
        let folder = root().join(document).parent().unwrap().to_owned();
        for (at, _) in text.match_indices("](") {
            let link = text[at + 2..].split(')').next().unwrap();
            if link.starts_with("https://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { root().join(document) } else { folder.join(path) };
            if !target.exists() {
                broken.push(format!("{document}: {link}"));
            } else if !anchor.is_empty() && !anchors(&fs::read_to_string(&target).unwrap()).contains(anchor) {
                broken.push(format!("{document}: {link} (no such heading)"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The headings as links name them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|l| l.starts_with('#')).map(|l| l.trim_start_matches('#').trim().to_lowercase());
    headings
        .map(|h| h.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).collect::<String>().replace(' ', "-"))
        .collect()
}

#[test]
fn the_changelog_begins_with_the_version_of_the_package() {
    let text = read("CHANGELOG.md");
    let mut versions = text.lines().filter_map(|l| l.strip_prefix("## "));
    let first = versions.next().expect("CHANGELOG.md has a version");
    let version = env!("CARGO_PKG_VERSION");
    let fits =
        first.starts_with(version) || (first.starts_with("Unreleased") && versions.next().is_none_or(|l| l.starts_with(version)));
    assert!(fits, "CHANGELOG.md begins with {first}, and Cargo.toml says {version}");
}

#[test]
fn the_readme_names_every_command_of_the_binary() {
    let text = read("README.md");
    let told: BTreeSet<String> = text
        .lines()
        .filter_map(|l| l.strip_prefix("| `canteen "))
        .filter_map(|l| l.split('`').next())
        .map(|words| words.split_whitespace().take_while(|w| w.chars().all(|c| c.is_lowercase() || c == '-')).collect::<Vec<_>>())
        .map(|words| words.into_iter().filter(|w| !w.starts_with('-')).collect::<Vec<_>>().join(" "))
        .collect();
    let mut real = BTreeSet::new();
    for command in commands(&[]) {
        let below = commands(&[&command]);
        if below.is_empty() {
            real.insert(command);
        } else {
            real.extend(below.into_iter().map(|sub| format!("{command} {sub}")));
        }
    }
    assert_eq!(told, real, "the table of commands in README.md (left) and `canteen --help` (right) differ");
}

/// The commands that `--help` lists after `words`.
fn commands(words: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_canteen")).args(words).arg("--help").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some((_, list)) = text.split_once("Commands:\n") else { return vec![] };
    let names = list.lines().take_while(|l| l.starts_with("  ")).filter_map(|l| l.split_whitespace().next().map(str::to_owned));
    names.filter(|name| name != "help").collect()
}

#[test]
fn the_documents_keep_to_their_size() {
    assert!(read("ARCHITECTURE.md").lines().count() <= 250, "ARCHITECTURE.md has more than 250 lines: say less");
    for document in DOCUMENTS {
        let text = read(document);
        assert!(text.starts_with("# "), "{document} begins with its title");
        assert!(!text.contains("/work/"), "{document} names a path of somebody's machine");
    }
}
