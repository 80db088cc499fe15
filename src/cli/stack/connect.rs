//! The engine and the credentials that a command line works with.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use canteen::engine::docker::DockerEngine;
use canteen::engine::{Credentials, EngineError, Inspect};
use canteen::ops::journal::Journal;
use canteen::ops::terminal::Terminal;
use canteen::stack::names::StackName;

use crate::cli::complain;

/// Where an engine is when nothing says so.
const SOCKET: &str = "unix:///var/run/docker.sock";

/// The engine that `DOCKER_HOST` names.
pub(super) fn engine() -> anyhow::Result<Arc<DockerEngine>> {
    let given = |name| variable(name).filter(|value: &String| !value.is_empty());
    let Some(host) = given("DOCKER_HOST") else {
        no_context()?;
        return Ok(Arc::new(DockerEngine::connect(SOCKET)?));
    };
    if host.starts_with("tcp://") && (given("DOCKER_TLS_VERIFY").is_some() || given("DOCKER_TLS").is_some()) {
        bail!(
            "{host} is to be spoken to with TLS, which canteen does not do; work on the manager itself, or tunnel its socket by ssh"
        );
    }
    Ok(Arc::new(DockerEngine::connect(&host)?))
}

/// An engine that is only read from, for commands that work with the dashboard's own settings.
pub(in crate::cli) fn reader(host: &str) -> Result<Arc<dyn Inspect>, EngineError> {
    Ok(Arc::new(DockerEngine::connect(host)?))
}

/// The client may be set to another engine than that of this machine. Working on the wrong one is worse than not working.
fn no_context() -> anyhow::Result<()> {
    let current = || -> Option<String> {
        let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(config_file()?).ok()?).ok()?;
        Some(file.get("currentContext")?.as_str()?.to_owned())
    };
    match variable("DOCKER_CONTEXT").filter(|name| !name.is_empty()).or_else(current) {
        Some(name) if !matches!(name.as_str(), "" | "default") => {
            bail!(
                "the client's context is {name}, and canteen knows no contexts; set DOCKER_HOST, or DOCKER_CONTEXT=default for this machine"
            )
        }
        _ => Ok(()),
    }
}

fn config_file() -> Option<PathBuf> {
    let at_home = || variable("HOME").map(|home| PathBuf::from(home).join(".docker"));
    variable("DOCKER_CONFIG").map(PathBuf::from).or_else(at_home).map(|folder| folder.join("config.json"))
}

/// The engine, ready to be read and changed.
pub(super) fn terminal(journal: Arc<dyn Journal>, credentials: Option<Credentials>) -> anyhow::Result<Terminal> {
    Ok(Terminal::open(engine()?, journal, credentials))
}

/// What `docker login` left: the file `config.json` in `DOCKER_CONFIG`, or in `.docker` at home. No file, no credentials.
pub(super) fn credentials() -> anyhow::Result<Credentials> {
    let Some(path) = config_file() else { return Ok(Credentials::default()) };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Credentials::default()),
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", path.display())),
    };
    let credentials = Credentials::parse(&text).with_context(|| path.display().to_string())?;
    for notice in &credentials.notices {
        complain(&format!("{}: {notice}", path.display()));
    }
    Ok(credentials)
}

/// The name of a stack, as the client takes it: quotes and blanks around it don't count.
pub(super) fn stack_name(typed: &str) -> anyhow::Result<StackName> {
    let name = typed.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '"'));
    Ok(StackName::typed(name)?)
}

#[expect(clippy::disallowed_methods, reason = "the client's own variables; Canteen's settings have their own door")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
