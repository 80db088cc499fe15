//! `canteen recipe …`: for those who write recipes.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use canteen::lint::{Blobs, Facts, Level, Report, Verdict, lint};
use canteen::ops::lint::{Known, lint_at, tags};
use canteen::ops::render::RecipeAt;
use canteen::recipe::RecipeName;
use canteen::shelf::{Allow, FILE_LIMIT_BYTES, Origin, Shelf};

use super::say;

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Hold a recipe against the rules of docs/lint.md; fails if a rule of the level error is broken
    Lint {
        /// The recipe: a folder, with or without a git repository in it
        path: PathBuf,
        /// Look at this tag or commit of the repository instead of the files as they lie
        #[arg(long, value_name = "TAG")]
        version: Option<String>,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of them. An error is shown by the caller.
pub(super) fn run(command: Command) -> anyhow::Result<ExitCode> {
    let Command::Lint { path, version, json } = command;
    let report = report(&path, version.as_deref())?;
    if json {
        say(&serde_json::to_string_pretty(&report.json())?);
    } else {
        print(&report);
    }
    Ok(if report.errors().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(path: &Path, version: Option<&str>) -> anyhow::Result<Report> {
    let path = path.canonicalize().with_context(|| format!("{} can't be opened", path.display()))?;
    if !path.is_dir() {
        bail!("{} is no folder; name the folder of a recipe", path.display());
    }
    let bare = path.join("objects").is_dir() && path.join("refs").is_dir();
    if !bare && !path.join(".git").exists() {
        if version.is_some() {
            bail!("{} is no git repository, so it has no versions; leave --version out", path.display());
        }
        return Ok(lint(&folder(&path)?));
    }
    let copy = Copy::of(&path)?;
    let origin = origin(&path);
    if version.is_none() && !bare {
        let facts = Facts { tags: Some(tags(&copy.shelf, &copy.name)?), origin, ..folder(&path)? };
        return Ok(lint(&facts));
    }
    let commit = version.map_or_else(|| copy.shelf.head(&copy.name), |version| copy.shelf.resolve(&copy.name, version))?;
    let at = RecipeAt { name: copy.name.clone(), version: version.unwrap_or_default().to_owned(), commit };
    Ok(lint_at(&copy.shelf, &at, Known { origin, published: None })?)
}

fn folder(path: &Path) -> anyhow::Result<Facts> {
    Facts::gather(&Folder(path)).map_err(anyhow::Error::msg)
}

/// A table for people: what is wrong, then how many rules are kept.
fn print(report: &Report) {
    for outcome in &report.outcomes {
        let rule = outcome.rule;
        let told = match outcome.verdict {
            Verdict::Satisfied => "satisfied".to_owned(),
            Verdict::Skipped(why) => format!("skipped: {why}"),
            Verdict::Failed(_) => format!("FAILED. {}", rule.fix),
        };
        say(&format!("{}  {:5}  {}: {told}", rule.id, rule.level.as_str(), rule.checks));
        for finding in outcome.findings() {
            let place = finding.place();
            let between = if place.is_empty() { "" } else { ": " };
            say(&format!("             {place}{between}{}", finding.text));
        }
    }
    let (errors, warnings) = (report.failed(Level::Error).count(), report.failed(Level::Warn).count());
    say(&format!("{errors} of level error, {warnings} of level warn; R016 of abra is left out, nobody told what it checks"));
}

/// Where the repository comes from, by its own settings.
fn origin(path: &Path) -> Option<String> {
    let settings = fs::read_to_string(path.join(".git/config")).or_else(|_| fs::read_to_string(path.join("config"))).ok()?;
    let behind = settings.split_once("[remote \"origin\"]")?.1;
    let section = behind.split("\n[").next()?;
    let url = section.lines().find_map(|line| line.trim().strip_prefix("url"))?;
    Some(url.trim().strip_prefix('=')?.trim().to_owned())
}

/// A copy of a repository on a shelf of its own, gone with this value: the repository itself stays as it is.
struct Copy {
    root: PathBuf,
    shelf: Shelf,
    name: RecipeName,
}

impl Copy {
    fn of(path: &Path) -> anyhow::Result<Self> {
        let root = new_folder()?;
        let copy = Self { shelf: Shelf::open(&root)?, root, name: RecipeName::parse("recipe")? };
        let origin = Origin::parse(&path.display().to_string(), Allow::RemoteAndLocal)?;
        copy.shelf.refresh(&copy.name, &origin)?;
        Ok(copy)
    }
}

/// A folder that nobody had before: another's could be a trap, for its name can be guessed.
fn new_folder() -> anyhow::Result<PathBuf> {
    for number in 0..1000 {
        let path = std::env::temp_dir().join(format!("canteen-lint-{}-{number}", std::process::id()));
        match fs::DirBuilder::new().mode(0o700).create(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| path.clone()).with_context(|| format!("{} can't be made", path.display())),
        }
    }
    bail!("{} is full of leftovers; remove the folders canteen-lint-…", std::env::temp_dir().display())
}

impl Drop for Copy {
    fn drop(&mut self) {
        // What stays behind is in a folder that the system sweeps.
        let _left = fs::remove_dir_all(&self.root);
    }
}

/// The files as they lie. Links are no files of a recipe: on the shelf nothing follows them.
struct Folder<'p>(&'p Path);

impl Blobs for Folder<'_> {
    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        let failed = |e: std::io::Error| format!("{} can't be read: {e}", self.0.join(dir).display());
        let mut names = Vec::new();
        for entry in fs::read_dir(self.0.join(dir)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if kind.is_dir() {
                names.push(format!("{name}/"));
            } else if kind.is_file() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let file = self.0.join(path);
        let size = fs::metadata(&file).map_err(|e| format!("can't be read: {e}"))?.len();
        if size > FILE_LIMIT_BYTES {
            return Err(format!("is larger than {} MiB", FILE_LIMIT_BYTES >> 20));
        }
        fs::read(&file).map(Some).map_err(|e| format!("can't be read: {e}"))
    }
}
