//! What the compiler can't see: which floor may name which, how long files get, what templates must not hold.
//!
//! Each test reads the sources. When one fails, it says what to do about it.

#![expect(clippy::string_slice, reason = "positions come from searches in the same text")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A top-level module, the other top-level modules that it may name, and the outside crates that it may name.
struct Floor {
    name: &'static str,
    modules: &'static [&'static str],
    crates: &'static [&'static str],
}

const fn floor(name: &'static str, modules: &'static [&'static str], crates: &'static [&'static str]) -> Floor {
    Floor { name, modules, crates }
}

/// THE matrix. `thiserror` is for everybody and not listed.
const FLOORS: &[Floor] = &[
    // Ground: pure.
    floor("envfile", &[], &[]),
    floor("recipe", &["envfile"], &["serde", "serde_json"]),
    floor("compose", &[], &["serde", "serde_yaml", "base64"]),
    floor("secret", &["envfile"], &["rand", "zeroize", "eff_wordlist"]),
    floor("stack", &["compose", "envfile"], &["serde", "serde_json", "sha2", "base64", "zeroize"]),
    floor("logs", &[], &["jiff"]),
    floor("address", &[], &[]),
    floor("causes", &[], &[]),
    floor("access", &[], &["serde"]),
    floor("updates", &["recipe"], &[]),
    floor("factor", &[], &["qrcode", "totp_rs", "zeroize"]),
    floor("backup", &["stack"], &["croner", "jiff", "serde_json"]),
    floor("lint", &["backup", "compose", "envfile", "recipe", "stack"], &["serde"]),
    // Doors to the outside.
    floor("settings", &[], &[]),
    floor("clock", &[], &["jiff"]),
    floor("random", &[], &["rand", "base64", "tracing"]),
    floor("key_file", &["random"], &["zeroize"]),
    floor("escrow", &["random"], &["age", "sha2"]),
    floor("signer", &["key_file"], &["base64", "ed25519_dalek"]),
    floor("pepper", &["key_file"], &["sha2"]),
    floor("passwords", &["key_file", "pepper", "random"], &["argon2", "base64", "tokio", "tracing"]),
    floor("site_key", &["key_file"], &["sha2", "zeroize"]),
    floor("keys", &["key_file", "random"], &["chacha20poly1305", "sha2", "zeroize"]),
    // The Swarm, the recipes, the database.
    floor(
        "engine",
        &["causes", "clock", "logs", "stack"],
        &[
            "async_trait",
            "base64",
            "bollard",
            "futures_util",
            "jiff",
            "serde",
            "serde_json",
            "serde_urlencoded",
            "sha2",
            "tokio",
            "tokio_util",
            "zeroize",
        ],
    ),
    floor("shelf", &["address", "causes", "recipe", "compose"], &["gix", "reqwest", "rustls", "tracing"]),
    floor(
        "store",
        &["access", "clock"],
        &["diesel", "diesel_migrations", "rustix", "serde", "serde_json", "serde_json_canonicalizer", "sha2", "tokio"],
    ),
    floor(
        "mail",
        &["causes", "key_file", "keys", "random", "site_key", "store"],
        &["base64", "lettre", "tokio", "tracing", "zeroize"],
    ),
    floor(
        "sso",
        &["address", "causes", "random", "secret"],
        &["openidconnect", "reqwest", "rustls", "serde", "serde_json", "tokio"],
    ),
    floor(
        "restic",
        &["random"],
        &["async_trait", "futures_util", "jiff", "rustix", "serde", "serde_json", "tokio", "tokio_util", "zeroize"],
    ),
    floor(
        "runner",
        &["engine", "restic", "stack"],
        &["async_trait", "base64", "futures_util", "serde", "serde_json", "tokio", "tokio_util", "zeroize"],
    ),
    // Work.
    floor("commands", &["access", "backup", "envfile", "store", "updates"], &["serde_json"]),
    floor(
        "ops",
        &[
            "access", "address", "backup", "clock", "commands", "compose", "engine", "envfile", "escrow", "keys", "lint", "random",
            "recipe", "restic", "runner", "secret", "shelf", "stack", "store", "updates",
        ],
        &["async_trait", "futures_util", "rand", "serde", "serde_json", "sha2", "tokio", "tokio_util", "tracing"],
    ),
    floor(
        "jobs",
        &["access", "clock", "commands", "engine", "mail", "ops", "shelf", "signer", "stack", "store"],
        &["tokio", "tokio_util", "tracing"],
    ),
    // Pages.
    floor(
        "web",
        &[
            "access",
            "backup",
            "clock",
            "commands",
            "engine",
            "envfile",
            "escrow",
            "factor",
            "keys",
            "lint",
            "logs",
            "mail",
            "ops",
            "passwords",
            "random",
            "recipe",
            "restic",
            "secret",
            "settings",
            "shelf",
            "site_key",
            "sso",
            "stack",
            "store",
            "updates",
        ],
        &[
            "actix_web",
            "ammonia",
            "askama",
            "base64",
            "futures_util",
            "jiff",
            "pulldown_cmark",
            "rustix",
            "serde",
            "serde_json",
            "serde_urlencoded",
            "sha2",
            "subtle",
            "tokio",
            "tokio_util",
            "tracing",
            "webauthn_rs",
        ],
    ),
    // Puts the floors together.
    floor(
        "dashboard",
        &["engine", "jobs", "key_file", "keys", "mail", "ops", "passwords", "settings", "shelf", "site_key", "store", "web"],
        &["tokio", "tokio_util", "tracing"],
    ),
    // What is typed.
    floor(
        "cli",
        &[
            "access",
            "backup",
            "clock",
            "commands",
            "compose",
            "dashboard",
            "engine",
            "envfile",
            "key_file",
            "lint",
            "ops",
            "passwords",
            "recipe",
            "restic",
            "runner",
            "settings",
            "shelf",
            "signer",
            "stack",
            "store",
            "web",
        ],
        &[
            "actix_web",
            "anyhow",
            "async_trait",
            "clap",
            "rustix",
            "serde_json",
            "tokio",
            "tokio_util",
            "tracing",
            "tracing_subscriber",
        ],
    ),
];

/// Floors that know nothing of the world outside the process.
const GROUND: [&str; 12] =
    ["envfile", "recipe", "compose", "secret", "stack", "logs", "access", "factor", "backup", "lint", "updates", "causes"];
/// How the world outside would show on the ground floor.
const WORLD: [&str; 9] =
    ["async fn", "std::fs", "std::env", "std::net", "std::process", "std::thread", "SystemTime", "Instant::now", "tracing::"];
/// Lines before the tests of a file.
const MOST_LINES: usize = 500;

struct Source {
    /// Below the package, with `/`.
    path: String,
    /// Without comments and without what exists only for tests.
    code: String,
    whole: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn short(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned()
}

fn read(folder: &str, extension: &str) -> Vec<Source> {
    let read = |path: PathBuf| {
        let whole = fs::read_to_string(&path).unwrap();
        Source { path: short(&path), code: code(&whole), whole }
    };
    files(folder, extension).into_iter().map(read).collect()
}

/// The sources of the product, without files that exist only for tests.
fn sources() -> Vec<Source> {
    let mut all = read("src", "rs");
    all.retain(|s| !s.path.contains("/tests/") && !s.path.ends_with("/tests.rs") && !s.path.contains("/samples/"));
    assert!(all.len() > 200, "only {} source files were found", all.len());
    all
}

/// Takes out comments and items behind `#[cfg(test)]` or the feature `testing`. Relies on the layout that `cargo fmt` gives.
fn code(text: &str) -> String {
    let mut lines = text.lines();
    let mut kept = String::new();
    while let Some(line) = lines.next() {
        let bare = line.trim_start();
        if bare.starts_with("//") {
            continue;
        }
        if matches!(bare, "#[cfg(test)]" | "#[cfg(feature = \"testing\")]" | "#[cfg(any(test, feature = \"testing\"))]") {
            let close = format!("{}}}", line.strip_suffix(bare).unwrap());
            let item = lines.by_ref().find(|l| !l.trim_start().starts_with("#["));
            if item.is_some_and(|l| l.ends_with('{')) {
                lines.by_ref().find(|l| l.starts_with(&close));
            }
            continue;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// The top-level module that a file belongs to.
fn module(path: &str) -> &str {
    path.strip_prefix("src/").unwrap().split('/').next().unwrap().trim_end_matches(".rs")
}

/// The top-level modules of the crate that the code names, by `crate::`, by `canteen::` or by climbing out with `super::`.
fn named_modules(source: &Source) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut take = |rest: &str| match rest.strip_prefix('{') {
        Some(group) => names.extend(heads(group)),
        None => drop(names.insert(word(rest))),
    };
    for start in ["crate::", "canteen::"] {
        for (at, _) in source.code.match_indices(start) {
            take(&source.code[at + start.len()..]);
        }
    }
    let depth = depth(&source.path);
    for (at, _) in source.code.match_indices("super::") {
        if source.code[..at].ends_with("super::") {
            continue;
        }
        let mut rest = &source.code[at..];
        let mut climbed = 0;
        while let Some(further) = rest.strip_prefix("super::") {
            (rest, climbed) = (further, climbed + 1);
        }
        if climbed >= depth {
            take(rest);
        }
    }
    names
}

/// How many modules a file lies below the crate.
fn depth(path: &str) -> usize {
    let parts = path.strip_prefix("src/").unwrap().split('/').count();
    if path.ends_with("/mod.rs") { parts - 1 } else { parts }
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first names in `a, b::c, d::{e, f}}`.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut fresh) = (1, vec![], true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => fresh = true,
            c if fresh && depth == 1 && !c.is_whitespace() => {
                names.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// The crates that Cargo.toml lists under `[dependencies]`.
fn dependencies() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let names = section.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once(" = "));
    let names: Vec<String> = names.map(|(name, _)| name.replace('-', "_")).collect();
    assert!(names.iter().any(|n| n == "bollard"), "Cargo.toml is not read right: {names:?}");
    names
}

/// Whether the code says `name::`, or `use name`, for the crate and not for a module of ours.
fn names_crate(code: &str, name: &str) -> bool {
    [format!("{name}::"), format!("use {name} as "), format!("use {name};")].iter().any(|needle| {
        code.match_indices(needle.as_str()).any(|(at, _)| {
            let before = code[..at].chars().next_back().unwrap_or(' ');
            !(before.is_alphanumeric() || before == '_' || before == ':')
        })
    })
}

fn none(breaches: &[String], advice: &str) {
    assert!(breaches.is_empty(), "\n{}\n\n{advice}\n", breaches.join("\n"));
}

#[test]
fn a_floor_names_only_what_the_matrix_allows() {
    let dependencies = dependencies();
    let mut breaches = vec![];
    for source in sources() {
        let name = module(&source.path);
        if matches!(name, "lib" | "main") {
            continue;
        }
        let Some(floor) = FLOORS.iter().find(|f| f.name == name) else {
            breaches.push(format!("{}: the module {name} has no line in the matrix", source.path));
            continue;
        };
        for other in named_modules(&source) {
            let known = FLOORS.iter().any(|f| f.name == other);
            if known && other != name && !floor.modules.contains(&other.as_str()) {
                breaches.push(format!("{}: {name} may not name {other}", source.path));
            }
        }
        for krate in &dependencies {
            if krate != "thiserror" && !floor.crates.contains(&krate.as_str()) && names_crate(&source.code, krate) {
                breaches.push(format!("{}: {name} may not name the crate {krate}", source.path));
            }
        }
    }
    none(
        &breaches,
        "Floors name only what FLOORS in tests/it/tidy.rs says (ARCHITECTURE.md tells why). Usually the code belongs on another \
         floor. If the matrix is wrong, change its line and say why in the commit.",
    );
}

#[test]
fn the_matrix_allows_no_more_than_is_used() {
    let sources = sources();
    let mut unused = vec![];
    for floor in FLOORS {
        let mine: Vec<&Source> = sources.iter().filter(|s| module(&s.path) == floor.name).collect();
        assert!(!mine.is_empty(), "there is no module {}; take its line out of the matrix", floor.name);
        for other in floor.modules {
            if !mine.iter().any(|s| named_modules(s).contains(*other)) {
                unused.push(format!("{} does not name {other}", floor.name));
            }
        }
        for krate in floor.crates {
            if !mine.iter().any(|s| names_crate(&s.code, krate)) {
                unused.push(format!("{} does not name the crate {krate}", floor.name));
            }
        }
    }
    none(&unused, "Take it out of the line in FLOORS in tests/it/tidy.rs: the matrix only shrinks by itself.");
}

#[test]
fn the_ground_floor_is_pure() {
    let mut breaches = vec![];
    for source in sources().iter().filter(|s| GROUND.contains(&module(&s.path))) {
        breaches.extend(WORLD.iter().filter(|w| source.code.contains(**w)).map(|w| format!("{}: {w}", source.path)));
    }
    none(&breaches, "The ground floor computes values from values. Read the world on a higher floor and hand in what was read.");
}

#[test]
fn only_a_run_can_change_the_swarm() {
    let (mut mutate, mut bollard) = (vec![], vec![]);
    for source in sources() {
        let own = source.path.starts_with("src/engine/");
        // The dashboard only hands the engine on; on its node, a runner runs hooks in containers, and nothing else.
        let may = ["src/ops/run.rs", "src/ops/runner.rs", "src/ops/terminal.rs", "src/dashboard.rs", "src/runner/work.rs"];
        if !own && !may.contains(&source.path.as_str()) && source.code.contains("Mutate") {
            mutate.push(format!("{}: Mutate", source.path));
        }
        let binary = ["src/cli/serve.rs", "src/cli/stack/connect.rs", "src/cli/backup_runner.rs"].contains(&source.path.as_str());
        if !own && !binary && (source.code.contains("engine::docker") || source.code.contains("DockerEngine")) {
            mutate.push(format!("{}: the Docker engine itself", source.path));
        }
        if names_crate(&source.code, "bollard") && !source.path.starts_with("src/engine/docker") {
            bollard.push(source.path.clone());
        }
    }
    none(
        &mutate,
        "The Swarm is changed by operations alone: write the change as a method of ops::Run and call it from the operation.",
    );
    none(&bollard, "bollard's types stay in src/engine/docker*: translate them into our own there.");
}

#[test]
fn only_three_files_reach_the_writer() {
    let allowed = ["src/store/tx.rs", "src/store/journal.rs", "src/store/housekeeping.rs"];
    let squeezed = |s: &Source| s.code.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let reach: Vec<String> = sources().iter().filter(|s| squeezed(s).contains(".writer.run(")).map(|s| s.path.clone()).collect();
    let others: Vec<String> = reach.iter().filter(|p| !allowed.contains(&p.as_str())).cloned().collect();
    none(&others, "Write through Store::commit, with a Command and a Grant, so that the change leaves an audit entry.");
    assert_eq!(reach.len(), allowed.len(), "a file in the list does not write any more; take it out of the list: {reach:?}");
}

#[test]
fn files_are_short_and_the_exceptions_shrink() {
    let list = "tests/data/golden/big_files.txt";
    let text = fs::read_to_string(root().join(list)).unwrap();
    let listed: Vec<(usize, &str)> = text
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .map(|l| l.split_once(' ').map(|(n, path)| (n.parse().unwrap(), path)).unwrap())
        .collect();
    let mut breaches = vec![];
    for source in sources() {
        let lines = before_tests(&source.whole);
        match listed.iter().find(|(_, path)| *path == source.path) {
            None if lines > MOST_LINES => breaches.push(format!("{}: {lines} lines", source.path)),
            Some((most, _)) if lines > *most => breaches.push(format!("{}: {lines} lines, and {most} were allowed", source.path)),
            Some((most, _)) if lines < *most => {
                breaches.push(format!("{}: it shrank to {lines} lines; shrink or remove its line in {list}", source.path));
            }
            _ => {}
        }
    }
    for (_, path) in listed {
        if !root().join(path).is_file() {
            breaches.push(format!("{path} is gone; remove its line in {list}"));
        }
    }
    none(&breaches, "A file has 500 lines at most before its tests. Split it by what it is about: one type or one verb per file.");
}

fn before_tests(text: &str) -> usize {
    let mut lines = text.lines().collect::<Vec<_>>().into_iter();
    let mut count = 0;
    while let Some(line) = lines.next() {
        if matches!(line, "#[cfg(test)]" | "#[cfg(any(test, feature = \"testing\"))]") {
            let item = lines.by_ref().find(|l| !l.starts_with("#["));
            if item.is_some_and(|l| l.ends_with('{')) {
                lines.by_ref().find(|l| l.starts_with('}'));
            }
        } else {
            count += 1;
        }
    }
    count
}

#[test]
fn every_file_says_what_it_is() {
    let mut breaches = vec![];
    for source in sources() {
        if !source.whole.starts_with("//!") && !first_item_is_documented(&source.whole) {
            breaches.push(source.path);
        }
    }
    none(&breaches, "Begin the file with a //! comment, or its first item with a /// comment: what is this, and for whom?");
}

/// How items begin that need no comment.
const SMALL: [&str; 9] =
    ["use ", "pub use ", "mod ", "pub mod ", "pub(super) use ", "pub(crate) use ", "const ", "static ", "type "];

/// Whether a doc comment stands above the first item that is more than a `use`, a `mod` or a private constant.
fn first_item_is_documented(text: &str) -> bool {
    let mut documented = false;
    let mut inside = false;
    for line in text.lines() {
        if inside {
            inside = line.starts_with(' ');
        } else if line.starts_with("///") {
            documented = true;
        } else if SMALL.iter().any(|s| line.starts_with(s)) {
            inside = !line.ends_with(';');
            documented = false;
        } else if !(line.is_empty() || line.starts_with("#[") || line.starts_with(' ') || line.starts_with(')')) {
            return documented;
        }
    }
    // A file with nothing but modules in it needs a `//!` comment.
    false
}

#[test]
fn nothing_is_left_undone() {
    let words = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
        concat!("#[ig", "nore"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    let mut breaches = vec![];
    for source in ["src", "tests", "benches"].into_iter().flat_map(|folder| read(folder, "rs")) {
        breaches.extend(words.iter().filter(|w| source.whole.contains(**w)).map(|w| format!("{}: {w}", source.path)));
    }
    none(&breaches, "Finish it or take it out; what is to come stands in the issues, not in the sources.");
}

#[test]
fn every_expected_lint_has_a_reason() {
    let mut breaches = vec![];
    for source in ["src", "tests", "benches"].into_iter().flat_map(|folder| read(folder, "rs")) {
        let marks = ["#[expect(", "#![expect(", "#[allow(", "#![allow("];
        for (at, mark) in marks.iter().flat_map(|mark| source.whole.match_indices(mark)) {
            let line_start = source.whole[..at].rfind('\n').map_or(0, |n| n + 1);
            if !source.whole[line_start..at].trim().is_empty() {
                continue;
            }
            let text = &source.whole[at..];
            let text = &text[..text.find(")]").unwrap_or(text.len())];
            if mark.contains("allow") || !text.contains("reason = ") {
                breaches.push(format!("{}: {text}", source.path));
            }
        }
    }
    none(&breaches, "Write #[expect(…, reason = \"…\")]: it goes away by itself when the lint does, and it tells why.");
}

#[test]
fn files_are_named_after_what_they_hold() {
    let banned = ["util", "utils", "helper", "helpers", "manager", "misc", "common"];
    let named = |s: &Source| s.path.split('/').any(|part| banned.contains(&part.trim_end_matches(".rs")));
    let breaches: Vec<String> = ["src", "tests"].into_iter().flat_map(|f| read(f, "rs")).filter(named).map(|s| s.path).collect();
    none(&breaches, "A name such as utils takes in everything. Name the file after the one thing that it holds.");
}

#[test]
fn templates_hold_no_code() {
    let templates = files("templates", "html");
    assert!(templates.len() > 20);
    let mut breaches = vec![];
    for path in templates {
        let text = fs::read_to_string(&path).unwrap();
        let name = short(&path);
        for (number, line) in text.lines().enumerate() {
            let squeezed: String = line.chars().filter(|c| !c.is_whitespace()).collect();
            let lower = line.to_lowercase();
            let what = [
                (squeezed.contains("|safe"), "unescaped output"),
                (lower.contains(" style="), "an inline style"),
                (event_handler(&lower), "an inline event handler"),
                (lower.contains("hx-on"), "an inline htmx handler"),
                (lower.contains("js:") || lower.contains("javascript:"), "inline script"),
                (script_with_text(&lower), "inline script"),
                (lower.contains("<style"), "an inline style sheet"),
                (foreign_address(&lower), "something loaded from, or sent to, another site without encryption"),
            ];
            breaches.extend(what.iter().filter(|(bad, _)| *bad).map(|(_, what)| format!("{name}:{}: {what}", number + 1)));
        }
    }
    none(&breaches, "The Content-Security-Policy forbids it anyway. Style goes into static/css, script into static/app.js.");
}

/// ` onclick=` and its like.
fn event_handler(line: &str) -> bool {
    line.match_indices(" on").any(|(at, _)| {
        let rest = &line[at + 3..];
        let name = word(rest);
        !name.is_empty() && rest[name.len()..].starts_with('=')
    })
}

fn script_with_text(line: &str) -> bool {
    line.split("<script").skip(1).any(|tag| tag.split_once('>').is_none_or(|(_, text)| !text.trim_start().starts_with("</script>")))
}

fn foreign_address(line: &str) -> bool {
    line.match_indices("http://").any(|(at, _)| !line[at..].starts_with("http://www.w3.org/"))
}

#[test]
fn style_and_script_load_nothing_from_elsewhere() {
    let mut breaches = vec![];
    for path in ["css", "js", "svg"].into_iter().flat_map(|extension| files("static", extension)) {
        let text = fs::read_to_string(&path).unwrap().replace("http://www.w3.org/", "");
        let found = ["http://", "https://", "@import", "innerHTML", "eval("].into_iter().filter(|w| text.contains(*w));
        breaches.extend(found.map(|w| format!("{}: {w}", short(&path))));
    }
    none(&breaches, "Everything that a page needs comes from Canteen itself.");
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    let text = "use crate::{a::b, c::{d, e}};\n// crate::no\nuse super::super::f;\nfn g() { tokio::spawn(); }\n#[cfg(test)]\nmod tests {\n    \
                use crate::h;\n}\nuse crate::i;\n";
    let source = Source { path: "src/x/y.rs".to_owned(), code: code(text), whole: text.to_owned() };
    assert_eq!(named_modules(&source).into_iter().collect::<Vec<_>>(), ["a", "c", "f", "i"]);
    assert!(names_crate(&source.code, "tokio") && !names_crate("crate::tokio::x; my_tokio::y", "tokio"));
    assert!(event_handler("<a onclick=x>") && !event_handler("<p>turn on a = b</p>"));
    assert!(script_with_text("<script>x</script>") && !script_with_text("<script src=a defer></script>"));
    assert_eq!(before_tests("a\n#[cfg(test)]\nmod tests {\n    x\n}\nb\n"), 2);
    assert!(first_item_is_documented("use a;\n\n/// B\n#[x]\nstruct B;\n") && !first_item_is_documented("use a;\n\nstruct B;\n"));
}
