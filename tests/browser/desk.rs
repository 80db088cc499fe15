//! A dashboard over a real engine, and a browser in which the first admin has signed in.

use crate::driver::{Browser, Scripts};
use crate::journey;
use crate::swarm::{Canteen, Engine, Registry};

/// The dashboard, the browser, and the engine that all of these share.
pub(crate) struct Desk {
    pub(crate) browser: Browser,
    pub(crate) engine: Engine,
    _canteen: Canteen,
}

impl Desk {
    pub(crate) fn start(scripts: Scripts) -> Self {
        let (engine, registry) = (Engine::start(), Registry::start());
        let canteen = Canteen::start(&engine, &registry);
        let browser = Browser::start(&canteen.address, scripts);
        journey::first_admin(&browser, canteen.setup_code.as_deref().expect("nobody has an account"));
        Self { browser, engine, _canteen: canteen }
    }

    /// The plan of a version, or of the one that the settings name.
    pub(crate) fn open_plan(&self, app: &str, version: &str) {
        let query = if version.is_empty() { String::new() } else { format!("?version={}", version.replace('+', "%2B")) };
        self.browser.open(&format!("/apps/{app}/deployment{query}"));
        self.browser.await_true("the plan", || self.browser.text_of("h1").starts_with("Review"));
    }

    /// Deploys a version, or the one that the settings name, and gives the power that it asks for.
    pub(crate) fn deploy(&self, app: &str, version: &str) {
        self.open_plan(app, version);
        if let Some(confirm) = self.browser.all("#f-confirm").first() {
            confirm.fill(app);
        }
        self.press("form.decide button.primary", "Healthy");
    }

    pub(crate) fn undeploy(&self, app: &str) {
        self.browser.open(&format!("/apps/{app}/undeployment"));
        self.browser.heading(&format!("Undeploy {app}?"));
        self.press("form.decide button", "Undeployed");
    }

    /// Presses the button that begins an operation, and waits until it has ended so.
    pub(crate) fn press(&self, css: &str, outcome: &str) {
        self.browser.find(css).click();
        journey::until_over(&self.browser, outcome);
    }

    /// What Docker says of a service, by a template of its client.
    pub(crate) fn inspect(&self, service: &str, template: &str) -> String {
        self.engine.docker(&["service", "inspect", "-f", template, service])
    }

    /// What Docker has of a stack: names of its services, secrets or configs.
    pub(crate) fn names(&self, kind: &str, stack: &str) -> Vec<String> {
        let ours = format!("name={stack}_");
        let listed = self.engine.docker(&[kind, "ls", "--filter", &ours, "--format", "{{.Name}}"]);
        let mut names: Vec<String> = listed.lines().map(str::to_owned).collect();
        names.sort();
        names
    }
}
