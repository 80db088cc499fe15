//! `.env` files come out as they went in, an edit changes one line, and no input makes the reader panic or run away.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use canteen::envfile::{EnvFile, EnvLine, LineState};
use proptest::collection::vec;
use proptest::prelude::*;

/// One line of a file that people may have written. `K` names a variable, so that some repeat and some build on others.
fn line() -> impl Strategy<Value = String> {
    let key = || "[A-E]|SECRET_[AB]_VERSION|COMPOSE_FILE|lower|a\\.b";
    let value = prop_oneof![
        3 => "[a-z0-9./:-]{0,12}",
        1 => "\\$[A-E]|\\$\\{[A-E]\\}x|\\$2y\\$05\\$ab|#fff|a#b|x y",
        1 => "'[^'\\\\\\r\\x00]{0,9}'",
        1 => "\"[a-zA-Z0-9 #$'`é\u{2500}]{0,9}\"",
        1 => Just("\"one\ntwo\"".to_owned()),
    ];
    let comment =
        prop_oneof![4 => Just(""), 1 => Just(" # length=32"), 1 => Just("\t# é"), 1 => Just("      # length=8 charset=hex")];
    let assignment = ("(export )?", key(), "=| = |: |=\t", value, comment, "[ \t]{0,2}");
    let assignment =
        assignment.prop_map(|(export, key, is, value, comment, end)| format!("{export}{key}{is}{value}{comment}{end}"));
    prop_oneof![
        6 => assignment,
        2 => "#[ #A-Za-z\u{2500}.]{0,20}",
        2 => (" ?#{1,2} ?", key(), "[a-z0-9]{0,6}|\"\\$COMPOSE_FILE:compose\\.[ab]\\.yml\"", "( # note)?")
            .prop_map(|(mark, key, value, note)| format!("{mark}{key}={value}{note}")),
        1 => "[ \t]{0,3}",
    ]
}

fn file() -> impl Strategy<Value = String> {
    (prop::bool::weighted(0.1), vec(line(), 0..14), prop::sample::select(vec!["\n", "\r\n"]), any::<bool>()).prop_map(
        |(mark, lines, end, last)| {
            let text = lines.join("\n").replace('\n', end);
            format!("{}{text}{}", if mark { "\u{feff}" } else { "" }, if last { end } else { "" })
        },
    )
}

