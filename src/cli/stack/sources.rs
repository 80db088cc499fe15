//! The compose files that were named on the command line.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use canteen::compose::{self, ComposeError, Interpolate, Loaded, Options, Source};

use super::folder::{Folder, read_at_most, spoken};

/// The name that stands for standard input.
const STDIN: &str = "-";
/// Far above what the reader takes, so that it is the reader who says what is too big.
const LIMIT_BYTES: u64 = 1 << 20;

/// Compose files, and everything that reading them depends on.
pub(crate) struct Sources {
    /// In the order in which they were named.
    pub(crate) files: Vec<Source>,
    /// The folder of the first one; relative paths of all files begin there.
    pub(crate) folder: Folder,
    /// The variables of the process.
    pub(crate) environment: BTreeMap<String, String>,
}

impl Sources {
    /// Reads, checks and merges the files.
    pub(crate) fn load(&self, interpolate: Interpolate) -> Result<Loaded, ComposeError> {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let options = Options { interpolate, folder: Some(folder) };
        compose::load_with(&self.files, &self.environment, &self.folder, &options)
    }
}

/// Reads the files that `-c` named, once or more often, each time one or several with commas between them.
pub(crate) fn read(given: &[String]) -> anyhow::Result<Sources> {
    let mut names = Vec::new();
    for text in given {
        names.extend(split(text)?);
    }
    let Some(first) = names.first() else {
        bail!("no compose file is given: name one with -c FILE, or - for standard input");
    };
    let here = current_dir()?;
    let folder = clean(&here.join(first)).parent().map_or_else(|| PathBuf::from("/"), Path::to_path_buf);
    let folder = Folder::new(if names == [STDIN] { here } else { folder });
    let files = names.iter().map(|name| source(name)).collect::<anyhow::Result<_>>()?;
    Ok(Sources { files, folder, environment: environment() })
}

fn source(name: &str) -> anyhow::Result<Source> {
    let bytes = if name == STDIN {
        let mut bytes = Vec::new();
        io::stdin().lock().take(LIMIT_BYTES + 1).read_to_end(&mut bytes).context("standard input cannot be read")?;
        bytes
    } else {
        let read = read_at_most(Path::new(name), LIMIT_BYTES);
        let read = read.map_err(|error| {
            let verb = if error.kind() == io::ErrorKind::IsADirectory { "read" } else { "open" };
            anyhow::anyhow!("{verb} {name}: {}", spoken(&error))
        })?;
        read.with_context(|| format!("{name} is larger than {} MiB: no compose file is", LIMIT_BYTES >> 20))?
    };
    let shown = if name == STDIN { "standard input" } else { name };
    let text = text(bytes).with_context(|| format!("{shown} is not text in UTF-8"))?;
    Ok(Source { name: shown.to_owned(), text })
}

/// The text of a file, which may also be in UTF-16 when it begins with a byte order mark.
fn text(bytes: Vec<u8>) -> Option<String> {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let pairs = bytes.get(2..)?.chunks(2).map(|pair| Some(unit(pair.try_into().ok()?)));
        String::from_utf16(&pairs.collect::<Option<Vec<_>>>()?).ok()
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes).ok(),
    }
}

/// The names between commas. A name in double quotes may hold commas itself.
fn split(text: &str) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text;
    while !rest.is_empty() || !names.is_empty() {
        let (name, after) = match rest.strip_prefix('"') {
            None => rest.split_once(',').map_or((rest.to_owned(), None), |(name, after)| (name.to_owned(), Some(after))),
            Some(quoted) => {
                let (name, after) = unquote(quoted).with_context(|| format!("`{text}` has a quote without its other half"))?;
                match after.strip_prefix(',') {
                    None if !after.is_empty() => bail!("put a comma behind the quoted name in `{text}`"),
                    after => (name, after),
                }
            }
        };
        names.push(name);
        match after {
            Some(after) => rest = after,
            None => break,
        }
    }
    Ok(names)
}

/// What stands before the closing quote, where two quotes stand for one, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let (mut name, mut rest) = (String::new(), text);
    loop {
        let (before, after) = rest.split_once('"')?;
        name.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Some((name, after)),
        }
    }
}

/// The current folder under the name by which the shell entered it, as docker's client takes it.
fn current_dir() -> anyhow::Result<PathBuf> {
    let real = env::current_dir().context("the current folder is gone")?;
    let same = |named: &PathBuf| {
        let pair = (fs::metadata(named), fs::metadata(&real));
        matches!(pair, (Ok(a), Ok(b)) if (a.dev(), a.ino()) == (b.dev(), b.ino()))
    };
    let named = env::var_os("PWD").map(PathBuf::from).filter(|named| named.is_absolute());
    Ok(named.filter(same).unwrap_or(real))
}

/// Without `.` and `..`, by the text alone.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                cleaned.pop();
            }
            part => cleaned.push(part),
        }
    }
    cleaned
}

/// The variables of the process. A `.env` file is not read.
fn environment() -> BTreeMap<String, String> {
    let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    env::vars_os().map(|(name, value)| (lossy(name), lossy(value))).collect()
}
