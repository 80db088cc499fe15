//! The whole life of an app on a real engine, by links, buttons and forms alone: what each step says, and what Docker says after it.

use crate::desk::Desk;
use crate::driver::{Element, Scripts};
use crate::{inspect, journey};

const RECIPE: &str = "hello";
const HEALTHY: &str = "Healthy";

#[test]
fn the_whole_life_of_an_app_with_scripts() {
    let life = Life::begin("lively", Scripts::On);
    inspect::watch_for_refused_content(&life.desk.browser);
    life.whole();
    assert_eq!(inspect::refused_content(&life.desk.browser), Vec::<String>::new());
}

#[test]
fn the_whole_life_of_an_app_without_scripts() {
    Life::begin("quiet", Scripts::Off).whole();
}

/// An app from the first click to the last.
struct Life {
    desk: Desk,
    app: String,
    stack: String,
}

impl Life {
    fn begin(name: &str, scripts: Scripts) -> Self {
        Self { desk: Desk::start(scripts), app: format!("{name}.example.org"), stack: format!("{name}_example_org") }
    }

    fn whole(&self) {
        self.is_made_and_deployed();
        self.gets_another_greeting();
        self.is_deployed_again();
        self.is_upgraded_over_two_versions();
        self.comes_back_by_itself_from_a_version_that_is_broken();
        self.goes_back_two_versions();
        self.gets_a_new_secret();
        self.runs_twice();
        self.is_put_back_after_somebody_changed_it();
        self.is_undeployed();
        self.is_removed();
        self.is_remembered();
    }

    fn is_made_and_deployed(&self) {
        journey::new_app(&self.desk.browser, RECIPE, Some("1.0.0+1"), &self.app);
        self.open("deployment");
        self.desk.browser.heading("Review and deploy");
        self.desk.press("form.decide button.primary", HEALTHY);
        assert_eq!((self.runs("RELEASE"), self.runs("GREETING")), ("one".to_owned(), "Good morning".to_owned()));
    }

    fn gets_another_greeting(&self) {
        self.open("settings");
        self.desk.browser.find("#f-GREETING").fill("Good evening");
        self.desk.browser.worded("Review the changes").click();
        self.desk.browser.heading("Review the settings");
        self.desk.browser.find("#f-form-reason").fill("It is late");
        self.desk.browser.worded("Save the settings").click();
        self.desk.browser.heading("Review this deploy");
        self.desk.browser.shows("Saved since the last deploy: GREETING");
        assert_eq!(self.runs("GREETING"), "Good morning", "nothing is deployed yet");
        self.desk.press("form.decide button.primary", HEALTHY);
        assert_eq!(self.runs("GREETING"), "Good evening");
    }

    fn is_deployed_again(&self) {
        self.open("deployment");
        self.desk.browser.shows("Nothing would change");
        self.desk.browser.worded("Deploy 1.0.0 again").click();
        journey::until_over(&self.desk.browser, HEALTHY);
    }

    fn is_upgraded_over_two_versions(&self) {
        self.plan_of("2.0.0+2");
        self.desk.browser.shows("The card may be folded");
        self.desk.browser.shows("Write a new one");
        self.desk.press("form.decide button.primary", HEALTHY);
        assert_eq!((self.runs("RELEASE"), self.runs("GREETING")), ("two".to_owned(), "Good evening".to_owned()));
    }