/// How many lines two texts do not share at the beginning and the end.
fn changed(before: &str, after: &str) -> (usize, usize) {
    let (before, after): (Vec<&str>, Vec<&str>) = (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let shorter = before.len().min(after.len()) - head;
    let tail = before.iter().rev().zip(after.iter().rev()).take(shorter).take_while(|(a, b)| a == b).count();
    (before.len() - head - tail, after.len() - head - tail)
}

/// Every edit that a page offers, each on the file as it was.
fn each_edit_changes_one_line(text: &str) {
    let file = EnvFile::parse(text).unwrap();
    assert_eq!(file.text(), text);
    for line in file.lines() {
        let EnvLine::Setting { state, entry, raw, .. } = line else { continue };
        // What spans lines takes all of them.
        let most = raw.matches('\n').count() + 1;
        let mut edits = Vec::new();
        for value in ["", "plain", "it's $5 #1", "'\"\\", entry.value.trim()] {
            let mut edited = file.clone();
            edited.enable(&entry.key, value);
            if EnvFile::is_key(&entry.key) {
                assert_eq!(edited.get(&entry.key).as_deref(), Some(value), "{text:?}\n{:?}", edited.text());
            }
            edits.push(edited);
        }
        if state == LineState::Active {
            let mut edited = file.clone();
            edited.disable_line(entry.line);
            assert_eq!(edited.entries().len() + 1, file.entries().len(), "{text:?}");
            edits.push(edited);
        }
        for edited in edits {
            let (gone, come) = changed(text, &edited.text());
            let spans = file.entry(&entry.key).map_or(most, |last| last.value.matches('\n').count() + 1);
            assert!(gone <= most.max(spans) && come <= 2.max(most), "{gone} lines became {come}:\n{text:?}\n{:?}", edited.text());
        }
    }
    for overlay in ["compose.a.yml", "compose.b.yml"] {
        let (mut on, mut off) = (file.clone(), file.clone());
        on.append_compose_file(overlay);
        assert!(on.get("COMPOSE_FILE").unwrap().split(':').any(|file| file == overlay), "{text:?}\n{:?}", on.text());
        let (gone, come) = changed(text, &on.text());
        assert!(gone <= 1 && come <= 2, "{text:?}\n{:?}", on.text());
        off.remove_compose_file(overlay);
        assert!(!off.appended_compose_files().iter().any(|file| file == overlay));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn a_generated_file_is_printed_as_it_was_and_an_edit_changes_one_line(text in file()) {
        each_edit_changes_one_line(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused_with_a_line(bytes in vec(any::<u8>(), 0..200)) {
        reads_or_names_a_line(&bytes);
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_line(text in "[A-C=:'\"\\\\$#{}( \n\r\tx.é\u{feff}]{0,80}") {
        reads_or_names_a_line(text.as_bytes());
    }
}

fn reads_or_names_a_line(bytes: &[u8]) {
    let lines = bytes.split(|byte| *byte == b'\n').count();
    match EnvFile::read(bytes) {
        Ok(file) => {
            assert_eq!(file.text().as_bytes(), bytes);
            let (all, text) = (file.notices(), file.text());
            assert!(all.iter().all(|notice| (1..=lines).contains(&notice.line)));
            each_edit_changes_one_line(&text);
            if let Err(fault) = file.compose_files() {
                assert!((1..=lines).contains(&fault.line) && !fault.hint.is_empty(), "{fault:?}");
            }
        }
        Err(fault) => assert!((1..=lines).contains(&fault.line) && !fault.what.is_empty() && !fault.hint.is_empty(), "{fault:?}"),
    }
}

#[test]
fn every_env_file_of_the_project_is_printed_as_it_was_and_an_edit_changes_one_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["demo", "tests/data", "benches/recipes", "recipe"] {
        env_files(&root.join(folder), &mut found);
    }
    assert!(found.len() >= 11, "only {found:?}");
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        each_edit_changes_one_line(&text);
    }
}

/// Files for `env_file:` are written in another format.
fn env_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !path.ends_with("tests/data/stacks") {
            env_files(&path, found);
        } else if [".env", ".env.sample"].iter().any(|end| name.ends_with(end)) {
            found.push(path);
        }
    }
}

#[test]
fn an_option_is_switched_on_and_off_again_in_its_line() {
    let text = "# Mail\n# SMTP_HOST=mail.coop   # note\nA=1\n";
    let mut file = EnvFile::parse(text).unwrap();
    file.enable("SMTP_HOST", "mail.coop");
    assert_eq!(file.text(), "# Mail\nSMTP_HOST=mail.coop   # note\nA=1\n");
    file.disable("SMTP_HOST");
    assert_eq!(file.text(), "# Mail\n#SMTP_HOST=mail.coop   # note\nA=1\n");
    assert_eq!(file.get("SMTP_HOST"), None);

    let mut file = EnvFile::parse("A=1\r\nexport A='2\r\n3' # x\r\nB=$A\r\n").unwrap();
    file.disable("A");
    assert_eq!(file.text(), "#A=1\r\n#export A='2\r\n#3' # x\r\nB=$A\r\n");
    assert_eq!((file.get("A"), file.get("B").as_deref()), (None, Some("")));
}

#[test]
fn hostile_files_are_refused_with_a_clear_fault() {
    let bomb: String = (0..60).map(|_| "A=\"$A$A\"\n").collect();
    let wide = format!("A={}\n{}", "x".repeat(200_000), "B=$A$A\n".repeat(3));
    for (text, line, what) in [
        (format!("A={}\n", "x".repeat(10_000_000)), 1, "here the file grows beyond 1 MiB"),
        ((0..100_000).map(|n| ["K", &n.to_string(), "=1\n"].concat()).collect(), 20_001, "the file has more than 20000 lines"),
        ("\n".repeat(1_000_000), 20_001, "the file has more than 20000 lines"),
        ("A=1\nB=x\0y\n".to_owned(), 2, "there is a NUL byte in this line"),
        (format!("A=x\n{bomb}"), 20, "with A the values grow too large"),
        (wide, 2, "with B the values grow too large"),
        (format!("A=\"{}", "\\\"".repeat(500_000)), 1, "the value of A opens with a quote that is never closed"),
        ("A=1\rB=2".to_owned(), 1, "the line of A holds a carriage return that does not end it"),
    ] {
        let fault = EnvFile::parse(&text).unwrap_err();
        assert_eq!((fault.line, fault.what.as_str()), (line, what));
        assert!(!fault.hint.is_empty());
    }
}

/// Quadratic work would take minutes here, not seconds: the largest files that are read, in every shape that could tempt.
#[test]
fn the_largest_files_are_read_and_edited_in_linear_time() {
    let numbered = |line: &str| (0..19_990).map(|n| line.replace('N', &n.to_string())).collect::<String>();
    let started = Instant::now();
    for text in [
        format!("A={}", "x".repeat(1_000_000)),
        format!("A=\nB={}", "$A".repeat(500_000)),
        format!("A={}", " #".repeat(500_000)),
        format!("A='{}x'", "\\".repeat(1_000_000)),
        format!("A=\"{}\"", "\\$".repeat(500_000)),
        "# a comment, as people write them\n".repeat(19_990),
        numbered("KN=x # length=32 charset=hex\n"),
        numbered("#A=xN\n"),
        "A=$A\n".repeat(19_990),
        format!("COMPOSE_FILE=compose.yml\n{}", "COMPOSE_FILE=compose.yml:a.yml\n".repeat(19_990)),
        format!("COMPOSE_FILE=compose.yml\n{}COMPOSE_FILE=compose.yml", "COMPOSE_FILE=$X$COMPOSE_FILE\n".repeat(19_980)),
    ] {
        let mut file = EnvFile::parse(&text).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(file.text(), text);
        let _told = (file.notices().len(), file.lines().len(), file.compose_files().is_ok());
        file.enable("A", "y");
        file.disable("COMPOSE_FILE");
        file.enable("NEW", "none of those");
        assert_eq!(file.get("NEW").as_deref(), Some("none of those"));
    }
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}
