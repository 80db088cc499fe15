//! `canteen stack services`.

use std::process::ExitCode;

use canteen::stack::observed::{Observed, Service};
use canteen::stack::slots::{Kind, Slots};
use canteen::stack::spec::Port;

use crate::cli::{complain, runtime, say};

use super::connect;
use super::listing::{short, swarm, table};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Print ids only
    #[arg(short, long)]
    quiet: bool,
    stack: String,
}

/// Lists the services of a stack. None is told, and is no error.
pub(super) fn services(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let stack = connect::stack_name(&arguments.stack)?;
    let mut observed = runtime()?.block_on(swarm())?.stack(&stack);
    observed.services.sort_by(|a, b| a.spec.name.cmp(&b.spec.name));
    if observed.services.is_empty() {
        complain(&format!("Nothing found in stack: {stack}"));
    } else if arguments.quiet {
        for service in &observed.services {
            say(&short(&service.id, false));
        }
    } else {
        let rows: Vec<[String; 6]> = observed.services.iter().map(|s| row(s, &observed)).collect();
        table(["ID", "NAME", "MODE", "REPLICAS", "IMAGE", "PORTS"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

fn row(service: &Service, observed: &Observed) -> [String; 6] {
    let spec = &service.spec;
    let slots = Slots::count(service, &observed.tasks, &observed.nodes);
    let image = &spec.task_template.container_spec.image;
    [
        short(&service.id, false),
        spec.name.clone(),
        mode(service).to_owned(),
        format!("{}/{}", slots.ready(), slots.wanted),
        image.split('@').next().unwrap_or(image).to_owned(),
        spec.endpoint_spec.ports.iter().filter_map(port).collect::<Vec<_>>().join(", "),
    ]
}

fn mode(service: &Service) -> &'static str {
    let mode = &service.spec.mode;
    match (Kind::of(&service.spec), mode.global.is_some() || mode.global_job.is_some()) {
        (Kind::Job, true) => "global job",
        (Kind::Job, false) => "replicated job",
        (_, true) => "global",
        (_, false) => "replicated",
    }
}

fn port(port: &Port) -> Option<String> {
    let ingress = port.publish_mode != "host";
    ingress.then(|| format!("*:{}->{}/{}", port.published_port, port.target_port, port.protocol))
}