    /// One of its services comes up as the new version, the other does not: neither stays.
    fn comes_back_by_itself_from_a_version_that_is_broken(&self) {
        let before = self.specs();
        self.plan_of("2.1.0+2");
        self.desk.press("form.decide button.primary", "Failed, and put back");
        let verdict = self.desk.browser.text_of(".tone");
        for words in [
            "it did not come up, and everything runs again as before",
            "app: ",
            "the health check fails",
            "The whole app was put back to 2.0.0+2: app, bell",
            "What was changed in the data by then stays changed",
        ] {
            assert!(verdict.contains(words), "{words:?} in {verdict}");
        }
        self.desk.browser.shows("Put everything back");
        assert_eq!(self.specs(), before, "both services are to the byte what they were");
        assert_eq!((self.runs("RELEASE"), self.env("bell", "RELEASE")), ("two".to_owned(), "two".to_owned()));
        self.run_what_they_ran();

        self.open("");
        self.desk.browser.await_true("the app is healthy", || self.desk.browser.text_of(".app-head .tag").contains("Healthy"));
        self.desk.browser.shows("2.0.0+2");
        self.open("settings/text");
        let settings = self.desk.browser.text_of("#f-text");
        assert!(settings.contains("TYPE=hello:2.0.0+2"), "{settings}");
        self.open("deployments");
        assert!(self.row("2.1.0+2").contains("Failed, put back"));
        let now = self.row("Runs now");
        assert!(now.contains("2.0.0+2"), "{now}");
    }

    /// The tasks of both services have the old image, and the new one of `bell` had come up before it was replaced.
    fn run_what_they_ran(&self) {
        for service in ["app", "bell"] {
            let tasks = self.tasks(service);
            let running: Vec<&String> = tasks.iter().filter(|task| task.contains(" Running Running")).collect();
            assert!(!running.is_empty() && running.iter().all(|task| task.contains("/busybox:1.35.0")), "{service}: {tasks:#?}");
        }
        let tasks = self.tasks("bell");
        let tried: Vec<&String> = tasks.iter().filter(|task| task.contains("/guestbook:0.2.0")).collect();
        let came_up = |task: &&String| [" Shutdown Running", " Shutdown Shutdown"].iter().any(|state| task.contains(state));
        assert!(!tried.is_empty() && tried.iter().all(came_up), "{tasks:#?}");
    }

    fn goes_back_two_versions(&self) {
        self.open("deployments");
        let rows = self.desk.browser.all("tbody tr");
        // The newest of its deploys, with the greeting of the evening.
        let place = rows.iter().position(|row| row.text().contains("1.0.0+1")).expect("the first version was deployed");
        self.desk.browser.find(&format!("tbody tr:nth-child({}) td:last-child a", place + 1)).click();
        self.desk.browser.heading("Go back to 1.0.0");
        self.desk.press("form.decide button.primary", HEALTHY);
        assert_eq!((self.runs("RELEASE"), self.runs("GREETING")), ("one".to_owned(), "Good evening".to_owned()));
    }

    fn gets_a_new_secret(&self) {
        assert_eq!(self.names("secret"), [format!("{}_pass_phrase_v1", self.stack)]);
        self.open("secrets");
        self.desk.browser.worded("Rotate pass_phrase").click();
        self.desk.browser.heading("Rotate pass_phrase");
        self.desk.browser.worded("Rotate pass_phrase").click();
        journey::until_over(&self.desk.browser, "Rotated");
        assert_eq!(self.names("secret"), [format!("{}_pass_phrase_v2", self.stack)]);
        let read = "{{range .Spec.TaskTemplate.ContainerSpec.Secrets}}{{.SecretName}}{{end}}";
        assert_eq!(self.inspect(read), format!("{}_pass_phrase_v2", self.stack));
    }

    fn runs_twice(&self) {
        self.open("scale");
        self.desk.browser.find("[name='tasks.app']").fill("2");
        self.desk.browser.worded("Change the numbers").click();
        journey::until_over(&self.desk.browser, HEALTHY);
        assert_eq!(self.inspect("{{.Spec.Mode.Replicated.Replicas}}"), "2");
    }

    fn is_put_back_after_somebody_changed_it(&self) {
        let service = format!("{}_app", self.stack);
        self.desk.engine.docker(&["service", "update", "--detach", "--quiet", "--env-add", "GREETING=By hand", &service]);
        assert_eq!(self.runs("GREETING"), "By hand");
        journey::open_until(&self.desk.browser, &format!("/apps/{}", self.app), "Changed outside of Canteen");
        self.desk.browser.worded("Look at the differences").click();
        self.desk.browser.heading("Changed outside of Canteen");
        self.desk.browser.shows("By hand");
        self.desk.browser.worded("Put back what was deployed").click();
        journey::until_over(&self.desk.browser, HEALTHY);
        assert_eq!(self.runs("GREETING"), "Good evening");
        assert_eq!(self.inspect("{{.Spec.Mode.Replicated.Replicas}}"), "2", "the number that was chosen stays");
    }

