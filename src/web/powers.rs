//! What an app asks of the machine, as pages show it.

use crate::stack::names::{StackName, descope};
use crate::stack::policy::{Kind, Power, Severity, Tier, Verdict};

/// The powers of a stack by kinds, the gravest first; used by `parts/powers.html`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Powers {
    /// Who may deploy it.
    pub sentence: &'static str,
    /// One of them is the whole machine.
    pub grave: bool,
    /// Whoever deploys it types the app's name.
    pub confirm: bool,
    pub groups: Vec<PowerGroup>,
}

/// All powers of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerGroup {
    pub title: &'static str,
    pub why: &'static str,
    pub asks: Vec<PowerLine>,
}

/// What is asked for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerLine {
    pub what: String,
    /// The service's short name and the key of the compose file.
    pub place: String,
}

impl Powers {
    /// The verdict on a stack.
    pub fn of(stack: &StackName, verdict: &Verdict) -> Self {
        let mut powers: Vec<&Power> = verdict.powers.iter().collect();
        powers.sort_by_key(|p| (std::cmp::Reverse(p.kind.row().severity), p.kind));
        let mut groups: Vec<(Kind, PowerGroup)> = vec![];
        for power in powers {
            let service = descope(stack, &power.service).unwrap_or(&power.service);
            let parts = [service, &power.path].into_iter().filter(|part| !part.is_empty());
            let line = PowerLine { what: power.what.clone(), place: parts.collect::<Vec<_>>().join(" · ") };
            match groups.last_mut() {
                Some((kind, group)) if *kind == power.kind => group.asks.push(line),
                _ => {
                    let row = power.kind.row();
                    groups.push((power.kind, PowerGroup { title: row.title, why: row.why, asks: vec![line] }));
                }
            }
        }
        Self {
            sentence: match verdict.allowed_for {
                Tier::Unattended | Tier::Member => "Nothing here reaches beyond the app. Good to know all the same:",
                Tier::Maintainer | Tier::Admin => "This reaches beyond the app’s own containers, so only admins may deploy it:",
                Tier::Server => "Nobody may deploy this from here:",
            },
            grave: verdict.severity() == Some(Severity::Machine),
            confirm: !verdict.to_confirm(Tier::Admin).is_empty(),
            groups: groups.into_iter().map(|(_, group)| group).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

/// The lines that are confirmed by typing the app's name.
///
/// # Errors
/// There are some, and another name was typed: the sentence for the control.
pub(super) fn confirmed(verdict: &Verdict, tier: Tier, typed: &str, app: &str) -> Result<Vec<String>, String> {
    typed_for(verdict.to_confirm(tier), typed, app)
}

/// These lines, if the app's name was typed, or if there are none.
///
/// # Errors
/// There are some, and another name was typed: the sentence for the control.
pub(super) fn typed_for(lines: Vec<String>, typed: &str, app: &str) -> Result<Vec<String>, String> {
    if lines.is_empty() || typed.trim() == app {
        return Ok(lines);
    }
    Err(format!("Type {app}, exactly so, if it may have what is listed under Power over the machine; nothing was started"))
}

#[cfg(any(test, feature = "testing"))]
impl Powers {
    /// Something grave and something that is not.
    pub fn sample() -> Self {
        let line = |what: &str, place: &str| PowerLine { what: what.to_owned(), place: place.to_owned() };
        let group = |kind: Kind, asks| PowerGroup { title: kind.row().title, why: kind.row().why, asks };
        Self {
            sentence: "This reaches beyond the app’s own containers, so only admins may deploy it:",
            grave: true,
            confirm: true,
            groups: vec![
                group(
                    Kind::EngineSocket,
                    vec![line("mounts /var/run/docker.sock of the node, to read", "app · volumes./var/run/docker.sock")],
                ),
                group(Kind::Port, vec![line("port 25/tcp, which is one for services of the machine", "smtp · ports.25")]),
            ],
        }
    }
}
