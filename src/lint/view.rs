//! The facts, read once for all rules.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
pub(super) use super::facts::BASE;
use super::facts::{Facts, is_compose};
use super::variable;
use crate::compose::{self, ComposeError, Files, FilesError, Kind, Node, Source};
use crate::envfile::{EnvError, EnvFile, EnvLine};
use crate::recipe::{self, abra_sh};
use crate::stack::names::STACK_MAX;

/// The sample of an app's settings.
pub(super) const SAMPLE: &str = ".env.sample";

/// A compose file that could be read.
pub(super) struct ComposeFile {
    pub(super) source: Source,
    pub(super) root: Node,
}

/// A service as one file writes it.
#[derive(Clone, Copy)]
pub(super) struct ServicePart<'v> {
    pub(super) file: &'v str,
    pub(super) name: &'v str,
    pub(super) node: &'v Node,
    /// Where its key stands.
    pub(super) line: u32,
}

/// An entry of a top-level section, such as a secret.
#[derive(Clone, Copy)]
pub(super) struct Declared<'v> {
    pub(super) file: &'v str,
    pub(super) key: &'v str,
    pub(super) node: &'v Node,
    /// Where its key stands.
    pub(super) line: u32,
}

impl Declared<'_> {
    /// A finding there.
    pub(super) fn found(&self, text: impl Into<String>) -> Finding {
        Finding::at(self.file, self.line, text)
    }

    /// The text of one of its fields.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        self.node.get(field).and_then(Node::printed)
    }

    /// Whether it must be there before a deploy.
    pub(super) fn external(&self) -> bool {
        self.node.get("external").is_some_and(|external| !matches!(external.kind, Kind::Null | Kind::Bool(false)))
    }
}

/// A text with its place.
#[derive(Clone, Debug)]
pub(super) struct Written<'v> {
    pub(super) file: &'v str,
    pub(super) line: u32,
    pub(super) text: String,
}

impl Written<'_> {
    /// A finding there.
    pub(super) fn found(&self, text: impl Into<String>) -> Finding {
        Finding::at(self.file, self.line, text)
    }
}

/// What every rule looks at.
pub(super) struct View<'f> {
    pub(super) facts: &'f Facts,
    /// `compose.yml` first, then the overlays by name.
    pub(super) files: Vec<ComposeFile>,
    /// Compose files that are no YAML, or no text.
    pub(super) broken: Vec<Finding>,
    /// `None` when there is no sample.
    pub(super) sample: Option<Result<EnvFile, EnvError>>,
    /// What `abra.sh` exports.
    pub(super) exports: BTreeMap<String, String>,
    /// The sample's settings as a deploy would have them, for the longest name that a stack can have.
    pub(super) env: BTreeMap<String, String>,
}

impl<'f> View<'f> {
    pub(super) fn of(facts: &'f Facts) -> Self {
        let text = |path: &str| facts.texts.get(path);
        let sample = text(SAMPLE).map(|text| EnvFile::parse(text));
        let exports = text("abra.sh").map(|text| abra_sh::exports(text)).unwrap_or_default();
        let settings = sample.as_ref().and_then(|sample| sample.as_ref().ok());
        let mut env = settings.map_or_else(|| exports.clone(), |sample| recipe::environment(sample, "", &exports));
        env.insert("STACK_NAME".to_owned(), "s".repeat(STACK_MAX));
        let mut view = Self { facts, files: Vec::new(), broken: Vec::new(), sample, exports, env };
        view.read_compose();
        view
    }

    fn read_compose(&mut self) {
        let facts = self.facts;
        let why = |(path, why): (&String, &String)| is_compose(path).then(|| Finding::in_file(path, format!("it {why}")));
        self.broken.extend(facts.unreadable.iter().filter_map(why));
        for (name, text) in facts.texts.iter().filter(|(path, _)| is_compose(path)) {
            let source = Source { name: name.clone(), text: text.clone() };
            match compose::tree(&source) {
                Ok(root) => self.files.push(ComposeFile { source, root }),
                Err(fault) => self.broken.push(of_compose(&fault)),
            }
        }
        self.files.sort_by(|a, b| (a.source.name != BASE, &a.source.name).cmp(&(b.source.name != BASE, &b.source.name)));
    }

    /// `compose.yml`.
    pub(super) fn base(&self) -> Option<&ComposeFile> {
        self.files.first().filter(|file| file.source.name == BASE)
    }

    /// The sample, if it can be read.
    pub(super) fn settings(&self) -> Option<&EnvFile> {
        self.sample.as_ref()?.as_ref().ok()
    }

