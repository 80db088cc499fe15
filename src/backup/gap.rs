//! What a backup would miss, or could not bring back.

use super::contents::{Contents, LeftOut, Share, Volume};
use super::hook::{Hook, Moment};
use super::labels::{ASKS, volume_label};

/// Something that a backup would not hold, or that a restore would not bring back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    pub kind: GapKind,
    /// The short name of the service that is to blame; empty where it is the stack as a whole.
    pub service: String,
    /// The label that is to blame; empty where one is missing.
    pub label: String,
    /// What is wrong, in a sentence without a full stop.
    pub text: String,
}

/// Kinds of gaps, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// There are volumes, and nothing of any is taken.
    Nothing,
    /// A volume that holds more than a cache is left out, or a folder of the node.
    Volume,
    /// A database is not asked for a dump.
    Database,
    /// What a hook wrote for the backup, no hook reads after a restore.
    Restore,
    /// A label can't be followed.
    Label,
    /// A label does nothing.
    OldLabel,
    /// Several services ask for the backup of the stack: one would do.
    Several,
}

impl GapKind {
    /// Whether data may be lost. The others are for whoever maintains the recipe.
    pub const fn loses_data(self) -> bool {
        matches!(self, Self::Nothing | Self::Volume | Self::Database | Self::Restore)
    }
}

impl Contents {
    /// What a backup would miss, the gravest first.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = self.left_out();
        gaps.extend(self.folders.iter().map(|(service, folder)| Gap {
            kind: GapKind::Volume,
            service: service.clone(),
            label: String::new(),
            text: format!("{service} writes to the folder {folder} of its node; a backup holds volumes only"),
        }));
        if !self.asking.is_empty() {
            gaps.extend(self.databases());
        }
        gaps.extend(self.one_way());
        gaps.extend(self.faults.iter().map(|fault| Gap {
            kind: if fault.kind.does_nothing() { GapKind::OldLabel } else { GapKind::Label },
            service: fault.service.clone(),
            label: fault.label.clone(),
            text: fault.to_string(),
        }));
        if let [_, second, ..] = self.asking.as_slice() {
            gaps.push(Gap {
                kind: GapKind::Several,
                service: second.clone(),
                label: ASKS.to_owned(),
                text: format!("{} each ask for the backup; one service speaks for the whole app", self.asking.join(" and ")),
            });
        }
        gaps.sort();
        gaps.dedup();
        gaps
    }

    fn left_out(&self) -> Vec<Gap> {
        if !self.volumes.is_empty() && self.volumes.iter().all(|volume| !volume.is_taken()) {
            return self.nothing().into_iter().collect();
        }
        let gap = |volume: &Volume| match &volume.share {
            Share::LeftOut(LeftOut::ByLabel(service)) if !volume.cache && !self.dumped_elsewhere(volume) => Some(Gap {
                kind: GapKind::Volume,
                service: service.clone(),
                label: volume_label(&volume.name),
                text: format!("the volume {} is in no backup", volume.name),
            }),
            _ => None,
        };
        self.volumes.iter().filter_map(gap).collect()
    }

    /// The files of a database are left out, and a hook of it can write a dump into a volume that is taken.
    fn dumped_elsewhere(&self, volume: &Volume) -> bool {
        volume.database.as_ref().is_some_and(|(service, _)| {
            let hooked = self.hooks_at(Moment::BeforeBackup).any(|hook| hook.service == *service);
            hooked && self.volumes.iter().any(|other| other.is_taken() && other.services.contains(service))
        })
    }

    fn nothing(&self) -> Option<Gap> {
        if self.volumes.iter().all(|volume| volume.cache) {
            return None;
        }
        let names: Vec<&str> = self.volumes.iter().map(|volume| volume.name.as_str()).collect();
        let names = names.join(", ");
        let gap = |service: &str, label: &str, text: String| {
            Some(Gap { kind: GapKind::Nothing, service: service.to_owned(), label: label.to_owned(), text })
        };
        match self.asking.first() {
            None => gap("", "", format!("no service asks for a backup, so nothing of {names} is in any")),
            Some(service) => {
                gap(service, ASKS, format!("{service} asks for a backup, but every volume is left out of it: {names}"))
            }
        }
    }

    /// Databases without a hook before backups.
    fn databases(&self) -> Vec<Gap> {
        let gap = |volume: &Volume| {
            let (service, kind) = volume.database.as_ref()?;
            if self.hooks_at(Moment::BeforeBackup).any(|hook| hook.service == *service) {
                return None;
            }
            let (name, kind) = (&volume.name, kind.name());
            let what = match &volume.share {
                Share::Whole => format!("the files of {name} are copied while {kind} writes them, and may be of no use"),
                Share::Paths(paths) => format!("only {} of {name} is in the backup, and no hook writes it", paths.join(", ")),
                // That it is missing is told already.
                Share::LeftOut(_) => return None,
            };
            let text = format!("{service} has no {}: {what}", Moment::BeforeBackup.label());
            Some(Gap { kind: GapKind::Database, service: service.clone(), label: String::new(), text })
        };
        self.volumes.iter().filter_map(gap).collect()
    }

    /// Services that write something for the backup, and read nothing after a restore.
    fn one_way(&self) -> Vec<Gap> {
        let has = |service: &str, moment: Moment| self.hooks_at(moment).any(|hook| hook.service == service);
        let gap = |hook: &Hook| {
            let service = &hook.service;
            if has(service, Moment::AfterRestore) || !self.writes_for_backup(hook) {
                return None;
            }
            let early = if has(service, Moment::BeforeRestore) {
                "; its hook before restores runs when the files are not back yet"
            } else {
                ""
            };
            let text = format!(
                "{service} has a hook before backups and no {}: after a restore, what the hook wrote lies there unread{early}",
                Moment::AfterRestore.label()
            );
            Some(Gap { kind: GapKind::Restore, service: service.clone(), label: Moment::BeforeBackup.label().to_owned(), text })
        };
        self.hooks_at(Moment::BeforeBackup).filter_map(gap).collect()
    }

    /// A hook with another one after the backup may only halt the app meanwhile, unless something shows that it makes a dump.
    fn writes_for_backup(&self, hook: &Hook) -> bool {
        let halts = self.hooks_at(Moment::AfterBackup).any(|after| after.service == hook.service);
        let dumps = |volume: &Volume| {
            let dumped = volume.database.as_ref().is_some_and(|(service, _)| *service == hook.service);
            dumped || (matches!(volume.share, Share::Paths(_)) && volume.services.contains(&hook.service))
        };
        !halts || hook.command.contains("dump") || self.volumes.iter().any(dumps)
    }
}
