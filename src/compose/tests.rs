use super::{Files, FilesError, Source, config_yaml, load, raw_secret_names};
use serde_yaml::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/compose");

/// One recorded answer of docker's client 28.2.2.
struct Case {
    id: String,
    files: Beside,
    args: Vec<String>,
    env: BTreeMap<String, String>,
    fails: bool,
    config: Value,
    stderr: String,
}

struct Beside(BTreeMap<String, String>);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        let found = self.0.get(path).map(|text| text.clone().into_bytes());
        found.ok_or_else(|| FilesError { path: path.to_owned(), what: "no such file".to_owned() })
    }
}

impl Case {
    fn read(line: &str) -> Self {
        let value: Value = serde_yaml::from_str(line).unwrap();
        let texts = |key: &str| -> BTreeMap<String, String> { serde_yaml::from_value(value[key].clone()).unwrap() };
        let mut env = texts("env");
        env.entry("HOME".to_owned()).or_insert_with(|| "/home/u".to_owned());
        Self {
            id: value["id"].as_str().unwrap().to_owned(),
            files: Beside(texts("files")),
            args: serde_yaml::from_value(value["args"].clone()).unwrap(),
            env,
            fails: value["rc"].as_i64() != Some(0),
            config: serde_yaml::from_str(value["config"].as_str().unwrap_or("~")).unwrap(),
            stderr: value["stderr"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// Why the answer differs, if it does.
    fn check(&self) -> Result<(), String> {
        let names = self.args.iter().filter(|arg| !arg.starts_with("--") && *arg != "-c").flat_map(|arg| arg.split(','));
        let sources: Vec<_> = names.map(|name| Source { name: name.to_owned(), text: self.files.0[name].clone() }).collect();
        match load(&sources, &self.env, &self.files) {
            Err(_) if self.fails => Ok(()),
            Err(fault) => Err(format!("refused: {fault}")),
            Ok(_) if self.fails => Err(format!("accepted, docker says: {}", self.stderr)),
            Ok(loaded) => {
                let ours: Value = serde_yaml::from_str(&config_yaml(&loaded.config)).unwrap();
                let (ours, theirs) = (relative(ours), relative(self.config.clone()));
                let [ours_text, theirs_text] = [&ours, &theirs].map(|value| serde_yaml::to_string(value).unwrap());
                if ours == theirs { Ok(()) } else { Err(format!("\n--- ours\n{ours_text}--- docker's\n{theirs_text}")) }
            }
        }
    }
}

/// The tree with sorted keys, one kind of number, and paths as seen from the working directory.
fn relative(value: Value) -> Value {
    match value {
        Value::String(text) if text == "$WD" => Value::String(".".to_owned()),
        Value::String(text) => Value::String(text.strip_prefix("$WD/").unwrap_or(&text).to_owned()),
        Value::Number(number) => serde_yaml::to_value(number.as_f64()).unwrap(),
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(relative).collect()),
        Value::Mapping(map) => {
            let sorted: BTreeMap<_, _> = map.into_iter().map(|(key, value)| (key.as_str().map(str::to_owned), value)).collect();
            Value::Mapping(sorted.into_iter().map(|(key, value)| (serde_yaml::to_value(key).unwrap(), relative(value))).collect())
        }
        value => value,
    }
}

#[test]
fn every_recorded_answer_of_dockers_client_is_ours() {
    let not_yet = fs::read_to_string(format!("{DATA}/not_yet.txt")).unwrap();
    let not_yet: BTreeSet<_> =
        not_yet.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next()).collect();
    let recorded = fs::read_to_string(format!("{DATA}/config.jsonl")).unwrap();
    let cases: Vec<_> = recorded.lines().map(Case::read).collect();
    let (mut passed, mut wrong) = (0, Vec::new());
    for case in &cases {
        match (case.check(), not_yet.contains(case.id.as_str())) {
            (Ok(()), false) => passed += 1,
            (Ok(()), true) => wrong.push(format!("{}: passes now, take it off not_yet.txt", case.id)),
            (Err(_), true) => {}
            (Err(why), false) => wrong.push(format!("{}: {why}", case.id)),
        }
    }
    println!("{passed} of {} recorded answers", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn sources(texts: &[&str]) -> Vec<Source> {
    let named = texts.iter().zip(["compose.yml", "compose.more.yml"]);
    named.map(|(text, name)| Source { name: name.to_owned(), text: (*text).to_owned() }).collect()
}

#[test]
fn a_fault_names_file_line_and_path() {
    let files = sources(&["services: {a: {image: x}}", "services:\n  a:\n    deploy:\n      replicas: two\n"]);
    let fault = load(&files, &BTreeMap::new(), &Beside(BTreeMap::new())).unwrap_err();
    assert_eq!((fault.file.as_str(), fault.line, fault.path.as_str()), ("compose.more.yml", Some(4), "services.a.deploy.replicas"));
}

#[test]
fn keys_without_effect_and_surprising_overlays_are_told() {
    let files = sources(&[
        "services: {a: {image: x, restart: always, depends_on: [b], ports: ['127.0.0.1:1:1'], environment: {A: 1}}}",
        "services: {a: {environment: {A: ''}, tmpfs: !reset /x}}\n---\nmore",
    ]);
    let loaded = load(&files, &BTreeMap::new(), &Beside(BTreeMap::new())).unwrap();
    let told: Vec<_> = loaded.notices.iter().map(|notice| notice.path.as_str()).collect();
    let expected = [
        "services.a.depends_on",
        "services.a.restart",
        "services.a.ports.0",
        "",
        "",
        "services.a.tmpfs",
        "services.a.environment.A",
    ];
    assert_eq!(told, expected);
    assert_eq!(loaded.config.services["a"].environment["A"].as_deref(), Some("1"));
}

#[test]
fn external_secrets_keep_their_raw_names() {
    let files = sources(&[
        "secrets: {a: {external: true, name: '${STACK_NAME}_a_${A}'}, b: {external: true}, c: {file: x}, d: {external: true}}",
        "secrets: {d: {file: x}, e: {external: {name: $E}}}",
    ]);
    let names = raw_secret_names(&files).unwrap();
    let names: Vec<_> = names.iter().map(|(key, name)| (key.as_str(), name.as_str())).collect();
    assert_eq!(names, [("a", "${STACK_NAME}_a_${A}"), ("b", "b"), ("e", "$E")]);
}
