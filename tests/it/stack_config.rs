//! `canteen stack config` against recorded answers of docker's client 28.2.2, through the real binary.

#![expect(clippy::disallowed_methods, reason = "the real binary is run")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_yaml::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Differences that are meant, over all recorded cases of reading and deploying.
const MOST_DEVIATIONS: usize = 12;

#[test]
fn every_recorded_answer_to_stack_config_is_ours() {
    let deviations = deviations();
    assert!(deviations.len() <= MOST_DEVIATIONS, "{} cases differ on purpose", deviations.len());
    let recorded = fs::read_to_string(format!("{ROOT}/tests/data/stack-cases/config.jsonl")).unwrap();
    let cases: Vec<Case> = recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wrong: Vec<_> = cases
        .iter()
        .filter(|case| !deviations.contains(&case.id))
        .filter_map(|case| Some(format!("{}: {}", case.id, case.check().err()?)))
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 298, "the file of cases was cut");
}

/// The ids in the column `cases` of the table of deviations.
fn deviations() -> BTreeSet<String> {
    let text = fs::read_to_string(format!("{ROOT}/docs/deviations.md")).unwrap_or_default();
    let mut column = None;
    let mut ids = BTreeSet::new();
    for line in text.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        if let Some(found) = cells.iter().position(|cell| cell.eq_ignore_ascii_case("cases")) {
            column = Some(found);
        } else if let Some(cell) = column.and_then(|column| cells.get(column)) {
            ids.extend(cell.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    ids
}

/// One recorded answer. `$WD` in it stands for the folder of the files.
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

impl Case {
    fn check(&self) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        for (name, text) in &self.files {
            write(&folder, name, text.as_bytes());
        }
        let args: Vec<_> = self.args.iter().map(String::as_str).collect();
        let answer = config(&folder, &args, &self.env);
        let said = String::from_utf8(answer.stderr).unwrap();
        if answer.status.code() != Some(self.rc) {
            return Err(format!(
                "exit code {:?} instead of {}\nours: {said}docker's: {}",
                answer.status.code(),
                self.rc,
                self.stderr
            ));
        }
        if self.rc != 0 {
            let theirs = Fault::of_docker(&self.stderr);
            return if theirs.is_told_by(&said) { Ok(()) } else { Err(format!("{theirs:?} is not in ours: {said}")) };
        }
        let theirs = self.config.clone().unwrap_or_default().replace("$WD", folder.to_str().unwrap());
        let [ours, theirs] = [&String::from_utf8(answer.stdout).unwrap(), &theirs].map(|text| tree(text));
        let shown = |value: &Value| serde_yaml::to_string(value).unwrap();
        if ours == theirs { Ok(()) } else { Err(format!("\n--- ours\n{}--- docker's\n{}", shown(&ours), shown(&theirs))) }
    }
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Runs the command in `folder` with nothing but `env` and a home.
fn config(folder: &Path, args: &[&str], env: &BTreeMap<String, String>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canteen"));
    command.args(["stack", "config"]).args(args).current_dir(folder).env_clear().env("HOME", "/home/u").envs(env);
    command.output().unwrap()
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

/// What docker's client means by a message: the place in the file where it tells one, and a word that ours must have.
#[derive(Debug)]
struct Fault {
    path: String,
    class: &'static str,
}

/// A part of docker's message, and the part of ours that says the same.
const CLASSES: [(&str, &str); 39] = [
    ("required variable", "needs a value"),
    ("invalid interpolation format", "invalid variable in"),
    ("failed to cast to expected type", "is not"),
    ("overflows uint", "must be a number that is not negative"),
    ("array items", "are the same"),
    ("is required", "is required"),
    ("Additional property", "is not allowed here"),
    ("Does not match format 'duration'", "is no duration"),
    ("Does not match format 'ports'", "is no port"),
    ("must be a boolean or mapping", "must be a boolean or a mapping"),
    ("must be a string, number or null", "must be a string, a number or empty"),
    ("must be a string or number", "must be a string or a number"),
    ("top-level object must be a mapping", "the top level must be a mapping"),
    ("must be a mapping", "mapping"),
    ("must be a list", "list"),
    ("must be a string", "string"),
    ("must be a boolean", "must be a boolean"),
    ("must be a integer", "must be an integer"),
    ("must be a number", "must be a number"),
    ("must be one of", "must be one of"),
    ("unsupported Compose file version", "is not supported"),
    ("version mismatched", "but the first file has"),
    ("unknown anchor", "anchor"),
    ("contains itself", "contains itself"),
    ("map merge requires", "`<<` takes a mapping"),
    ("unsupported type: map", "a key must be text"),
    ("unsupported value", "is not a number that a stack can use"),
    ("already defined", "is there twice"),
    ("yaml:", "no valid YAML"),
    ("invalid size", "is no size"),
    ("invalid suffix", "is no size"),
    ("EOF found after", "nothing follows"),
    ("EOF found when", "has no end"),
    ("too many colons", "too many colons"),
    ("external.name", "`external.name` and `name` exclude each other"),
    ("driver and secret.file conflict", "`driver` and `file` exclude each other"),
    ("contains whitespaces", "contains white space"),
    ("forbidden properties", "Swarm does not take this key"),
    ("no such file", "no such file"),
];

impl Fault {
    fn of_docker(stderr: &str) -> Self {
        let class = CLASSES.iter().find(|(theirs, _)| stderr.contains(theirs)).map(|(_, ours)| *ours);
        let first = stderr.rsplit("interpolating ").next().unwrap().rsplit("format for ").next().unwrap();
        let word = first.split([' ', ':']).next().unwrap();
        let dotted = ["services", "networks", "volumes", "secrets", "configs"].iter().any(|section| word.starts_with(section));
        let path = if dotted { word.to_owned() } else { String::new() };
        Self { path, class: class.unwrap_or_else(|| panic!("no class for docker's {stderr}")) }
    }

    /// Whether our sentence, which is `FILE:LINE:COLUMN: PATH: WHAT`, has both.
    fn is_told_by(&self, said: &str) -> bool {
        let path = format!(": {}: ", self.path);
        said.contains(self.class) && (self.path.is_empty() || said.contains(&path))
    }
}

#[test]
fn files_are_named_as_docker_takes_them() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let image = |name: &str| format!("services: {{a: {{image: {name}}}}}\n");
    write(folder, "a.yml", image("x").as_bytes());
    write(folder, "b,c.yml", image("y").as_bytes());
    let wide: Vec<u8> = format!("\u{feff}{}", image("wide")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    write(folder, "wide.yml", &wide);
    for (args, image) in [
        (&["-c", "a.yml"][..], "x"),
        (&["-c", r#"a.yml,"b,c.yml""#], "y"),
        (&["--compose-file", r#""b,c.yml""#, "-c", "a.yml"], "x"),
        (&["-c", "wide.yml"], "wide"),
    ] {
        let answer = config(folder, args, &BTreeMap::new());
        assert!(answer.status.success(), "{args:?}: {}", String::from_utf8_lossy(&answer.stderr));
        assert_eq!(tree(&String::from_utf8(answer.stdout).unwrap())["services"]["a"]["image"], Value::from(image), "{args:?}");
    }
    for (args, why) in [
        (&[][..], "no compose file is given"),
        (&["-c", ""], "no compose file is given"),
        (&["-c", "a.yml,"], "open : no such file or directory"),
        (&["-c", "none.yml"], "open none.yml: no such file or directory"),
        (&["-c", "."], "read .: is a directory"),
        (&["-c", r#""a.yml"#], "has a quote without its other half"),
    ] {
        let answer = config(folder, args, &BTreeMap::new());
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert!(answer.status.code() == Some(1) && said.contains(why) && answer.stdout.is_empty(), "{args:?}: {said}");
    }
}

#[test]
fn standard_input_is_a_file_in_the_current_folder() {
    use std::io::Write as _;
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_canteen"));
    command.args(["stack", "config", "-c", "-"]).current_dir(&folder).env_clear();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"services: {a: {image: x, volumes: ['../b:/c', '~/d:/e']}}").unwrap();
    let answer = child.wait_with_output().unwrap();
    let model = tree(&String::from_utf8(answer.stdout).unwrap());
    let mount = |index: usize| model["services"]["a"]["volumes"][index]["source"].clone();
    assert_eq!(mount(0), Value::from(folder.parent().unwrap().join("b").to_str().unwrap()));
    assert_eq!(mount(1), Value::from(folder.join("~/d").to_str().unwrap()), "without HOME the sign stays");
}

#[test]
fn paths_of_all_files_begin_at_the_folder_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    write(&folder, "one/a.yml", b"services: {a: {image: x}}\nconfigs: {c: {file: ./c.conf}, d: {file: /d}}");
    write(&folder, "two/b.yml", b"services: {a: {env_file: e.env}}\nsecrets: {s: {file: ../s}}");
    write(&folder, "one/e.env", b"FROM=one\n");
    write(&folder, "two/e.env", b"FROM=two\n");
    let answer = config(&folder, &["-c", "one/a.yml", "-c", "two/b.yml"], &BTreeMap::new());
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let model = tree(&String::from_utf8(answer.stdout).unwrap());
    assert_eq!(model["services"]["a"]["environment"]["FROM"], Value::from("one"));
    let path = |relative: &str| Value::from(folder.join(relative).to_str().unwrap());
    assert_eq!(model["configs"]["c"]["file"], path("one/c.conf"));
    assert_eq!(model["configs"]["d"]["file"], path("/d"));
    assert_eq!(model["secrets"]["s"]["file"], path("s"));
}

/// What the process may hold in memory of its own, in KiB: 20 MB.
const MEMORY_KIB: u32 = 20_000_000 / 1024;

/// The answer to one file under a limit of memory.
fn limited(folder: &Path, kib: u32, name: &str) -> Output {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(r#"ulimit -d "$1" && exec "$2" stack config -c "$3""#).arg("sh").arg(kib.to_string());
    command.arg(env!("CARGO_BIN_EXE_canteen")).arg(name).current_dir(folder).env_clear();
    command.output().unwrap()
}

#[test]
fn bombs_are_refused_within_20_mb() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let laugh = |level: usize| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "));
    let laughs = format!("a0: &a0 [{}]\n{}", ["lol"; 9].join(", "), (1..9).map(laugh).collect::<String>());
    let square = |aliases: usize| format!("a: &a [{}]\nb: [{}]\n", vec!["x"; 5000].join(","), vec!["*a"; aliases].join(","));
    let deep = format!("a: {}{}", "[".repeat(50_000), "]".repeat(50_000));
    let heavy = format!("a: &a {}\nb: &b [{}]\nc: [{}]\n", "x".repeat(100_000), ["*a"; 30].join(","), ["*b"; 100].join(","));
    for (name, bomb, why) in [
        ("laughs.yml", laughs, "more than 50000 values"),
        ("square.yml", square(150), "more than 50000 values"),
        ("wide.yml", square(15_000), "more than 50000 values"),
        ("deep.yml", deep, "deeper than 64 levels"),
        ("heavy.yml", heavy, "more than 4 MiB"),
        ("long.yml", format!("a: {}", "x".repeat(900_000)), "at most 256 KiB"),
    ] {
        write(folder, name, bomb.as_bytes());
        let answer = limited(folder, MEMORY_KIB, name);
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert!(answer.status.code() == Some(1) && said.contains(why), "{name}: {:?} {said}", answer.status);
    }
    let mut harmless = "services:\n".to_owned();
    for index in 0..600 {
        writeln!(harmless, "  s{index}: {{image: x, labels: [a={index}]}}").unwrap();
    }
    write(folder, "harmless.yml", harmless.as_bytes());
    assert!(limited(folder, MEMORY_KIB, "harmless.yml").status.success(), "the limit leaves room for what is no bomb");
    assert!(!limited(folder, 1024, "harmless.yml").status.success(), "the limit is felt");
}
