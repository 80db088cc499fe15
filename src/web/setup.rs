//! The first run: the set-up code, the first admin, a look at the server.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::action::SetUp;
use crate::access::{Grant, member_name};
use crate::commands::set_up;
use crate::store::Denied;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::guard::Public;
use crate::web::page::{page, see_other, shell, wrong_form};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::status::{Check, CheckState};
use crate::web::throttle::By;
use crate::web::visit::Visit;

/// The set-up form, shown until the first admin exists.
#[derive(Debug, Clone, Template)]
#[template(path = "setup/form.html")]
pub struct SetupView {
    pub shell: Shell,
    /// The code as it was typed.
    pub code: String,
    /// The name of the admin as it was typed; the password is never given back.
    pub name: String,
    pub problems: Problems,
    /// What was found on this server: Swarm, proxy network, disk.
    pub checks: Vec<Check>,
}

/// The page after set-up.
#[derive(Debug, Clone, Template)]
#[template(path = "setup/done.html")]
pub struct SetupDoneView {
    pub shell: Shell,
    pub name: String,
}

/// Bytes below which the disk is called full.
const DISK_LOW: u64 = 2 * 1024 * 1024 * 1024;

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetupForm {
    code: String,
    name: String,
    password: String,
}

/// The form, until there is an admin.
pub async fn form(_everybody: Public, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    closed_when_done(&site).await?;
    site.setup_code.renew();
    page(&view(&site, &visit, String::new(), String::new(), Problems::none()).await)
}

/// Makes the first admin.
pub async fn set_up(
    may: Grant<SetUp>,
    Form(form): Form<SetupForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    closed_when_done(&site).await?;
    if let Err(seconds) = site.throttle.try_now(By::Name("set-up"), &visit.ip, site.store.clock().now()) {
        return Err(Failure::TooMany(seconds));
    }
    let name = form.name.trim().to_owned();
    let problems = problems(&site, &visit, &form, &name).await?;
    if !problems.is_empty() {
        site.setup_code.renew();
        return wrong_form(&view(&site, &visit, form.code, name, problems).await);
    }
    let password_hash = site.passwords.hash(form.password).await.map_err(|e| Failure::Unavailable(e.to_string()))?;
    match site.store.commit(&may, set_up::SetUp { name, password_hash }).await {
        Ok(_) => {
            site.setup_code.close();
            see_other("/session?ready=1")
        }
        Err(Denied::Rule { .. }) => Err(Failure::NotFound),
        Err(other) => Err(other.into()),
    }
}

async fn closed_when_done(site: &Site) -> Result<(), Failure> {
    if site.store.has_admin().await? { Err(Failure::NotFound) } else { Ok(()) }
}

async fn problems(site: &Site, visit: &Visit, form: &SetupForm, name: &str) -> Result<Problems, Failure> {
    let mut problems = Problems::none();
    if let Err(bad) = member_name(name) {
        problems.add("name", sentence(&bad.to_string()));
    }
    super::new_password::check(site, &mut problems, &form.password, name).await?;
    if problems.is_empty() && !site.setup_code.is(&form.code) {
        problems.add("code", "This is not the code, or it is too old. The newest one stands in Canteen’s log");
        let failed = crate::store::audit::Phase::Failed;
        super::refusals::record(site, visit, failed, &[("action", "site.setup"), ("why", "wrong code")]).await;
    }
    Ok(problems)
}

/// An error's text as a sentence. A file's name or an address at its beginning stays as it is.
pub(super) fn sentence(text: &str) -> String {
    let first_word = text.split(' ').next().unwrap_or_default();
    if !first_word.trim_end_matches([',', ':']).chars().all(char::is_alphabetic) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

async fn view(site: &Site, visit: &Visit, code: String, name: String, problems: Problems) -> SetupView {
    SetupView { shell: shell(site, visit, "Set up", Nav::Nowhere).await, code, name, problems, checks: checks(site) }
}

fn checks(site: &Site) -> Vec<Check> {
    let check = |name: &str, state, text: String| Check { name: name.to_owned(), state, text };
    let reading = site.feed.latest();
    let mut checks = vec![];
    match &reading.problem {
        Some(problem) => {
            checks.push(check("Swarm", CheckState::Failed, format!("{}. CANTEEN_DOCKER_HOST says where it is", sentence(problem))));
        }
        None if reading.tried_at == 0 => checks.push(check("Swarm", CheckState::Waiting, "Looking".to_owned())),
        None => {
            let nodes = reading.swarm.nodes.len();
            let text = format!("This machine is a manager; {nodes} node{}", if nodes == 1 { "" } else { "s" });
            checks.push(check("Swarm", CheckState::Passed, text));
            let proxy = reading.swarm.networks.iter().any(|n| n.name == "proxy" && n.scope == "swarm");
            checks.push(if proxy {
                check("Proxy network", CheckState::Passed, "The network proxy is there".to_owned())
            } else {
                let text = "There is no network called proxy yet. On the server: docker network create --driver overlay proxy";
                check("Proxy network", CheckState::Warning, text.to_owned())
            });
        }
    }
    checks.push(match free_bytes(site) {
        Some(free) if free < DISK_LOW => check("Disk", CheckState::Warning, format!("Only {} free", size(free))),
        Some(free) => check("Disk", CheckState::Passed, format!("{} free", size(free))),
        None => check("Disk", CheckState::Warning, "The free space can’t be told".to_owned()),
    });
    checks
}

fn free_bytes(site: &Site) -> Option<u64> {
    let told = rustix::fs::statvfs(&site.settings.data).ok()?;
    Some(told.f_bavail.saturating_mul(told.f_frsize))
}

fn size(bytes: u64) -> String {
    format!("{:.1} GB", f64::from(u32::try_from(bytes / 1_000_000).unwrap_or(u32::MAX)) / 1000.0)
}

#[cfg(any(test, feature = "testing"))]
impl SetupView {
    pub fn samples() -> Vec<Self> {
        use super::status::CheckState;
        let check = |name: &str, state, text: &str| Check { name: name.to_owned(), state, text: text.to_owned() };
        let first = Self {
            shell: Shell::sample_signed_out("Set up"),
            code: String::new(),
            name: String::new(),
            problems: Problems::none(),
            checks: vec![
                check("Swarm", CheckState::Passed, "This machine is a manager; 1 node"),
                check(
                    "Proxy network",
                    CheckState::Warning,
                    "No network named proxy. Deploy the recipe traefik first to reach apps by their address",
                ),
                check("Disk", CheckState::Passed, "41 GB free"),
            ],
        };
        let mut wrong = Self { name: "ana".to_owned(), code: "K7QM".to_owned(), ..first.clone() };
        wrong.problems.add("code", "This is not the code. It stands in Canteen's log and on the terminal that started it");
        wrong.problems.add("password", "Use 12 characters or more");
        wrong.checks = vec![
            check("Swarm", CheckState::Failed, "Docker does not answer on /var/run/docker.sock"),
            check("Disk", CheckState::Waiting, "Looking"),
        ];
        vec![first, wrong]
    }
}

#[cfg(any(test, feature = "testing"))]
impl SetupDoneView {
    pub fn samples() -> Vec<Self> {
        vec![Self { shell: Shell::sample("Set up", Nav::Nowhere), name: "Ana".to_owned() }]
    }
}
