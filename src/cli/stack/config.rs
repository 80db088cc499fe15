//! `canteen stack config`: what the compose files amount to.

use std::io::{self, Write as _};

use canteen::compose::{Interpolate, Notice, config_yaml};

use crate::cli::complain;

use super::sources;

/// Prints the merged model of `files` as YAML on standard output, and what has no effect in them on standard error.
pub(crate) fn config(files: &[String], interpolate: Interpolate) -> anyhow::Result<()> {
    let loaded = sources::read(files)?.load(interpolate)?;
    for notice in &loaded.notices {
        complain(&line(notice));
    }
    match io::stdout().lock().write_all(config_yaml(&loaded.config).as_bytes()) {
        // Whoever reads the output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// A notice as one line.
pub(super) fn line(notice: &Notice) -> String {
    let place = if notice.path.is_empty() { String::new() } else { format!("{}: ", notice.path) };
    format!("{}: {place}{}", notice.file, notice.text)
}