    fn is_undeployed(&self) {
        self.open("");
        self.desk.browser.worded("Undeploy…").click();
        self.desk.browser.worded(&format!("Undeploy {}", self.app)).click();
        journey::until_over(&self.desk.browser, "Undeployed");
        assert_eq!(self.names("service"), Vec::<String>::new());
        assert_eq!(self.names("secret"), [format!("{}_pass_phrase_v2", self.stack)], "it can be deployed again");
    }

    fn is_removed(&self) {
        self.open("");
        self.desk.browser.worded("Remove…").click();
        self.desk.browser.find("#f-confirm").fill(&self.app);
        self.desk.browser.worded(&format!("Remove {}", self.app)).click();
        journey::until_over(&self.desk.browser, "Removed");
        assert_eq!(self.names("secret"), Vec::<String>::new());
        assert_eq!(self.names("config"), Vec::<String>::new());
        self.desk.browser.open("/apps");
        self.desk.browser.shows("No apps yet");
    }

    /// Each step stands in the audit log.
    fn is_remembered(&self) {
        self.desk.browser.open(&format!("/audit?object={}", self.app));
        for words in
            ["asked to deploy hello 2.1.0+2", "failed, put back", "asked to rotate secrets", "asked to undeploy", "asked to remove"]
        {
            self.desk.browser.shows(words);
        }
    }

    /// Opens a page of the app.
    fn open(&self, page: &str) {
        self.desk.browser.open(format!("/apps/{}/{page}", self.app).trim_end_matches('/'));
    }

    /// The plan of a version, by the list of versions.
    fn plan_of(&self, version: &str) {
        self.open("deployment");
        self.desk.browser.find(&format!("#f-version option[value='{version}']")).click();
        self.desk.browser.worded("Show its plan").click();
        self.desk.browser.await_true("the plan of that version", || self.desk.browser.text_of(".lead .strong.mono") == version);
    }

    /// The row of the page's table that has these words.
    fn row(&self, words: &str) -> String {
        let rows: Vec<String> = self.desk.browser.all("tbody tr").iter().map(Element::text).collect();
        rows.iter().find(|row| row.contains(words)).unwrap_or_else(|| panic!("no {words:?} in {rows:#?}")).clone()
    }

    /// A variable of the service `app` as Docker has it.
    fn runs(&self, variable: &str) -> String {
        self.env("app", variable)
    }

    fn env(&self, service: &str, variable: &str) -> String {
        let template = "{{range .Spec.TaskTemplate.ContainerSpec.Env}}{{println .}}{{end}}";
        let all = self.desk.inspect(&format!("{}_{service}", self.stack), template);
        let found = all.lines().find_map(|line| line.strip_prefix(&format!("{variable}=")).map(str::to_owned));
        found.unwrap_or_else(|| panic!("no {variable} in {service}:\n{all}"))
    }

    /// Both services, whole.
    fn specs(&self) -> Vec<String> {
        ["app", "bell"].map(|service| self.desk.inspect(&format!("{}_{service}", self.stack), "{{json .Spec}}")).into()
    }

    /// Image, wanted and present state of each task of a service that Docker remembers.
    fn tasks(&self, service: &str) -> Vec<String> {
        let format = "{{.Image}} {{.DesiredState}} {{.CurrentState}}";
        let name = format!("{}_{service}", self.stack);
        let listed = self.desk.engine.docker(&["service", "ps", "--no-trunc", "--format", format, &name]);
        listed.lines().map(str::to_owned).collect()
    }

    fn inspect(&self, template: &str) -> String {
        self.desk.inspect(&format!("{}_app", self.stack), template)
    }

    fn names(&self, kind: &str) -> Vec<String> {
        self.desk.names(kind, &self.stack)
    }
}
