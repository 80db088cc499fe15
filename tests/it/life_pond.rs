//! A recipe of three versions and an app of it, for everything that happens in the life of an app.

use std::path::PathBuf;

use canteen::stack::names::StackName;
use canteen::stack::observed::{Observed, Service};
use tempfile::TempDir;

use crate::harness::{Browser, Site, recipes, send_fields};

pub(crate) const POND: &str = "pond.example.org";
pub(crate) const STACK: &str = "pond_example_org";

const FIRST: &str = "\
services:
  app: {image: \"registry.example.org/app:1\", environment: [GREETING], deploy: {labels: [\"traefik.enable=true\"]}}
  db: {image: \"registry.example.org/db:1\", volumes: [\"data:/data\"]}
  cron: {image: \"registry.example.org/cron:1\", volumes: [\"data:/data\"]}
volumes: {data: {}}
";
const SECOND: &str = "\
services:
  app: {image: \"registry.example.org/app:2\", environment: [GREETING, DEPTH], deploy: {labels: [\"traefik.enable=true\"]}}
  db: {image: \"registry.example.org/db:1\", volumes: [\"data:/data\"]}
volumes: {data: {}}
";
pub(crate) const SAMPLE: &str = "TYPE=pond\nDOMAIN=pond.example.com\nCOMPOSE_FILE=\"compose.yml\"\nGREETING=hello\n";

/// The recipe's repository.
pub(crate) struct Pond {
    folder: TempDir,
}

impl Pond {
    fn repository(&self) -> PathBuf {
        self.folder.path().join("pond")
    }

    /// One more version.
    pub(crate) fn release(&self, tag: &str, compose: &str, sample: &str, note: Option<&str>) {
        std::fs::create_dir_all(self.repository().join("release")).unwrap();
        if let Some(note) = note {
            std::fs::write(self.repository().join("release").join(tag), note).unwrap();
        }
        recipes::repository(self.folder.path(), "pond", Some(tag), &[("compose.yml", compose), (".env.sample", sample)]);
    }

    /// A version of any compose file.
    pub(crate) fn release_of(&self, tag: &str, compose: &str) {
        self.release(tag, compose, SAMPLE, None);
    }
}

/// An app of the first version, deployed. The versions 1.1.0, 1.2.0 and 2.0.0 can be chosen too; from 1.1.0 on there is no cron.
pub(crate) async fn pond(site: &Site, ana: &Browser) -> Pond {
    let pond = Pond { folder: tempfile::tempdir_in(recipes::folder()).unwrap() };
    pond.release("1.0.0+1", FIRST, SAMPLE, Some("The pond is dug."));
    pond.release("1.1.0+2", SECOND, &format!("{SAMPLE}DEPTH=2\n"), Some("Set DEPTH.\n<b>Cron is gone.</b>"));
    pond.release("1.2.0+2", SECOND, &format!("{SAMPLE}DEPTH=2\n"), None);
    pond.release("2.0.0+2", SECOND, &format!("{SAMPLE}DEPTH=2\n"), Some("Fish arrive."));
    app_of(site, ana, &pond, "1.0.0+1").await;
    pond
}

/// An app of a recipe with this one version, deployed.
pub(crate) async fn pond_of(site: &Site, ana: &Browser, compose: &str) -> Pond {
    let pond = Pond { folder: tempfile::tempdir_in(recipes::folder()).unwrap() };
    pond.release_of("1.0.0+1", compose);
    app_of(site, ana, &pond, "1.0.0+1").await;
    pond
}

async fn app_of(site: &Site, ana: &Browser, pond: &Pond, version: &str) {
    let url = pond.repository().display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(ana, "pond", version, POND).await;
    let first = site.deploy(ana, POND).await;
    assert_eq!(first.outcome, "converged", "{}", first.cause);
}

/// The stack as the Swarm has it now.
pub(crate) async fn observed(site: &Site) -> Observed {
    site.fresh().await;
    site.feed.latest().swarm.stack(&StackName::parse(STACK).unwrap())
}

/// One service of it.
pub(crate) async fn service(site: &Site, name: &str) -> Service {
    let full = format!("{STACK}_{name}");
    observed(site).await.services.into_iter().find(|s| s.spec.name == full).unwrap()
}

/// Short names of its services.
pub(crate) async fn services(site: &Site) -> Vec<String> {
    let mut names: Vec<String> =
        observed(site).await.services.iter().map(|s| s.spec.name.replace(&format!("{STACK}_"), "")).collect();
    names.sort();
    names
}

/// Opens a page, ticks and types, and sends its form to the same address.
pub(crate) async fn fill(browser: &Browser, path: &str, changed: &[(&str, &str)]) -> crate::harness::Answer {
    send_fields(browser, &browser.page(path).await, path, changed).await
}
