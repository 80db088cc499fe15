//! What a browser that was never there has to load for a page.

use std::collections::BTreeSet;

use anyhow::bail;

use crate::table::Table;
use crate::visitor::Visitor;

const AIM_KB: f64 = 45.0;
const STATIC: &str = "\"/static/";

/// Bodies of the page and of everything that it names, as they are sent to a browser that takes brotli.
#[expect(clippy::cast_precision_loss, reason = "far fewer bytes than a float can count")]
pub(crate) fn weigh(visitor: &mut Visitor, name: &str, path: &str, table: &mut Table) -> anyhow::Result<()> {
    let html = visitor.page(path)?;
    let named: BTreeSet<&str> = html.split(STATIC).skip(1).filter_map(|rest| rest.split(['"', '#']).next()).collect();
    let mut bytes = sent(visitor, path)?;
    for file in named {
        bytes += sent(visitor, &format!("/static/{file}"))?;
    }
    table.at_most(format!("weight of {name}"), bytes as f64 / 1e3, AIM_KB, "kB");
    Ok(())
}

fn sent(visitor: &mut Visitor, path: &str) -> anyhow::Result<usize> {
    let answer = visitor.get(path, "br")?;
    match (answer.status, answer.header("content-encoding")) {
        (200, Some("br")) => Ok(answer.body.len()),
        (status, encoding) => bail!("{path} answered {status}, compressed as {encoding:?}"),
    }
}
