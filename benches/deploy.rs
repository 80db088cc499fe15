//! A deploy by Canteen against the same deploy by Docker's own client; and, since an app is there then, the weight of every page.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::canteen::Canteen;
use crate::latency::p95;
use crate::load::median;
use crate::page_weight::weigh;
use crate::set_up::SetUp;
use crate::table::Table;
use crate::visitor::{Visitor, attribute};

const TIMES: usize = 3;
const AIM: f64 = 0.6;
const CLI_AIM: f64 = 0.5;
const PLAN_AIM_MS: f64 = 400.0;
const PAGE_AIM_MS: f64 = 50.0;
const RECIPE: &str = "five";
const APP: &str = "five.example.org";
/// The stack of Docker's client, so that no object of the other is met.
const STACK: &str = "by-docker";
const PATIENCE: Duration = Duration::from_mins(2);

/// Deploys and undeploys in turns: each deploy begins with nothing there but the image, which a first deploy brought.
pub(crate) fn measure(set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let mut canteen = Canteen::launch(set_up, &set_up.dir.join("deploy"))?;
    canteen.answers("/health")?;
    let mut ana = canteen.visitor();
    weigh(&mut ana, "set-up", "/setup", table)?;
    ana.set_up(&canteen.code()?)?;
    weigh(&mut canteen.visitor(), "sign-in", "/session", table)?;
    ana.new_app(RECIPE, APP)?;

    let with_wait = docker(set_up, &["stack", "deploy", "--help"])?.contains("--detach");
    weigh(&mut ana, "deployment plan", "/apps/five.example.org/deployment", table)?;
    by_canteen(&mut ana)?;
    weigh_pages(&mut ana, table)?;
    p95(&mut ana, "plan page of 5 services", "/apps/five.example.org/deployment", PLAN_AIM_MS, table)?;
    p95(&mut ana, "app page of 5 services", "/apps/five.example.org", PAGE_AIM_MS, table)?;
    undeploy(&mut ana)?;
    let (mut ours, mut theirs, mut typed) = (vec![], vec![], vec![]);
    for _ in 0..TIMES {
        if with_wait {
            theirs.push(by_docker(set_up)?);
            remove(set_up)?;
        }
        typed.push(by_command_line(set_up)?);
        remove(set_up)?;
        ours.push(by_canteen(&mut ana)?);
        undeploy(&mut ana)?;
    }
    let (ours, typed) = (median(ours), median(typed));
    table.note(format!("  deploy of 5 services by Canteen, median of {TIMES}"), ours, "s");
    if with_wait {
        let theirs = median(theirs);
        table.note(format!("  the same by docker stack deploy --detach=false, median of {TIMES}"), theirs, "s");
        table.at_most("deploy, Canteen to docker stack deploy", ours / theirs, AIM, "");
        table.note(format!("  the same by canteen stack deploy, median of {TIMES}"), typed, "s");
        table.at_most("deploy, canteen stack deploy to docker stack deploy", typed / theirs, CLI_AIM, "");
    } else {
        let why = "docker stack deploy has no --detach here, so it can't be told to wait; it came with Docker 26";
        table.left_out("deploy, Canteen to docker stack deploy", why);
    }
    Ok(())
}

/// Runs Docker's client on the private engine and gives what it wrote.
pub(crate) fn docker(set_up: &SetUp, args: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new("docker");
    command.args(args).env("DOCKER_HOST", &set_up.docker_host).env("STACK_NAME", STACK);
    let output = command.output().context("docker can't be run")?;
    if !output.status.success() {
        bail!("docker {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Seconds from the form of the plan being sent to the end of the operation.
fn by_canteen(ana: &mut Visitor) -> anyhow::Result<f64> {
    let page = format!("/apps/{APP}/deployment");
    let html = ana.page(&page)?;
    let value = |name: &str| attribute(&html, &format!("name=\"{name}\" value=")).with_context(|| format!("{page} has no {name}"));
    let (plan, version) = (value("plan")?, value("version")?);
    let begun = Instant::now();
    let operation = ana.submit(&page, &page, &[("version", &version), ("plan", &plan)])?;
    ana.wait_for(&operation)?;
    Ok(begun.elapsed().as_secs_f64())
}

fn undeploy(ana: &mut Visitor) -> anyhow::Result<()> {
    let page = format!("/apps/{APP}/undeployment");
    let operation = ana.submit(&page, &page, &[])?;
    ana.wait_for(&operation)
}

/// Seconds until Docker's client says that every service is up. It reads the compose file that Canteen rendered from.
fn by_docker(set_up: &SetUp) -> anyhow::Result<f64> {
    let compose = set_up.dir.join("recipes").join(RECIPE).join("compose.yml");
    let compose = compose.to_str().context("a path that is not UTF-8")?;
    let begun = Instant::now();
    docker(set_up, &["stack", "deploy", "--detach=false", "-c", compose, STACK])?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Seconds until our command line says so.
fn by_command_line(set_up: &SetUp) -> anyhow::Result<f64> {
    let begun = Instant::now();
    let output = Command::new(&set_up.binary)
        .args(["stack", "deploy", "--quiet", "-c"])
        .arg(set_up.dir.join("recipes").join(RECIPE).join("compose.yml"))
        .arg(STACK)
        .env("DOCKER_HOST", &set_up.docker_host)
        .env("STACK_NAME", STACK)
        .output()?;
    if !output.status.success() {
        bail!("canteen stack deploy: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(begun.elapsed().as_secs_f64())
}

fn remove(set_up: &SetUp) -> anyhow::Result<()> {
    docker(set_up, &["stack", "rm", STACK])?;
    let begun = Instant::now();
    let label = format!("label=com.docker.stack.namespace={STACK}");
    while !(docker(set_up, &["network", "ls", "-q", "--filter", &label])?.is_empty()
        && docker(set_up, &["ps", "-aq", "--filter", &label])?.is_empty())
    {
        if begun.elapsed() > PATIENCE {
            bail!("the stack of docker stack deploy does not go away");
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

/// Every page that a member meets, but those behind a form that changes something.
fn weigh_pages(ana: &mut Visitor, table: &mut Table) -> anyhow::Result<()> {
    for (name, path) in [
        ("apps", "/apps"),
        ("new app, recipe", "/apps/new"),
        ("new app, version", "/apps/new?recipe=five"),
        ("new app, address", "/apps/new/address?recipe=five&version=1.0.0%2B1.35.0"),
        ("app", "/apps/five.example.org"),
        ("settings", "/apps/five.example.org/settings"),
        ("secrets", "/apps/five.example.org/secrets"),
        ("undeployment", "/apps/five.example.org/undeployment"),
        ("operations", "/operations"),
        ("operation", "/operations/1"),
        ("recipes", "/recipes"),
        ("recipe", "/recipes/five"),
        ("add a recipe", "/recipes/new"),
        ("history", "/audit"),
        ("history, one entry", "/audit/1"),
    ] {
        weigh(ana, name, path, table)?;
    }
    Ok(())
}
