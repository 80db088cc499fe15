//! From a plan to what pages show of it.

use super::{Blocker, Change, Changes, DiffLine, ImageChange, NameChange, ObjectChange, Sign};
use crate::stack::desired::Desired;
use crate::stack::names::descope;
use crate::stack::plan::{Action, Object, Plan, Step};
use crate::stack::policy::{Tier, verdict};
use crate::web::Site;
use crate::web::apps::facts::Facts;
use crate::web::powers::Powers;
use crate::web::setup::sentence;
use crate::web::shell::Link;

impl Changes {
    /// A page of a plan before the plan itself is known: nothing but what stands in the way of every plan.
    pub(in crate::web::apps) fn begin(facts: &Facts, site: &Site) -> Self {
        let mut changes = Self::default();
        if facts.observed.at == 0 || site.feed.latest().problem.is_some() {
            changes.block(facts, "Docker does not answer, so it can’t be told what would change. Wait until it is back");
        }
        changes
    }

    /// Adds a reason against the plan, with a link to where it can be mended.
    pub(in crate::web::apps) fn block(&mut self, facts: &Facts, why: &str) {
        self.blockers.push(Blocker { text: sentence(why), mend: mend(facts, why) });
    }

    /// Adds what the plan says.
    pub(in crate::web::apps) fn fill(&mut self, facts: &Facts, desired: &Desired, plan: &Plan) {
        let short = |full: &str| descope(&facts.stack, full).unwrap_or(full).to_owned();
        let blockers = plan.blockers.iter();
        self.blockers.extend(blockers.map(|b| Blocker {
            text: format!("{}: {}", sentence(&b.what), b.hint),
            mend: mend(facts, &b.what).or_else(|| mend(facts, &b.hint)),
        }));
        self.warnings.extend(plan.warnings.iter().map(|w| sentence(w)));
        let verdict = verdict(desired, &facts.observed);
        if verdict.allowed_for == Tier::Server {
            self.block(facts, "it asks for what nobody may deploy from here; see Power over the machine");
        }
        self.host_powers = Powers::of(&facts.stack, &verdict);
        self.hash = plan.hash();
        let named = |object: Object| {
            let steps = plan.steps.iter().filter(move |s| s.object == object);
            steps.map(|s| NameChange { name: short(&s.name), change: change(s.action) }).collect()
        };
        self.secrets = named(Object::Secret);
        self.configs = named(Object::Config);
        let shown = plan.steps.iter().filter(|s| !matches!(s.object, Object::Secret | Object::Config));
        // A config that changes is shown by its name, and it counts.
        let others = plan.steps.iter().filter(|s| s.object == Object::Config && s.action != Action::Keep);
        self.objects = shown
            .chain(others)
            .map(|s| ObjectChange {
                kind: kind(s.object).to_owned(),
                name: short(&s.name),
                change: change(s.action),
                lines: lines(s),
            })
            .collect();
        self.images = images(facts, desired);
    }
}

fn images(facts: &Facts, desired: &Desired) -> Vec<ImageChange> {
    let tag = |image: &str| image.split('@').next().unwrap_or(image).to_owned();
    let mut images = vec![];
    for service in &desired.services {
        let after = tag(&service.task_template.container_spec.image);
        let present = facts.observed.services.iter().find(|s| s.spec.name == service.name);
        let before = present.map(|s| tag(&s.spec.task_template.container_spec.image));
        if before.as_deref() != Some(after.as_str()) {
            let name = descope(&facts.stack, &service.name).unwrap_or(&service.name);
            images.push(ImageChange { service: name.to_owned(), before, after });
        }
    }
    images
}

/// Where it can be mended. What is not imported yet has no pages.
fn mend(facts: &Facts, what: &str) -> Option<Link> {
    if facts.app.id == 0 {
        return None;
    }
    let link = |label: &str, page: &str| Link { label: label.to_owned(), href: format!("/apps/{}/{page}", facts.app.name) };
    if what.contains("secret") {
        return Some(link("To the secrets", "secrets"));
    }
    (what.contains("settings") || what.contains("variable")).then(|| link("To the settings", "settings"))
}

fn lines(step: &Step) -> Vec<DiffLine> {
    let mut lines = vec![];
    for change in &step.changes {
        lines.push(DiffLine { sign: Sign::Context, text: change.path.clone() });
        for (sign, value) in [(Sign::Removed, &change.before), (Sign::Added, &change.after)] {
            lines.extend(value.iter().flat_map(|v| v.lines()).map(|text| DiffLine { sign, text: format!("  {text}") }));
        }
    }
    if step.restarts && step.action == Action::Update {
        lines.push(DiffLine { sign: Sign::Context, text: "its tasks are replaced".to_owned() });
    }
    lines
}

const fn change(action: Action) -> Change {
    match action {
        Action::Create => Change::Created,
        Action::Update => Change::Changed,
        Action::Remove => Change::Removed,
        Action::Keep => Change::None,
    }
}

const fn kind(object: Object) -> &'static str {
    match object {
        Object::Network => "Network",
        Object::Config => "Config",
        Object::Secret => "Secret",
        Object::Volume => "Volume",
        Object::Service => "Service",
    }
}
