//! Fetching all mirrors: one sweep at a time, and how far it is.

use super::mirrors::Shelf;

/// How far a sweep is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Recipes that are to be fetched.
    pub total: usize,
    /// Those that were, well or in vain.
    pub done: usize,
    /// Those that were in vain.
    pub failed: usize,
}

/// The sweep that is under way; it is over when this is dropped.
#[derive(Debug)]
pub struct Sweep(Shelf);

impl Shelf {
    /// Begins a sweep over so many recipes; `None` while another one is under way.
    pub fn begin_sweep(&self, total: usize) -> Option<Sweep> {
        let mut under_way = self.sweep_under_way();
        if under_way.is_some() {
            return None;
        }
        *under_way = Some(Progress { total, ..Progress::default() });
        Some(Sweep(self.clone()))
    }

    /// How far the sweep is that is under way.
    pub fn sweeping(&self) -> Option<Progress> {
        *self.sweep_under_way()
    }
}

impl Sweep {
    /// One more recipe is done.
    pub fn count(&self, went_well: bool) {
        if let Some(progress) = self.0.sweep_under_way().as_mut() {
            progress.done += 1;
            progress.failed += usize::from(!went_well);
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.0.sweeping().unwrap_or_default()
    }
}

impl Drop for Sweep {
    fn drop(&mut self) {
        *self.0.sweep_under_way() = None;
    }
}
