//! The reader of `.env` files against recorded answers of godotenv 1.5.1, which abra's own reader was made from.

use std::collections::BTreeMap;
use std::fs;

use canteen::envfile::EnvFile;

#[derive(serde::Deserialize)]
struct Recorded {
    text: String,
    /// `None` where the file is refused.
    values: Option<BTreeMap<String, String>>,
    /// What godotenv says where we differ on purpose.
    #[serde(default)]
    godotenv: Option<BTreeMap<String, String>>,
    #[serde(default)]
    why: String,
}

fn recorded(file: &str) -> Vec<Recorded> {
    let text = fs::read_to_string(format!("{}/tests/data/env/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|fault| panic!("{line}: {fault}"))).collect()
}

fn differs(case: &Recorded) -> Option<String> {
    let ours = EnvFile::parse(&case.text);
    let values = ours.as_ref().ok().map(EnvFile::values);
    (values != case.values).then(|| format!("{:?}\n  {ours:?}\n  {values:?}\n  {:?}", case.text, case.values))
}

#[test]
fn every_recorded_answer_of_godotenv_is_ours() {
    let cases = recorded("godotenv.jsonl");
    assert!(cases.len() > 300, "the file of cases was cut");
    let wrong: Vec<_> = cases.iter().filter_map(differs).collect();
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn where_we_differ_from_godotenv_it_is_meant_and_told() {
    let told = fs::read_to_string(format!("{}/docs/env.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for case in recorded("differs.jsonl") {
        assert_eq!(differs(&case), None);
        assert_ne!(case.values, case.godotenv, "{:?} is no difference any more", case.text);
        assert!(told.contains(&case.why), "docs/env.md does not tell of {:?}", case.why);
        let noticed = EnvFile::parse(&case.text).map_or(1, |file| file.notices().len());
        assert!(noticed > 0 || case.text.starts_with('\u{feff}'), "{:?} is read differently without a notice", case.text);
    }
}
