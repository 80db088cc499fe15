//! `canteen stack deploy --plan`: what would change, for people.

use std::process::ExitCode;

use canteen::stack::names::StackName;
use canteen::stack::plan::{Action, Object, Plan, Step};

use crate::cli::{complain, say};

/// Prints the plan. Exit code 0 if it could be carried out.
pub(super) fn print(stack: &StackName, plan: &Plan) -> ExitCode {
    for step in plan.steps.iter().filter(|s| s.action != Action::Keep) {
        say(&line(step));
        for change in &step.changes {
            let or = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_owned());
            say(&format!("    {}: {} -> {}", change.path, or(&change.before), or(&change.after)));
        }
    }
    let kept = plan.steps.iter().filter(|s| s.action == Action::Keep).count();
    if plan.is_empty() {
        say(&format!("{stack}: nothing would change"));
    } else if kept > 0 {
        say(&format!("  {kept} more stay as they are"));
    }
    for warning in &plan.warnings {
        complain(warning);
    }
    for blocker in &plan.blockers {
        complain(&format!("{}; {}", blocker.what, blocker.hint));
    }
    if plan.blockers.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn line(step: &Step) -> String {
    let (mark, verb) = match step.action {
        Action::Create => ('+', "create"),
        Action::Update => ('~', "update"),
        Action::Remove => ('-', "remove"),
        Action::Keep => (' ', "keep"),
    };
    let kind = match step.object {
        Object::Network => "network",
        Object::Config => "config",
        Object::Secret => "secret",
        Object::Volume => "volume",
        Object::Service => "service",
    };
    let restarts = match (step.object, step.action, step.restarts) {
        (Object::Service, Action::Update, true) => "  (its tasks are replaced)",
        (Object::Service, Action::Update, false) => "  (its tasks run on)",
        _ => "",
    };
    format!("{mark} {verb} {kind} {}{restarts}", step.name)
}
