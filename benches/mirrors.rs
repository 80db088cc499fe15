//! Fetching the repositories of all recipes, by Canteen and by git, and the catalogue page that shows them.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::canteen::Canteen;
use crate::latency::p95;
use crate::many_recipes::{RECIPES, git, name, write};
use crate::page_weight::weigh;
use crate::set_up::SetUp;
use crate::table::Table;
use crate::visitor::Visitor;

/// Canteen fetches some at the same time, git one after the other.
const AIM: f64 = 1.0;
const PAGE_AIM_MS: f64 = 50.0;
const LOOK_EVERY: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_mins(3);

/// First where nothing was fetched before, then where nothing changed since.
pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let recipes = set_up.dir.join("many");
    std::fs::create_dir_all(&recipes)?;
    write(&recipes)?;
    let mut canteen = Canteen::launch_with(set_up, &set_up.dir.join("mirrors"), &recipes)?;
    canteen.answers("/health")?;
    let mut ana = canteen.visitor();
    ana.set_up(&canteen.code()?)?;
    wait_for(&mut ana, "/recipes", &format!("of {RECIPES}"))?;

    let copies = set_up.dir.join("many-by-git");
    let cold = (by_canteen(&mut ana)?, by_git(|number| clone(&recipes, &copies, number))?);
    let warm = (by_canteen(&mut ana)?, by_git(|number| fetch(&copies, number))?);
    for (when, (ours, theirs)) in [("cold", cold), ("warm", warm)] {
        table.note(format!("  {RECIPES} mirrors, {when}, by Canteen"), ours, "s");
        table.note(format!("  the same by git, one after the other, {when}"), theirs, "s");
        table.at_most(format!("mirrors, {when}, Canteen to git"), ours / theirs, AIM, "");
    }
    weigh(&mut ana, &format!("catalogue of {RECIPES} recipes"), "/recipes", table)?;
    p95(&mut ana, &format!("catalogue of {RECIPES} recipes"), "/recipes", PAGE_AIM_MS, table)?;
    p95(&mut ana, "  searched", "/recipes?q=part+17", PAGE_AIM_MS, table)?;
    p95(&mut ana, "recipe", &format!("/recipes/{}", name(7)), PAGE_AIM_MS, table)
}

/// Seconds from the button being pressed to the page saying that all were fetched.
fn by_canteen(ana: &mut Visitor) -> anyhow::Result<f64> {
    let begun = Instant::now();
    ana.submit("/recipes", "/catalogue/mirrors", &[])?;
    loop {
        let html = ana.page("/catalogue/progress")?;
        if html.contains("in vain") {
            bail!("some repositories could not be fetched: {html}");
        }
        if !html.contains("Fetching recipes") {
            return Ok(begun.elapsed().as_secs_f64());
        }
        if begun.elapsed() > PATIENCE {
            bail!("fetching does not end");
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn by_git(each: impl Fn(usize) -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let begun = Instant::now();
    (0..RECIPES).try_for_each(each)?;
    Ok(begun.elapsed().as_secs_f64())
}

fn clone(recipes: &Path, copies: &Path, number: usize) -> anyhow::Result<()> {
    // Over the protocol, as from a forge: a clone of a folder would only link the files.
    let origin = format!("file://{}", recipes.join(name(number)).display());
    git(Command::new("git").args(["clone", "--quiet", "--mirror", &origin]).arg(copies.join(name(number))), "")
}

fn fetch(copies: &Path, number: usize) -> anyhow::Result<()> {
    git(Command::new("git").arg("-C").arg(copies.join(name(number))).args(["fetch", "--quiet", "--prune"]), "")
}

fn wait_for(ana: &mut Visitor, path: &str, words: &str) -> anyhow::Result<()> {
    let begun = Instant::now();
    while !ana.page(path)?.contains(words) {
        if begun.elapsed() > PATIENCE {
            bail!("{path} does not say {words:?}");
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}
