//! `canteen stack deploy` against the requests that docker's client 28.2.2 sent, recorded with the stub of the Engine API.

#![expect(clippy::disallowed_methods, reason = "the real binary is run")]

mod engines;
mod updates;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use canteen::compose::{self, Files, FilesError, Interpolate, Options, Source};
use canteen::stack::convert::{Converted, convert_all};
use canteen::stack::names::StackName;
use canteen::stack::spec::SecretSpec;
use serde_json::{Value, json};

use crate::harness::same_request;
use crate::harness::stub::{Call, Stub};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// One recorded deploy of the stack `s`. `$WD` in it stands for the folder of the files.
#[derive(serde::Deserialize)]
struct Case {
    id: String,
    files: BTreeMap<String, String>,
    args: Vec<String>,
    env: BTreeMap<String, String>,
    rc: i32,
    stderr: String,
    requests: Vec<Request>,
}

#[derive(Clone, Debug, serde::Deserialize)]
struct Request {
    m: String,
    p: String,
    q: String,
    b: Value,
}

impl Case {
    /// The recorded requests in an order that does not depend on docker's maps.
    fn requests(&self, folder: &Path) -> Vec<Request> {
        let text = serde_json::to_string(&self.requests.iter().map(|r| json!([r.m, r.p, r.q, r.b])).collect::<Vec<_>>()).unwrap();
        let text = text.replace("$WD", folder.to_str().unwrap());
        let requests: Vec<(String, String, String, Value)> = serde_json::from_str(&text).unwrap();
        sorted(requests.into_iter().map(|(m, p, q, b)| Request { m, p, q, b }).collect())
    }
}

fn sorted(mut requests: Vec<Request>) -> Vec<Request> {
    requests.sort_by_key(|r| (r.p.clone(), r.b["Name"].to_string()));
    requests
}

fn cases() -> Vec<Case> {
    let recorded = fs::read_to_string(format!("{ROOT}/tests/data/stack-cases/deploy.jsonl")).unwrap();
    let cases: Vec<Case> = recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() >= 203, "the file of cases was cut");
    cases
}

/// What the converted objects would be sent as, with the ids that the stub gives.
fn requests_of(converted: &Converted) -> Vec<Request> {
    let create = |kind: &str, b: Value| Request { m: "POST".into(), p: format!("/{kind}/create"), q: String::new(), b };
    let desired = &converted.desired;
    let mut requests: Vec<Request> = desired.networks.iter().map(|n| create("networks", json(n))).collect();
    requests.extend(converted.secrets.iter().map(|s| create("secrets", secret_json(s))));
    requests.extend(desired.configs.iter().map(|c| create("configs", json(c))));
    for service in &desired.services {
        let mut service = service.clone();
        let container = &mut service.task_template.container_spec;
        container.secrets.iter_mut().for_each(|s| s.id = format!("id-{}", s.name));
        container.configs.iter_mut().for_each(|c| c.id = format!("id-{}", c.name));
        let config = container.privileges.as_mut().and_then(|p| p.pointer_mut("/CredentialSpec/Config"));
        if let Some(name) = config.filter(|name| *name != "") {
            *name = format!("id-{}", name.as_str().unwrap()).into();
        }
        requests.push(create("services", json(&service)));
    }
    sorted(requests)
}

fn json<T: serde::Serialize>(object: &T) -> Value {
    serde_json::to_value(object).unwrap()
}

fn secret_json(secret: &SecretSpec) -> Value {
    json!({
        "Name": secret.name, "Labels": secret.labels, "Data": STANDARD.encode(&*secret.data),
        "Driver": secret.driver, "Templating": secret.templating,
    })
}

/// The folder of a case on the disk.
struct Folder;

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        fs::read(path).map_err(|e| FilesError { path: path.to_owned(), what: e.to_string() })
    }
}

