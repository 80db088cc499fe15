//! Compose files, read exactly as docker's client reads them: YAML → variables → schema → model → merge.
//!
//! [`load`] is the way in; everything it needs is passed, so it reads neither files nor the environment.

mod decode;
mod duration;
mod early;
mod error;
mod float;
mod interpolate;
mod merge;
mod moment;
mod notice;
mod ports;
mod print;
mod scalar;
mod schema;
mod size;
mod template;
/// The resolved model.
pub mod types;
mod value;
mod verbatim;
mod version;
mod words;
mod write;
mod yaml;

pub use early::variables_too_early;
pub use error::{ComposeError, FilesError};
pub use notice::ignored_keys;
pub use types::Config;
pub use value::{Kind, Node};
pub use write::config_yaml;

use std::collections::BTreeMap;

/// One compose file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The name that errors and notices show.
    pub name: String,
    /// The content.
    pub text: String,
}

/// How [`load_with`] reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether variables are filled in.
    pub interpolate: Interpolate,
    /// The absolute path of the folder that relative paths of all files begin at, without a `/` at the end.
    /// `None` leaves them relative: the files of a recipe are in no folder of any machine.
    pub folder: Option<String>,
}

/// Whether variables are filled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolate {
    /// Yes, and filled-in texts take the type that their place asks for.
    #[default]
    Yes,
    /// No. Docker's client then takes every empty list for null, and so do we.
    No,
}

/// The files beside the compose files.
pub trait Files {
    /// The content of the file at `path`, which is absolute, or relative to the folder of the first compose file where
    /// [`Options::folder`] does not name that folder. Refusing a path that leaves the folder is up to the implementor.
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError>;
}

/// What [`load`] found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// The merged model.
    pub config: Config,
    /// What Swarm will not do although a file says it.
    pub notices: Vec<Notice>,
}

/// A line of a compose file without the effect that its author may expect.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// The name of the source.
    pub file: String,
    /// Where in the document: keys and list indexes, joined by dots.
    pub path: String,
    /// What happens instead.
    pub text: String,
}

/// Reads, checks and merges `sources` from left to right, with the variables `env`.
///
/// Every file must be valid by itself and of the same version; variables are filled in before the files are merged.
/// Relative paths stay relative.
pub fn load(sources: &[Source], env: &BTreeMap<String, String>, files: &dyn Files) -> Result<Loaded, ComposeError> {
    load_with(sources, env, files, &Options::default())
}

/// What [`load`] does, in another way.
pub fn load_with(
    sources: &[Source],
    env: &BTreeMap<String, String>,
    files: &dyn Files,
    options: &Options,
) -> Result<Loaded, ComposeError> {
    let documents = parse_all(sources)?;
    let Some((source, first)) = documents.first() else {
        return Err(ComposeError::at("", "there is no compose file", "name at least one"));
    };
    let (version, minor) = version::of(&first.root).map_err(|fault| placed(source, first, fault))?;
    let mut loaded = Loaded::default();
    let mut emptied = merge::Emptied::new();
    for (index, (source, document)) in documents.iter().enumerate() {
        let read = || {
            let own = version::of(&document.root)?;
            if own.0 != version {
                let what = format!("the version is {}, but the first file has {version}", own.0);
                return Err(ComposeError::at("version", what, "give all files the same version"));
            }
            notice::forbid(&document.root)?;
            let root = match options.interpolate {
                Interpolate::Yes => interpolate::interpolate(&document.root, env)?,
                Interpolate::No => verbatim::tree(&document.root)?,
            };
            let meaningless = schema::validate(&root, minor)?;
            let beside = decode::Beside { env, files, folder: options.folder.as_deref() };
            let mut decoded = decode::decode(&root, &version, minor, beside)?;
            decoded.notices.extend(meaningless);
            Ok(decoded)
        };
        let decoded = read().map_err(|fault| placed(source, document, fault))?;
        let notices = document.notices().into_iter().chain(notice::without_effect(&document.root)).chain(decoded.notices);
        loaded.notices.extend(notices.map(|(path, text)| Notice { file: source.name.clone(), path, text }));
        if index == 0 {
            (loaded.config, emptied) = (decoded.config, decoded.emptied);
        } else {
            if let Some(path) = merge::clash(&loaded.config, &decoded.config) {
                let what = "a list cannot be laid over what is no list in an earlier file";
                let fault = ComposeError::at(path, what, "make both lists, or give it in one file only");
                return Err(placed(source, document, fault));
            }
            let surprises = merge::surprises(&loaded.config, &decoded.config);
            loaded.notices.extend(surprises.into_iter().map(|(path, text)| Notice { file: source.name.clone(), path, text }));
            let new = decoded.emptied.into_iter().filter(|(service, _)| !loaded.config.services.contains_key(service));
            let new: merge::Emptied = new.collect();
            merge::merge(&mut loaded.config, decoded.config, &emptied);
            emptied.extend(new);
        }
    }
    Ok(loaded)
}

