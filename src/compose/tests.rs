use super::{Files, FilesError, Interpolate, Options, Source, config_yaml, load, load_with, raw_secret_names};
use serde_yaml::Value;
use std::{collections::BTreeMap, fs};

mod arbitrary;
mod faults;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
/// What `$WD` stands for in recorded answers.
const FOLDER: &str = "/tmp/wd";

/// One recorded answer of docker's client 28.2.2.
#[derive(serde::Deserialize)]
struct Case {
    id: String,
    files: BTreeMap<String, String>,
    args: Vec<String>,
    env: BTreeMap<String, String>,
    rc: i32,
    config: Option<String>,
    stderr: String,
}

struct Beside(BTreeMap<String, String>);

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        let found = path.strip_prefix(FOLDER).and_then(|name| self.0.get(name.trim_start_matches('/')));
        let found = found.map(|text| text.clone().into_bytes());
        found.ok_or_else(|| FilesError { path: path.to_owned(), what: "no such file or directory".to_owned() })
    }
}

impl Case {
    /// Why the answer differs, if it does.
    fn check(&self) -> Result<(), String> {
        let verbatim = self.args.iter().any(|arg| arg == "--skip-interpolation");
        let names = self.args.iter().filter(|arg| !arg.starts_with('-')).flat_map(|arg| arg.split(','));
        let sources: Vec<_> = names.map(|name| Source { name: name.to_owned(), text: self.files[name].clone() }).collect();
        let mut env = self.env.clone();
        env.entry("HOME".to_owned()).or_insert_with(|| "/home/u".to_owned());
        let interpolate = if verbatim { Interpolate::No } else { Interpolate::Yes };
        let options = Options { interpolate, folder: Some(FOLDER.to_owned()) };
        match load_with(&sources, &env, &Beside(self.files.clone()), &options) {
            Err(_) if self.rc != 0 => Ok(()),
            Err(fault) => Err(format!("refused: {fault}")),
            Ok(_) if self.rc != 0 => Err(format!("accepted, docker says: {}", self.stderr)),
            Ok(loaded) => {
                let theirs = self.config.clone().unwrap_or_default().replace("$WD", FOLDER);
                let [ours, theirs] = [config_yaml(&loaded.config), theirs].map(|text| tree(&text));
                let shown = |value: &Value| serde_yaml::to_string(value).unwrap();
                if ours == theirs { Ok(()) } else { Err(format!("\n--- ours\n{}--- docker's\n{}", shown(&ours), shown(&theirs))) }
            }
        }
    }
}

/// The tree with one kind of number; the order of keys does not count.
fn tree(text: &str) -> Value {
    fn same(value: Value) -> Value {
        match value {
            Value::Number(number) => Value::Number(number.as_f64().unwrap().into()),
            Value::Sequence(items) => Value::Sequence(items.into_iter().map(same).collect()),
            Value::Mapping(map) => Value::Mapping(map.into_iter().map(|(key, value)| (key, same(value))).collect()),
            value => value,
        }
    }
    same(serde_yaml::from_str(text).unwrap())
}

fn cases(file: &str) -> Vec<Case> {
    let recorded = fs::read_to_string(format!("{DATA}/{file}")).unwrap();
    recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn check(file: &str, least: usize) {
    let cases = cases(file);
    let wrong: Vec<_> = cases.iter().filter_map(|case| Some(format!("{}: {}", case.id, case.check().err()?))).collect();
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
    assert!(cases.len() >= least, "{file} was cut");
}

#[test]
fn every_recorded_answer_of_dockers_client_is_ours() {
    check("stack-cases/config.jsonl", 298);
    check("compose/recorded.jsonl", 650);
    check("compose/parity.jsonl", 328);
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