fn write(folder: &Path, files: &BTreeMap<String, String>) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn convert(case: &Case, folder: &Path) -> Result<Converted, String> {
    let names = case.args.iter().filter(|arg| !arg.starts_with('-')).flat_map(|arg| arg.split(','));
    let sources: Vec<Source> = names.map(|name| Source { name: name.to_owned(), text: case.files[name].clone() }).collect();
    let mut env = case.env.clone();
    env.entry("HOME".to_owned()).or_insert_with(|| "/home/u".to_owned());
    let options = Options { interpolate: Interpolate::Yes, folder: Some(folder.to_str().unwrap().to_owned()) };
    let loaded = compose::load_with(&sources, &env, &Folder, &options).map_err(|e| e.to_string())?;
    convert_all(&StackName::parse("s").unwrap(), &loaded.config, &Folder).map_err(|e| e.to_string())
}

/// Why the requests are not the recorded ones, if they are not. Of a refused stack, docker's client made some objects before it
/// found the fault; we make none.
fn compare(case: &Case, folder: &Path, ours: Result<Vec<Request>, String>) -> Result<(), String> {
    match ours {
        Err(_) if case.rc != 0 => Ok(()),
        Err(fault) => Err(format!("refused: {fault}")),
        Ok(_) if case.rc != 0 => Err(format!("accepted, docker says: {}", case.stderr)),
        Ok(ours) => {
            let theirs = case.requests(folder);
            let lines = |requests: &[Request]| {
                requests.iter().map(|r| format!("{} {} {} {}", r.m, r.p, r.q, r.b["Name"])).collect::<Vec<_>>()
            };
            if lines(&ours) != lines(&theirs) {
                return Err(format!("\nours   {:?}\ntheirs {:?}", lines(&ours), lines(&theirs)));
            }
            let differences = ours.iter().zip(&theirs).flat_map(|(ours, theirs)| same_request(&ours.b, &theirs.b));
            let differences: Vec<String> = differences.collect();
            if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
        }
    }
}

fn none_differ(check: impl Fn(&Case, &Path) -> Result<(), String>) {
    let cases = cases();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().canonicalize().unwrap();
            write(&path, &case.files);
            Some(format!("{}: {}", case.id, check(case, &path).err()?))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_recorded_deploy_is_converted_to_the_objects_that_docker_sent() {
    none_differ(|case, folder| compare(case, folder, convert(case, folder).map(|converted| requests_of(&converted))));
}

/// The command in `folder` with nothing but a home, which is the folder too if it holds `.docker`.
fn command(folder: &Path, args: &[&str]) -> Command {
    let home = if folder.join(".docker").exists() { folder } else { Path::new("/home/u") };
    let mut command = Command::new(env!("CARGO_BIN_EXE_canteen"));
    command.args(["stack", "deploy"]).args(args).arg("s").current_dir(folder).env_clear().env("HOME", home);
    command
}

fn deploy(stub: &Stub, folder: &Path, args: &[&str], env: &BTreeMap<String, String>) -> Output {
    command(folder, args).env("DOCKER_HOST", stub.host()).envs(env).output().unwrap()
}

/// Deploys `files` from a folder of their own.
fn deploy_in(stub: &Stub, files: &[(&str, &str)], args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    deploy(stub, folder.path(), args, &BTreeMap::new())
}

fn changes(calls: Vec<Call>) -> Vec<Request> {
    let change = |call: Call| Request { m: call.method, p: call.path, q: call.query, b: call.body };
    sorted(calls.into_iter().filter(Call::changes).map(change).collect())
}

#[test]
fn every_recorded_deploy_sends_what_docker_sent() {
    none_differ(|case, folder| {
        let stub = Stub::start();
        let args: Vec<&str> = std::iter::once("--detach").chain(case.args.iter().map(String::as_str)).collect();
        let ran = deploy(&stub, folder, &args, &case.env);
        let (said, sent) = (String::from_utf8(ran.stderr).unwrap(), changes(stub.taken()));
        if ran.status.success() {
            return compare(case, folder, Ok(sent));
        }
        if sent.is_empty() { compare(case, folder, Err(said)) } else { Err(format!("refused after {sent:?}: {said}")) }
    });
}
