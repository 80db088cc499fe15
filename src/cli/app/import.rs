//! Settings files into the database, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use canteen::access::action::ImportApp as MayImport;
use canteen::access::{Actor, Grant, Target};
use canteen::commands::app_import::ImportApp;
use canteen::envfile::EnvFile;
use canteen::ops::take_over::TakeOver;
use canteen::recipe::Pin;
use canteen::settings::Settings;
use canteen::stack::names::{AppName, StackName};
use canteen::store::{Denied, Store};

use super::SERVERS;
use super::runs::Around;
use crate::cli::serve::open_store;
use crate::cli::{complain, runtime, say};

/// Larger ones are no settings, but something else by mistake.
const MAX_BYTES: u64 = 1 << 20;

/// What became of a file.
enum Taken {
    Made,
    /// The app is there, with just these settings.
    Before,
}

/// Makes an app of each file. A file that can't become one is named with the reason, and the others are taken all the same.
pub(super) fn run(folder: &Path, server: Option<&str>, settings: &Settings) -> anyhow::Result<()> {
    let files = files(folder, server)?;
    let store = open_store(settings)?;
    let may = Grant::<MayImport>::judge(Actor::System("command line"), Target::Site)?;
    runtime()?.block_on(async {
        let around = Around::look(&store, settings).await?;
        let (mut made, mut before, mut refused) = (0, 0, 0);
        for file in &files {
            match take(&store, &may, &around, file).await {
                Ok(Taken::Made) => made += 1,
                Ok(Taken::Before) => before += 1,
                Err(why) => {
                    complain(&format!("{}: {why:#}", file.display()));
                    refused += 1;
                }
            }
        }
        say(&format!("{made} imported, {before} were there already"));
        if refused > 0 {
            bail!("{refused} not imported");
        }
        Ok(())
    })
}

async fn take(store: &Store, may: &Grant<MayImport>, around: &Around, file: &Path) -> anyhow::Result<Taken> {
    let name = file.file_stem().and_then(|stem| stem.to_str()).context("the name of the file is not UTF-8 text")?;
    let name = AppName::parse(name)?.as_str().to_owned();
    if fs::metadata(file)?.len() > MAX_BYTES {
        bail!("is larger than 1 MiB, so it is no settings file");
    }
    let text = String::from_utf8(fs::read(file)?).map_err(|_binary| anyhow::anyhow!("is not UTF-8 text"))?;
    let env = EnvFile::parse(&text)?;
    let pin = Pin::of(&env).context("names no recipe; add a line such as TYPE=nextcloud")?;
    if !around.knows(&pin.recipe) {
        bail!("is of the recipe {}, which Canteen does not have; add it under Catalogue first", pin.recipe);
    }
    let stack = match env.get("STACK_NAME") {
        Some(own) => StackName::parse(&own),
        None => StackName::of_app(&name),
    };
    if let Some(app) = store.app(&name).await? {
        let known = store.env_revision(app.id, app.env_number).await?;
        if known.is_some_and(|revision| revision.text == text) {
            return Ok(Taken::Before);
        }
        bail!("there is an app {name} with other settings; change them on its page");
    }
    let stack = stack?;
    if let Some(why) = around.refused(&stack) {
        bail!("{why}");
    }
    let version = if let Some(version) = pin.version {
        version
    } else {
        let Some(found) = around.version(&stack, &pin.recipe) else {
            let recipe = &pin.recipe;
            bail!(
                "names no version, and none of {recipe} is known; write one, such as TYPE={recipe}:1.0.0, or fetch the recipe first"
            );
        };
        say(&format!("{}: names no version; took {}, {}", file.display(), found.version, found.how));
        found.version
    };
    let runs = around.runs(&stack, &pin.recipe, &version, &env).unwrap_or_else(|why| {
        complain(&format!("{}: it runs, and what runs is not on record, for {why}", file.display()));
        None
    });
    let app = ImportApp { name, stack: stack.as_str().to_owned(), recipe: pin.recipe, version, env: text, shifted: vec![] };
    match store.commit(may, TakeOver { app, runs }).await {
        Ok(_id) => Ok(Taken::Made),
        Err(Denied::Rule { text, .. }) => bail!("{text}"),
        Err(other) => Err(other.into()),
    }
}

/// The settings files of one server, by name.
fn files(folder: &Path, server: Option<&str>) -> anyhow::Result<Vec<PathBuf>> {
    let servers = folder.join(SERVERS);
    let folder = if servers.is_dir() { one_server(&servers, server)? } else { folder.to_owned() };
    let mut files = listed(&folder)?;
    files.retain(|path| path.extension().is_some_and(|end| end == "env") && path.is_file());
    if files.is_empty() {
        bail!("{} holds no .env files; name abra's folder, such as ~/.abra", folder.display());
    }
    Ok(files)
}

fn one_server(servers: &Path, server: Option<&str>) -> anyhow::Result<PathBuf> {
    let mut found = listed(servers)?;
    found.retain(|path| path.is_dir());
    let name = |path: &PathBuf| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let names = found.iter().map(name).collect::<Vec<_>>().join(", ");
    let at = match server {
        Some(server) => found.iter().find(|path| name(path) == server),
        None if found.len() > 1 => bail!("{} holds several servers; choose one with --server: {names}", servers.display()),
        None => found.first(),
    };
    at.cloned().with_context(|| format!("{} holds no such server; there are: {names}", servers.display()))
}

fn listed(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> { fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect() };
    let mut paths = read().with_context(|| format!("{} can't be read", folder.display()))?;
    paths.sort();
    Ok(paths)
}