    /// Every service in every file: an overlay's part is one of its own.
    pub(super) fn parts(&self) -> Vec<ServicePart<'_>> {
        self.files.iter().flat_map(parts_of).collect()
    }

    /// The names of all services.
    pub(super) fn services(&self) -> BTreeMap<&str, Vec<ServicePart<'_>>> {
        let mut services: BTreeMap<&str, Vec<ServicePart<'_>>> = BTreeMap::new();
        for part in self.parts() {
            services.entry(part.name).or_default().push(part);
        }
        services
    }

    /// The entries of a top-level section, such as `secrets`, in every file.
    pub(super) fn section(&self, section: &str) -> Vec<Declared<'_>> {
        self.files.iter().flat_map(|file| declared(file, section)).collect()
    }

    /// `text` with the sample's settings filled in; as written where that fails.
    pub(super) fn filled(&self, text: &str) -> String {
        compose::filled(text, &self.env).unwrap_or_else(|| text.to_owned())
    }

    /// Every text of every file that variables are filled into.
    pub(super) fn texts(&self) -> Vec<Written<'_>> {
        let mut found = Vec::new();
        for file in &self.files {
            collect(&file.source.name, &file.root, &mut found);
        }
        found
    }

    /// Loads the named files as a deploy with the sample's settings would. Files that are not there are left out.
    pub(super) fn load(&self, names: &[&str]) -> Result<(), ComposeError> {
        let find = |name: &&str| self.files.iter().find(|file| file.source.name == **name);
        let sources: Vec<Source> = names.iter().filter_map(find).map(|file| file.source.clone()).collect();
        let mut env = self.env.clone();
        // Whoever makes an app is asked for these; the recipe is not to blame for not knowing them.
        for text in sources.iter().flat_map(|source| variable::uses(&source.text)).filter(|u| u.operator.contains('?')) {
            let value = env.entry(text.name.to_owned()).or_default();
            if value.is_empty() {
                "1".clone_into(value);
            }
        }
        compose::load(&sources, &env, self.facts).map(drop)
    }

    /// Every variable that the sample knows, in force or commented out.
    pub(super) fn offered(&self) -> BTreeSet<String> {
        let lines = self.settings().map(EnvFile::lines).unwrap_or_default();
        let keys = lines.iter().filter_map(|line| if let EnvLine::Setting { entry, .. } = line { Some(&entry.key) } else { None });
        keys.cloned().collect()
    }
}

fn parts_of(file: &ComposeFile) -> Vec<ServicePart<'_>> {
    declared(file, "services").into_iter().map(|d| ServicePart { file: d.file, name: d.key, node: d.node, line: d.line }).collect()
}

fn declared<'v>(file: &'v ComposeFile, section: &str) -> Vec<Declared<'v>> {
    let entries = file.root.get(section).and_then(Node::as_map).into_iter().flatten();
    let place = |key: &str, node: &Node| key_line(&file.source.text, key, node.line);
    entries.map(|(key, node)| Declared { file: &file.source.name, key, node, line: place(key, node) }).collect()
}

/// The line of the key whose value begins at `line`: the tree knows the places of values only.
fn key_line(text: &str, key: &str, line: u32) -> u32 {
    let lines: Vec<&str> = text.lines().take(usize::try_from(line).unwrap_or(usize::MAX)).collect();
    let holds = |text: &&str| {
        let bare = text.trim_start().trim_start_matches(['"', '\'']);
        bare.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    };
    let above = lines.iter().rposition(holds).map(|index| index + 1);
    above.and_then(|number| u32::try_from(number).ok()).unwrap_or(line)
}

fn collect<'v>(file: &'v str, node: &Node, found: &mut Vec<Written<'v>>) {
    match &node.kind {
        Kind::Text(text) => found.push(Written { file, line: node.line, text: text.clone() }),
        Kind::List(items) => items.iter().for_each(|item| collect(file, item, found)),
        Kind::Map(map) => map.values().for_each(|value| collect(file, value, found)),
        _ => {}
    }
}

impl<'v> ServicePart<'v> {
    /// The value below these keys.
    pub(super) fn get(&self, keys: &[&str]) -> Option<&'v Node> {
        keys.iter().try_fold(self.node, |node, key| node.get(key))
    }

    /// The text below these keys, with its place.
    pub(super) fn text(&self, keys: &[&str]) -> Option<Written<'v>> {
        let node = self.get(keys)?;
        Some(Written { file: self.file, line: node.line, text: node.printed()? })
    }

    /// The items below these keys, whether they are a list, one text or the keys of a mapping.
    pub(super) fn items(&self, key: &str) -> Vec<&'v Node> {
        match self.node.get(key) {
            Some(Node { kind: Kind::List(items), .. }) => items.iter().collect(),
            Some(node) if node.as_text().is_some() => vec![node],
            _ => Vec::new(),
        }
    }

    /// Key and value of a mapping or of a list of `KEY=VALUE`, with their places. What has no value is `None`.
    pub(super) fn pairs(&self, keys: &[&str]) -> Vec<(Written<'v>, Option<String>)> {
        let key_at = |line, text: &str| Written { file: self.file, line, text: text.to_owned() };
        match self.get(keys).map(|node| &node.kind) {
            Some(Kind::Map(map)) => map.iter().map(|(key, value)| (key_at(value.line, key), value.printed())).collect(),
            Some(Kind::List(items)) => {
                let pair = |item: &Node| {
                    let text = item.printed()?;
                    let (key, value) = text.split_once('=').map_or((text.as_str(), None), |(k, v)| (k, Some(v.to_owned())));
                    Some((key_at(item.line, key), value))
                };
                items.iter().filter_map(pair).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A finding about the service as this file writes it.
    pub(super) fn found(&self, text: impl Into<String>) -> Finding {
        Finding::at(self.file, self.line, text)
    }
}

/// A fault of a compose file as a finding.
pub(super) fn of_compose(fault: &ComposeError) -> Finding {
    let path = if fault.path.is_empty() { String::new() } else { format!("{}: ", fault.path) };
    let hint = if fault.hint.is_empty() { String::new() } else { format!(" ({})", fault.hint) };
    Finding::at(&fault.file, fault.line.unwrap_or_default(), format!("{path}{}{hint}", fault.what))
}

/// Files that rules do not look into are empty here: that they are there is all that counts.
impl Files for Facts {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        let plain = path.strip_prefix("./").unwrap_or(path);
        let known = self.files.contains(plain);
        let missing = || FilesError { path: path.to_owned(), what: "there is no such file in the recipe".to_owned() };
        known.then(|| self.texts.get(plain).cloned().unwrap_or_default().into_bytes()).ok_or_else(missing)
    }
}