/// The external secrets of `sources`: the key in the files and the raw text of the full name, variables not filled in.
/// Where a file gives no name, the key is the name. A later file replaces the secret of an earlier one.
pub fn raw_secret_names(sources: &[Source]) -> Result<BTreeMap<String, String>, ComposeError> {
    let mut names = BTreeMap::new();
    for (_, document) in parse_all(sources)? {
        for (key, secret) in document.root.get("secrets").and_then(Node::as_map).into_iter().flatten() {
            let external = secret.get("external");
            let given = [secret.get("name"), external.and_then(|external| external.get("name"))];
            let name = given.into_iter().flatten().find_map(Node::printed).unwrap_or_else(|| key.clone());
            match external.map(|external| &external.kind) {
                None | Some(Kind::Null | Kind::Bool(false)) => names.remove(key),
                Some(_) => names.insert(key.clone(), name),
            };
        }
    }
    Ok(names)
}

/// The tree of one file as it was written: nothing filled in, checked or merged.
pub fn tree(source: &Source) -> Result<Node, ComposeError> {
    let document = yaml::parse(&source.text).map_err(|fault| ComposeError { file: source.name.clone(), ..fault })?;
    Ok(document.root)
}

/// `text` with its variables filled in; `None` where [`load`] would refuse it.
pub fn filled(text: &str, env: &BTreeMap<String, String>) -> Option<String> {
    template::substitute(text, env).ok()
}

/// The configs of `sources` that have a name of their own: the key in the files and the raw text of the name.
pub fn raw_config_names(sources: &[Source]) -> Result<BTreeMap<String, String>, ComposeError> {
    let mut names = BTreeMap::new();
    for (_, document) in parse_all(sources)? {
        for (key, config) in document.root.get("configs").and_then(Node::as_map).into_iter().flatten() {
            names.extend(config.get("name").and_then(Node::printed).map(|name| (key.clone(), name)));
        }
    }
    Ok(names)
}

type Documents<'a> = Vec<(&'a Source, yaml::Document)>;

/// Every file, before anything in it is looked at.
fn parse_all(sources: &[Source]) -> Result<Documents<'_>, ComposeError> {
    let mut documents = Documents::new();
    for source in sources {
        let document = yaml::parse(&source.text).map_err(|fault| ComposeError { file: source.name.clone(), ..fault })?;
        documents.push((source, document));
    }
    Ok(documents)
}

/// The fault with the place in the file that its path leads to.
fn placed(source: &Source, document: &yaml::Document, fault: ComposeError) -> ComposeError {
    let (line, column) = document.root.locate(&fault.path);
    let (line, column) = (fault.line.unwrap_or(line), fault.column.unwrap_or(column));
    ComposeError { file: source.name.clone(), line: Some(line), column: Some(column), ..fault }
}

#[cfg(test)]
mod tests;
