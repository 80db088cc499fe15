//! THE table of rules, in the order of the report.

mod backups;
mod compose;
mod configs;
mod health;
mod images;
mod labels;
mod proxy;
mod published;
mod readme;
mod running;
mod sample;
mod secrets;
mod variables;

use super::report::{Level, Rule, Verdict};
use super::view::View;

/// Looks at a recipe and gives the verdict on one rule.
pub(super) type Judge = fn(&View<'_>) -> Verdict;

/// How a rule is judged.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// Whatever the compose files are like.
    Always(Judge),
    /// Only where `compose.yml` can be read; nothing could be said about the recipe without it.
    WithCompose(Judge),
}

use Check::{Always, WithCompose};

/// Rules of abra that are not here, because what they check is not known.
pub const LEFT_OUT: [&str; 1] = ["R016"];

/// Every rule, in the order of the report.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().map(|(rule, _)| rule)
}

/// The verdict on one rule.
pub(super) fn judge(check: Check, view: &View<'_>) -> Verdict {
    match check {
        Always(judge) => judge(view),
        WithCompose(judge) if view.base().is_some() => judge(view),
        WithCompose(_) => Verdict::Skipped("compose.yml can't be read"),
    }
}

const fn warn(id: &'static str, checks: &'static str, fix: &'static str) -> Rule {
    Rule { id, level: Level::Warn, checks, fix }
}

const fn error(id: &'static str, checks: &'static str, fix: &'static str) -> Rule {
    Rule { id, level: Level::Error, checks, fix }
}

