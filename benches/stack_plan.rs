//! Reading, converting and planning a stack of forty services, within the process.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use anyhow::ensure;
use canteen::compose::{self, Files, FilesError, Source};
use canteen::stack::convert::convert;
use canteen::stack::names::StackName;
use canteen::stack::observed::{Observed, Service};
use canteen::stack::plan::plan;

use crate::big_stack;
use crate::load::median;
use crate::set_up::SetUp;
use crate::table::Table;

const SERVICES: usize = 40;
const TIMES: usize = 100;
/// Milliseconds.
const AIM: f64 = 5.0;

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FilesError> {
        Err(FilesError { path: path.to_owned(), what: "there are no files here".to_owned() })
    }
}

pub(crate) fn measure(_set_up: &SetUp, table: &mut Table) -> anyhow::Result<()> {
    let stack = StackName::parse("big")?;
    let sources = [Source { name: "compose.yml".to_owned(), text: big_stack::text(SERVICES) }];
    let desired = || -> anyhow::Result<_> {
        let loaded = compose::load(&sources, &BTreeMap::new(), &NoFiles)?;
        Ok(convert(&stack, &loaded.config, &NoFiles)?)
    };
    // What is there differs from what is wanted in every service, so that there is something to tell.
    let services = desired()?.services.into_iter().map(|mut spec| {
        "old:1".clone_into(&mut spec.task_template.container_spec.image);
        Service { id: spec.name.clone(), spec, ..Service::default() }
    });
    let observed = Observed { services: services.collect(), ..Observed::default() };
    let mut milliseconds = vec![];
    for _ in 0..TIMES {
        let begun = Instant::now();
        let plan = black_box(plan(&desired()?, &observed));
        milliseconds.push(begun.elapsed().as_secs_f64() * 1e3);
        ensure!(plan.steps.iter().filter(|s| !s.changes.is_empty()).count() == SERVICES, "every service changes");
    }
    table.at_most(format!("read, convert and plan {SERVICES} services, median of {TIMES}"), median(milliseconds), AIM, "ms");
    Ok(())
}
