//! THE table of host powers: what each kind is, how grave, and who may have it.

use serde::{Deserialize, Serialize};

/// How far somebody is trusted with the server. Roles are mapped to it where operations begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Nobody looks on: the dashboard by itself. Whatever is more than a note goes only where it was admitted before, so nothing
    /// ever grows.
    Unattended,
    /// Runs apps.
    Member,
    /// Looks after apps of others too.
    Maintainer,
    /// Looks after the server.
    Admin,
    /// Types on the server itself, as root, and could do everything without us.
    Server,
}

/// How grave a power is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know; nothing beyond the app is in danger.
    Note,
    /// It reaches other apps, or takes part of the machine.
    Beyond,
    /// Whoever has it has the machine.
    Machine,
}

/// Whether a tier may have a power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    No,
    /// Only what the server's list of exceptions names.
    Listed,
    /// After typing it out.
    Confirmed,
    Yes,
}

/// What there is to say of a kind of power.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The stable word of test data and of what is stored.
    pub name: &'static str,
    /// In members' words: what the app does.
    pub title: &'static str,
    /// What could be done with it.
    pub why: &'static str,
    pub severity: Severity,
    pub member: May,
    pub maintainer: May,
    pub admin: May,
}

macro_rules! kinds {
    ($( $name:ident $text:literal, $severity:ident, $member:ident $maintainer:ident $admin:ident: $title:literal, $why:literal; )*) => {
        /// A kind of power over the host, or over other apps on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind { $( $name, )* }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// Its line of the table.
            pub const fn row(self) -> Row {
                match self { $(
                    Self::$name => Row {
                        name: $text,
                        title: $title,
                        why: $why,
                        severity: Severity::$severity,
                        member: May::$member,
                        maintainer: May::$maintainer,
                        admin: May::$admin,
                    },
                )* }
            }
        }
    };
}

// Severity decides the order on pages and the colour; the three columns decide who may.
kinds! {
    EngineSocket "engine-socket", Machine, No Listed Confirmed:
        "Speaks to the Docker engine", "whoever speaks to the engine is root on every node";
    SystemFolder "system-folder", Machine, No No Confirmed:
        "Opens a folder of the system", "it holds what runs the machine or the data of all apps: whoever has it has the machine";
    Dashboard "dashboard", Machine, No No Confirmed:
        "Opens Canteen’s own data", "it holds every app’s settings and what members sign in with";
    Folder "folder", Beyond, No Listed Yes:
        "Opens a folder of the machine", "it reads files of the node, or changes them";
    Storage "storage", Beyond, No Listed Yes:
        "Uses storage that is no plain volume",
        "a device can be any folder of the node, a disk or storage on the network, and a driver is a program with rights on the node";
    Capability "capability", Beyond, No Listed Yes:
        "Gets rights over the machine’s kernel", "what the kernel keeps apart for containers is not kept apart for this one";
    Kernel "kernel", Beyond, No Listed Yes:
        "Changes how the machine treats it", "kernel settings, profiles and isolation act on the node itself";
    Limits "limits", Beyond, No Listed Yes:
        "Takes more than its share", "it can take what other apps on the node need";
    Device "device", Beyond, No Listed Yes:
        "Uses devices of the machine", "they are hardware of the node, and other apps may need them";
    NodeNetwork "node-network", Beyond, No Listed Yes:
        "Is on the machine’s own network", "it reaches every service of the node, also those that are for the node alone";
    Port "port", Beyond, No Listed Yes:
        "Takes a port of the machine", "the port belongs to the machine, the proxy or the Swarm, or goes past the Swarm’s network";
    ForeignNetwork "foreign-network", Beyond, No Listed Yes:
        "Joins a network of another app", "it reaches the other app’s database, or answers in its name";
    NetworkShape "network-shape", Beyond, No Listed Yes:
        "Makes an unusual network", "drivers, options and addresses act on the nodes’ own networks";
    Foreign "foreign", Beyond, No No Yes:
        "Uses what is another app’s", "another app’s password or data may be in it";
    Router "router", Beyond, No No Yes:
        "Takes visitors beyond its own address", "people who go to another app may land here, or see what is not meant for them";
    SharedAddress "shared-address", Beyond, No No Confirmed:
        "Shares its address with another app", "people who go to the other app may land here, and what they type with them";
    LogAway "log-away", Beyond, No Listed Yes:
        "Sends its log elsewhere", "the node itself sends it, past the app’s networks";
    Address "address", Beyond, No Listed Yes:
        "Reaches the machine by its address", "the address is that of the node, or of the provider’s data about the machine";
    Placement "placement", Beyond, No Listed Yes:
        "Chooses its machines", "managers hold the keys of the whole Swarm, and what runs on every node takes part of each";
    Unwatched "unwatched", Beyond, No Listed Yes:
        "Has no health check", "a broken container counts as healthy, and an update that breaks it is not rolled back";
    Image "image", Note, Yes Yes Yes:
        "Names an image that changes by itself", "the same version may be another program tomorrow; Canteen notes the digest of each deploy";
    Template "template", Beyond, No No Yes:
        "Fills in files in an unusual way", "files are filled in on the managers, with settings, configs and secrets and nothing else";
    Unknown "unknown", Machine, No No No:
        "Asks for something unknown", "Canteen does not know what could be done with it";
}

/// What maintainers may have although it is a power: kind and subject.
pub(super) const LISTED: &[(Kind, &str)] = &[(Kind::Capability, "CAP_NET_BIND_SERVICE")];

impl Kind {
    /// Whether somebody of this tier may have it.
    pub const fn may(self, tier: Tier) -> May {
        let row = self.row();
        match tier {
            Tier::Unattended => match (row.member, row.admin) {
                (May::Yes, _) => May::Yes,
                (_, May::No) => May::No,
                // Nobody types anything: the lines of what runs already stand for it.
                _ => May::Confirmed,
            },
            Tier::Member => row.member,
            Tier::Maintainer => row.maintainer,
            Tier::Admin => row.admin,
            Tier::Server => May::Yes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_trusted_more_may_not_less() {
        let rank = |may: May| [May::No, May::Listed, May::Confirmed, May::Yes].iter().position(|m| *m == may);
        for kind in Kind::ALL {
            let ranks = [Tier::Member, Tier::Maintainer, Tier::Admin, Tier::Server].map(|tier| rank(kind.may(tier)));
            let unattended = kind.may(Tier::Unattended);
            assert!(unattended != May::Yes || kind.may(Tier::Member) == May::Yes, "{kind:?} grows while nobody looks");
            assert!(ranks.is_sorted(), "{kind:?}: {ranks:?}");
            let row = kind.row();
            assert_eq!(serde_json::to_value(kind).unwrap(), row.name, "the stored word is the one of the table");
            let grave = row.severity == Severity::Machine;
            assert!(!grave || matches!(row.admin, May::Confirmed | May::No), "{kind:?} has the machine, and nobody types it out");
            assert!(row.severity == Severity::Note || row.member == May::No, "{kind:?}: members have what is only a note");
        }
    }
}