/// The table. References of abra's rules and their levels are fixed; ours only grow at the end.
pub(super) const RULES: &[(Rule, Check)] = &[
    (warn("R001", "Compose files are of version 3.8", "Begin each file with version: \"3.8\"."), WithCompose(compose::version)),
    (
        warn("R002", "Every service has a health check", "Add a healthcheck that fails when the service does not work."),
        WithCompose(health::present),
    ),
    (
        warn("R003", "Every image has a tag", "Write the version that was tested behind the image's name."),
        WithCompose(images::tagged),
    ),
    (
        warn("R004", "No image has a tag that moves, such as latest", "Name a version, so that going back finds the old image."),
        WithCompose(images::fixed),
    ),
    (
        warn("R005", "Tags of images are versions", "Use a tag that begins with a version number, such as 1.27.2."),
        WithCompose(images::versioned),
    ),
    (
        warn("R006", "A version is published in the catalogue", "Release a version; the catalogue follows."),
        Always(published::listed),
    ),
    (
        warn("R007", "The README's metadata is filled in", "Fill in the list between the two metadata comments."),
        Always(readme::filled_in),
    ),
    (
        error("R008", ".env.sample is there and can be read", "Add .env.sample with every setting and a comment for each."),
        Always(sample::present),
    ),
    (
        error("R009", "There is a service named app", "Give the service that people visit the name app, in compose.yml."),
        WithCompose(compose::app),
    ),
    (
        error(
            "R010",
            "A service has the label traefik.enable=true",
            "Add \"traefik.enable=true\" to deploy.labels of the service that people visit.",
        ),
        WithCompose(proxy::enabled),
    ),
    (error("R011", "Every service has an image", "Name an image: Swarm builds none."), WithCompose(images::present)),
    (
        error("R012", "abra.sh exports the version of every config", "Add a line export NAME=v1 to abra.sh."),
        WithCompose(configs::exported),
    ),
    (
        warn("R013", "The repository is on git.coopcloud.tech", "Publish it there, or accept that others won't find it."),
        Always(published::at_home),
    ),
    (
        error(
            "R014",
            "Versions are annotated tags",
            "Make the tag anew with git tag -a; a lightweight one has no date and author.",
        ),
        Always(published::annotated),
    ),
    (
        warn(
            "R015",
            "Names of secrets have at most 12 characters",
            "Shorten the name: the Swarm takes 64 characters with the stack's.",
        ),
        WithCompose(secrets::short),
    ),
    (
        error("C001", "The compose files of the sample can be loaded", "Mend what is named; nobody can deploy it as it is."),
        Always(compose::loads),
    ),
    (
        warn("C002", "Every overlay can be laid over compose.yml", "Mend the overlay, or make it fit compose.yml."),
        WithCompose(compose::overlays),
    ),
    (
        warn(
            "C003",
            "Numbers and durations hold no variables",
            "Write the value out: abra reads the file before it fills variables in.",
        ),
        WithCompose(variables::too_early),
    ),
    (
        warn("C004", "No key is one that Swarm ignores", "Take the key out, or say the same in a way that Swarm follows."),
        WithCompose(compose::ignored),
    ),
    (
        error(
            "C005",
            "Secrets, configs, networks and volumes that services use are declared",
            "Declare it below the top-level key of the same name.",
        ),
        WithCompose(compose::declared),
    ),
    (
        warn(
            "C006",
            "Variables of the compose files are in .env.sample",
            "Add the variable with a comment, commented out if it is optional.",
        ),
        WithCompose(variables::in_sample),
    ),
    (
        warn("C007", "No password or key is written in clear", "Make it a secret; settings and compose files are read by many."),
        WithCompose(secrets::in_clear),
    ),
    (
        warn(
            "C008",
            "The service app carries the version label, and it is the tag",
            "Set coop-cloud.${STACK_NAME}.version in deploy.labels of app to the tag that is published.",
        ),
        WithCompose(labels::version),
    ),
    (
        warn(
            "C009",
            "Every service has restart_policy and update_config",
            "Say in deploy when a task starts again and what happens to an update that fails.",
        ),
        WithCompose(running::policies),
    ),
    (
        warn("C010", "Full names fit the Swarm, even for the longest stack name", "Use shorter names in the compose files."),
        WithCompose(secrets::names_fit),
    ),
    (
        warn(
            "C011",
            "No default holds a variable, and no variable has :+",
            "Give the default a value of its own: docker's client takes it as it is written.",
        ),
        WithCompose(variables::nested),
    ),
    (
        warn("C012", "No port is published past the proxy", "Take out ports and let the proxy reach the service over its network."),
        WithCompose(proxy::ports),
    ),
    (
        error(
            "C013",
            "COMPOSE_FILE of the sample names files of the recipe, compose.yml first",
            "Name files that are there, relative to the recipe, with one : between two.",
        ),
        Always(sample::compose_file),
    ),
    (
        warn(
            "C014",
            "Overlays that the sample offers are there and take effect",
            "Mend the line, and put it below COMPOSE_FILE=\"compose.yml\".",
        ),
        Always(sample::overlays),
    ),
    (
        warn(
            "C015",
            "No service starts first that can't run twice",
            "Use order: stop-first with host ports, and where two tasks must not write to one volume.",
        ),
        WithCompose(running::twice),
    ),
    (
        warn("C016", "No key holds a variable", "Write labels and environment as a list: variables are filled into values only."),
        WithCompose(variables::in_keys),
    ),
    (
        warn(
            "C017",
            "Names of secrets carry the stack and a version",
            "Write name: ${STACK_NAME}_NAME_${SECRET_NAME_VERSION}, so that the secret is the app's own and can be replaced.",
        ),
        WithCompose(secrets::own_names),
    ),
    (
        error(
            "C018",
            "Files that configs, secrets and services name are in the recipe",
            "Name a plain file of the recipe, relative to its top folder.",
        ),
        WithCompose(configs::files),
    ),
    (
        warn("C019", "No health check asks localhost", "Ask 127.0.0.1: localhost may mean ::1 first, where nothing listens."),
        WithCompose(health::localhost),
    ),
    (
        warn(
            "C020",
            "The app works with the proxy as it is",
            "Say in the README what is to be set up in the proxy first; this app alone can't do it.",
        ),
        WithCompose(proxy::setup),
    ),
    (
        warn("C021", "A schedule says in which time zone it counts", "Add TZ to .env.sample and to the service's environment."),
        Always(sample::schedules),
    ),
    (
        warn(
            "C022",
            "A backup holds every volume that is more than a cache",
            "Set backupbot.backup=true in deploy.labels of app, and leave out only volumes that can be made again.",
        ),
        WithCompose(backups::complete),
    ),
    (
        warn("C023", "One service alone asks for the backup", "Keep backupbot.backup on app; it speaks for all services."),
        WithCompose(backups::one_speaks),
    ),
    (
        warn(
            "C024",
            "Databases are dumped before a backup",
            "Let a backupbot.backup.pre-hook write a dump into the volume, and take it alone with backupbot.backup.volumes.NAME.path.",
        ),
        WithCompose(backups::dumped),
    ),
    (
        warn(
            "C025",
            "What a hook writes for a backup, a hook reads after a restore",
            "Add a backupbot.restore.post-hook that loads the dump.",
        ),
        WithCompose(backups::loaded_again),
    ),
    (
        warn(
            "C026",
            "Labels of backups can be followed",
            "Name volumes that services mount and paths relative to their top, and write true or false.",
        ),
        WithCompose(backups::followed),
    ),
    (
        warn(
            "C027",
            "No label of backups is an old one or misplaced",
            "Take the label out, or use one of the specification in deploy.labels.",
        ),
        WithCompose(backups::current),
    ),
];
