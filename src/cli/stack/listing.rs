//! Columns for people, and one reading for all lists.

use std::sync::Arc;

use canteen::stack::observed::Swarm;

use crate::cli::say;

use super::connect;
use super::progress::Progress;

/// Prints rows under their headings, each column as wide as its widest cell.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) {
    let mut widths = headings.map(|h| h.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        say(padded.join("   ").trim_end());
    };
    line(headings);
    for row in rows {
        line(row.each_ref().map(String::as_str));
    }
}

/// One reading of the Swarm.
pub(super) async fn swarm() -> anyhow::Result<Arc<Swarm>> {
    let terminal = connect::terminal(Arc::new(Progress::new(true, false)), None)?;
    terminal.check_engine().await?;
    Ok(terminal.swarm().await?)
}

/// An id as the client shortens it.
pub(super) fn short(id: &str, whole: bool) -> String {
    if whole { id.to_owned() } else { id.chars().take(12).collect() }
}
